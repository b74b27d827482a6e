"""Curves thinned to pixels lose no spike, and stay small."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.gui.plots.common.decimation import CROWD, PixelColumns


@given(st.integers(1, 5000), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_no_extreme_is_lost_and_two_points_are_left_a_column(points: int, columns: int, seed: int) -> None:
    """In every pixel column the line reaches from the least value to the greatest."""
    random = np.random.default_rng(seed)
    x, middle = np.sort(random.uniform(0, 1, points)), random.standard_normal(points)
    low, high = middle - random.uniform(0, 1, points), middle + random.uniform(0, 1, points)
    pixels = PixelColumns(x, 0.0, 1.0, columns)
    assert pixels.crowded == (points > CROWD * columns)
    if not pixels.crowded:
        return
    thin_x, thin_y = pixels.line(low, high)
    assert len(thin_x) == len(thin_y) <= 2 * columns
    column, thin_column = (x * columns).astype(int), (thin_x * columns).astype(int)
    for number in np.unique(column):
        assert thin_y[thin_column == number].min() == low[column == number].min()
        assert thin_y[thin_column == number].max() == high[column == number].max()


def test_the_line_never_goes_back_over_a_column() -> None:
    """A band of even height is gone through once a column: up, across, down, across."""
    x = np.arange(100.0)
    _, y = PixelColumns(x, 0.0, 100.0, 10).line(np.zeros(100), np.ones(100))
    assert y.tolist() == [0.0, 1.0, 1.0, 0.0] * 5


def test_a_single_spike_survives_in_a_part_of_a_long_curve() -> None:
    """Of 100,000 points with one spike, the spike is drawn, also when only a part is looked at."""
    x, y = np.arange(100_000.0), np.ones(100_000)
    y[70_123] = 50.0
    for left, right, greatest in ((0.0, 99_999.0, 50.0), (60_000.0, 80_000.0, 50.0), (0.0, 60_000.0, 1.0)):
        assert PixelColumns(x, left, right, 600).line(y, y)[1].max() == greatest


def test_the_line_runs_on_beyond_what_is_shown() -> None:
    """One point before the left end and one after the right are kept, so that the line reaches the edges."""
    x = np.arange(10.0)
    assert x[PixelColumns(x, 3.5, 5.5, 100).part].tolist() == [3.0, 4.0, 5.0, 6.0]


def test_nan_takes_nothing_with_it_and_leaves_gaps() -> None:
    """A NaN does not hide the values in its column; a column of NaN is a gap, and so is a stretch of it."""
    x, y = np.arange(1000.0), np.ones(1000)
    y[5], y[7], y[300:400] = np.nan, 9.0, np.nan
    drawn = PixelColumns(x, 0.0, 1000.0, 10).line(y, y)[1]
    assert drawn[:2].tolist() == [1.0, 9.0]
    assert np.flatnonzero(np.isnan(drawn)).tolist() == [6, 7]
