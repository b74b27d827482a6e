"""The lines below the surface: where the selected run is, what the arrows mean, what the plane leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt

from momentum_gui.engine.analysis.plane import Plane, percent
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import ready
from momentum_gui.engine.task import Task
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.surface.evaluation import Evaluated, EvaluationQueue, error_here, is_quick
from momentum_gui.gui.plots.surface.image import SurfaceImage
from momentum_gui.gui.plots.surface.paths import StepArrows
from momentum_gui.gui.plots.surface.viewport import current_weights
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.rich_line import RichLine
from momentum_gui.gui.widgets.rich_text import PlainLabel, escaped, shortened
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.record import RunRecord

ErrorAt = Callable[[float, float], float | None]
TURNING = ("drag: turn, wheel: zoom, Ctrl and drag: move", "drag: turn, wheel: zoom")


class Captions:
    """The lines: `state` of the selected run, `key` to the arrows, `sentence` about the plane, and the mouse's own."""

    def __init__(self, image: SurfaceImage, queue: EvaluationQueue, read_out: RichLine) -> None:
        self._image, self._queue, self.read_out = image, queue, read_out
        self._task: Task | None = None
        self.state, self.key = RichLine(), RichLine()
        self.sentence = PlainLabel()
        self.sentence.setProperty("muted", True)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing() + 6)
        self.sentence.setMinimumWidth(10)
        for label in (self.state, self.key, self.read_out, self.sentence):
            label.setContentsMargins(8, 0, 8, 0)

    def set_task(self, task: Task) -> None:
        """Evaluate errors for another task."""
        self._task = task

    def show(self, at: WindowState, plane: Plane, arrows: StepArrows, *, in_3d: bool = False) -> None:
        """Say what is seen: true error, the surface's error there, the distance; what is held fixed.

        The 3D picture has no arrows; there the key says what the mouse does.
        """
        run = at.run
        assert run is not None
        self.state.show_words(
            *run_words(run, at.moment, current_weights(at), plane, lambda x, y: self._error_on(plane, x, y))
        )
        self.key.show_words(*(TURNING if in_3d else arrow_words(arrows)))
        self.sentence.setText(plane.sentence)

    def words_at(self, plane: Plane, evaluated: Evaluated, given: bool, x: float, y: float) -> str:
        """Weights, error and gradient at a point of the plane; "" outside the picture.

        `given` says that the surface was evaluated elsewhere.
        """
        found = self._image.error_at(x, y)
        if found is None:
            return ""
        if self._task is None or not is_quick(self._task):
            return point_words(plane, x, y, found) + " (from the picture)"
        if not given:
            found = error_here(replace(evaluated.request, plane=plane, engine=ready()), x, y)
        return point_words(plane, x, y, found)

    def _error_on(self, plane: Plane, x: float, y: float) -> float | None:
        """Return the surface's error at a point: evaluated there where that is quick, else read off the picture."""
        if self._task is not None and is_quick(self._task):
            with np.errstate(all="ignore"):
                return float(self._queue.engine.task_errors(self._task, plane.weights_at(x, y))[0])
        found = self._image.error_at(x, y)
        return None if found is None else found[0]


def run_words(run: RunRecord, moment: float | None, here: Floats, plane: Plane, error_at: ErrorAt) -> tuple[str, str]:
    """Return a run's true error at a moment, the plane's error there (by `error_at`), and how far off the plane it is.

    `here` are the run's weights (W,) at that moment. In all words, and in few for where there is little room.
    """
    at = nearest(run.measures.position, moment) if moment is not None else None
    error = run.latest.error if at is None else float(run.measures.last[at, 0])
    words = [f"<b>{escaped(run.name)}</b>: error {number_text(error, 5)}"]
    few = [f"<b>{escaped(shortened(run.name))}</b>: {number_text(error, 5)}"]
    if run.diverged_at is not None and moment is None:
        words[0] += f", diverged at epoch {number_text(run.diverged_at, 4)}"
        few[0] += f", diverged at {number_text(run.diverged_at, 4)}"
    if not plane.exact and np.abs(here).max() < 1e150:
        x, y, distance = plane.project(here[None])
        there = error_at(float(x[0]), float(y[0]))
        if there is not None:
            words.append(f"on this plane {number_text(there, 5)}")
            few.append(f"on plane {number_text(there, 5)}")
        off = float(distance[0])
        off_text = number_text(off, 3) if off > 1e-12 * np.linalg.norm(here) else "0"
        words.append(f"{off_text} off it")
        few.append(f"{off_text} off")
    return " &nbsp;·&nbsp; ".join(words), " · ".join(few)


def arrow_words(arrows: StepArrows) -> tuple[str, ...]:
    """Return the key to the arrows, in all words and in ever fewer; "" while there are none."""
    if not arrows.visible:
        return ("",)
    colors, scale = theme.current(), arrows.magnified
    size = f"{number_text(scale, 2)} ×"
    drawn = f", drawn {size} larger" if scale > 1.05 else ""
    gradient = f'<span style="color:{colors.gradient_part}">➔ gradient'
    momentum = f'<span style="color:{colors.momentum_part}">➔ momentum'
    short = f"{gradient}</span> + {momentum}</span> = ➔ step"
    return (
        f"last step: {gradient} part</span> + {momentum} part</span> = ➔ step{drawn}",
        f"{short}{drawn}",
        f"{short}, {size}" if drawn else short,
    )


def point_words(plane: Plane, x: float, y: float, found: tuple[float, float, float]) -> str:
    """Weights, error and gradient at a point: `found` is the error and its uphill slopes along x and y."""
    error, along_x, along_y = found
    return (
        f"{plane.label_x} {number_text(x, 3)}, {plane.label_y} {number_text(y, 3)}: "
        f"error {number_text(error, 4)}, gradient ({number_text(along_x, 2)}, {number_text(along_y, 2)})"
    )


def summary_words(plane: Plane, runs: list[RunRecord]) -> str:
    """Return where runs are on a plane, and what the plane leaves out."""
    places = []
    for run in runs:
        x, y, _ = plane.project(np.nan_to_num(run.latest.weights, posinf=1e150, neginf=-1e150)[None])
        place_x, place_y = number_text(float(x[0])), number_text(float(y[0]))
        places.append(f"{run.name} at {plane.label_x} {place_x}, {plane.label_y} {place_y}")
    return "; ".join(places) + ". " + plane.sentence


def axis_words(label: str, share: float | None) -> str:
    """Return an axis's label, with the share of movement that it holds where that has a meaning."""
    return label if share is None else f"{label} ({percent(share)} of the movement)"
