"""Training by the book: published numbers, gradients against finite differences, endings of a run; in both engines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_gui.engine import numpy_engine
from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine, choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Outcome, Population
from momentum_gui.engine.report import Measure, Report, Span
from momentum_gui.engine.rules import RULES
from momentum_gui.engine.task import Items, NetworkTask, SurfaceTask, Task
from tests.engine.problems import items_for, networks, problem_for


@pytest.fixture(params=["numpy", "compiled"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines."""
    return choose(request.param)


def one_run(weights: list[float], learning_rate: float, rule: str, momentum: float) -> Population:
    """A population of one."""
    coefficients = np.array([RULES[rule].coefficients(momentum)])
    return Population(
        np.array([weights]), np.array([learning_rate]), coefficients, np.zeros(1), np.zeros(1, dtype=np.int64)
    )


def train(engine: Engine, task: Task, population: Population, updates: int, measured: bool = False) -> Report:
    """Train over items in their own order."""
    epochs = -(-updates // task.updates_per_epoch)
    orders = np.tile(np.arange(task.items_per_epoch, dtype=np.int32), (1, epochs, 1))
    span = Span(orders, 0, updates, np.full(epochs, measured))
    report = Report.for_span(task, population, span, keep_weights=True, traced=updates)
    engine.train(task, population, span, report)
    return report


def linear_unit(inputs: list[float], target: float) -> NetworkTask:
    """One linear unit, its bias frozen, and one item."""
    network = Network((len(inputs), 1), Activation.LINEAR, Activation.LINEAR, Loss.SQUARED_ERROR)
    items = Items(np.array([inputs]), np.array([[target]]))
    trained = np.array([True] * len(inputs) + [False])
    return NetworkTask(network, items, items, trained, 1, True)


@pytest.mark.parametrize(("rule", "momentum", "expected"), [("plain", 0.0, 3.587), ("one-step", 0.5, 3.609)])
def test_the_sources_arithmetic(rule: str, momentum: float, expected: float, engine: Engine) -> None:
    """3.56 + 0.01·2.70 = 3.587; with momentum 0.50 and previous delta 0.044, 3.56 + 0.027 + 0.022 = 3.609.

    A linear unit with input 1 and target 3.56 + 2.70 has that gradient. What is stored next is 0.027.
    """
    task = linear_unit([1.0], 3.56 + 2.70)
    population = one_run([3.56, 0.0], 0.01, rule, momentum)
    population.stored[0, 0] = 0.044 if momentum else 0.0
    report = train(engine, task, population, 1)
    assert report.gradients[0, 0, 0] == pytest.approx(2.70, rel=1e-14)
    assert population.weights[0, 0] == pytest.approx(expected, rel=1e-14)
    assert population.stored[0, 0] == pytest.approx(0.027 if momentum else 0.0, rel=1e-12)


@pytest.mark.parametrize(
    ("rule", "momentum", "places"),
    [
        ("plain", 0.0, (-6, 3.6, -2.16)),
        ("heavy-ball", 0.1, (-6, 2, -0.4)),
        ("one-step", 0.1, (-6, 2, -0.24)),
    ],
)
def test_orrs_three_steps(rule: str, momentum: float, places: tuple[float, ...], engine: Engine) -> None:
    """Orr, CS449: E = w² at rate 0.8 from 10; the third step tells the heavy ball from the one-step rule."""
    report = train(engine, SurfaceTask(SURFACES["bowl"]), one_run([10.0, 0.0], 0.8, rule, momentum), 3)
    assert report.weights[0, :, 0] == pytest.approx(places, rel=1e-12)


@pytest.mark.parametrize(
    ("learning_rate", "momentum", "place"),
    [
        (0.4, 0.0, (-0.943467, -0.000073)),
        (0.6, 0.0, (-0.387814, -1673.365)),
        (0.6, 0.5, (0.007188, 0.002553)),
        (0.6, 0.25, (-0.126340, -0.186632)),
    ],
)
def test_dive_into_deep_learnings_ravine(
    learning_rate: float, momentum: float, place: tuple[float, float], engine: Engine
) -> None:
    """Zhang et al.: f = 0.1x² + 2y² from (−5, −2), 20 steps of the heavy ball; all printed digits."""
    population = one_run([-5.0, -2.0], learning_rate, "heavy-ball", momentum)
    train(engine, SurfaceTask(SURFACES["ravine"]), population, 20)
    assert population.weights[0, 0] == pytest.approx(place[0], abs=5e-7)
    assert population.weights[0, 1] == pytest.approx(place[1], abs=5e-4 if abs(place[1]) > 1 else 5e-7)


def numerical_gradient(network: Network, weights: Floats, items: Items) -> Floats:
    """−∂E/∂w of the mean loss by central differences, (W,)."""
    h = 1e-5
    steps = np.eye(len(weights)) * h
    above, below = (numpy_engine.errors(network, weights + sign * steps, items)[0] for sign in (1, -1))
    return -(above - below) / (2 * h)


@settings(max_examples=60)
@given(network=networks(widest=6), seed=st.integers(0, 10**6), count=st.integers(1, 40), mean=st.booleans())
def test_gradients_are_those_of_the_error(network: Network, seed: int, count: int, mean: bool) -> None:
    """Back-propagation agrees with finite differences for every activation, loss, depth and number of items.

    The elementwise squared error is left out where its gradient is not that of its value: at a softmax.
    """
    if network.loss is Loss.SQUARED_ERROR_ELEMENTWISE and network.output_activation is Activation.SOFTMAX:
        network = replace(network, loss=Loss.CROSS_ENTROPY)
    generator = np.random.default_rng(seed)
    items = items_for(network, count, generator)
    weights = generator.uniform(-1, 1, network.weight_count)
    expected = numerical_gradient(network, weights, items) * (1 if mean else count)
    for engine in (choose("numpy"), choose("compiled")):
        found = engine.gradients(network, weights[None], items.inputs, items.targets, mean=mean)[0]
        assert np.abs(found - expected).max() < 2e-8 * (1 if mean else count) * (1 + np.abs(expected).max())


@settings(max_examples=40)
@given(network=networks(widest=6), seed=st.integers(0, 10**6), batch_size=st.integers(1, 20), mean=st.booleans())
def test_an_updates_gradient_is_that_of_its_batch(network: Network, seed: int, batch_size: int, mean: bool) -> None:
    """Each traced gradient is that of the items its batch names, the last and shorter batch too; 0 where frozen."""
    problem = problem_for(network, seed=seed, items=17, batch_size=batch_size, mean=mean, frozen=True, runs=1, epochs=1)
    task, items = problem.task, problem.task.items
    for engine in (choose("numpy"), choose("compiled")):
        population, reports = problem.trained(engine, traced=10**6)
        weights, p = problem.weights[0].copy(), np.zeros(network.weight_count)
        a, b, c, d = problem.coefficients[0]
        for update, begin in enumerate(range(0, 17, task.batch_size)):
            batch = problem.orders[0, 0, begin : begin + task.batch_size]
            g = numpy_engine.gradients(network, weights[None], items.inputs[batch], items.targets[batch], mean=mean)
            g = g[0] * task.trained
            assert reports[0].gradients[0, update] == pytest.approx(g, rel=1e-9, abs=1e-12)
            assert reports[0].stored[0, update] == pytest.approx(p, rel=1e-9, abs=1e-12)
            weights += a * problem.learning_rate[0] * g + b * p
            p = c * problem.learning_rate[0] * g + d * p
        assert population.weights[0] == pytest.approx(weights, rel=1e-9, abs=1e-12)


def test_the_textbook_shortcut_leaves_out_the_jacobians_off_diagonal() -> None:
    """squared_error_elementwise at a softmax takes o·(1−o)·(t−o); its error is that of squared_error."""
    network = Network((1, 2), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR_ELEMENTWISE)
    items = Items(np.array([[0.0]]), np.array([[1.0, 0.0]]))
    weights = np.array([[0.3, -0.2, 0.4, -0.1]])
    o = np.exp([0.4, -0.1]) / np.exp([0.4, -0.1]).sum()
    for engine in (choose("numpy"), choose("compiled")):
        found = engine.gradients(network, weights, items.inputs, items.targets)[0]
        assert found[2:] == pytest.approx(o * (1 - o) * ([1.0, 0.0] - o), rel=1e-14)
        exact = replace(network, loss=Loss.SQUARED_ERROR)
        assert engine.errors(network, weights, items)[0] == engine.errors(exact, weights, items)[0]
        assert engine.errors(network, weights, items)[0] == pytest.approx(0.5 * ((1 - o[0]) ** 2 + o[1] ** 2))


def test_accuracy_counts_classes(engine: Engine) -> None:
    """The largest of several outputs, the side of the threshold of a single one; NaN without a threshold or items."""
    inputs = np.array([[1.0], [-1.0], [2.0], [0.5]])
    one = Network((1, 1), Activation.LINEAR, Activation.LINEAR, Loss.SQUARED_ERROR)
    two = Network((1, 2), Activation.LINEAR, Activation.SOFTMAX, Loss.SQUARED_ERROR)
    sides = Items(inputs, np.array([[1.0], [-1.0], [-1.0], [1.0]]), 0.0)
    classes = Items(inputs, np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]), 0.5)
    assert engine.errors(one, np.array([[1.0, 0.0]]), sides)[1][0] == 0.75
    assert engine.errors(two, np.array([[1.0, -1.0, 0.0, 0.0]]), classes)[1][0] == 0.75
    assert np.isnan(engine.errors(two, np.zeros((1, 4)), replace(classes, threshold=np.nan))[1][0])
    assert np.isnan(engine.errors(two, np.zeros((1, 4)), Items(inputs[:0], np.zeros((0, 2)), 0.5))).all()


def test_a_run_that_diverges_ends_alone(engine: Engine) -> None:
    """The others go on to the last epoch; its own last epoch is measured, the later ones are empty."""
    network = Network((1, 1), Activation.LINEAR, Activation.LINEAR, Loss.SQUARED_ERROR)
    items = Items(np.array([[1.0], [2.0]]), np.array([[1.0], [2.0]]))
    task = NetworkTask(network, items, items, np.ones(2, dtype=np.bool_), 1, True)
    rates = np.array([0.05, 50.0, 0.05])
    population = Population(
        np.zeros((3, 2)), rates, np.tile([1.0, 0, 0, 0], (3, 1)), np.zeros(3), np.zeros(3, dtype=np.int64)
    )
    report = train(engine, task, population, 40, measured=True)
    assert list(population.outcome) == [Outcome.RUNNING, Outcome.DIVERGED, Outcome.RUNNING]
    assert list(population.epochs) == [20, population.epochs[1], 20] and population.epochs[1] < 5
    error = report.measures[:, :, Measure.ERROR]
    assert np.isnan(error[1, population.epochs[1] :]).all() and error[1, population.epochs[1] - 1] > 1e8
    assert np.array_equal(report.measures[0], report.measures[2], equal_nan=True) and error[0, -1] < error[0, 0]
    assert np.abs(population.weights[1]).max() > 1e8


def test_a_run_ends_at_its_target_error(engine: Engine) -> None:
    """It converges at the end of the first epoch whose error is at or below the target, measured or not."""
    population = one_run([10.0, 4.0], 0.1, "plain", 0.0)
    population.target_error[:] = 0.5
    report = train(engine, SurfaceTask(SURFACES["bowl"]), population, 50)
    expected = next(n for n in range(50) if 116 * 0.8 ** (2 * n) <= 0.5)
    assert population.outcome[0] == Outcome.CONVERGED and population.epochs[0] == expected
    assert np.flatnonzero(~np.isnan(report.measures[0, :, Measure.ERROR])).tolist() == [expected - 1]
    assert report.measures[0, expected - 1, Measure.ERROR] <= 0.5


def test_the_anatomy_of_a_step(engine: Engine) -> None:
    """The norms of gradient, step and momentum part of an epoch's last update, and its cosine with the one before."""
    population = one_run([10.0, 4.0], 0.1, "heavy-ball", 0.5)
    report = train(engine, SurfaceTask(SURFACES["bowl"]), population, 2, measured=True)
    first, second = np.array([-2.0, -0.8]), 0.1 * np.array([-16.0, -6.4]) + 0.5 * np.array([-2.0, -0.8])
    assert report.measures[0, 1, Measure.GRADIENT_NORM] == pytest.approx(np.hypot(16, 6.4))
    assert report.measures[0, 1, Measure.STEP_NORM] == pytest.approx(np.hypot(*second))
    assert report.measures[0, 1, Measure.MOMENTUM_NORM] == pytest.approx(np.hypot(1.0, 0.4))
    assert report.measures[0, 1, Measure.COSINE] == pytest.approx(first @ second / np.hypot(*first) / np.hypot(*second))
    assert np.isnan(report.measures[0, 0, Measure.COSINE])


def test_a_small_logistic_output_keeps_its_digits(engine: Engine) -> None:
    """1/(1 + e⁴⁰) is 4.2e-18, not 0; its cross-entropy is 40."""
    network = Network((1, 1), Activation.LINEAR, Activation.LOGISTIC, Loss.CROSS_ENTROPY)
    weights, inputs = np.array([[40.0, 0.0]]), np.array([[-1.0]])
    assert engine.outputs(network, weights, inputs)[0, 0, 0] == pytest.approx(4.248354255291589e-18, rel=1e-14)
    assert engine.errors(network, weights, Items(inputs, np.ones((1, 1))))[0][0] == pytest.approx(40.0, rel=1e-14)
