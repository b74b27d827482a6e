"""Analytic error surfaces of two weights, each with its formula, domain and source.

The functions hold only arithmetic and NumPy's exp, so that they take scalars or arrays, and compile as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Surface:
    """An error surface E(x, y): value, gradient, and where to look at it.

    `value(x, y, k)` and `gradient(x, y, k)` (uphill, a pair) are elementwise in x and y; k holds the surface's
    parameters, with the meanings that `parameters` names. `domain` is (x low, x high, y low, y high), `minima` the
    known minima at the default k.
    """

    id: str
    title: str
    formula: str
    source: str
    domain: tuple[float, float, float, float]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    value: Callable[[Any, Any, tuple[float, ...]], Any]
    gradient: Callable[[Any, Any, tuple[float, ...]], tuple[Any, Any]]
    parameters: tuple[str, ...] = ()
    k: tuple[float, ...] = ()


def bowl_value(x: Any, y: Any, k: tuple[float, ...]) -> Any:
    return x * x + y * y


def bowl_gradient(x: Any, y: Any, k: tuple[float, ...]) -> tuple[Any, Any]:
    return 2.0 * x, 2.0 * y


def ravine_value(x: Any, y: Any, k: tuple[float, ...]) -> Any:
    return 0.5 * (k[0] * x * x + k[1] * y * y)


def ravine_gradient(x: Any, y: Any, k: tuple[float, ...]) -> tuple[Any, Any]:
    return k[0] * x, k[1] * y


def saddle_value(x: Any, y: Any, k: tuple[float, ...]) -> Any:
    return 0.5 * (x * x - y * y) + 0.25 * y * y * y * y


def saddle_gradient(x: Any, y: Any, k: tuple[float, ...]) -> tuple[Any, Any]:
    return 1.0 * x, y * y * y - y


def rosenbrock_value(x: Any, y: Any, k: tuple[float, ...]) -> Any:
    valley = y - x * x
    return (1.0 - x) * (1.0 - x) + k[0] * valley * valley


def rosenbrock_gradient(x: Any, y: Any, k: tuple[float, ...]) -> tuple[Any, Any]:
    valley = y - x * x
    return -2.0 * (1.0 - x) - 4.0 * k[0] * x * valley, 2.0 * k[0] * valley


def beale_value(x: Any, y: Any, k: tuple[float, ...]) -> Any:
    p = 1.5 - x + x * y
    q = 2.25 - x + x * y * y
    r = 2.625 - x + x * y * y * y
    return p * p + q * q + r * r


def beale_gradient(x: Any, y: Any, k: tuple[float, ...]) -> tuple[Any, Any]:
    p = 1.5 - x + x * y
    q = 2.25 - x + x * y * y
    r = 2.625 - x + x * y * y * y
    along_x = 2.0 * (p * (y - 1.0) + q * (y * y - 1.0) + r * (y * y * y - 1.0))
    along_y = 2.0 * x * (p + 2.0 * q * y + 3.0 * r * y * y)
    return along_x, along_y


def himmelblau_value(x: Any, y: Any, k: tuple[float, ...]) -> Any:
    p = x * x + y - 11.0
    q = x + y * y - 7.0
    return p * p + q * q


def himmelblau_gradient(x: Any, y: Any, k: tuple[float, ...]) -> tuple[Any, Any]:
    p = x * x + y - 11.0
    q = x + y * y - 7.0
    return 4.0 * x * p + 2.0 * q, 2.0 * p + 4.0 * y * q


def double_well_value(x: Any, y: Any, k: tuple[float, ...]) -> Any:
    well = x * x - 1.0
    return well * well + k[0] * (x + 1.0) + 0.5 * y * y


def double_well_gradient(x: Any, y: Any, k: tuple[float, ...]) -> tuple[Any, Any]:
    return 4.0 * x * (x * x - 1.0) + k[0], 1.0 * y


SURFACES: dict[str, Surface] = {
    surface.id: surface
    for surface in (
        Surface(
            "bowl",
            "Bowl",
            "E = x² + y²",
            "Orr, CS449, Momentum and Learning Rate Adaptation: E = w² from w = 10",
            (-12, 12, -12, 12),
            (10.0, 4.0),
            ((0.0, 0.0),),
            bowl_value,
            bowl_gradient,
        ),
        Surface(
            "ravine",
            "Ravine",
            "E = ½(λ₁x² + λ₂y²)",
            "λ = 0.2, 4: Zhang et al., Dive into Deep Learning, Momentum; λ = 0.01, 1: Goh, Distill 2017",
            (-6, 6, -3, 3),
            (-5.0, -2.0),
            ((0.0, 0.0),),
            ravine_value,
            ravine_gradient,
            ("curvature along x", "curvature along y"),
            (0.2, 4.0),
        ),
        Surface(
            "saddle",
            "Saddle",
            "E = ½(x² − y²) + ¼y⁴",
            "a saddle at the origin, made bounded by the quartic",
            (-2, 2, -2, 2),
            (-1.5, 0.01),
            ((0.0, -1.0), (0.0, 1.0)),
            saddle_value,
            saddle_gradient,
        ),
        Surface(
            "rosenbrock",
            "Rosenbrock",
            "E = (1 − x)² + k(y − x²)²",
            "Rosenbrock, The Computer Journal 3 (1960) 175; k = 100 there",
            (-2, 2, -1, 3),
            (-1.2, 1.0),
            ((1.0, 1.0),),
            rosenbrock_value,
            rosenbrock_gradient,
            ("steepness",),
            (100.0,),
        ),
        Surface(
            "beale",
            "Beale",
            "E = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
            "Beale 1958; Moré, Garbow, Hillstrom, ACM TOMS 7 (1981) 17, problem 5",
            (-4.5, 4.5, -4.5, 4.5),
            (1.0, 1.0),
            ((3.0, 0.5),),
            beale_value,
            beale_gradient,
        ),
        Surface(
            "himmelblau",
            "Himmelblau",
            "E = (x² + y − 11)² + (x + y² − 7)²",
            "Himmelblau, Applied Nonlinear Programming, 1972",
            (-6, 6, -6, 6),
            (0.0, 0.0),
            (
                (3.0, 2.0),
                (-2.805118086952745, 3.131312518250573),
                (-3.779310253377747, -3.283185991286170),
                (3.584428340330492, -1.848126526964404),
            ),
            himmelblau_value,
            himmelblau_gradient,
        ),
        Surface(
            "double-well",
            "Double well",
            "E = (x² − 1)² + k(x + 1) + ½y²",
            "the tilted quartic: a global minimum near x = −1, a local one near x = 1",
            (-2, 2, -2, 2),
            (1.8, 1.0),
            ((-1.0355787140888537, 0.0), (0.9601495555191055, 0.0)),
            double_well_value,
            double_well_gradient,
            ("tilt",),
            (0.3,),
        ),
    )
}


def evaluate(surface: Surface, x: Any, y: Any) -> Any:
    """E at x, y (any shapes that broadcast); overflow gives inf, which is drawn as out of range."""
    with np.errstate(over="ignore", invalid="ignore"):
        return surface.value(x, y, surface.k)


def downhill(surface: Surface, x: Any, y: Any) -> tuple[Any, Any]:
    """−∇E at x, y, elementwise."""
    with np.errstate(over="ignore", invalid="ignore"):
        along_x, along_y = surface.gradient(x, y, surface.k)
        return -along_x, -along_y
