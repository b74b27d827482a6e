"""Compiles every kernel once, in processes of their own, so that nothing else has to wait for the compiler.

numba holds the GIL while it compiles: in a thread of a program with a window it would make that window stutter for
seconds. Child processes compile into the cache on disk, side by side, and the program then loads what they made.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import llvmlite.binding
import numpy as np

from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.compiled import engine as compiled_engine
from momentum_gui.engine.compiled.cache import FOLDER
from momentum_gui.engine.compiled.layout import NARROW
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.task import Items, NetworkTask, SurfaceTask, Task


def network_task(units: int, batch_size: int) -> NetworkTask:
    """Return the smallest task with that many hidden units."""
    network = Network((1, units, 1), Activation.TANH, Activation.TANH, Loss.SQUARED_ERROR)
    nothing = np.zeros((compiled_engine.ITEM_BATCH, 1))
    items = Items(nothing, nothing)
    return NetworkTask(network, items, items, np.ones(network.weight_count, dtype=np.bool_), batch_size, True)


def train_once(task: Task, runs: int = 1) -> None:
    """Train one update of a population at zero."""
    population = Population(
        np.zeros((runs, task.weight_count)),
        np.ones(runs),
        np.zeros((runs, 4)),
        np.zeros(runs),
        np.zeros(runs, dtype=np.int64),
    )
    orders = np.zeros((1, 1, task.items_per_epoch), dtype=np.int32)
    span = Span(orders, 0, 1, np.ones(1, dtype=np.bool_))
    report = Report.for_span(task, population, span, keep_weights=False, traced=0)
    compiled_engine.train(task, population, span, report)


def evaluate_once(task: Task) -> None:
    """Evaluate the error and the gradient at zero."""
    weights = np.zeros((1, task.weight_count))
    compiled_engine.task_errors(task, weights)
    compiled_engine.task_gradients(task, weights)


def output_once(task: NetworkTask) -> None:
    """Evaluate the outputs at zero."""
    compiled_engine.outputs(task.network, np.zeros((1, task.weight_count)), task.items.inputs)


def train_runs_one_by_one() -> None:
    """What trains a run online, and all that descends a surface."""
    narrow, bowl = network_task(NARROW, 1), SurfaceTask(SURFACES["bowl"])
    train_once(narrow)
    train_once(network_task(NARROW + 1, 1))
    train_once(bowl)
    evaluate_once(bowl)
    output_once(narrow)


def train_populations_and_batches() -> None:
    """What evaluates networks, and what trains populations and batches."""
    narrow = network_task(NARROW, 1)
    evaluate_once(narrow)
    train_once(narrow, compiled_engine.FULL_BLOCK)
    train_once(network_task(NARROW, compiled_engine.ITEM_BATCH))


NULL = subprocess.DEVNULL
NICENESS = 5

PARTS: tuple[Callable[[], None], ...] = (train_runs_one_by_one, train_populations_and_batches)
"""All kernels, in parts that take about as long."""


is_warm = False
"""Whether every kernel is in memory, so that no call waits for the compiler."""


def prepare() -> None:
    """Load every kernel from the cache, or compile it now; set `is_warm`."""
    global is_warm
    if is_first_time():
        Compilation().wait()
    for part in PARTS:
        part()
    is_warm = True


def is_first_time() -> bool:
    """Return whether the kernels have yet to be compiled into the cache, which then takes some twenty seconds."""
    mark = finished_mark()
    return mark is not None and not mark.exists()


def finished_mark() -> Path | None:
    """Return the file that says that the cache holds every kernel for this processor; None without a cache."""
    if FOLDER is None:
        return None
    return FOLDER / f"complete-{llvmlite.binding.get_host_cpu_name()}-{sys.version_info.major}{sys.version_info.minor}"


class Compilation:
    """Compiles the parts into the cache, in processes of their own that begin at once; where there can be none,
    nothing is compiled, and who needs a kernel compiles it."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        if getattr(sys, "frozen", False) or not sys.executable:
            return
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        if FOLDER is not None:
            environment["NUMBA_CACHE_DIR"] = str(FOLDER.parent)
        for number in range(len(PARTS)):
            command = [sys.executable, "-m", __name__, str(number)]
            with contextlib.suppress(OSError):
                process = subprocess.Popen(command, env=environment, stdin=NULL, stdout=NULL, stderr=NULL)
                self._processes.append(process)

    def wait(self) -> bool:
        """Wait until all is compiled; whether it went well."""
        codes = [process.wait() for process in self._processes]
        done = len(codes) == len(PARTS) and not any(codes)
        if done and (mark := finished_mark()) is not None:
            with contextlib.suppress(OSError):
                mark.touch()
        return done

    def cancel(self) -> None:
        """Give it up: `wait` then ends at once. What was compiled so far stays in the cache."""
        for process in self._processes:
            process.terminate()


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # whoever is waiting works with something slower meanwhile
    PARTS[int(sys.argv[1])]()
