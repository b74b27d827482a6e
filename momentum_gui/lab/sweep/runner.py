"""A sweep: the whole grid trained block by block on any `concurrent.futures.Executor`, watched and steered as it goes.

    sweep = Sweep(experiment, grid)
    for result in sweep.results():      # blocks as they finish, coarse cells first
        view.fill(result)

`results` runs in one thread; `pause`, `resume`, `cancel` and `progress` may be called from any other.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.task import Task
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.block import Block, BlockResult, Shared, train_block, train_packed
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.table import SweepTable

BLOCK_SECONDS = 0.25
"""How long a block is meant to take: short enough to see the map fill, long beside the work of handing it out."""
SCHEDULING_SHARE = 0.05
"""At most so much of a worker's time goes into scheduling."""
LEAST_RUNS = {"numpy": 256, "compiled": 32}
"""A smaller block takes an engine nearly as long: NumPy's calls have a price, the compiled loops their lanes."""
MOST_RUNS = 4096
CELL_MULTIPLE = 16
EPOCH_SECONDS, UPDATE_SECONDS, WEIGHT_SECONDS = 4e-7, 3e-9, 6e-10
"""A first guess at what a training costs for each epoch, update, and weight and item, on two processors."""
NUMPY_RATIO = 20.0
ATTEMPTS = 4


class WorkerError(OSError):
    """A worker in another process, or on another machine, could not train its block."""


@dataclass(frozen=True)
class Progress:
    """How far a sweep is: runs done and in all, the share of the work done, seconds spent, and left where known."""

    done: int
    total: int
    share: float
    seconds: float
    seconds_left: float | None


class Control:
    """Pause, resume and cancel, for a sweep and the blocks that run in this process."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self._cancelled = False
        self._listeners: list[Callable[[], None]] = []
        self._shares: dict[int, float] = {}
        self._since: float | None = None
        self._active = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether the sweep was told to stop."""
        return self._cancelled

    @property
    def paused(self) -> bool:
        """Whether the sweep was told to wait."""
        return not self._go.is_set()

    @property
    def seconds(self) -> float:
        """Time since the start, without pauses."""
        since = self._since
        return self._active + (0.0 if since is None else time.perf_counter() - since)

    def start(self, wake: Callable[[], None]) -> None:
        """The sweep begins; `wake` is called whenever it has been steered."""
        self._listeners.append(wake)
        if not self.paused:
            self._since = time.perf_counter()

    def end(self) -> None:
        """The sweep is over."""
        self._active, self._since = self.seconds, None

    def pause(self) -> None:
        """Wait after the stretch under way."""
        self._go.clear()
        self._active, self._since = self.seconds, None

    def resume(self) -> None:
        """Go on."""
        if self.paused and self._listeners:
            self._since = time.perf_counter()
        self._go.set()
        self._wake()

    def cancel(self) -> None:
        """Stop after the stretch under way, for good."""
        self._cancelled = True
        self._go.set()
        self._wake()

    def goes_on(self, number: int, share: float) -> bool:
        """Asked by each block between its stretches."""
        self._shares[number] = share
        self._go.wait()
        return not self._cancelled

    def share_of(self, number: int) -> float:
        """Return the share of a block's epochs that is done; 0 for one in another process."""
        return self._shares.get(number, 0.0)

    def forget(self, number: int) -> None:
        """A block is done."""
        self._shares.pop(number, None)

    def _wake(self) -> None:
        for wake in self._listeners:
            wake()


class Sweep:
    """Trains the cells of a grid that `known` (a table that was read back) does not hold yet.

    executor: where blocks are trained; threads of this process by default. workers: how many blocks it trains at a
    time, a number or a function; asked of the executor where it is left out. shared: the experiment set up already.
    Raises BadInputError for an experiment that cannot be set up, ValueError for an engine that is not there.
    """

    def __init__(
        self,
        experiment: Experiment,
        grid: Grid,
        *,
        engine: str = "auto",
        executor: Executor | None = None,
        workers: int | Callable[[], int] | None = None,
        known: SweepTable | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.experiment, self.grid = experiment, grid
        self.shared = Shared.of(experiment, grid, engine) if shared is None else shared
        self.table = SweepTable.empty(grid) if known is None else known
        self.control = Control()
        self._executor = executor
        self._workers = workers
        done = self.table.known_cells().ravel()
        order = grid.coarse_to_fine()
        self._cells = order[~done[order]]
        self._next = 0
        self._at_start = int(done.sum()) * len(grid.seeds)
        self._done = self._at_start
        self._in_flight: dict[Future[BlockResult | None], Block] = {}
        self._seconds_per_run = guessed_seconds(self.shared.task, self.shared.training.epochs, self.shared.engine)
        self.overhead = 0.0
        """Seconds that handing out one block costs, measured before the first where other processes train."""

    def train_on(self, executor: Executor, workers: int | Callable[[], int] | None = None) -> None:
        """Choose another executor, before `results` begins."""
        self._executor, self._workers = executor, workers

    def another(self, grid: Grid, shared: Shared) -> Sweep:
        """Return a sweep of another grid that trains where this one does."""
        return Sweep(self.experiment, grid, shared=shared, executor=self._executor, workers=self._workers)

    def pause(self) -> None:
        """Let blocks in this process wait, and hand out no more. From any thread."""
        self.control.pause()

    def resume(self) -> None:
        """Go on after a pause. From any thread."""
        self.control.resume()

    def cancel(self) -> None:
        """End `results` at once; what is done stays done. From any thread."""
        self.control.cancel()

    def progress(self) -> Progress:
        """Return how far the sweep is. From any thread."""
        total = self.grid.runs
        under_way = sum(len(block) * self.control.share_of(block.number) for block in list(self._in_flight.values()))
        done = min(self._done + under_way, float(total))
        seconds, gained = self.control.seconds, done - self._at_start
        left = seconds * (total - done) / gained if gained > 0 and seconds > 0 else None
        return Progress(self._done, total, done / total, seconds, left)

    def results(self) -> Generator[BlockResult]:
        """Train, and yield each block as it is done; the sweep's own table is filled before.

        Ends early after `cancel`; closing the iterator cancels too. Raises WorkerError where another process failed,
        after a few attempts where a cluster lost a block.
        """
        steered: SimpleQueue[Future[BlockResult | None] | None] = SimpleQueue()
        own = None if self._executor is not None else ThreadPoolExecutor(self._count(), "sweep")
        executor = own or self._executor
        assert executor is not None
        self.control.start(lambda: steered.put(None))
        attempts: dict[int, int] = {}
        try:
            train = self._trainer(executor)
            while not self.control.cancelled and (self._in_flight or self._next < len(self._cells)):
                while not self.control.paused and self._next < len(self._cells) and self._has_room():
                    self._hand_out(train, self._block(), steered)
                try:
                    future = steered.get(timeout=1.0)
                except Empty:
                    continue
                if future is None or (block := self._in_flight.pop(future, None)) is None:
                    continue
                try:
                    result = future.result()
                except CancelledError:  # a cluster lost it
                    attempts[block.number] = attempts.get(block.number, 0) + 1
                    if attempts[block.number] == ATTEMPTS:
                        raise WorkerError("the executor lost the same block again and again") from None
                    self._hand_out(train, block, steered)
                    continue
                except Exception as error:
                    if isinstance(executor, ThreadPoolExecutor):
                        raise
                    raise WorkerError(f"a worker failed: {error or type(error).__name__}") from error
                self.control.forget(block.number)
                if result is not None:
                    self._enter(result)
                    yield result
        finally:
            if self._in_flight:
                self.control.cancel()
                for future in self._in_flight:
                    future.cancel()
                self._in_flight.clear()
            self.control.end()
            if own is not None:
                own.shutdown(wait=not self.control.cancelled, cancel_futures=True)

    def _trainer(self, executor: Executor) -> Callable[[Block], Future[BlockResult | None]]:
        """Return what hands a block to the executor: in this process with the control, elsewhere with all it needs."""
        if isinstance(executor, ThreadPoolExecutor):
            return lambda block: executor.submit(train_block, self.shared, block, self.control)
        packed = self.shared.packed()
        try:
            self.overhead = round_trip(executor, packed)
        except Exception as error:
            raise WorkerError(f"no worker answers: {error or type(error).__name__}") from error
        return lambda block: executor.submit(train_packed, packed, block)

    def _hand_out(
        self,
        train: Callable[[Block], Future[BlockResult | None]],
        block: Block,
        steered: SimpleQueue[Future[BlockResult | None] | None],
    ) -> None:
        future = train(block)
        self._in_flight[future] = block
        future.add_done_callback(steered.put)

    def _enter(self, result: BlockResult) -> None:
        self.table.fill(result)
        self._done += len(result)
        measured = result.seconds / len(result)
        # Coarse cells of all kinds come first, so the first block says most; later ones correct it.
        self._seconds_per_run = measured if self._done == len(result) else (self._seconds_per_run + measured) / 2

    def _block(self) -> Block:
        """Return the next cells, as many as fill the time a block is meant to take."""
        size = self._block_cells()
        cells: NDArray[np.int64] = self._cells[self._next : self._next + size]
        self._next += len(cells)
        return Block.of(self.grid, self._next, cells)

    def _block_cells(self) -> int:
        seeds = len(self.grid.seeds)
        # One process hands out the blocks of all workers: with many of them that would be what they wait for.
        aim = max(BLOCK_SECONDS, self.overhead / SCHEDULING_SHARE, 2 * self.overhead * self._count())
        runs = aim / max(self._seconds_per_run, 1e-9)
        if self._count() > 1:  # the last blocks are smaller, so that all workers end at about the same time
            runs = min(runs, (len(self._cells) - self._next) * seeds / (2 * self._count()))
        runs = min(max(runs, LEAST_RUNS[self.shared.engine]), MOST_RUNS)
        cells = max(1, math.ceil(runs / seeds))
        # Full lanes of runs that see the items in the same order.
        return cells if cells < CELL_MULTIPLE else -(-cells // CELL_MULTIPLE) * CELL_MULTIPLE

    def _has_room(self) -> bool:
        """Return whether the workers can take one more block: one each in training, and one more each to go on with."""
        return len(self._in_flight) < 2 * self._count()

    def _count(self) -> int:
        if callable(self._workers):
            return max(1, self._workers())
        if self._workers is not None:
            return max(1, self._workers)
        if self._executor is not None:
            return int(getattr(self._executor, "_max_workers", 0)) or processors()
        return 1 if self.shared.fills_processors else processors()


def guessed_seconds(task: Task, epochs: int, engine: str) -> float:
    """Return a guess at the seconds a training takes in a large population."""
    batch = min(task.batch_size, task.items_per_epoch)
    update = UPDATE_SECONDS + WEIGHT_SECONDS * batch * task.weight_count
    slower = NUMPY_RATIO if engine == "numpy" else 1.0
    return slower * epochs * (EPOCH_SECONDS + task.updates_per_epoch * update) * 2 / processors()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def round_trip(executor: Executor, packed: bytes, times: int = 5) -> float:
    """Seconds from handing out what every block carries until the answer is there: the median of a few."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        executor.submit(len, packed).result()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken[1:]))
