"""The 3D picture as an option: a button, and what it shows once it is pressed, if there is OpenGL here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QSize, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QToolButton

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.gui.plots.surface.evaluation import Evaluated, EvaluationQueue
from momentum_gui.gui.plots.surface.image import read_off
from momentum_gui.gui.plots.surface.projection import projected
from momentum_gui.gui.plots.surface.view3d.draped import Draped, dashed, draped
from momentum_gui.gui.plots.surface.view3d.landscape import Box, Ground, RunShape, Scene, ground, run_shape
from momentum_gui.gui.plots.surface.view3d.opengl import NO_OPENGL, NoOpenGLError, make_gl_widget, why_not
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style import theme

if TYPE_CHECKING:
    from momentum_gui.gui.plots.surface.view3d.gl_widget import GLSurfaceWidget

MOST, MOST_LIVE = 4000, 500
"""Points along a path, at rest and while it grows."""
DEAREST, DEAREST_LIVE = 30_000_000, 3_000_000
"""Points × items × weights that may be evaluated for the errors along all paths; with fewer points if need be."""
FEWEST = 300
"""The fewest points along a path to evaluate; where there is no time for them, errors are read off the picture."""


class View3D(QObject):
    """Shows the landscape in place of the plot while its button is pressed, and emits `toggled`.

    Nothing of OpenGL is loaded before. Where there is none, the button is off for good, and its tooltip says why.
    """

    toggled = Signal()
    fitted = Signal()

    def __init__(self, button: QToolButton, stack: QStackedWidget, queue: EvaluationQueue) -> None:
        super().__init__(button)
        self.button, self.stack, self._queue = button, stack, queue
        self.widget: GLSurfaceWidget | None = None
        self._ground: tuple[tuple[object, ...], Ground] | None = None
        button.toggled.connect(self._toggle)
        if problem := why_not():
            self._give_up(problem)

    @property
    def on(self) -> bool:
        """Whether the landscape is shown."""
        return self.widget is not None and self.stack.currentWidget() is self.widget

    def draw(
        self,
        at: WindowState,
        evaluated: Evaluated,
        levels: tuple[float, float],
        *,
        log: bool,
        contours: bool,
        equal: bool,
        live: bool,
    ) -> None:
        """Show an evaluated surface with the runs on it, as they lie on its plane."""
        assert self.widget is not None
        request = evaluated.request
        box = Box(request.range, levels, log, equal)
        of = (evaluated, box, contours)
        if self._ground is None or self._ground[0] != of:
            self._ground = of, ground(evaluated.errors, box, contours=contours)
        tracks = projected(request.plane, at.runs_shown, at.moment, live=live)
        dearest, most = (DEAREST_LIVE, MOST_LIVE) if live else (DEAREST, MOST)
        affordable = dearest // (request.task.items_per_epoch * request.task.weight_count * max(1, len(tracks)) * 2)
        exact = affordable >= FEWEST
        most = min(most, affordable) if exact else most
        paths = {number: draped(track.x, track.y, box.range, most) for number, track in tracks.items()}
        if not live:
            paths = {number: dashed(path, box.range, theme.run_dash(number)) for number, path in paths.items()}
        errors = self._errors(evaluated, list(paths.values()), exact=exact)
        runs: list[RunShape] = []
        first = 0
        for (number, path), run in zip(paths.items(), (run for _, run in at.runs_shown), strict=True):
            diverged = run.latest.outcome is Outcome.DIVERGED and at.moment is None
            own = errors[first : first + len(path.x)]
            first += len(path.x)
            runs.append(run_shape(number, path, own, box, selected=number == at.selected, diverged=diverged))
        labels = (request.plane.label_x, request.plane.label_y, "error")
        self.widget.show_scene(Scene(box, self._ground[1], tuple(runs), labels), live=live)

    def _errors(self, evaluated: Evaluated, paths: list[Draped], *, exact: bool) -> Floats:
        """Return the errors at all points of some paths, one after the other: the true ones, or those of the
        picture."""
        if not paths:
            return np.zeros(0)
        x, y = np.concatenate([path.x for path in paths]), np.concatenate([path.y for path in paths])
        request = evaluated.request
        if not exact:
            return read_off(evaluated.errors, request.range, x, y)[0]
        with np.errstate(all="ignore"):
            return np.asarray(self._queue.engine.task_errors(request.task, request.plane.weights_at(x, y)))

    def clear(self) -> None:
        """Forget the landscape: another plane comes."""
        self._ground = None

    def face(self) -> None:
        """Look at it from where one looked at first."""
        if self.widget is not None:
            self.widget.face()

    def image(self, scale: float) -> QImage:
        """Return the picture in the theme in force, at `scale` times its size on the screen. Raises OSError."""
        assert self.widget is not None
        image = self.widget.render_image(QSize(self.stack.size()), scale)
        if image.isNull():
            raise OSError("OpenGL cannot draw so large a picture")
        image.setDevicePixelRatio(scale)
        return image

    def end(self) -> None:
        """Draw no more."""
        if self.widget is not None:
            self.widget.end()

    @Slot(bool)
    def _toggle(self, on: bool) -> None:
        if on and self.widget is None:
            try:
                self.widget = make_gl_widget()
            except NoOpenGLError as problem:
                self._give_up(str(problem))
                return
            self.widget.failed.connect(self._failed)
            self.widget.fitted.connect(self.fitted)
            self.stack.addWidget(self.widget)
        if self.widget is not None and on:
            self.stack.setCurrentWidget(self.widget)
        else:
            self.stack.setCurrentIndex(0)
        self.toggled.emit()

    @Slot()
    def _failed(self) -> None:
        self._give_up(NO_OPENGL)

    def _give_up(self, problem: str) -> None:
        """Back to the flat picture, for good."""
        self.button.setEnabled(False)
        self.button.setToolTip(problem)
        self.button.setAccessibleDescription(problem)
        self.button.setChecked(False)
