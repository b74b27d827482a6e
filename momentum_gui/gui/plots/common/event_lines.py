"""Vertical lines where settings were changed, with words that do not run into one another."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from momentum_gui.gui.plots.common.plot import Plot, plain_pen
from momentum_gui.gui.style import theme
from momentum_gui.lab.recording.record import RunRecord

MOST = 40
ROWS = 4
"""The rows for words; where all are taken, a line is left without."""
TOP = 0.985

Placed = tuple[float, str]


class EventLines:
    """The changes of some runs on one plot; with `words` False the lines alone."""

    def __init__(self, plot: Plot, *, words: bool = True) -> None:
        self.plot, self.words = plot, words
        self.lines: list[pg.InfiniteLine] = []
        self._shown: tuple[object, ...] = ()

    def show(self, placed: list[Placed]) -> None:
        """Show changes (place along x, text), in order along x; nothing is done where they are as before."""
        (left, right), _ = self.plot.getPlotItem().viewRange()
        box = self.plot.getPlotItem().getViewBox()
        width, height = box.width(), max(box.height(), 1.0)
        if (shown := (tuple(placed), left, right, width, height)) == self._shown:
            return
        self._shown = shown
        while len(self.lines) > len(placed):
            self.plot.removeItem(self.lines.pop())
        while len(self.lines) < len(placed):
            self.lines.append(self._made())
        font = self.plot.x_axis.style["tickFont"]
        metrics = QFontMetricsF(font)
        ends = [left] * ROWS
        for line, (place, text) in zip(self.lines, placed, strict=True):
            line.setValue(place)
            if not self.words:
                continue
            row = next((number for number, end in enumerate(ends) if place >= end), None)
            line.label.setVisible(row is not None)
            if row is not None:
                line.label.setFont(font)
                line.label.setText(text)
                line.label.setPosition(TOP - row * (metrics.height() + 4) / height)
                ends[row] = place + (metrics.horizontalAdvance(text) + 14) * (right - left) / max(width, 1.0)

    def recolor(self) -> None:
        """Take on the theme's colours."""
        for line in self.lines:
            line.setPen(plain_pen(theme.current().muted, 1, Qt.PenStyle.DotLine))
            if self.words:
                line.label.setColor(theme.current().muted)

    def _made(self) -> pg.InfiniteLine:
        options = {"position": TOP, "anchors": [(0, 0), (0, 0)], "color": theme.current().muted}
        line = pg.InfiniteLine(
            angle=90,
            pen=plain_pen(theme.current().muted, 1, Qt.PenStyle.DotLine),
            label="" if self.words else None,
            labelOpts=options if self.words else None,
        )
        self.plot.addItem(line, ignoreBounds=True)
        return line


def changes(runs: list[RunRecord], scales: list[float], *, names: bool) -> list[Placed]:
    """Return the last changes of some runs, one a place: `scales` is what an epoch of each is along x.

    What several runs changed alike at one moment is said once; otherwise, with `names`, whose change it was.
    """
    found: dict[float, dict[str, list[str]]] = {}
    for run, scale in zip(runs, scales, strict=True):
        for event in run.events:
            found.setdefault(event.epochs * scale, {}).setdefault(event.text, []).append(run.name)
    placed = []
    for place in sorted(found)[-MOST:]:
        texts = [
            f"{', '.join(who)}: {text}" if names and len(who) < len(runs) else text
            for text, who in found[place].items()
        ]
        placed.append((place, "; ".join(texts)))
    return placed
