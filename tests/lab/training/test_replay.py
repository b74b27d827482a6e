"""A look at a past update: the very frame of that moment, and nothing is different afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.frame import RunFrame
from momentum_gui.lab.training.replay import Missed, look
from momentum_gui.lab.training.trainer import Trainer

LONG = 60.0


def two_batches() -> Experiment:
    """XOR in shuffled order: one run of single items, one of whole epochs, with a change on the way."""
    return Experiment.from_table(
        {
            "problem": {"dataset": "xor"},
            "network": {"hidden": [2], "output_activation": "logistic"},
            "training": {"epochs": 200, "learning_rate": 0.4, "momentum": 0.6, "seed": 5},
            "run": [
                {"name": "single", "batch_size": 1, "change": [{"update": 90, "momentum": 0.3}]},
                {"name": "full", "batch_size": "full"},
            ],
        },
        "xor",
    )


def same_bits(found: RunFrame, expected: RunFrame) -> None:
    """Two frames of a run agree to the last bit, in all but their rows."""
    assert found.trace is not None
    assert expected.trace is not None
    assert (found.update, found.trace.first_update) == (expected.update, expected.trace.first_update)
    assert (found.rule, found.momentum, found.trace.coefficients) == (
        expected.rule,
        expected.momentum,
        expected.trace.coefficients,
    )
    for mine, other in ((found, expected), (found.trace, expected.trace)):
        for name in ("weights", "stored", "gradients", "error"):
            if hasattr(other, name):
                assert np.array(getattr(mine, name)).tobytes() == np.array(getattr(other, name)).tobytes(), name


@pytest.mark.parametrize(
    ("run", "position", "updates", "begin"),
    [(0, 317, 317, 253), (0, 91, 91, 90), (0, 140, 140, 90), (0, 1, 1, 0), (1, 318, 79, 15)],
)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_it_is_the_frame_of_a_trainer_stepped_there(
    run: int, position: int, updates: int, begin: int, engine: str
) -> None:
    """Weights, error and the whole window are the same bits as in a trainer stepped to that update: 64 updates, or
    those since the start or the change of momentum."""
    stepped = Trainer(two_batches(), engine)
    while stepped.position < position:
        frame = stepped.advance(1).runs[run]
        if frame.update == updates:
            expected = frame
            break
    trainer = Trainer(two_batches(), engine)
    trainer.advance(700)
    found = look(trainer, run, position, LONG)
    assert isinstance(found, RunFrame)
    assert found.trace is not None
    assert (found.update, found.trace.first_update) == (updates, begin)
    same_bits(found, expected)


@pytest.mark.parametrize("chunk", [5, 97, 100_000])
def test_a_run_that_ended_before_is_seen_as_it_ended(chunk: int) -> None:
    """Converged or out of epochs, its last window stays with it, however coarsely the others were trained on."""
    table = {
        "problem": {"dataset": "xor"},
        "network": {"hidden": [3], "output_activation": "logistic"},
        "training": {"epochs": 500, "learning_rate": 2.0, "momentum": 0.8, "rule": "heavy-ball", "seed": 4},
        "run": [{"name": "on"}, {"name": "short", "epochs": 30}, {"name": "target", "target_error": 0.02}],
    }
    experiment = Experiment.from_table(table, "xor")
    stepped, trainer = Trainer(experiment, "numpy"), Trainer(experiment, "numpy")
    expected: dict[int, RunFrame] = {}
    while len(expected) < 2:
        frame = stepped.advance(1)
        for run in (1, 2):
            if frame.runs[run].outcome is not Outcome.RUNNING:
                expected.setdefault(run, frame.runs[run])
    while not trainer.finished:
        last = trainer.advance(chunk)
    assert expected[2].outcome is Outcome.CONVERGED
    for run, frame_then in expected.items():
        same_bits(last.runs[run], frame_then)
        found = look(trainer, run, 450 * 4, LONG)
        assert isinstance(found, RunFrame)
        same_bits(found, frame_then)
    back = trainer.seek(400 * 4)
    for run, frame_then in expected.items():
        same_bits(back.runs[run], frame_then)


def test_nothing_is_different_afterwards() -> None:
    """The trainer stands where it stood and goes on as if there had been no look."""
    trainer, other = Trainer(two_batches(), "numpy"), Trainer(two_batches(), "numpy")
    for each in (trainer, other):
        each.advance(301)
    look(trainer, 0, 77, LONG)
    assert (trainer.position, trainer.updates_done) == (other.position, other.updates_done)
    for run, expected in zip(trainer.advance(123).runs, other.advance(123).runs, strict=True):
        assert run.weights.tobytes() == expected.weights.tobytes()
        assert run.stored.tobytes() == expected.stored.tobytes()
        same_bits(run, expected)


def test_it_is_given_up() -> None:
    """Where it would take too long, or nobody waits any more, it is left, and says which."""
    trainer = Trainer(two_batches(), "numpy")
    trainer.advance(400)
    assert look(trainer, 0, 390, 0.0) is Missed.TOO_FAR
    assert look(trainer, 0, 390, LONG, lambda: True) is Missed.ABANDONED
    assert (trainer.position, trainer.groups[0].update) == (400, 400)


def test_no_update_led_to_the_start() -> None:
    """The start has its weights, and no window."""
    trainer = Trainer(two_batches(), "numpy")
    first = trainer.first_frame().runs[0]
    trainer.advance(400)
    found = look(trainer, 0, 0, LONG)
    assert isinstance(found, RunFrame)
    assert (found.update, found.trace) == (0, None)
    assert found.weights.tobytes() == first.weights.tobytes()


@pytest.mark.parametrize("position", [1, 40, 120, 317])
def test_time_wound_back_brings_the_windows_back(position: int) -> None:
    """Also where the state of that very moment was kept: of every run the last updates are those of then."""
    trainer = Trainer(two_batches(), "numpy")
    frames = {}
    for _ in range(400):
        frame = trainer.advance(1)
        frames[frame.position] = frame
    back = trainer.seek(position)
    for run in (0, 1):
        if (expected := frames[position].runs[run]).trace is not None:
            same_bits(back.runs[run], expected)
