"""The trainer: chunks never change numbers, time winds back, changes are kept, runs end each in its own way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.engine.rules import RULES
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.frame import Frame
from momentum_gui.lab.training.trainer import Trainer

ENGINES = ["numpy", "compiled"] if choose("auto").name == "compiled" else ["numpy"]


def experiment(text: str) -> Experiment:
    return Experiment.parse(text, "test", Path.cwd())


def moons(rule: str = "heavy-ball", batch: str = "1", epochs: int = 40, more: str = "") -> Experiment:
    return experiment(f"""
        problem = {{ dataset = "moons", items = 23 }}
        network = {{ hidden = [3], weight_range = 0.5 }}
        [training]
        rule = "{rule}"
        learning_rate = 0.1
        momentum = 0.6
        batch_size = {batch}
        epochs = {epochs}
        seed = 7
        {more}
    """)


def rows_of(trainer: Trainer, sizes: list[int]) -> list[np.ndarray]:
    """All rows of the first run, trained to the end in advances of the given sizes, turn and turn about."""
    frames, turn = [trainer.first_frame()], 0
    while not trainer.finished:
        frames.append(trainer.advance(sizes[turn % len(sizes)]))
        turn += 1
    rows = [frame.runs[0].rows for frame in frames]
    return [np.concatenate([getattr(part, name) for part in rows]) for name in ("epoch", "measures", "weights")]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch", ["1", "5", '"full"'])
@settings(max_examples=8)
@given(sizes=st.lists(st.integers(1, 97), min_size=1, max_size=6), rule=st.sampled_from(list(RULES)))
def test_chunks_never_change_a_bit(engine: str, batch: str, sizes: list[int], rule: str) -> None:
    """However a training is cut into advances, every row comes out in the same bits."""
    whole = rows_of(Trainer(moons(rule, batch), engine), [10_000])
    pieces = rows_of(Trainer(moons(rule, batch), engine), sizes)
    for one, other in zip(whole, pieces, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert whole[0].tolist() == list(range(41))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch", ["1", "5", '"full"'])
@pytest.mark.parametrize("rule", list(RULES))
def test_stepping_back_500_updates_and_forward_again_ends_in_the_same_bits(engine: str, batch: str, rule: str) -> None:
    """Winding back restores weights, stored step and order of items, also from the middle of an epoch."""
    trainer = Trainer(moons(rule, batch, epochs=1000), engine)
    for size in (3, 250, 1, 421):
        trainer.advance(size)

    def state() -> list[np.ndarray]:
        (group,) = trainer.groups
        return [group.population.weights.copy(), group.population.stored.copy()]

    before, position = state(), trainer.position
    back = trainer.step_back(500)
    assert back.runs[0].update == 675 - 500
    assert not np.array_equal(before[0], state()[0])
    trainer.advance(500)
    assert trainer.position == position
    for one, other in zip(before, state(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_change_on_the_way_is_kept_and_can_be_trained_again(engine: str) -> None:
    """Changing rate, momentum and rule in mid-training gives an experiment that trains to the same rows."""
    trainer = Trainer(moons(), engine)
    trainer.advance(100)
    trainer.change(0, learning_rate=0.02)
    trainer.advance(33)
    trainer.change(0, rule="one-step", momentum=0.9)
    trainer.change(0, weights={"b1[0]": 0.25})
    last = trainer.advance(10_000)
    again = Trainer(experiment(trainer.experiment_so_far().to_toml()), engine).advance(10_000)
    assert np.array_equal(last.runs[0].weights, again.runs[0].weights)
    assert again.runs[0].rows.learning_rate[0] == 0.1
    assert again.runs[0].rows.learning_rate[-1] == 0.02
    assert again.runs[0].rows.momentum[-1] == 0.9
    unchanged = Trainer(moons(), engine).advance(10_000)
    assert not np.array_equal(last.runs[0].weights, unchanged.runs[0].weights)


def test_a_change_after_winding_back_writes_history_anew() -> None:
    """What was changed later than the moment gone back to no longer happens."""
    trainer = Trainer(moons(), "numpy")
    trainer.advance(100)
    trainer.change(0, learning_rate=0.5)
    trainer.advance(100)
    trainer.seek(50)
    trainer.change(0, momentum=0.1)
    trainer.advance(100)
    changes = trainer.experiment_so_far().training.change
    assert [(change.update, change.learning_rate, change.momentum) for change in changes] == [(50, None, 0.1)]


def test_winding_back_before_a_change_and_on_repeats_it() -> None:
    """A change lies in time: going back before it undoes it, going on makes it again."""
    trainer = Trainer(moons(), "numpy")
    trainer.advance(100)
    trainer.change(0, learning_rate=0.5, weights={"w1[0,0]": 3.0})
    end = trainer.advance(60).runs[0].weights
    frame = trainer.seek(99)
    assert frame.runs[0].learning_rate == 0.1
    assert np.array_equal(trainer.advance(61).runs[0].weights, end)


@pytest.mark.parametrize(
    ("change", "said"), [({"momentum": 1.0}, "momentum"), ({"learning_rate": -1.0}, "above 0"), ({"rule": "x"}, "rule")]
)
def test_a_change_that_is_not_allowed_changes_nothing(change: dict[str, object], said: str) -> None:
    """A refused change is one clear line, and the training goes on as if it had not been asked for."""
    trainer = Trainer(moons(), "numpy")
    trainer.advance(5)
    with pytest.raises(BadInputError, match=said):
        trainer.change(0, **change)  # type: ignore[arg-type]
    assert trainer.experiment_so_far() == moons()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_diverging_run_stops_alone(engine: str) -> None:
    """One run of three blows up: it is marked, its last row kept, and the others train on to their own ends."""
    trainer = Trainer(
        experiment("""
        problem = { surface = "ravine", start = [-5.0, -2.0] }
        training = { learning_rate = 0.4, epochs = 500, rule = "plain" }
        run = [
            { name = "wild", learning_rate = 3.0 },
            { name = "calm" },
            { name = "short", epochs = 10, target_error = 0.0 },
            { name = "reaches", target_error = 0.001 },
        ]
    """),
        engine,
    )
    frames = [trainer.advance(7) for _ in range(100)]
    wild, calm, short, reaches = frames[-1].runs
    assert [run.outcome for run in frames[-1].runs] == [
        Outcome.DIVERGED,
        Outcome.FINISHED,
        Outcome.FINISHED,
        Outcome.CONVERGED,
    ]
    assert wild.epoch < 30 < calm.epoch == 500
    assert short.epoch == 10
    assert reaches.error <= 0.001
    assert reaches.epoch < 500
    errors = np.concatenate([frame.runs[0].rows.measures[:, Measure.ERROR] for frame in frames])
    assert errors[-1] > 1e15
    assert len(errors) == wild.epoch
    assert trainer.finished
    assert np.isfinite(calm.weights).all()


def test_log_every_thins_rows_but_not_the_training() -> None:
    """With log_every, rows come at its multiples and at the last epoch; the weights at the end are the same."""
    every = Trainer(moons(), "numpy").advance(10_000).runs[0]
    thinned = Trainer(moons(more="log_every = 15"), "numpy").advance(10_000).runs[0]
    assert thinned.rows.epoch.tolist() == [15, 30, 40]
    assert np.array_equal(every.weights, thinned.weights)
    assert np.array_equal(every.rows.measures[[14, 29, 39]], thinned.rows.measures, equal_nan=True)


def test_runs_of_different_batch_size_keep_pace_through_the_data() -> None:
    """The clock counts items: when the online run ends an epoch, so does the full-batch run."""
    trainer = Trainer(
        experiment("""
        problem = { dataset = "moons", items = 20 }
        training = { epochs = 30 }
        run = [ { name = "online" }, { name = "eights", batch_size = 8 }, { name = "full", batch_size = "full" } ]
    """),
        "numpy",
    )

    def done(frame: Frame) -> list[int]:
        return [run.update for run in frame.runs]

    assert done(trainer.advance(1)) == [1, 0, 0]
    assert done(trainer.advance(7)) == [8, 1, 0]
    assert done(trainer.advance(11)) == [19, 2, 0]
    assert done(trainer.advance(1)) == [20, 3, 1]
    assert done(trainer.advance_epochs(2)) == [60, 9, 3]
    assert done(trainer.step_back(1)) == [59, 8, 2]
    assert [run.epoch for run in trainer.advance(10_000).runs] == [30, 30, 30]


def test_runs_share_start_and_order_unless_a_run_has_its_own_seed() -> None:
    """Two runs with the same settings stay equal; a run with another seed starts elsewhere."""
    trainer = Trainer(
        experiment("""
        problem = { dataset = "moons", items = 20 }
        training = { epochs = 5, seed = 3 }
        run = [ { name = "a" }, { name = "b" }, { name = "c", seed = 4 } ]
    """),
        "numpy",
    )
    first = trainer.first_frame().runs
    assert np.array_equal(first[0].weights, first[1].weights)
    assert not np.array_equal(first[0].weights, first[2].weights)
    last = trainer.advance(1000).runs
    assert np.array_equal(last[0].weights, last[1].weights)


def test_the_anatomy_of_the_last_update_adds_up() -> None:
    """Gradient part and momentum part of a trace add up to the step that the weights took."""
    trainer = Trainer(moons(), "numpy")
    before = trainer.advance(50).runs[0]
    after = trainer.advance(1).runs[0]
    assert after.trace is not None
    assert np.allclose(after.weights - before.weights, after.trace.steps[-1], rtol=0, atol=1e-15)
    assert np.array_equal(after.trace.stored[-1], before.stored)


def test_the_record_of_stepping_and_of_running_agree_at_epochs() -> None:
    """A record fed update by update holds the epochs' errors of one fed in one go, and the moments between."""
    stepped_trainer, trainer = Trainer(moons(), "numpy"), Trainer(moons(), "numpy")
    stepped, record = Record(stepped_trainer.first_frame()), Record(trainer.first_frame())
    for _ in range(23 * 4):
        stepped.extend(stepped_trainer.advance(1))
    record.extend(trainer.advance(23 * 4))
    at_epochs = stepped.runs[0].measures.position % 1 == 0
    assert np.array_equal(
        stepped.runs[0].measures.last[at_epochs, Measure.ERROR], record.runs[0].measures.last[:, Measure.ERROR]
    )
    assert len(stepped.runs[0].path) == 23 * 4 + 1
    stepped.rewind(stepped_trainer.seek(30))
    assert stepped.runs[0].path.position[-1] == pytest.approx(30 / 23)


def test_a_frame_cannot_be_changed_and_time_goes_back_only_on_purpose() -> None:
    """What a frame holds is read-only, its rows and its trace too; advancing by less than nothing is refused."""
    trainer = Trainer(Experiment.load("iris"))
    for frame in (trainer.first_frame(), trainer.advance(130)):
        for run in frame.runs:
            traced = [run.trace.gradients, run.trace.stored] if run.trace is not None else []
            for array in (run.weights, run.stored, *vars(run.rows).values(), *traced):
                assert not array.flags.writeable
    with pytest.raises(ValueError, match="updates = -1: allowed is 0 or more"):
        trainer.advance(-1)
    with pytest.raises(ValueError, match="epochs = 0: allowed is 1 or more"):
        trainer.advance_epochs(0)
    assert trainer.position == 130
