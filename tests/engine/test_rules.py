"""The five rules as four numbers: what each is, what it promises, and the article's own arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.engine.rules import (
    RULES,
    Rule,
    convergence_rate,
    gains,
    half_life,
    iteration_matrix,
    stability_bound,
)

momenta = st.floats(0.0, 0.98)
rules = st.sampled_from(list(RULES.values()))


def steps_of(rule: Rule, momentum: float, gradients: list[float]) -> list[float]:
    """The steps at rate 1 by the book: each rule written out as its authors write it."""
    steps, delta, previous = [], 0.0, 0.0
    for g in gradients:
        if rule.id == "plain":
            step = g
        elif rule.id == "one-step":
            step, previous = g + momentum * previous, g
        elif rule.id == "heavy-ball":
            delta = step = g + momentum * delta
        elif rule.id == "damped":
            delta = step = (1 - momentum) * g + momentum * delta
        else:
            delta = momentum * delta + g
            step = g + momentum * delta
        steps.append(step)
    return steps


@given(rule=rules, momentum=momenta, gradients=st.lists(st.floats(-10, 10), min_size=1, max_size=12))
def test_four_numbers_are_the_rule(rule: Rule, momentum: float, gradients: list[float]) -> None:
    """step = A·g + B·p, p = C·g + D·p gives the steps of the rule as its authors write it."""
    a, b, c, d = rule.coefficients(momentum)
    p, found = 0.0, []
    for g in gradients:
        found.append(a * g + b * p)
        p = c * g + d * p
    assert found == pytest.approx(steps_of(rule, momentum, gradients), rel=1e-12, abs=1e-12)


@given(rule=rules, momentum=st.floats(0.0, 0.9), sign=st.sampled_from([1.0, -1.0]))
def test_gains_are_what_the_steps_settle_at(rule: Rule, momentum: float, sign: float) -> None:
    """A steady gradient is amplified by the first gain, an alternating one by the second."""
    last = steps_of(rule, momentum, [sign**t for t in range(400)])[-1] * sign**399
    expected = gains(rule.coefficients(momentum))
    assert last == pytest.approx(expected.steady if sign > 0 else expected.alternating, rel=1e-12)


def test_gains_of_the_sources_rule_and_the_heavy_ball() -> None:
    """1+μ and 1−μ for the one-step rule, 1/(1−μ) and 1/(1+μ) for the heavy ball, 1 and 1 without momentum."""
    assert gains(RULES["one-step"].coefficients(0.5)) == pytest.approx((1.5, 0.5))
    assert gains(RULES["heavy-ball"].coefficients(0.5)) == pytest.approx((2.0, 1 / 1.5))
    assert gains(RULES["plain"].coefficients(0.5)) == (1.0, 1.0)
    assert gains(RULES["damped"].coefficients(0.5)).steady == pytest.approx(1.0)


@given(rule=rules, momentum=momenta, a=st.floats(0.0, 8.0))
def test_the_rate_is_the_spectral_radius(rule: Rule, momentum: float, a: float) -> None:
    """convergence_rate is the largest eigenvalue, in size, of the iteration matrix."""
    coefficients = rule.coefficients(momentum)
    radius = np.abs(np.linalg.eigvals(iteration_matrix(coefficients, a))).max()
    assert float(convergence_rate(coefficients, a)) == pytest.approx(radius, rel=1e-6, abs=1e-7)


BOUNDS = {
    "plain": lambda m: 2.0,
    "one-step": lambda m: min(1 / m if m else math.inf, 2 / (1 - m)),
    "heavy-ball": lambda m: 2 * (1 + m),
    "damped": lambda m: 2 * (1 + m) / (1 - m),
    "nesterov": lambda m: 2 * (1 + m) / (1 + 2 * m),
}


@given(rule=rules, momentum=momenta)
def test_the_bound_is_the_textbooks_and_the_rate_crosses_one_there(rule: Rule, momentum: float) -> None:
    """Just below the bound the distance shrinks, just above it grows."""
    coefficients = rule.coefficients(momentum)
    bound = stability_bound(coefficients)
    assert bound == pytest.approx(BOUNDS[rule.id](momentum), rel=1e-12)
    below, above = convergence_rate(coefficients, [bound * (1 - 1e-6), bound * (1 + 1e-6)])
    assert below < 1 < above


def test_momentum_narrows_the_sources_rule_and_widens_the_heavy_ball() -> None:
    """Above μ = 1/3 the one-step rule's stable rates shrink; the heavy ball's always grow."""
    one_step = [stability_bound(RULES["one-step"].coefficients(m)) for m in (0.2, 1 / 3, 0.5, 0.9)]
    heavy_ball = [stability_bound(RULES["heavy-ball"].coefficients(m)) for m in (0.2, 1 / 3, 0.5, 0.9)]
    assert one_step[0] < one_step[1] > one_step[2] > one_step[3]
    assert heavy_ball == sorted(heavy_ball)


def test_half_lives() -> None:
    """The heavy ball forgets by μ an update; the one-step rule remembers one delta; plain descent none."""
    assert half_life(RULES["heavy-ball"].coefficients(0.5)) == pytest.approx(1.0)
    assert half_life(RULES["heavy-ball"].coefficients(0.9)) == pytest.approx(6.578813478960585)
    assert half_life(RULES["one-step"].coefficients(0.9)) == 1.0
    assert half_life(RULES["plain"].coefficients(0.9)) == 0.0
