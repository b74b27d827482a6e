"""Second moments under random curvature: rates, bounds and noise floors, against matrices and against training."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.engine.analysis.batch_curvature import batch_spread
from momentum_gui.engine.analysis.mean_square import (
    growth_rate,
    mean_square_bound,
    mean_square_rate,
    noise_floor,
    second_moment_matrix,
    stationary_moments,
)
from momentum_gui.engine.interface import choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import RULES, Rule, convergence_rate, gains, iteration_matrix, stability_bound
from momentum_gui.engine.task import Items, NetworkTask

rules = st.sampled_from(list(RULES.values()))
momenta = st.floats(0.0, 0.97)


def item_inputs() -> np.ndarray:
    """Return twelve inputs x; the squares are the curvatures of their items."""
    return np.random.default_rng(4).normal(size=12)


@given(rules, momenta, st.floats(0.001, 3), st.floats(1, 30))
def test_the_matrix_is_the_mean_of_the_squared_iteration(rule: Rule, momentum: float, x: float, spread: float) -> None:
    """Two curvatures with E[h] = x and E[h²] = spread·x²: the mean of M⊗M on (w², wp, wp, p²) is the matrix."""
    coefficients = rule.coefficients(momentum)
    deviation = math.sqrt(spread - 1) * x
    both = [iteration_matrix(coefficients, h) for h in (x - deviation, x + deviation)]
    whole = np.mean([np.kron(m, m) for m in both], axis=0)
    reduced = np.stack((whole[:, 0], whole[:, 1] + whole[:, 2], whole[:, 3]), axis=1)[[0, 1, 3]]
    assert second_moment_matrix(coefficients, x, spread) == pytest.approx(reduced, abs=1e-9, rel=1e-9)


@given(rules, momenta, st.floats(0.001, 3), st.floats(1.01, 30))
def test_the_rate_is_the_spectral_radius(rule: Rule, momentum: float, x: float, spread: float) -> None:
    """The closed form by Newton's method equals the largest eigenvalue as LAPACK finds it."""
    coefficients = rule.coefficients(momentum)
    radius = np.abs(np.linalg.eigvals(second_moment_matrix(coefficients, x, spread))).max()
    assert mean_square_rate(coefficients, x, spread) == pytest.approx(math.sqrt(radius), rel=1e-4)


@given(rules, momenta, st.floats(1.001, 30))
def test_the_bound_is_where_the_second_moments_begin_to_grow(rule: Rule, momentum: float, spread: float) -> None:
    """Below the bound the spectral radius is under 1, above it over 1; never above the bound of the mean gradient."""
    coefficients = rule.coefficients(momentum)
    bound = mean_square_bound(coefficients, spread)
    for share, stable in ((0.3, True), (0.97, True), (1.03, False), (1.5, False)):
        radius = np.abs(np.linalg.eigvals(second_moment_matrix(coefficients, share * bound, spread))).max()
        assert (radius < 1) == stable
    assert bound <= stability_bound(coefficients) * (1 + 1e-12)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_full_batch_is_spread_one(rule: Rule) -> None:
    """With one curvature the mean-square rate and bound are those of the iteration matrix."""
    coefficients = rule.coefficients(0.6)
    assert mean_square_bound(coefficients) == stability_bound(coefficients)
    assert mean_square_bound(coefficients, 1 + 1e-10) == pytest.approx(stability_bound(coefficients), rel=1e-6)
    x = np.array([0.1, 0.5, 1.2])
    assert (mean_square_rate(coefficients, x) == convergence_rate(coefficients, x)).all()


def test_the_closed_forms_of_the_readme() -> None:
    """Each rule's bound at spread K as the README writes it, over momenta and spreads."""
    for m in (0.05, 0.3, 0.6, 0.9, 0.99):
        for k in (1.0, 1.2, 3.0, 11.0):
            s, v, r = k * (1 + m), k * m * (1 + 2 * m), k * (1 + m) - 2 * m * (1 + 2 * m)
            written = {
                "plain": 2 / k,
                "one-step": 4 / (s + math.sqrt(s * s - 8 * k * m * (1 - m))),
                "heavy-ball": 2 * (1 - m * m) / (k * (1 + m) - 2 * m),
                "damped": 2 * (1 + m) / (k * (1 + m) - 2 * m),
                "nesterov": 4 * (1 - m * m) / (r + math.sqrt(r * r + 8 * (1 - m * m) * v)),
            }
            for rule, bound in written.items():
                assert mean_square_bound(RULES[rule].coefficients(m), k) == pytest.approx(bound, rel=1e-9), (rule, m, k)
    with pytest.raises(ValueError, match=r"spread = 0\.9"):
        mean_square_bound(RULES["plain"].coefficients(0), 0.9)


def one_weight(batch: int, noise: float = 0.0) -> NetworkTask:
    """Return a network of one weight on 24 items: each input twice, with targets that differ from 0 by ±noise."""
    network = Network((1, 1), Activation.LINEAR, Activation.LINEAR, Loss.SQUARED_ERROR)
    targets = np.tile([noise, -noise], 12)[:, None]
    items = Items(np.repeat(item_inputs(), 2)[:, None], targets)
    return NetworkTask(network, items, items, np.array([True, False]), batch, True)


def spread_of(batch: int) -> tuple[float, float]:
    """Return E[h] and the spread of the curvature of batches of the 24 items."""
    h = np.repeat(item_inputs() ** 2, 2)
    mean = float(h.mean())
    return mean, batch_spread(float((h**2).mean()) / mean**2, 24, batch)


def trained(
    task: NetworkTask, rule: Rule, momentum: float, learning_rate: float, start: np.ndarray, updates: int
) -> Iterator[np.ndarray]:
    """Train runs from (w, p) (runs, 2), each batch drawn on its own; yield w and p (runs, 2) every few updates."""
    runs = len(start)
    population = Population(
        np.stack((start[:, 0], np.zeros(runs)), axis=1),
        np.full(runs, learning_rate),
        np.tile(rule.coefficients(momentum), (runs, 1)),
        np.zeros(runs),
        np.arange(runs),
    )
    population.stored[:, 0] = start[:, 1]
    random, engine, done = np.random.default_rng(5), choose("numpy"), 0
    while done < updates:
        batches = min(task.updates_per_epoch, updates - done)
        drawn = random.random((runs, task.updates_per_epoch, 24)).argsort(axis=2)[:, :, : task.batch_size]
        orders = drawn.reshape(runs, 1, 24).astype(np.int32)
        span = Span(orders, 0, batches, np.zeros(1, dtype=np.bool_))
        engine.train(task, population, span, Report.for_span(task, population, span, keep_weights=False, traced=0))
        done += batches
        yield np.stack((population.weights[:, 0], population.stored[:, 0]), axis=1)


@pytest.mark.parametrize("batch", [1, 4, 24])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_bound_is_that_of_training(rule: Rule, batch: int) -> None:
    """The matrix of the second moments as trained, one update from three states of (w, p): at the bound its spectral
    radius is 1, to 5 %."""
    momentum, runs = 0.7, 4000
    curvature, spread = spread_of(batch)
    bound = mean_square_bound(rule.coefficients(momentum), spread) / curvature
    states = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])

    def radius(learning_rate: float) -> float:
        columns = []
        for state in states:
            (after,) = trained(one_weight(batch), rule, momentum, learning_rate, np.tile(state, (runs, 1)), 1)
            w, p = after.T
            columns.append([(w * w).mean(), (w * p).mean(), (p * p).mean()])
        first, last, both = np.array(columns)
        return float(np.abs(np.linalg.eigvals(np.stack((first, both - first - last, last), axis=1))).max())

    assert radius(0.95 * bound) < 1 < radius(1.05 * bound)


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_noise_floor_is_that_of_training(rule: Rule, batch: int) -> None:
    """At 0.3 of the bound the mean of the error over its minimum, in the long run, is the closed form's to 5 %."""
    momentum, noise, runs, updates = 0.7, 0.5, 600, 900
    curvature, spread = spread_of(batch)
    coefficients = rule.coefficients(momentum)
    learning_rate = 0.3 * mean_square_bound(coefficients, spread) / curvature
    variance = curvature * noise**2 * (24 - batch) / (batch * 23)
    expected = noise_floor(coefficients, learning_rate, curvature, spread, variance)
    found = list(trained(one_weight(batch, noise), rule, momentum, learning_rate, np.zeros((runs, 2)), updates))
    settled = np.stack(found[len(found) // 4 :])[:, :, 0]
    assert 0.5 * curvature * float((settled**2).mean()) == pytest.approx(expected, rel=0.05)


def test_the_noise_floor_depends_on_the_effective_rate_alone_when_rates_are_small() -> None:
    """The floor tends to ¼·lr·steady gain·noise: momentum is a larger rate. Near the bound it grows without end."""
    for rule in RULES.values():
        coefficients = rule.coefficients(0.8)
        steady = gains(coefficients).steady
        assert noise_floor(coefficients, 1e-4 / steady, 1.0, 3.0, 2.0) == pytest.approx(0.5e-4, rel=1e-3)
        bound = mean_square_bound(coefficients, 3.0)
        near = noise_floor(coefficients, 0.999 * bound, 1.0, 3.0, 2.0)
        assert near > 100 * noise_floor(coefficients, 0.3 * bound, 1.0, 3.0, 2.0)
        assert noise_floor(coefficients, 1.01 * bound, 1.0, 3.0, 2.0) == math.inf
        moments = stationary_moments(coefficients, 0.2 * bound, 1.0, 3.0, 2.0)
        assert moments[0] * moments[2] >= moments[1] ** 2


def test_single_paths_may_converge_where_the_mean_square_grows() -> None:
    """Plain descent, one input from a normal distribution: E log|1 − lr·h| < 0 up to 2.42, the mean square to 2/3."""
    h = np.random.default_rng(0).normal(size=40_000) ** 2
    plain = RULES["plain"].coefficients(0)
    assert mean_square_bound(plain, 3.0) == pytest.approx(2 / 3)
    assert mean_square_rate(plain, 1.5, 3.0) > 1 > growth_rate(plain, 1.5 * h)
    assert growth_rate(plain, 2.3 * h) < 1 < growth_rate(plain, 2.55 * h)
    assert growth_rate(plain, np.full(50, 0.5)) == pytest.approx(0.5)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_curvature_beyond_all_measure_is_unstable(rule: Rule) -> None:
    """What overflows is infinite, without a warning; what is no number stays none."""
    rates = mean_square_rate(rule.coefficients(0.6), [1e60, 1e200, np.nan], 3.0)
    assert (rates[:2] > 1e50).all()
    assert np.isnan(rates[2])
