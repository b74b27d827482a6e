"""Planes in weight space: coordinates, projections, shares, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.engine.analysis import plane as planes
from momentum_gui.engine.analysis.plane import (
    Plane,
    extent,
    pca,
    principal,
    random_directions,
    surface_plane,
    through_three,
    two_weights,
)
from momentum_gui.engine.network import Activation, Layer, Loss, Network

NETWORK = Network((3, 4, 2), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR)


def weights(seed: int = 0, count: int = NETWORK.weight_count) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=count)


def all_planes() -> list[Plane]:
    """One plane of every kind in the weights of a small network, some of them with axes that are not orthogonal."""
    skewed = Plane("weights", weights(1), weights(2), weights(3) * 7, "a", "b", False, None, None, "")
    return [
        two_weights(weights(), 1, 17, NETWORK.weight_names),
        pca(np.random.default_rng(5).normal(size=(60, NETWORK.weight_count))),
        random_directions(NETWORK, weights(), seed=4),
        through_three(weights(1), weights(2), weights(3)),
        skewed,
    ]


@pytest.mark.parametrize("number", range(5))
def test_projecting_points_of_a_plane_gives_their_coordinates_and_no_distance(number: int) -> None:
    """`project` undoes `weights_at`, whatever the angle and length of the axes."""
    plane = all_planes()[number]
    x, y = np.array([0.0, 1.5, -3.0, 2.0]), np.array([0.25, -1.0, 4.0, 0.0])
    found_x, found_y, distance = plane.project(plane.weights_at(x, y))
    np.testing.assert_allclose(found_x, x, atol=1e-12)
    np.testing.assert_allclose(found_y, y, atol=1e-12)
    np.testing.assert_allclose(distance, 0, atol=1e-12)


@pytest.mark.parametrize("number", range(5))
def test_a_projection_is_the_nearest_point_of_the_plane(number: int) -> None:
    """What is projected away is at right angles to both axes, and its length is the distance."""
    plane, off = all_planes()[number], np.stack([weights(seed) for seed in range(20, 25)])
    x, y, distance = plane.project(off)
    rest = off - plane.weights_at(x, y)
    np.testing.assert_allclose(rest @ plane.axis_x, 0, atol=1e-11)
    np.testing.assert_allclose(rest @ plane.axis_y, 0, atol=1e-11)
    np.testing.assert_allclose(np.linalg.norm(rest, axis=1), distance, rtol=1e-12)
    assert (distance > 0.1).all()


def test_points_come_in_the_order_of_the_grid() -> None:
    """A grid's points follow each other row by row, like the flattened grid."""
    x, y = np.meshgrid([1.0, 2.0, 3.0], [10.0, 20.0])
    np.testing.assert_array_equal(surface_plane().weights_at(x, y), np.stack((x.ravel(), y.ravel()), axis=1))


def test_two_weights_are_set_exactly_and_the_others_not_touched() -> None:
    """The coordinates are the two weights' values, to the last bit; every other weight stays as given."""
    start = weights()
    plane = two_weights(start, 2, 5, NETWORK.weight_names)
    expected = start.copy()
    expected[[2, 5]] = 0.1, -1e-9
    np.testing.assert_array_equal(plane.weights_at(0.1, -1e-9)[0], expected)
    assert (plane.label_x, plane.label_y) == (NETWORK.weight_names[2], NETWORK.weight_names[5])


def test_a_plane_of_two_weights_is_exact_only_where_no_other_weight_trains() -> None:
    """The user is told that nothing is left out when that is so, and what is held when it is not."""
    trained = np.zeros(NETWORK.weight_count, dtype=np.bool_)
    trained[[2, 5]] = True
    exact = two_weights(weights(), 5, 2, NETWORK.weight_names, trained)
    assert exact.exact and "nothing is left out" in exact.sentence
    trained[3] = True
    held = two_weights(weights(), 5, 2, NETWORK.weight_names, trained)
    assert not held.exact and "held" in held.sentence
    assert not two_weights(weights(), 5, 2, NETWORK.weight_names).exact
    with pytest.raises(ValueError, match="two different weights"):
        two_weights(weights(), 2, 2, NETWORK.weight_names)


@given(seed=st.integers(0, 100), rows=st.integers(3, 40), columns=st.integers(3, 30))
def test_pca_shares_are_those_of_a_singular_value_decomposition(seed: int, rows: int, columns: int) -> None:
    """Shares equal s²/Σs² of the centred vectors, and the plane leaves the least squared distance."""
    vectors = np.random.default_rng(seed).normal(size=(rows, columns)) * np.linspace(3, 0.1, columns)
    plane = pca(vectors)
    powers = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False) ** 2
    assert plane.share_x == pytest.approx(powers[0] / powers.sum(), rel=1e-12)
    assert plane.share_y == pytest.approx(powers[1] / powers.sum(), rel=1e-12)
    _, _, distance = plane.project(vectors)
    assert (distance**2).sum() == pytest.approx(powers[2:].sum(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("small", [1.0, 1e-3, 1e-7, 1e-12])
def test_principal_directions_are_exact_however_small_the_second_is(small: float) -> None:
    """Many vectors give the singular values and directions of all, also where the second is nearly nothing."""
    random = np.random.default_rng(5)
    axes = np.linalg.qr(random.normal(size=(6, 6)))[0]
    spread = random.normal(size=(400, 6)) * [1.0, small, small / 3, small / 5, small / 9, small / 10] @ axes
    spread -= spread.mean(axis=0)
    powers, directions = principal(spread)
    _, sizes, expected = np.linalg.svd(spread, full_matrices=False)
    np.testing.assert_allclose(powers[:2], sizes[:2] ** 2, rtol=1e-11 if small > 1e-6 else 1e-6)
    for direction, right in zip(directions[:2], expected[:2], strict=True):
        assert abs(direction @ right) == pytest.approx(1, abs=1e-9 if small > 1e-6 else 1e-5)


def test_pca_keeps_its_directions_while_a_path_grows() -> None:
    """With `like` an axis never turns round from one picture to the next, so the path does not jump."""
    path = np.cumsum(np.random.default_rng(3).normal(size=(200, 8)) * np.linspace(2, 0.2, 8), axis=0)
    plane = pca(path[:50])
    for length in range(51, 200):
        following = pca(path[:length], like=plane)
        assert following.axis_x @ plane.axis_x > 0.9
        assert following.axis_y @ plane.axis_y > 0
        plane = following


def test_pca_of_poor_paths() -> None:
    """One point, a straight line, and vectors that are not finite still give two axes at right angles."""
    line = np.outer(np.arange(4.0), [1.0, 1.0, 0.0])
    for vectors in (np.ones((1, 3)), np.ones((5, 3)), line, np.vstack((line, [[np.nan, 0, 0], [np.inf, 1, 1]]))):
        plane = pca(vectors)
        assert plane.axis_x @ plane.axis_y == pytest.approx(0, abs=1e-15)
        assert np.linalg.norm(plane.axis_x) == pytest.approx(1) == np.linalg.norm(plane.axis_y)
        assert plane.share_x == pytest.approx(1) and plane.share_y == pytest.approx(0)
    with pytest.raises(ValueError, match="finite"):
        pca(np.full((2, 3), np.nan))


def test_random_directions_change_each_unit_in_proportion_to_its_size() -> None:
    """Filter normalisation: incoming weights and bias of a unit have the length that they have at the centre."""
    center = weights()
    plane = random_directions(NETWORK, center, seed=7)
    for layer in NETWORK.layers:
        for parts in zip(*(split(layer, vector) for vector in (center, plane.axis_x, plane.axis_y)), strict=True):
            lengths = [np.linalg.norm(part) for part in parts]
            np.testing.assert_allclose(lengths, lengths[0], rtol=1e-12)
    again, other = (random_directions(NETWORK, center, seed=seed) for seed in (7, 8))
    np.testing.assert_array_equal(again.axis_y, plane.axis_y)
    assert not np.allclose(other.axis_x, plane.axis_x)


def split(layer: Layer, vector: np.ndarray) -> list[np.ndarray]:
    """The incoming weights and bias of each unit of a layer."""
    matrix = vector[layer.matrix].reshape(layer.inputs, layer.units)
    return [np.append(matrix[:, j], vector[layer.bias][j]) for j in range(layer.units)]


def test_random_directions_leave_frozen_weights_alone_and_work_from_zero() -> None:
    """Weights that do not train stay fixed; at a start of zeros there are directions nonetheless."""
    trained = np.zeros(NETWORK.weight_count, dtype=np.bool_)
    trained[:6] = True
    plane = random_directions(NETWORK, weights(), seed=1, trained=trained)
    assert not plane.axis_x[6:].any() and plane.axis_x[:6].all()
    zero = random_directions(NETWORK, np.zeros(NETWORK.weight_count), seed=1)
    assert np.linalg.norm(zero.axis_x) == pytest.approx(1)


def test_the_plane_through_three_states_shows_them_at_their_distances() -> None:
    """The first lies at 0, 0, the second on the x axis, the third above it, as far from each other as they are."""
    a, b, c = weights(1), weights(2), weights(3)
    x, y, distance = through_three(a, b, c).project(np.stack((a, b, c)))
    np.testing.assert_allclose(distance, 0, atol=1e-12)
    np.testing.assert_allclose((x[0], y[0], y[1]), 0, atol=1e-12)
    assert x[1] == pytest.approx(np.linalg.norm(b - a)) and y[2] > 0
    assert np.hypot(x[2] - x[1], y[2]) == pytest.approx(np.linalg.norm(c - b))


def test_planes_that_hold_all_that_trains_are_exact() -> None:
    """With two trained weights random directions and three states leave nothing out, and their sentences say so."""
    trained = np.zeros(NETWORK.weight_count, dtype=np.bool_)
    trained[[1, 4]] = True
    center, other, third = weights(1), weights(1), weights(1)
    other[1] += 1.0
    third[4] -= 2.0
    random = random_directions(NETWORK, center, seed=1, trained=trained)
    three = through_three(center, other, third, trained=trained)
    for plane in (random, three):
        assert plane.exact and "nothing is left out" in plane.sentence and "projected" not in plane.sentence
        assert plane.project(np.stack((other, third)))[2] == pytest.approx([0, 0], abs=1e-12)
    for plane in (random_directions(NETWORK, center, seed=1), through_three(center, weights(2), weights(3))):
        assert not plane.exact and "projected away" in plane.sentence


def test_three_states_on_a_line_are_told() -> None:
    """A plane is found for states on a line, or at one place, and the sentence admits that it is arbitrary."""
    a, b = weights(1), weights(2)
    for c in (a + 3 * (b - a), a, b):
        plane = through_three(a, b, c)
        assert "one line" in plane.sentence
        assert plane.axis_x @ plane.axis_y == pytest.approx(0, abs=1e-12)
    assert "one line" in through_three(a, a, a).sentence
    assert "one line" not in through_three(a, b, weights(3)).sentence


def test_the_range_covers_the_path_with_a_margin() -> None:
    """Every finite point lies inside, and points where a run diverged do not blow the picture up."""
    x0, x1, y0, y1 = extent([0.0, 4.0, np.nan, 1e200], [1.0, 1.0, 1.0, np.inf])
    assert x0 < 0 and x1 > 4 and y0 < 1 < y1 and x1 - x0 == pytest.approx(6)
    assert extent([], [])[1] > 0
    assert extent([2.0, 2.0], [3.0, 3.0]) == (1.0, 3.0, 2.0, 4.0)
    assert extent([0.0, 1e-3], [0.0, 0.0]) == pytest.approx((-2.5e-4, 1.25e-3, -7.5e-5, 7.5e-5))


def test_the_shares_are_told_in_the_sentence() -> None:
    """The sentence under a PCA plane names what is projected away."""
    vectors = np.zeros((6, 3))
    vectors[0, 0], vectors[1, 0], vectors[2, 1], vectors[3, 1], vectors[4, 2], vectors[5, 2] = 3, -3, 2, -2, 1, -1
    assert "64 % and 29 % of the movement; the other 7.1 %" in pca(vectors).sentence
    assert planes.percent(0) == "0 %"
