"""The evaluation behind the surface view: requests, the queue that serves them, coarse first where they are large."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.analysis.grid import refined_errors
from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine, ready
from momentum_gui.engine.task import Task
from momentum_gui.gui.training.background import Background

LIVE_SIZE, STILL_SIZE = 61, 141
STILL_SECONDS = 0.4
"""A surface that has not changed for this long is evaluated on the finer grid."""
AT_ONCE = 3_000_000
"""Grids with more points × items than this are shown coarse first."""
FIRST_STRIDE = 8
QUICK = 200_000
"""Items × weights up to which a single point is evaluated at once."""


@dataclass(frozen=True, eq=False)
class SurfaceRequest:
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

    request: SurfaceRequest
    errors: Floats
    complete: bool = True

    def rows(self) -> list[list[object]]:
        """x, y and error of each point, row by row."""
        return [
            [float(x), float(y), float(error)]
            for y, row in zip(self.request.ys, self.errors, strict=True)
            for x, error in zip(self.request.xs, row, strict=True)
        ]


def evaluate(
    request: SurfaceRequest, cancelled: Callable[[], bool], show: Callable[[Evaluated], None]
) -> Evaluated | None:
    """Evaluate a surface; `show` gets coarse ones on the way, if it is large. None if cancelled."""
    stride = 1 if request.size**2 * request.task.items_per_epoch <= AT_ONCE else FIRST_STRIDE
    previous = None
    for errors in refined_errors(
        request.engine, request.task, request.plane, request.xs, request.ys, cancelled, first_stride=stride
    ):
        if cancelled():
            return None
        if previous is not None:
            show(Evaluated(request, previous, complete=False))
        previous = errors
    # The last one alone is complete; if it is not there, the work was cancelled.
    return None if cancelled() or previous is None else Evaluated(request, previous)


def error_here(request: SurfaceRequest, x: float, y: float) -> tuple[float, float, float]:
    """Return the error at a point of the plane, and its uphill slopes along x and y, evaluated there."""
    weights = request.plane.weights_at(x, y)
    with np.errstate(all="ignore"):
        error = request.engine.task_errors(request.task, weights)
        downhill = request.engine.task_gradients(request.task, weights)[0]
        slopes = -(downhill @ request.plane.axis_x), -(downhill @ request.plane.axis_y)
    return float(error[0]), float(slopes[0]), float(slopes[1])


def is_quick(task: Task) -> bool:
    """Return whether one evaluation takes no longer than a frame may wait for."""
    return task.items_per_epoch * task.weight_count <= QUICK


class EvaluationQueue(QObject):
    """Evaluates surfaces in the background, one at a time; `done` carries an Evaluated, `failed` what went wrong."""

    done = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._background = Background(self, "surface")
        self._pending: SurfaceRequest | None = None
        self._newest: SurfaceRequest | None = None
        self._background.done.connect(self._take)
        self._background.failed.connect(self._fail)

    @property
    def busy(self) -> bool:
        """Whether a surface is still to come."""
        return self._pending is not None or self._background.busy

    @property
    def engine(self) -> Engine:
        """The engine of the newest request, which is warm."""
        return self._newest.engine if self._newest is not None else ready()

    def request(
        self, task: Task, plane: Plane, range_: Range, changed: float, drawn: Evaluated | None, *, live: bool
    ) -> None:
        """Request a surface, unless it is `drawn` or being evaluated.

        `changed` is when plane or range changed last (`time.monotonic`); `live` says that they will change again soon.
        """
        still = not live and time.monotonic() - changed > STILL_SECONDS
        wanted = SurfaceRequest(self.engine, task, plane, range_, STILL_SIZE if still or plane.exact else LIVE_SIZE)
        if drawn is not None and drawn.complete and is_as_good(drawn.request, wanted):
            return
        newest = self._newest
        if self._background.busy and newest is not None:
            shown = drawn is not None and drawn.request is newest
            # A live one is soon done, and better a little late than never; a large one is given up when outdated.
            if is_as_good(newest, wanted) or (newest.size == LIVE_SIZE and not shown):
                return
        wanted = replace(wanted, engine=ready())  # the compiled engine may be warm by now
        self._newest = self._pending = wanted
        show = self._background.done.emit
        fine = wanted.size > LIVE_SIZE
        self._background.request(lambda cancelled: evaluate(wanted, cancelled, show), shared=fine)

    def cancel(self) -> None:
        """Drop what was requested."""
        self._background.cancel()
        self._pending = None

    def end(self) -> None:
        """End the background work for good."""
        self._pending = None
        self._background.close()

    @Slot(object)
    def _take(self, evaluated: Evaluated) -> None:
        if evaluated.complete and evaluated.request is self._pending:
            self._pending = None
        self.done.emit(evaluated)

    @Slot(str)
    def _fail(self, problem: str) -> None:
        self._pending = None
        self.failed.emit(problem)


def is_as_good(request: SurfaceRequest, other: SurfaceRequest) -> bool:
    """Return whether a surface has the plane and range of another, and is at least as fine."""
    return request.plane is other.plane and request.range == other.range and request.size >= other.size
