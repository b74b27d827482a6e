"""What a sweep's view draws at one moment, worked out off the window's thread: colours, answer, cuts, one cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analysis.grid import never
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.sweep.map import MapNumbers
from momentum_gui.gui.plots.sweep.runner import SweepJob
from momentum_gui.lab.sweep.answer import Answer, find_answer
from momentum_gui.lab.sweep.block import NUMBERS
from momentum_gui.lab.sweep.cuts import Cut, cuts_through
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.measures import MEASURES, run_values, spread
from momentum_gui.lab.sweep.table import SweepTable

OUTCOME_WORDS = {
    Outcome.FINISHED: "trained to the end",
    Outcome.CONVERGED: "reached the target",
    Outcome.DIVERGED: "diverged",
    Outcome.STOPPED: "stopped",
}


@dataclass(frozen=True, eq=False)
class Figures:
    """A sweep by one measure. `known` (rules, learning rates, momenta): the cells that are trained.

    `numbers` holds for each other cell what the nearest trained one of a coarser pass says, until it is trained too.
    """

    job: SweepJob
    version: int
    measure: str
    numbers: MapNumbers
    known: NDArray[np.bool_]
    answer: Answer | None
    cuts: tuple[Cut, Cut] | None


def figures_of(job: SweepJob, measure: str, cancelled: Callable[[], bool] = never) -> Figures | None:
    """Return what is to be drawn of a sweep as far as it is; the sweep waits meanwhile. None if cancelled."""
    target = job.experiment.training.target_error
    with job.lock:
        version, known = job.version, job.table.known_cells()
        numbers = MapNumbers.of(job.table, measure, target)
        if cancelled():
            return None
        answer = find_answer(job.table, measure, target, job.confirmation)
        if cancelled():
            return None
        cuts = None if answer is None else cuts_through(job.table, answer.cell, measure, target)
    return Figures(job, version, measure, coarsely_filled(numbers, known, job.grid), known, answer, cuts)


def coarsely_filled(numbers: MapNumbers, known: NDArray[np.bool_], grid: Grid) -> MapNumbers:
    """Return the numbers with each unknown cell replaced by the trained cell that covers it in the finest pass."""
    if known.all():
        return numbers
    values, diverged, filled = numbers.values.copy(), numbers.diverged.copy(), known.copy()
    rows, columns = np.indices(known.shape[1:])
    for level in range(1, int(grid.levels().max(initial=0)) + 1):
        wide, high = grid.extent(level)
        parent = (slice(None), rows - rows % wide, columns - columns % high)
        take = ~filled & known[parent]
        values[take], diverged[take] = values[parent][take], diverged[parent][take]
        filled |= take
    return replace(numbers, values=values, diverged=diverged)


def trained_rows(job: SweepJob) -> list[list[object]]:
    """Of each training that is done: rule, learning rate, momentum, seed, how it ended, and all that was measured."""
    with job.lock:
        table, grid = job.table, job.grid
        runs = np.flatnonzero(table.known)
        rule, rate, momentum = grid.settings(runs)
        columns: list[list[object]] = [
            [grid.rules[number] for number in rule.tolist()],
            rate.tolist(),
            momentum.tolist(),
            [grid.seeds[number] for number in grid.seed_numbers(runs).tolist()],
            [Outcome(kind).name.lower() for kind in table.outcome[runs].tolist()],
            *(getattr(table, name)[runs].tolist() for name in ("epochs", *NUMBERS)),
        ]
    return [list(row) for row in zip(*columns, strict=True)]


def cell_text(table: SweepTable, cell: Cell, measure: str, target: float) -> str:
    """Return one cell in words: its settings, the measure's median, mean and spread over the seeds, how its runs
    ended."""
    grid = table.grid
    head = (
        f"<b>{grid.rule(grid.rules[cell.rule]).title}</b>, learning rate "
        f"<b>{number_text(grid.learning_rate.values[cell.learning_rate])}</b>, "
        f"momentum <b>{number_text(grid.momentum.values[cell.momentum])}</b>"
    )
    one = one_cell(table, cell)
    if not one.known.all():
        return f"{head}: not trained yet"
    values = run_values(one, measure, target).ravel()
    return f"{head}: {spread_text(values, measure)}; {outcome_text(one)}"


def one_cell(table: SweepTable, cell: Cell) -> SweepTable:
    """Return the rows of one cell, as a table of its own."""
    grid = table.grid
    seeds = len(grid.seeds)
    first = int(np.ravel_multi_index((*cell, 0), grid.shape))
    rate, momentum = grid.learning_rate, grid.momentum
    alone = Grid(
        replace(rate, values=(rate.values[cell.learning_rate],)),
        replace(momentum, values=(momentum.values[cell.momentum],)),
        (grid.rules[cell.rule],),
        grid.seeds,
    )
    names = ("outcome", "epochs", *NUMBERS)
    return SweepTable(alone, *(getattr(table, name)[first : first + seeds].copy() for name in names))


def spread_text(values: Floats, measure: str) -> str:
    """Return the measure over the seeds: median, mean and quartiles; inf means failed."""
    title = MEASURES[measure].title.lower()
    if measure == "success":
        return f"{title} {values.mean():.0%}"
    low, median, high = (float(part) for part in spread(values))
    if not np.isfinite(median):
        return f"{title}: none"
    if len(values) == 1:
        return f"{title} {number_text(median)}"
    good = values[np.isfinite(values)]
    of = "" if len(good) == len(values) else f" of {len(good)}"
    return (
        f"{title} {number_text(median)} (median), {number_text(float(good.mean()))} (mean{of}), "
        f"quartiles {number_text(low)} to {number_text(high)}"
    )


def outcome_text(table: SweepTable) -> str:
    """Return how the seeds ended."""
    counts = np.bincount(table.outcome, minlength=len(Outcome))
    parts = [f"{counts[kind]} {words}" for kind, words in OUTCOME_WORDS.items() if counts[kind]]
    seeds = len(table.grid.seeds)
    return f"{seeds} seed{'s' if seeds > 1 else ''}: {', '.join(parts)}"
