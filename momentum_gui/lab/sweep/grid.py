"""The grid of a sweep: rules × learning rates × momenta, each cell trained with several seeds, coarse cells first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from momentum_gui.engine.rules import Rule
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.experiment.experiment import rules_with
from momentum_gui.lab.settings import OwnRule
from momentum_gui.lab.sweep.axis import LEARNING_RATE, MOMENTUM, Axis

MOST_RUNS = 5_000_000
LARGEST_SEED = 4_294_967_295
COARSEST = 5
"""The first pass over the grid has at least this many values along an axis that has as many."""


class Cell(NamedTuple):
    """The place of a cell in the grid: numbers of its rule, learning rate and momentum."""

    rule: int
    learning_rate: int
    momentum: int


@dataclass(frozen=True)
class Grid:
    """What a sweep trains: every rule with every learning rate and momentum, from every seed.

    Runs are numbered in C order over `shape` = (rules, learning rates, momenta, seeds); so are the rows of the CSV.
    Raises BadInputError where there are too many.
    """

    learning_rate: Axis
    momentum: Axis
    rules: tuple[str, ...]
    seeds: tuple[int, ...]
    own_rules: tuple[OwnRule, ...] = ()

    def __post_init__(self) -> None:
        if self.runs > MOST_RUNS:
            raise BadInputError(
                f"the sweep has {self.cells:,} cells × {len(self.seeds)} seeds = {self.runs:,} trainings: "
                f"allowed are up to {MOST_RUNS:,}"
            )

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        learning_rate: str,
        momentum: str,
        *,
        seeds: int = 1,
        rules: Sequence[str] = (),
        option: str = "{}",
    ) -> Grid:
        """Return the grid from texts like `0.001:1:41:log`; the rule, and the first seed, default to the experiment's.

        `option` is how errors name a setting: `--{}` on the command line. Raises BadInputError.
        """

        def key(name: str) -> str:
            return option.format(name)

        first = experiment.training.seed
        most = min(10_000, LARGEST_SEED - first + 1)
        if not 1 <= seeds <= most:
            raise BadInputError(f"{key('seeds')} {seeds}: allowed is a whole number from 1 to {most}")
        chosen = tuple(rules) or (experiment.training.rule,)
        for rule in chosen:
            if rule not in experiment.rules:
                raise BadInputError(f"{key('rule')} {rule}: allowed are {', '.join(experiment.rules)}")
        if len(set(chosen)) < len(chosen):
            raise BadInputError(f"{key('rule')} {', '.join(chosen)}: give each rule once")
        return cls(
            Axis.parse(LEARNING_RATE, learning_rate, key("learning-rate")),
            Axis.parse(MOMENTUM, momentum, key("momentum")),
            chosen,
            tuple(range(first, first + seeds)),
            tuple(experiment.rule),
        )

    def rule(self, id: str) -> Rule:
        """Return the rule of that id: a built-in one, or one of the experiment's own. Raises KeyError."""
        return rules_with(self.own_rules)[id]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Rules, learning rates, momenta, seeds."""
        return len(self.rules), len(self.learning_rate), len(self.momentum), len(self.seeds)

    @property
    def cells(self) -> int:
        """How many settings are tried."""
        return len(self.rules) * len(self.learning_rate) * len(self.momentum)

    @property
    def runs(self) -> int:
        """How many trainings there are: one for each cell and seed."""
        return self.cells * len(self.seeds)

    def inside(self, learning_rates: tuple[float, float], momenta: tuple[float, float]) -> Grid:
        """Return a finer grid of as many cells within a box of this one. Raises BadInputError for a box without
        width."""
        return replaced(
            self, learning_rate=self.learning_rate.inside(*learning_rates), momentum=self.momentum.inside(*momenta)
        )

    def settings(self, runs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Of these runs: the number of the rule, the learning rate and the momentum, (runs,) each."""
        rule, rate, momentum, _ = np.unravel_index(runs, self.shape)
        return rule, np.array(self.learning_rate.values)[rate], np.array(self.momentum.values)[momentum]

    def seed_numbers(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which of the seeds these runs train with, (runs,)."""
        return np.asarray(runs % len(self.seeds), dtype=np.int64)

    def experiment_of(self, experiment: Experiment, cell: Cell, seed: int = 0) -> Experiment:
        """Return the experiment that trains one cell alone, with its seed-th seed: the same numbers, and a run to look
        at."""
        training = replace(
            experiment.training,
            rule=self.rules[cell.rule],
            learning_rate=self.learning_rate.values[cell.learning_rate],
            momentum=self.momentum.values[cell.momentum],
            seed=self.seeds[seed],
        )
        return replace(experiment, training=training, run=[])

    def levels(self) -> NDArray[np.int64]:
        """Return how coarse a pass each cell belongs to, (learning rates, momenta): 0 is the finest."""
        first, second = coarseness(len(self.learning_rate)), coarseness(len(self.momentum))
        top = max(first, second)
        rows = axis_levels(len(self.learning_rate), first, top)
        return np.minimum(rows[:, None], axis_levels(len(self.momentum), second, top))

    def extent(self, level: int) -> tuple[int, int]:
        """Return how many learning rates and momenta a cell of that level covers until finer ones are trained."""
        first, second = coarseness(len(self.learning_rate)), coarseness(len(self.momentum))
        return 1 << min(level, first), 1 << min(level, second)

    def coarse_to_fine(self) -> NDArray[np.int64]:
        """Return all cells, (cells,), numbered in C order over (rules, learning rates, momenta): the coarse passes
        first."""
        levels = np.tile(self.levels().ravel(), len(self.rules))
        # Rules side by side within a pass, so that their maps fill at the same pace.
        place = np.tile(np.arange(levels.size // len(self.rules)), len(self.rules))
        return np.lexsort((place, -levels)).astype(np.int64)


def coarseness(count: int) -> int:
    """Return the exponent of the first stride along an axis: the largest power of two that leaves enough values."""
    level = 0
    while -(-count // (2 << level)) >= COARSEST:
        level += 1
    return level


def axis_levels(count: int, own: int, top: int) -> NDArray[np.int64]:
    """Return the coarsest pass, up to `top`, in which each value along an axis takes part, (count,)."""
    numbers = np.arange(count)
    levels = np.zeros(count, dtype=np.int64)
    for level in range(1, top + 1):
        levels[numbers % (1 << min(level, own)) == 0] = level
    return levels
