"""The window's thread comes first: others stand back while they work, and what they changed is given back."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from momentum_gui.gui.plots.sweep.runner import SweepJob, SweepRunner
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.training.thread_priority import NICENESS, SWITCH_SECONDS, ShortTurns
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.grid import Grid
from tests.conftest import wait_until

XOR = Experiment.load("xor", ["training.epochs=2"])


def test_turns_are_short_while_anyone_wants_them() -> None:
    """The switch interval is short from the first who wants it to the last who lets it be, and then as before."""
    before, turns = sys.getswitchinterval(), ShortTurns()
    turns.want("one")
    turns.want("two")
    turns.want("two")
    turns.let_be("one")
    turns.let_be("one")
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    turns.let_be("two")
    assert sys.getswitchinterval() == before


def niceness() -> tuple[int, float]:
    """Of the thread that asks, with the switch interval."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), sys.getswitchinterval()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux alone")
def test_background_threads_stand_back(qapp: object) -> None:
    """Background work runs at a lower priority in short turns; the window's own thread is left as it was."""
    mine = niceness()
    told: list[tuple[int, float]] = []
    background = Background()
    background.done.connect(told.append)
    background.request(lambda _cancelled: niceness())
    wait_until(lambda: bool(told), "the work is done")
    background.close()
    assert told[0] == (mine[0] + NICENESS, pytest.approx(SWITCH_SECONDS))
    assert niceness() == mine


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux alone")
def test_a_sweeps_threads_stand_back(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of a sweep in the window is trained at a lower priority, its pool's threads included."""
    from momentum_gui.lab.sweep import runner as sweep

    told: list[int] = []
    train_block = sweep.train_block

    def watched(*arguments: object) -> object:
        told.append(niceness()[0])
        return train_block(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sweep, "train_block", watched)
    mine, runner = niceness(), SweepRunner()
    runner.start(SweepJob(XOR, Grid.of(XOR, "0.1:1:2", "0:0.5:2"), "numpy"))
    wait_until(lambda: not runner.running, "the sweep is done", 20.0)
    assert told
    assert set(told) == {mine[0] + NICENESS}
    assert niceness() == mine
