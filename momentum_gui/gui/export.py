"""Plots as PNG, SVG, PDF, and their data as CSV: painted whole into memory first, then written all at once."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QImage,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QPen,
    QTextDocument,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem, QGraphicsTextItem, QWidget

from momentum_gui.gui import theme
from momentum_gui.gui.plots.base import View
from momentum_gui.gui.plots.plot import Plot
from momentum_gui.gui.plots.view import PlotView
from momentum_gui.gui.svg_strokes import with_plain_strokes
from momentum_gui.lab.bad_input import BadInputError
from momentum_gui.lab.files import write_atomically

PICTURES = (".png", ".svg", ".pdf")
DOTS = 96
"""Dots an inch of vector pictures: Qt lays out axes and text right at this resolution only."""
POINTS_PER_PIXEL = 0.75
MARGIN = 8.0
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
    """A table as CSV after RFC 4180 with `\\n`: numbers at full precision, NaN empty, no text that is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """One cell: text that a spreadsheet would execute gets a leading apostrophe; numbers never."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(RISKY) else value
    return "" if value != value else value


def save_picture(view: View, path: str | Path, scale: float = SCALE, chosen: theme.Theme | None = None) -> None:
    """Write a view's plot as PNG (`scale` times its size on the screen), SVG or PDF, in the light theme by default.

    Raises BadInputError for another suffix, OSError where it cannot be written.
    """
    kind(path)
    assert isinstance(view, QWidget)
    if not isinstance(view, PlotView):
        save_painted(path, QSizeF(view.size()), lambda painter: view.render(painter, QPoint()), scale)
        return
    pixels = scale if kind(path) == ".png" else 1.0
    with dressed(view, chosen or theme.LIGHT), widened(view, pixels):
        picture = Layout(view)
        save_painted(path, picture.size, picture.paint, scale)


def kind(path: str | Path) -> str:
    """The suffix of a picture. Raises BadInputError for one that is not of a picture."""
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
    """A PNG of `scale` × the size. Raises OSError where it does not fit into memory."""
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
    with opened() as buffer:
        if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
            raise OSError("the picture cannot be encoded as PNG")
        return bytes(buffer.data().data())


def svg(size: QSizeF, paint: Paint, _scale: float) -> bytes:
    """An SVG 1.1 file, which has clipping; its strokes are plain ones."""
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
    """A PDF file of one page, as large as the plot."""
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


@contextmanager
def dressed(view: PlotView, chosen: theme.Theme) -> Iterator[None]:
    """The view in another theme and laid out even if it was never shown; as before afterwards."""
    shown = view.isVisible()
    if not shown:
        if view.width() < 320 or view.height() < 200:
            view.resize(720, 480)
        activate(view)
    before = theme.current()
    try:
        with theme.using(chosen):
            view.apply_theme()
            activate(view)
            yield
    finally:
        if before is not chosen:
            view.apply_theme()


def activate(view: PlotView) -> None:
    """Bring the layouts of a view and of its plots up to date now, without the event loop."""
    if not view.isVisible():
        view.grab()  # the only call by which Qt lays out what was never shown, all the way down
    for plot in view.plots:
        plot.resizeEvent(None)
        plot.getPlotItem().layout.activate()
        plot.scene().prepareForPaint()


class Layout:
    """A view on paper: its runs by name and colour, its plots as on the screen, its words below."""

    def __init__(self, view: PlotView) -> None:
        self.view = view
        width = max(plot.width() for plot in view.plots)
        self._head = words(legend(view), width - 2 * MARGIN)
        self._foot = words(notes(view), width - 2 * MARGIN)
        heights = [float(plot.height()) for plot in view.plots]
        self._top = self._head.size().height() + MARGIN if legend(view) else 0.0
        below = self._foot.size().height() + MARGIN if notes(view) else 0.0
        self.size = QSizeF(width, self._top + sum(heights) + below)

    def paint(self, painter: QPainter) -> None:
        """Paint everything, background first."""
        painter.fillRect(QRectF(0, 0, self.size.width(), self.size.height()), QColor(theme.current().plot_background))
        text(painter, self._head, MARGIN, MARGIN / 2)
        y = self._top
        for plot in self.view.plots:
            target = QRectF(0, y, plot.width(), plot.height())
            plot.scene().prepareForPaint()
            with unlettered(plot) as labels:
                plot.scene().render(painter, target, plot.range, Qt.AspectRatioMode.IgnoreAspectRatio)
            for label in labels:
                letter(painter, label, y)
            y += plot.height()
        text(painter, self._foot, MARGIN, y)


def legend(view: PlotView) -> str:
    """The runs that are drawn, and what a view's own key says, as rich text."""
    parts = [
        f'<span style="color:{theme.run_color(number)}">▬</span> {html.escape(run.name)}'
        for number, run in view.runs_shown()
    ]
    if (key := getattr(view, "key", None)) is not None:
        parts = [f"<b>{html.escape(view.run.name)}</b>" if view.run is not None else "", key.text()]
    return " &nbsp; ".join(part for part in parts if part)


def notes(view: PlotView) -> str:
    """What a view says below its plots: where the run stands, what is held fixed or left out."""
    labels = (getattr(view, name, None) for name in ("state", "sentence"))
    return "<br>".join(label.text() for label in labels if label is not None and label.text())


def words(rich: str, width: float) -> QTextDocument:
    """Rich text wrapped to a width, in the theme's colour."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    font = document.defaultFont()
    font.setPixelSize(12)
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(f"body {{ color: {theme.current().plot_foreground}; }}")
    document.setHtml(f"<body>{rich}</body>")
    document.setTextWidth(width)
    return document


def text(painter: QPainter, document: QTextDocument, x: float, y: float) -> None:
    """Paint rich text at a place."""
    painter.save()
    painter.translate(x, y)
    document.drawContents(painter)
    painter.restore()


@contextmanager
def unlettered(plot: Plot) -> Iterator[list[QGraphicsTextItem]]:
    """The plot without its labels and axis titles, and those, to be written afterwards.

    Such an item clips to itself, and QSvgGenerator does not go back: all that follows would be cut to the label.
    """
    labels = [
        item
        for item in plot.scene().items()
        if isinstance(item, QGraphicsTextItem) and item.isVisible() and item.toPlainText()
    ]
    for label in labels:
        label.setVisible(False)
    try:
        yield labels
    finally:
        for label in labels:
            label.setVisible(True)


def letter(painter: QPainter, label: QGraphicsTextItem, y: float) -> None:
    """Write one label where it stands in its plot, which begins at `y`."""
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette.setColor(QPalette.ColorRole.Text, label.defaultTextColor())
    painter.save()
    painter.translate(0.0, y)
    painter.setTransform(label.sceneTransform(), True)
    label.document().documentLayout().draw(painter, context)
    painter.restore()


@contextmanager
def widened(view: PlotView, factor: float) -> Iterator[None]:
    """Smooth lines, and pens of constant width made wider by a factor: Qt does not scale those with the picture."""
    undo: list[Callable[[], None]] = []
    for plot in view.plots:
        for item in plot.scene().items():
            if hasattr(item, "setExportMode"):
                item.setExportMode(True, {"antialias": True, "resolutionScale": factor})
                undo.append(lambda item=item: item.setExportMode(False))  # type: ignore[misc]
            if factor != 1.0:
                undo += widen(item, factor)
    try:
        yield
    finally:
        for step in reversed(undo):
            step()


def widen(item: QGraphicsItem, factor: float) -> list[Callable[[], None]]:
    """Widen one item's pens; what undoes it."""
    if isinstance(item, pg.PlotCurveItem):
        before = item.opts["pen"]
        item.opts["pen"] = wider(before, factor)
        return [lambda: item.opts.__setitem__("pen", before)]
    if isinstance(item, pg.InfiniteLine):
        pen = item.currentPen
        item.currentPen = wider(pen, factor)
        return [lambda: setattr(item, "currentPen", pen)]
    if isinstance(item, pg.AxisItem):
        axis_pen = item._pen
        item._pen, item.picture = wider(item.pen(), factor), None

        def narrow() -> None:
            item._pen, item.picture = axis_pen, None

        return [narrow]
    if isinstance(item, pg.ScatterPlotItem):
        pens = item.data["pen"].copy()
        default = item.opts["pen"]
        item.opts["pen"] = wider(default, factor)
        item.data["pen"] = [wider(pen, factor) for pen in pens]

        def restore() -> None:
            item.opts["pen"], item.data["pen"] = default, pens

        return [restore]
    if isinstance(item, pg.ArrowItem):
        item.setScale(factor)  # an arrow's head keeps its size on the device
        return [lambda: item.setScale(1.0)]
    if isinstance(item, QGraphicsPathItem | QGraphicsRectItem):
        shape_pen = QPen(item.pen())
        item.setPen(wider(shape_pen, factor))
        return [lambda: item.setPen(shape_pen)]
    return []


def wider(pen: Any, factor: float) -> Any:
    """A pen `factor` times as wide, if it is one of constant width; anything else as it is."""
    if not isinstance(pen, QPen) or not pen.isCosmetic() or pen.style() is Qt.PenStyle.NoPen:
        return pen
    result = QPen(pen)
    result.setWidthF(max(1.0, pen.widthF()) * factor)
    return result
