"""Functions of whole lanes: as exact as promised, at the ends of their ranges too."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numba
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from momentum_gui.engine.compiled.simd.lanes import lanes8, load, store
from momentum_gui.engine.compiled.simd.math import lanes_exp, lanes_log, lanes_logistic, lanes_tanh

SMALLEST_EXPONENT = -708.0
"""Below it exp(x) is no normal number, and these functions give 0."""

FUNCTIONS = {"exp": lanes_exp, "log": lanes_log, "tanh": lanes_tanh, "logistic": lanes_logistic}


@cache
def over_arrays(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """The function of lanes as one of flat arrays."""
    function = FUNCTIONS[name]

    @numba.njit
    def compute(x: np.ndarray, y: np.ndarray) -> None:
        for i in range(0, len(x), 8):
            store(y, i, function(load(lanes8(), x, i)))

    def computed(x: np.ndarray) -> np.ndarray:
        padded = np.resize(x, -(-len(x) // 8) * 8)
        y = np.empty_like(padded)
        compute(padded, y)
        return y[: len(x)]

    return computed


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e-3, 0.1, 0.3, 1.0, 5.0, 40.0, 300.0])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_within_a_few_units_of_the_last_digit(name: str, scale: float) -> None:
    """Relative to NumPy's value, itself within 2e-16: 6e-16 at most, for tiny arguments and large."""
    x = np.maximum(np.random.default_rng(1).normal(size=4000) * scale, SMALLEST_EXPONENT)
    if name == "exp":
        x = np.maximum(-abs(x), SMALLEST_EXPONENT)
        found, expected = over_arrays(name)(x), np.exp(x)
    elif name == "log":
        x = np.maximum(np.exp(-abs(x)), np.finfo(float).tiny) if scale > 1e-9 else np.abs(x) + np.finfo(float).tiny
        found, expected = over_arrays(name)(x), np.log(x)
    elif name == "tanh":
        found, expected = over_arrays(name)(x), np.tanh(x)
    else:
        powers = np.exp(-abs(x))
        found, expected = over_arrays(name)(x), np.where(x < 0, powers, 1) / (1 + powers)
    assert_allclose(found, expected, rtol=6e-16, atol=0)


def test_the_ends_of_the_ranges() -> None:
    """Zero keeps its sign, infinity gives the limits, what is not a number stays so."""
    inf, nan = np.inf, np.nan
    assert_array_equal(over_arrays("tanh")(np.array([0.0, inf, -inf, 1e300, -1e300, nan])), [0, 1, -1, 1, -1, nan])
    assert np.signbit(over_arrays("tanh")(np.array([-0.0]))[0])
    assert_array_equal(over_arrays("exp")(np.array([0.0, -inf, -800.0, nan])), [1, 0, 0, nan])
    assert_array_equal(over_arrays("logistic")(np.array([0.0, inf, -inf, nan])), [0.5, 1, 0, nan])
    tiny = np.finfo(np.float64).tiny
    assert_allclose(over_arrays("log")(np.array([1.0, 0.5, tiny])), np.log([1.0, 0.5, tiny]), rtol=3e-16)
