"""Orders in quick succession: whatever is asked for and in whatever order, panel, file and training are one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_gui.gui.state import Activity
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.settings import SettingsChange
from tests.gui.conftest import MakeSession, take_until

pytestmark = pytest.mark.usefixtures("leaves_nothing")

Order = Callable[[Session], object]

OTHERS = {
    name: Experiment.from_table(
        {
            "title": name,
            "problem": {"dataset": dataset},
            "network": {"hidden": [3], "output_activation": "logistic"},
            "training": {"epochs": 30, "seed": 5},
            "run": [{"name": f"{name} {number}", "learning_rate": 0.1 * (number + 1)} for number in range(runs)],
        },
        name,
    )
    for name, dataset, runs in (("one", "xor", 1), ("three", "xor", 3), ("two", "parity-3", 2))
}
NOWHERE = edits.with_settings(OTHERS["one"], {"problem": {"dataset": "/nowhere/data.csv"}})


def edited(**values: Any) -> Order:
    """Change a setting of a section, for all runs."""
    (section, (key, value)), *_ = values.items()
    return lambda session: session.edit_settings({section: {key: value}}, section)


def last(session: Session) -> int:
    """The last run that the table shows."""
    return max(0, len(session.settings) - 1)


def added(session: Session) -> None:
    """Add a run like the first."""
    name = edits.free_name(session.experiment, "added")
    session.add_run(edits.new_run(session.experiment.runs[0].training, name, "plain", 0.2, 0.0))


ORDERS: dict[str, Order] = {
    "open one": lambda session: session.load(OTHERS["one"]),
    "open three": lambda session: session.load(OTHERS["three"], selected=2),
    "open two": lambda session: session.load(OTHERS["two"], selected=1),
    "open nothing": lambda session: session.load(NOWHERE),
    "hidden 7": edited(network=("hidden", [7])),
    "hidden 2 2": edited(network=("hidden", [2, 2])),
    "relu": edited(network=("hidden_activation", "relu")),
    "minmax": edited(problem=("scale", "minmax")),
    "no such data": edited(problem=("dataset", "/nowhere/data.csv")),
    "seed": edited(training=("seed", 77)),
    "epochs": edited(training=("epochs", 44)),
    "target error": edited(training=("target_error", 1e-9)),
    "reset": lambda session: session.reset(),
    "run": lambda session: session.run(),
    "pause": lambda session: session.pause(),
    "step": lambda session: session.step(3),
    "back": lambda session: session.step_back(1),
    "epoch": lambda session: session.step_epoch(),
    "rate": lambda session: session.change((0,), learning_rate=0.25),
    "momentum of all": lambda session: session.change(tuple(range(len(session.settings))), momentum=0.5),
    "start": lambda session: session.set_start((last(session),), {"b1[0]": 0.5}),
    "weight": lambda session: session.set_weights(0, {"b1[0]": -0.5}),
    "add": added,
    "fork": lambda session: session.fork(
        0, 1.0, edits.free_name(session.experiment, "fork"), SettingsChange(0, momentum=0.2)
    ),
    "remove": lambda session: session.remove_run(last(session)),
    "rename": lambda session: session.rename_run(0, edits.free_name(session.experiment, "renamed")),
    "take in": lambda session: session.take(),
}


def at_rest(session: Session) -> Experiment:
    """Pause, wait until everything asked for is done, and return the experiment that the worker would save."""
    session.pause()
    answers: list[Experiment] = []
    session.ask_experiment(answers.append)
    take_until(session, lambda: bool(answers) and session.state is not Activity.RUNNING, "all is done", 30.0)
    return answers[0]


def without_changes(experiment: Experiment) -> list[tuple[str, int, int]]:
    """What panel and file must have in common of each run, whatever was changed on the way."""
    return [(run.name, run.training.epochs, run.training.seed) for run in experiment.runs]


@settings(max_examples=25)
@given(st.lists(st.sampled_from(sorted(ORDERS)), min_size=2, max_size=9))
def test_panel_file_and_training_are_one(make_session: MakeSession, xor: Experiment, names: list[str]) -> None:
    """After any quick sequence of orders the panels' experiment, the saved file and the trained set-up agree."""
    session = make_session(xor)
    try:
        for name in names:
            try:
                ORDERS[name](session)
            except BadInputError:
                continue
        saved = at_rest(session)
        now, shown = session.experiment, session.now
        assert shown.training is not None
        trained = shown.training.setup.experiment
        assert now.title == saved.title == trained.title
        assert now.problem == saved.problem == trained.problem
        assert now.network == saved.network == trained.network
        assert without_changes(now) == without_changes(saved) == without_changes(trained)
        assert [run.name for run in shown.training.record.runs] == [run.name for run in now.runs]
        rates = [(run.training.learning_rate, run.training.momentum) for run in now.runs]
        assert rates == [(each.learning_rate, each.momentum) for each in session.settings]
        weights = len(shown.training.record.runs[0].latest.weights)
        assert weights == len(shown.training.setup.weight_names) == shown.training.record.runs[0].path.vectors.shape[1]
    finally:
        session.close()
        take_until(session, lambda: session.is_closed, "the session ends")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("open three", "reset"), {"title": "three", "runs": 3}),
        (("seed", "reset"), {"seed": 77}),
        (("relu", "reset"), {"hidden_activation": "relu"}),
        (("hidden 7", "minmax"), {"hidden": [7], "scale": "minmax"}),
        (("epochs", "target error"), {"epochs": 44, "target_error": 1e-9}),
        (("open three", "hidden 7", "run"), {"title": "three", "hidden": [7]}),
        (("open nothing", "seed"), {"title": "XOR", "seed": 77}),
        (("no such data", "hidden 7"), {"dataset": "xor", "hidden": [7]}),
        (("remove", "reset"), {"runs": 1}),
    ],
)
def test_no_order_is_lost(
    make_session: MakeSession, xor: Experiment, names: tuple[str, ...], expected: dict[str, Any]
) -> None:
    """Two orders without a pause between them both count, on what the panel showed; a refused one costs no other."""
    session = make_session(xor)
    for name in names:
        ORDERS[name](session)
    saved = at_rest(session)
    found = {
        "title": saved.title,
        "runs": len(saved.runs),
        "seed": saved.runs[0].training.seed,
        "epochs": saved.runs[0].training.epochs,
        "target_error": saved.runs[0].training.target_error,
        "hidden": saved.network.hidden,
        "hidden_activation": saved.network.hidden_activation,
        "scale": saved.problem.scale,
        "dataset": saved.problem.dataset,
    }
    assert {key: found[key] for key in expected} == expected


def test_two_names_both_count(make_session: MakeSession, xor: Experiment) -> None:
    """Two runs renamed one after the other have both names, in the table and in the file."""
    session = make_session(xor)
    session.rename_run(0, "first")
    session.rename_run(1, "second")
    saved = at_rest(session)
    assert session.record is not None
    names = [run.name for run in session.record.runs]
    assert names == [run.name for run in saved.runs] == [run.name for run in session.experiment.runs]
    assert names == ["first", "second"]


def test_an_order_for_a_run_that_goes_is_dropped(make_session: MakeSession, xor: Experiment) -> None:
    """A run that is being removed takes what was asked of it along; the others keep what was asked of them."""
    session = make_session(xor)
    session.remove_run(0)
    session.change((0,), momentum=0.9)
    session.change((1,), momentum=0.25)
    saved = at_rest(session)
    assert [(run.name, run.training.momentum) for run in saved.runs] == [("momentum", 0.25)]


def test_selection_and_hidden_runs_follow_the_runs(make_session: MakeSession) -> None:
    """The selected run stays selected and a hidden one hidden, whatever number they have after another has gone."""
    session = make_session(OTHERS["three"])
    session.store.update(selected=2, visible=(True, False, True))
    session.remove_run(0)
    at_rest(session)
    assert (session.now.selected, session.now.visible) == (1, (False, True))
    added(session)
    at_rest(session)
    assert (session.now.selected, session.now.visible) == (2, (False, True, True))
