"""A sweep as a picture: one map for each rule on the same scale, the colour bar, and the answer in words."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from momentum_gui.gui.plots.sweep.color_bar import ColorBar
from momentum_gui.gui.plots.sweep.map import MapNumbers, SweepMap
from momentum_gui.gui.plots.sweep.words import boundary_text
from momentum_gui.gui.style import theme
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.sweep.answer import Answer
from momentum_gui.lab.sweep.measures import MEASURES
from momentum_gui.lab.sweep.stability_line import UNKNOWN, EndCurvature, stability_boundary
from momentum_gui.lab.sweep.table import SweepTable

SCALE = 2.0
"""Pixels of a PNG for each of the screen's."""
SHARP_PIXELS = 800
"""Pixels of a map's image along its longer side: viewers of SVG blur between them, and so only at the cells' edges."""
MAP_SIZE = QSize(430, 330)


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


def make_widget(picture: SweepPicture) -> QWidget:
    """Return the whole picture as a widget, laid out in its final size."""
    table, grid, colors = picture.table, picture.table.grid, theme.current()
    widget = QWidget()
    widget.setAutoFillBackground(True)
    widget.setStyleSheet(f"QLabel {{ color: {colors.text}; }}")
    colored = widget.palette()
    colored.setColor(widget.backgroundRole(), QColor(colors.plot_background))
    widget.setPalette(colored)
    columns = min(3, len(grid.rules))
    rows = math.ceil(len(grid.rules) / columns)
    least = max(1, SHARP_PIXELS // max(len(grid.learning_rate), len(grid.momentum)))
    maps = QGridLayout()
    maps.setSpacing(10)
    for number, rule in enumerate(grid.rules):
        chart = SweepMap(grid.learning_rate, grid.momentum)
        chart.setFixedSize(MAP_SIZE)
        chart.show_numbers(picture.numbers, number, least_pixels=least)
        chart.show_answer(picture.answer, number)
        chart.show_boundary(grid.rule(rule), picture.curvature)
        maps.addWidget(heading(grid.rule(rule).title), 2 * (number // columns), number % columns)
        maps.addWidget(chart, 2 * (number // columns) + 1, number % columns)
    bar = ColorBar(picture.numbers, MEASURES[picture.measure].title.lower())
    bar.setFixedHeight(MAP_SIZE.height())
    beside = QHBoxLayout()
    beside.addLayout(maps)
    beside.addWidget(bar, 0, Qt.AlignmentFlag.AlignBottom if rows == 1 else Qt.AlignmentFlag.AlignVCenter)
    trainings = "trainings" if table.grid.runs > 1 else "training"
    title = heading(
        f"{MEASURES[picture.measure].title} over learning rate and momentum: {grid.runs:,} {trainings}", 1.15
    )
    note = QLabel(picture.notes())
    note.setWordWrap(True)
    note.setFixedWidth(columns * (MAP_SIZE.width() + 10) + bar.width() - 10)
    note.ensurePolished()
    note.setFixedHeight(note.heightForWidth(note.width()))
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


def heading(text: str, size: float = 1.0) -> QLabel:
    """Return a line of text in bold."""
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * size)
    label.setFont(font)
    return label


def save_sweep_plot(picture: SweepPicture, path: str | Path, *, mode: str = "light") -> None:
    """Draw the maps into a .png, .svg or .pdf, without a display. Raises OSError where it cannot be written.

    mode: "light", as for print, or "dark". Makes the QApplication where there is none.
    """
    path = Path(path)
    application = QApplication.instance()
    if application is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QApplication(["momentum-gui"])
    before = theme.mode()
    theme.set_theme(mode)
    try:
        save_sweep_widget(picture, path)
    finally:
        if before != mode:
            theme.set_theme(before)


def save_sweep_widget(picture: SweepPicture, path: str | Path) -> None:
    """Draw the maps in the theme in force into a .png, .svg or .pdf. Raises OSError where it cannot be written."""
    widget = make_widget(picture)
    try:
        write_atomically(path, drawn(widget, Path(path).suffix.lower()))
    finally:
        widget.deleteLater()


def drawn(widget: QWidget, suffix: str) -> bytes:
    """Return the widget as the bytes of a file of that kind."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    size = widget.size()
    if suffix == ".svg":
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(size)
        generator.setViewBox(QRect(QPoint(0, 0), size))
        paint(widget, generator)
    elif suffix == ".pdf":
        writer = QPdfWriter(buffer)
        writer.setResolution(96)
        writer.setPageSize(QPageSize(QSizeF(size) * 72 / 96, QPageSize.Unit.Point))
        writer.setPageMargins(writer.pageLayout().margins() * 0)
        paint(widget, writer)
    else:
        image = QImage(size * SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SCALE)
        image.fill(QColor(theme.current().plot_background))
        paint(widget, image)
        if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stubs ask for bytes, Qt refuses them
            raise OSError("the picture could not be encoded")
    buffer.close()
    return bytes(buffer.data().data())


def paint(widget: QWidget, device: object) -> None:
    """Render the widget with a painter on a device."""
    painter = QPainter(device)  # type: ignore[call-overload]
    try:
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        widget.render(painter, QPoint(0, 0))
    finally:
        painter.end()
