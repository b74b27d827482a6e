"""The surface view's parts and where they stand: controls above, the picture flat or in 3D, lines of words below."""

from __future__ import annotations

from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.surface.captions import SurfaceTelling
from momentum_gui.gui.plots.surface.evaluation import Evaluated
from momentum_gui.gui.plots.surface.evaluation_queue import SurfaceAsking
from momentum_gui.gui.plots.surface.image import SurfacePicture
from momentum_gui.gui.plots.surface.mouse import SurfaceMouse
from momentum_gui.gui.plots.surface.paths import PathItems, StepArrows
from momentum_gui.gui.plots.surface.plane_picker import PlaneChoice
from momentum_gui.gui.plots.surface.scene import SurfaceDrawing
from momentum_gui.gui.plots.surface.start import StartEntry, StartMarker
from momentum_gui.gui.plots.surface.view3d.switch import Solid
from momentum_gui.gui.plots.surface.viewport import Sight
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.training.background import Background

START_BESIDE = 580
"""From this width on, in pixels, the start stands beside the buttons."""


class SurfaceFrame(PlotView):
    """Makes the parts and lays them out. A surface that was evaluated already may be `given`."""

    def __init__(self, parent: QWidget | None = None, given: Evaluated | None = None) -> None:
        super().__init__(parent)
        self.given = given
        self.evaluated: Evaluated | None = None
        self.background = Background(self, "surface")
        self.asking = SurfaceAsking(self.background)
        self._lay_controls()
        self.plot = Plot()
        self.sight = Sight(self.choice, self.plot, None if given is None else (given.wanted.plane, given.wanted.range))
        self.range = self.sight.range
        self.marker = StartMarker(self.plot)
        self.drawing = SurfaceDrawing(self.plot, self.marker)
        self.telling = SurfaceTelling(self.picture, self.asking, self.read_out)
        self.state, self.key, self.sentence = self.telling.state, self.telling.key, self.telling.sentence
        self.mouse = SurfaceMouse(self.plot, self.marker, self.key, self.read_out, self._words_at)
        self.clicks = self.mouse.clicks
        self.stack = QStackedWidget()
        self.solid = Solid(self.solid_button, self.stack, self.asking)
        self.add_plot(self.plot)
        self.stack.addWidget(self.plot)
        self.body.addWidget(self.stack, 1)
        for widget in (self.state, self.mouse.line, self.sentence):
            self.body.addWidget(widget)

    def _lay_controls(self) -> None:
        box = self.layout()
        assert isinstance(box, QVBoxLayout)
        self.choice, self.start = PlaneChoice(), StartEntry()
        box.insertWidget(0, self.choice)
        self.controls.insertWidget(0, self.start)
        self.controls.removeWidget(self.read_out)
        self.controls.insertStretch(1, 1)
        self.log = self.add_button("Log", "Colours by the logarithm of the error", checkable=True, checked=True)
        self.contours = self.add_button("Contours", "Lines of equal error", checkable=True, checked=True)
        self.equal = self.add_button("1:1", "The same scale along both axes", checkable=True)
        self.follow_point = self.add_button("Follow", "Keep the selected run in the middle", checkable=True)
        self.fit_button = self.add_button("Fit", "Show all paths (or double-click)")
        self.solid_button = self.add_button("3D", "The surface as a landscape, to be turned", checkable=True)

    @property
    def plane(self) -> Plane | None:
        """The plane that is drawn."""
        return self.sight.plane

    @property
    def picture(self) -> SurfacePicture:
        """The heat map."""
        return self.drawing.picture

    @property
    def arrows(self) -> StepArrows:
        """The parts of the last step."""
        return self.drawing.arrows

    @property
    def _paths(self) -> list[PathItems]:
        return self.drawing.paths

    def key_text(self) -> str:
        """Return the key to the arrows."""
        return self.key.text()

    def captions(self) -> list[str]:
        """Return where the selected run is, and what the plane leaves out."""
        return [self.state.text(), self.sentence.text()]

    def draw_solid(self, at: WindowState, *, live: bool) -> None:
        """Draw in 3D what is drawn flat, if that is wanted and there is a surface."""
        if self.solid.on and self.evaluated is not None and self.picture.levels is not None:
            self.solid.draw(
                at,
                self.evaluated,
                self.picture.levels,
                log=self.picture.log,
                contours=self.contours.isChecked(),
                equal=self.equal.isChecked(),
                live=live,
            )

    def painted(self, scale: float) -> QImage | None:
        """The 3D picture in the theme in force, at `scale` times its size; None while the surface is flat."""
        if not self.solid.on or self.record is None:
            return None
        self.draw_solid(self.shown, live=False)
        return self.solid.image(scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= START_BESIDE
        box = self.layout()
        assert isinstance(box, QVBoxLayout)
        beside = self.controls.indexOf(self.start) >= 0
        if wide != beside:  # where there is no room beside the buttons, the start stands above them
            (box if wide else self.controls).removeWidget(self.start)
            (self.controls.insertWidget(0, self.start) if wide else box.insertWidget(1, self.start))
            self.start.setContentsMargins(0 if wide else 8, 0, 0, 0)

    def _words_at(self, x: float, y: float) -> str:
        """Weights, error and gradient at a point of the plane; "" outside the picture."""
        if self.plane is None or self.evaluated is None:
            return ""
        return self.telling.words_at(self.plane, self.evaluated, self.given is not None, x, y)

    def end(self) -> None:
        """End the background work, and the 3D picture."""
        self.asking.pending = False
        self.clicks.stop()
        self.background.close()
        self.solid.end()
