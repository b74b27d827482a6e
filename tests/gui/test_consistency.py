"""Sequences after which the window used to show one training's numbers under another's name, or raised an exception."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.state import Activity
from momentum_gui.lab.experiment import Experiment, edits
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")

FOUR_RUNS = "five-rules"
ONE_RUN = "momentum-fades"
FRONTS = (
    ("Error surface", "Error", "Steps"),
    ("Theory", "Network", "Gains"),
    ("Sweep", "Predictions", "One update"),
)
"""Views that are in front together: each view is tried."""


def open_named(window: MainWindow, name: str) -> None:
    """Open a built-in experiment as the menu does."""
    window.actions_.examples.aboutToShow.emit()
    action = next(action for action in window.actions_.examples.actions() if action.data() == name)
    action.trigger()


def fewer_runs_while_a_later_one_is_selected(window: MainWindow) -> None:
    open_named(window, FOUR_RUNS)
    wait_until(lambda: len(window.state.settings) > 2, "many runs are there")
    window.select(len(window.state.settings) - 1)
    open_named(window, ONE_RUN)


def a_run_removed_and_run_at_once(window: MainWindow) -> None:
    window.actions_["remove"].trigger()
    window.actions_["run"].trigger()


def a_run_removed_and_reset_at_once(window: MainWindow) -> None:
    window.actions_["remove"].trigger()
    window.actions_["reset"].trigger()


def an_example_opened_and_reset_at_once(window: MainWindow) -> None:
    open_named(window, FOUR_RUNS)
    window.actions_["reset"].trigger()


def another_network_in_the_middle_of_a_run(window: MainWindow) -> None:
    window.actions_["run"].trigger()
    wait_until(lambda: window.session.record.latest.epochs > 2, "it runs")  # type: ignore[union-attr]
    window.runs.edit({"network": {"hidden": [2]}}, "network")


def another_network_and_then_another_theme(window: MainWindow) -> None:
    window.runs.edit({"network": {"hidden": [9, 9]}}, "network")
    window.set_theme("dark")
    window.runs.edit({"network": {"hidden": [3]}}, "network")
    window.set_theme("light")


def all_but_one_run_removed(window: MainWindow) -> None:
    open_named(window, FOUR_RUNS)
    wait_until(lambda: len(window.state.settings) > 2, "many runs are there")
    while len(window.state.settings) > 1:
        before = len(window.state.settings)
        window.actions_["remove"].trigger()
        wait_until(lambda before=before: len(window.state.settings) == before - 1, "one is gone")


def a_past_moment_and_another_example(window: MainWindow) -> None:
    window.actions_["step_epoch"].trigger()
    wait_until(lambda: window.session.record.latest.epochs == 1, "an epoch is done")  # type: ignore[union-attr]
    window.timeline.show_moment(0.5)
    open_named(window, ONE_RUN)


@pytest.mark.parametrize("front", FRONTS, ids=lambda front: front[0])
@pytest.mark.parametrize(
    "sequence",
    [
        fewer_runs_while_a_later_one_is_selected,
        a_run_removed_and_run_at_once,
        a_run_removed_and_reset_at_once,
        an_example_opened_and_reset_at_once,
        another_network_in_the_middle_of_a_run,
        another_network_and_then_another_theme,
        all_but_one_run_removed,
        a_past_moment_and_another_example,
    ],
)
def test_nothing_is_mixed(
    make_window: MakeWindow, sequence: Callable[[MainWindow], None], front: tuple[str, ...]
) -> None:
    """Title, panel, table, record and each view in front show one training; pytest-qt fails on any exception."""
    iris = edits.with_settings(Experiment.load("iris"), {"training": {"epochs": 20}})
    window = make_window(iris)
    for title in front:
        window.views.show(title)
    sequence(window)
    window.session.pause()
    window.wake()
    wait_until(lambda: window.state.activity is not Activity.RUNNING, "it rests")
    answers: list[Experiment] = []
    window.session.ask_experiment(answers.append)
    wait_until(lambda: bool(answers), "the worker has answered")
    at_rest(window)
    state = window.state
    assert state.training is not None
    assert window.windowTitle() == f"{state.training.setup.experiment.title} – Momentum GUI"
    names = [run.name for run in state.training.record.runs]
    assert names == [run.name for run in state.experiment.runs] == [run.name for run in answers[0].runs]
    assert window.runs_panel.model.rowCount() == len(names) > state.selected
    assert window.runs_panel.table.currentIndex().row() == state.selected
    for title in front:
        view = window.views.of_title(title)
        assert view.shown is state
