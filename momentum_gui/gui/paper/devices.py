"""A figure as PNG, SVG or PDF: painted whole into memory first, then written all at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from momentum_gui.gui.paper.form import INCH, SCREEN_DPI, PictureForm
from momentum_gui.gui.paper.svg_strokes import with_plain_strokes
from momentum_gui.gui.style import theme
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.errors import BadInputError

PICTURES = (".png", ".svg", ".pdf")
ROOT = re.compile(rb'<svg width="[^"]*" height="[^"]*"')


@dataclass(frozen=True)
class Figure:
    """What is drawn: its size in pixels of a screen, and how to paint it there.

    `clips` says that the painting clips to parts of itself, and never to two of them one after the other: Qt's SVG does
    not go back to the clipping before.
    """

    size: QSizeF
    paint: Callable[[QPainter], None]
    clips: bool = True


def kind(path: str | Path) -> str:
    """Return the suffix of a picture. Raises BadInputError for one that is not of a picture."""
    suffix = Path(path).suffix.lower()
    if suffix not in PICTURES:
        raise BadInputError(f"{path}: allowed are names that end in {', '.join(PICTURES)}, or .csv for the data")
    return suffix


def save_figure(figure: Figure, path: str | Path, form: PictureForm | None = None) -> None:
    """Write a figure in a form; the suffix says as what. A figure of another shape is centred.

    The theme in force gives the background. Raises BadInputError for another suffix, OSError where it cannot be drawn
    or written.
    """
    make = {".png": png, ".svg": svg, ".pdf": pdf}[kind(path)]
    write_atomically(path, make(figure, form or PictureForm()))


def page_of(figure: Figure, form: PictureForm) -> QSizeF:
    """Return the size of the whole picture in pixels of a screen."""
    return figure.size if form.layout_size is None else QSizeF(*form.layout_size)


def paint_on_page(painter: QPainter, figure: Figure, page: QSizeF) -> None:
    """Paint background and figure, as large as it fits."""
    painter.fillRect(QRectF(0, 0, page.width(), page.height()), QColor(theme.current().plot_background))
    share = min(page.width() / figure.size.width(), page.height() / figure.size.height())
    if abs(share - 1) > 1e-3:
        free = page - figure.size * share
        painter.translate(free.width() / 2, free.height() / 2)
        painter.scale(share, share)
    figure.paint(painter)


def png(figure: Figure, form: PictureForm) -> bytes:
    """Return a PNG. Raises OSError where it does not fit into memory."""
    return encoded(image_of(figure, form))


def encoded(image: QImage) -> bytes:
    """Return an image as PNG. Raises OSError where there is not enough memory."""
    with opened() as buffer:
        if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
            raise OSError("the picture cannot be encoded as PNG")
        return bytes(buffer.data().data())


def image_of(figure: Figure, form: PictureForm) -> QImage:
    """Return the figure in pixels. Raises OSError where it does not fit into memory."""
    page = page_of(figure, form)
    wide, high = form.pixels or (round(page.width() * form.scale), round(page.height() * form.scale))
    image = QImage(max(1, wide), max(1, high), QImage.Format.Format_RGB32)
    if image.isNull():
        raise OSError(f"a picture of {wide} × {high} pixels is too large")
    image.fill(QColor(theme.current().plot_background))
    painter = QPainter(image)
    try:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(image.width() / page.width(), image.height() / page.height())
        paint_on_page(painter, figure, page)
    finally:
        painter.end()
    # Only now: axes are recorded for a screen's resolution, and would be played back larger on an image of another.
    for set_dots in (image.setDotsPerMeterX, image.setDotsPerMeterY):
        set_dots(round(form.resolution / INCH * 1000))
    return image


def svg(figure: Figure, form: PictureForm) -> bytes:
    """Return an SVG file: 1.1 where there is clipping, which 1.2 Tiny lacks; its size is in millimetres."""
    page = page_of(figure, form)
    with opened() as buffer:
        version = QSvgGenerator.SvgVersion
        generator = QSvgGenerator(version.Svg11 if figure.clips else version.SvgTiny12)
        generator.setOutputDevice(buffer)
        generator.setSize(QSize(round(page.width()), round(page.height())))
        generator.setViewBox(QRectF(0, 0, page.width(), page.height()))
        generator.setResolution(SCREEN_DPI)
        generator.setTitle("Momentum GUI")
        paint_on(generator, figure, page)
        written = bytes(buffer.data().data())
    wide, high = (f"{side * INCH / SCREEN_DPI:.6g}mm" for side in (page.width(), page.height()))
    return with_plain_strokes(ROOT.sub(f'<svg width="{wide}" height="{high}"'.encode(), written, count=1))


def pdf(figure: Figure, form: PictureForm) -> bytes:
    """Return a PDF file of one page, as large as the picture."""
    page = page_of(figure, form)
    with opened() as buffer:
        writer = QPdfWriter(buffer)
        writer.setResolution(SCREEN_DPI)
        sides = page * INCH / SCREEN_DPI
        writer.setPageSize(QPageSize(sides, QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.ExactMatch))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        writer.setCreator("Momentum GUI")
        paint_on(writer, figure, page)
        return bytes(buffer.data().data())


def paint_on(device: QSvgGenerator | QPdfWriter, figure: Figure, page: QSizeF) -> None:
    """Paint on a vector device, images without loss. Raises OSError where it takes no painter."""
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("the picture cannot be drawn")
    try:
        painter.setRenderHints(QPainter.RenderHint.LosslessImageRendering | QPainter.RenderHint.Antialiasing)
        paint_on_page(painter, figure, page)
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
