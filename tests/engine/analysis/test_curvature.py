"""Curvatures of the error: as a Hessian built from the error itself has them, fast, cancelled at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from momentum_gui.engine.analysis import curvature
from momentum_gui.engine.analysis.curvature import curvatures, hessian, lanczos
from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.interface import Engine, choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.task import Items, NetworkTask, SurfaceTask

NETWORKS = [
    ((2, 3, 1), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR),
    ((1, 2, 1), Activation.LOGISTIC, Activation.LOGISTIC, Loss.SQUARED_ERROR),
    ((3, 2), Activation.TANH, Activation.SOFTMAX, Loss.CROSS_ENTROPY),
    ((4, 5, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR),
    ((4, 5, 3), Activation.LOGISTIC, Activation.SOFTMAX, Loss.CROSS_ENTROPY),
    ((4, 5, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR_ELEMENTWISE),
    ((2, 4, 4, 1), Activation.TANH, Activation.TANH, Loss.SQUARED_ERROR),
    ((2, 4, 2), Activation.LINEAR, Activation.LOGISTIC, Loss.CROSS_ENTROPY),
    ((3, 6, 5, 2), Activation.LOGISTIC, Activation.LINEAR, Loss.SQUARED_ERROR),
    ((5, 8, 4), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR),
]


@pytest.fixture(params=["numpy", "compiled"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines."""
    return choose(request.param)


def case(number: int) -> tuple[NetworkTask, np.ndarray]:
    """A network with random data and weights."""
    random = np.random.default_rng(number)
    network = Network(*NETWORKS[number])
    classes = random.integers(0, network.sizes[-1], 25)
    targets = np.eye(network.sizes[-1])[classes] if network.sizes[-1] > 1 else random.uniform(0, 1, (25, 1))
    items = Items(random.normal(size=(25, network.sizes[0])), targets)
    trained = np.ones(network.weight_count, dtype=np.bool_)
    return NetworkTask(network, items, items, trained, 1, True), random.normal(size=network.weight_count)


def hessian_of_the_error(task: NetworkTask, weights: np.ndarray) -> np.ndarray:
    """The Hessian from second differences of the error alone, by the four-point formula."""
    count, h = len(weights), 2e-4
    steps = np.eye(count) * h
    i, j = np.triu_indices(count)
    error = choose("numpy").task_errors
    corners = [error(task, weights + a * steps[i] + b * steps[j]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    dense = np.zeros((count, count))
    dense[i, j] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h * h)
    return np.maximum(np.abs(dense), np.abs(dense.T)) * np.sign(dense + dense.T)


@pytest.mark.parametrize("number", range(len(NETWORKS)))
def test_the_extreme_curvatures_are_those_of_the_error(number: int, engine: Engine) -> None:
    """λmax and λmin equal those of the dense Hessian of the error to 1e-3, from the Hessian and by Lanczos alike."""
    task, weights = case(number)
    values, vectors = np.linalg.eigh(hessian_of_the_error(task, weights))
    for found in (curvatures(engine, task, weights), lanczos(engine, task, weights)):
        assert found is not None
        assert found.largest == pytest.approx(values[-1], rel=1e-3)
        assert found.smallest == pytest.approx(values[0], rel=1e-3, abs=1e-3 * values[-1])
        assert abs(found.direction @ vectors[:, -1]) == pytest.approx(1, abs=1e-3)


def test_every_eigenvalue_is_given_for_a_small_network(engine: Engine) -> None:
    """Where the whole Hessian is built, all curvatures are there, in ascending order."""
    task, weights = case(0)
    found = curvatures(engine, task, weights)
    assert found is not None and found.eigenvalues is not None
    expected = np.linalg.eigvalsh(hessian_of_the_error(task, weights))
    np.testing.assert_allclose(found.eigenvalues, expected, atol=1e-5)


def test_frozen_weights_do_not_count(engine: Engine) -> None:
    """With some weights frozen the curvatures are those of the block of the Hessian that trains."""
    task, weights = case(3)
    trained = np.zeros(len(weights), dtype=np.bool_)
    trained[[2, 11, 30]] = True
    block = hessian_of_the_error(task, weights)[np.ix_(trained, trained)]
    for function in (curvatures, lanczos):
        found = function(engine, replace(task, trained=trained), weights)
        assert found is not None
        assert found.largest == pytest.approx(np.linalg.eigvalsh(block)[-1], rel=1e-3)
        assert not found.direction[~trained].any()


def test_a_surface_has_the_curvatures_of_its_formula(engine: Engine) -> None:
    """The ravine bends by its two parameters everywhere, the saddle by −1 and 1 at the origin."""
    for surface, expected in (("ravine", (0.2, 4.0)), ("saddle", (-1.0, 1.0))):
        found = curvatures(engine, SurfaceTask(SURFACES[surface]), np.zeros(2))
        assert found is not None
        assert (found.smallest, found.largest) == pytest.approx(expected, rel=1e-8)


def test_a_few_hundred_weights_take_few_products(engine: Engine) -> None:
    """For 403 weights Lanczos needs fewer passes than a tenth of the dense Hessian's, and ends at its values."""
    random = np.random.default_rng(0)
    network = Network((4, 16, 16, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)
    items = Items(random.normal(size=(40, 4)), np.eye(3)[random.integers(0, 3, 40)])
    task = NetworkTask(network, items, items, np.ones(network.weight_count, dtype=np.bool_), 1, True)
    weights = random.normal(size=network.weight_count) * 0.5
    passes: list[int] = []

    class Counting:
        def task_gradients(self, task: NetworkTask, weights: np.ndarray) -> np.ndarray:
            passes.append(len(weights))
            return engine.task_gradients(task, weights)

    found = curvatures(Counting(), task, weights)  # type: ignore[arg-type]
    dense = hessian(engine, task, weights)
    assert found is not None and dense is not None
    values = np.linalg.eigvalsh(dense)
    assert (found.smallest, found.largest) == pytest.approx((values[0], values[-1]), rel=1e-6)
    assert sum(passes) < 2 * network.weight_count / 5


def test_the_same_weights_give_the_same_numbers(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn anew: twice the same call gives the same bits."""
    task, weights = case(9)
    monkeypatch.setattr(curvature, "DENSE_WEIGHTS", 10)
    first, second = (curvatures(engine, task, weights) for _ in range(2))
    assert first is not None and second is not None
    assert (first.largest, first.smallest) == (second.largest, second.smallest)
    np.testing.assert_array_equal(first.direction, second.direction)


def test_curvatures_can_be_cancelled(engine: Engine) -> None:
    """Work that is outdated ends before its next pass through the items."""
    task, weights = case(9)
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) == 3

    assert lanczos(engine, task, weights, cancelled) is None and len(asked) == 3
    assert curvatures(engine, task, weights, lambda: True) is None


def test_weights_that_are_not_finite_have_no_curvature(engine: Engine) -> None:
    """After a divergence the answer is NaN, not an exception or a warning."""
    task, weights = case(3)
    for bad in (np.nan, np.inf, 1e200):
        found = curvatures(engine, task, np.full(len(weights), bad))
        assert found is not None and (np.isnan(found.largest) or bad == 1e200)
    surface = SurfaceTask(SURFACES["beale"])
    for function in (curvatures, lanczos):
        found = function(engine, surface, np.array([1e150, 1e150]))
        assert found is not None and np.isnan(found.largest)


def test_weights_where_the_error_is_flat_have_no_curvature_at_all(engine: Engine) -> None:
    """A saturated network has curvature 0, in finite time."""
    network = Network((1, 2, 1), Activation.LOGISTIC, Activation.LOGISTIC, Loss.SQUARED_ERROR)
    items = Items(np.ones((3, 1)), np.zeros((3, 1)))
    task = NetworkTask(network, items, items, np.ones(7, dtype=np.bool_), 1, True)
    for function in (curvatures, lanczos):
        found = function(engine, task, np.full(7, 1000.0))
        assert found is not None and found.largest == 0 == found.smallest
