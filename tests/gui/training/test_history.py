"""Undo and redo: every change of settings and runs is taken back, and made again, whatever came between."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from tests.gui.conftest import MakeSession, take_until
from tests.gui.training.test_quick_orders import ORDERS, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")

EDITS = (
    "hidden 7", "relu", "minmax", "seed", "epochs", "rate", "momentum of all", "start", "weight", "add", "fork",
    "remove", "rename", "step", "epoch",
)  # fmt: skip


def comparable(experiment: Experiment) -> tuple[object, ...]:
    """What is to be the same again."""
    return (
        experiment.title,
        experiment.problem,
        experiment.network,
        [(run.name, run.training) for run in experiment.runs],
    )


def rates(runs: tuple[Training, ...]) -> list[tuple[str, float, float]]:
    """Rule, learning rate and momentum of each run."""
    return [(run.rule, run.learning_rate, run.momentum) for run in runs]


@settings(max_examples=20)
@given(st.lists(st.sampled_from(EDITS), min_size=1, max_size=7))
def test_undone_and_redone(make_session: MakeSession, xor: Experiment, names: list[str]) -> None:
    """All undone is the experiment before; all made again is the one after; table and training follow."""
    session = make_session(xor)
    try:
        before = comparable(session.experiment)
        for name in names:
            try:
                ORDERS[name](session)
            except BadInputError:
                continue
        at_rest(session)
        after = comparable(session.experiment)
        while session.history.undo_text:
            session.history.undo()
        at_rest(session)
        assert comparable(session.experiment) == before
        while session.history.redo_text:
            session.history.redo()
        at_rest(session)
        assert comparable(session.experiment) == after
        assert session.record is not None
        assert [run.name for run in session.record.runs] == [run.name for run in session.experiment.runs]
    finally:
        session.close()
        take_until(session, lambda: session.is_closed, "the session ends")


def test_a_removed_run_comes_back_as_it_was(make_session: MakeSession, xor: Experiment) -> None:
    """With the changes that it went through, in its place, trained to where the others are."""
    session = make_session(xor)
    for order in ("epoch", "rate", "epoch"):
        ORDERS[order](session)
    at_rest(session)
    assert session.record is not None
    before = [run.weights.tolist() for run in session.record.latest.runs]
    session.remove_run(0)
    at_rest(session)
    session.history.undo()
    at_rest(session)
    take_until(session, lambda: session.record is not None and session.record.latest.epochs == 2, "it caught up")
    assert [run.weights.tolist() for run in session.record.latest.runs] == before
    assert session.now.selected == 0


def test_a_dragged_slider_is_one_step(make_session: MakeSession, xor: Experiment) -> None:
    """Changes that follow one another at once are undone together; another setting is a step of its own."""
    session = make_session(xor)
    for rate in (0.1, 0.2, 0.3):
        session.change((0,), learning_rate=rate)
    session.change((0,), momentum=0.1)
    assert session.history.undo_text == "change of rule or rates"
    session.history.undo()
    session.history.undo()
    assert session.history.undo_text == ""
    at_rest(session)
    assert session.settings[0].learning_rate == xor.runs[0].training.learning_rate


def test_another_experiment_begins_another_history(make_session: MakeSession, xor: Experiment) -> None:
    """What was undone in one experiment cannot be made again in another; what was done comes back with it."""
    session = make_session(xor)
    session.change((0,), learning_rate=0.3)
    session.history.undo()
    session.load(xor)
    assert session.history.undo_text == session.history.redo_text == ""
    at_rest(session)
    session.change((0,), learning_rate=0.3)
    session.load(Experiment.load("ravine"))
    at_rest(session)
    assert session.history.undo_text == "opening of an experiment"
    session.history.undo()
    session.history.undo()
    at_rest(session)
    assert comparable(session.experiment) == comparable(xor)


def test_what_was_refused_is_not_undone(make_session: MakeSession, xor: Experiment) -> None:
    """An edit that the worker refuses changes nothing, neither when it comes nor when it is undone."""
    session = make_session(xor)
    ORDERS["epoch"](session)
    ORDERS["no such data"](session)
    at_rest(session)
    session.history.undo()
    at_rest(session)
    assert session.record is not None
    assert session.record.latest.epochs == 1


@pytest.mark.parametrize("restart", ["reset", "open", "hidden 7", "start", "relu"])
def test_a_training_is_brought_back(make_session: MakeSession, xor: Experiment, restart: str) -> None:
    """Reset, opening and what starts again can be undone: the training is where it was, with the changes on its way."""
    session = make_session(xor)
    try:
        session.step_epoch()
        session.change((1,), learning_rate=0.25)
        session.step(9)
        at_rest(session)
        assert session.record is not None
        position, settings = session.record.latest.position, rates(session.settings)
        weights = [run.latest.weights.copy() for run in session.record.runs]
        restarts = {"reset": session.reset, "open": lambda: session.load(Experiment.load("ravine"))}
        restarts.get(restart, lambda: ORDERS[restart](session))()
        at_rest(session)
        assert session.record.latest.position == 0
        session.history.undo()
        take_until(session, lambda: session.record is not None and session.record.latest.position == position, "back")
        at_rest(session)
        assert rates(session.settings) == settings
        assert [run.name for run in session.record.runs] == [run.name for run in xor.runs]
        for run, before in zip(session.record.runs, weights, strict=True):
            np.testing.assert_array_equal(run.latest.weights, before)
        session.history.undo()
        at_rest(session)
        assert session.settings[1].learning_rate == 0.5
        assert comparable(session.experiment) == comparable(xor)
    finally:
        session.close()
        take_until(session, lambda: session.is_closed, "the session ends")
