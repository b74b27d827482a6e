"""The sizes of the steps of the selected run: gradient part, momentum part and their sum; below, how steps turn."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from momentum_gui.engine.report import Measure
from momentum_gui.gui.plots.common.curve import Curve
from momentum_gui.gui.plots.common.event_lines import EventLines, changes
from momentum_gui.gui.plots.common.plot import Ends, HistoryCurve, Plot, line_pen, plain_pen
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.record import RunRecord

COSINE = int(Measure.COSINE)
PARTS = (
    ("gradient part", RunRecord.GRADIENT_PART, "gradient_part"),
    ("momentum part", int(Measure.MOMENTUM_NORM), "momentum_part"),
    ("step", int(Measure.STEP_NORM), "step"),
)
BAND_OPACITY = 0.22
NOTHING_YET: Ends = (-3.0, 0.0)
"""What the logarithmic axis of sizes shows before there is a step."""
LOW = 90
"""Where the plot of cosines is less high, in pixels, its axis has one number."""
NARROW = 380
"""With less than that, in pixels, the key says "gradient", "momentum", "step"."""


def band_pen(color: str) -> QPen:
    """Return the pen of what shows how far values reach."""
    return line_pen(color, 1.0, (), BAND_OPACITY)


class StepsView(PlotView):
    """Norms of the last update of each epoch, and below them the cosine between its step and the one before.

    Where more epochs share a pixel column than can be told apart, a pale band shows how far their values reach, and the
    line is their mean (of the logarithms, where the axis is logarithmic).

    A cosine turned negative is the sign of derailing (Lang and Witbrock, 1988): steps undo one another.
    """

    title = "Steps"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = QLabel()
        self.controls.addWidget(self.key)
        self.log = self.add_button("Log", "Logarithmic axis of step sizes", checkable=True, checked=True)
        self.norms = self.add_plot(Plot("", "size of step"), 3)
        self.norms.set_label("left", "size of step", "size")
        self.norms.set_log_y(True)
        self.turns = self.add_plot(Plot("epochs", "cosine"), 2)
        self.turns.set_label("left", "cosine", "cos")
        self.turns.setXLink(self.norms)
        self.turns.setYRange(-1.05, 1.05, padding=0)
        self.turns.getPlotItem().getViewBox().setMouseEnabled(x=True, y=False)
        self.norms.x_axis.setStyle(showValues=False)
        self.events = [EventLines(self.norms), EventLines(self.turns, words=False)]
        self._bands, self._curves = [Curve() for _ in PARTS], [Curve() for _ in PARTS]
        self._cosine_band, self._cosine = Curve(), Curve()
        self._zero = pg.InfiniteLine(0.0, angle=0)
        self._cursors = [pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)]
        for curve in (*self._bands, *self._curves):
            self.norms.addItem(curve)
        self.turns.addItem(self._cosine_band)
        self.turns.addItem(self._zero)
        self.turns.addItem(self._cosine)
        for plot, cursor in zip((self.norms, self.turns), self._cursors, strict=True):
            plot.addItem(cursor)
            plot.hovered.connect(self._hovered)
        self.log.toggled.connect(self._log_toggled)
        self.recolor()

    def recolor(self) -> None:
        """The pens of the parts, and the key to them."""
        colors = theme.current()
        for curve, band, (_, _, name) in zip(self._curves, self._bands, PARTS, strict=True):
            curve.setPen(plain_pen(getattr(colors, name)))
            band.setPen(band_pen(getattr(colors, name)))
        self._cosine.setPen(plain_pen(colors.step))
        self._cosine_band.setPen(band_pen(colors.step))
        self._zero.setPen(plain_pen(colors.muted, 1, Qt.PenStyle.DashLine))
        for cursor in self._cursors:
            cursor.setPen(plain_pen(colors.muted, 1, Qt.PenStyle.DashLine))
        for lines in self.events:
            lines.recolor()
        self._show_key()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_key()
        self._number_cosines()

    def _number_cosines(self) -> None:
        """Write the numbers of the cosine's axis that there is room for."""
        ends = self.turns.height() > LOW
        numbers = [(-1, "−1" if ends else ""), (0, "0"), (1, "1" if ends else "")]
        self.turns.y_axis.setTicks([numbers, [(-0.5, ""), (0.5, "")]])

    def _show_key(self) -> None:
        """The key to the parts, in short words where there is no room for all."""
        colors, narrow = theme.current(), self.width() < NARROW
        words = (text.split()[0] if narrow else text for text, _, _ in PARTS)
        key = (
            f'<span style="color:{getattr(colors, row[2])}">▬</span> {word}'
            for row, word in zip(PARTS, words, strict=True)
        )
        self.key.setText(" &nbsp; ".join(key))

    def legend(self) -> list[str]:
        """Return the run whose steps are drawn: colours are those of the parts here."""
        return [] if self.run is None else [f"<b>{escaped(self.run.name)}</b>"]

    def key_text(self) -> str:
        """Return the key to the parts."""
        return self.key.text()

    def redraw(self) -> None:
        """Bring curves and ranges up to date."""
        run = self.run
        assert run is not None
        self.norms.fit_x(0.0, max(run.latest.epochs, 1.0))
        rows = zip(self._curves, self._bands, PARTS, strict=True)
        curves: list[HistoryCurve] = [(curve, band, column) for curve, band, (_, column, _) in rows]
        if (reached := self.norms.draw_history(run.measures, curves)) is not None:
            # Parts that have faded to nothing would squeeze all others: twelve decades are enough.
            low = max(reached[0], reached[1] - 12) if self.log.isChecked() else min(0.0, reached[0])
            self.norms.fit_y(low, reached[1])
        else:
            self.norms.fit_y(*(NOTHING_YET if self.log.isChecked() else (0.0, 1.0)))
        self.turns.draw_history(run.measures, [(self._cosine, self._cosine_band, COSINE)])
        for lines in self.events:
            lines.show(changes([run], [1.0], names=False))
        for cursor in self._cursors:
            cursor.setVisible(self.moment is not None)
            if self.moment is not None:
                cursor.setValue(self.moment)

    def summary(self) -> str:
        """Return the sizes of the last step's parts."""
        run = self.run
        if run is None or not len(run.measures):
            return ""
        last = run.measures.last[-1]
        return f"{run.name}: " + ", ".join(f"{text} {number_text(float(last[column]))}" for text, column, _ in PARTS)

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Norms and cosine of the selected run, a row a recorded epoch."""
        run = self.run
        columns = [*(column for _, column, _ in PARTS), COSINE]
        rows: list[list[object]] = []
        if run is not None:
            for at, values in zip(run.measures.position, run.measures.last, strict=True):
                rows.append([run.name, float(at), *(float(values[column]) for column in columns)])
        return ["run", "epoch", "gradient_part", "momentum_part", "step", "cosine"], rows

    @Slot(bool)
    def _log_toggled(self, on: bool) -> None:
        self.norms.set_log_y(on)
        self.norms.automatic = True
        self.redraw_now()

    @Slot(object)
    def _hovered(self, place: QPointF | None) -> None:
        run = self.run
        if place is None or run is None or not len(run.measures):
            self.read_out.clear()
            return
        at = nearest(run.measures.position, place.x())
        values = run.measures.last[at]
        words = [f"{text.split()[0]} {number_text(float(values[column]), 3)}" for text, column, _ in PARTS]
        cosine = float(values[COSINE])
        if np.isfinite(cosine):
            words.append(f"cosine {cosine:.2f}")
        self.read_out.setText(f"epoch {number_text(float(run.measures.position[at]), 6)}: " + ", ".join(words))
