"""The layout of the surface view: controls above, the picture flat or in 3D, lines of words below."""

from __future__ import annotations

from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.surface.captions import Captions
from momentum_gui.gui.plots.surface.evaluation import Evaluated, EvaluationQueue
from momentum_gui.gui.plots.surface.image import SurfaceImage
from momentum_gui.gui.plots.surface.items import SurfaceItems
from momentum_gui.gui.plots.surface.mouse import SurfaceMouse
from momentum_gui.gui.plots.surface.paths import PathItems, StepArrows
from momentum_gui.gui.plots.surface.plane_picker import PlanePicker
from momentum_gui.gui.plots.surface.start import StartEntry, StartMarker
from momentum_gui.gui.plots.surface.view3d.switch import View3D
from momentum_gui.gui.plots.surface.viewport import Viewport
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.widgets.rich_text import escaped

START_BESIDE = 580
"""From this width on, in pixels, the start is beside the buttons."""

WORDY, LOW = 420, 330
"""In less height, in pixels, there is no sentence; then also no second line of words, and no row for the start."""


class SurfaceLayout(PlotView):
    """Makes the parts and lays them out. A surface that was evaluated already may be `given`."""

    def __init__(self, parent: QWidget | None = None, given: Evaluated | None = None) -> None:
        super().__init__(parent)
        self.given = given
        self.evaluated: Evaluated | None = None
        self.queue = EvaluationQueue(self)
        self._lay_controls()
        self.plot = Plot()
        fixed = None if given is None else (given.request.plane, given.request.range)
        self.viewport = Viewport(self.picker, self.plot, fixed)
        self.marker = StartMarker(self.plot)
        self.items = SurfaceItems(self.plot, self.marker)
        self.lines = Captions(self.image, self.queue, self.read_out)
        self.state, self.key, self.sentence = self.lines.state, self.lines.key, self.lines.sentence
        self.mouse = SurfaceMouse(self.plot, self.marker, self.key, self.read_out, self._words_at)
        self.clicks = self.mouse.clicks
        self.stack = QStackedWidget()
        self.view3d = View3D(self.button_3d, self.stack, self.queue)
        self.add_plot(self.plot)
        self.stack.addWidget(self.plot)
        self.body.addWidget(self.stack, 1)
        for widget in (self.state, self.mouse.line, self.sentence):
            self.body.addWidget(widget)

    def _lay_controls(self) -> None:
        box = self.layout()
        assert isinstance(box, QVBoxLayout)
        self.picker, self.start = PlanePicker(), StartEntry()
        box.insertWidget(0, self.picker)
        self.controls.insertWidget(0, self.start)
        self.controls.removeWidget(self.read_out)
        self.controls.insertStretch(1, 1)
        self.log = self.add_button("Log", "Colours by the logarithm of the error", checkable=True, checked=True)
        self.contours = self.add_button("Contours", "Lines of equal error", checkable=True, checked=True)
        self.equal = self.add_button("1:1", "The same scale along both axes", checkable=True)
        self.follow_point = self.add_button("Follow", "Keep the selected run in the middle", checkable=True)
        self.fit_button = self.add_button("Fit", "Show all paths (or double-click)")
        self.button_3d = self.add_button("3D", "The surface as a landscape, to be turned", checkable=True)

    @property
    def plane(self) -> Plane | None:
        """The plane that is drawn."""
        return self.viewport.plane

    @property
    def image(self) -> SurfaceImage:
        """The heat map."""
        return self.items.image

    @property
    def arrows(self) -> StepArrows:
        """The parts of the last step."""
        return self.items.arrows

    @property
    def _paths(self) -> list[PathItems]:
        return self.items.paths

    def key_text(self) -> str:
        """Return the key to the arrows."""
        return self.key.text()

    def captions(self) -> list[str]:
        """Return where the selected run is, and what the plane leaves out."""
        return [self.state.text(), escaped(self.sentence.text())]

    def draw_3d(self, at: WindowState, *, live: bool) -> None:
        """Draw in 3D what is drawn flat, if that is wanted and there is a surface."""
        if self.view3d.on and self.evaluated is not None and self.image.levels is not None:
            self.view3d.draw(
                at,
                self.evaluated,
                self.image.levels,
                log=self.image.log,
                contours=self.contours.isChecked(),
                equal=self.equal.isChecked(),
                live=live,
            )

    def painted(self, scale: float) -> QImage | None:
        """Return the 3D picture in the theme in force, at `scale` times its size; None while the surface is flat."""
        if not self.view3d.on or self.record is None:
            return None
        self.draw_3d(self.shown, live=False)
        return self.view3d.image(scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= START_BESIDE
        box = self.layout()
        assert isinstance(box, QVBoxLayout)
        beside = self.controls.indexOf(self.start) >= 0
        if wide != beside:  # where there is no room beside the buttons, the start goes above them
            (box if wide else self.controls).removeWidget(self.start)
            (self.controls.insertWidget(0, self.start) if wide else box.insertWidget(1, self.start))
            self.start.setContentsMargins(0 if wide else 8, 0, 0, 0)
        self._fold()

    def _fold(self) -> None:
        """Leave the room to the surface where there is little: words go first, then what can be done with the mouse."""
        height = self.height()
        self.sentence.setVisible(height >= WORDY)
        self.state.setToolTip("" if height >= WORDY else self.sentence.text())
        self.mouse.line.setVisible(height >= LOW)
        self.start.setVisible(height >= LOW or self.width() >= START_BESIDE)

    def _words_at(self, x: float, y: float) -> str:
        """Weights, error and gradient at a point of the plane; "" outside the picture."""
        if self.plane is None or self.evaluated is None:
            return ""
        return self.lines.words_at(self.plane, self.evaluated, self.given is not None, x, y)

    def end(self) -> None:
        """End the background work, and the 3D picture."""
        self.queue.end()
        self.clicks.stop()
        self.view3d.end()
