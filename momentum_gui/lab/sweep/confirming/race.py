"""The race after a grid: the best cells get fresh seeds, the same for all, and the worse half drops out each round.

Successive halving (Karnin, Koren and Somekh 2013; Jamieson and Talwalkar 2016) with common random numbers: every cell
still in the race is trained from the same seeds, so that the differences between cells carry less noise than the cells.
Pure decisions on arrays; who trains the cells is told by a function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""A cell's score is the mean of these quantiles of its costs: from the median to nearly the worst."""
SMALLEST = 1e-15
"""Smaller numbers differ by rounding only, and count as equal."""
PENALTY = 10.0
"""A run that failed counts as this many times worse than nearly the worst run that did not (PAR10)."""
WORST_SHARE = 0.95
LEAST_SEEDS = 3
"""The first round trains each cell from at least this many seeds."""
MOST_ROUNDS = 5
MOST_RACE_SEEDS = 256
LEAST_HOLD_OUT, MOST_HOLD_OUT = 12, 128
HOLD_OUT_SHARE = 0.33
"""The share of the budget that measures the winner."""
RESAMPLES = 200
CONFIDENCE = 0.95
NEAR = 0.10
"""Cells whose scores differ by less than this share are as good as each other, however sure the difference is."""
AS_GOOD = 0.25
"""A cell in the middle of the region is preferred unless it scores worse than the leader by more than this share."""
NEAR_SUCCESS = 0.02
"""So near, in the share of seeds that succeed, cells are as good as each other."""


@dataclass(frozen=True)
class CostScale:
    """How a measure's values become costs: the lower the better, finite throughout, in logarithms if `log`.

    floor, worst: values are clipped to this range before they are compared; a failure (inf) costs `worst`.
    """

    log: bool
    floor: float
    worst: float
    by_mean: bool = False
    """Whether a cell's score is the mean of its costs, as a rate of success is."""

    @classmethod
    def of(cls, values: Floats, limit: float | None = None, *, by_mean: bool = False) -> CostScale:
        """Return the scale for the values of a grid; `limit` is the largest a value may be, where there is one."""
        finite = values[np.isfinite(values)]
        if not len(finite):
            return cls(False, 0.0, 1.0, by_mean)
        high = float(np.quantile(finite, WORST_SHARE)) if limit is None else limit
        low = float(finite.min())
        if low >= 0:
            return cls(True, SMALLEST, max(PENALTY * high, 2 * SMALLEST), by_mean)
        return cls(False, low, high + PENALTY * max(high - low, SMALLEST), by_mean)

    def difference(self, share: float) -> float:
        """Return the difference of two scores of which one is worse by this share; 0 where numbers may be negative."""
        if self.by_mean:
            return NEAR_SUCCESS
        return float(np.log1p(share)) if self.log else 0.0

    def costs(self, values: Floats) -> Floats:
        """Return the costs of some values, in their shape."""
        clipped = np.clip(np.where(np.isnan(values), np.inf, values), self.floor, self.worst)
        return np.log(clipped) if self.log else clipped

    def shares(self, values: Floats) -> Floats:
        """Return the costs of some values as shares of the scale, 0 to 1."""
        low, high = self.costs(np.array([self.floor, self.worst]))
        return np.asarray((self.costs(values) - low) / (high - low))

    def scores(self, costs: Floats) -> Floats:
        """Return a number for each cell from its costs, over the last axis: the mean of the quantiles at `LEVELS`."""
        if self.by_mean:
            return np.asarray(costs.mean(axis=-1))
        return np.asarray(np.quantile(costs, LEVELS, axis=-1).mean(axis=0))


@dataclass(frozen=True)
class Plan:
    """How a budget is spent: `rounds` of halving from `starters` cells, `seeds` in the first round; then `hold_out`.

    Each round trains half as many cells from twice as many new seeds as the one before.
    """

    starters: int
    seeds: int
    rounds: int
    hold_out: int

    @classmethod
    def of(cls, budget: float, cells: int, least: int = 1, hold_out: int | None = None) -> Plan:
        """Return the plan for a budget in trainings, at the least a short race and a dozen seeds for the winner.

        least: a round of fewer trainings takes as long as one of this many. hold_out: seeds that measure the winner.
        """
        share = HOLD_OUT_SHARE * budget
        final = min(max(LEAST_HOLD_OUT, int(share)), MOST_HOLD_OUT) if hold_out is None else hold_out
        rest = budget - min(max(least, final), share)
        most = min(MOST_ROUNDS, max(cells - 1, 0).bit_length())

        def cost(rounds: int) -> int:
            return rounds * max(least, LEAST_SEEDS << rounds)

        rounds = next((number for number in range(most, 1, -1) if cost(number) <= rest), min(most, 1))
        if rounds == 0:
            return cls(cells, 0, 0, final)
        seeds = max(int(rest) // (rounds << rounds), LEAST_SEEDS)
        return cls(min(1 << rounds, cells), min(seeds, MOST_RACE_SEEDS >> rounds), rounds, final)

    @classmethod
    def without_noise(cls, cells: int) -> Plan:
        """Return the plan where all seeds give the same: one of them is enough for everything."""
        return cls(min(cells, 1 << MOST_ROUNDS), 1, 1, 1)

    @property
    def race_seeds(self) -> int:
        """How many fresh seeds a race takes that goes all its rounds; the hold-out's follow these."""
        return self.seeds * ((1 << self.rounds) - 1)

    @property
    def trainings(self) -> int:
        """How many trainings there are at most."""
        rounds = sum(-(-self.starters // (1 << number)) * (self.seeds << number) for number in range(self.rounds))
        return rounds + self.hold_out


Trainer = Callable[[NDArray[np.int64], int, int], "Floats | None"]
"""Trains cells from `count` fresh seeds, the `first` one on: costs (cells, count), None where it was cancelled."""


@dataclass(frozen=True, eq=False)
class Raced:
    """What a race found.

    cells: (entrants,), numbers of cells. costs: (entrants, seeds), NaN for seeds that a cell did not get. leader: the
    place of the best among the entrants. tied: (entrants,), those of the last round that cannot be told from it, and
    the seeded one if it is as good.
    """

    cells: NDArray[np.int64]
    costs: Floats
    leader: int
    tied: NDArray[np.bool_]

    @property
    def seeds(self) -> int:
        """From how many fresh seeds the leader was trained."""
        return self.costs.shape[1]


def race(starters: NDArray[np.int64], plan: Plan, scale: CostScale, train: Trainer, seeded: int = -1) -> Raced | None:
    """Race some cells; None where the training was cancelled. Ends early where all but one are told to be worse.

    seeded: a cell that drops out only if it is worse than the leader by `AS_GOOD`, whatever its rank.
    """
    costs = np.empty((len(starters), 0))
    running = np.arange(len(starters))
    order, tied = running, running
    for number in range(plan.rounds):
        count = plan.seeds << number
        found = train(starters[running], costs.shape[1], count)
        if found is None:
            return None
        more = np.full((len(starters), count), np.nan)
        more[running] = found
        costs = np.concatenate((costs, more), axis=1)
        score = scale.scores(costs)
        order = running[np.argsort(score[running], kind="stable")]
        better = order[: -(-len(order) // 2)]
        tied = better[~told_apart(costs[better], costs[order[0]], scale)]
        kept = running[(starters[running] == seeded) & (score[running] - score[order[0]] <= scale.difference(AS_GOOD))]
        if not np.isin(kept, tied).all():
            tied = np.append(tied[: max(1, len(better) - 1)], kept)
        running = np.sort(tied)
        if len(running) == 1:
            break
    marks = np.zeros(len(starters), dtype=np.bool_)
    marks[tied] = True
    return Raced(starters, costs, int(order[0]), marks)


def told_apart(costs: Floats, leader: Floats, scale: CostScale) -> NDArray[np.bool_]:
    """Return which cells (cells, seeds) are worse than the leader (seeds,) by more than `NEAR`, with confidence.

    Scores of both are compared on the same resampled seeds (a paired bootstrap, Efron and Tibshirani 1993): they are
    told apart where the leader is that far ahead in `CONFIDENCE` of the samples.
    """
    near = scale.difference(NEAR) + SMALLEST
    seeds = costs.shape[1]
    if seeds == 1:
        return np.asarray(scale.scores(costs) - scale.scores(leader) > near)
    picks = np.random.default_rng(seeds).integers(0, seeds, (RESAMPLES, seeds))
    theirs = scale.scores(leader[picks])
    ahead = [(scale.scores(cell[picks]) - theirs > near).mean() for cell in costs]
    return np.array(ahead) > CONFIDENCE
