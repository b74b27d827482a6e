"""What every compiled training loop shares: the runs and the report as the kernels see them, and an epoch's end."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.compiled.jit import compiled
from momentum_gui.engine.compiled.kernels.evaluate import measure
from momentum_gui.engine.compiled.layout import copy
from momentum_gui.engine.population import WEIGHT_LIMIT, Outcome, Population
from momentum_gui.engine.report import Measure, Report, Span

RUNNING, CONVERGED, DIVERGED = int(Outcome.RUNNING), int(Outcome.CONVERGED), int(Outcome.DIVERGED)
ERROR, TEST_ERROR = int(Measure.ERROR), int(Measure.TEST_ERROR)  # the accuracy follows each
GRADIENT_NORM, STEP_NORM = int(Measure.GRADIENT_NORM), int(Measure.STEP_NORM)
MOMENTUM_NORM, COSINE = int(Measure.MOMENTUM_NORM), int(Measure.COSINE)

Array = TypeVar("Array", bound=NDArray[Any])

# The rows of a run's numbers, (ROWS, weights) in natural order or laid out one after the other in working space.
W, P, STEP, TRAINED = 0, 1, 2, 3  # weights, stored p, the last step, 1 or 0 where a weight is trained or frozen
GRADIENT, LAST_STEP, BEFORE = 4, 5, 6  # of the update; the step before it, and the p it began with
GIVEN, ROWS = 4, 7  # how many of the rows a training begins with, and all


class Runs(NamedTuple):
    """A population, its span and its report for the kernels: the arrays of both under their own names."""

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


def plain(array: Array) -> Array:
    """Return the array, or a copy where it is a view with gaps or read-only: the kernels are compiled for one kind
    only."""
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()


def runs_of(population: Population, span: Span, report: Report) -> Runs:
    """Return the arrays of a population, a span and a report, for the kernels."""
    return Runs(
        population.weights,
        population.stored,
        population.last_step,
        plain(population.learning_rate),
        plain(population.coefficients),
        plain(population.target_error),
        plain(population.order_of_run),
        population.epochs,
        population.outcome,
        plain(span.orders),
        span.first_update,
        span.updates,
        plain(span.measured),
        report.measures,
        report.weights,
        report.gradients,
        report.stored,
    )


@compiled
def within_limit(w: Any) -> bool:
    """Return whether every weight is a number within ±WEIGHT_LIMIT."""
    inside = 0
    for i in range(len(w)):
        inside += abs(w[i]) <= WEIGHT_LIMIT
    return inside == len(w)


@compiled
def asked_for(runs: Any, run: int, epoch: int, inside: bool) -> bool:
    """Return whether `record` has something to do for the run at this epoch's end."""
    return runs.measured[epoch] or not inside or runs.target_error[run] > 0.0 or runs.kept_weights.shape[1] > 0


@compiled
def record(
    runs: Any, run: int, row: int, ends: bool, epoch: int, inside: bool, last: bool,
    shape: Any, data: Any, test: Any, natural: Any, a: Any,
) -> None:  # fmt: skip
    """Write down what is wanted of an update: its trace, the measures of the epoch it ends, the run's last state.

    row: among the traced updates, or below 0; ends: it is the last of its epoch; inside: all weights are within their
    limit; last: the span ends with it. natural: (ROWS, weights) of the run after the update. A run that diverged or
    reached its target ends here.
    """
    w, p, step, gradient = natural[W], natural[P], natural[STEP], natural[GRADIENT]
    if row >= 0:
        copy(natural[BEFORE], runs.traced_stored[run, row])
        copy(gradient, runs.traced_gradients[run, row])
    if ends and runs.kept_weights.shape[1] > 0:
        copy(w, runs.kept_weights[run, epoch])
    if ends and (runs.measured[epoch] or not inside or runs.target_error[run] > 0.0):
        measures = runs.measures[run, epoch]
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
                    measures[column], measures[column + 1] = error, accuracy
            column = TEST_ERROR
        if shown:
            anatomy(runs.coefficients[run, 1], natural, measures)
    if last or runs.outcome[run] != RUNNING:
        copy(w, runs.weights[run])
        copy(p, runs.stored[run])
        copy(step, runs.last_step[run])


@compiled
def anatomy(b: float, natural: Any, measures: Any) -> None:
    """The norms of gradient, step and momentum part B·p, and the cosine of this step with the last."""
    gradient, step, last_step, before = natural[GRADIENT], natural[STEP], natural[LAST_STEP], natural[BEFORE]
    gg, ss, mm, ll, sl = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(len(step)):
        gg += gradient[i] * gradient[i]
        ss += step[i] * step[i]
        mm += (b * before[i]) * (b * before[i])
        ll += last_step[i] * last_step[i]
        sl += step[i] * last_step[i]
    measures[GRADIENT_NORM], measures[STEP_NORM] = math.sqrt(gg), math.sqrt(ss)
    measures[MOMENTUM_NORM] = math.sqrt(mm)
    measures[COSINE] = sl / (math.sqrt(ss) * math.sqrt(ll))
