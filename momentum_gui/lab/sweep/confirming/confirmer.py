"""Confirms what a grid says: races its best cells on fresh seeds, and measures the winner on seeds of its own."""

from __future__ import annotations

import threading

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.task import NetworkTask
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.sweep.answer import find_answer
from momentum_gui.lab.sweep.confirming.confirmation import Confirmation
from momentum_gui.lab.sweep.confirming.entrants import Entrants, fresh_seeds
from momentum_gui.lab.sweep.confirming.race import AS_GOOD, NEAR, CostScale, Plan, Raced, race, told_apart
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.measures import failed_runs, run_values
from momentum_gui.lab.sweep.region import around, connected, depths, smoothed, without_islands
from momentum_gui.lab.sweep.runner import Progress, Sweep
from momentum_gui.lab.sweep.table import SweepTable

SHARE = 0.2
"""The share of the grid's work that confirming may take."""
SMALL_BATCH = 8
PRICE = 2.2
"""A training in small batches takes this many times as long as one of the grid: lanes of few cells and many orders."""
LIKELY = 32
"""The cost of a training is foretold from this many of the best cells."""
PLAUSIBLE = 0.75
"""A cell belongs to the region if its score on the grid's seeds is below this quantile of what the winner would get."""
RESAMPLES = 400
MIDDLE = 0.75
"""A cell is in the middle of a region if it is at least this share as deep in it as the deepest."""
TIE = 1e-3
"""What the error weighs beside success: it orders cells that succeed as often."""
LEAST_ROUND = 24
"""A round of fewer trainings takes the compiled engine about as long as one of this many."""


class Confirmer:
    """Chooses a cell of a finished sweep and measures it; `run` in one thread, the rest from any.

    sweep: whose grid is trained. hold_out: from how many fresh seeds the chosen cell is measured; left out, as many as
    the budget allows. executor, workers: as for a sweep. The budget is counted in epochs, not in seconds, so that the
    same sweep is always confirmed by the same trainings.
    """

    def __init__(self, sweep: Sweep, measure: str, *, hold_out: int | None = None) -> None:
        self.sweep, self.measure, self._hold_out = sweep, measure, hold_out
        self._lock = threading.RLock()  # a signal may cancel while the same thread holds it
        self._round: Sweep | None = None
        self._done, self._planned, self._seconds = 0, 0, 0.0
        self._cancelled = self._paused = False
        self._training = sweep.experiment.training
        self._setup = Setup.of(replace(sweep.experiment, run=[]))

    def run(self) -> Confirmation | None:
        """Return what the fresh seeds say; None where it was cancelled, or where no cell of the grid succeeded."""
        grid, table = self.sweep.grid, self.sweep.table
        if not table.complete or find_answer(table, self.measure, self._training.target_error) is None:
            return None
        scale = self._scale(table)
        costs = self._costs(table, scale)
        own = scale.scores(costs).reshape(grid.shape[:-1])
        plan = self._plan(own)
        self._planned = plan.trainings
        found = self._race(costs, own, scale, plan)
        if found is None:
            return None
        place, is_middle, region, raced = found
        last = self._train(np.array([place]), plan.race_seeds, plan.hold_out)
        if last is None:
            return None
        self._done = self._planned
        return Confirmation(
            self.measure,
            cell_at(grid, place),
            self._values(last).ravel(),
            failed_runs(last, self._training.target_error),
            region,
            is_middle,
            len(raced.cells),
            raced.seeds,
        )

    def cancel(self) -> None:
        """End `run` at once, without an answer."""
        with self._lock:
            self._cancelled = True
            if self._round is not None:
                self._round.cancel()

    def pause(self, paused: bool) -> None:
        """Wait after the stretch under way, or go on."""
        with self._lock:
            self._paused = paused
            if self._round is not None:
                (self._round.pause if paused else self._round.resume)()

    def progress(self) -> Progress:
        """Return how far it is, in trainings; a race that is decided early jumps to its end."""
        now = self._round
        under_way = now.progress() if now is not None else None
        done = self._done + (under_way.done if under_way else 0)
        share = (self._done + (under_way.share * under_way.total if under_way else 0.0)) / max(self._planned, 1)
        seconds = self._seconds + (under_way.seconds if under_way else 0.0)
        left = seconds * (1 - share) / share if share > 0 and seconds > 0 else None
        return Progress(done, self._planned, min(share, 1.0), seconds, left)

    def _train(self, cells: NDArray[np.int64], first: int, count: int) -> SweepTable | None:
        """Train cells from `count` fresh seeds, the `first` one on; None where cancelled."""
        sweep = self.sweep
        entrants = Entrants.of_cells(sweep.grid, cells, fresh_seeds(sweep.grid, first, count))
        trial = sweep.another(entrants, sweep.shared.from_seeds(self._setup, entrants.seeds))
        with self._lock:
            if self._cancelled:
                return None
            if self._paused:
                trial.pause()
            self._round = trial
        for _ in trial.results():
            pass
        with self._lock:
            self._round = None
            progress = trial.progress()
            self._done += progress.done
            self._seconds += progress.seconds
        return trial.table if trial.table.complete else None

    def _trial(self, scale: CostScale, cells: NDArray[np.int64], first: int, count: int) -> Floats | None:
        table = self._train(cells, first, count)
        return None if table is None else self._costs(table, scale)

    def _race(
        self, costs: Floats, own: Floats, scale: CostScale, plan: Plan
    ) -> tuple[int, bool, NDArray[np.bool_], Raced] | None:
        """Return the cell to use, whether it is in the middle of the region, the region and the race; None: cancelled.

        costs: (cells, seeds), of the grid; own: (rules, learning rates, momenta), the scores.
        """
        if own.size == 1:
            alone = Raced(np.zeros(1, dtype=np.int64), np.empty((1, 0)), 0, np.ones(1, dtype=np.bool_))
            return 0, False, np.ones(own.shape, dtype=np.bool_), alone
        middle = self._likely_middle(costs, own, scale)
        entered = starters(own, plan.starters, middle)
        raced = race(entered, plan, scale, lambda *trial: self._trial(scale, *trial), middle)
        if raced is None:
            return None
        region = self._region(raced, own, scale, costs.shape[-1])
        return *self._choice(raced, region, scale), region, raced

    def _values(self, table: SweepTable) -> Floats:
        """Return the measure of each run: (cells, seeds)."""
        values = run_values(table, self.measure, self._training.target_error)
        return values.reshape(-1, values.shape[-1])

    def _errors(self, table: SweepTable) -> Floats:
        values = run_values(table, "error", self._training.target_error)
        return values.reshape(-1, values.shape[-1])

    def _scale(self, table: SweepTable) -> CostScale:
        if self.measure == "success":
            return CostScale.of(self._errors(table), by_mean=True)
        limit = float(self._training.epochs) if self.measure == "epochs" else None
        return CostScale.of(self._values(table), limit)

    def _costs(self, table: SweepTable, scale: CostScale) -> Floats:
        """Return the cost of each run: (cells, seeds)."""
        if self.measure != "success":
            return scale.costs(self._values(table))
        return 1.0 - self._values(table) + TIE * scale.shares(self._errors(table))

    def _plan(self, own: Floats) -> Plan:
        """Return what the grid's work allows; `own` holds the cells' scores."""
        table, shared = self.sweep.table, self.sweep.shared
        if not self._seeds_matter():
            return Plan.without_noise(own.size)
        epochs = table.epochs.reshape(own.size, -1)
        each = max(1.0, float(epochs[starters(own, LIKELY)].mean()))
        small = isinstance(shared.task, NetworkTask) and shared.task.batch_size < SMALL_BATCH
        budget = SHARE * float(epochs.sum()) / each / (PRICE if small else 1.0)
        return Plan.of(budget, own.size, LEAST_ROUND, self._hold_out)

    def _seeds_matter(self) -> bool:
        """Return whether two seeds differ, in where they start or in the order of items."""
        task = self.sweep.shared.task
        seeds = fresh_seeds(self.sweep.grid, 0, 2)
        starts = self.sweep.shared.from_seeds(self._setup, seeds).weights
        shuffled = self._training.order == "shuffled" and isinstance(task, NetworkTask)
        return bool((starts[0] != starts[1]).any()) or (shuffled and task.batch_size < task.items_per_epoch)

    def _limit(self, costs: Floats, scale: CostScale, seeds: int) -> float:
        """Return the score up to which a cell known from a few seeds may be as good as one with these costs (runs,)."""
        picks = np.random.default_rng(seeds).integers(0, len(costs), (RESAMPLES, seeds))
        near = scale.difference(NEAR)
        return max(float(np.quantile(scale.scores(costs[picks]), PLAUSIBLE)), float(scale.scores(costs)) + near)

    def _likely_middle(self, costs: Floats, own: Floats, scale: CostScale) -> int:
        """Return the cell in the middle of the region as far as the grid can tell: around the best neighbourhood."""
        best = int(np.argmin(smoothed(own)))
        near = np.zeros(own.shape, dtype=np.bool_)
        near[np.unravel_index(best, own.shape)] = True
        pool = np.nansum(around(near), axis=0).ravel() > 0
        marks = own <= self._limit(costs[pool].ravel(), scale, costs.shape[-1])
        depth = self._depth(cleared(marks, best), best)
        return int(np.lexsort((smoothed(own).ravel(), -depth))[0])

    def _region(self, raced: Raced, own: Floats, scale: CostScale, seeds: int) -> NDArray[np.bool_]:
        """Return the cells that cannot be told from the leader, without islands: (rules, learning rates, momenta)."""
        leader = raced.costs[raced.leader]
        marks = (own <= self._limit(leader, scale, seeds)).ravel()
        for cell, costs in zip(raced.cells.tolist(), raced.costs, strict=True):
            known = ~np.isnan(costs)
            marks[cell] = not told_apart(costs[None, known], leader[known], scale)[0]
        return cleared(marks.reshape(own.shape), int(raced.cells[raced.leader]))

    def _depth(self, region: NDArray[np.bool_], cell: int) -> Floats:
        """Return how deep in a region each cell of this one's rule is, (cells,); 0 for other rules' cells."""
        depth = depths(region)
        rule = np.unravel_index(cell, region.shape)[0]
        return np.where(np.arange(len(region))[:, None, None] == rule, depth, 0.0).ravel()

    def _choice(self, raced: Raced, region: NDArray[np.bool_], scale: CostScale) -> tuple[int, bool]:
        """Return the cell to use, and whether it is in the middle of the region.

        It is the deepest of the cells that are left, as far as they are not much worse than the leader.
        """
        leader = int(raced.cells[raced.leader])
        depth = self._depth(region, leader)
        ends = raced.costs[raced.tied]
        score = scale.scores(ends)
        allowed = scale.difference(AS_GOOD)
        as_good = score - scale.scores(raced.costs[raced.leader]) <= allowed
        cells = raced.cells[raced.tied][as_good]
        chosen = int(cells[np.lexsort((score[as_good], -depth[cells]))[0]])
        return chosen, bool(depth[chosen] > 1 and depth[chosen] >= MIDDLE * depth.max())


def cleared(marks: NDArray[np.bool_], cell: int) -> NDArray[np.bool_]:
    """Return the marks without islands and holes; of the rule of one cell, only what hangs together with that."""
    place = np.unravel_index(cell, marks.shape)
    keep = np.zeros(marks.shape, dtype=np.bool_)
    keep[place] = True
    region = without_islands(marks, keep)
    region[place[0]] = connected(region, place)[place[0]]  # type: ignore[arg-type]
    return region


def starters(own: Floats, count: int, first: int | None = None) -> NDArray[np.int64]:
    """Return the cells that look best by their scores smoothed over neighbours, and the one with the best score.

    first: a cell that is among them in any case.
    """
    by_neighbours = np.argsort(smoothed(own).ravel(), kind="stable")
    chosen = dict.fromkeys(([] if first is None else [first]) + [int(own.argmin()), *by_neighbours[:count].tolist()])
    return np.array(list(chosen)[:count], dtype=np.int64)


def cell_at(grid: Grid, place: int) -> Cell:
    """Return the cell of a number in C order over (rules, learning rates, momenta)."""
    return Cell(*(int(number) for number in np.unravel_index(place, grid.shape[:-1])))
