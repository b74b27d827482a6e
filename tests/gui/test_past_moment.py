"""A past moment in the window: its step is found out and drawn; and views know the experiment that holds now."""

from __future__ import annotations

from momentum_gui.gui.session import Session
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.conftest import MakeSession, MakeWindow, at_rest, take_until


def step_to(session: Session, updates: int) -> None:
    """Step so many updates."""
    session.step(updates)
    take_until(session, lambda: session.record.latest.runs[0].update == updates, "the steps are done")  # type: ignore[union-attr]


def test_of_many_looks_the_newest_is_taken(make_session: MakeSession, xor: Experiment) -> None:
    """Scrubbing asks for many moments; the last one asked for is what the record then holds, to the bit."""
    session = make_session(xor)
    step_to(session, 30)
    record = session.record
    assert record is not None
    for update in (3, 9, 14, 21):
        session.look(1, update / record.latest.runs[1].updates_per_epoch)
    moment = 21 / record.latest.runs[1].updates_per_epoch
    take_until(session, lambda: record.runs[1].update_at(moment) is not None, "the look is taken")
    stepped = Trainer(xor, "numpy")
    expected = [stepped.advance(1) for _ in range(21)][-1].runs[1]
    known = record.runs[1].update_at(moment)
    assert known is not None
    assert expected.trace is not None
    assert known[0].tobytes() == expected.weights.tobytes()
    assert known[1].gradient_parts[-1].tobytes() == expected.trace.gradient_parts[-1].tobytes()
    assert known[1].momentum_parts[-1].tobytes() == expected.trace.momentum_parts[-1].tobytes()
    assert record.latest.runs[1].update == 30


def test_a_record_wound_back_forgets_what_was_looked_at(make_session: MakeSession, xor: Experiment) -> None:
    """After time is wound back, the moment may come to be another: its step is not shown any more."""
    session = make_session(xor)
    step_to(session, 30)
    record = session.record
    assert record is not None
    session.look(0, 5.0)
    take_until(session, lambda: record.runs[0].update_at(5.0) is not None, "the look is taken")
    session.seek(6.0)
    take_until(session, lambda: record.latest.epochs == 6.0, "time is wound back")
    assert record.runs[0].update_at(5.0) is None


def test_arrows_at_a_past_moment(make_window: MakeWindow, xor: Experiment) -> None:
    """The surface shows the step that led to the moment on the timeline, and hides it at the very start."""
    window = make_window(xor)
    window.session.step(30)
    window.wake()
    wait_until(lambda: window.session.record.latest.runs[0].update == 30, "the steps are done")  # type: ignore[union-attr]
    at_rest(window)
    surface = window.views.of_title("Error surface")
    window.timeline.moment_chosen.emit(4.0)
    wait_until(lambda: surface.moment == 4.0 and surface.arrows.visible, "the past step is drawn")  # type: ignore[attr-defined]
    window.timeline.moment_chosen.emit(0.0)
    wait_until(lambda: surface.moment == 0.0 and not surface.arrows.visible, "no step led to the start")  # type: ignore[attr-defined]


def test_views_know_the_experiment_after_a_reset(make_window: MakeWindow, xor: Experiment) -> None:
    """Settings and starts changed since the training began are in the experiment that views hold, once it stands at
    its start again."""
    window = make_window(xor)
    session = window.session
    name = session.setup.weight_names[0]  # type: ignore[union-attr]
    surface = window.views.of_title("Error surface")
    session.change((1,), learning_rate=0.125)
    session.set_start((1,), {name: 0.75})
    window.wake()
    wait_until(lambda: session.record.runs[1].latest.weights[0] == 0.75, "the run starts elsewhere")  # type: ignore[union-attr]
    at_rest(window)
    run = surface.setup.experiment.runs[1].training  # type: ignore[attr-defined]
    assert (run.learning_rate, run.start[name]) == (0.125, 0.75)
    assert window.views.of_title("Theory").setup is surface.setup  # type: ignore[attr-defined]
