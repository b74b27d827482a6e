"""Holds McCaffrey's result on Iris over 20 seeds: momentum is ahead at epoch 50 with scaled features only."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.training.trainer import Trainer

SEEDS = range(20)


def seeds_ahead(*changes: str) -> int:
    """For how many seeds momentum ends at a lower error than plain: all 40 runs trained side by side."""
    experiment = Experiment.load("iris", changes)
    plain, momentum = experiment.runs
    assert (plain.training.rule, momentum.training.rule, momentum.training.momentum) == ("plain", "one-step", 0.75)
    runs = [Run(f"{run.name} {seed}", replace(run.training, seed=seed)) for seed in SEEDS for run in (plain, momentum)]
    trainer = Trainer(experiment.with_runs(runs))
    assert (trainer.items_per_epoch, trainer.setup.task(plain.training).weight_count) == (120, 43)
    errors = [run.error for run in trainer.advance_epochs(50).runs]
    assert trainer.finished
    return sum(after < before for before, after in zip(errors[::2], errors[1::2], strict=True))


@pytest.mark.parametrize(("scale", "least", "most"), [("standard", 18, 20), ("none", 5, 15)])
def test_momentum_is_ahead_with_scaled_features(scale: str, least: int, most: int) -> None:
    """At least 18 of 20 seeds when scaled; on the raw features it is about even."""
    ahead = seeds_ahead(f"problem.scale={scale}")
    print(f"scale = {scale}: momentum ahead at epoch 50 for {ahead} of {len(SEEDS)} seeds")
    assert least <= ahead <= most
