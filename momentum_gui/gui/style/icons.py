"""The window's icons: SVG files, drawn in a colour of the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap

from momentum_gui.assets import resource
from momentum_gui.gui.style import theme
from momentum_gui.gui.style.shapes import run_shape, shape_path

SIZE = 18


def icon(name: str, color: str = "") -> QIcon:
    """Return the icon of that name in this colour, by default the theme's text; paler where disabled."""
    present = theme.current()
    return drawn(name, color or present.text, theme.mixed(present.muted, present.window, 0.5).name())


@cache
def drawn(name: str, color: str, disabled: str) -> QIcon:
    """Return the icon's pixmaps in both states, at the scale of each screen that the window may be on."""
    result = QIcon()
    scales = {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    for mode, ink in ((QIcon.Mode.Normal, color), (QIcon.Mode.Disabled, disabled)):
        for scale in scales:
            result.addPixmap(pixmap(name, ink, SIZE, scale), mode)
    return result


def pixmap(name: str, color: str, size: int, scale: float = 1.0) -> QPixmap:
    """Return one picture of an icon: `size` in logical pixels."""
    from PySide6.QtSvg import QSvgRenderer

    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    result = QPixmap(round(size * scale), round(size * scale))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, result.width(), result.height()))
    painter.end()
    result.setDevicePixelRatio(scale)
    return result


def swatch(run: int, size: int = 12) -> QPixmap:
    """Return the mark of a run: its shape in its colour."""
    result = QPixmap(size * 2, size * 2)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.run_color(run)))
    painter.translate(size, size)
    painter.drawPath(shape_path(run_shape(run), 2 * size - 5))
    painter.end()
    result.setDevicePixelRatio(2)
    return result


def swatch_icon(run: int) -> QIcon:
    """Return a run's mark for a table: in its own colour in selected rows too."""
    result, disc = QIcon(), swatch(run)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        result.addPixmap(disc, mode)
    return result


def application_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(resource("icons", "momentum-gui.svg")))
