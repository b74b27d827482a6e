"""Schedules: the rate and momentum in force, where they change, what stays given, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.experiment.edits import with_run
from momentum_gui.lab.schedule import SMALLEST, in_force, next_change
from momentum_gui.lab.settings import MomentumSchedule, RateSchedule, RunSettings, Training
from momentum_gui.lab.training.replay import Missed, look
from momentum_gui.lab.training.trainer import Trainer

STEPPED = {"kind": "step", "every": 2, "factor": 0.1}


def xor(**training: Any) -> Experiment:
    """XOR, four updates an epoch, for 10 epochs at rate 0.4 and momentum 0.9."""
    values = {"rule": "heavy-ball", "learning_rate": 0.4, "momentum": 0.9, "epochs": 10, **training}
    return Experiment.from_table({"problem": {"dataset": "xor"}, "training": values}, "xor")


def test_the_ramp_is_that_of_the_paper() -> None:
    """μ_t = min(1 − 2^(−1 − log2(⌊t/250⌋ + 1)), μ_max) for every t of 6,000; 0.5 first, μ_max from t = 2,250 on."""
    training = Training(momentum=0.95, momentum_schedule=MomentumSchedule(kind="ramp"))
    for t in range(0, 6000, 10):
        found = in_force(training, RunSettings.of(training), t, 30).momentum
        assert found == pytest.approx(min(1 - 2 ** (-1 - math.log2(t // 250 + 1)), 0.95), abs=1e-15)
    assert next_change(training, 0.95, 2249, 30) == 2250
    assert next_change(training, 0.95, 2250, 30) is None


KINDS = st.builds(
    RateSchedule,
    kind=st.sampled_from(["constant", "step", "exponential", "cosine"]),
    factor=st.sampled_from([1e-9, 0.3, 0.9, 1.0]),
    every=st.integers(1, 5),
    epochs=st.none() | st.integers(1, 30),
    warm_up=st.integers(0, 7),
)
RAMPS = st.builds(MomentumSchedule, kind=st.just("ramp"), updates=st.integers(1, 20))


@given(rate=KINDS, momentum=RAMPS, updates_per_epoch=st.integers(1, 7))
def test_nothing_changes_between_changes(
    rate: RateSchedule, momentum: MomentumSchedule, updates_per_epoch: int
) -> None:
    """Updates at which the values differ from those before are exactly found by `next_change`, or among them."""
    training = Training(epochs=40, momentum=0.9, rate_schedule=rate, momentum_schedule=momentum)
    base, end = RunSettings.of(training), 40 * updates_per_epoch
    values = [in_force(training, base, update, updates_per_epoch) for update in range(end)]
    found, at = set(), 0
    while (following := next_change(training, base.momentum, at, updates_per_epoch)) is not None and following < end:
        assert following > at
        found.add(following)
        at = following
    assert {number for number in range(1, end) if values[number] != values[number - 1]} <= found
    assert all(0 < value.learning_rate <= base.learning_rate and value.momentum <= base.momentum for value in values)


def test_a_schedule_settles() -> None:
    """Powers end at the smallest factor and a cosine at its end: then nothing is asked for, however long it trains."""
    for schedule, settled in ((RateSchedule(kind="step"), 400), (RateSchedule(kind="cosine", epochs=30), 30)):
        training = Training(epochs=10**9, learning_rate=1.0, rate_schedule=schedule)
        assert next_change(training, 0.9, 7 * settled, 7) is None
        assert next_change(training, 0.9, 7 * settled - 1, 7) == 7 * settled
        found = in_force(training, RunSettings.of(training), 7 * 10**8, 7).learning_rate
        assert found == (SMALLEST if schedule.kind == "step" else pytest.approx(0.01))


def test_log_frames_and_looks_have_the_rate_in_force_and_sliders_the_one_given() -> None:
    """Rows have the rate of their updates, a frame that of the next; an ended run and a look back have the last one."""
    trainer = Trainer(xor(rate_schedule=STEPPED), "numpy")
    assert trainer.first_frame().runs[0].rows.learning_rate == [0.4]
    frame = trainer.advance_epochs(4).runs[0]
    assert frame.rows.learning_rate == pytest.approx([0.4, 0.4, 0.04, 0.04])
    assert frame.learning_rate == pytest.approx(0.004)
    assert trainer.settings(0).learning_rate == 0.4
    assert frame.changes == ()
    before = look(trainer, 0, 4 * 2, 10.0)
    assert not isinstance(before, Missed)
    assert before.learning_rate == 0.4
    assert trainer.advance_epochs(6).runs[0].learning_rate == pytest.approx(0.4 * 0.1**4)


def test_a_change_sets_the_rate_that_the_schedule_multiplies() -> None:
    """Changed to 0.2 at epoch 3, the rate in force is 0.02, then 0.002 in epochs 5 and 6."""
    trainer = Trainer(xor(rate_schedule=STEPPED), "numpy")
    trainer.advance_epochs(3)
    trainer.change(0, learning_rate=0.2)
    assert trainer.settings(0).learning_rate == 0.2
    rows = trainer.advance_epochs(3).runs[0].rows
    assert rows.learning_rate == pytest.approx([0.02, 0.002, 0.002])


@pytest.mark.parametrize(("velocity", "share"), [("keep", 1.0), ("rescale", 0.1)])
def test_a_step_of_the_schedule_keeps_the_velocity_or_rescales_it(velocity: str, share: float) -> None:
    """The first update of the third epoch begins with the stored step of before, or with a tenth of it."""
    trainer = Trainer(xor(rate_schedule={**STEPPED, "velocity": velocity}), "numpy")
    before = trainer.advance(8).runs[0].stored
    trace = trainer.advance(1).runs[0].trace
    assert trace is not None
    assert trace.stored[-1] == pytest.approx(before * share, rel=1e-15)


def test_a_constant_schedule_gives_the_same_bits_as_none() -> None:
    """Weights of a run with a written-out constant schedule are those of a run without one."""
    with_one = Trainer(xor(rate_schedule={"kind": "constant"}, momentum_schedule={"warm_up": 0}), "numpy")
    without = Trainer(xor(), "numpy")
    assert np.array_equal(with_one.advance(37).runs[0].weights, without.advance(37).runs[0].weights)


def test_a_run_has_its_own_schedule_or_none_and_is_saved_so() -> None:
    """A run's schedule replaces that of [training], an empty one takes it away; a saved file says the same."""
    table = {
        "problem": {"dataset": "xor"},
        "training": {"rate_schedule": STEPPED},
        "run": [{"name": "a"}, {"name": "b", "rate_schedule": {}}, {"name": "c", "rate_schedule": {"warm_up": 3}}],
    }
    experiment = Experiment.from_table(table, "runs")
    again = Experiment.parse(experiment.to_toml(), "again", Path.cwd())
    for each in (experiment, again, with_run(experiment, 0, learning_rate=0.3), experiment.with_runs(experiment.runs)):
        kinds = [run.training.rate_schedule for run in each.runs]
        assert kinds == [RateSchedule(kind="step", every=2, factor=0.1), RateSchedule(), RateSchedule(warm_up=3)]
    plain = Experiment.from_table({"problem": {"dataset": "xor"}}, "plain")
    assert "schedule" not in plain.to_toml()
    assert replace(plain, training=Training(rate_schedule=RateSchedule())).to_toml() == plain.to_toml()


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ({"kind": "cubic"}, 'kind = "cubic": allowed is constant, step, exponential, cosine'),
        ({"evry": 3}, "evry = 3: unknown key; allowed are factor, every, end, epochs, warm_up, warm_up_from, kind,"),
        ({"every": 3}, 'every = 3: not for kind "constant"; allowed are warm_up, warm_up_from'),
        ({"kind": "step", "factor": 2}, "factor = 2: allowed is a number above 0, up to 1"),
        ({"kind": "step", "every": 0}, "every = 0: allowed is a whole number from 1 to 1000000000"),
        ({"warm_up_from": 0.5}, "warm_up_from = 0.5: allowed only with warm_up"),
        ({"velocity": "halve"}, 'velocity = "halve": allowed is keep, rescale'),
    ],
)
def test_a_wrong_schedule_is_refused_in_one_line(schedule: dict[str, Any], said: str) -> None:
    """The line has the key, the value and what is allowed, in [training] and in a run."""
    for owner, place in ((0, "training"), (1, "run[0]")):
        tables: list[dict[str, Any]] = [{}, {"name": "a"}]
        tables[owner]["rate_schedule"] = schedule
        with pytest.raises(BadInputError) as refused:
            Experiment.from_table({"problem": {"dataset": "xor"}, "training": tables[0], "run": tables[1:]}, "x")
        begin = "run[0]" if (owner == 0 and "not for" in said) or "only with" in said else place
        assert str(refused.value).startswith(f"x: {begin}.rate_schedule.{said}")
        assert "\n" not in str(refused.value)
