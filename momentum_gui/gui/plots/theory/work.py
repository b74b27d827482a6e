"""The measuring behind the theory view: the curvatures at each run's weights, found in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.batch_curvature import BatchCurvature, batch_curvature
from momentum_gui.engine.analysis.convergence import decay_rate
from momentum_gui.engine.analysis.curvature import Curvatures, curvatures
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.report import Measure
from momentum_gui.engine.task import Task
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.lab.recording.record import RunRecord

ASSUMED_SHARE = 0.01
"""The least curvature that the map takes, as a share of the greatest, where the measured one does not serve."""
LEAST_SHARE = 1e-3
ROWS = 48


@dataclass(frozen=True)
class Measured:
    """The curvatures at the weights of some runs, by the runs' numbers, those of their batches, and the seconds that
    took."""

    found: Mapping[int, Curvatures]
    batches: Mapping[int, BatchCurvature]
    seconds: float


def measure(
    engine: Engine, tasks: Mapping[int, Task], weights: Mapping[int, Floats], cancelled: Callable[[], bool]
) -> Measured | None:
    """Measure one run after the other; None if cancelled."""
    began = time.monotonic()
    results: dict[int, Curvatures] = {}
    batches: dict[int, BatchCurvature] = {}
    for run, task in tasks.items():
        with np.errstate(all="ignore"):
            found = curvatures(engine, task, weights[run], cancelled)
            batch = None if found is None else batch_curvature(task, weights[run], found, cancelled)
        if found is None or batch is None:
            return None
        results[run], batches[run] = found, batch
    return Measured(results, batches, time.monotonic() - began)


def range_of(found: Curvatures) -> tuple[float, float, str] | None:
    """Return the curvatures for a map of convergence, and a remark where the least is not the measured one.

    A quadratic has a minimum only where all curvatures are above 0; networks have directions that bend downwards, or
    hardly at all. None where even the greatest is not above 0.
    """
    largest = found.largest
    if not (np.isfinite(largest) and largest > 0):
        return None
    if found.smallest > LEAST_SHARE * largest:
        return found.smallest, largest, ""
    remark = f"The least curvature is {number_text(found.smallest, 3)}"
    remark += ", downwards" if found.smallest < 0 else ""
    if found.eigenvalues is not None:
        usable = found.eigenvalues[found.eigenvalues > LEAST_SHARE * largest]
        if len(usable) > 1:
            return float(usable[0]), largest, f"{remark}; the map takes the least that is above λmax/1000."
    return ASSUMED_SHARE * largest, largest, f"{remark}; the map takes λmax/100."


def measured_rate(run: RunRecord) -> float:
    """Return the factor per update by which the gradient's norm fell over the last rows, since the settings last
    changed."""
    since = run.events[-1].epochs if run.events else -1.0
    position = run.measures.position
    rows = np.flatnonzero(position >= since)[-ROWS:]
    if len(rows) < 3:
        return float("nan")
    norms = run.measures.last[rows, int(Measure.GRADIENT_NORM)]
    return decay_rate(position[rows] * run.latest.updates_per_epoch, norms)
