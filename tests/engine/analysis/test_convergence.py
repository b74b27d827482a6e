"""Theory against practice: rates, bounds and best settings as measured by training a ravine with the real engine."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from momentum_gui.engine.analysis.convergence import (
    Regime,
    best_for_all,
    best_settings,
    decay_rate,
    equal_rate,
    gauge,
    predicted_rate,
    rate_map,
    search_best,
)
from momentum_gui.engine.analysis.curvature import curvatures, gradient_scale
from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.interface import Engine, choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Outcome, Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import RULES, Coefficients, Rule, convergence_rate, gains, stability_bound
from momentum_gui.engine.task import Items, NetworkTask, SurfaceTask

RAVINE = SurfaceTask(SURFACES["ravine"])
SMALLEST, LARGEST = SURFACES["ravine"].k


@pytest.fixture
def engine() -> Engine:
    """The engine that users train with; that both give the same numbers is held by their own tests."""
    return choose("auto")


def runs(coefficients: list[Coefficients], learning_rates: list[float], start: np.ndarray) -> Population:
    """A population with one run for each rule and rate, all from one start."""
    count = len(learning_rates)
    return Population(
        np.tile(start, (count, 1)).astype(np.float64),
        np.array(learning_rates),
        np.array(coefficients, dtype=np.float64),
        np.zeros(count),
        np.zeros(count, dtype=np.int64),
    )


def descend(engine: Engine, population: Population, updates: int, task: SurfaceTask = RAVINE) -> np.ndarray:
    """Train in full batch, and return the norm of every update's gradient: (runs, updates)."""
    upe_items = task.items_per_epoch
    orders = np.tile(np.arange(upe_items, dtype=np.int32), (1, updates, 1))
    span = Span(orders, 0, updates, np.zeros(updates, dtype=np.bool_))
    report = Report.for_span(task, population, span, keep_weights=False, traced=updates)
    engine.train(task, population, span, report)
    return np.linalg.norm(report.gradients, axis=2)


def measured_rate(engine: Engine, coefficients: Coefficients, learning_rate: float, updates: int = 4000) -> float:
    """The factor per update in the long run: trained on the ravine and, as it is linear, rescaled on the way."""
    population = runs([coefficients], [learning_rate], np.array([1.0, 0.7]))
    logs, total = [], 0.0
    for _ in range(updates // 20):
        norms = descend(engine, population, 20)[0]
        logs.append(total + np.log(norms))
        scale = np.abs(population.weights).max()
        total += math.log(scale)
        population.weights /= scale
        population.stored /= scale
    late = np.concatenate(logs)[updates // 4 :]
    shift = late.max()
    return (
        decay_rate(np.arange(len(late)), np.exp(np.maximum(late - shift, -700)))
        if np.ptp(late) < 700
        else (math.exp(np.polyfit(np.arange(len(late)), late, 1)[0]))
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("momentum", [0.3, 0.8])
@pytest.mark.parametrize("share", [0.1, 0.55, 0.97])
def test_a_run_converges_at_the_rate_that_theory_predicts(
    rule: Rule, momentum: float, share: float, engine: Engine
) -> None:
    """Trained by the real engine, every rule shrinks its distance by the predicted factor to 1e-3."""
    coefficients = rule.coefficients(momentum)
    learning_rate = share * stability_bound(coefficients) / LARGEST
    predicted, _ = predicted_rate(coefficients, learning_rate, SMALLEST, LARGEST)
    assert measured_rate(engine, coefficients, learning_rate) == pytest.approx(predicted, rel=1e-3)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("momentum", [0.2, 0.6, 0.9])
def test_the_measured_bound_of_a_rule_is_the_predicted_one(rule: Rule, momentum: float, engine: Engine) -> None:
    """Of rates close to the bound those below it shrink the error, those above let it grow: it holds to 1e-3."""
    coefficients = rule.coefficients(momentum)
    bound = stability_bound(coefficients)
    shares = np.linspace(0.99, 1.01, 81)
    population = runs([coefficients] * len(shares), list(shares * bound / LARGEST), np.array([0.0, 1.0]))
    norms = descend(engine, population, 4000)
    early, late = norms[:, 500:1500].max(axis=1), norms[:, 3000:].max(axis=1)
    grows = ~(late < early)
    measured = shares[np.argmax(grows)] - (shares[1] - shares[0]) / 2
    assert not grows[0] and grows[-1] and (np.diff(grows.astype(int)) >= 0).all()
    assert measured == pytest.approx(1, abs=1e-3)


def test_distills_best_settings() -> None:
    """Goh, Distill 2017, on λ = 0.01 and 1: plain 1.980 and 0.980, heavy ball 3.306, 0.669 and 0.818."""
    plain = best_settings(RULES["plain"], 0.01, 1.0)
    assert (round(plain.learning_rate, 3), plain.momentum, round(plain.rate, 3)) == (1.980, 0, 0.980)
    heavy = best_settings(RULES["heavy-ball"], 0.01, 1.0)
    assert (round(heavy.learning_rate, 3), round(heavy.momentum, 3), round(heavy.rate, 3)) == (3.306, 0.669, 0.818)


def test_distills_convergence_comes_out_of_the_ravine(engine: Engine) -> None:
    """Trained with those settings on that ravine, the runs shrink by 0.980 and 0.818 per update, to three digits."""
    task = SurfaceTask(replace(SURFACES["ravine"], k=(0.01, 1.0)))
    for name, digits in (("plain", 0.980), ("heavy-ball", 0.818)):
        best = best_settings(RULES[name], 0.01, 1.0)
        coefficients = RULES[name].coefficients(best.momentum)
        population = runs([coefficients], [best.learning_rate], np.array([1.0, 1.0]))
        descend(engine, population, 700, task)
        # At the heavy ball's best settings both eigenvalues are one and the same ρ, so the distance goes as t·ρᵗ.
        far = np.linalg.norm(population.weights[0])
        descend(engine, population, 1, task)
        near = np.linalg.norm(population.weights[0])
        growth = 701 / 700 if name == "heavy-ball" else 1.0
        assert round(float(near / far / growth), 3) == digits


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("condition", [1.0, 3.0, 100.0, 1e4])
def test_no_settings_beat_the_best(rule: Rule, condition: float) -> None:
    """Closed forms agree with a search, reach the rate they promise, and no cell of a fine map is faster."""
    best, found = best_settings(rule, 1 / condition, 1.0), search_best(rule, 1 / condition, 1.0)
    assert found.rate == pytest.approx(best.rate, abs=1e-9)
    rate, _ = predicted_rate(rule.coefficients(best.momentum), best.learning_rate, 1 / condition, 1.0)
    assert rate == pytest.approx(best.rate, abs=1e-7)
    momenta = 1 - np.geomspace(1, 1e-3, 200)
    for momentum in momenta:
        bound = min(stability_bound(rule.coefficients(momentum)), 1e6)
        row = rate_map(rule, np.linspace(1e-3, 1, 200) * bound, [momentum], 1 / condition, 1.0)
        assert row.rates.min() >= best.rate - 1e-7


def test_momentum_pays_more_the_narrower_the_ravine() -> None:
    """At a condition of 100 the order of the rules is heavy ball = damped < nesterov < one-step < plain."""
    rates = {name: best.rate for name, best in best_for_all(0.01, 1.0).items()}
    assert rates["heavy-ball"] == rates["damped"] < rates["nesterov"] < rates["one-step"] < rates["plain"]


def test_curvatures_that_make_no_sense_are_refused() -> None:
    """Best settings need two positive curvatures, the smaller first."""
    for pair in ((0.0, 1.0), (2.0, 1.0), (-1.0, 1.0), (1.0, math.inf), (math.nan, 1.0)):
        with pytest.raises(ValueError, match="above 0"):
            best_settings(RULES["plain"], *pair)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_map_holds_the_rate_of_every_cell(rule: Rule) -> None:
    """Each cell equals the spectral radius of the slower direction's matrix, and its regime follows from it."""
    rates, momenta = np.linspace(0.05, 4.5, 23), np.linspace(0, 0.95, 17)
    found = rate_map(rule, rates, momenta, 0.1, 1.0)
    assert found.rates.shape == found.regimes.shape == (17, 23)
    for row, momentum in enumerate(momenta):
        a, b, c, d = rule.coefficients(momentum)
        for column, rate in enumerate(rates):
            matrices = [np.array([[1 - a * rate * k, b], [-c * rate * k, d]]) for k in (0.1, 1.0)]
            values = max((np.linalg.eigvals(m) for m in matrices), key=lambda v: np.abs(v).max())
            largest = values[np.argmax(np.abs(values))]
            assert found.rates[row, column] == pytest.approx(abs(largest), rel=1e-6)
            expected = (
                Regime.DIVERGENT if abs(largest) > 1 else
                Regime.RIPPLES if abs(largest.imag) > 1e-7 else
                Regime.MONOTONE if largest.real > 0 else Regime.OSCILLATING
            )  # fmt: skip
            if abs(abs(largest) - 1) > 1e-9 and not 0 < abs(largest.imag) < 1e-6:
                assert found.regimes[row, column] == expected


@pytest.mark.parametrize(
    ("learning_rate", "momentum", "expected"),
    [(0.5, 0.0, Regime.MONOTONE), (1.5, 0.0, Regime.OSCILLATING), (2.1, 0.0, Regime.DIVERGENT),
     (1.0, 0.5, Regime.RIPPLES), (0.02, 0.5, Regime.MONOTONE), (2.95, 0.5, Regime.OSCILLATING)],
)  # fmt: skip
def test_a_regime_is_what_one_sees(learning_rate: float, momentum: float, expected: Regime, engine: Engine) -> None:
    """Monotone runs keep their side, oscillating ones change it each time, ripples at times, divergent ones grow."""
    rule = RULES["heavy-ball"]
    named = rate_map(rule, [learning_rate], [momentum], 1.0, 1.0).regimes[0, 0]
    assert named == expected
    task = SurfaceTask(replace(SURFACES["ravine"], k=(1.0, 1.0)))
    population = runs([rule.coefficients(momentum)], [learning_rate], np.array([1.0, 1.0]))
    sides = [1.0]
    for _ in range(60):
        descend(engine, population, 1, task)
        sides.append(np.sign(population.weights[0, 0]))
    changes = int((np.diff(sides[20:]) != 0).sum())
    if expected is Regime.DIVERGENT:
        assert np.abs(population.weights).max() > 10
    else:
        low, high = {Regime.MONOTONE: (0, 0), Regime.RIPPLES: (4, 36), Regime.OSCILLATING: (40, 40)}[expected]
        assert low <= changes <= high


def test_the_map_is_fast_enough_to_follow_a_slider() -> None:
    """400 × 200 cells take less than 50 ms (the best of five, since the machine has other work)."""
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        rate_map(RULES["nesterov"], np.linspace(0.01, 4, 400), np.linspace(0, 0.99, 200), 0.01, 1.0)
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.05


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.id != "plain"], ids=lambda rule: rule.id)
def test_equal_effective_rates_move_equally_far_on_a_slope(rule: Rule, engine: Engine) -> None:
    """With the rate that `equal_rate` gives, plain goes as far down a steady slope per update as the rule does."""
    plain, momentum = RULES["plain"].coefficients(0), rule.coefficients(0.8)
    learning_rate = equal_rate(0.001, momentum, plain)
    slope = SurfaceTask(replace(SURFACES["ravine"], k=(1e-9, 1e-9)))
    population = runs([momentum, plain], [0.001, learning_rate], np.array([1e7, 1e7]))
    descend(engine, population, 200, slope)
    before = population.weights.copy()
    descend(engine, population, 1, slope)
    steps = (population.weights - before)[:, 0]
    assert steps[0] == pytest.approx(steps[1], rel=1e-3)
    assert equal_rate(0.001, RULES["heavy-ball"].coefficients(0.8), plain) == pytest.approx(0.001 / (1 - 0.8))


def test_the_decay_rate_is_the_slope_of_the_logarithm() -> None:
    """A geometric sequence gives its ratio; too few or useless norms give NaN."""
    t = np.array([0.0, 3.0, 5.0, 12.0])
    assert decay_rate(t, 7 * 0.9**t) == pytest.approx(0.9, rel=1e-12)
    assert decay_rate([*t, 13], [*(7 * 0.9**t), np.inf]) == pytest.approx(0.9, rel=1e-12)
    assert math.isnan(decay_rate([1], [1])) and math.isnan(decay_rate(t, np.zeros(4)))


def network_case(number: int) -> tuple[NetworkTask, np.ndarray]:
    """A small network with data, in full batch."""
    random = np.random.default_rng(number)
    sizes, hidden, output, loss, mean = [
        ((2, 3, 1), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR, True),
        ((3, 2), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR, True),
        ((2, 4, 2), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR, False),
        ((1, 6, 1), Activation.LOGISTIC, Activation.LINEAR, Loss.SQUARED_ERROR, True),
        ((4, 1), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR, False),
    ][number]
    network = Network(sizes, hidden, output, loss)
    inputs = random.normal(size=(20, sizes[0]))
    items = Items(inputs, np.sin(inputs @ random.normal(size=(sizes[0], sizes[-1]))))
    task = NetworkTask(network, items, items, np.ones(network.weight_count, dtype=np.bool_), 20, mean)
    return task, random.uniform(-0.5, 0.5, network.weight_count)


@pytest.mark.parametrize(("number", "rule"), [*enumerate(RULES), *((number, "plain") for number in range(1, 5))])
def test_the_gauge_crosses_its_bound_before_a_network_diverges(number: int, rule: str, engine: Engine) -> None:
    """In full batch, with the rate raised by 4 % every 40 updates, the gauge says over 1 before the run diverges."""
    task, start = network_case(number)
    coefficients = RULES[rule].coefficients(0.5)
    first = curvatures(engine, task, start)
    assert first is not None
    gentle = 0.4 * stability_bound(coefficients) / (first.largest * gradient_scale(task))
    population = runs([coefficients], [gentle], start)
    crossed = None
    for stage in range(300):
        found = curvatures(engine, task, population.weights[0])
        assert found is not None
        if crossed is None and (
            gauge(coefficients, float(population.learning_rate[0]), found.largest, gradient_scale(task)).ratio > 1
        ):
            crossed = stage
        descend(engine, population, 40, task)
        if population.outcome[0] == Outcome.DIVERGED:
            break
        population.learning_rate *= 1.04
    assert population.outcome[0] == Outcome.DIVERGED, "the rate was never raised far enough to diverge"
    assert crossed is not None and crossed <= stage
    assert crossed > 0


def test_the_gauge_is_the_share_of_the_bound() -> None:
    """lr·λmax over the rule's bound, summed batches and the mean square included; 0 where nothing bends upwards."""
    plain = RULES["plain"].coefficients(0)
    for x, ratio in ((0.5, 0.25), (1.2, 0.6), (1.9, 0.95)):
        assert gauge(plain, x / 2, 2.0).ratio == pytest.approx(ratio)
    assert gauge(plain, 0.2, 2.0, scale=6.0).ratio == pytest.approx(1.2)
    assert gauge(plain, 0.2, 2.0, spread=3.0).ratio == pytest.approx(0.6)
    assert gauge(plain, 0.2, -1.0).ratio == 0
    assert math.isnan(gauge(plain, 0.2, math.nan).ratio)


def test_more_momentum_shrinks_the_bound_of_one_step_and_widens_that_of_the_heavy_ball() -> None:
    """The one-step rule loses stability with momentum above 1/3, the heavy ball gains it; gains tell the effect."""
    one_step, heavy = ([stability_bound(RULES[r].coefficients(m)) for m in (0.4, 0.6, 0.9)]
                       for r in ("one-step", "heavy-ball"))  # fmt: skip
    assert one_step[0] > one_step[1] > one_step[2] and heavy[0] < heavy[1] < heavy[2]
    assert gains(RULES["one-step"].coefficients(0.9)) == pytest.approx((1.9, 0.1))
    assert convergence_rate(RULES["heavy-ball"].coefficients(0.9), 0.5) == pytest.approx(math.sqrt(0.9))
