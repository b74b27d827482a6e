"""The theory's stability boundary over a sweep's map, from the largest curvature measured where the best cell ends."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analysis.convergence import gradient_scale
from momentum_gui.engine.analysis.curvature import curvatures
from momentum_gui.engine.analysis.grid import never
from momentum_gui.engine.population import Floats
from momentum_gui.engine.rules import RULES, stability_bound
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.block import STRETCH_SECONDS
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.training.trainer import Trainer


def stability_boundary(rule: str, momenta: NDArray[np.float64], largest_curvature: float, scale: float = 1.0) -> Floats:
    """The learning rate at which a rule stops being stable on a quadratic, for each momentum: bound(rule, μ) / λmax.

    largest_curvature: λmax of the mean training error. scale: `theory.gradient_scale` of the task, the batch size
    where a batch's gradients are summed. inf where the rule has no bound, or where λmax is not above 0.
    """
    bounds = np.array([stability_bound(RULES[rule].coefficients(momentum)) for momentum in momenta.tolist()])
    if not largest_curvature > 0:
        return np.full(len(bounds), np.inf)
    return bounds / (largest_curvature * scale)


def curvature_at_end(
    experiment: Experiment,
    grid: Grid,
    cell: Cell,
    engine: str = "auto",
    cancelled: Callable[[], bool] = never,
) -> float:
    """λmax of the training error where one cell ends, with its first seed, times the task's gradient scale.

    NaN where that cell diverged, or if cancelled, which is asked now and then. Trains the cell once more: a sweep
    keeps no weights.
    """
    trainer = Trainer(grid.experiment_of(experiment, cell), engine)
    step = 1
    while not trainer.finished:
        if cancelled():
            return np.nan
        began = time.perf_counter()
        trainer.advance(step)
        if time.perf_counter() - began < STRETCH_SECONDS / 2:
            step *= 2
    group = trainer.groups[0]
    found = curvatures(group.engine, group.task, group.population.weights[0], cancelled)
    return np.nan if found is None else found.largest * gradient_scale(group.task)
