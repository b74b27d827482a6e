"""The table's rows, and the list of the functions that measure them: another group of rows is one more entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from benchmarks.measure import Pair

GROUPS = ("online", "population", "sweep", "batches", "surface", "rules", "scaling", "window", "window_sweep")
"""Modules of this package, each with a TITLE and a function `rows()` that yields what it measures, row by row."""


@dataclass(frozen=True)
class Row:
    """One line of the table. Figures are texts, so that a group may show what suits it."""

    what: str
    against: str
    ours: str
    theirs: str
    ratio: str
    goal: str
    met: bool | None  # None where there is no goal


@dataclass(frozen=True)
class Missing:
    """A row that could not be measured, and why."""

    what: str
    reason: str


Rows = Callable[[], Iterator[Row | Missing]]


def group(name: str) -> tuple[str, Rows, str]:
    """The title and the rows of a group, and what is to be said below them, if anything."""
    module = import_module(f"benchmarks.{name}")
    return module.TITLE, module.rows, getattr(module, "NOTES", "")


def faster(what: str, against: str, pair: Pair, goal: float | None, *, unit: str = "µs") -> Row:
    """A row of a pair: the ratio is how many times faster this program is."""
    return Row(
        what,
        against,
        f"{pair.ours:.4g} {unit}",
        f"{pair.theirs:.4g} {unit}",
        f"{pair.ratio:.2f} × ({pair.low:.2f}–{pair.high:.2f})",
        "" if goal is None else f"≥ {goal:g} ×",
        None if goal is None else pair.ratio >= goal,
    )


def share_of_time(what: str, against: str, pair: Pair, goal: float) -> Row:
    """A row of a pair: the ratio is this program's share of the peer's time."""
    return Row(
        what,
        against,
        f"{pair.ours:.4g} µs",
        f"{pair.theirs:.4g} µs",
        f"{1 / pair.ratio:.2f} of its time ({1 / pair.high:.2f}–{1 / pair.low:.2f})",
        f"≤ {goal:g}",
        1 / pair.ratio <= goal,
    )
