"""Plots as PNG, SVG, PDF, and their data as CSV: painted whole into memory first, then written all at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QRectF, QSize, QSizeF
from PySide6.QtGui import (
    QColor,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from momentum_gui.gui.export.page import Layout, dressed, widened
from momentum_gui.gui.export.svg_strokes import with_plain_strokes
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.style import theme
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.errors import BadInputError

PICTURES = (".png", ".svg", ".pdf")
DOTS = 96
"""Dots an inch of vector pictures: Qt lays out axes and text right at this resolution only."""
POINTS_PER_PIXEL = 0.75
SCALE = 2.0
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A text cell that begins with one of these would be taken for a formula by a spreadsheet."""

Paint = Callable[[QPainter], None]


def export_view(view: View, path: str | Path) -> None:
    """Write a view's plot, or for `.csv` its data, as the path's suffix says.

    Raises BadInputError for another suffix, OSError where it cannot be written; the file is then as it was before.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        save_table(view, path)
    else:
        save_picture(view, path)


def save_table(view: View, path: str | Path) -> None:
    """Write a view's data as CSV. Raises OSError."""
    header, rows = view.export_table()
    write_atomically(path, table_text(header, rows))


def table_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV after RFC 4180 with `\\n`: numbers at full precision, NaN empty, no text that is a
    formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """Return one cell: text that a spreadsheet would execute gets a leading apostrophe; numbers never."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(RISKY) else value
    return "" if value != value else value


def save_picture(view: View, path: str | Path, scale: float = SCALE, chosen: theme.Theme | None = None) -> None:
    """Write a view's plot as PNG (`scale` times its size on the screen), SVG or PDF, in the light theme by default.

    Raises BadInputError for another suffix, OSError where it cannot be written.
    """
    kind(path)
    if view.save_picture(path, chosen or theme.LIGHT):
        return
    if not isinstance(view, PlotView) or not view.plots:  # numbers and drawings that are no plots: as on the screen
        save_painted(path, QSizeF(view.size()), lambda painter: view.render(painter, QPoint()), scale)
        return
    pixels = scale if kind(path) == ".png" else 1.0
    with dressed(view, chosen or theme.LIGHT), widened(view, pixels):
        image = view.painted(pixels)
        if image is not None and kind(path) != ".png":
            raise BadInputError(f"{path}: a 3D picture is made of pixels: save it as .png, or turn 3D off before")
        picture = Layout(view, image)
        save_painted(path, picture.size, picture.paint, scale)


def kind(path: str | Path) -> str:
    """Return the suffix of a picture. Raises BadInputError for one that is not of a picture."""
    suffix = Path(path).suffix.lower()
    if suffix not in PICTURES:
        raise BadInputError(f"{path}: allowed are names that end in {', '.join(PICTURES)}, or .csv for the data")
    return suffix


def save_painted(path: str | Path, size: QSizeF, paint: Paint, scale: float = SCALE) -> None:
    """Write what `paint` draws into a rectangle of this size (in pixels of a screen); the suffix says as what.

    Raises BadInputError for another suffix, OSError where it cannot be drawn or written.
    """
    make = {".png": png, ".svg": svg, ".pdf": pdf}[kind(path)]
    write_atomically(path, make(size, paint, scale))


def png(size: QSizeF, paint: Paint, scale: float) -> bytes:
    """Return a PNG of `scale` × the size. Raises OSError where it does not fit into memory."""
    wide, high = max(1, round(size.width() * scale)), max(1, round(size.height() * scale))
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    if image.isNull():
        raise OSError(f"a picture of {wide} × {high} pixels is too large")
    image.fill(QColor("white"))
    painter = QPainter(image)
    try:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        paint(painter)
    finally:
        painter.end()
    # Only now: axes are recorded for a screen's resolution, and would be played back larger on an image of another.
    image.setDotsPerMeterX(round(DOTS * scale / 0.0254))
    image.setDotsPerMeterY(round(DOTS * scale / 0.0254))
    return encoded(image)


def encoded(image: QImage) -> bytes:
    """Return an image as PNG. Raises OSError where there is not enough memory."""
    with opened() as buffer:
        if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
            raise OSError("the picture cannot be encoded as PNG")
        return bytes(buffer.data().data())


def svg(size: QSizeF, paint: Paint, _scale: float) -> bytes:
    """Return an SVG 1.1 file, which has clipping; its strokes are plain ones."""
    with opened() as buffer:
        generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        generator.setOutputDevice(buffer)
        generator.setSize(QSize(round(size.width()), round(size.height())))
        generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
        generator.setResolution(DOTS)
        generator.setTitle("Momentum GUI")
        paint_on(generator, paint)
        return with_plain_strokes(bytes(buffer.data().data()))


def pdf(size: QSizeF, paint: Paint, _scale: float) -> bytes:
    """Return a PDF file of one page, as large as the plot."""
    with opened() as buffer:
        writer = QPdfWriter(buffer)
        writer.setResolution(DOTS)
        page = QSizeF(size.width() * POINTS_PER_PIXEL, size.height() * POINTS_PER_PIXEL)
        writer.setPageSize(QPageSize(page, QPageSize.Unit.Point))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        writer.setCreator("Momentum GUI")
        paint_on(writer, paint)
        return bytes(buffer.data().data())


def paint_on(device: QSvgGenerator | QPdfWriter, paint: Paint) -> None:
    """Paint on a vector device, images without loss. Raises OSError where it takes no painter."""
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("the picture cannot be drawn")
    try:
        painter.setRenderHints(QPainter.RenderHint.LosslessImageRendering | QPainter.RenderHint.Antialiasing)
        paint(painter)
    finally:
        painter.end()


@contextmanager
def opened() -> Iterator[QBuffer]:
    """A buffer in memory, open for writing."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    try:
        yield buffer
    finally:
        buffer.close()
