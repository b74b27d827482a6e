"""What a run's history says of its course in numbers: falling, growing, jumping, turning back, come to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.convergence import Gauge, gauge, gradient_scale
from momentum_gui.engine.analysis.curvature import curvatures
from momentum_gui.engine.analysis.grid import never
from momentum_gui.engine.analytic_surfaces import SURFACES, evaluate
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.population import Floats, Measure, Task
from momentum_gui.engine.rules import RULES
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.step_parts import oscillation

ROWS = 24
"""How many of the latest rows are looked at; so many that one odd epoch does not decide."""
FEWEST = 8


@dataclass(frozen=True)
class Evidence:
    """What the history does not hold, found at a run's present weights.

    The extreme curvatures of the training error, the norm of its gradient (the mean over all items), and the task's
    `gradient_scale`.
    """

    largest: float
    smallest: float
    gradient_norm: float
    scale: float


def find_evidence(
    engine: Engine, task: Task, weights: Floats, cancelled: Callable[[], bool] = never
) -> Evidence | None:
    """The evidence at weights (W,); None if cancelled. Work for a thread of its own: some tens of milliseconds."""
    found = curvatures(engine, task, weights, cancelled)
    if found is None:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        gradient_norm = float(np.linalg.norm(engine.task_gradients(task, weights[None])[0]))
    return Evidence(found.largest, found.smallest, gradient_norm, gradient_scale(task))


def least_known_error(record: Record, setup: Setup) -> float:
    """The least training error that any run of the record has had, or that a surface's minima are known to have."""
    known = [float(np.fmin.reduce(run.measures.low[:, Measure.ERROR])) for run in record.runs if len(run.measures)]
    surface = setup.surface
    if surface is not None and surface.k == SURFACES[surface.id].k:
        known += [float(evaluate(surface, x, y)) for x, y in surface.minima]
    return min((error for error in known if np.isfinite(error)), default=float("nan"))


@dataclass(frozen=True)
class Signs:
    """The course of one run over its latest rows, since its settings last changed.

    `rows` and `epochs` say how many and how long. `error` is the latest, `first` the one it began with, and both lie
    `base` higher than said here: the run's least error if that is below 0, as on some surfaces. `fall` is by
    how much ln(error) fell over the rows (a fitted line), `ups` the share of all its movement that went upwards,
    `jumps` the mean change between rows as a share of the error. `growth` is the latest error as a multiple of the
    greatest before, where it has risen and the steps have grown with it, otherwise 1. `turning` is the share of
    movement that turns back at once and `straight` the mean cosine of successive steps, both NaN unless an epoch is
    one update. `slope` is the norm of the gradient as a share of the greatest so far.
    """

    rows: int
    epochs: float
    error: float
    first: float
    base: float
    fall: float
    ups: float
    jumps: float
    growth: float
    turning: float
    straight: float
    slope: float
    gauge: Gauge | None
    potential: float
    """The share of the error that one step of the best plain rate along the gradient would take away; NaN unknown."""

    @property
    def full_batch(self) -> bool:
        """Whether an epoch is one update, so that the rows show the steps themselves."""
        return not np.isnan(self.turning) or not np.isnan(self.straight)

    @property
    def fall_per_epoch(self) -> float:
        """By how much ln(error) fell per epoch."""
        return self.fall / self.epochs if self.epochs > 0 else 0.0


def read_signs(record: RunRecord, evidence: Evidence | None = None) -> Signs | None:
    """The signs of a run; None where there are fewer than FEWEST rows to look at."""
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
    logs = np.log(np.maximum(error, 1e-300))
    t = position - position.mean()
    change = np.diff(error)
    moved = float(np.abs(change).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        turning = oscillation(record.window) if whole_epochs and record.window is not None else np.nan
        straight = measures.last[rows, Measure.COSINE]
        slope = gradients[-1] / greatest
    known, potential = None, np.nan
    if evidence is not None:
        coefficients = RULES[frame.rule].coefficients(frame.momentum)
        known = gauge(coefficients, frame.learning_rate, evidence.largest, evidence.scale)
        if evidence.largest > 0 and error[-1] > 0:
            potential = evidence.gradient_norm**2 / (2 * evidence.largest * error[-1])
    return Signs(
        rows=len(rows),
        epochs=float(np.ptp(position)),
        error=float(error[-1]),
        first=float(measures.high[0, Measure.ERROR]) - base,
        base=base,
        fall=float(-(t @ logs) / (t @ t) * np.ptp(position)) if np.ptp(position) > 0 else 0.0,
        ups=float(change[change > 0].sum() / moved) if moved > 0 else 0.0,
        jumps=float(np.abs(change).mean() / error.mean()) if error.mean() > 0 else 0.0,
        growth=growth(errors, steps, full_batch=whole_epochs),
        turning=float(turning),
        straight=float(np.nanmean(straight)) if whole_epochs and not np.isnan(straight).all() else float("nan"),
        slope=float(slope),
        gauge=known,
        potential=float(potential),
    )


def growth(errors: Floats, steps: Floats, *, full_batch: bool) -> float:
    """The error as a multiple of the greatest before; 1 unless the steps have grown as well.

    In full batch the greatest of the later half of the rows over the greatest of the earlier half: ripples fall and
    rise, and only those that grow count. With smaller batches, where one bad epoch may be chance, the latest error over
    the greatest before the last FEWEST, and only if it has risen at most of these.
    """
    split = len(errors) // 2 if full_batch else len(errors) - min(FEWEST, len(errors) // 2)
    if not np.isfinite(steps[:split]).any() or not np.isfinite(steps[split:]).any() or errors[:split].max() <= 0:
        return 1.0
    if np.nanmax(steps[split:]) <= 1.05 * np.nanmax(steps[:split]):
        return 1.0
    if full_batch:
        return float(errors[split:].max() / errors[:split].max())
    return float(errors[-1] / errors[:split].max()) if (np.diff(errors[split:]) > 0).mean() >= 0.6 else 1.0
