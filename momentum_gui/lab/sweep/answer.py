"""What a sweep says: the cell to use, how sure that is, the region as good, and a sentence that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.confirming.confirmation import FAR, Confirmation
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.measures import MEASURES, MeasureOfSweep, cell_values, run_values, spread
from momentum_gui.lab.sweep.table import SweepTable

NEAR = 0.10
"""Without fresh seeds the region holds the cells within this share of the best."""


@dataclass(frozen=True)
class Answer:
    """The cell of a sweep to use, and how good it is.

    `value` is the cell's number, `low` and `high` its quartiles: with a `confirmation` on fresh seeds, else on the
    grid's own. `grid_value` is the best number in the grid, `grid_cell` where. `region` (rules, learning rates,
    momenta) marks the cells as good: those that cannot be told from this one, or, unconfirmed, those within 10 %.
    `diverged` counts cells with a seed that diverged, `done` those known so far.
    """

    grid: Grid
    measure: MeasureOfSweep
    cell: Cell
    value: float
    low: float
    high: float
    grid_cell: Cell
    grid_value: float
    region: NDArray[np.bool_]
    diverged: int
    done: int
    confirmation: Confirmation | None = None

    @property
    def rule(self) -> str:
        """The id of its rule."""
        return self.grid.rules[self.cell.rule]

    @property
    def learning_rate(self) -> float:
        """Its learning rate."""
        return self.grid.learning_rate.values[self.cell.learning_rate]

    @property
    def momentum(self) -> float:
        """Its momentum factor."""
        return self.grid.momentum.values[self.cell.momentum]

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
        """Return the experiment with these settings; its [[run]] tables stay."""
        training = replace(
            experiment.training, rule=self.rule, learning_rate=self.learning_rate, momentum=self.momentum
        )
        return replace(experiment, training=training)

    def toml(self) -> str:
        """Return the settings as an experiment file gives them."""
        return (
            f'[training]\nrule = "{self.rule}"\nlearning_rate = {self.learning_rate!r}\nmomentum = {self.momentum!r}\n'
        )

    def sentence(self) -> str:
        """Return what to do, how good it is, how sure, what the neighbours do, and what the grid alone would have
        said."""
        parts = [
            f"Use {self.grid.rule(self.rule).title.lower()} with learning rate {self.learning_rate:.4g} and momentum "
            f"{self.momentum:.4g}: {self.measure.phrase.format(self.value)}{self._sureness()}.",
            *self._failures(),
            *([self._neighbours()] if self.grid.cells > 1 else []),
            *self._claim_of_grid(),
        ]
        if self.edges:
            parts.append(f"It lies at the {' and '.join(self.edges)} tried: go further there.")
        if self.diverged:
            parts.append(f"{self.diverged:,} cell{'s diverge' if self.diverged > 1 else ' diverges'}.")
        return " ".join(parts)

    def _sureness(self) -> str:
        """Of how many seeds the number is one, and how far they spread."""
        fresh = self.confirmation is not None
        seeds = len(self.grid.seeds) if self.confirmation is None else self.confirmation.seeds
        if seeds == 1:
            return ", the same from a fresh seed" if fresh else ", from one seed and not confirmed on fresh ones"
        kind = "fresh seeds" if fresh else "seeds"
        after = "" if fresh else ", not confirmed on fresh ones"
        if self.measure.id == "success":
            return f" over {seeds} {kind}{after}"
        spread = "" if self.low == self.high else f" (quartiles {self.low:.4g} to {self.high:.4g})"
        return f", the median of {seeds} {kind}{spread}{after}"

    def _failures(self) -> list[str]:
        """Return how many of the fresh seeds failed, or ended far off."""
        found = self.confirmation
        if found is None or found.seeds == 1:
            return []
        failed = f"{found.failed} of them failed" if found.failed else "None of them failed"
        return [f"{failed}, {found.far} ended more than {FAR:g} times higher." if found.far else f"{failed}."]

    def _neighbours(self) -> str:
        """Return how many cells are as good, where they are, and where among them this one is."""
        near, found = int(self.region.sum()), self.confirmation
        tie = "come within 10 % of it" if found is None else "cannot be told from it"
        if near == 1:
            last = "comes within 10 % of it" if found is None else "is as good"
            return f"No other of {self.done:,} cells {last}: the best settings are sharply defined."
        (low, high), (slow, fast) = self.region_ranges
        own = int(self.region[self.cell.rule].sum())
        alone = "all" if own == near else f"{own:,} of them"
        whose = "" if len(self.grid.rules) == 1 else f"{alone} of this rule, "
        why = ""
        if found is not None and found.middle:
            why = "; it was chosen because it lies in the middle of them"
        elif found is not None:
            why = "; it was chosen because it did best in the race"
        return (
            f"{near:,} of {self.done:,} cells {tie}, {whose}with rates {between(low, high)} and momenta "
            f"{between(slow, fast)}{why}."
        )

    def _claim_of_grid(self) -> list[str]:
        """Return what the grid alone would have claimed."""
        if self.confirmation is None or self.grid_value == self.value:
            return []
        claim = self.measure.phrase.format(self.grid_value)
        if self.grid_cell == self.cell:
            return [f"The grid alone would have claimed {claim} for it."]
        rule, rate, momentum = self.grid_cell
        whose = "" if len(self.grid.rules) == 1 else f"{self.grid.rule(self.grid.rules[rule]).title.lower()}, "
        rate_text, momentum_text = self.grid.learning_rate.values[rate], self.grid.momentum.values[momentum]
        return [
            f"The grid alone would have claimed {claim}, for {whose}learning rate {rate_text:.4g} and momentum "
            f"{momentum_text:.4g}."
        ]


def between(low: float, high: float) -> str:
    """`from a to b`, or one number."""
    return f"from {low:.3g} to {high:.3g}" if high > low else f"of {low:.3g}"


def find_answer(
    table: SweepTable, measure: str, target: float, confirmation: Confirmation | None = None
) -> Answer | None:
    """Return the answer from the cells known so far; None where every one of them failed, or none is known.

    confirmation: what fresh seeds say; one by another measure is not heeded. Without it the cell with the best number
    is the answer. Ties are broken by the final error, then by its spread.
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
    near = NEAR * abs(value[cell]) + 1e-15
    region = usable & (value >= value[cell] - near if kind.higher_is_better else value <= value[cell] + near)
    chosen, numbers = cell, (float(low[cell]), float(value[cell]), float(high[cell]))
    if confirmation is not None and confirmation.measure == measure:
        chosen, numbers, region = confirmation.cell, confirmation.quartiles(), confirmation.region.copy()
        region[chosen] = True  # an island of another rule than the leader's may have been cleared
    else:
        confirmation = None
    diverged = table.by_cell(table.outcome == Outcome.DIVERGED).any(axis=-1)
    return Answer(
        grid=table.grid,
        measure=kind,
        cell=chosen,
        value=numbers[1],
        low=numbers[0],
        high=numbers[2],
        grid_cell=cell,
        grid_value=float(value[cell]),
        region=region,
        diverged=int(diverged.sum()),
        done=int(table.known_cells().sum()),
        confirmation=confirmation,
    )
