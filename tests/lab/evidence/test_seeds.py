"""Holds that training from many starts at once is training from each of them alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.evidence.seeds import over_seeds, over_starts
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer

XOR = """
[problem]
dataset = "xor"
[training]
learning_rate = 0.5
batch_size = "full"
reduction = "sum"
momentum = 0.5
epochs = 400
target_error = 0.1
seed = 5
[[run]]
name = "plain"
rule = "plain"
[[run]]
name = "momentum"
"""


def test_each_seed_is_the_training_with_that_seed() -> None:
    """The n-th start of a run has the numbers of the experiment trained with the n-th seed from its own on."""
    runs = over_seeds(Experiment.parse(XOR, "xor", Path()), 3, "numpy")
    assert list(runs) == ["plain", "momentum"]
    for n in range(3):
        trainer = Trainer(Experiment.parse(XOR.replace("seed = 5", f"seed = {5 + n}"), "xor", Path()), "numpy")
        alone = dict(zip(trainer.run_names, trainer.advance_epochs(400).runs, strict=True))
        for name, frame in alone.items():
            np.testing.assert_allclose(runs[name].final_weights[n], frame.weights, rtol=1e-12)
            assert runs[name].epochs[n] == frame.epoch


def test_epochs_to_an_error_are_counted_from_one() -> None:
    """The epoch whose end is first at or below the error; infinite where there is none. Ended runs leave NaN."""
    runs = over_seeds(Experiment.parse(XOR, "xor", Path()), 3, "numpy")
    for run in runs.values():
        assert run.ended(Outcome.CONVERGED).all()
        np.testing.assert_array_equal(run.epochs_to(0.1), run.epochs)
        assert np.isinf(run.epochs_to(0.0)).all()
        assert np.isnan(run.errors).any(axis=1).sum() == (run.epochs < run.epochs.max()).sum()


def test_each_start_is_where_its_run_begins() -> None:
    """On a surface the runs begin at the points given: one plain step of rate ¼ on the bowl halves the way."""
    text = "[problem]\nsurface = 'bowl'\n[training]\nrule = 'plain'\nlearning_rate = 0.25\nepochs = 1\n"
    starts = [{"x": 3.0, "y": -1.0}, {"x": -8.0, "y": 2.0}]
    (run,) = over_starts(Experiment.parse(text, "bowl", Path()), starts, "numpy").values()
    np.testing.assert_allclose(run.final_weights, [[1.5, -0.5], [-4.0, 1.0]])
