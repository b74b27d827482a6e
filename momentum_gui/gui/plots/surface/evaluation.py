"""The evaluation behind the surface view: what is asked for, done in the background, coarse first where it is large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.grid import refined_errors
from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.population import Floats, Task

AT_ONCE = 3_000_000
"""Grids with more points × items than this are shown coarse first."""
FIRST_STRIDE = 8
QUICK = 200_000
"""Items × weights up to which a single point is evaluated without a thought."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A surface to evaluate: `range` is x low, x high, y low, y high; `size` points along each side."""

    engine: Engine
    task: Task
    plane: Plane
    range: Range
    size: int

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

    `complete` is False for a coarse one on the way to a finer.
    """

    wanted: Wanted
    errors: Floats
    complete: bool = True

    def rows(self) -> list[list[object]]:
        """x, y and error of each point, row by row."""
        return [
            [float(x), float(y), float(error)]
            for y, row in zip(self.wanted.ys, self.errors, strict=True)
            for x, error in zip(self.wanted.xs, row, strict=True)
        ]


def evaluate(wanted: Wanted, cancelled: Callable[[], bool], show: Callable[[Evaluated], None]) -> Evaluated | None:
    """Evaluate a surface; `show` gets coarse ones on the way, if it is large. None if cancelled."""
    stride = 1 if wanted.size**2 * wanted.task.items_per_epoch <= AT_ONCE else FIRST_STRIDE
    previous = None
    for errors in refined_errors(
        wanted.engine, wanted.task, wanted.plane, wanted.xs, wanted.ys, cancelled, first_stride=stride
    ):
        if cancelled():
            return None
        if previous is not None:
            show(Evaluated(wanted, previous, complete=False))
        previous = errors
    # The last one alone is complete; if it is not there, the work was cancelled.
    return None if cancelled() or previous is None else Evaluated(wanted, previous)


def error_here(wanted: Wanted, x: float, y: float) -> tuple[float, float, float]:
    """The error at a point of the plane, and its uphill slopes along x and y, evaluated there."""
    weights = wanted.plane.weights_at(x, y)
    with np.errstate(all="ignore"):
        error = wanted.engine.task_errors(wanted.task, weights)
        downhill = wanted.engine.task_gradients(wanted.task, weights)[0]
        slopes = -(downhill @ wanted.plane.axis_x), -(downhill @ wanted.plane.axis_y)
    return float(error[0]), float(slopes[0]), float(slopes[1])


def is_quick(task: Task) -> bool:
    """Whether one evaluation takes no longer than a frame may wait for."""
    return task.items_per_epoch * task.weight_count <= QUICK
