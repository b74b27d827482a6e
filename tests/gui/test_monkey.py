"""Random use of the window, a short form of `make soak`: no exception and no warning, whatever is clicked."""

from __future__ import annotations

import pytest

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.lab.experiment import Experiment
from tests.gui.conftest import MakeWindow, at_rest
from tests.soak.monkey import Monkey


@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize("seed", [1, 2])
def test_random_use(make_window: MakeWindow, seed: int) -> None:
    """150 actions; pytest-qt fails the test on an exception in a slot, and on a warning of Qt's."""
    window: MainWindow = make_window(Experiment.load("iris"), engine="numpy")
    Monkey(window, seed).use(150)
    window.session.pause()
    window.wake()
    at_rest(window)
    state = window.state
    assert state.record is not None
    assert [run.name for run in state.record.runs] == [run.name for run in state.experiment.runs]
    assert window.windowTitle().startswith(state.experiment.title or "")
