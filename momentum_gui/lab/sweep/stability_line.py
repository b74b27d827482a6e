"""The stability boundary over a sweep's map, from the curvature measured where the best cell ends."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analysis.batch_curvature import batch_curvature
from momentum_gui.engine.analysis.curvature import curvatures, gradient_scale
from momentum_gui.engine.analysis.grid import never
from momentum_gui.engine.analysis.mean_square import mean_square_bound
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import Rule
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.block import SEGMENT_SECONDS
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.training.trainer import Trainer


@dataclass(frozen=True)
class EndCurvature:
    """The curvature where a cell ends: `largest` is λmax of the mean error times the task's gradient scale (NaN where
    it is not known), `spread` how much the curvature differs over the batches: 1 in full batch."""

    largest: float = math.nan
    spread: float = 1.0

    @property
    def known(self) -> bool:
        """Whether there is a curvature above 0, so that there is a boundary."""
        return self.largest > 0


UNKNOWN = EndCurvature()
"""No curvature is known."""


def stability_boundary(rule: Rule, momenta: NDArray[np.float64], curvature: EndCurvature) -> Floats:
    """Return the learning rate at which a rule stops being stable, for each momentum: bound(rule, μ, K) / λmax.

    With a spread above 1 stable means in the mean square. inf where the rule has no bound, or where the curvature is
    not known.
    """
    if not curvature.known:
        return np.full(len(momenta), np.inf)
    of_rule = rule.coefficients
    bounds = [mean_square_bound(of_rule(momentum), curvature.spread) for momentum in momenta.tolist()]
    return np.array(bounds) / curvature.largest


def curvature_at_end(
    experiment: Experiment,
    grid: Grid,
    cell: Cell,
    engine: str = "auto",
    cancelled: Callable[[], bool] = never,
) -> EndCurvature:
    """Return the curvature where one cell ends, with its first seed; not known where that cell diverged, or if
    cancelled.

    Trains the cell once more: a sweep keeps no weights.
    """
    trainer = Trainer(grid.experiment_of(experiment, cell), engine)
    step = 1
    while not trainer.finished:
        if cancelled():
            return UNKNOWN
        began = time.perf_counter()
        trainer.advance(step)
        if time.perf_counter() - began < SEGMENT_SECONDS / 2:
            step *= 2
    group = trainer.groups[0]
    weights = group.population.weights[0]
    found = curvatures(group.engine, group.task, weights, cancelled)
    batches = None if found is None else batch_curvature(group.task, weights, found, cancelled)
    if found is None or batches is None:
        return UNKNOWN
    spread = batches.spread if batches.spread > 1 else 1.0
    return EndCurvature(found.largest * gradient_scale(group.task), spread)
