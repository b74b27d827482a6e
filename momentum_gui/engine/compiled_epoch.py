"""What every compiled training loop shares: the runs and the report as the kernels see them, and an epoch's end."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.compiled_cache import compiled, pasted
from momentum_gui.engine.compiled_items import measure
from momentum_gui.engine.population import WEIGHT_LIMIT, Floats, Measure, Outcome, Population, Report, Span

RUNNING, CONVERGED, DIVERGED = int(Outcome.RUNNING), int(Outcome.CONVERGED), int(Outcome.DIVERGED)
ERROR, TEST_ERROR = int(Measure.ERROR), int(Measure.TEST_ERROR)  # the accuracy follows each
GRADIENT_NORM, STEP_NORM = int(Measure.GRADIENT_NORM), int(Measure.STEP_NORM)
MOMENTUM_NORM, COSINE = int(Measure.MOMENTUM_NORM), int(Measure.COSINE)


class Runs(NamedTuple):
    """A population, its span and its report for the kernels: the arrays of `population.py` under their own names."""

    weights: Floats
    stored: Floats
    last_step: Floats
    learning_rate: Floats
    coefficients: Floats
    target_error: Floats
    order_of_run: NDArray[np.int64]
    epochs: NDArray[np.int64]
    outcome: NDArray[np.int64]
    orders: NDArray[np.int32]
    first_update: int
    updates: int
    measured: NDArray[np.bool_]
    measures: Floats
    kept_weights: Floats
    traced_gradients: Floats
    traced_stored: Floats


def runs_of(population: Population, span: Span, report: Report) -> Runs:
    """The arrays of a population, a span and a report, for the kernels."""
    return Runs(
        population.weights,
        population.stored,
        population.last_step,
        population.learning_rate,
        population.coefficients,
        population.target_error,
        population.order_of_run,
        population.epochs,
        population.outcome,
        span.orders,
        span.first_update,
        span.updates,
        span.measured,
        report.measures,
        report.weights,
        report.gradients,
        report.stored,
    )


@compiled
def within_limit(w: Any) -> bool:
    """Whether every weight is a number within ±WEIGHT_LIMIT."""
    inside = 0
    for i in range(len(w)):
        inside += abs(w[i]) <= WEIGHT_LIMIT
    return inside == len(w)


@compiled
def momentum_square(b: float, p: Any) -> float:
    """The squared norm of the momentum part B·p."""
    square = 0.0
    for i in range(len(p)):
        square += (b * p[i]) * (b * p[i])
    return square


@compiled
def wanted(runs: Any, run: int, epoch: int, inside: bool) -> bool:
    """Whether `end_epoch` has more to do for the run than to count the epoch and keep the weights."""
    return runs.measured[epoch] or not inside or runs.target_error[run] > 0.0


@pasted
def end_epoch(
    runs: Any, run: int, epoch: int, inside: bool, shape: Any, data: Any, test: Any,
    w: Any, gradient: Any, step: Any, last_step: Any, momentum_part: float, a: Any,
) -> None:  # fmt: skip
    """Take the measures where they are wanted or the run ends, and end it if it diverged or reached its target.

    w, gradient, step, last_step: (weights,) in natural order; momentum_part: the squared norm of B·p.
    """
    row = runs.measures[run, epoch]
    shown = runs.measured[epoch] or not inside
    column = ERROR
    for items in (data, test):
        if column == ERROR or shown:
            error, accuracy = measure(shape, items, w, a)
            if column == ERROR:
                reached = inside and runs.target_error[run] > 0.0 and error <= runs.target_error[run]
                shown = shown or reached
                if not inside:
                    runs.outcome[run] = DIVERGED
                elif reached:
                    runs.outcome[run] = CONVERGED
            if shown:
                row[column], row[column + 1] = error, accuracy
        column = TEST_ERROR
    if shown:
        gg, ss, ll, sl = 0.0, 0.0, 0.0, 0.0
        for i in range(len(w)):
            gg += gradient[i] * gradient[i]
            ss += step[i] * step[i]
            ll += last_step[i] * last_step[i]
            sl += step[i] * last_step[i]
        row[GRADIENT_NORM], row[STEP_NORM] = math.sqrt(gg), math.sqrt(ss)
        row[MOMENTUM_NORM] = math.sqrt(momentum_part)
        row[COSINE] = sl / (math.sqrt(ss) * math.sqrt(ll))
