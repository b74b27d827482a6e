"""Describes the course of a run in numbers: whether its error falls, grows, jumps, or has come to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.convergence import Gauge, gauge, predicted_rate
from momentum_gui.engine.analysis.curvature import curvatures, gradient_scale
from momentum_gui.engine.analysis.grid import never
from momentum_gui.engine.analytic_surfaces import SURFACES, evaluate
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.report import Measure
from momentum_gui.engine.rules import convergence_rate
from momentum_gui.engine.task import Task
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.step_parts import oscillation

ROWS = 24
"""How many of the latest rows count: enough that one odd epoch does not decide."""
FEWEST = 8


@dataclass(frozen=True)
class Evidence:
    """What the history does not hold, measured at a run's present weights.

    The extreme curvatures of the training error, the norm of its gradient (the mean over all items), and the task's
    `gradient_scale`.
    """

    largest: float
    smallest: float
    gradient_norm: float
    scale: float

    @property
    def curvatures(self) -> tuple[float, float]:
        """The smallest and the largest curvature."""
        return self.smallest, self.largest


def find_evidence(
    engine: Engine, task: Task, weights: Floats, cancelled: Callable[[], bool] = never
) -> Evidence | None:
    """Measure the evidence at weights (W,); None if cancelled. Takes some tens of milliseconds: use a thread."""
    found = curvatures(engine, task, weights, cancelled)
    if found is None:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        gradient_norm = float(np.linalg.norm(engine.task_gradients(task, weights[None])[0]))
    return Evidence(found.largest, found.smallest, gradient_norm, gradient_scale(task))


def least_known_error(record: Record, setup: Setup) -> float:
    """Return the least training error that any run of the record has reached or a surface is known to have."""
    known = [float(np.fmin.reduce(run.measures.low[:, Measure.ERROR])) for run in record.runs if len(run.measures)]
    surface = setup.surface
    if surface is not None and surface.k == SURFACES[surface.id].k:
        known += [float(evaluate(surface, x, y)) for x, y in surface.minima]
    return min((error for error in known if np.isfinite(error)), default=float("nan"))


@dataclass(frozen=True)
class Diagnostics:
    """The course of one run over its latest rows, since its settings last changed.

    `error` and `first` are above `base`, the run's least error if that is below 0, as on some surfaces. What the rows
    or the evidence do not show is NaN.
    """

    rows: int
    epochs: float
    """How many rows there are, and how many epochs they cover."""
    error: float
    first: float
    base: float
    """The latest error, and the one the run began with, both above `base`."""
    fall: float
    long_fall: float
    """By how much ln(error) fell, along a fitted line: over the rows, and over up to twice as many."""
    ups: float
    """The share of the error's movement that went upwards."""
    jumps: float
    """The mean change between rows as a share of the error."""
    growth: float
    """The latest error as a multiple of the greatest before, where it has risen and the steps with it; otherwise 1."""
    turning: float
    straight: float
    """Where an epoch is one update: the share of movement undone at once, and the mean cosine of successive steps."""
    slope: float
    """The norm of the gradient as a share of the greatest so far."""
    gauge: Gauge | None
    strength: float
    """lr·|λ| of the greatest curvature, upwards or downwards, as a share of the bound."""
    potential: float
    """The share of the error that one plain step along the gradient at rate 1/|λ| would remove, about."""
    swing: float
    """The factor per update by which the distance shrinks in the steepest direction."""
    slower_is_better: bool
    """Whether half the rate would shrink the distance faster, in the slowest direction."""

    @property
    def full_batch(self) -> bool:
        """Whether an epoch is one update, so that the rows show the steps themselves."""
        return not np.isnan(self.turning) or not np.isnan(self.straight)

    @property
    def fall_per_epoch(self) -> float:
        """By how much ln(error) fell per epoch."""
        return self.fall / self.epochs if self.epochs > 0 else 0.0


def diagnose(record: RunRecord, evidence: Evidence | None = None) -> Diagnostics | None:
    """Describe a run; None where it has fewer than FEWEST rows since its last change."""
    measures, frame = record.measures, record.latest
    since = record.events[-1].epochs if record.events else -1.0
    recent = np.flatnonzero(measures.position > since)[-2 * ROWS :]
    base = min(0.0, float(np.fmin.reduce(measures.low[:, Measure.ERROR])))
    errors = measures.last[recent, Measure.ERROR] - base
    if len(recent) < FEWEST or not np.isfinite(errors).all():
        return None
    steps = measures.last[recent, Measure.STEP_NORM]
    rows = recent[-ROWS:]
    error, position = errors[-ROWS:], measures.position[rows]
    whole_epochs = frame.updates_per_epoch == 1
    gradients = measures.last[rows, Measure.GRADIENT_NORM]
    greatest = np.fmax.reduce(measures.high[:, Measure.GRADIENT_NORM])
    change = np.diff(error)
    moved = float(np.abs(change).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        turning = oscillation(record.window) if whole_epochs and record.window is not None else np.nan
        straight = measures.last[rows, Measure.COSINE]
        slope = gradients[-1] / greatest
    known, strength, potential, swing, slower_is_better = None, np.nan, np.nan, np.nan, False
    if evidence is not None:
        coefficients = frame.coefficients
        known = gauge(coefficients, frame.learning_rate, evidence.largest, evidence.scale)
        steepest = max(abs(evidence.largest), abs(evidence.smallest))
        strength = gauge(coefficients, frame.learning_rate, steepest, evidence.scale).ratio
        swing = float(convergence_rate(coefficients, frame.learning_rate * evidence.scale * evidence.largest))
        rate, half = (
            predicted_rate(coefficients, share * frame.learning_rate * evidence.scale, *evidence.curvatures)[0]
            for share in (1.0, 0.5)
        )
        slower_is_better = half < rate - 0.02
        if steepest > 0 and error[-1] > 0:
            potential = evidence.gradient_norm**2 / (2 * steepest * error[-1])
    return Diagnostics(
        rows=len(rows),
        epochs=float(np.ptp(position)),
        error=float(error[-1]),
        first=float(measures.high[0, Measure.ERROR]) - base,
        base=base,
        fall=fall(position, error),
        long_fall=fall(measures.position[recent], errors),
        ups=float(change[change > 0].sum() / moved) if moved > 0 else 0.0,
        jumps=float(np.abs(change).mean() / error.mean()) if error.mean() > 0 else 0.0,
        growth=growth(errors, steps, full_batch=whole_epochs),
        turning=float(turning),
        straight=float(np.nanmean(straight)) if whole_epochs and not np.isnan(straight).all() else float("nan"),
        slope=float(slope),
        gauge=known,
        strength=float(strength),
        potential=float(potential),
        swing=swing,
        slower_is_better=slower_is_better,
    )


def fall(position: Floats, errors: Floats) -> float:
    """Return by how much ln(error) falls over these rows, along a line fitted by least squares."""
    t = position - position.mean()
    if not t.any():
        return 0.0
    return float(-(t @ np.log(np.maximum(errors, 1e-300))) / (t @ t) * np.ptp(position))


def growth(errors: Floats, steps: Floats, *, full_batch: bool) -> float:
    """Return the error as a multiple of the greatest before; 1 unless the steps have grown as well.

    In full batch the greatest of the later half of the rows over the greatest of the earlier half, provided that the
    greatest grows from quarter to quarter: ripples and chaos fall and rise, and only what keeps growing counts. With
    smaller batches, where one bad epoch may be chance, the latest error over the greatest before the last FEWEST, and
    only if it has risen at most of these.
    """
    split = len(errors) // 2 if full_batch else len(errors) - min(FEWEST, len(errors) // 2)
    if not np.isfinite(steps[:split]).any() or not np.isfinite(steps[split:]).any() or errors[:split].max() <= 0:
        return 1.0
    if np.nanmax(steps[split:]) <= 1.05 * np.nanmax(steps[:split]):
        return 1.0
    if full_batch:
        greatest = [quarter.max() for quarter in np.array_split(errors, 4)]
        return float(errors[split:].max() / errors[:split].max()) if (np.diff(greatest[1:]) > 0).all() else 1.0
    return float(errors[-1] / errors[:split].max()) if (np.diff(errors[split:]) > 0).mean() >= 0.6 else 1.0
