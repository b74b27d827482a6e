"""What is drawn with OpenGL: the ground, contours, scales, and each run's path, marks, start and present position."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph.opengl as gl
from OpenGL import GL
from PySide6.QtGui import QColor

from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.surface.view3d.landscape import RunShape, Scene
from momentum_gui.gui.plots.surface.view3d.scales import lines
from momentum_gui.gui.style import theme

BEHIND = 0.28
"""The opacity of a path where hills hide it."""
BLENDED = {
    GL.GL_DEPTH_TEST: True,
    GL.GL_BLEND: True,
    GL.GL_CULL_FACE: False,
    GL.GL_POLYGON_OFFSET_FILL: False,
    "glDepthFunc": (GL.GL_LEQUAL,),
    "glDepthMask": (False,),
    "glBlendFuncSeparate": (GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA),
}
"""Lines over what is drawn already, hidden where that is nearer."""
ON_TOP = {**BLENDED, GL.GL_DEPTH_TEST: False}
SOLID = {
    GL.GL_DEPTH_TEST: True,
    GL.GL_BLEND: False,
    GL.GL_CULL_FACE: False,
    GL.GL_POLYGON_OFFSET_FILL: True,
    "glPolygonOffset": (2.0, 4.0),
    "glDepthFunc": (GL.GL_LESS,),
    "glDepthMask": (True,),
}
"""The ground, a little further away than it is, so that what lies on it is in front."""


class Line(gl.GLLinePlotItem):
    """Pieces of line of one colour and a width in pixels of the screen."""

    def __init__(self, options: dict[Any, Any], depth: int) -> None:
        super().__init__(mode="lines", glOptions=options, antialias=False)
        self.pixels = 1.0
        self.setDepthValue(depth)

    def show_pieces(self, pieces: Floats, color: QColor, pixels: float) -> None:
        """Show pieces (k, 2, 3)."""
        self.pixels = pixels
        self.setVisible(len(pieces) > 0)
        if len(pieces):
            self.setData(pos=pieces.reshape(-1, 3), color=color)

    def getShaderProgram(self) -> Any:
        """Return the program of the widget's own context: pyqtgraph keeps a single one, whatever context it belongs
        to."""
        return self.view().things.program(gl.GLLinePlotItem)


class Dots(gl.GLScatterPlotItem):
    """Discs of fixed size on the screen."""

    def __init__(self, options: dict[Any, Any], depth: int) -> None:
        super().__init__(pxMode=True, glOptions=options)
        self.pixels: Floats = np.zeros(0)
        self.setDepthValue(depth)

    def show_dots(self, places: Floats, colors: list[QColor], pixels: list[float]) -> None:
        """Show a disc at each of some places (n, 3)."""
        self.pixels = np.array(pixels, dtype=np.float32)
        self.setVisible(len(places) > 0)
        if len(places):
            rgba = np.array([color.getRgbF() for color in colors], dtype=np.float32)
            self.setData(pos=places, color=rgba, size=self.pixels)

    def paint(self) -> None:
        """Round at the edges, where the graphics card can work out each sample of a pixel by itself."""
        if smooth := self.view().context().format().version() >= (4, 0):
            GL.glEnable(GL.GL_SAMPLE_SHADING)
            GL.glMinSampleShading(1.0)
        super().paint()
        if smooth:
            GL.glDisable(GL.GL_SAMPLE_SHADING)

    def getShaderProgram(self) -> Any:
        """Return the program of the widget's own context."""
        return self.view().things.program(gl.GLScatterPlotItem)


class RunItems:
    """One run: its path with a light rim, faint where hills hide it, its marks, its start and its present position."""

    def __init__(self) -> None:
        self.rim, self.hidden, self.line = Line(BLENDED, 3), Line(ON_TOP, 4), Line(BLENDED, 5)
        self.marks, self.ends = Dots(BLENDED, 6), Dots(ON_TOP, 7)
        self.all = (self.rim, self.hidden, self.line, self.marks, self.ends)

    def show(self, run: RunShape) -> None:
        """Show a run as it is now; the selected one is drawn stronger."""
        color, white = QColor(theme.run_color(run.number)), QColor(255, 255, 255)
        rim, hidden = QColor(255, 255, 255, 120), QColor(color)
        hidden.setAlphaF(BEHIND)
        wide = 2.6 if run.selected else 1.8
        self.rim.show_pieces(run.pieces, rim, wide + 1.8)
        self.hidden.show_pieces(run.pieces, hidden, wide)
        self.line.show_pieces(run.pieces, color, wide)
        self.marks.show_dots(run.marks, [color] * len(run.marks), [5.0] * len(run.marks))
        size = 13.0 if run.selected else 10.0
        places, colors, sizes = [], [], []
        if run.start is not None:
            places, colors, sizes = [run.start] * 2, [color, white], [12.0, 8.0]
        if run.present is not None:
            inner = QColor(0, 0, 0) if run.diverged else color
            places += [run.present] * 2
            colors += [white, inner]
            sizes += [size + 3.0, size]
        self.ends.show_dots(np.array(places).reshape(-1, 3), colors, sizes)


class GLItems:
    """All items of a picture, for the one OpenGL context of its widget."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self._programs: dict[type, Any] = {}
        plain = gl.shaders.ShaderProgram("ground", gl.shaders.getShaderProgram(None).shaders)
        self.ground = gl.GLMeshItem(smooth=True, computeNormals=False, glOptions=SOLID, shader=plain)
        self.ground.setDepthValue(1)
        self.ground.setVisible(False)
        self.contours, self.scales = Line(BLENDED, 2), Line(BLENDED, 0)
        self.runs: list[RunItems] = []
        self._scene: Scene | None = None
        for item in (self.ground, self.contours, self.scales):
            view.addItem(item)

    def program(self, kind: type) -> Any:
        """Return the shaders of lines or of dots, compiled for this context."""
        if kind not in self._programs:
            kind._shaderProgram = None  # type: ignore[attr-defined]
            self._programs[kind] = kind.getShaderProgram()  # type: ignore[attr-defined]
            kind._shaderProgram = None  # type: ignore[attr-defined]
        return self._programs[kind]

    def show(self, scene: Scene) -> None:
        """Take on a landscape; the ground only if it is another one."""
        ground = scene.ground
        if self._scene is None or self._scene.ground is not ground:
            self.ground.setMeshData(vertexes=ground.points, faces=ground.triangles, vertexColors=ground.colors)
            self.ground.setVisible(len(ground.triangles) > 0)
            self.contours.show_pieces(ground.contours, QColor(255, 255, 255, 120), 1.0)
        self._scene = scene
        while len(self.runs) < len(scene.runs):
            self.runs.append(RunItems())
            for item in self.runs[-1].all:
                self.view.addItem(item)
        while len(self.runs) > len(scene.runs):
            for item in self.runs.pop().all:
                self.view.removeItem(item)
        for items, run in zip(self.runs, scene.runs, strict=True):
            items.show(run)

    def dress(self, azimuth: float, most: int, scale: float) -> None:
        """Put the scales where the camera sees them, with about `most` numbers; lines and discs as wide as wanted."""
        self.scales.setVisible(self._scene is not None)
        if self._scene is not None:
            self.scales.show_pieces(lines(self._scene.box, azimuth, most), QColor(theme.current().border), 1.0)
        for item in (self.contours, self.scales, *(item for run in self.runs for item in run.all)):
            if isinstance(item, Line):
                item.width = item.pixels * scale
            elif item.visible():
                item.setData(size=item.pixels * np.float32(scale))
