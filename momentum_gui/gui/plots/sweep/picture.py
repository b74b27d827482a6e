"""A sweep as a picture: one map for each rule on the same scale, the colour bar, and the answer in words."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QApplication, QGraphicsView, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from momentum_gui.gui.paper.devices import Figure, save_figure
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.plots.sweep.color_bar import ColorBar
from momentum_gui.gui.plots.sweep.map import MapNumbers, SweepMap
from momentum_gui.gui.plots.sweep.words import boundary_text
from momentum_gui.gui.style import theme
from momentum_gui.lab.sweep.answer import Answer
from momentum_gui.lab.sweep.measures import MEASURES
from momentum_gui.lab.sweep.stability_line import UNKNOWN, EndCurvature, stability_boundary
from momentum_gui.lab.sweep.table import SweepTable

SHARP_PIXELS = 800
"""Pixels of a map's image along its longer side: viewers of SVG blur between them, and so only at the cells' edges."""
MAP_SIZE = QSize(430, 330)
LEAST_MAP = QSize(170, 120)
"""A smaller map shows nothing: the whole picture is scaled then."""


class SweepPicture:
    """What `save_sweep_plot` draws. curvature: that of the stability boundary."""

    def __init__(
        self,
        table: SweepTable,
        measure: str,
        target: float,
        answer: Answer | None,
        curvature: EndCurvature = UNKNOWN,
    ) -> None:
        self.table, self.measure, self.answer, self.curvature = table, measure, answer, curvature
        self.numbers = MapNumbers.of(table, measure, target)

    def boundary_shown(self) -> bool:
        """Return whether the stability boundary of any rule runs through the learning rates of the grid."""
        grid = self.table.grid
        rates, momenta = grid.learning_rate.values, np.array(grid.momentum.values)
        bounds = [stability_boundary(grid.rule(rule), momenta, self.curvature) for rule in grid.rules]
        return any(bool(((bound >= rates[0]) & (bound <= rates[-1])).any()) for bound in bounds)

    def notes(self) -> str:
        """Return the answer, and what the signs on the maps mean."""
        parts = [self.answer.sentence() if self.answer is not None else "No cell succeeded."]
        if self.answer is not None and self.answer.confirmation is not None:
            parts.append("Ring: the recommended cell. Outline: cells that cannot be told from it.")
        elif self.answer is not None:
            parts.append("Ring: the best cell. Outline: within 10 % of it.")
        if self.numbers.diverged.any():
            parts.append("Hatched: diverged.")
        if self.numbers.failed.any():
            parts.append("Dotted: target not reached.")
        if self.curvature.known:
            where = "Dashed" if self.boundary_shown() else "Beyond these rates"
            parts.append(f"{where}: {boundary_text(self.curvature)}.")
        return " ".join(parts)


def make_widget(picture: SweepPicture, room: QSizeF | None = None, font: QFont | None = None) -> QWidget:
    """Return the whole picture as a widget, laid out in its final size; with `room`, in about that size."""
    columns = min(3, len(picture.table.grid.rules))
    if room is None:
        return laid_out(picture, columns, MAP_SIZE, font)
    columns = max(1, min(columns, int(room.width() // LEAST_MAP.width())))
    size = QSize(round(room.width() / columns), round(room.height() / 2)).expandedTo(LEAST_MAP)
    widget = laid_out(picture, columns, size, font)
    rows = math.ceil(len(picture.table.grid.rules) / columns)
    for _ in range(2):  # what is not maps takes more or fewer lines in another width
        spare = room.toSize() - widget.size()
        size = (size + QSize(math.floor(spare.width() / columns), math.floor(spare.height() / rows))).expandedTo(
            LEAST_MAP
        )
        widget.deleteLater()
        widget = laid_out(picture, columns, size, font)
    return widget


def laid_out(picture: SweepPicture, columns: int, map_size: QSize, font: QFont | None) -> QWidget:
    """Return the picture with maps of a size, `columns` of them in a row."""
    table, grid, colors = picture.table, picture.table.grid, theme.current()
    widget = QWidget()
    if font is not None:
        widget.setFont(font)
    widget.setAutoFillBackground(True)
    widget.setStyleSheet(f"QLabel {{ color: {colors.text}; }}")
    colored = widget.palette()
    colored.setColor(widget.backgroundRole(), QColor(colors.plot_background))
    widget.setPalette(colored)
    rows = math.ceil(len(grid.rules) / columns)
    least = max(1, SHARP_PIXELS // max(len(grid.learning_rate), len(grid.momentum)))
    maps = QGridLayout()
    maps.setSpacing(10)
    for number, rule in enumerate(grid.rules):
        chart = SweepMap(grid.learning_rate, grid.momentum)
        chart.setFont(widget.font())
        chart.apply_theme()
        chart.setFixedSize(map_size)
        chart.show_numbers(picture.numbers, number, least_pixels=least)
        chart.show_answer(picture.answer, number)
        chart.show_boundary(grid.rule(rule), picture.curvature)
        maps.addWidget(heading(grid.rule(rule).title, widget.font()), 2 * (number // columns), number % columns)
        maps.addWidget(chart, 2 * (number // columns) + 1, number % columns)
    bar = ColorBar(picture.numbers, MEASURES[picture.measure].title.lower())
    bar.setFixedHeight(map_size.height())
    beside = QHBoxLayout()
    beside.addLayout(maps)
    beside.addWidget(bar, 0, Qt.AlignmentFlag.AlignBottom if rows == 1 else Qt.AlignmentFlag.AlignVCenter)
    trainings = "trainings" if table.grid.runs > 1 else "training"
    words = f"{MEASURES[picture.measure].title} over learning rate and momentum: {grid.runs:,} {trainings}"
    title = heading(words, widget.font(), 1.15)
    title.setWordWrap(True)
    note = QLabel(picture.notes())
    note.setWordWrap(True)
    for label in (title, note):
        label.setFixedWidth(columns * (map_size.width() + 10) + bar.width() - 10)
        label.ensurePolished()
        label.setFixedHeight(label.heightForWidth(label.width()))
    box = QVBoxLayout(widget)
    box.setContentsMargins(14, 12, 14, 12)
    box.setSpacing(8)
    box.addWidget(title)
    box.addLayout(beside)
    box.addWidget(note)
    widget.ensurePolished()
    width = widget.sizeHint().width()
    widget.resize(width, max(widget.heightForWidth(width), widget.sizeHint().height()))
    box.activate()
    return widget


def heading(text: str, base: QFont, size: float = 1.0) -> QLabel:
    """Return a line of text in bold."""
    label = QLabel(text)
    font = QFont(base)
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * size)
    label.setFont(font)
    return label


def save_sweep_plot(picture: SweepPicture, path: str | Path, form: PictureForm | None = None) -> None:
    """Draw the maps into a .png, .svg or .pdf, without a display. Raises OSError where it cannot be written.

    Makes the QApplication where there is none.
    """
    chosen = form or PictureForm()
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _kept.append(QApplication(["momentum-gui"]))
    if not theme.is_set():
        theme.set_theme(theme.mode())
    with theme.using(theme.THEMES[chosen.theme]):
        room = None if chosen.layout_size is None else QSizeF(*chosen.layout_size)
        font = QApplication.font()
        if chosen.type_size is not None:
            font.setPointSizeF(chosen.type_size)
        save_figure(sweep_figure(picture, room, font), path, chosen)


_kept: list[QApplication] = []
"""The application that was made for a picture: it may not go before the last widget."""


def sweep_figure(picture: SweepPicture, room: QSizeF | None = None, font: QFont | None = None) -> Figure:
    """Return the maps in the theme in force as a figure, in their own size or in about that of the room."""
    widget = make_widget(picture, room, font)
    widget.grab()  # lays out all there is: an axis that is resized keeps an image of itself again
    for view in widget.findChildren(QGraphicsView):
        for item in view.scene().items():
            item.setCacheMode(item.CacheMode.NoCache)  # else an image of the screen's resolution is drawn

    def paint(painter: QPainter) -> None:
        widget.render(painter, QPoint(0, 0))

    return Figure(QSizeF(widget.size()), paint, clips=False)
