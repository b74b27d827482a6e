"""The race after a grid: who is dropped, when it ends, what a budget buys; and the regions it draws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.sweep.confirming.race import CostScale, Plan, Raced, race, told_apart
from momentum_gui.lab.sweep.region import connected, depths, smoothed, without_islands

SCALE = CostScale(log=True, floor=1e-15, worst=100.0)
CELLS = 16


def raced(worth: Floats, noise: float, *, seeded: int = -1, budget: float = 600.0) -> tuple[Raced, list[int], Plan]:
    """Race cells whose costs are their worth with noise, half of it shared by all; also how many ran in each round."""
    generator = np.random.default_rng(5)
    shared, own = generator.normal(0, noise, 400), generator.normal(0, noise, (len(worth), 400))
    plan, sizes = Plan.of(budget, len(worth)), []

    def train(cells: NDArray[np.int64], first: int, count: int) -> Floats:
        sizes.append(len(cells))
        return worth[cells, None] + shared[first : first + count] + own[cells, first : first + count]

    found = race(np.arange(len(worth))[: plan.starters], plan, SCALE, train, seeded)
    assert found is not None
    return found, sizes, plan


def test_the_best_wins_and_the_worse_half_drops_out() -> None:
    """Each round has at most half of the cells of the one before, and the cell that is truly best is left."""
    worth = np.roll(np.linspace(0, 3, CELLS), 5)
    found, sizes, plan = raced(worth, 0.1)
    assert found.cells[found.leader] == worth[: plan.starters].argmin()
    assert sizes[0] == plan.starters
    assert all(later <= -(-earlier // 2) for earlier, later in itertools.pairwise(sizes))


def test_cells_that_are_alike_drop_out_by_rank() -> None:
    """Where nothing can be told apart each round still has half of the cells, from twice as many seeds."""
    _, sizes, plan = raced(np.zeros(CELLS), 0.001)
    assert sizes == [-(-plan.starters // 2**number) for number in range(plan.rounds)]
    assert len(sizes) > 1


def test_a_race_that_is_decided_ends() -> None:
    """Without noise the first round tells all apart: no budget is spent on what is known."""
    _, sizes, _ = raced(np.linspace(0, 30, CELLS), 1e-9)
    assert len(sizes) == 1


def test_a_seeded_cell_stays_unless_it_is_much_worse() -> None:
    """The cell from the middle goes all the way if it is 10 % worse, and drops out if it is twice as bad."""
    worth = np.linspace(0, 0.02, CELLS)
    worth[3] = np.log(1.1)
    found, _, _ = raced(worth, 0.001, seeded=3)
    assert found.tied[3]
    worth[3] = np.log(2)
    found, _, _ = raced(worth, 0.001, seeded=3)
    assert not found.tied[3]


def test_a_cancelled_race_has_no_winner() -> None:
    """Where the training was cancelled there is no answer."""
    assert race(np.arange(4), Plan.of(100.0, 4), SCALE, lambda *_trial: None) is None


def test_cells_are_told_apart_by_their_differences() -> None:
    """On shared seeds 30 % is seen through noise of 100 %; on others it is not; 5 % is nothing."""
    generator = np.random.default_rng(1)
    noise = generator.normal(0, 1, (2, 20))
    pair = np.stack((noise[0] + np.log(1.3), noise[0] + np.log(1.05), noise[1] + np.log(1.3)))
    assert told_apart(pair, noise[0], SCALE).tolist() == [True, False, False]


def test_two_outcomes_are_judged_by_how_often_the_bad_one_comes() -> None:
    """A cell that fails for 30 % of the seeds is worse than one that fails for none, though its median is better."""
    sure, risky = np.full(100, 1e-3), np.where(np.arange(100) % 10 < 3, 0.06, 5e-4)
    assert np.median(risky) < np.median(sure)
    assert SCALE.scores(SCALE.costs(sure)) < SCALE.scores(SCALE.costs(risky))


def test_failures_cost_more_than_any_number_but_not_all() -> None:
    """inf and NaN cost more than all others; numbers below rounding are equal; negative ones are allowed."""
    values = np.array([1e-30, 0.0, 0.5, 2.0, np.inf, np.nan])
    costs = CostScale.of(values).costs(values)
    assert np.isfinite(costs).all()
    assert costs[0] == costs[1]
    assert (costs[:4] < costs[4]).all()
    assert costs[4] == costs[5]
    below = np.array([-2.0, -1.0, 3.0, np.inf])
    assert (np.diff(CostScale.of(below).costs(below)) > 0).all()


@given(st.floats(0, 1e5), st.integers(1, 5000), st.integers(1, 64))
def test_a_plan_keeps_to_its_budget(budget: float, cells: int, least: int) -> None:
    """Beyond the dozen seeds and the short race that there always are, a plan costs no more than its budget."""
    plan = Plan.of(budget, cells, least)
    assert plan.starters <= cells
    assert plan.hold_out >= 12
    assert plan.trainings <= max(budget, 12 + 6 * 2**plan.rounds)
    assert Plan.of(budget, cells, least, hold_out=7).hold_out == 7


def test_islands_go_and_holes_close() -> None:
    """A lone marked cell is no part of a region, a lone hole in one is; what is kept stays."""
    cells = np.zeros((1, 9, 9), dtype=bool)
    cells[0, 1:6, 1:6] = True
    cells[0, 3, 3] = False
    cells[0, 8, 8] = True
    none = np.zeros_like(cells)
    cleared = without_islands(cells, none)
    assert cleared[0, 3, 3]
    assert not cleared[0, 8, 8]
    keep = none.copy()
    keep[0, 8, 8] = True
    assert without_islands(cells, keep)[0, 8, 8]
    assert not connected(cells, (0, 2, 2))[0, 8, 8]
    assert connected(cells, (0, 2, 2)).sum() == cells.sum() - 1


def test_the_deepest_cell_is_in_the_middle() -> None:
    """Of a square the centre is deepest; the grid's edge ends a region; an axis of one value has no edge."""
    cells = np.zeros((1, 9, 9), dtype=bool)
    cells[0, 2:7, 2:7] = True
    assert np.unravel_index(depths(cells).argmax(), cells.shape) == (0, 4, 4)
    assert np.unravel_index(depths(np.ones((1, 5, 7), dtype=bool)).argmax(), (1, 5, 7))[1] == 2
    assert depths(np.ones((1, 5, 1), dtype=bool)).ravel().tolist() == [1, 2, 3, 2, 1]
    assert depths(np.ones((1, 1, 1), dtype=bool)).ravel().tolist() == [1]


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1, 4), (1, 5, 1), (3, 4, 5)])
def test_smoothing_keeps_a_flat_map_flat(shape: tuple[int, int, int]) -> None:
    """Edges, single rows and single cells have fewer neighbours, which changes nothing on a flat map."""
    assert smoothed(np.full(shape, 2.5)) == pytest.approx(np.full(shape, 2.5))
