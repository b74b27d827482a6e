"""The training as the window sees it: every command does what it says, with the Trainer's own numbers."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.gui.state import Activity
from momentum_gui.gui.training.pace import FULL_SPEED
from momentum_gui.gui.training.queue import PENDING_FRAMES
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.settings import SettingsChange, Velocity
from momentum_gui.lab.training.trainer import Trainer
from tests.gui.conftest import MakeSession, take_until

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def weights(session: Session) -> list[list[float]]:
    """The weights of each run, as they stand."""
    assert session.record is not None
    return [run.weights.tolist() for run in session.record.latest.runs]


def finish(session: Session) -> None:
    """Train to the end at full speed."""
    session.pace.updates_per_second = FULL_SPEED
    session.run()
    take_until(session, lambda: session.state is Activity.FINISHED, "the training ends", 30.0)


def go(session: Session, epochs: int) -> None:
    """Train so many epochs, one after the other."""
    assert session.record is not None
    for _ in range(epochs):
        session.step_epoch()
    goal = session.record.latest.epochs + epochs
    take_until(session, lambda: session.record.latest.epochs == goal, f"{goal} epochs are done")  # type: ignore[union-attr]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_same_numbers_as_the_trainer(make_session: MakeSession, xor: Experiment, engine: str) -> None:
    """A training in the window's worker ends in the same bits, with the same curves, as one without a window."""
    session = make_session(xor, engine)
    take_until(
        session, lambda: session.engine == engine and session.state is Activity.READY, "the engine is there", 60.0
    )
    finish(session)
    trainer = Trainer(xor, engine)
    rows = [trainer.first_frame()]
    while not trainer.finished:
        rows.append(trainer.advance(7))
    assert weights(session) == [run.weights.tolist() for run in rows[-1].runs]
    assert session.record is not None
    for number, run in enumerate(session.record.runs):
        expected = np.concatenate([frame.runs[number].rows.measures[:, Measure.ERROR] for frame in rows])
        whole = run.measures.position == np.round(run.measures.position)
        assert run.measures.last[whole, Measure.ERROR].tolist() == expected.tolist()


def test_run_and_pause(make_session: MakeSession, xor: Experiment) -> None:
    """Pausing stops the training where it is, and running goes on from there."""
    session = make_session(edits.with_settings(xor, {"training": {"epochs": 100_000}}))
    assert session.record is not None
    session.run()
    take_until(session, lambda: session.record.latest.epochs > 3, "some epochs are done")  # type: ignore[union-attr]
    session.pause()
    take_until(session, lambda: session.state is Activity.PAUSED, "it pauses")
    stands = session.record.latest.position
    session.take()
    assert session.record.latest.position == stands
    session.run()
    take_until(session, lambda: session.record.latest.position > stands, "it goes on")  # type: ignore[union-attr]


def test_steps(make_session: MakeSession, xor: Experiment) -> None:
    """One update, one epoch, and back again: each changes the update number by what it says, and time back restores."""
    session = make_session(xor)
    record = session.record
    assert record is not None
    start = weights(session)
    session.step()
    take_until(session, lambda: record.latest.runs[0].update == 1, "one update")
    after_one = weights(session)
    assert after_one != start
    session.step_epoch()
    take_until(session, lambda: record.latest.runs[0].update == 4, "to the end of the epoch")
    session.step_epoch()
    take_until(session, lambda: record.latest.runs[0].update == 8, "a whole epoch")
    session.step_back()
    take_until(session, lambda: record.latest.runs[0].update == 7, "one update back")
    session.step_back_epoch()
    take_until(session, lambda: record.latest.runs[0].update == 4, "to the epoch's beginning")
    session.seek(0.25)
    take_until(session, lambda: record.latest.runs[0].update == 1, "to a moment")
    assert weights(session) == after_one
    session.step_back(5)
    take_until(session, lambda: record.latest.runs[0].update == 0, "back to the start")
    assert weights(session) == start


def test_reset_repeats(make_session: MakeSession, xor: Experiment) -> None:
    """Reset stands at the start again; the same training follows."""
    session = make_session(xor)
    finish(session)
    end = weights(session)
    session.reset()
    take_until(session, lambda: session.state is Activity.READY, "it is reset")
    assert session.record is not None
    assert session.record.latest.position == 0
    assert [len(run.measures) for run in session.record.runs] == [1, 1]
    finish(session)
    assert weights(session) == end


def test_running_again_after_the_end(make_session: MakeSession, xor: Experiment) -> None:
    """Run, when all runs have ended, starts again."""
    session = make_session(xor)
    finish(session)
    session.run()
    take_until(session, lambda: session.state is Activity.RUNNING, "it runs again")
    take_until(session, lambda: session.state is Activity.FINISHED, "and ends again")


def test_a_change_on_the_way(make_session: MakeSession, xor: Experiment) -> None:
    """A rate changed in mid-training holds from the next update on; curve, experiment and a replay of it know it."""
    session = make_session(xor)
    go(session, 10)
    session.change((1,), learning_rate=0.125)
    assert session.settings[1].learning_rate == 0.125
    finish(session)
    assert session.record is not None
    assert [(event.epochs, event.text) for event in session.record.runs[1].events] == [(10.0, "rate 0.125")]
    assert session.record.runs[0].events == []
    told: list[Experiment] = []
    session.ask_experiment(told.append)
    take_until(session, lambda: bool(told), "the experiment is told")
    assert told[0].runs[1].training.change == [SettingsChange(40, learning_rate=0.125)]
    assert told[0].runs[1].training.learning_rate == 0.5
    replay = Trainer(told[0], "numpy")
    while not replay.finished:
        frame = replay.advance_epochs(3)
    assert [run.weights.tolist() for run in frame.runs] == weights(session)


@pytest.mark.parametrize("velocity", ["keep", "rescale"])
def test_a_new_rate_with_the_velocity_kept_or_rescaled(
    make_session: MakeSession, xor: Experiment, velocity: Velocity
) -> None:
    """The training goes on with the trainer's own numbers, and its experiment has the change with its velocity."""
    session = make_session(xor)
    go(session, 10)
    session.change((1,), learning_rate=0.125, velocity=velocity)
    go(session, 2)
    by_hand = Trainer(xor, "numpy")
    by_hand.advance_epochs(10)
    by_hand.change(1, learning_rate=0.125, velocity=velocity)
    assert weights(session) == [run.weights.tolist() for run in by_hand.advance_epochs(2).runs]
    told: list[Experiment] = []
    session.ask_experiment(told.append)
    take_until(session, lambda: bool(told), "the experiment is told")
    assert told[0].runs[1].training.change == [SettingsChange(40, learning_rate=0.125, velocity=velocity)]


def test_undoing_a_rescaled_rate_rescales_back(make_session: MakeSession, xor: Experiment) -> None:
    """An undo later on is a change back to the old rate that rescales too."""
    session = make_session(xor)
    go(session, 10)
    session.change((1,), learning_rate=0.125, velocity="rescale")
    go(session, 2)
    session.history.undo()
    told: list[Experiment] = []
    session.ask_experiment(told.append)
    take_until(session, lambda: bool(told), "the experiment is told")
    assert told[0].runs[1].training.change == [
        SettingsChange(40, learning_rate=0.125, velocity="rescale"),
        SettingsChange(48, learning_rate=0.5, velocity="rescale"),
    ]


def test_a_change_before_the_start(make_session: MakeSession, xor: Experiment) -> None:
    """At the start a changed rule is simply the run's rule: the experiment holds no change."""
    session = make_session(xor)
    session.change((0, 1), rule="nesterov", momentum=0.25)
    told: list[Experiment] = []
    session.ask_experiment(told.append)
    take_until(session, lambda: bool(told), "the experiment is told")
    assert [(run.training.rule, run.training.momentum) for run in told[0].runs] == [("nesterov", 0.25)] * 2
    assert all(not run.training.change for run in told[0].runs)
    assert told[0] == session.experiment


def test_reset_keeps_what_was_changed(make_session: MakeSession, xor: Experiment) -> None:
    """After a reset the training starts with the settings as they stand on the screen."""
    session = make_session(xor)
    go(session, 2)
    session.change((1,), momentum=0.9)
    session.reset()
    take_until(session, lambda: session.state is Activity.READY, "it is reset")
    assert session.settings[1].momentum == 0.9
    assert session.record is not None
    assert session.record.latest.runs[1].momentum == 0.9


def test_a_change_that_is_not_allowed(make_session: MakeSession, xor: Experiment) -> None:
    """What is not allowed is refused with a line that says what is, and changes nothing."""
    session = make_session(xor)
    before = session.experiment
    with pytest.raises(BadInputError, match=r"^training.momentum = 1.5: allowed is a number from 0 up to"):
        session.change((1,), momentum=1.5)
    assert session.experiment == before
    assert session.settings[1].momentum == 0.5


def test_an_experiment_that_is_refused(make_session: MakeSession, xor: Experiment) -> None:
    """Data that are not there are told in one line; the training before stays and can go on."""
    session = make_session(xor)
    refused: list[tuple[str, str]] = []
    session.refused.connect(lambda text, origin: refused.append((text, origin)))
    session.load(edits.with_settings(xor, {"problem": {"dataset": "/nowhere/data.csv"}}), "problem")
    take_until(session, lambda: bool(refused), "it is refused")
    assert "\n" not in refused[0][0]
    assert "/nowhere/data.csv" in refused[0][0]
    assert refused[0][1] == "problem"
    assert session.experiment == xor
    finish(session)


def test_a_run_added_on_the_way_catches_up(make_session: MakeSession, xor: Experiment) -> None:
    """A run added in mid-training is trained to where the others stand; their numbers do not change."""
    session = make_session(xor)
    go(session, 5)
    session.change((1,), momentum=0.25)
    go(session, 2)
    before = weights(session)
    new = edits.new_run(xor.runs[1].training, "third", "heavy-ball", 0.25, 0.5)
    session.add_run(new)
    take_until(
        session,
        lambda: (
            len(session.record.runs) == 3 and session.record.latest.epochs == 7 and session.state is Activity.PAUSED
        ),
        "it caught up",  # type: ignore[union-attr]
    )
    assert weights(session)[:2] == before
    alone = Trainer(edits.with_runs(xor, [new]), "numpy")
    assert weights(session)[2] == alone.advance_epochs(7).runs[0].weights.tolist()
    assert session.record is not None
    assert session.record.runs[1].events[0].text == "momentum 0.25"
    assert [len(session.experiment.runs), session.settings[1].momentum] == [3, 0.25]


def test_a_run_removed(make_session: MakeSession, xor: Experiment) -> None:
    """The other runs stay where they are; the last one cannot be removed."""
    session = make_session(xor)
    go(session, 3)
    before = weights(session)
    session.remove_run(0)
    take_until(session, lambda: len(session.record.runs) == 1 and session.record.latest.epochs == 3, "it is gone")  # type: ignore[union-attr]
    assert weights(session) == before[1:]
    with pytest.raises(BadInputError, match="the last run cannot be removed"):
        session.remove_run(0)


def test_a_fork(make_session: MakeSession, xor: Experiment) -> None:
    """A fork goes as its origin up to its moment and then under its own settings; a reset repeats it."""
    session = make_session(xor)
    go(session, 8)
    origin = weights(session)[1]
    session.fork(1, 5.0, "fork", SettingsChange(0, rule="plain"))
    take_until(session, lambda: len(session.record.runs) == 3 and session.record.latest.epochs == 8, "it is there")  # type: ignore[union-attr]
    assert weights(session)[1] == origin
    forked = weights(session)[2]
    assert forked != origin
    by_hand = Trainer(xor, "numpy")
    by_hand.advance_epochs(5)
    by_hand.change(1, rule="plain")
    by_hand.advance_epochs(3)
    assert forked == by_hand.first_frame().runs[1].weights.tolist()
    assert session.settings[2].rule == "plain"
    session.reset()
    take_until(session, lambda: session.state is Activity.READY, "it is reset")
    go(session, 8)
    assert weights(session)[2] == forked


def test_more_epochs_keep_the_place(make_session: MakeSession, xor: Experiment) -> None:
    """A training that has ended goes on when it is given more epochs."""
    session = make_session(xor)
    finish(session)
    before = weights(session)
    session.edit_settings({"training": {"epochs": 50}}, "training")
    take_until(session, lambda: session.state is Activity.PAUSED, "it stands where it was")
    assert weights(session) == before
    session.run()
    take_until(session, lambda: session.state is Activity.FINISHED, "it goes on")
    assert session.record is not None
    assert session.record.latest.epochs == 50


def test_start_weights(make_session: MakeSession, xor: Experiment) -> None:
    """A start chosen by name holds for the runs it is meant for, and is part of the experiment."""
    session = make_session(xor)
    session.set_start((1,), {"w1[0,0]": 2.5})
    take_until(session, lambda: session.record.latest.runs[1].weights[0] == 2.5, "it starts there")  # type: ignore[union-attr]
    assert session.record is not None
    assert session.record.latest.runs[0].weights[0] != 2.5
    assert session.experiment.runs[1].training.start == {"w1[0,0]": 2.5}


def test_weights_edited_on_the_way(make_session: MakeSession, xor: Experiment) -> None:
    """A weight edited in mid-training takes its value at once and goes into the experiment."""
    session = make_session(xor)
    go(session, 3)
    session.set_weights(0, {"b1[0]": -1.0})
    take_until(session, lambda: session.record.latest.runs[0].weights[4] == -1.0, "the weight is set")  # type: ignore[union-attr]
    told: list[Experiment] = []
    session.ask_experiment(told.append)
    take_until(session, lambda: bool(told), "the experiment is told")
    assert told[0].runs[0].training.change == [SettingsChange(12, weights={"b1[0]": -1.0})]


def test_slow_pace(make_session: MakeSession, xor: Experiment) -> None:
    """At ten updates a second a second brings ten; a change to full speed is taken up at once."""
    session = make_session(edits.with_settings(xor, {"training": {"epochs": 100_000}}))
    assert session.record is not None
    session.pace.updates_per_second = 10.0
    session.run()
    take_until(session, lambda: session.record.latest.runs[0].update == 1, "the first update")  # type: ignore[union-attr]
    began = time.monotonic()
    take_until(session, lambda: session.record.latest.runs[0].update == 7, "six more")  # type: ignore[union-attr]
    assert 0.5 <= time.monotonic() - began < 1.5
    session.pace.updates_per_second = FULL_SPEED
    take_until(session, lambda: session.record.latest.runs[0].update > 1000, "full speed")  # type: ignore[union-attr]


def test_a_busy_window_slows_the_worker(make_session: MakeSession, xor: Experiment) -> None:
    """While nothing is taken the worker waits instead of filling memory, and still obeys; nothing is lost."""
    session = make_session(edits.with_settings(xor, {"training": {"epochs": 1_000_000}}))
    session.run()
    end = time.monotonic() + 10
    while len(session.waiting) < PENDING_FRAMES and time.monotonic() < end:
        time.sleep(0.005)
    counts = set()
    until = time.monotonic() + 0.2
    while time.monotonic() < until:
        counts.add(len(session.waiting))
    assert max(counts) <= PENDING_FRAMES + 1
    session.pause()
    take_until(session, lambda: session.state is Activity.PAUSED, "it pauses")
    assert session.record is not None
    run = session.record.runs[0]
    assert run.measures.position[-1] == int(run.latest.epochs) or run.latest.update % 4
    assert run.measures.rows_per_bucket > 1 or len(run.measures) >= int(run.latest.epochs)


def test_an_exception_reaches_the_window(
    make_session: MakeSession, xor: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong in the worker is one line in the window; the worker lives on and can start again."""
    session = make_session(xor)
    failed: list[str] = []
    session.failed.connect(lambda text, details: failed.append(text))
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "advance", lambda self, updates: 1 / 0)
        session.run()
        take_until(session, lambda: bool(failed), "the failure is told")
    assert failed == ["ZeroDivisionError: division by zero"]
    take_until(session, lambda: session.state is Activity.READY, "it rests")
    finish(session)


def test_divergence_ends_one_run(make_session: MakeSession, xor: Experiment) -> None:
    """A run that flies apart is marked, and the others go on to their end."""
    wild = edits.with_settings(xor, {"network": {"output_activation": "linear"}, "training": {"learning_rate": 50.0}})
    session = make_session(edits.with_run(wild, 0, learning_rate=0.1))
    finish(session)
    assert session.record is not None
    assert [run.outcome for run in session.record.latest.runs] == [Outcome.FINISHED, Outcome.DIVERGED]
    assert session.record.runs[1].diverged_at is not None


def test_the_switch_interval_is_given_back(make_session: MakeSession, xor: Experiment) -> None:
    """The interpreter's switch interval is shorter only while it trains."""
    before = sys.getswitchinterval()
    session = make_session(edits.with_settings(xor, {"training": {"epochs": 1_000_000}}))
    session.run()
    take_until(session, lambda: session.record.latest.epochs > 2, "it runs")  # type: ignore[union-attr]
    assert sys.getswitchinterval() < before
    session.pause()
    take_until(session, lambda: session.state is Activity.PAUSED, "it pauses")
    assert sys.getswitchinterval() == before


def test_commands_are_answered_at_full_speed(make_session: MakeSession, xor: Experiment) -> None:
    """At full speed a changed rate and a pause are answered at once: far sooner than an epoch of a long training.

    The figure to hold is 50 ms, on a machine with nothing else to do; a busy one only must not take ten times that.
    """
    session = make_session(edits.with_settings(xor, {"training": {"epochs": 10_000_000, "learning_rate": 0.01}}))
    assert session.record is not None
    session.run()
    take_until(session, lambda: session.record.latest.epochs > 200, "it runs")  # type: ignore[union-attr]
    taken = []
    for number in range(1, 8):
        rate, began = 0.01 + number / 1000, time.perf_counter()
        session.change((0,), learning_rate=rate)
        take_until(session, lambda rate=rate: session.record.latest.runs[0].learning_rate == rate, "the rate changes")  # type: ignore[union-attr, misc]
        taken.append(time.perf_counter() - began)
    began = time.perf_counter()
    session.pause()
    take_until(session, lambda: session.state is Activity.PAUSED, "it pauses")
    taken.append(time.perf_counter() - began)
    assert sorted(taken)[len(taken) // 2] < 0.5
