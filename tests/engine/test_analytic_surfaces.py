"""Analytic surfaces: gradients are those of the formulas, minima are minima, parameters do what they say."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.engine.analytic_surfaces import SURFACES, Surface, downhill, evaluate
from momentum_gui.engine.compiled.kernels import surfaces as compiled_surfaces

surfaces = st.sampled_from(list(SURFACES.values()))


def point(surface: Surface, x: float, y: float) -> tuple[float, float]:
    """The place in the domain that lies at x, y of the unit square."""
    x_low, x_high, y_low, y_high = surface.domain
    return x_low + x * (x_high - x_low), y_low + y * (y_high - y_low)


@given(surface=surfaces, at=st.tuples(st.floats(0, 1), st.floats(0, 1)), factor=st.floats(0.5, 2))
def test_the_gradient_is_that_of_the_value(surface: Surface, at: tuple[float, float], factor: float) -> None:
    """Central differences agree, for the default parameters and others."""
    surface = replace(surface, k=tuple(factor * number for number in surface.k))
    x, y = point(surface, *at)
    h = 1e-5
    along_x = (evaluate(surface, x + h, y) - evaluate(surface, x - h, y)) / (2 * h)
    along_y = (evaluate(surface, x, y + h) - evaluate(surface, x, y - h)) / (2 * h)
    found = downhill(surface, x, y)
    scale = 1 + abs(along_x) + abs(along_y) + abs(evaluate(surface, x, y))
    assert found[0] == pytest.approx(-along_x, abs=1e-7 * scale)
    assert found[1] == pytest.approx(-along_y, abs=1e-7 * scale)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))
def test_minima_are_minima(surface: Surface) -> None:
    """The gradient vanishes at each, and every place around lies higher."""
    for x, y in surface.minima:
        assert np.hypot(*downhill(surface, x, y)) < 1e-9
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        around = evaluate(surface, x + 1e-2 * np.cos(angles), y + 1e-2 * np.sin(angles))
        assert (around > evaluate(surface, x, y)).all()


@pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))
def test_start_and_minima_lie_in_the_domain(surface: Surface) -> None:
    """What is drawn holds the start and all minima; the start is not one of them."""
    x_low, x_high, y_low, y_high = surface.domain
    for x, y in (surface.start, *surface.minima):
        assert x_low <= x <= x_high and y_low <= y <= y_high
    assert np.hypot(*downhill(surface, *surface.start)) > 1e-3
    assert len(surface.k) == len(surface.parameters)


@given(surface=surfaces)
def test_arrays_and_overflow(surface: Surface) -> None:
    """Arrays give what their numbers give one by one; far out the error is infinite or no number, without a warning."""
    x, y = np.array([[0.1, -0.7], [1e200, 0.3]]), np.array([0.2, 0.9])
    values = evaluate(surface, x, y)
    assert values.shape == (2, 2)
    assert values[0, 1] == evaluate(surface, -0.7, 0.9)
    assert not np.isfinite(values[1, 0])


def test_no_two_compiled_functions_of_the_choice_have_one_name() -> None:
    """numba takes functions of one name for one another when one of them comes from another process's cache."""
    names = []
    for chosen in (compiled_surfaces.value, compiled_surfaces.gradient):
        while hasattr(chosen.py_func, "__closure__") and chosen.py_func.__closure__:
            names.append(chosen.py_func.__qualname__)
            chosen = inspect.getclosurevars(chosen.py_func).nonlocals["otherwise"]
    assert len(names) == len(set(names)) == 2 * len(SURFACES)
