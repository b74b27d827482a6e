"""What a sweep's view says in words: its size, how far it is, the answer so far, what the signs on the maps mean."""

from __future__ import annotations

from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.sweep.figures import Figures
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.runner import Progress
from momentum_gui.lab.sweep.stability_line import EndCurvature

INVITATION = "Click Start to train every cell."


def size_text(experiment: Experiment, grid: Grid) -> str:
    """Return how large a sweep would be."""
    return f"{grid.runs:,} training{'s' if grid.runs != 1 else ''} of {experiment.training.epochs:,} epochs"


def progress_text(progress: Progress, *, running: bool, paused: bool, confirming: bool = False) -> str:
    """Return how far a sweep is, or the race that confirms its answer, and how long it still takes."""
    if running and paused:
        rest = "paused"
    elif running:
        rest = f"{time_text(progress.seconds_left)} left" if progress.seconds_left is not None else "preparing"
    else:
        rest = "cancelled" if progress.done < progress.total else f"in {time_text(progress.seconds)}"
    if running and confirming and not progress.total:
        return "Confirming on fresh seeds"
    if running and confirming:
        return f"Confirming: {progress.done:,} of up to {progress.total:,} on fresh seeds, {rest}"
    return f"{progress.done:,} of {progress.total:,}, {rest}"


def answer_text(figures: Figures, *, running: bool) -> str:
    """Return the answer in words, and of what it is one."""
    job = figures.job
    if figures.answer is None:
        lowest = job.grid.learning_rate.values[0]
        return f"No cell succeeded so far: try learning rates below {lowest:g}, more epochs, or a higher target error."
    so_far = "" if job.table.complete and not running else "So far: " if running else "Of what was trained: "
    return so_far + figures.answer.sentence()


def key_text(figures: Figures | None, curvature: EndCurvature, *, boundary_shown: bool) -> str:
    """Return what the signs of the maps mean, and what the mouse does."""
    confirmed = figures is not None and figures.answer is not None and figures.answer.confirmation is not None
    parts = ["Ring: recommended. Outline: as good." if confirmed else "Ring: best. Outline: within 10 %."]
    if figures is not None and figures.numbers.diverged.any():
        parts.append("Hatched: diverged.")
    if figures is not None and figures.numbers.failed.any():
        parts.append("Dotted: target not reached.")
    if figures is not None and not figures.known.all():
        parts.append("Pale: not trained yet.")
    if curvature.known:
        where = "Dashed" if boundary_shown else "Beyond these rates"
        parts.append(f"{where}: {boundary_text(curvature)}.")
    parts.append("Click a cell to add it as a run; drag a box for a finer sweep.")
    return " ".join(parts)


def boundary_text(curvature: EndCurvature) -> str:
    """Return what the dashed line is: the bound for which curvature, and for what spread of it."""
    words = f"theory’s bound for the curvature found, λmax = {number_text(curvature.largest, 3)}"
    if curvature.spread > 1:
        words += f", in the mean square over batches whose spread is {number_text(curvature.spread, 3)}"
    return words


def time_text(seconds: float) -> str:
    """Return a length of time: 0.4 s, 12 s, 3 min, 2 h."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
