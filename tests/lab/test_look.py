"""A look at a past update: the very update, and nothing is different afterwards."""

from __future__ import annotations

import pytest

from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.look import look
from momentum_gui.lab.trainer import Trainer

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


@pytest.mark.parametrize(("run", "position", "updates"), [(0, 317, 317), (0, 91, 91), (0, 1, 1), (1, 318, 79)])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_it_is_the_update_of_a_trainer_stepped_there(run: int, position: int, updates: int, engine: str) -> None:
    """Both parts of the step and the weights after it are the same bits as in a trainer stepped to that update."""
    stepped = Trainer(two_batches(), engine)
    while stepped.position < position:
        frame = stepped.advance(1).runs[run]
        if frame.trace is not None:
            expected = frame
    trainer = Trainer(two_batches(), engine)
    trainer.advance(700)
    found = look(trainer, run, position, LONG)
    assert found is not None
    assert found.trace is not None
    assert expected.trace is not None
    assert (found.update, found.trace.first_update) == (updates, updates - 1)
    assert found.weights.tobytes() == expected.weights.tobytes()
    assert found.trace.gradient_parts[-1:].tobytes() == expected.trace.gradient_parts[-1:].tobytes()
    assert found.trace.momentum_parts[-1:].tobytes() == expected.trace.momentum_parts[-1:].tobytes()


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


def test_it_is_given_up() -> None:
    """Before the first update there is none; where it would take too long, or nobody waits any more, it is left."""
    trainer = Trainer(two_batches(), "numpy")
    trainer.advance(400)
    assert look(trainer, 0, 0, LONG) is None
    assert look(trainer, 0, 390, 0.0) is None
    assert look(trainer, 0, 390, LONG, lambda: True) is None
    assert (trainer.position, trainer.groups[0].update) == (400, 400)
