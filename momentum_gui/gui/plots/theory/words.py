"""The theory view in words: regimes, best settings, what the batches do, and what its picture needs on paper."""

from __future__ import annotations

import math

from momentum_gui.engine.analysis.batch_curvature import BatchCurvature
from momentum_gui.engine.analysis.convergence import Best, Regime
from momentum_gui.engine.network import Activation, Loss
from momentum_gui.engine.task import NetworkTask, Task
from momentum_gui.gui.plots.common.ticks import number_text

REGIME_WORDS = {
    Regime.MONOTONE: "monotone: straight towards the minimum",
    Regime.RIPPLES: "ripples: swings through the minimum and back, over several updates",
    Regime.OSCILLATING: "oscillating: changes sides at every update",
    Regime.DIVERGENT: "divergent: moves away from the minimum",
}
REGIME_NAMES = {int(regime): regime.name.lower() for regime in Regime}
COLORS = "Colours: the share of the distance to the minimum that an update leaves."
SHARPNESS_WORDS = "Solid: λmax of each run. Dashed: where its rule stops being stable, its bound over its rate."
ELEMENTWISE = (
    "The loss squared_error_elementwise trains by a shortcut; the curvature here is that of the true squared error."
)


def rate_text(rate: float) -> str:
    """Return a convergence rate with the digits that tell it from 1: 0.98, 0.9996, 1.2."""
    if not math.isfinite(rate):
        return "not a number"
    digits = 3 if rate <= 0.9 or rate > 2 else min(9, 2 - math.floor(math.log10(max(abs(1 - rate), 1e-7))))
    return f"{rate:.{digits}f}".rstrip("0").rstrip(".") if rate else "0"


def settings_text(best: Best) -> str:
    """Return the best settings: rate, momentum, and what an update leaves."""
    return (
        f"rate {number_text(best.learning_rate, 3)}, momentum {number_text(best.momentum, 3)}: "
        f"{rate_text(best.rate)} an update"
    )


def batch_text(task: Task, found: BatchCurvature | None) -> str:
    """Return the size of the batches and how much their curvature differs; empty for full batch."""
    if found is None or not isinstance(task, NetworkTask) or task.batch_size >= len(task.items):
        return ""
    size = "single items" if task.batch_size == 1 else f"batches of {task.batch_size}"
    words = f"With {size} the curvature h differs: spread K = {number_text(found.spread, 3)}"
    if found.mean > 0:
        words += f" (E[h] {number_text(found.mean, 3)}, E[h²] {number_text(found.second, 3)})"
    if math.isfinite(found.sharpness):
        words += f", batch sharpness {number_text(found.sharpness, 3)}"
    return words + ". Bounds and rates are those of the mean square."


def shortcut_text(task: Task) -> str:
    """Return a remark where training follows another gradient than that of the error whose curvature is shown."""
    elementwise = (
        isinstance(task, NetworkTask)
        and task.network.loss is Loss.SQUARED_ERROR_ELEMENTWISE
        and task.network.output_activation is Activation.SOFTMAX
    )
    return ELEMENTWISE if elementwise else ""
