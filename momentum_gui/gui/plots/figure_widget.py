"""A figure on the screen: repainted when it changed, zoomed and panned with mouse and keys, with something on top."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QSize, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.figure import Figure
from momentum_gui.gui.plots.painting import Quality, Style, pen

SETTLE_MS = 250
"""So long after the last live change, the picture is painted once more with smooth lines."""
CLICK_PIXELS = 4


class FigureWidget(QWidget):
    """Shows a Figure. What is under the mouse (`overlay`) is painted on a stored picture of the rest.

    `hovered` gives the mouse's place or None, `clicked` a chart, a place and whether Shift was held; `claims` says
    whether a drag that begins somewhere belongs to the view: it then gets `dragged` (place, Shift, whether it ended).
    Any other drag pans. `zoomed` follows each change of range by hand.
    """

    hovered = Signal(object)
    clicked = Signal(object, object, bool)
    dragged = Signal(object, bool, bool)
    zoomed = Signal()
    fitted = Signal()

    def __init__(self, figure: Figure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figure = figure
        self.overlay: Callable[[QPainter, Style], None] | None = None
        self.claims: Callable[[Chart, QPointF], bool] | None = None
        self.double_click_fits = True
        self._picture: QPixmap | None = None
        self._quality = Quality.SMOOTH
        self._last_refresh = 0.0
        self._pressed: tuple[Chart, QPointF] | None = None
        self._last_mouse = QPointF()
        self._mode = ""
        self._tabbed = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._settled)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 110)

    def sizeHint(self) -> QSize:
        return QSize(480, 340)

    def refresh(self, *, live: bool = False) -> None:
        """Paint anew: with thin, plain lines if `live` and this happens many times a second, else smooth."""
        now = time.monotonic()
        often = live and now - self._last_refresh < SETTLE_MS / 1000
        self._last_refresh = now
        self._quality = Quality.LIVE if often else Quality.SMOOTH
        self._picture = None
        if often:
            self._settle.start()
        self.update()

    @Slot()
    def _settled(self) -> None:
        self._quality = Quality.SMOOTH
        self._picture = None
        self.update()

    def style_now(self) -> Style:
        """How the figure is painted at present."""
        return Style.now(self._quality)

    def lay_out(self) -> None:
        """Place the charts for this widget's size, as after a picture of another size was painted."""
        self.figure.lay_out(QSizeF(self.size()), self.style_now())

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._picture is None or self._picture.size() != size:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(ratio)
            painter = QPainter(self._picture)
            try:
                self.figure.paint(painter, QSizeF(self.size()), self.style_now())
            finally:
                painter.end()
        painter = QPainter(self)
        try:
            painter.drawPixmap(0, 0, self._picture)
            if self.overlay is not None and not self.figure.message:
                self.overlay(painter, Style.now(Quality.SMOOTH))
            if self._tabbed and self.hasFocus():
                painter.setPen(pen(self.style_now().theme.accent, 1.0))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        finally:
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.refresh()
        super().changeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        chart = self.figure.chart_at(at)
        if chart is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            super().mousePressEvent(event)
            return
        self._pressed, self._last_mouse, self._mode = (chart, at), at, "press"
        if event.button() == Qt.MouseButton.MiddleButton:
            self._mode = "pan"
        elif self.claims is not None and self.claims(chart, at):
            self._mode = "claimed"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None:
            self.hovered.emit(at)
            return
        chart, start = self._pressed
        if self._mode == "press" and (at - start).manhattanLength() > CLICK_PIXELS:
            self._mode = "pan"
        if self._mode == "pan":
            chart.pan(at - self._last_mouse)
            self.zoomed.emit()
            self.refresh(live=True)
        elif self._mode == "claimed" and (at - start).manhattanLength() > CLICK_PIXELS:
            self.dragged.emit(at, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier), False)
        self._last_mouse = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        (chart, start), mode, at = self._pressed, self._mode, event.position()
        self._pressed, self._mode = None, ""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if mode == "claimed" and (at - start).manhattanLength() > CLICK_PIXELS:
            self.dragged.emit(at, shift, True)
        elif mode in ("press", "claimed") and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(chart, at, shift)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.double_click_fits:
            self.fitted.emit()
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        chart = self.figure.chart_at(event.position())
        turned = event.angleDelta().y() or event.angleDelta().x()
        if chart is None or not turned:
            event.ignore()
            return
        factor = 1.0015**-turned
        beside, below = event.position().x() < chart.rect.left(), event.position().y() > chart.rect.bottom()
        chart.zoom(1.0 if beside else factor, 1.0 if below else factor, event.position())
        self.zoomed.emit()
        self.refresh(live=True)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        charts = [chart for chart in self.figure.charts if chart.visible]
        moves = {
            Qt.Key.Key_Left: QPointF(40, 0),
            Qt.Key.Key_Right: QPointF(-40, 0),
            Qt.Key.Key_Up: QPointF(0, 40),
            Qt.Key.Key_Down: QPointF(0, -40),
        }
        key = Qt.Key(event.key())
        zooms = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}
        if key == Qt.Key.Key_Home:
            self.fitted.emit()
        elif charts and key in moves:
            charts[0].pan(moves[key])
            self.zoomed.emit()
        elif charts and key in zooms:
            charts[0].zoom(zooms[key], zooms[key], charts[0].rect.center())
            self.zoomed.emit()
        else:
            super().keyPressEvent(event)
            return
        self.refresh(live=True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._tabbed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
