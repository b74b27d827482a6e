"""Evaluates error surfaces on a thread of its own: the newest request wins, large grids come coarse first."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from momentum_gui.engine.engines import Engine, choose
from momentum_gui.engine.grid import point_errors
from momentum_gui.engine.plane import Plane
from momentum_gui.engine.population import Floats, Task

IDLE_SECONDS = 2.0
"""So long after the last request the thread ends; the next request starts another."""
COARSE_SECONDS = 0.08
"""A grid that is expected to take longer is first evaluated at every fourth point each way."""
STRIDE = 4


@dataclass(frozen=True, eq=False)
class Request:
    """A grid to evaluate: xs, ys are plane coordinates. Requests of the same `scene` show the same place.

    While a training runs, its surface is asked for again and again: a grid under way is then finished, and only the
    newest of those that wait is done next. A request of another scene ends the grid under way at once, and so does
    any request if that grid is only a `refinement`.
    """

    scene: object
    task: Task
    plane: Plane
    xs: Floats
    ys: Floats
    refinement: bool = False


@dataclass(frozen=True, eq=False)
class Grid:
    """An evaluated grid: errors (len(ys), len(xs)), for its request; `final` if no finer one of it follows."""

    request: Request
    xs: Floats
    ys: Floats
    errors: Floats
    final: bool
    seconds: float


class SurfaceEvaluator(QObject):
    """Takes requests, hands out grids. All methods belong to the window's thread; `ready` arrives there too."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None, engine: str = "auto") -> None:
        super().__init__(parent)
        self._shared = Shared(engine)
        self._thread: threading.Thread | None = None
        # The thread holds only what is shared, never this object, so that the object can go at any time.
        self._shared.notify = self.ready.emit
        self.destroyed.connect(self._shared.close)

    def set_engine(self, name: str) -> None:
        """Evaluate with another engine from the next request on."""
        with self._shared.condition:
            self._shared.engine_name = name

    def ask(self, request: Request) -> None:
        """Evaluate this grid as soon as may be, instead of any that waits."""
        shared = self._shared
        with shared.condition:
            if shared.closed:
                return
            shared.waiting = request
            if shared.alive:
                shared.condition.notify()
                return
            shared.alive = True
            self._thread = threading.Thread(target=serve, args=(shared,), name="surface evaluator", daemon=True)
            self._thread.start()

    def take(self) -> Grid | None:
        """The newest grid, once; None where there is none since the last time."""
        with self._shared.condition:
            grid, self._shared.done = self._shared.done, None
            return grid

    def failure(self) -> str:
        """What went wrong with the last request; empty where nothing did."""
        with self._shared.condition:
            return self._shared.failure

    def seconds_per_point(self) -> float:
        """What one point of the last grid took; 0 while that is not known."""
        with self._shared.condition:
            return self._shared.seconds_per_point

    def stop(self) -> None:
        """End the thread; returns when it has ended."""
        self._shared.close()
        if self._thread is not None:
            self._thread.join()


class Shared:
    """What the window and the evaluating thread share, guarded by `condition`."""

    def __init__(self, engine: str) -> None:
        self.condition = threading.Condition()
        self.engine_name = engine
        self.waiting: Request | None = None
        self.current: Request | None = None
        self.done: Grid | None = None
        self.failure = ""
        self.seconds_per_point = 0.0
        self.alive = False
        self.closed = False
        self.notify: object = None

    def close(self, *_: object) -> None:
        """No more requests; the one under way is given up."""
        with self.condition:
            self.closed = True
            self.notify = None
            self.condition.notify_all()

    def outdated(self) -> bool:
        """Whether the request under way need not be finished."""
        waiting, current = self.waiting, self.current
        if self.closed or current is None:
            return True
        return waiting is not None and (current.refinement or waiting.scene != current.scene)

    def publish(self, grid: Grid) -> None:
        """Leave a grid for the window, and say so unless it has been told already."""
        with self.condition:
            told = self.done is not None
            self.done, self.failure = grid, ""
            self.seconds_per_point = grid.seconds / grid.errors.size
            if not told and callable(self.notify):
                self.notify()


def serve(shared: Shared) -> None:
    """The thread: evaluate what is asked for until nothing has been for a while."""
    engine: Engine | None = None
    while True:
        with shared.condition:
            if shared.waiting is None and not shared.closed:
                shared.condition.wait(IDLE_SECONDS)
            if shared.waiting is None or shared.closed:
                shared.alive = False
                return
            request, shared.waiting = shared.waiting, None
            shared.current = request
            name = shared.engine_name
        try:
            if engine is None or name not in ("auto", engine.name):
                engine = choose(name)
            evaluate(shared, engine, request)
        except Exception as error:  # the window must learn of it, and the next request may do better
            with shared.condition:
                shared.failure = f"The surface cannot be evaluated: {error}"
                if callable(shared.notify):
                    shared.notify()


def evaluate(shared: Shared, engine: Engine, request: Request) -> None:
    """Evaluate one request, coarse first where it is expected to take long."""
    points = len(request.xs) * len(request.ys)
    steps = [1]
    if points * shared.seconds_per_point > COARSE_SECONDS and not request.refinement:
        steps = [STRIDE, 1]
    for stride in steps:
        xs, ys = spread(request.xs, stride), spread(request.ys, stride)
        x, y = np.meshgrid(xs, ys)
        start = time.perf_counter()
        errors = point_errors(engine, request.task, request.plane, x.ravel(), y.ravel(), shared.outdated)
        if errors is None:
            return
        seconds = time.perf_counter() - start
        shared.publish(Grid(request, xs, ys, errors.reshape(x.shape), stride == 1, seconds))


def spread(values: Floats, stride: int) -> Floats:
    """About one in `stride` of evenly spaced values, from the first to the last."""
    return np.linspace(values[0], values[-1], max(3, (len(values) - 1) // stride + 1)) if stride > 1 else values
