"""One update in numbers: the article's example, and the same numbers as the engine for every rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.engine.numpy_engine import update
from momentum_gui.engine.population import Population
from momentum_gui.engine.rules import RULES
from momentum_gui.lab.analysis.update_equation import SOURCE_EXAMPLE, State, all_rules, arithmetic

numbers = st.floats(-100, 100).filter(lambda value: value == 0 or abs(value) > 1e-6)


def test_the_sources_example() -> None:
    """3.56 + 0.027 + 0.022 = 3.609, and what is stored is 0.027: without the momentum term."""
    found = arithmetic("one-step", SOURCE_EXAMPLE)
    assert found.new_weight == pytest.approx(3.609, abs=1e-12)
    assert found.new_stored == pytest.approx(0.027, abs=1e-12)
    assert found.lines[2] == "weight  3.56 + 0.027 + 0.022 = 3.609"
    assert found.lines[0].endswith("1·0.01·2.7 = 0.027") and found.lines[1].endswith("0.5·0.044 = 0.022")
    assert arithmetic("plain", SOURCE_EXAMPLE).new_weight == pytest.approx(3.587, abs=1e-12)
    assert arithmetic("heavy-ball", SOURCE_EXAMPLE).new_stored == pytest.approx(0.049, abs=1e-12)


@given(g=numbers, p=numbers, w=numbers, momentum=st.floats(0, 0.99), learning_rate=st.floats(1e-4, 10))
def test_every_rules_numbers_are_the_engines(
    g: float, p: float, w: float, momentum: float, learning_rate: float
) -> None:
    """New weight and new p are those of the engine's own update from the same state, to the last bit."""
    state = State(learning_rate, momentum, g, p, w)
    found = all_rules(state)
    assert [one.rule for one in found] == list(RULES)
    for one in found:
        coefficients = np.array([RULES[one.rule].coefficients(momentum)])
        ones = np.ones((1, 1))
        population = Population(w * ones, ones[0] * learning_rate, coefficients, np.zeros(1), np.zeros(1, dtype=int))
        population.stored[:] = p
        step = update(population, np.array([0]), g * ones)
        assert (one.step, one.new_weight, one.new_stored) == (
            step[0, 0], population.weights[0, 0], population.stored[0, 0]
        )  # fmt: skip


def test_negative_numbers_are_written_so_that_they_can_be_read() -> None:
    """A negative term is subtracted, a negative factor stands in brackets."""
    found = arithmetic("one-step", State(0.1, 0.5, -2.0, 0.4, -1.0))
    assert found.lines[0].endswith("1·0.1·(−2) = (−0.2)")
    assert found.lines[2] == "weight  (−1) − 0.2 + 0.2 = (−1)"
