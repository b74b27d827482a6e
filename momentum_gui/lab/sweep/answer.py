"""What a sweep says: the best cell, how sure that is, the region as good, and a sentence that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from momentum_gui.engine.population import Floats, Outcome
from momentum_gui.engine.rules import RULES
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from momentum_gui.lab.sweep.axis import Axis
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.table import SweepTable

NEAR = 0.10
"""The region holds the cells within this share of the best."""


@dataclass(frozen=True)
class MeasureOfSweep:
    """One way to judge a run: `id` for the command line, and how a cell's number is written in a sentence."""

    id: str
    title: str
    meaning: str
    phrase: str
    higher_is_better: bool = False


MEASURES: dict[str, MeasureOfSweep] = {
    measure.id: measure
    for measure in (
        MeasureOfSweep("error", "Final error", "the training error at the end", "final error {:.4g}"),
        MeasureOfSweep(
            "epochs", "Epochs to target", "epochs until the target error is reached", "{:g} epochs to target"
        ),
        MeasureOfSweep("success", "Success rate", "the share of seeds that succeed", "success rate {:.0%}", True),
        MeasureOfSweep("test_error", "Held-out error", "the error on the held-out items", "held-out error {:.4g}"),
        MeasureOfSweep(
            "area", "Area under the curve", "the mean error over the training", "mean error on the way {:.4g}"
        ),
    )
}


def check_measure(measure: str, training: Training, *, held_out: int, key: str = "measure") -> None:
    """Raises BadInputError for a measure that does not exist, or that this experiment does not have."""
    if measure not in MEASURES:
        raise BadInputError(f"{key} {measure}: allowed are {', '.join(MEASURES)}")
    if measure == "epochs" and training.target_error <= 0:
        raise BadInputError(f"{key} epochs: needs training.target_error above 0, the error to be reached")
    if measure == "test_error" and held_out == 0:
        raise BadInputError(f"{key} test_error: needs items held out: set problem.test_fraction")


def run_values(table: SweepTable, measure: str, target: float) -> Floats:
    """The measure of every run in the grid's shape (rules, learning rates, momenta, seeds); NaN where not known yet.

    A run that diverged, or that did not reach the target where epochs are asked for, has the worst value: inf, and 0
    for success. Without a target (0) a run succeeds by not diverging, with one by reaching it.
    """
    outcome = table.outcome
    if measure == "epochs":
        values = np.where(outcome == Outcome.CONVERGED, table.epochs, np.inf)
    elif measure == "success":
        good = outcome == Outcome.CONVERGED if target > 0 else outcome != Outcome.DIVERGED
        values = good.astype(np.float64)
    else:
        values = np.where(np.isnan(column := getattr(table, measure)), np.inf, column)
        values = np.where(outcome == Outcome.DIVERGED, np.inf, values)
    return table.by_cell(np.where(outcome == Outcome.RUNNING, np.nan, values)).astype(np.float64)


def spread(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Lower quartile, median and upper quartile over the last axis; NaN where a seed is missing, inf where diverged.

    Between two seeds' values as in `np.quantile`, but a seed that diverged makes inf and never inf − inf.
    """
    ordered = np.sort(values, axis=-1)
    missing = np.isnan(values).any(axis=-1)
    return tuple(np.where(missing, np.nan, quantile(ordered, share)) for share in (0.25, 0.5, 0.75))  # type: ignore[return-value]


def quantile(ordered: Floats, share: float) -> Floats:
    """The value below which this share of the last, sorted axis lies."""
    place = (ordered.shape[-1] - 1) * share
    below, above = ordered[..., int(np.floor(place))], ordered[..., int(np.ceil(place))]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(below == above, below, below + (above - below) * (place % 1)))


def cell_values(table: SweepTable, measure: str, target: float) -> tuple[Floats, Floats, Floats]:
    """Lower quartile, the cell's number, and upper quartile: (rules, learning rates, momenta) each.

    A cell's number is the median over its seeds; of success it is the share of seeds.
    """
    values = run_values(table, measure, target)
    if measure == "success":
        share = values.mean(axis=-1)
        return share, share, share
    return spread(values)


@dataclass(frozen=True)
class Answer:
    """The best cell of a sweep and how it stands; `region` (rules, learning rates, momenta) marks cells within 10 %.

    `value` is the cell's number, `low` and `high` its quartiles. `diverged` counts cells with a seed that diverged,
    `done` those known so far.
    """

    grid: Grid
    measure: MeasureOfSweep
    cell: Cell
    rule: str
    learning_rate: float
    momentum: float
    value: float
    low: float
    high: float
    region: NDArray[np.bool_]
    diverged: int
    done: int

    @property
    def region_ranges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """From which to which learning rate, and momentum, the region reaches, within the best cell's rule."""
        rows, columns = np.nonzero(self.region[self.cell.rule])
        rates, momenta = self.grid.learning_rate.values, self.grid.momentum.values
        return (rates[rows.min()], rates[rows.max()]), (momenta[columns.min()], momenta[columns.max()])

    @property
    def edges(self) -> tuple[str, ...]:
        """Which ends of the grid the best cell lies at: there better ones may lie outside."""
        ends = []
        for name, axis, at in (
            ("learning rate", self.grid.learning_rate, self.cell.learning_rate),
            ("momentum", self.grid.momentum, self.cell.momentum),
        ):
            lowest_possible = name == "momentum" and axis.values[0] == 0
            if len(axis) > 1 and at == 0 and not lowest_possible:
                ends.append(f"lowest {name}")
            if len(axis) > 1 and at == len(axis) - 1:
                ends.append(f"highest {name}")
        return tuple(ends)

    def experiment(self, experiment: Experiment) -> Experiment:
        """The experiment with these settings; its [[run]] tables stay."""
        training = replace(
            experiment.training, rule=self.rule, learning_rate=self.learning_rate, momentum=self.momentum
        )
        return replace(experiment, training=training)

    def toml(self) -> str:
        """The settings, as they stand in an experiment file."""
        return (
            f'[training]\nrule = "{self.rule}"\nlearning_rate = {self.learning_rate!r}\nmomentum = {self.momentum!r}\n'
        )

    def sentence(self) -> str:
        """What to do, how good it is, how sure, and what the neighbours do."""
        seeds = len(self.grid.seeds)
        parts = [
            f"Use {RULES[self.rule].title.lower()} with learning rate {self.learning_rate:.4g} and momentum "
            f"{self.momentum:.4g}: {self.measure.phrase.format(self.value)}{self._sureness(seeds)}."
        ]
        near = int(self.region.sum())
        if near > 1:
            (low, high), (slow, fast) = self.region_ranges
            own = int(self.region[self.cell.rule].sum())
            alone = "all" if own == near else f"{own:,} of them"
            whose = "" if len(self.grid.rules) == 1 else f"{alone} of this rule, "
            parts.append(
                f"{near:,} of {self.done:,} cells come within 10 % of it, "
                f"{whose}with rates {between(low, high)} and momenta {between(slow, fast)}."
            )
        else:
            parts.append(f"No other of {self.done:,} cells comes within 10 % of it: it is sharp.")
        if self.edges:
            parts.append(f"It lies at the {' and '.join(self.edges)} tried: go further there.")
        if self.diverged:
            parts.append(f"{self.diverged:,} cell{'s diverge' if self.diverged > 1 else ' diverges'}.")
        return " ".join(parts)

    def _sureness(self, seeds: int) -> str:
        if seeds == 1:
            return ", from one seed: more seeds would say how sure that is"
        if self.measure.id == "success":
            return f" over {seeds} seeds"
        same = self.low == self.high
        return f", the median of {seeds} seeds" + ("" if same else f" (quartiles {self.low:.4g} to {self.high:.4g})")


def between(low: float, high: float) -> str:
    """`from a to b`, or one number."""
    return f"from {low:.3g} to {high:.3g}" if high > low else f"of {low:.3g}"


def find_answer(table: SweepTable, measure: str, target: float) -> Answer | None:
    """The answer from the cells known so far; None where every one of them failed, or none is known.

    Ties are broken by the final error, then by its spread: of several cells that all succeed the most accurate counts.
    """
    kind = MEASURES[measure]
    low, value, high = cell_values(table, measure, target)
    cost = -value if kind.higher_is_better else value
    usable = ~np.isnan(value) & np.isfinite(value) & ((value > 0) | (not kind.higher_is_better))
    if not usable.any():
        return None
    error_low, error, error_high = spread(run_values(table, "error", target))
    with np.errstate(invalid="ignore"):
        keys = [np.where(np.isfinite(part), part, np.inf)[usable] for part in (error_high - error_low, error, cost)]
    places = np.flatnonzero(usable)
    best = int(places[np.lexsort(keys)[0]])
    cell = Cell(*(int(number) for number in np.unravel_index(best, value.shape)))
    # At 0 nothing is within 10 %, so what differs only in rounding counts as the same.
    limit = (1 - NEAR) * value[cell] if kind.higher_is_better else (1 + NEAR) * value[cell] + 1e-15
    region = usable & (value >= limit if kind.higher_is_better else value <= limit)
    grid = table.grid
    diverged = table.by_cell(table.outcome == Outcome.DIVERGED).any(axis=-1)
    return Answer(
        grid=grid,
        measure=kind,
        cell=cell,
        rule=grid.rules[cell.rule],
        learning_rate=grid.learning_rate.values[cell.learning_rate],
        momentum=grid.momentum.values[cell.momentum],
        value=float(value[cell]),
        low=float(low[cell]),
        high=float(high[cell]),
        region=region,
        diverged=int(diverged.sum()),
        done=int(table.known_cells().sum()),
    )


@dataclass(frozen=True)
class Cut:
    """A one-dimensional cut through the grid: along `axis`, the cell's number and its band from `low` to `high`."""

    axis: Axis
    low: Floats
    value: Floats
    high: Floats


def cuts_through(table: SweepTable, cell: Cell, measure: str, target: float) -> tuple[Cut, Cut]:
    """The cuts along the learning rates and along the momenta through one cell: curves with the band of quartiles.

    inf where a cell diverged, NaN where it is not known yet.
    """
    parts = cell_values(table, measure, target)
    grid = table.grid
    rates = Cut(grid.learning_rate, *(part[cell.rule, :, cell.momentum] for part in parts))
    momenta = Cut(grid.momentum, *(part[cell.rule, cell.learning_rate, :] for part in parts))
    return rates, momenta
