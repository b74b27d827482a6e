"""The contents of the map of convergence, computed outside the window: rates, regimes, their borders and names."""

from __future__ import annotations

import math
from dataclasses import dataclass

import contourpy
import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analysis.convergence import Best, RateMap, Regime, best_settings, rate_map
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import Rule

COLUMNS, ROWS = 201, 121
HIGHEST_MOMENTUM = 0.99
SHORTEST_BORDER = 12
"""Points of a border; the grid cuts slivers of a regime along the edge of stability into specks, which say nothing."""

Line = tuple[Floats, Floats]


@dataclass(frozen=True)
class ChartWanted:
    """A map to make: of a rule (its id), for curvatures from `smallest` to `largest` with a spread over the batches,
    with room for some rates."""

    rule: Rule
    smallest: float
    largest: float
    learning_rates: tuple[float, ...]
    spread: float = 1.0


@dataclass(frozen=True, eq=False)
class Chart:
    """A map over learning rates (COLUMNS,) and momenta (ROWS,), with the best settings; `names` is where each regime's
    name stands, (row, column), where there is room for it."""

    wanted: ChartWanted
    best: Best
    rates: Floats
    momenta: Floats
    map: RateMap
    borders: tuple[Line, ...]
    names: dict[Regime, tuple[int, int]]


def chart(wanted: ChartWanted) -> Chart:
    """Make a map; where the best settings have to be searched for, that takes some tenths of a second."""
    rule, low, high = wanted.rule, wanted.smallest, wanted.largest
    best = best_settings(rule, low, high, wanted.spread)
    rates = (*wanted.learning_rates, best.learning_rate)
    # Whole half decades, so that the map does not creep while curvatures change a little.
    first = math.floor(2 * math.log10(min(0.03 / high, 0.5 * min(rates)))) / 2
    last = math.ceil(2 * math.log10(max(6 / high, 2 * max(rates)))) / 2
    learning_rates, momenta = np.geomspace(10.0**first, 10.0**last, COLUMNS), np.linspace(0, HIGHEST_MOMENTUM, ROWS)
    made = rate_map(rule, learning_rates, momenta, low, high, wanted.spread)
    places = {regime: middle(made.regimes == regime) for regime in Regime}
    names = {regime: place for regime, place in places.items() if place is not None}
    lines = borders(made.regimes, np.log10(learning_rates), momenta)
    return Chart(wanted, best, learning_rates, momenta, made, lines, names)


def borders(regimes: NDArray[np.int8], xs: Floats, ys: Floats) -> tuple[Line, ...]:
    """Return the lines (x, y) between the regimes of a map (len(ys), len(xs))."""
    lines: list[Line] = []
    for regime in Regime:
        inside = (regimes == regime).astype(np.float64)
        if inside.min() == inside.max():
            continue
        found = (np.asarray(line) for line in contourpy.contour_generator(xs, ys, inside).lines(0.5))
        lines += [(line[:, 0], line[:, 1]) for line in found if len(line) >= SHORTEST_BORDER]
    return tuple(lines)


def middle(inside: NDArray[np.bool_], least: int = 7) -> tuple[int, int] | None:
    """Row and column of the cell of a region that is furthest from its edge; None where there is no room for a name.

    `least` is how many cells must lie between it and the edge.
    """
    left = np.pad(inside, 1)
    place = None
    for _ in range(min(inside.shape)):
        # A name is wider than high: shrink twice as fast from the sides.
        smaller = left[1:-1, 1:-1] & left[:-2, 1:-1] & left[2:, 1:-1]
        wide = np.pad(smaller, ((0, 0), (2, 2)))
        smaller = wide[:, 2:-2] & wide[:, :-4] & wide[:, 4:] & wide[:, 1:-3] & wide[:, 3:-1]
        if not smaller.any():
            break
        rows, columns = np.nonzero(smaller)
        at = int(np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2))
        place = int(rows[at]), int(columns[at])
        least -= 1
        left = np.pad(smaller, 1)
    return place if least <= 0 else None
