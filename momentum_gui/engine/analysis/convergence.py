"""A rule on a quadratic: convergence rates, regimes, best settings, and how near a run is to its bound.

On a quadratic every direction of curvature λ goes its own way, multiplied at each update by the rule's 2×2 iteration
matrix at lr·λ (see `rules`). Between a least curvature and a greatest one the two ends decide, since the rate falls
to its least value and then rises as lr·λ grows. With a `spread` above 1 the curvature differs from batch to batch, and
rates and bounds are those of the mean square (see `mean_square`); λ is then the mean curvature E[h] of a direction, and
the spread is taken to be the same in all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from momentum_gui.engine.analysis.mean_square import mean_square_bound, mean_square_rate, noise_bound
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import RULES, Coefficients, Rule, convergence_rate, gains, stability_bound


class Regime(IntEnum):
    """How a run approaches the minimum; the names are those of Goh, Why Momentum Really Works, Distill 2017."""

    MONOTONE = 0
    RIPPLES = 1
    OSCILLATING = 2
    DIVERGENT = 3


@dataclass(frozen=True, eq=False)
class RateMap:
    """Convergence rates (momenta, learning rates) and the `Regime` of each cell, as int8."""

    rates: Floats
    regimes: NDArray[np.int8]


@dataclass(frozen=True)
class Best:
    """The settings that shrink the distance to the minimum fastest, and the factor per update that they reach."""

    learning_rate: float
    momentum: float
    rate: float


def coefficients_of(rule: Rule, momenta: Floats) -> Coefficients:
    """Return A, B, C, D for an array of momentum factors: each an array of its shape."""
    numbers = rule.of_momentum(momenta)
    return Coefficients(*(np.broadcast_to(number, momenta.shape) for number in numbers))  # type: ignore[arg-type]


def regime(coefficients: Coefficients, curvature_rate: ArrayLike, rate: Floats | None = None) -> NDArray[np.int8]:
    """Return the `Regime` in one direction, elementwise over lr·λ; `rate` is its convergence rate, where that is known.

    Complex eigenvalues of the iteration matrix make ripples; of a real pair the larger one decides, by its sign.
    """
    a, b, c, d = coefficients
    x = np.asarray(curvature_rate, dtype=np.float64)
    trace = 1 - a * x + d
    determinant = d + (b * c - a * d) * x
    named = np.where(trace < 0, np.int8(Regime.OSCILLATING), np.int8(Regime.MONOTONE))
    with np.errstate(over="ignore"):
        named = np.where(trace * trace < 4 * determinant, np.int8(Regime.RIPPLES), named)
    divergent = (convergence_rate(coefficients, x) if rate is None else rate) > 1 + 1e-12
    return np.where(divergent, np.int8(Regime.DIVERGENT), named)


def rate_map(
    rule: Rule, learning_rates: ArrayLike, momenta: ArrayLike, smallest: float, largest: float, spread: float = 1.0
) -> RateMap:
    """Return rate and regime over learning rates (n,) × momenta (m,) between two curvatures: arrays of (m, n).

    The rate is that of the slower of the two directions, and so is the regime, since that is what remains to be seen.
    """
    x = np.asarray(learning_rates, dtype=np.float64)[None, :]
    coefficients = coefficients_of(rule, np.asarray(momenta, dtype=np.float64)[:, None])
    low, high = (mean_square_rate(coefficients, x * curvature, spread) for curvature in (smallest, largest))
    slower = np.where(high >= low, largest, smallest)
    rates = np.maximum(low, high)
    return RateMap(rates, regime(coefficients, x * slower, rates))


def predicted_rate(
    coefficients: Coefficients, learning_rate: float, smallest: float, largest: float, spread: float = 1.0
) -> tuple[float, Regime]:
    """Return the factor per update by which the distance to the minimum shrinks in the slowest direction, and its
    regime."""
    x = learning_rate * np.array([smallest, largest])
    rates = mean_square_rate(coefficients, x, spread)
    slowest = 1 if rates[1] >= rates[0] else 0
    return float(rates[slowest]), Regime(int(regime(coefficients, x, rates)[slowest]))


MOST_CONDITION = 1e10
"""Curvatures further apart than this count as this far apart: beyond, 1 − rate has no digits left to search with."""


NOISY_NINES = 1.0
"""With a spread above 1 momentum is searched up to 1 − 10⁻¹: a longer memory outlasts what was measured."""


def best_settings(rule: Rule, smallest: float, largest: float, spread: float = 1.0) -> Best:
    """Return learning rate and momentum with the best rate between two curvatures; raises ValueError unless 0 < both.

    In closed form for the rules where it is known, otherwise by `search_best`: plain and heavy ball (and damped, which
    is the heavy ball with the learning rate (1−μ)·lr) from Polyak 1964; Nesterov from Lessard, Recht and Packard,
    Analysis and Design of Optimization Algorithms via Integral Quadratic Constraints, 2016, Proposition 1. With a
    spread above 1 always by search, with rates up to `noise_bound`, well below the bound in the mean square.
    """
    if not 0 < smallest <= largest < math.inf:
        raise ValueError(f"curvatures {smallest:g} and {largest:g}: allowed are two numbers above 0, the smaller first")
    smallest = max(smallest, largest / MOST_CONDITION)
    if spread > 1:
        return search_best(rule, smallest, largest, spread)
    low, high = math.sqrt(smallest), math.sqrt(largest)
    momentum = ((high - low) / (high + low)) ** 2
    learning_rate = (2 / (high + low)) ** 2
    if rule.id == "plain":
        return Best(2 / (largest + smallest), 0.0, (largest - smallest) / (largest + smallest))
    if rule.id == "heavy-ball":
        return Best(learning_rate, momentum, math.sqrt(momentum))
    if rule.id == "damped":
        return Best(learning_rate / (1 - momentum), momentum, math.sqrt(momentum))
    if rule.id == "nesterov":
        root = math.sqrt(3 * largest / smallest + 1)
        return Best(4 / (3 * largest + smallest), (root - 2) / (root + 2), 1 - 2 / root)
    return search_best(rule, smallest, largest)


@lru_cache(maxsize=64)
def search_best(rule: Rule, smallest: float, largest: float, spread: float = 1.0) -> Best:
    """Return the best settings of any rule, by nested search: of each momentum the learning rate, then the momentum.

    The rate falls and then rises along both, so that the best value lies beside the best point of a grid, which
    closes in on it. The grids are over −log(1 − μ), up to μ = 1 − 10⁻⁶, and over shares of the largest stable rate.
    """
    low, high = 0.0, NOISY_NINES if spread > 1 else 6.0
    for _ in range(12):
        powers = np.linspace(low, high, 33)
        momenta = 1 - 10.0**-powers
        learning_rates, rates = best_learning_rates(rule, momenta, smallest, largest, spread)
        at = int(np.argmin(rates))
        low, high = powers[max(0, at - 1)], powers[min(len(powers) - 1, at + 1)]
    return Best(float(learning_rates[at]), float(momenta[at]), float(rates[at]))


def best_learning_rates(
    rule: Rule, momenta: Floats, smallest: float, largest: float, spread: float = 1.0
) -> tuple[Floats, Floats]:
    """Return each momentum's learning rate with the best convergence rate, and that rate: two arrays (momenta,)."""
    coefficients = coefficients_of(rule, momenta[:, None])
    allowed = [rule.coefficients(momentum) for momentum in momenta]
    bounds = np.array([noise_bound(each, spread) if spread > 1 else stability_bound(each) for each in allowed])
    low, high = np.zeros(len(momenta)), np.minimum(bounds, 1e12) / largest
    rows = np.arange(len(momenta))
    for _ in range(16):
        tried = np.linspace(low, high, 17, axis=1)
        rates = np.maximum(
            mean_square_rate(coefficients, tried * smallest, spread),
            mean_square_rate(coefficients, tried * largest, spread),
        )
        at = np.argmin(rates, axis=1)
        low, high = tried[rows, np.maximum(0, at - 1)], tried[rows, np.minimum(16, at + 1)]
    return tried[rows, at], rates[rows, at]


def equal_rate(learning_rate: float, of: Coefficients, to: Coefficients) -> float:
    """Return the learning rate with which `to` moves as far under a steady gradient as `of` does with `learning_rate`.

    The effective rate is lr times the steady gain: lr/(1−μ) for the heavy ball, lr·(1+μ) for one-step, lr for plain.
    """
    return learning_rate * gains(of).steady / gains(to).steady


def decay_rate(update: ArrayLike, norm: ArrayLike) -> float:
    """Return the measured factor per update: from norms (n,) of the gradient, or distances, at update counts (n,).

    The slope of log norm by least squares; NaN with fewer than two norms above 0.
    """
    t, values = np.asarray(update, dtype=np.float64), np.asarray(norm, dtype=np.float64)
    good = np.isfinite(values) & (values > 0)
    if good.sum() < 2 or np.ptp(t[good]) == 0:
        return math.nan
    t, logs = t[good], np.log(values[good])
    t = t - t.mean()
    return float(np.exp((t @ logs) / (t @ t)))


@dataclass(frozen=True)
class Gauge:
    """How near a run is to its rule's bound: `curvature_rate` = lr·λmax, the `bound`, and their ratio.

    The ratio is 0 where the error bends upwards in no direction, NaN where the curvature is not known. With a `spread`
    above 1 the bound is that of the mean square.
    """

    curvature_rate: float
    bound: float
    ratio: float
    spread: float = 1.0


def gauge(
    coefficients: Coefficients, learning_rate: float, curvature: float, scale: float = 1.0, spread: float = 1.0
) -> Gauge:
    """Return lr·λmax against the stability bound; `scale` is the task's `gradient_scale`.

    The bound is that of a quadratic with the curvature found here; where the error bends less further on, a run beyond
    it may settle into an oscillation instead of diverging.
    """
    x = learning_rate * scale * curvature
    bound = mean_square_bound(coefficients, spread if spread > 1 else 1.0)
    return Gauge(x, bound, math.nan if math.isnan(x) else max(0.0, x) / bound, spread)


def best_for_all(smallest: float, largest: float) -> dict[str, Best]:
    """Return the best settings of every rule by its id."""
    return {rule.id: best_settings(rule, smallest, largest) for rule in RULES.values()}
