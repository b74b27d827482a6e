"""The landscape drawn with OpenGL, in a buffer of its own: the widget paints the finished picture and its words.

A QOpenGLWidget would have Qt put the whole window together on the graphics card from then on, which in software costs
more than all plots, and would draw in a paint event, where nothing can be caught. Only `opengl` imports this.
"""

from __future__ import annotations

import math

from OpenGL import GL
from pyqtgraph.opengl.GLViewWidget import GLViewMixin
from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QSurfaceFormat,
    QVector3D,
    QWheelEvent,
)
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat
from PySide6.QtWidgets import QSizePolicy, QWidget

from momentum_gui.gui.plots.surface.view3d.gl_items import GLItems
from momentum_gui.gui.plots.surface.view3d.landscape import HIGH, Scene
from momentum_gui.gui.plots.surface.view3d.scales import most_ticks, write
from momentum_gui.gui.style import theme

SAMPLES = 4
FIELD = 34.0
"""The camera's angle across the picture's shorter side, in degrees."""
FOR_WORDS = 36.0
"""Pixels of the shorter side that numbers and names take: in a small picture they take more of it."""
HOME = {"azimuth": -68.0, "elevation": 33.0, "distance": 4.6}
NEAREST, FARTHEST = 1.2, 20.0
SMALLEST = QSize(64, 64)


class GLSurfaceWidget(GLViewMixin, QWidget):
    """A picture to be turned (drag), moved (Ctrl and drag) and zoomed (wheel); a double click tells `fitted`.

    `failed` tells that OpenGL gave up. Raises RuntimeError where there is none, and whatever a driver raises.
    """

    failed = Signal()
    fitted = Signal()

    def __init__(self) -> None:
        self._image = QImage()
        self._late: QTimer | None = None
        self._open_context()
        super().__init__()
        self._drawing, self._live = False, False
        self.scene: Scene | None = None
        self.things = GLItems(self)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._draw_late)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(10, 10)
        self.setFocusPolicy(self.focusPolicy().ClickFocus)
        self.setAccessibleName("Error surface in 3D")
        self.face()
        if self.render_image(SMALLEST, 1.0).isNull():
            raise RuntimeError("no OpenGL")

    def _open_context(self) -> None:
        wanted = QSurfaceFormat()
        wanted.setDepthBufferSize(24)
        self._context, self._surface = QOpenGLContext(), QOffscreenSurface()
        self._context.setFormat(wanted)
        if not self._context.create() or not self._context.isValid():
            raise RuntimeError("no OpenGL")
        self._surface.setFormat(self._context.format())
        self._surface.create()
        if not self._surface.isValid() or not self._context.makeCurrent(self._surface):
            raise RuntimeError("no OpenGL")
        version = str(GL.glGetString(GL.GL_VERSION) or b"", "ascii", "replace")
        self._context.doneCurrent()
        if version.startswith(("0", "1.")):
            raise RuntimeError("no OpenGL")

    # What pyqtgraph's camera and items ask of the widget they are in.

    def isValid(self) -> bool:
        """Return whether there is a context to draw with."""
        return self._context.isValid()

    def context(self) -> QOpenGLContext:
        """Return the context that is drawn with."""
        return self._context

    def update(self, *_: object) -> None:
        """Draw again soon: camera or items have changed."""
        if self._late is not None and not self._drawing and self.isVisible():
            self._late.start(0)

    # Drawing.

    def show_scene(self, scene: Scene, *, live: bool = False) -> None:
        """Show another landscape, now if it is visible; plainly while it moves by itself (`live`)."""
        self.scene, self._live = scene, live
        self.things.show(scene)
        if self.isVisible():
            self._draw_late()

    def face(self) -> None:
        """Go back to the first point of view."""
        self.setCameraPosition(pos=QVector3D(0, 0, 0.32 * HIGH), **HOME)

    def render_image(self, size: QSize, scale: float) -> QImage:
        """Return the picture at `scale` × a size in pixels of the screen; a null one where OpenGL refuses."""
        wide, high = max(1, round(size.width() * scale)), max(1, round(size.height() * scale))
        if not self._context.makeCurrent(self._surface):
            return QImage()
        self._drawing = True
        try:
            image = self._drawn(wide, high, scale)
        finally:
            self._drawing = False
            self._context.doneCurrent()
        if image.isNull() or self.scene is None:
            return image
        matrix = self.currentProjection() * self.currentModelView()
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        write(painter, size, matrix, self.scene, self.opts["azimuth"], self.font())
        painter.end()
        return image

    def _drawn(self, wide: int, high: int, scale: float) -> QImage:
        """Return what OpenGL draws into a new buffer of that many pixels."""
        kind = QOpenGLFramebufferObjectFormat()
        kind.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
        kind.setSamples(0 if self._live else SAMPLES)
        buffer = QOpenGLFramebufferObject(wide, high, kind)
        if not buffer.isValid() or not buffer.bind():
            return QImage()
        GL.glViewport(0, 0, wide, high)
        GL.glDepthMask(True)  # clearing heeds it
        self.opts["fov"] = field(wide / scale, high / scale)
        self.opts["bgcolor"] = QColor(theme.current().plot_background).getRgbF()
        self.things.dress(self.opts["azimuth"], most_ticks(wide / scale, high / scale), scale)
        self.paint(region=(0, 0, wide, high), viewport=(0, 0, wide, high))
        return buffer.toImage().convertToFormat(QImage.Format.Format_RGB32)

    def drawItemTree(self, item: object = None, useItemNames: bool = False) -> None:
        """Draw all items in order. What goes wrong is raised here, and not printed for each item and each frame."""
        self._modelViewStack[:] = [self.viewMatrix()]
        for thing in sorted(self.items, key=lambda thing: thing.depthValue()):
            if thing.visible():
                thing.paint()

    @Slot()
    def _draw_late(self) -> None:
        ratio = self.devicePixelRatioF()
        try:
            image = self.render_image(self.size(), ratio)
        except Exception:  # a driver may fail in any way; then the surface is flat again
            image = QImage()
        if image.isNull():
            self.failed.emit()
            return
        image.setDevicePixelRatio(ratio)
        self._image = image
        QWidget.update(self)

    def end(self) -> None:
        """Draw no more."""
        assert self._late is not None
        self._late.stop()
        self.keyTimer.stop()

    # What Qt tells.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().plot_background))
        painter.drawImage(0, 0, self._image)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fitted.emit()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        distance = self.opts["distance"] * 0.999 ** event.angleDelta().y()
        self.setCameraPosition(distance=min(FARTHEST, max(NEAREST, distance)))
        event.accept()


def field(wide: float, high: float) -> float:
    """Return the camera's angle across the width, in degrees, so that the shorter side shows FIELD, and room for
    words."""
    across = math.tan(math.radians(FIELD / 2)) * max(1.0, wide / high) * (1.0 + FOR_WORDS / min(wide, high))
    return math.degrees(2 * math.atan(across))
