"""`sweep`: train a grid of learning rates and momenta, and give back the best settings and every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from momentum_gui.engine.population import Outcome
from momentum_gui.interface.experiments import make_experiment
from momentum_gui.interface.results import import_pandas
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.answer import find_answer
from momentum_gui.lab.sweep.block import Shared
from momentum_gui.lab.sweep.confirming.confirmer import Confirmer
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.measures import check_measure
from momentum_gui.lab.sweep.runner import Sweep
from momentum_gui.lab.sweep.table import SweepTable

Values = str | float | Sequence[float]


@dataclass(frozen=True)
class Best:
    """The best settings of a sweep, and what they reach.

    `value` and `quartiles` are measured on `seeds` fresh seeds that took no part in choosing, `failed` of which failed;
    with 0 of them they are the grid's own. `grid_value` is the best number in the grid.
    """

    rule: str
    learning_rate: float
    momentum: float
    value: float
    quartiles: tuple[float, float]
    seeds: int
    failed: int
    grid_value: float


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult:
    """A sweep that was done: `best` is None where every cell failed; `sentence` says what to do and how sure it is."""

    experiment: Experiment
    measure: str
    best: Best | None
    sentence: str
    table: SweepTable

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for each cell and seed. Raises ImportError where pandas is not
        installed."""
        return import_pandas().DataFrame(self.columns())

    def columns(self) -> dict[str, Any]:
        """Return the columns of `to_pandas` as arrays, one entry for each cell and seed."""
        grid = self.table.grid
        rule, rate, momentum = grid.settings(np.arange(grid.runs))
        seeds = np.array(grid.seeds)[grid.seed_numbers(np.arange(grid.runs))]
        return {
            "rule": [grid.rules[number] for number in rule.tolist()],
            "learning_rate": rate, "momentum": momentum, "seed": seeds,
            "outcome": [Outcome(number).name.lower() for number in self.table.outcome.tolist()],
            "epochs": self.table.epochs, "error": self.table.error,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"<SweepResult of {self.table.grid.cells} cells: {self.sentence}>"


def sweep(
    experiment: str | Path | Experiment | None = None,
    *,
    learning_rate: Values = "0.001:1:21:log",
    momentum: Values = "0:0.95:20",
    seeds: int = 1,
    rules: Sequence[str] = (),
    measure: str = "error",
    confirm: int | None = None,
    X: Any = None,
    y: Any = None,
    engine: str = "auto",
    **settings: Any,
) -> SweepResult:
    """Train every learning rate with every momentum, and each with `seeds` seeds.

    Ranges are texts as on the command line (`"0.01:1:21:log"`), numbers, or lists of numbers. The runs of the
    experiment take no part: [training] is varied. `confirm` is how many fresh seeds measure the answer: by default as
    many as the budget allows, with 0 none. Raises BadInputError.
    """
    made = make_experiment(experiment, X, y, settings)
    grid = Grid.of(made, text(learning_rate), text(momentum), seeds=seeds, rules=list(rules))
    shared = Shared.of(made, grid, engine)
    check_measure(measure, made.training, held_out=shared.held_out)
    if confirm is not None and confirm < 0:
        raise BadInputError(f"confirm = {confirm!r}: allowed is a whole number, 0 or more")
    work = Sweep(made, grid, shared=shared)
    for _ in work.results():
        pass
    confirmation = None if confirm == 0 else Confirmer(work, measure, hold_out=confirm).run()
    found = find_answer(work.table, measure, made.training.target_error, confirmation)
    if found is None:
        return SweepResult(made, measure, None, "No cell succeeded.", work.table)
    best = Best(
        rule=found.rule, learning_rate=found.learning_rate, momentum=found.momentum, value=found.value,
        quartiles=(found.low, found.high), seeds=0 if confirmation is None else confirmation.seeds,
        failed=0 if confirmation is None else confirmation.failed, grid_value=found.grid_value,
    )  # fmt: skip
    return SweepResult(made, measure, best, found.sentence(), work.table)


def text(values: Values) -> str:
    """Return the values of an axis as the command line writes them."""
    if isinstance(values, str):
        return values
    return ",".join(repr(float(value)) for value in np.atleast_1d(np.asarray(values, dtype=np.float64)).tolist())
