"""The sweep: every cell once on any executor, watched, paused, cancelled and resumed without changing a number."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.block import NUMBERS, BlockResult
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.runner import SCHEDULING_SHARE, Sweep, WorkerError
from momentum_gui.lab.sweep.table import SweepTable
from tests.conftest import wait_until

LONG = 1_000_000


def xor(epochs: int = 20) -> Experiment:
    text = f'problem.dataset = "xor"\nnetwork.hidden = [2]\n[training]\nepochs = {epochs}\nseed = 5'
    return Experiment.parse(text, "test", Path.cwd())


def grid_of(experiment: Experiment) -> Grid:
    return Grid.of(experiment, "0.01:1:12:log", "0:0.9:10", seeds=2, rules=["one-step", "heavy-ball"])


def finished(sweep: Sweep) -> SweepTable:
    for _ in sweep.results():
        pass
    return sweep.table


def same(one: SweepTable, other: SweepTable) -> bool:
    names = ("outcome", "epochs", *NUMBERS)
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names)


class Elsewhere(Executor):
    """Trains at once, through pickles as another process would; `spoil` may fail a block instead."""

    def __init__(self, spoil: Callable[[int], BaseException | None] = lambda number: None) -> None:
        self.tasks, self._spoil = 0, spoil

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if function is len:
            future.set_result(len(*arguments))
            return future
        self.tasks += 1
        if (error := self._spoil(self.tasks)) is not None:
            if isinstance(error, KeyboardInterrupt):
                future.cancel()
            else:
                future.set_exception(error)
            return future
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        future.set_result(pickle.loads(pickle.dumps(function(*arguments))))
        return future


def test_every_cell_once_coarse_cells_first() -> None:
    """Each run is in exactly one block, and a pass over the grid begins only when the coarser one is handed out."""
    grid = grid_of(xor())
    sweep = Sweep(xor(), grid, workers=1)
    seen = np.zeros(grid.runs, dtype=int)
    levels = np.repeat(np.tile(grid.levels().ravel(), len(grid.rules)), len(grid.seeds))
    lowest = []
    for result in sweep.results():
        seen[result.runs] += 1
        lowest.append((levels[result.runs].max(), levels[result.runs].min()))
    assert (seen == 1).all()
    assert all(later[0] <= earlier[1] for earlier, later in pairwise(lowest))
    assert sweep.table.complete


def test_any_executor_gives_the_same_numbers() -> None:
    """Threads of this process and blocks sent elsewhere as bytes give the same table, bit for bit."""
    grid = grid_of(xor())
    here = finished(Sweep(xor(), grid))
    executor = Elsewhere()
    there = finished(Sweep(xor(), grid, executor=executor, workers=2))
    assert same(here, there)
    assert executor.tasks >= 1


def test_a_lost_block_is_trained_again() -> None:
    """A block that the executor lost is handed out again, and its cells are there once."""
    executor = Elsewhere(lambda number: KeyboardInterrupt() if number == 1 else None)
    grid = grid_of(xor())
    assert same(finished(Sweep(xor(), grid, executor=executor)), finished(Sweep(xor(), grid)))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda number: KeyboardInterrupt(), "again and again"),
        (lambda number: ModuleNotFoundError("No module named 'momentum_gui'"), "No module named 'momentum_gui'"),
    ],
)
def test_workers_that_cannot_train_end_the_sweep(spoil: Callable[[int], BaseException], word: str) -> None:
    """Where blocks are always lost, or raise, the sweep ends with what went wrong instead of going on for ever."""
    with pytest.raises(WorkerError, match=word):
        finished(Sweep(xor(), grid_of(xor()), executor=Elsewhere(spoil)))


def test_blocks_outweigh_what_handing_them_out_costs() -> None:
    """Blocks are sized so that training takes at least 20 times as long as an answer takes to come back."""
    experiment = xor(epochs=300)
    sweep = Sweep(experiment, Grid.of(experiment, "0.001:1:1000:log", "0:0.9:800"), executor=Elsewhere(), workers=1)
    sweep.overhead, sweep._seconds_per_run = 0.02, 0.001
    assert sweep._block_cells() * sweep._seconds_per_run * SCHEDULING_SHARE >= sweep.overhead
    sweep._workers = 100
    assert sweep._block_cells() * sweep._seconds_per_run >= 100 * sweep.overhead
    sweep._seconds_per_run = 100.0
    assert sweep._block_cells() <= 32


class Watched:
    """A long sweep in a thread of its own, as the window runs it."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.results: list[BlockResult] = []
        self.ended = 0.0
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        for result in self.sweep.results():
            self.results.append(result)
        self.ended = time.perf_counter()

    def __enter__(self) -> Watched:
        self.thread.start()
        wait_until(lambda: self.sweep.progress().share > 0, "the first stretch", 60)
        return self

    def __exit__(self, *_error: object) -> None:
        self.sweep.cancel()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.mark.usefixtures("leaves_nothing")
def test_cancel_answers_within_200_ms() -> None:
    """However long the cells, `results` ends 200 ms after `cancel`, and its threads end too (best of three)."""
    waits = []
    for _ in range(3):
        with Watched(Sweep(xor(LONG), grid_of(xor()))) as watched:
            asked = time.perf_counter()
            watched.sweep.cancel()
            watched.thread.join(10)
            waits.append(watched.ended - asked)
    assert min(waits) < 0.2


@pytest.mark.usefixtures("leaves_nothing")
def test_pause_holds_everything_and_resume_goes_on() -> None:
    """While paused neither progress nor its clock moves; afterwards both do; a paused sweep can be cancelled."""
    with Watched(Sweep(xor(LONG), grid_of(xor()))) as watched:
        sweep = watched.sweep
        sweep.pause()
        shares: list[float] = []

        def stands_still() -> bool:
            shares.append(sweep.progress().share)
            return len(shares) > 100 and len(set(shares[-100:])) == 1

        wait_until(stands_still, "the stretch under way to end")
        still = sweep.progress()
        assert still.seconds == sweep.progress().seconds
        assert still.seconds_left is not None
        sweep.resume()
        wait_until(lambda: sweep.progress().share > still.share, "progress after the pause")
        assert sweep.progress().seconds > still.seconds
        sweep.pause()


@pytest.mark.usefixtures("leaves_nothing")
def test_closing_the_iterator_cancels() -> None:
    """Whoever stops listening stops the work: no thread goes on training."""
    experiment = xor(2000)
    sweep = Sweep(experiment, Grid.of(experiment, "0.001:1:100:log", "0:0.9:20"))
    results = sweep.results()
    next(results)
    results.close()
    assert sweep.control.cancelled


def test_what_is_known_is_not_trained_again() -> None:
    """A sweep that is given a table trains only the cells that are missing a seed there, and ends with the same."""
    experiment, grid = xor(), grid_of(xor())
    whole = finished(Sweep(experiment, grid))
    known = SweepTable.empty(grid)
    runs = np.arange(101)  # the last cell with one of its two seeds
    known.fill(next(iter(picked(whole, runs))))
    sweep = Sweep(experiment, grid, known=known)
    assert sweep.progress().done == 100
    trained = np.concatenate([result.runs for result in sweep.results()])
    assert sorted(trained.tolist()) == list(range(100, grid.runs))
    assert same(sweep.table, whole)
    assert sweep.progress().done == grid.runs
    assert not list(Sweep(experiment, grid, known=whole).results())


def picked(table: SweepTable, runs: np.ndarray) -> list[BlockResult]:
    part = SweepTable.empty(table.grid)
    for result in table.as_results():
        part.fill(result)
    part.outcome[np.setdiff1d(np.arange(table.grid.runs), runs)] = 0
    return list(part.as_results())


def test_the_runs_of_the_file_take_no_part() -> None:
    """A sweep varies [training]; [[run]] tables change nothing, and one that cannot be set up is refused."""
    experiment = xor()
    runs = Experiment.parse(
        'problem.dataset = "xor"\nnetwork.hidden = [2]\n[training]\nepochs = 20\nseed = 5\n'
        "[[run]]\nname = 'a'\nrule = 'plain'\nepochs = 1",
        "test",
        Path.cwd(),
    )
    assert same(finished(Sweep(experiment, grid_of(experiment))), finished(Sweep(runs, grid_of(runs))))
    broken = replace(experiment, network=replace(experiment.network, train_only=["w9[0,0]"]))
    with pytest.raises(BadInputError, match=r"w9\[0,0\]"):
        Sweep(broken, grid_of(experiment))


MEMORY = """
import sys
from pathlib import Path
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.runner import Sweep
from momentum_gui.lab.sweep.csv_file import SweepFile
from momentum_gui.lab.sweep.grid import Grid
experiment = Experiment.parse('problem.dataset = "xor"\\ntraining.epochs = 1', "test", Path.cwd())
grid = Grid.of(experiment, f"0.001:1:{sys.argv[2]}:log", "0:0.9:250")
sweep = Sweep(experiment, grid, engine="numpy")
file = SweepFile(sys.argv[1], experiment, sweep.shared, grid)
sweep = Sweep(experiment, grid, known=file.table, shared=sweep.shared)
file.begin()
for result in sweep.results():
    file.add(result)
file.finish()
assert sweep.table.complete
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.timeout(240)
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc; getrusage would tell the parent's")
def test_a_hundred_thousand_cells_stay_below_500_mb(tmp_path: Path) -> None:
    """The whole process, with its CSV, peaks below 500 MB for 10⁵ cells.

    A smaller sweep goes first, so that the kernels are compiled and kept: the compiler alone takes more than that.
    """
    for name, rates in (("first.csv", 10), ("S.csv", 400)):
        command = [sys.executable, "-c", MEMORY, str(tmp_path / name), str(rates)]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
        assert answer.returncode == 0, answer.stderr
    assert int(answer.stdout) < 500_000
    assert (tmp_path / "S.csv").read_bytes().count(b"\n") == 100_001
