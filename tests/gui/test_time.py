"""Time in the window: wound back and on again it repeats the same numbers, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from momentum_gui.gui.training.session import Session
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.gui.conftest import MakeSession, take_until

UPDATES = 700


def go_to(session: Session, update: int, step: int) -> None:
    """Step, forwards or back, until the first run stands at an update."""
    (session.step if step > 0 else session.step_back)(abs(step))
    take_until(session, lambda: session.record.latest.runs[0].update == update, f"update {update}")  # type: ignore[union-attr]


@pytest.mark.parametrize("rule", ["plain", "one-step", "heavy-ball", "damped", "nesterov"])
@pytest.mark.parametrize("batch", [1, 3, "full"])
def test_back_500_updates_and_forward_again(make_session: MakeSession, rule: str, batch: int | str) -> None:
    """Weights, stored step and error are the same bits, and so is the path kept, in shuffled order."""
    session = make_session(experiment_with(rule, batch))
    go_to(session, UPDATES, UPDATES)
    assert session.record is not None
    run = session.record.runs[0]
    before, path = run.latest, run.path.vectors.copy()
    go_to(session, UPDATES - 500, -500)
    assert not np.array_equal(run.latest.weights, before.weights)
    assert run.path.position[-1] <= run.latest.epochs
    go_to(session, UPDATES, 500)
    assert run.latest.weights.tobytes() == before.weights.tobytes()
    assert run.latest.stored.tobytes() == before.stored.tobytes()
    assert run.latest.error == before.error
    assert run.path.vectors.tobytes() == path.tobytes()


@pytest.mark.parametrize("rule", ["plain", "one-step", "heavy-ball", "damped", "nesterov"])
@pytest.mark.parametrize("batch", [1, 3, "full"])
def test_the_compiled_engine_repeats_the_same_bits(rule: str, batch: int | str) -> None:
    """What holds for NumPy holds for the compiled engine: weights, stored step and path after 500 updates back."""
    trainer = Trainer(experiment_with(rule, batch), "compiled")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance(UPDATES))
    run = record.runs[0]
    before, path = run.latest, run.path.vectors.copy()
    record.rewind(trainer.step_back(500))
    assert run.latest.update == UPDATES - 500
    assert not np.array_equal(run.latest.weights, before.weights)
    record.extend(trainer.advance(500))
    assert run.latest.weights.tobytes() == before.weights.tobytes()
    assert run.latest.stored.tobytes() == before.stored.tobytes()
    assert run.latest.error == before.error
    assert run.path.vectors.tobytes() == path.tobytes()


def experiment_with(rule: str, batch: int | str) -> Experiment:
    """XOR under a rule, in batches of a size."""
    return Experiment.from_table(
        {
            "problem": {"dataset": "xor"},
            "network": {"hidden": [2], "output_activation": "logistic"},
            "training": {
                "epochs": 1000, "learning_rate": 0.4, "momentum": 0.6, "rule": rule, "batch_size": batch, "seed": 5,
            },
        },
        "xor",
    )  # fmt: skip
