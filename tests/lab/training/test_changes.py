"""Changes on the way: reported once, the same however the training is cut, and with the velocity kept or rescaled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_gui.engine.report import Measure
from momentum_gui.engine.rules import RULES
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.training.trainer import Trainer

UPDATES_PER_EPOCH = 4
EPOCHS = 12


def xor(changes: list[dict[str, Any]], **training: Any) -> Experiment:
    """XOR with these changes on the way."""
    values = {"epochs": EPOCHS, "learning_rate": 0.4, "momentum": 0.6, "rule": "heavy-ball", "seed": 5, **training}
    table = {
        "problem": {"dataset": "xor"},
        "network": {"hidden": [2], "output_activation": "logistic"},
        "training": {**values, "change": changes},
    }
    return Experiment.from_table(table, "xor")


@st.composite
def change_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to four changes in order, each of some settings and perhaps a weight."""
    updates = sorted(draw(st.sets(st.integers(0, UPDATES_PER_EPOCH * EPOCHS - 1), max_size=4)))
    possible = {
        "rule": st.sampled_from(list(RULES)),
        "learning_rate": st.sampled_from([0.4, 0.1, 1.3]),
        "momentum": st.sampled_from([0.6, 0.0, 0.9]),
        "weights": st.dictionaries(st.sampled_from(["w1[0,0]", "b2[0]"]), st.floats(-1, 1), max_size=2),
        "velocity": st.sampled_from(["keep", "rescale"]),
    }
    return [{"update": update, **draw(st.fixed_dictionaries({}, optional=possible))} for update in updates]


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Any]:
    """A schedule of the rate and one of the momentum, each perhaps left out."""
    warm_up = {"warm_up": st.integers(0, 5), "warm_up_from": st.just(0.2)}
    down = {"factor": st.sampled_from([0.5, 1.0, 1e-7]), "every": st.integers(1, 4)}
    shapes = [
        draw(st.fixed_dictionaries({"kind": st.just("cosine"), "epochs": st.integers(1, 20), **warm_up})),
        draw(st.fixed_dictionaries({"kind": st.sampled_from(["step", "exponential"]), **down, **warm_up})),
        draw(st.fixed_dictionaries({"kind": st.just("constant"), **warm_up})),
        {},
    ]
    velocity = draw(st.sampled_from(["keep", "rescale"]))
    ramp = {"kind": "ramp", "updates": draw(st.integers(1, 9))}
    return {
        "rate_schedule": {**draw(st.sampled_from(shapes)), "velocity": velocity},
        "momentum_schedule": draw(st.sampled_from([*shapes, ramp])),
    }


def record_of(experiment: Experiment, sizes: list[int]) -> RunRecord:
    """The record of the first run, trained to the end in advances of the given sizes, turn and turn about."""
    trainer, turn = Trainer(experiment, "numpy"), 0
    record = Record(trainer.first_frame())
    while not trainer.finished:
        record.extend(trainer.advance(sizes[turn % len(sizes)]))
        turn += 1
    return record.runs[0]


@settings(max_examples=40, deadline=None)
@given(changes=change_lists(), scheduled=schedules(), sizes=st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_a_record_is_the_same_however_the_training_is_cut(
    changes: list[dict[str, Any]], scheduled: dict[str, Any], sizes: list[int]
) -> None:
    """All columns and weights of every epoch, and all events, with schedules and the changes on the way."""
    experiment = xor(changes, **scheduled)
    whole, cut = record_of(experiment, [1000]), record_of(experiment, sizes)
    assert cut.events == whole.events
    epochs = cut.measures.position % 1 == 0
    assert np.array_equal(cut.measures.position[epochs], whole.measures.position)
    assert cut.measures.last[epochs].tobytes() == whole.measures.last.tobytes()
    assert cut.path.vectors[cut.path.position % 1 == 0].tobytes() == whole.path.vectors.tobytes()


def test_one_change_is_one_event_where_it_was_made() -> None:
    """Rate and momentum changed together are one event at their update, with the gradient part of before and after."""
    change = {"update": 10, "learning_rate": 0.2, "momentum": 0.9}
    for size in (1, 1000):
        run = record_of(xor([change]), [size])
        assert [(event.epochs, event.text) for event in run.events] == [(2.5, "rate 0.2, momentum 0.9")]
        at = {epoch: int(np.flatnonzero(run.measures.position == epoch)[0]) for epoch in (2, 3)}
        for epoch, rate in ((2, 0.4), (3, 0.2)):
            row = run.measures.last[at[epoch]]
            assert row[RunRecord.GRADIENT_PART] == pytest.approx(rate * row[Measure.GRADIENT_NORM])


def test_a_frame_has_the_settings_that_hold_now() -> None:
    """Right after a change the frame reports the new rate with the new momentum, as `settings` does."""
    trainer = Trainer(xor([]), "numpy")
    trainer.advance(10)
    trainer.change(0, learning_rate=0.2, momentum=0.9)
    for frame in (trainer.advance(0).runs[0], trainer.advance(1).runs[0]):
        assert (frame.learning_rate, frame.momentum) == (0.2, 0.9)
        assert [change.update for change in frame.changes] == [10]
    assert (trainer.settings(0).learning_rate, trainer.settings(0).momentum) == (0.2, 0.9)


def test_winding_back_forgets_later_events() -> None:
    """A record that goes back before a change has it no more; going on brings it again."""
    trainer = Trainer(xor([{"update": 10, "learning_rate": 0.2}]), "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance(20))
    assert len(record.runs[0].events) == 1
    record.rewind(trainer.seek(8))
    assert record.runs[0].events == []
    record.extend(trainer.advance(20))
    assert [event.epochs for event in record.runs[0].events] == [2.5]


@pytest.mark.parametrize(("velocity", "share"), [("keep", 1.0), ("rescale", 0.1)])
@pytest.mark.parametrize("by_hand", [False, True])
def test_a_new_rate_keeps_the_velocity_or_rescales_it(velocity: str, share: float, by_hand: bool) -> None:
    """The update after the change begins with the stored step of before, times new/old rate where it is rescaled."""
    change = {"update": 21, "learning_rate": 0.04, "velocity": velocity}
    trainer = Trainer(xor([] if by_hand else [change]), "numpy")
    before = trainer.advance(21).runs[0].stored
    if by_hand:
        trainer.change(0, learning_rate=0.04, velocity=velocity)
    trace = trainer.advance(1).runs[0].trace
    assert trace is not None
    assert trace.stored[-1] == pytest.approx(before * share, rel=1e-15)
    again = Trainer(trainer.experiment_so_far(), "numpy")
    assert np.array_equal(again.advance(22).runs[0].weights, trainer.advance(0).runs[0].weights)


@pytest.mark.parametrize(("velocity", "way"), [("keep", 0.2), ("rescale", 0.119)])
def test_two_updates_under_a_gradient_of_one(velocity: str, way: float) -> None:
    """Gradient 1, μ 0.9, rate 0.1 then 0.01: kept 0.1 + (0.01 + 0.09), rescaled 0.1 + (0.01 + 0.009)."""
    far = 1e6  # so far out on a slope of 1 that the slope stays 1
    table = {
        "problem": {"surface": "ravine", "parameters": [1 / far, 1.0], "start": [-far, 0.0]},
        "training": {
            "rule": "heavy-ball",
            "learning_rate": 0.1,
            "momentum": 0.9,
            "epochs": 2,
            "change": [{"update": 1, "learning_rate": 0.01, "velocity": velocity}],
        },
    }
    frame = Trainer(Experiment.from_table(table, "slope"), "numpy").advance(2)
    assert frame.runs[0].weights[0] + far == pytest.approx(way, abs=1e-6)


def test_two_changes_at_one_moment_rescale_once() -> None:
    """Dragging a slider while paused ends in the velocity of one change to the last value."""
    dragged, once = Trainer(xor([]), "numpy"), Trainer(xor([]), "numpy")
    for trainer, rates in ((dragged, (0.2, 0.01, 0.1)), (once, (0.1,))):
        trainer.advance(21)
        for rate in rates:
            trainer.change(0, learning_rate=rate, velocity="rescale")
            trainer.advance(0)
    assert np.array_equal(dragged.advance(9).runs[0].weights, once.advance(9).runs[0].weights)


def test_each_of_two_changes_rescales_from_the_rate_before_it() -> None:
    """0.4 → 0.2 → 0.05, kept and then rescaled: the stored step of before the second change is divided by 4."""
    changes = [
        {"update": 10, "learning_rate": 0.2},
        {"update": 20, "learning_rate": 0.05, "velocity": "rescale"},
    ]
    trainer = Trainer(xor(changes), "numpy")
    before = trainer.advance(20).runs[0].stored
    trace = trainer.advance(1).runs[0].trace
    assert trace is not None
    assert trace.stored[-1] == pytest.approx(before / 4, rel=1e-15)


def test_going_back_over_a_rescaled_change_repeats_the_same_numbers() -> None:
    """Back before the change, onto it, and on again: the same bits."""
    trainer = Trainer(xor([{"update": 21, "learning_rate": 0.04, "velocity": "rescale"}]), "numpy")
    end = trainer.advance(40).runs[0].weights
    for back in (10, 21, 22):
        trainer.seek(back)
        assert np.array_equal(trainer.advance(40 - back).runs[0].weights, end), back


def test_another_velocity_is_refused() -> None:
    """One line says what is allowed, in files and from Python."""
    said = 'velocity = "halve": allowed is keep, rescale'
    with pytest.raises(BadInputError, match=said):
        xor([{"update": 3, "learning_rate": 0.1, "velocity": "halve"}])
    with pytest.raises(BadInputError, match=said):
        Trainer(xor([]), "numpy").change(0, learning_rate=0.1, velocity="halve")
