"""A past moment in the window: its step is found out and drawn; and views know the experiment that holds now."""

from __future__ import annotations

import msgspec
import pytest

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.conftest import MakeSession, MakeWindow, at_rest, take_until

pytestmark = pytest.mark.usefixtures("patient_looks")


def step_to(session: Session, updates: int) -> None:
    """Step so many updates."""
    session.step(updates)
    take_until(session, lambda: session.record.latest.runs[0].update == updates, "the steps are done")  # type: ignore[union-attr]


def replaced(run: Run, batch_size: int) -> Run:
    """The run with another batch size."""
    return Run(run.name, msgspec.structs.replace(run.training, batch_size=batch_size))


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


def view_tables(window: MainWindow) -> dict[str, object]:
    """What the views of a step tell: their data, as text so that NaN equals NaN, and their words."""
    gains, update = window.views.show("Gains"), window.views.show("One update")
    at_rest(window)
    for view in (gains, update):
        view.redraw_now()  # type: ignore[attr-defined]
    return {
        "gains": repr(gains.export_table()[1]),
        "gains sentence": gains.sentence.text(),  # type: ignore[attr-defined]
        "update": repr(update.export_table()[1]),
        "update sentence": update.sentence.text(),  # type: ignore[attr-defined]
        "item": update.item.text(),  # type: ignore[attr-defined]
        "passes": repr(update.passes.numbers.rows),  # type: ignore[attr-defined]
    }


def shown(window: MainWindow) -> bool:
    """Whether the moment on the timeline is known of the selected run."""
    record = window.session.record
    return record is not None and record.runs[window.state.selected].frame_at(window.state.moment) is not None


@pytest.mark.parametrize("batch_size", [1, 3])
def test_gains_and_one_update_of_a_past_moment(make_window: MakeWindow, xor: Experiment, batch_size: int) -> None:
    """Gains, agreement, parts, arithmetic and the item's passes are to the last bit what they were in their present,
    at an epoch's end, in mid-epoch and before a change of rule; and of another run when that is selected."""
    window = make_window(xor.with_runs([replaced(run, batch_size) for run in xor.runs]))
    per_epoch = window.session.record.latest.runs[0].updates_per_epoch  # type: ignore[union-attr]
    then: dict[tuple[int, float], dict[str, object]] = {}
    for update in (1, 20 * per_epoch - 1, 20 * per_epoch):
        window.session.step(update - window.session.record.latest.runs[0].update)  # type: ignore[union-attr]
        wait_until(lambda update=update: window.session.record.latest.runs[0].update == update, "it has stepped")  # type: ignore[misc, union-attr]
        for run in (0, 1):
            window.select(run)
            then[run, window.session.record.latest.epochs] = view_tables(window)  # type: ignore[union-attr]
    window.session.change((0, 1), rule="nesterov", momentum=0.7)
    window.session.step(15 * per_epoch)
    window.wake()
    wait_until(lambda: window.session.record.latest.epochs == 35, "it is trained on")  # type: ignore[union-attr]
    assert view_tables(window)["gains"] != then[1, 20.0]["gains"]
    for (run, moment), expected in then.items():
        window.select(run)
        window.timeline.moment_chosen.emit(moment)
        wait_until(lambda: shown(window), "the moment is trained again")
        assert view_tables(window) == expected, (run, moment)
        assert str(expected["gains"]).count("w1[") == 4
        assert len(str(expected["passes"])) > 100
    window.timeline.moment_chosen.emit(None)


def test_a_moment_too_far_is_said_to_be(
    make_window: MakeWindow, xor: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where training again would take too long the views show no other moment's numbers, and say so."""
    monkeypatch.setattr("momentum_gui.gui.training.worker.LOOK_SECONDS", 0.0)
    window = make_window(xor)
    window.session.step(60)
    window.wake()
    wait_until(lambda: window.session.record.latest.runs[0].update == 60, "the steps are done")  # type: ignore[union-attr]
    present = view_tables(window)
    window.timeline.moment_chosen.emit(10.0)
    wait_until(lambda: window.session.record.runs[window.state.selected].too_far(10.0), "it is given up")  # type: ignore[union-attr]
    told = view_tables(window)
    assert "too far" in str(told["gains sentence"])
    assert "too far" in str(told["update sentence"])
    assert told["gains"] == told["update"] == "[]"
    assert window.views.show("One update").item.isHidden()  # type: ignore[attr-defined]
    window.timeline.moment_chosen.emit(None)
    assert view_tables(window) == present


def test_a_look_cut_short_is_begun_again(make_window: MakeWindow, xor: Experiment) -> None:
    """Another order in between, or time wound back to where the moment still is past: it is found out after all."""
    window = make_window(xor)
    window.session.step(60)
    window.wake()
    wait_until(lambda: window.session.record.latest.runs[0].update == 60, "the steps are done")  # type: ignore[union-attr]
    window.timeline.moment_chosen.emit(5.0)
    window.session.step_back(1)
    window.wake()
    wait_until(lambda: window.session.record.latest.runs[0].update == 59 and shown(window), "it is known")  # type: ignore[union-attr]
    assert window.state.moment == 5.0
    window.timeline.moment_chosen.emit(None)


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
