"""Ticks stand at round values, inside the axis, with labels that tell them apart."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.gui.plots.common.ticks import number_text, ticks


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 12))
def test_linear_ticks_lie_inside_and_differ(low: float, span: float, most: int) -> None:
    """Every tick is within the axis, there are not too many, and no two labels are the same."""
    found = ticks(low, low + span, most, log=False)
    places = [place for place, _ in found.major]
    assert all(low - 1e-6 * span <= place <= low + 1.000001 * span for place in places)
    assert len(places) <= most + 1
    if span > 1e-3 * abs(low):
        texts = [text for _, text in found.major]
        assert len(set(texts)) == len(texts)


@given(st.floats(-300, 290), st.floats(0.01, 20))
def test_log_ticks_lie_inside(low: float, span: float) -> None:
    """A logarithmic axis has ticks within it, wherever it lies."""
    found = ticks(low, low + span, 8, log=True)
    assert all(low - 1e-6 <= place <= low + span + 1e-6 for place, _ in found.major)
    if span > 2:
        assert found.major


def test_a_logarithmic_axis_is_labelled_as_in_a_book() -> None:
    """Decades are plain near 1 and powers of ten far from it; a narrow axis has values between the decades."""
    assert [text for _, text in ticks(-2, 1, 8, log=True).major] == ["0.01", "0.1", "1", "10"]
    assert [text for _, text in ticks(-6, -4, 3, log=True).major] == ["10⁻⁶", "10⁻⁵", "10⁻⁴"]
    assert [text for _, text in ticks(0, 1.1, 8, log=True).major] == ["1", "2", "5", "10"]
    narrow = ticks(math.log10(0.31), math.log10(0.42), 8, log=True).major
    assert [text for _, text in narrow][:2] == ["0.32", "0.34"]


def test_labels_have_the_decimals_of_the_step() -> None:
    """0.5 steps are labelled 0, 0.5, 1.0; minus signs are minus signs."""
    assert [text for _, text in ticks(-0.6, 1.1, 4, log=False).major] == ["−0.5", "0", "0.5", "1.0"]


def test_an_axis_without_extent_has_no_ticks() -> None:
    """Nothing is raised for a range that is none."""
    for low, high in ((1.0, 1.0), (math.nan, 1.0), (0.0, math.inf)):
        assert ticks(low, high, 5, log=False).major == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0375, "0.0375"),
        (1200.0, "1200"),
        (2e-5, "2×10⁻⁵"),
        (1e-5, "10⁻⁵"),
        (-3.2e7, "−3.2×10⁷"),
        (math.inf, "∞"),
        (math.nan, "not a number"),
    ],
)
def test_numbers_read_well(value: float, text: str) -> None:
    """Short where they can be, powers of ten where they must."""
    assert number_text(value) == text


@given(st.floats(-1e4, 1e4), st.integers(-9, 5))
def test_labels_tell_ticks_apart_however_near_they_are(low: float, decade: int) -> None:
    """No two labels of an axis are the same, also deep in a picture."""
    span = max(10.0**decade, 1e-9 * abs(low))
    for log in (False, True):
        if log and not (abs(low) < 290 and span < 10):
            continue
        texts = [text for _, text in ticks(low, low + span, 8, log=log).major]
        assert len(set(texts)) == len(texts)
