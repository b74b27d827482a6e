"""A view on paper: its runs, its plots in another theme and at another scale, its words; the screen stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QFont, QImage, QPainter, QPalette, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem, QGraphicsTextItem

from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.paper.text import MARGIN, text, words
from momentum_gui.gui.plots.common.curve import Curve
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.plots.surface.contours import ValueLabel
from momentum_gui.gui.style import theme

FITTING = 4
"""How often a view is resized until its page has the size wanted: words wrap otherwise in another width."""
LEAST = 40
"""No side of a view is shorter, in pixels."""


@contextmanager
def posed(view: View, form: PictureForm, *, captions: bool = True) -> Iterator[QSizeF | None]:
    """The view as a form asks: in its theme, with its type, in its size; as before afterwards.

    Gives the room for the picture, in pixels of a screen; None for the size on the screen. A view that was never shown
    is laid out.
    """
    before, geometry, font = theme.current(), view.geometry(), view.font()
    chosen = theme.THEMES[form.theme]
    own_font = view.testAttribute(Qt.WidgetAttribute.WA_SetFont)
    if not view.isVisible():
        if view.width() < 320 or view.height() < 200:
            view.resize(720, 480)
        activate(view)
    if form.type_size is not None:
        smaller = QFont(font)
        smaller.setPointSizeF(form.type_size)
        view.setFont(smaller)
    try:
        with theme.using(chosen):
            view.apply_theme()
            if form.layout_size is not None:
                fit(view, QSizeF(*form.layout_size), form.type_size, captions=captions)
            activate(view)
            view.redraw_at_rest()
            yield None if form.layout_size is None else QSizeF(*form.layout_size)
    finally:
        if form.type_size is not None:
            view.setFont(font if own_font else QFont())
        if view.geometry() != geometry:
            view.setGeometry(geometry)
        if before is not chosen or form.type_size is not None:
            view.apply_theme()


def fit(view: View, wanted: QSizeF, points: float | None, *, captions: bool = True) -> None:
    """Make a view so large that its plots, with the words around them, fill a page."""
    view.resize(round(wanted.width()), round(wanted.height()))
    if not isinstance(view, PlotView) or not view.plots:
        return
    for _ in range(FITTING):
        activate(view)
        view.redraw_at_rest()
        spare = wanted - Layout(view, None, points, captions=captions).size
        if max(abs(spare.width()), abs(spare.height())) < 1:
            return
        wide, high = view.width() + round(spare.width()), view.height() + round(spare.height())
        view.resize(max(LEAST, wide), max(LEAST, high))


def activate(view: View) -> None:
    """Bring the layouts of a view and of its plots up to date now, without the event loop."""
    if not view.isVisible():
        view.grab()  # the only call by which Qt lays out what was never shown, all the way down
    if (layout := view.layout()) is not None:
        layout.activate()
    for plot in view.plots if isinstance(view, PlotView) else ():
        plot.resizeEvent(None)
        plot.getPlotItem().layout.activate()
        plot.scene().prepareForPaint()


class Layout:
    """A view on paper: its runs by name and colour, its plots as on the screen, its words below.

    An `image` takes the place of the plots, with no key to what they draw; it knows its scale. `points` is the size of
    the words, `captions` whether there are any below the plots.
    """

    def __init__(
        self, view: PlotView, image: QImage | None = None, points: float | None = None, *, captions: bool = True
    ) -> None:
        self.image = image
        self.plots = [] if image is not None else [plot for plot in view.plots if not plot.isHidden()] or view.plots
        sizes = [QSizeF(plot.size()) for plot in self.plots] if image is None else [image.deviceIndependentSize()]
        width = max(size.width() for size in sizes)
        head = heading(view, key=image is None)
        self._head = words(head, width - 2 * MARGIN, points)
        below = notes(view) if captions else ""
        self._foot = words(below, width - 2 * MARGIN, points)
        self._top = self._head.size().height() + MARGIN if head else 0.0
        bottom = self._foot.size().height() + MARGIN if below else 0.0
        self.size = QSizeF(width, self._top + sum(size.height() for size in sizes) + bottom)

    def paint(self, painter: QPainter) -> None:
        """Paint everything."""
        text(painter, self._head, MARGIN, MARGIN / 2)
        y = self._top
        if self.image is not None:
            painter.drawImage(QPointF(0, y), self.image)
            y += self.image.deviceIndependentSize().height()
        for plot in self.plots:
            target = QRectF(0, y, plot.width(), plot.height())
            plot.scene().prepareForPaint()
            with undressed(plot) as (axes, labels):
                plot.scene().render(painter, target, plot.range, Qt.AspectRatioMode.IgnoreAspectRatio)
            for axis in axes:
                draw_axis(painter, axis, y)
            for label in labels:
                letter(painter, label, y)
            y += plot.height()
        text(painter, self._foot, MARGIN, y)


def heading(view: PlotView, *, key: bool = True) -> str:
    """Return what is drawn, and what a view's own `key` says, as rich text."""
    parts = view.legend()
    if key:
        parts.append(view.key_text())
    return " &nbsp; ".join(part for part in parts if part)


def notes(view: PlotView) -> str:
    """Return what a view says below its plots: where the run is, what is held fixed or left out."""
    return "<br>".join(text for text in view.captions() if text)


@contextmanager
def undressed(plot: Plot) -> Iterator[tuple[list[pg.AxisItem], list[QGraphicsTextItem]]]:
    """The plot without its axes and labels, and those, to be drawn afterwards.

    They clip to themselves, and QSvgGenerator does not go back to the clipping before: what follows would be cut off.
    """
    shown = [item for item in plot.scene().items() if item.isVisible()]
    axes = [item for item in shown if isinstance(item, pg.AxisItem)]
    labels = [item for item in shown if isinstance(item, QGraphicsTextItem) and item.toPlainText()]
    for label in labels:
        label.setVisible(False)
    for axis in axes:
        axis.setOpacity(0.0)  # hidden, it would give up its place
    try:
        yield axes, labels
    finally:
        for label in labels:
            label.setVisible(True)
        for axis in axes:
            axis.setOpacity(1.0)


def draw_axis(painter: QPainter, axis: pg.AxisItem, y: float) -> None:
    """Draw one axis where it is in its plot, which begins at `y`: line, ticks and numbers."""
    painter.save()
    painter.translate(0.0, y)
    painter.setTransform(axis.sceneTransform(), True)
    if axis.style["tickFont"] is not None:
        painter.setFont(axis.style["tickFont"])
    specs = axis.generateDrawSpecs(painter)
    if specs is not None:
        axis.drawPicture(painter, *specs)
    painter.restore()


def letter(painter: QPainter, label: QGraphicsTextItem, y: float) -> None:
    """Write one label where it is in its plot, which begins at `y`."""
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
    if isinstance(item, Curve):
        pens = item.pen, item.rim
        item.pen, item.rim = wider(item.pen, factor), item.rim and wider(item.rim, factor)

        def slim() -> None:
            item.pen, item.rim = pens

        return [slim]
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
    keeps_size = bool(item.flags() & QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
    if isinstance(item, pg.ArrowItem | ValueLabel) or (isinstance(item, QGraphicsPathItem) and keeps_size):
        item.setScale(factor)  # heads, marks and values on lines keep their size on the device
        return [lambda: item.setScale(1.0)]
    if isinstance(item, QGraphicsPathItem | QGraphicsRectItem):
        shape_pen = QPen(item.pen())
        item.setPen(wider(shape_pen, factor))
        return [lambda: item.setPen(shape_pen)]
    return []


def wider(pen: Any, factor: float) -> Any:
    """Return a pen `factor` times as wide, if it is one of constant width; anything else as it is."""
    if not isinstance(pen, QPen) or not pen.isCosmetic() or pen.style() is Qt.PenStyle.NoPen:
        return pen
    result = QPen(pen)
    result.setWidthF(max(1.0, pen.widthF()) * factor)
    return result
