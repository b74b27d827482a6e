"""The runner of sweeps: it never waits for a thread, and a cancelled job's thread says when it is through."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from momentum_gui.gui.plots.sweep.runner import SweepJob, SweepRunner
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.grid import Grid
from tests.conftest import process_qt_events, wait_until

XOR = Experiment.load("xor", ["training.epochs=2"])

pytestmark = pytest.mark.usefixtures("leaves_nothing")


class StuckJob(SweepJob):
    """A job that pays no heed to being cancelled, as one that reads a large file, until it is let go."""

    def __init__(self) -> None:
        super().__init__(XOR, Grid.of(XOR, "0.1:1:2", "0:0.5:2"), "numpy")
        self.began, self.let_go = threading.Event(), threading.Event()

    def train(self) -> None:
        self.began.set()
        self.let_go.wait(30.0)


@pytest.fixture
def stuck() -> Iterator[StuckJob]:
    """A stuck job, let go in any case."""
    job = StuckJob()
    yield job
    job.let_go.set()


def test_another_sweep_starts_while_the_last_thread_still_works(qapp: object, stuck: StuckJob) -> None:
    """Starting does not wait for the job before it; that one is told of once it is through, and changes nothing."""
    runner = SweepRunner()
    ended: list[object] = []
    settled: list[object] = []
    runner.ended.connect(lambda job, _problem: ended.append(job))
    runner.settled.connect(settled.append)
    runner.start(stuck)
    assert stuck.began.wait(10.0)
    after = SweepJob(XOR, Grid.of(XOR, "0.1:1:3", "0:0.5:2"), "numpy")
    runner.start(after)
    assert ended == [stuck]
    assert runner.job is after
    wait_until(lambda: not runner.running, "the second sweep is done", 20.0)
    assert ended == [stuck, after]
    assert after.table.complete
    assert not settled
    stuck.let_go.set()
    wait_until(lambda: settled == [stuck], "the first thread is through")
    assert ended == [stuck, after]


def test_cancel_ends_at_once(qapp: object, stuck: StuckJob) -> None:
    """A cancelled job is over for the window whatever its thread does."""
    runner = SweepRunner()
    runner.start(stuck)
    assert stuck.began.wait(10.0)
    runner.cancel()
    assert not runner.running
    assert stuck.cancelled


@pytest.mark.parametrize("gone", [False, True])
def test_close_waits_for_nothing_and_tells_nothing(qapp: object, stuck: StuckJob, gone: bool) -> None:
    """A closed runner may be gone while its thread still works; nothing is told, and nothing can be started."""
    runner = SweepRunner()
    told: list[object] = []
    runner.ended.connect(lambda job, _problem: told.append(job))
    runner.settled.connect(told.append)
    runner.start(stuck)
    assert stuck.began.wait(10.0)
    runner.close()
    runner.start(SweepJob(XOR, Grid.of(XOR, "0.1:1:2", "0:0.5:2"), "numpy"))
    assert not runner.running
    if gone:
        del runner
    stuck.let_go.set()
    wait_until(lambda: not any(thread.name == "sweep" for thread in threading.enumerate()), "the thread has ended")
    process_qt_events()
    assert not told
