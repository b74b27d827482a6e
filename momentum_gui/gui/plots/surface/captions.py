"""What the surface view says below the picture and under the mouse, each in the words that fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.engine.interface import ready
from momentum_gui.engine.population import Task
from momentum_gui.gui.plots.surface.caption_text import arrow_words, place_words, standing_words
from momentum_gui.gui.plots.surface.evaluation import Evaluated, error_here, is_quick
from momentum_gui.gui.plots.surface.evaluation_queue import SurfaceAsking
from momentum_gui.gui.plots.surface.image import SurfacePicture
from momentum_gui.gui.plots.surface.paths import StepArrows
from momentum_gui.gui.plots.surface.viewport import current_weights
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.widgets.rich_line import RichLine

TURNING = ("drag: turn, wheel: zoom, Ctrl and drag: move", "drag: turn, wheel: zoom")


class SurfaceTelling:
    """The lines: `state` of the selected run, `key` to the arrows, `sentence` about the plane, and the mouse's own."""

    def __init__(self, picture: SurfacePicture, asking: SurfaceAsking, read_out: RichLine) -> None:
        self.picture, self.asking, self.read_out = picture, asking, read_out
        self.task: Task | None = None
        self.state, self.key = RichLine(), RichLine()
        self.sentence = QLabel()
        self.sentence.setProperty("muted", True)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing() + 6)
        self.sentence.setMinimumWidth(10)
        for label in (self.state, self.key, self.read_out, self.sentence):
            label.setContentsMargins(8, 0, 8, 0)

    def tell(self, at: WindowState, plane: Plane, arrows: StepArrows, *, solid: bool = False) -> None:
        """Say what is seen: true error, the surface's error there, the distance; what is held fixed.

        The 3D picture has no arrows; there the key says what the mouse does.
        """
        run = at.run
        assert run is not None
        self.state.show_words(
            *standing_words(run, at.moment, current_weights(at), plane, lambda x, y: self._error_on(plane, x, y))
        )
        self.key.show_words(*(TURNING if solid else arrow_words(arrows)))
        self.sentence.setText(plane.sentence)

    def words_at(self, plane: Plane, evaluated: Evaluated, given: bool, x: float, y: float) -> str:
        """Weights, error and gradient at a point of the plane; "" outside the picture.

        `given` says that the surface was evaluated elsewhere.
        """
        found = self.picture.error_at(x, y)
        if found is None:
            return ""
        if self.task is None or not is_quick(self.task):
            return place_words(plane, x, y, found) + " (from the picture)"
        if not given:
            found = error_here(replace(evaluated.wanted, plane=plane, engine=ready()), x, y)
        return place_words(plane, x, y, found)

    def _error_on(self, plane: Plane, x: float, y: float) -> float | None:
        """The surface's error at a point: evaluated there where that is quick, else read off the picture."""
        if self.task is not None and is_quick(self.task):
            with np.errstate(all="ignore"):
                return float(self.asking.engine.task_errors(self.task, plane.weights_at(x, y))[0])
        found = self.picture.error_at(x, y)
        return None if found is None else found[0]
