"""Formulas in m: Python's own arithmetic, and nothing but arithmetic."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_gui.engine.formula import MOST_DEPTH, Formula, FormulaError

numbers = st.one_of(st.integers(0, 9).map(float), st.floats(0.001, 9.0, allow_nan=False)).map(repr)
formulas = st.recursive(
    st.one_of(numbers, st.just("m")),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(" ".join),
        inner.map("({})".format),
        st.tuples(st.sampled_from("+-"), inner).map("".join),
    ),
    max_leaves=8,
)


def in_python(text: str, m: float) -> float:
    """The value by Python's own evaluation."""
    try:
        value = eval(text, {"__builtins__": {}}, {"m": m})
    except ZeroDivisionError:
        return math.nan
    except OverflowError:
        return math.inf
    return math.nan if isinstance(value, complex) else float(value)


@settings(max_examples=1000)
@given(formulas, st.floats(0, 1, exclude_max=True))
def test_as_python_computes(text: str, m: float) -> None:
    """Any formula has the value, to the last bit, that Python gives it; for arrays it is the same function."""
    formula, expected = Formula(text), in_python(text, m)
    assert formula(m) == expected or (math.isnan(formula(m)) and math.isnan(expected))
    of_array = formula(np.array([m, m]))
    assert of_array.shape == (2,)
    if math.isfinite(expected):
        np.testing.assert_allclose(of_array, expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("(1", "ends too early"),
        ("1)", '")" at place 2'),
        ("1 2", '"2" at place 3'),
        ("m m", '"m" at place 3'),
        ("x + 1", '"x" at place 1: the only name is m'),
        ("__import__('os')", '"__import__" at place 1'),
        ("m.real", '"." at place 2'),
        ("m[0]", '"[" at place 2'),
        ("m if m else 1", '"if" at place 3'),
        ("lambda: 1", '"lambda" at place 1'),
        ("1 // 2", '"/" at place 4'),
        ("m, 1", '"," at place 2'),
        ("m = 1", '"=" at place 3'),
        ("2 % m", '"%" at place 3'),
        ("\x00", "at place 1"),
        ("1_000", '"_000" at place 2'),
        ("0x10", '"x10" at place 2'),
        ("(" * 60 + "m" + ")" * 60, f"more than {MOST_DEPTH}"),
        ("-" * 150 + "m", f"more than {MOST_DEPTH}"),
        ("m+" * 120 + "m", "241 characters"),
        ("١", "at place 1"),
    ],
)
def test_anything_else_is_refused(text: str, told: str) -> None:
    """With one line that says what is wrong and where."""
    with pytest.raises(FormulaError) as refused:
        Formula(text)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@settings(max_examples=500)
@given(st.text(max_size=40))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    """Nothing else is ever raised, and the answer comes at once."""
    began = time.process_time()
    try:
        Formula(text)(0.5)
    except FormulaError as error:
        assert "\n" not in str(error) or "\n" in text
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    ("text", "m", "value"),
    [("1 / m", 0.0, math.nan), ("9 ** 9 ** 9", 0.5, math.inf), ("(m - 1) ** 0.5", 0.5, math.nan), ("−m", 0.5, -0.5)],
)
def test_what_is_no_real_number(text: str, m: float, value: float) -> None:
    """A division by nothing, a power beyond all bounds, a root of a negative number: NaN or infinity, at once."""
    found = Formula(text)(m)
    assert found == value or (math.isnan(found) and math.isnan(value))


def test_formulas_of_one_text_are_equal() -> None:
    """So that experiments that hold them can be compared."""
    assert Formula("1 - m") == Formula("1 - m") != Formula("m")
    assert hash(Formula("m")) == hash(Formula("m"))


def test_the_limits_are_exact() -> None:
    """200 characters and 50 parentheses within one another, and not one more; one after another there may be more."""
    assert Formula("m" + "+m" * 99 + " ")(1.0) == 100.0
    with pytest.raises(FormulaError, match="201 characters: allowed are 200"):
        Formula("m" + "+m" * 100)
    assert Formula("(" * 50 + "m" + ")" * 50)(0.5) == 0.5
    with pytest.raises(FormulaError, match="more than 50"):
        Formula("(" * 51 + "m" + ")" * 51)
    assert Formula("(m)" + "+(m)" * 49)(1.0) == 50.0
    assert Formula("(m)" + "*(m)" * 49)(1.0) == 1.0
    assert Formula("+(m)" * 50)(1.0) == 50.0
