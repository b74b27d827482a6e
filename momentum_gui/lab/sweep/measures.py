"""The measures a sweep can be judged by: one number for each run, and for each cell over its seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Training
from momentum_gui.lab.sweep.table import SweepTable


@dataclass(frozen=True)
class MeasureOfSweep:
    """One way to judge a run: `id` for the command line, and how a cell's number is written in a sentence."""

    id: str
    title: str
    meaning: str
    phrase: str
    higher_is_better: bool = False


MEASURES: dict[str, MeasureOfSweep] = {
    measure.id: measure
    for measure in (
        MeasureOfSweep("error", "Final error", "the training error at the end", "final error {:.4g}"),
        MeasureOfSweep(
            "epochs", "Epochs to target", "epochs until the target error is reached", "{:g} epochs to target"
        ),
        MeasureOfSweep("success", "Success rate", "the share of seeds that succeed", "success rate {:.0%}", True),
        MeasureOfSweep("test_error", "Held-out error", "the error on the held-out items", "held-out error {:.4g}"),
        MeasureOfSweep(
            "area", "Area under the curve", "the mean error over the training", "mean error on the way {:.4g}"
        ),
    )
}


def check_measure(measure: str, training: Training, *, held_out: int, key: str = "measure") -> None:
    """Raises BadInputError for a measure that does not exist, or that this experiment does not have."""
    if measure not in MEASURES:
        raise BadInputError(f"{key} {measure}: allowed are {', '.join(MEASURES)}")
    if measure == "epochs" and training.target_error <= 0:
        raise BadInputError(f"{key} epochs: needs training.target_error above 0, the error to be reached")
    if measure == "test_error" and held_out == 0:
        raise BadInputError(f"{key} test_error: needs items held out: set problem.test_fraction")


def run_values(table: SweepTable, measure: str, target: float) -> Floats:
    """Return the measure of every run in the grid's shape (rules, learning rates, momenta, seeds); NaN where not known
    yet.

    A run that diverged, or that did not reach the target where epochs are asked for, has the worst value: inf, and 0
    for success. Without a target (0) a run succeeds by not diverging, with one by reaching it.
    """
    outcome = table.outcome
    if measure == "epochs":
        values = np.where(outcome == Outcome.CONVERGED, table.epochs, np.inf)
    elif measure == "success":
        values = (~failed_runs(table, target)).astype(np.float64)
    else:
        values = np.where(np.isnan(column := getattr(table, measure)), np.inf, column)
        values = np.where(outcome == Outcome.DIVERGED, np.inf, values)
    return table.by_cell(np.where(outcome == Outcome.RUNNING, np.nan, values)).astype(np.float64)


def failed_runs(table: SweepTable, target: float) -> NDArray[np.bool_]:
    """Return which runs failed, (runs,): diverged, or with a target error, did not reach it."""
    if target > 0:
        return np.asarray(table.outcome != Outcome.CONVERGED)
    return np.asarray(table.outcome == Outcome.DIVERGED)


def spread(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Lower quartile, median and upper quartile over the last axis; NaN where a seed is missing, inf where diverged.

    Between two seeds' values as in `np.quantile`, but a seed that diverged makes inf and never inf − inf.
    """
    ordered = np.sort(values, axis=-1)
    missing = np.isnan(values).any(axis=-1)
    return tuple(np.where(missing, np.nan, quantile(ordered, share)) for share in (0.25, 0.5, 0.75))  # type: ignore[return-value]


def quantile(ordered: Floats, share: float) -> Floats:
    """Return the value below which this share of the last, sorted axis lies."""
    place = (ordered.shape[-1] - 1) * share
    below, above = ordered[..., int(np.floor(place))], ordered[..., int(np.ceil(place))]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(below == above, below, below + (above - below) * (place % 1)))


def cell_values(table: SweepTable, measure: str, target: float) -> tuple[Floats, Floats, Floats]:
    """Lower quartile, the cell's number, and upper quartile: (rules, learning rates, momenta) each.

    A cell's number is the median over its seeds; of success it is the share of seeds.
    """
    values = run_values(table, measure, target)
    if measure == "success":
        share = values.mean(axis=-1)
        return share, share, share
    return spread(values)
