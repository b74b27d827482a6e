"""Every kind of momentum as four numbers, and the theory that follows from the four.

With the downhill gradient g, one stored vector p and the learning rate lr, each rule is

    step  = A·lr·g + B·p
    p     = C·lr·g + D·p        (the new p, from the old one)
    w    += step

To add a rule, add a row to `RULES`: the engines, the panels, the theory and the command line follow from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from momentum_gui.engine.formula import Formula


class Coefficients(NamedTuple):
    """The four numbers of a momentum rule at one momentum factor."""

    a: float
    b: float
    c: float
    d: float


class FourFormulas(NamedTuple):
    """A, B, C and D as formulas in the momentum factor m."""

    a: Formula
    b: Formula
    c: Formula
    d: Formula

    def __call__(self, momentum: Any) -> tuple[Any, Any, Any, Any]:
        """Return the four numbers at a momentum factor, or arrays of them for an array."""
        return self.a(momentum), self.b(momentum), self.c(momentum), self.d(momentum)


@dataclass(frozen=True)
class Rule:
    """A named kind of momentum: its four numbers as formulas in the momentum factor μ in [0, 1), there called m."""

    id: str
    title: str
    formula: str
    known_from: str
    of_momentum: FourFormulas

    def coefficients(self, momentum: float) -> Coefficients:
        """A, B, C, D at this momentum factor."""
        return Coefficients(*(float(number) for number in self.of_momentum(momentum)))


def four(a: str, b: str, c: str, d: str) -> FourFormulas:
    """Return the formulas A, B, C and D of a rule. Raises FormulaError for one that cannot be read."""
    return FourFormulas(Formula(a), Formula(b), Formula(c), Formula(d))


def rule_of_formulas(id: str, title: str, formulas: FourFormulas) -> Rule:
    """Return a rule of one's own."""
    a, b, c, d = (
        "".join(each.text.split()).replace("m", "μ") for each in (formulas.a, formulas.b, formulas.c, formulas.d)
    )
    shown = f"Δw = ({a})·lr·g + ({b})·p,  p = ({c})·lr·g + ({d})·p"
    return Rule(id, title or id, shown, "a rule of this experiment's own", formulas)


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("plain", "Plain", "Δw = lr·g", "gradient descent", four("1", "0", "0", "0")),
        Rule(
            "one-step",
            "One-step",
            "Δw = lr·g + μ·p,  p = lr·g",
            "McCaffrey, Neural Network Momentum; Simbrain",
            four("1", "m", "1", "0"),
        ),
        Rule(
            "heavy-ball",
            "Heavy ball",
            "Δw = lr·g + μ·p,  p = Δw",
            "Polyak 1964, Rumelhart 1986; PyTorch and scikit-learn at a constant rate",
            four("1", "m", "1", "m"),
        ),
        Rule(
            "damped",
            "Damped",
            "Δw = (1−μ)·lr·g + μ·p,  p = Δw",
            "Hagan's MOBP, MATLAB traingdm (an average of gradients)",
            four("1 - m", "m", "1 - m", "m"),
        ),
        Rule(
            "nesterov",
            "Nesterov",
            "Δw = (1+μ)·lr·g + μ²·p,  p = lr·g + μ·p",
            "PyTorch, scikit-learn",
            four("1 + m", "m*m", "1", "m"),
        ),
    )
}


class Gains(NamedTuple):
    """By how much a rule multiplies lr·g in the long run."""

    steady: float
    alternating: float


def gains(coefficients: Coefficients) -> Gains:
    """Return the step as a multiple of lr·g for a gradient that stays the same, and for one that flips its sign each
    time.

    steady = A + B·C/(1−D), alternating = A − B·C/(1+D): the limits of p for g = const and g = (−1)ᵗ.
    """
    a, b, c, d = coefficients
    carried = b * c
    if carried == 0:
        return Gains(a, a)
    with np.errstate(divide="ignore"):  # a rule of one's own may never forget: D = ±1
        return Gains(float(a + np.divide(carried, 1 - d)), float(a - np.divide(carried, 1 + d)))


def iteration_matrix(coefficients: Coefficients, curvature_rate: float) -> NDArray[np.float64]:
    """Return what one update does to (w, p) on a quadratic of curvature λ, with a = lr·λ: shape (2, 2)."""
    a, b, c, d = coefficients
    return np.array([[1 - a * curvature_rate, b], [-c * curvature_rate, d]])


def convergence_rate(coefficients: Coefficients, curvature_rate: ArrayLike) -> NDArray[np.float64]:
    """Return the factor by which the distance to the minimum shrinks per update: below 1 is stable.

    The spectral radius of `iteration_matrix`, elementwise over `curvature_rate` = lr·λ (any shape), from the trace
    and determinant of the 2×2 matrix.
    """
    a, b, c, d = coefficients
    x = np.asarray(curvature_rate, dtype=np.float64)
    trace = 1 - a * x + d
    determinant = d + (b * c - a * d) * x
    with np.errstate(over="ignore"):  # far beyond every bound the rate is infinite
        discriminant = trace * trace - 4 * determinant
    real_pair = (np.abs(trace) + np.sqrt(np.maximum(discriminant, 0))) / 2
    complex_pair = np.sqrt(np.maximum(determinant, 0))
    return np.where(discriminant >= 0, real_pair, complex_pair)


def stability_bound(coefficients: Coefficients) -> float:
    """Return the largest stable lr·λ: above it the error on a quadratic of curvature λ grows.

    Jury's criterion for the 2×2 iteration matrix: its determinant stays below 1 and its eigenvalues above −1.
    """
    a, b, c, d = coefficients
    bound = math.inf
    if (growth := b * c - a * d) > 0:
        bound = (1 - d) / growth
    if (flip := a + a * d - b * c) > 0:
        bound = min(bound, 2 * (1 + d) / flip)
    return bound


def half_life(coefficients: Coefficients) -> float:
    """Updates until half of a past gradient's effect on the steps has died away; 0 where nothing is stored.

    p forgets by the factor D an update; with D = 0 the one stored delta is used once and gone: one update.
    """
    if coefficients.b == 0:
        return 0.0
    if coefficients.d <= 0:
        return 1.0
    if coefficients.d >= 1:
        return math.inf
    return math.log(0.5) / math.log(coefficients.d)
