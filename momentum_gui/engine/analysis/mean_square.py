"""Convergence in the mean square: what a rule does when each update sees another curvature, that of its batch.

On a quadratic whose curvature h is drawn again for every update the pair (w, p) is multiplied by
M = [[1 − A·lr·h, B], [−C·lr·h, D]], so its second moments (E w², E wp, E p²) are multiplied by E[M⊗M]. That matrix
depends on h through E[h] and E[h²] alone: through lr·E[h] and the spread K = E[h²]/E[h]². K = 1 is full batch, and
everything here then agrees with the spectral radius of M itself. `docs/theory.md` has the derivation.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import Coefficients, convergence_rate, stability_bound

NEWTON_STEPS = 60


def second_moment_matrix(coefficients: Coefficients, curvature_rate: float, spread: float) -> Floats:
    """Return what one update does to (E w², E wp, E p²), (3, 3), for curvature_rate = lr·E[h]: E[M⊗M] without its
    double row."""
    a, b, c, d = coefficients
    x, square = curvature_rate, spread * curvature_rate**2
    return np.array(
        [
            [1 - 2 * a * x + a * a * square, 2 * b * (1 - a * x), b * b],
            [-c * (x - a * square), d * (1 - a * x) - b * c * x, b * d],
            [c * c * square, -2 * c * d * x, d * d],
        ]
    )


def mean_square_rate(coefficients: Coefficients, curvature_rate: ArrayLike, spread: float = 1.0) -> Floats:
    """Return the factor per update of the root mean square distance to the minimum: below 1 is mean-square stable.

    The square root of the spectral radius of `second_moment_matrix`, elementwise over `curvature_rate` = lr·E[h].
    That matrix maps covariances to covariances, so its spectral radius is an eigenvalue (Krein and Rutman), the
    largest real root of its characteristic polynomial, to which Newton's method falls from above without a miss.
    """
    x = np.asarray(curvature_rate, dtype=np.float64)
    if spread == 1:
        return convergence_rate(coefficients, x)
    a, b, c, d = coefficients
    with np.errstate(all="ignore"):  # what overflows is unstable beyond all measure
        square = spread * x * x
        top, middle = 1 - 2 * a * x + a * a * square, d * (1 - a * x) - b * c * x
        up, down, corner = 2 * b * (1 - a * x), -c * (x - a * square), c * c * square
        back = -2 * c * d * x
        # λ³ − trace·λ² + minors·λ − determinant
        trace = top + middle + d * d
        minors = top * middle - up * down + top * d * d - b * b * corner + middle * d * d - b * d * back
        determinant = (
            top * (middle * d * d - b * d * back)
            - up * (down * d * d - b * d * corner)
            + b * b * (down * back - middle * corner)
        )
        root = 1 + np.maximum(np.maximum(np.abs(trace), np.abs(minors)), np.abs(determinant))  # Cauchy's bound
        for _ in range(NEWTON_STEPS):
            slope = (3 * root - 2 * trace) * root + minors
            value = ((root - trace) * root + minors) * root - determinant
            falls = np.where(slope > 0, np.maximum(value, 0) / np.where(slope > 0, slope, 1), 0)
            root = root - falls
            if not (falls > 1e-15 * root).any():
                break
    rate = np.where(np.isfinite(root) | np.isnan(x), np.sqrt(np.maximum(root, 0)), np.inf)
    return np.asarray(rate, dtype=np.float64)


def mean_square_bound(coefficients: Coefficients, spread: float = 1.0) -> float:
    """Return the largest lr·E[h] below which the second moments shrink; spread is K = E[h²]/E[h]², 1 or more.

    At the bound E[M⊗M] has the eigenvalue 1. The determinant of 1 − E[M⊗M] is x = lr·E[h] times a quadratic in x,
    whose smallest positive root is the bound. Raises ValueError for a spread below 1.
    """
    if not 1 <= spread < math.inf:
        raise ValueError(f"spread = {spread:g}: allowed is a number from 1, since E[h²] is at least E[h]²")
    if spread == 1:
        return stability_bound(coefficients)
    return smallest_positive_root(*determinant(coefficients, spread))


def noise_bound(coefficients: Coefficients, spread: float) -> float:
    """Return the largest lr·E[h] whose noise floor is not above that of plain descent at half of its bound, 1/K.

    Momentum can be fast there without paying for it in noise: at small rates the floor allows an effective rate of 2/K
    at most. Always below `mean_square_bound`, where the floor is infinite.
    """
    # With E[h] = 1 and noise 1 the floor is ½·x·numerator/Q, and plain descent's at x = 1/K is 1/(2K).
    a, _, c, _ = coefficients
    zero, one, two = determinant(coefficients, spread)
    weights = a * a, a * c, c * c
    constant, slope = (sum(w * m for w, m in zip(weights, part, strict=True)) for part in cofactors(coefficients))
    return smallest_positive_root(zero, one - spread * constant, two - spread * slope)


def determinant(coefficients: Coefficients, spread: float) -> tuple[float, float, float]:
    """Return det(1 − E[M⊗M])/x as the coefficients of 1, x and x²: the Q(x) of `docs/theory.md`."""
    a, _, c, _ = coefficients
    constant, slope = cofactors(coefficients)
    # The first column of 1 − E[M⊗M], divided by x, is first − x·then.
    first, then = (2 * a, c, 0.0), (a * a * spread, a * c * spread, c * c * spread)
    zero = sum(u * m for u, m in zip(first, constant, strict=True))
    one = sum(u * n - v * m for u, v, m, n in zip(first, then, constant, slope, strict=True))
    two = -sum(v * n for v, n in zip(then, slope, strict=True))
    return zero, one, two


def cofactors(coefficients: Coefficients) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return the cofactors of the first column of 1 − E[M⊗M], each linear in x = lr·E[h]: constants and slopes.

    They do not depend on the spread.
    """
    a, b, c, d = coefficients
    rest, turn = 1 - d * d, a * d + b * c
    constant = ((1 - d) * rest, 2 * b * rest, b * b * (1 + d))
    slope = (
        turn * rest + 2 * b * c * d * d,
        -2 * a * b * rest - 2 * b * b * c * d,
        b * b * (b * c - a * d),
    )
    return constant, slope


def smallest_positive_root(zero: float, one: float, two: float) -> float:
    """Return the smallest positive root of zero + one·x + two·x², inf where there is none; zero is above 0."""
    size = max(abs(zero), abs(one))
    if abs(two) < 1e-14 * size:
        return -zero / one if one < 0 else math.inf
    discriminant = one * one - 4 * zero * two
    if discriminant < 0:
        return math.inf
    q = -(one + math.copysign(math.sqrt(discriminant), one)) / 2
    roots = [root for root in ((zero / q) if q else math.inf, q / two) if root > 0]
    return min(roots, default=math.inf)


def stationary_moments(
    coefficients: Coefficients, learning_rate: float, curvature: float, spread: float, noise: float
) -> Floats:
    """Return (E w², E wp, E p²) to which training settles where each gradient has noise of variance `noise`.

    The noise at the minimum is independent of the curvature that comes with it: each update adds
    lr²·noise·(A², A·C, C²). inf where the rule is not stable in the mean square.
    """
    x = learning_rate * curvature
    if not 0 < x < mean_square_bound(coefficients, spread):
        return np.full(3, np.inf)
    a, _, c, _ = coefficients
    added = learning_rate**2 * noise * np.array([a * a, a * c, c * c])
    solved: Floats = np.linalg.solve(np.eye(3) - second_moment_matrix(coefficients, x, spread), added).astype(
        np.float64
    )
    return solved


def noise_floor(
    coefficients: Coefficients, learning_rate: float, curvature: float, spread: float, noise: float
) -> float:
    """Return by how much the error stays above its minimum in one direction: ½·E[h]·E[w²] in the long run."""
    return 0.5 * curvature * float(stationary_moments(coefficients, learning_rate, curvature, spread, noise)[0])


def growth_rate(coefficients: Coefficients, curvature_rates: ArrayLike) -> float:
    """Return the factor per update of a single path, exp of its mean log growth, under these lr·h in turn: (updates,).

    Below 1 almost every path converges (Furstenberg and Kesten 1960), though its mean square may grow all the same.
    """
    a, b, c, d = (float(number) for number in coefficients)
    w, p, total = 1.0, 0.0, 0.0
    rates = np.asarray(curvature_rates, dtype=np.float64).tolist()
    for x in rates:
        w, p = (1 - a * x) * w + b * p, d * p - c * x * w
        size = max(abs(w), abs(p))
        if size == 0:
            return 0.0
        total += math.log(size)
        w, p = w / size, p / size
    return math.exp(total / len(rates))
