"""A sweep on a real local Dask cluster: a worker is killed in mid-sweep, and nothing is lost or changed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.block import NUMBERS
from momentum_gui.lab.sweep.cluster import cluster
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.runner import Sweep

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

# Nothing of ours: dask and tornado leave sockets and loops to the garbage collector when processes are killed.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:Port .* is already in use:UserWarning"),
]


def experiment() -> Experiment:
    text = 'problem.dataset = "xor"\nnetwork.hidden = [2]\n[training]\nepochs = 120\nseed = 5'
    return Experiment.parse(text, "test", Path.cwd())


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    """Two worker processes, each watched by a nanny that starts it anew."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs="CRITICAL"
    ) as local:
        yield local


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_worker_costs_no_cell_and_changes_none(workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell comes once, and with the bits of the sweep in this process, though a worker dies on the way."""
    monkeypatch.setattr("momentum_gui.lab.sweep.runner.MOST_RUNS", 60)  # many blocks
    monkeypatch.setattr("momentum_gui.lab.sweep.runner.LEAST_RUNS", {"numpy": 60})
    grid = Grid.of(experiment(), "0.01:1:24:log", "0:0.9:20", seeds=2)
    seen = np.zeros(grid.runs, dtype=int)
    killed = 0
    with cluster(workers.scheduler_address) as (executor, threads):
        assert threads() == 2
        sweep = Sweep(experiment(), grid, engine="numpy", executor=executor, workers=threads)
        for number, result in enumerate(sweep.results(), 1):
            seen[result.runs] += 1
            if number == 2:
                killed = next(iter(workers.workers.values())).pid
                os.kill(killed, signal.SIGKILL)
    assert killed
    assert (seen == 1).all()
    here = Sweep(experiment(), grid, engine="numpy")
    for _ in here.results():
        pass
    for name in ("outcome", "epochs", *NUMBERS):
        assert np.array_equal(getattr(here.table, name), getattr(sweep.table, name), equal_nan=True), name


def test_cancelling_does_not_wait_for_the_cluster(workers: Any) -> None:
    """A sweep on a cluster ends at once when it is cancelled, and the cluster can be used again."""
    grid = Grid.of(experiment(), "0.01:1:24:log", "0:0.9:20", seeds=2)
    with cluster(workers.scheduler_address) as (executor, threads):
        sweep = Sweep(experiment(), grid, engine="numpy", executor=executor, workers=threads)
        sweep.control.cancel()
        assert list(sweep.results()) == []
        again = Sweep(experiment(), Grid.of(experiment(), "0.1", "0.5"), executor=executor, engine="numpy")
        assert sum(len(result) for result in again.results()) == 1


def test_what_is_no_cluster_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address, and one where nobody answers, are told apart and in one line."""
    monkeypatch.setattr("momentum_gui.lab.sweep.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(BadInputError, match="--scheduler nonsense://x"), cluster("nonsense://x"):
        pass
    with pytest.raises(OSError, match="no scheduler answers"), cluster("tcp://127.0.0.1:1"):
        pass
