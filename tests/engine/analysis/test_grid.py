"""The error on grids of a plane: true for every plane and engine, coarse first where wanted, cancelled at once."""

from __future__ import annotations

import numpy as np
import pytest

from momentum_gui.engine.analysis import grid
from momentum_gui.engine.analysis.grid import grid_errors, last_layers, point_errors, refined_errors
from momentum_gui.engine.analysis.plane import Plane, pca, random_directions, surface_plane, through_three, two_weights
from momentum_gui.engine.analytic_surfaces import SURFACES, evaluate
from momentum_gui.engine.interface import Engine, choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.task import Items, NetworkTask, SurfaceTask

RANDOM = np.random.default_rng(0)
NETWORK = Network((4, 5, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)
ITEMS = Items(RANDOM.normal(size=(30, 4)), np.eye(3)[RANDOM.integers(0, 3, 30)], 0.5)
TASK = NetworkTask(NETWORK, ITEMS, ITEMS, np.ones(NETWORK.weight_count, dtype=np.bool_), 1, True)
STATES = RANDOM.normal(size=(3, NETWORK.weight_count))
PLANES = {
    "weights": two_weights(STATES[0], 3, 21, NETWORK.weight_names),
    "weights of the last layer": two_weights(STATES[0], 27, 41, NETWORK.weight_names),
    "pca": pca(RANDOM.normal(size=(40, NETWORK.weight_count))),
    "random": random_directions(NETWORK, STATES[0], seed=2),
    "three": through_three(*STATES),
}
XS, YS = np.linspace(-3, 3, 13), np.linspace(-1, 2, 9)


@pytest.fixture(params=["numpy", "compiled"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines."""
    return choose(request.param)


def error_by_hand(weights: np.ndarray) -> float:
    """The mean of ½·Σ(t−o)² over the items of a 4-5-3 tanh/softmax network, item by item."""
    w1, b1 = weights[:20].reshape(4, 5), weights[20:25]
    w2, b2 = weights[25:40].reshape(5, 3), weights[40:]
    total = 0.0
    for item, target in zip(ITEMS.inputs, ITEMS.targets, strict=True):
        net = np.tanh(item @ w1 + b1) @ w2 + b2
        output = np.exp(net) / np.exp(net).sum()
        total += 0.5 * float(((target - output) ** 2).sum())
    return total / len(ITEMS)


@pytest.mark.parametrize("kind", PLANES)
def test_a_surface_shows_the_error_of_the_network_set_to_those_weights(kind: str, engine: Engine) -> None:
    """Every point's value is the training error at origin + x·axis_x + y·axis_y, to 1e-12."""
    plane = PLANES[kind]
    errors = grid_errors(engine, TASK, plane, XS, YS)
    assert errors.shape == (len(YS), len(XS))
    for row in (0, 4, 8):
        for column in (0, 5, 12):
            weights = plane.origin + XS[column] * plane.axis_x + YS[row] * plane.axis_y
            assert errors[row, column] == pytest.approx(error_by_hand(weights), rel=1e-12)


def test_layers_that_are_the_same_everywhere_are_worked_out_once(engine: Engine) -> None:
    """A plane of weights of the second of three layers is evaluated in the last two, as in all three."""
    network = Network((4, 6, 5, 3), Activation.LOGISTIC, Activation.SOFTMAX, Loss.CROSS_ENTROPY)
    task = NetworkTask(network, ITEMS, ITEMS, np.ones(network.weight_count, dtype=np.bool_), 1, True)
    weights = RANDOM.normal(size=network.weight_count)
    layers = network.layers
    plane = two_weights(weights, layers[1].offset + 2, layers[2].offset + 1, network.weight_names)
    rest, within = last_layers(engine, task, plane)
    assert isinstance(rest, NetworkTask)
    assert rest.network.sizes == (6, 5, 3)
    assert len(within.origin) == rest.weight_count == network.weight_count - layers[1].offset
    x, y = (values.ravel() for values in np.meshgrid(XS, YS))
    all_layers = engine.task_errors(task, plane.weights_at(x, y))
    np.testing.assert_allclose(point_errors(engine, task, plane, x, y), all_layers, rtol=1e-14)
    first = two_weights(weights, 0, layers[2].offset, network.weight_names)
    assert last_layers(engine, task, first) == (task, first)


def test_an_analytic_surface_is_drawn_as_its_formula(engine: Engine) -> None:
    """The plane of an analytic surface shows the surface."""
    surface = SURFACES["rosenbrock"]
    errors = grid_errors(engine, SurfaceTask(surface), surface_plane(), XS, YS)
    np.testing.assert_allclose(errors, evaluate(surface, XS[None, :], YS[:, None]), rtol=1e-12)


def test_blocks_do_not_change_the_values(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a grid is cut into blocks, its values are the same."""
    whole = grid_errors(engine, TASK, PLANES["pca"], XS, YS)
    monkeypatch.setattr(grid, "BLOCK_NUMBERS", 30 * 5 * 7)
    np.testing.assert_allclose(grid_errors(engine, TASK, PLANES["pca"], XS, YS), whole, rtol=1e-13)


def test_a_surface_that_overflows_is_infinite_without_a_warning(engine: Engine) -> None:
    """Far out the values are inf or NaN, to be drawn as out of range; nothing is raised."""
    errors = grid_errors(engine, SurfaceTask(SURFACES["beale"]), surface_plane(), [1e200, 0.0], [1e200])
    assert not np.isfinite(errors[0, 0]) and np.isfinite(errors[0, 1])


@pytest.mark.parametrize("shape", [(13, 9), (64, 33), (1, 5)])
def test_refining_ends_in_the_whole_grid_and_shows_nearest_values_before(
    engine: Engine, shape: tuple[int, int]
) -> None:
    """Coarse pictures hold values of evaluated points only; the last is the full grid; no point is asked twice."""
    xs, ys = np.linspace(-2, 2, shape[0]), np.linspace(-2, 2, shape[1])
    calls: list[int] = []

    class Counting:
        def task_errors(self, task: object, weights: Plane) -> np.ndarray:
            calls.append(len(weights))
            return engine.task_errors(TASK, weights)

    pictures = list(refined_errors(Counting(), TASK, PLANES["three"], xs, ys))  # type: ignore[arg-type]
    whole = grid_errors(engine, TASK, PLANES["three"], xs, ys)
    assert len(pictures) == 4 and sum(calls) == whole.size
    np.testing.assert_allclose(pictures[-1], whole, rtol=1e-13)
    for picture, stride in zip(pictures, (8, 4, 2, 1), strict=True):
        np.testing.assert_allclose(picture[::stride, ::stride], whole[::stride, ::stride], rtol=1e-13)
        assert len(np.unique(picture)) <= -(-shape[0] // stride) * -(-shape[1] // stride)


def test_an_outdated_grid_is_cancelled_between_blocks(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once cancelled, no further block is evaluated and no further picture comes."""
    monkeypatch.setattr(grid, "BLOCK_NUMBERS", 30 * 5 * 4)
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 3

    pictures = list(refined_errors(engine, TASK, PLANES["pca"], XS, YS, cancelled))
    assert len(pictures) == 2 and len(asked) == 4  # 4 and 8 new points in blocks of 4, then none
    assert point_errors(engine, TASK, PLANES["pca"], XS, XS, lambda: True) is None
