"""The evaluation behind the surface view: what is asked for, done in the background, coarse first where it is large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from momentum_gui.engine.engines import Engine
from momentum_gui.engine.grid import grid_errors, refined_errors
from momentum_gui.engine.plane import Plane, Range
from momentum_gui.engine.population import Floats, Task

ANSWER_SECONDS_POINTS = 20_000
"""Grids with more points × items than this times 150 are shown coarse first."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A surface to evaluate: `range` is x low, x high, y low, y high; `size` points along each side."""

    engine: Engine
    task: Task
    plane: Plane
    range: Range
    size: int
    point: Floats  # the weights (W,) whose projection's error the read-out tells

    @property
    def xs(self) -> Floats:
        """The grid's x, in the middle of each pixel."""
        return np.linspace(self.range[0], self.range[1], self.size)

    @property
    def ys(self) -> Floats:
        """The grid's y, in the middle of each pixel."""
        return np.linspace(self.range[2], self.range[3], self.size)


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluated surface: errors (size, size), row 0 at the lowest y; inf or NaN where it is out of range.

    `surface_error` is the error at the projected point, `distance` how far off the plane the point itself is.
    """

    wanted: Wanted
    errors: Floats
    surface_error: float
    distance: float
    complete: bool = True


def evaluate(wanted: Wanted, cancelled: Callable[[], bool], show: Callable[[Evaluated], None]) -> Evaluated | None:
    """Evaluate a surface; `show` gets coarse ones on the way, if it is large. None if cancelled."""
    x, y, distance = wanted.plane.project(wanted.point[None])
    at_point = wanted.engine.task_errors(wanted.task, wanted.plane.weights_at(x, y))
    result = Evaluated(wanted, np.empty((0, 0)), float(at_point[0]), float(distance[0]))
    if wanted.size**2 * wanted.task.items_per_epoch <= ANSWER_SECONDS_POINTS * 150:
        errors = grid_errors(wanted.engine, wanted.task, wanted.plane, wanted.xs, wanted.ys)
        return None if cancelled() else replace(result, errors=errors)
    previous = None
    for errors in refined_errors(wanted.engine, wanted.task, wanted.plane, wanted.xs, wanted.ys, cancelled):
        if cancelled():
            return None
        if previous is not None:
            show(replace(result, errors=previous, complete=False))
        previous = errors.copy()
    return None if cancelled() or previous is None else replace(result, errors=previous)
