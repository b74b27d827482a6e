"""What a training came to, run by run: outcome and errors, what theory says of its rule, what was measured, a hint."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.curvature import gradient_scale, sharpness
from momentum_gui.engine.interface import choose
from momentum_gui.engine.report import Measure
from momentum_gui.engine.rules import gains, stability_bound
from momentum_gui.lab.analysis.hints import HintFinder
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup

MOST_WEIGHTS = 3_000
"""Of larger networks the curvature is not measured: it would take too long for a page."""


@dataclass(frozen=True)
class Finding:
    """One run. Numbers that do not apply or are not known are NaN.

    `steady` and `alternating` are the gains that its rule has for gradients that stay or alternate, `bound` the largest
    stable learning rate times curvature in full batch, `curvature` the largest one where the run ended (of the mean
    error, times the gradient's scale), `load` the learning rate times that.
    """

    name: str
    rule: str
    learning_rate: float
    momentum: float
    outcome: str
    epochs: float
    updates: int
    error: float
    accuracy: float
    test_error: float
    test_accuracy: float
    steady: float
    alternating: float
    bound: float
    curvature: float
    load: float
    hint: str


def find(setup: Setup, record: Record) -> list[Finding]:
    """Return what each run of a training came to."""
    return [finding(setup, run, number) for number, run in enumerate(record.runs)]


def finding(setup: Setup, run: RunRecord, number: int) -> Finding:
    """Return what one run came to."""
    frame = run.latest
    steady, alternating = gains(frame.coefficients)
    curvature = curvature_at_end(setup, run, number)
    held_out = last_known(run, Measure.TEST_ERROR), last_known(run, Measure.TEST_ACCURACY)
    return Finding(
        name=run.name, rule=setup.rules[frame.rule].title, learning_rate=frame.learning_rate, momentum=frame.momentum,
        outcome=frame.outcome.name.lower(), epochs=frame.epochs, updates=frame.update, error=frame.error,
        accuracy=frame.accuracy, test_error=held_out[0], test_accuracy=held_out[1], steady=steady,
        alternating=alternating, bound=stability_bound(frame.coefficients), curvature=curvature,
        load=frame.learning_rate * curvature, hint=hint_of(run),
    )  # fmt: skip


def last_known(run: RunRecord, column: Measure) -> float:
    """Return the last value of a column that is a number; NaN where there is none."""
    values = run.measures.last[:, column]
    known = np.flatnonzero(np.isfinite(values))
    return float(values[known[-1]]) if len(known) else math.nan


def curvature_at_end(setup: Setup, run: RunRecord, number: int) -> float:
    """Return the largest curvature where a run ended; NaN where it diverged, or where the network is too large."""
    weights = run.latest.weights
    if len(weights) > MOST_WEIGHTS or not np.isfinite(weights).all() or number >= len(setup.experiment.runs):
        return math.nan
    task = setup.task(setup.experiment.runs[number].training)
    with np.errstate(all="ignore"):
        return float(sharpness(choose("auto"), task, weights) * gradient_scale(task))


def hint_of(run: RunRecord) -> str:
    """Return the most urgent hint that holds at a run's end; empty where none does."""
    hints = HintFinder().look(run)
    return hints[0].text if hints else ""
