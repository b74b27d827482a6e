"""The anatomy of steps: parts that add up, gains that reach the rule's limits, oscillation told from progress."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.engine.rules import RULES, Coefficients, Rule, gains
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.steps.step_parts import (
    anatomy,
    effective_gain,
    momentum_half_life,
    norms,
    oscillation,
    sign_changes,
)
from momentum_gui.lab.steps.trace import Trace
from momentum_gui.lab.training.trainer import Trainer


def trace_of(coefficients: Coefficients, gradients: np.ndarray, learning_rate: float = 0.1, kept: int = 64) -> Trace:
    """The last updates of a rule that is given these gradients (updates, weights), from nothing stored."""
    stored = np.zeros(gradients.shape[1])
    history = []
    for gradient in gradients:
        history.append(stored)
        stored = coefficients.c * learning_rate * gradient + coefficients.d * stored
    first = max(0, len(gradients) - kept)
    return Trace(first, coefficients, learning_rate, gradients[first:], np.array(history[first:]))


def test_the_parts_of_an_update_add_up_to_the_step_taken() -> None:
    """On a real training, gradient part and momentum part sum to the change of the weights, weight by weight."""
    trainer = Trainer(Experiment.load("iris"))
    trainer.advance(50)
    before = trainer.first_frame().runs
    after = trainer.advance(1).runs
    for earlier, later in zip(before, after, strict=True):
        assert later.trace is not None
        found = anatomy(later.trace)
        np.testing.assert_allclose(found.step, later.weights - earlier.weights, atol=1e-15)
        np.testing.assert_array_equal(found.gradient_part + found.momentum_part, found.step)
        assert found.update == later.update == 51


def test_agreement_counts_weights_whose_parts_have_one_sign() -> None:
    """Weights without momentum or without gradient do not count."""
    rule = RULES["heavy-ball"].coefficients(0.5)
    trace = Trace(0, rule, 1.0, np.array([[1.0, -2.0, 3.0, 0.0, 5.0]]), np.array([[1.0, -1.0, -1.0, 1.0, 0.0]]))
    found = anatomy(trace)
    assert found.agree.tolist() == [1, 1, -1, 0, 0]
    assert found.agreement == pytest.approx(2 / 3)
    assert math.isnan(anatomy(Trace(0, rule, 1.0, np.ones((1, 2)), np.zeros((1, 2)))).agreement)


def test_norms_and_cosines_are_those_of_the_steps() -> None:
    """Lengths by Pythagoras; the cosine is 1 straight on, −1 straight back, NaN for the first and for no step."""
    plain = RULES["plain"].coefficients(0)
    trace = trace_of(plain, np.array([[3.0, 4.0], [6.0, 8.0], [-3.0, -4.0], [4.0, -3.0], [0.0, 0.0]]), 1.0)
    found = norms(trace)
    np.testing.assert_allclose(found.step, [5, 10, 5, 5, 0])
    np.testing.assert_allclose(found.gradient_part, found.step)
    assert not found.momentum_part.any()
    np.testing.assert_allclose(found.cosine, [np.nan, 1, -1, 0, np.nan], atol=1e-15)


def test_lengths_that_overflow_are_infinite() -> None:
    """A run that flies off has steps beyond all measure, and no warning."""
    found = norms(trace_of(RULES["heavy-ball"].coefficients(0.5), np.full((3, 2), 1e200), 1.0))
    assert np.isinf(found.step).all()
    assert np.isnan(found.cosine).all()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("momentum", [0.3, 0.75, 0.9])
def test_the_gain_reaches_the_rules_limits_exactly(rule: Rule, momentum: float) -> None:
    """Once p has settled, a steady gradient gives the steady gain, a flipping one the alternating gain, to rounding."""
    coefficients = rule.coefficients(momentum)
    limits = gains(coefficients)
    flipping = np.where(np.arange(800) % 2 == 0, 1.0, -1.0)
    gradients = np.stack((np.full(800, 2.5), -1e-9 * flipping, np.zeros(800), np.full(800, -1e180)), axis=1)
    found = effective_gain(trace_of(coefficients, gradients))
    assert found[0] == pytest.approx(limits.steady, rel=1e-12)
    assert found[1] == pytest.approx(limits.alternating, rel=1e-12)
    assert math.isnan(found[2])
    assert found[3] == pytest.approx(limits.steady, rel=1e-12)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@given(momentum=st.floats(0, 0.97), updates=st.integers(1, 64), alternating=st.booleans())
def test_the_gain_lies_between_the_limits_while_p_settles(
    rule: Rule, momentum: float, updates: int, alternating: bool
) -> None:
    """In a window that holds all updates so far a steady or flipping gradient has a gain between the two limits."""
    coefficients = rule.coefficients(momentum)
    gradients = np.ones((updates, 1))
    if alternating:
        gradients[1::2] = -1
    found = effective_gain(trace_of(coefficients, gradients))[0]
    low, high = sorted(gains(coefficients))
    assert low - 1e-12 <= found <= high + 1e-12


def test_weights_of_one_network_have_gains_of_their_own() -> None:
    """In a ravine the weight along it has the steady gain, the one across it nearly the alternating one."""
    text = '[problem]\nsurface = "ravine"\nstart = [-5.0, -2.0]\nparameters = [0.0001, 4.0]\n[training]\nrule = "{}"\n'
    for rule, momentum, learning_rate in (("one-step", 0.2, 0.62), ("heavy-ball", 0.5, 0.74)):
        experiment = Experiment.parse(
            text.format(rule) + f"learning_rate = {learning_rate}\nmomentum = {momentum}\nepochs = 400", "test", None
        )  # type: ignore[arg-type]
        trace = Trainer(experiment).advance(400).runs[0].trace
        assert trace is not None
        along, across = effective_gain(trace)
        limits = gains(RULES[rule].coefficients(momentum))
        assert along == pytest.approx(limits.steady, rel=1e-2)
        assert across == pytest.approx(limits.alternating, abs=0.15)


def test_oscillation_tells_a_zig_zag_from_a_straight_way() -> None:
    """1 where each step turns back, 0 where none does, and small weights count for little."""
    plain = RULES["plain"].coefficients(0)
    flip = np.where(np.arange(40) % 2 == 0, 1.0, -1.0)
    for gradients, expected in (
        (flip[:, None], 1.0),
        (np.ones((40, 1)), 0.0),
        (np.stack((np.ones(40), 1e-3 * flip), axis=1), 0.0),
        (np.stack((np.ones(40), flip), axis=1), 0.5),
    ):
        assert oscillation(trace_of(plain, gradients)) == pytest.approx(expected, abs=1e-5)
    assert math.isnan(oscillation(trace_of(plain, np.zeros((5, 2)))))
    assert math.isnan(oscillation(trace_of(plain, np.ones((1, 2)))))
    changes = sign_changes(trace_of(plain, np.stack((np.ones(40), flip, np.zeros(40)), axis=1)))
    np.testing.assert_array_equal(changes, [0, 1, np.nan])


def test_momentums_memory_in_updates_items_and_epochs() -> None:
    """Half of a gradient's weight in p is gone after log ½ / log μ updates; one-step forgets after one."""
    found = momentum_half_life(RULES["heavy-ball"].coefficients(0.5), batch_size=10, updates_per_epoch=15)
    assert (found.updates, found.items, found.epochs) == pytest.approx((1, 10, 1 / 15))
    assert momentum_half_life(RULES["one-step"].coefficients(0.9), 1, 150).updates == 1
    assert momentum_half_life(RULES["plain"].coefficients(0), 1, 150).items == 0
