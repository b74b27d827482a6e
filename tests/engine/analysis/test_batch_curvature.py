"""The curvature of batches, against formulas of linear networks and against the whole operator of second moments."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from momentum_gui.engine.analysis.batch_curvature import BatchCurvature, batch_curvature, batch_spread
from momentum_gui.engine.analysis.curvature import curvatures
from momentum_gui.engine.analysis.mean_square import mean_square_bound
from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.rules import RULES, Coefficients
from momentum_gui.engine.task import Items, NetworkTask, SurfaceTask, Task


def linear(inputs: Floats, batch: int, targets: Floats | None = None) -> NetworkTask:
    """Return a linear network without bias on these inputs (items, inputs): an item's Hessian is x·xᵀ."""
    network = Network((inputs.shape[1], 1), Activation.LINEAR, Activation.LINEAR, Loss.SQUARED_ERROR)
    items = Items(inputs, np.zeros((len(inputs), 1)) if targets is None else targets)
    trained = np.ones(network.weight_count, dtype=np.bool_)
    trained[-1] = False
    return NetworkTask(network, items, items, trained, batch, True)


def measure(task: Task, weights: Floats) -> BatchCurvature:
    found = curvatures(choose("numpy"), task, weights)
    assert found is not None
    batches = batch_curvature(task, weights, found)
    assert batches is not None
    return batches


@pytest.mark.parametrize("batch", [1, 2, 3, 6])
def test_one_weight_has_the_moments_of_its_batches(batch: int) -> None:
    """E[h], E[h²], the spread and the batch sharpness, over all batches of six items counted out."""
    random = np.random.default_rng(2)
    x, t, w = random.normal(size=6), random.normal(size=6), 0.7
    task = linear(x[:, None], batch, t[:, None])
    found = measure(task, np.array([w, 0.0]))
    all_batches = [np.array(each) for each in combinations(range(6), batch)]
    h = np.array([(x[each] ** 2).mean() for each in all_batches])
    assert found.mean == pytest.approx(h.mean(), rel=1e-6)
    assert found.second == pytest.approx((h**2).mean(), rel=1e-6)
    assert found.spread == pytest.approx((h**2).mean() / h.mean() ** 2, rel=1e-6)
    if batch in (1, 6):  # other batches are a sample
        g = np.array([(x[each] * (t[each] - w * x[each])).mean() for each in all_batches])
        assert found.sharpness == pytest.approx((g * g * h).sum() / (g * g).sum(), rel=1e-6)


@pytest.mark.parametrize("rule", ["plain", "one-step", "heavy-ball", "nesterov"])
@pytest.mark.parametrize("scales", [(1, 1, 1), (3, 1, 0.5, 0.2), (1, 1, 1, 1, 1, 1)], ids=["3", "4", "6"])
def test_the_bound_is_near_that_of_all_second_moments(scales: tuple[float, ...], rule: str) -> None:
    """Several weights, single items: within 12 % of where the operator Σ → E[MΣMᵀ] begins to grow."""
    inputs = np.random.default_rng(0).normal(size=(100, len(scales))) * np.array(scales)
    found = measure(linear(inputs, 1), np.zeros(len(scales) + 1))
    coefficients = RULES[rule].coefficients(0.8)
    learning_rate = mean_square_bound(coefficients, found.spread) / found.mean
    assert growth(inputs, coefficients, learning_rate / 1.12) < 1 < growth(inputs, coefficients, learning_rate * 1.12)


def growth(inputs: Floats, coefficients: Coefficients, learning_rate: float) -> float:
    """Return the factor per update of the second moments of all weights and their p, by power iteration."""
    a, b, c, d = coefficients
    items, count = inputs.shape
    hessians = learning_rate * inputs[:, :, None] * inputs[:, None, :]
    one = np.eye(count)
    m = np.zeros((items, 2 * count, 2 * count))
    m[:, :count, :count], m[:, :count, count:] = one - a * hessians, b * one
    m[:, count:, :count], m[:, count:, count:] = -c * hessians, d * one
    moments, factor = np.eye(2 * count), 1.0
    for _ in range(120):
        moments = (m @ moments @ np.swapaxes(m, 1, 2)).mean(axis=0)
        factor = float(np.trace(moments))
        moments /= factor
    return factor


def test_a_surface_and_a_whole_batch_have_no_spread() -> None:
    """One batch is like another: K = 1; there E[h²] is the square of the curvature."""
    ravine = measure(SurfaceTask(SURFACES["ravine"]), np.array([1.0, 1.0]))
    assert ravine.spread == 1
    whole = measure(linear(np.arange(1.0, 5.0)[:, None], 4), np.zeros(2))
    assert whole.spread == 1 and whole.second == pytest.approx(whole.mean**2)
    assert batch_spread(3.0, 10, 10) == 1 and batch_spread(3.0, 10, 1) == 3
    lost = measure(linear(np.ones((3, 1)), 1), np.array([np.nan, 0.0]))
    assert np.isnan(lost.spread)
