"""Planes in weight space on which the error is drawn: two weights, PCA, random, through three states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Network

Range = tuple[float, float, float, float]
"""x low, x high, y low, y high."""

MOST_DRAWS = 60
MANY = 4
"""From this many times as many vectors as weights on, their products give the main directions, and sooner,"""
SMALL = 1e-4
"""where the second direction has more than this share of the first one's movement."""
NOTHING_LEFT_OUT = "no weight moves out of this plane, and nothing is left out."


@dataclass(frozen=True, eq=False)
class Plane:
    """The weights origin + x·axis_x + y·axis_y, each (W,), and what a user must know of them.

    `kind` is weights, pca, random, three or surface. `exact` says that training never leaves the plane, so that the
    plane's error is the runs' own. `share_x` and `share_y` are the shares (0 to 1) of the movement that the axes
    hold, None where that has no meaning. `sentence` says in plain words what is held fixed or projected away.
    """

    kind: str
    origin: Floats
    axis_x: Floats
    axis_y: Floats
    label_x: str
    label_y: str
    exact: bool
    share_x: float | None
    share_y: float | None
    sentence: str

    @cached_property
    def axes(self) -> Floats:
        """Both axes, (2, W)."""
        return np.stack((self.axis_x, self.axis_y))

    @cached_property
    def _inverse(self) -> Floats | None:
        """The pseudo-inverse (2, 2) of the axes' inner products; None where these are those of unit vectors at right
        angles."""
        gram = self.axes @ self.axes.T
        if gram[0, 1] == 0.0 and (gram.diagonal() == 1.0).all():
            return None
        return np.linalg.pinv(gram, hermitian=True).astype(np.float64)

    def weights_at(self, x: ArrayLike, y: ArrayLike) -> Floats:
        """Return the weight vectors at the points x, y (any shapes that broadcast): (points, W), in C order."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        return self.origin + x.reshape(-1, 1) * self.axis_x + y.reshape(-1, 1) * self.axis_y

    def project(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the nearest points of the plane to weights (n, W), and the distances to them: x, y, distance, each
        (n,).

        By least squares: right for axes of any length and angle; an axis of length 0 gets the coordinate 0.
        """
        axes = self.axes
        offset = np.atleast_2d(weights) - self.origin
        coordinates = offset @ axes.T
        if self._inverse is not None:
            coordinates = coordinates @ self._inverse
        with np.errstate(over="ignore"):  # of weights far gone: at an infinite distance
            distance = np.linalg.norm(offset - coordinates @ axes, axis=1)
        return coordinates[:, 0], coordinates[:, 1], distance


def two_weights(
    weights: Floats, i: int, j: int, names: Sequence[str], trained: NDArray[np.bool_] | None = None
) -> Plane:
    """Return the plane of the weights number i and j, whose coordinates are their values; the others are held at
    `weights`.

    It is exact when no other weight trains. Raises ValueError when i and j are the same.
    """
    if i == j:
        raise ValueError(f"a plane needs two different weights, not {names[i]} twice")
    origin = np.array(weights, dtype=np.float64)
    origin[[i, j]] = 0.0
    axis_x, axis_y = np.zeros_like(origin), np.zeros_like(origin)
    axis_x[i] = axis_y[j] = 1.0
    others = np.ones(len(origin), dtype=np.bool_) if trained is None else np.array(trained)
    others[[i, j]] = False
    exact = not others.any()
    pair = f"{names[i]} and {names[j]}"
    if exact:
        sentence = f"No weight but {pair} is trained, so this is the whole error: nothing is left out."
    else:
        sentence = f"All weights but {pair} are held at fixed values; as training moves them, this surface changes too."
    return Plane("weights", origin, axis_x, axis_y, names[i], names[j], exact, None, None, sentence)


def pca(vectors: Floats, like: Plane | None = None) -> Plane:
    """Return the plane in which the recorded weight vectors (n, W) of all paths vary most, through their mean.

    The axes are the first two right singular vectors of the centred vectors, their shares s²/Σs² (principal component
    analysis; for training paths: Li et al., Visualizing the Loss Landscape of Neural Nets, 2018). The sign of an axis
    is that of the movement from the first vector to the last, or agrees with the plane `like`, so that a picture that
    is brought up to date does not flip.
    """
    finite = vectors[np.isfinite(vectors).all(axis=1)]
    if len(finite) == 0:
        raise ValueError("a PCA plane needs recorded weights that are finite numbers")
    origin = finite.mean(axis=0)
    centred = finite - origin
    scale = float(np.abs(centred).max()) or 1.0  # squares of the weights of a diverged run would overflow
    powers, directions = principal(centred / scale)
    total = float(powers.sum())
    axis_x = directions[0] if total > 0 else unit(len(origin), 0)
    if len(powers) > 1 and powers[1] > 1e-26 * powers[0]:
        axis_y = directions[1]
    else:
        axis_y = perpendicular(axis_x)
    share_x = float(powers[0] / total) if total > 0 else 1.0
    share_y = float(powers[1] / total) if total > 0 and len(powers) > 1 else 0.0
    movement = finite[-1] - finite[0]
    axis_x = turned(axis_x, movement if like is None else like.axis_x)
    axis_y = turned(axis_y, movement if like is None else like.axis_y)
    exact = int(np.count_nonzero(np.ptp(finite, axis=0))) <= 2
    left = max(0.0, 1.0 - share_x - share_y)
    sentence = (
        f"The two directions in which the paths move most: {percent(share_x)} and {percent(share_y)} of the movement"
    )
    if exact:
        sentence += f"; {NOTHING_LEFT_OUT}"
    else:
        sentence += f"; the other {percent(left)} is projected away, and the weights there are held at their mean."
    return Plane("pca", origin, axis_x, axis_y, "PC 1", "PC 2", exact, share_x, share_y, sentence)


def principal(spread: Floats) -> tuple[Floats, Floats]:
    """Return the squares of the singular values of `spread` (n, W), falling, and the right singular vectors in rows.

    Of many vectors by way of the products of the columns, which is several times faster. That loses digits of what is
    small beside the largest: where the second direction is, by way of a triangle that loses none.
    """
    n, width = spread.shape
    if n > MANY * width:
        powers, directions = np.linalg.eigh(spread.T @ spread)
        if width > 1 and powers[-2] > SMALL * powers[-1]:
            return np.maximum(powers[::-1], 0.0), directions.T[::-1]
    if n > width:
        spread = np.asarray(np.linalg.qr(spread, mode="r"))
    _, sizes, directions = np.linalg.svd(spread, full_matrices=False)
    return sizes**2, directions


def random_directions(network: Network, center: Floats, seed: int, trained: NDArray[np.bool_] | None = None) -> Plane:
    """Return two random directions through `center` (W,), filter-normalised; the same for the same seed.

    The directions are normal draws in which the incoming weights and bias of each unit are scaled to the length that
    the unit's own have at `center` (Li et al. 2018, where a fully connected unit is a filter; the bias counts as the
    weight of a constant input). So one step along an axis changes every unit by 100 % of its size. Weights that do
    not train stay fixed. Where all units have length 0, the directions are left as drawn, with length 1.
    """
    random = np.random.default_rng([seed, 2])
    moving = np.ones(len(center), dtype=np.bool_) if trained is None else trained

    def direction() -> Floats:
        drawn = random.standard_normal(len(center)) * moving
        scaled = np.zeros_like(drawn)
        for layer in network.layers:
            for unit_number in range(layer.units):
                own = [*range(layer.offset + unit_number, layer.matrix.stop, layer.units)]
                own.append(layer.bias.start + unit_number)
                if (length := np.linalg.norm(drawn[own])) > 0:
                    scaled[own] = drawn[own] * (np.linalg.norm(center[own]) / length)
        return scaled if scaled.any() else drawn / np.linalg.norm(drawn)

    axis_x, axis_y = direction(), direction()
    for _ in range(MOST_DRAWS):  # with one trained weight in each unit, scaling leaves no more than its sign to chance
        if not parallel(axis_x, axis_y):
            break
        axis_y = direction()
    exact = int(np.count_nonzero(moving)) <= 2 and not parallel(axis_x, axis_y)
    sentence = (
        "Two random directions, in which each unit changes in proportion to its size (filter normalisation, "
        "Li et al. 2018); "
    )
    sentence += NOTHING_LEFT_OUT if exact else "whatever of a path's movement lies across them is projected away."
    return Plane("random", np.array(center), axis_x, axis_y, "direction 1", "direction 2", exact, None, None, sentence)


def through_three(
    a: Floats,
    b: Floats,
    c: Floats,
    names: tuple[str, str, str] = ("the first", "the second", "the third"),
    trained: NDArray[np.bool_] | None = None,
) -> Plane:
    """Return the plane through three states (W,): a at 0, 0; b on the positive x axis; c above it. Axes have length 1.

    So coordinates are distances in weight space. Where the three lie on one line, the second direction is one of
    those perpendicular to it, and the sentence says so.
    """
    along = b - a
    length = float(np.linalg.norm(along))
    axis_x = along / length if length > 0 else unit(len(a), 0)
    across = (c - a) - ((c - a) @ axis_x) * axis_x
    across -= (across @ axis_x) * axis_x  # once more, against rounding
    height = float(np.linalg.norm(across))
    on_a_line = height <= 1e-12 * max(length, float(np.linalg.norm(c - a))) or length == 0
    axis_y = perpendicular(axis_x) if on_a_line else across / height
    moving = len(a) if trained is None else int(np.count_nonzero(trained))
    exact = len(a) == 2 or (moving <= 2 and not on_a_line)
    sentence = f"The plane through three states: {names[0]}, {names[1]} and {names[2]}; "
    sentence += NOTHING_LEFT_OUT if exact else "the rest is projected away."
    if on_a_line:
        sentence += " They lie on one line, so the second direction is an arbitrary one."
    return Plane("three", np.array(a), axis_x, axis_y, f"towards {names[1]}", "across", exact, None, None, sentence)


def surface_plane() -> Plane:
    """Return the plane of an analytic surface of two weights: the surface itself."""
    sentence = "The surface itself: it has only these two weights, and nothing is left out."
    return Plane("surface", np.zeros(2), unit(2, 0), unit(2, 1), "x", "y", True, None, None, sentence)


def extent(x: ArrayLike, y: ArrayLike, margin: float = 0.25) -> Range:
    """Return a range that shows the points x, y with a margin (a share of their spread) on each side.

    Points that are not finite are left out. Neither direction is narrower than a tenth of the other; where all points
    are one, the range reaches 1 to each side.
    """
    middle, half = np.zeros(2), np.zeros(2)
    for number, values in enumerate((np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))):
        finite = values[np.isfinite(values) & (np.abs(values) < 1e150)]
        if len(finite):
            low, high = float(finite.min()), float(finite.max())
            middle[number] = (low + high) / 2
            half[number] = (high - low) * (0.5 + margin)
    half = np.maximum(half, half.max() / 10 or 1.0)
    low_x, low_y = (middle - half).tolist()
    high_x, high_y = (middle + half).tolist()
    return low_x, high_x, low_y, high_y


def unit(length: int, number: int) -> Floats:
    """Return the unit vector along one weight."""
    vector = np.zeros(length)
    vector[number] = 1.0
    return vector


def parallel(a: Floats, b: Floats) -> bool:
    """Return whether two vectors point along one line, to six digits."""
    return bool(abs(a @ b) >= (1 - 1e-6) * np.linalg.norm(a) * np.linalg.norm(b))


def perpendicular(axis: Floats) -> Floats:
    """Return a unit vector at right angles to a unit vector."""
    other = unit(len(axis), int(np.argmin(np.abs(axis))))
    other -= (other @ axis) * axis
    other /= np.linalg.norm(other)
    return other


def turned(axis: Floats, towards: Floats) -> Floats:
    """Return the axis, or its opposite, whichever points more along `towards`; where neither does, the one that starts
    upwards."""
    along = float(axis @ towards)
    if abs(along) <= 1e-12 * float(np.linalg.norm(towards)):
        along = float(axis[np.argmax(np.abs(axis))])
    return -axis if along < 0 else axis


def percent(share: float) -> str:
    """Return a share in words: 83 %, 0.4 %, 0 %."""
    return f"{100 * share:.0f} %" if share > 0.1 or share < 5e-5 else f"{100 * share:.2g} %"
