"""Curves thinned to pixels lose no spike, and stay small."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.gui.plots.thinning import pieces, thinned


@given(st.integers(1, 5000), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_no_extreme_is_lost_and_few_points_are_left(points: int, columns: int, seed: int) -> None:
    """Greatest and least value of what is shown are still there, in at most 4 points a column (and 2 beyond it)."""
    random = np.random.default_rng(seed)
    x, y = np.sort(random.uniform(0, 1, points)), random.standard_normal(points)
    thin_x, thin_y = thinned(x, y, 0.0, 1.0, columns)
    assert thin_y.max() == y.max()
    assert thin_y.min() == y.min()
    assert len(thin_x) == len(thin_y) <= 4 * (columns + 3)
    assert (np.diff(thin_x) >= 0).all()


def test_a_single_spike_survives_in_a_part_of_a_long_curve() -> None:
    """Of 100,000 points with one spike, the spike is drawn, also when only a part is looked at."""
    x, y = np.arange(100_000.0), np.ones(100_000)
    y[70_123] = 50.0
    assert thinned(x, y, 0.0, 99_999.0, 600)[1].max() == 50.0
    assert thinned(x, y, 60_000.0, 80_000.0, 600)[1].max() == 50.0
    assert thinned(x, y, 0.0, 60_000.0, 600)[1].max() == 1.0


def test_the_line_runs_on_beyond_what_is_shown() -> None:
    """One point before the left end and one after the right are kept, so that the line reaches the edges."""
    x = np.arange(10.0)
    assert thinned(x, x, 3.5, 5.5, 100)[0].tolist() == [3.0, 4.0, 5.0, 6.0]


def test_nan_takes_nothing_with_it_and_leaves_gaps() -> None:
    """A NaN does not hide the values in its column; a stretch of NaN is a gap between two pieces."""
    y = np.ones(1000)
    y[5] = np.nan
    y[7] = 9.0
    assert np.nanmax(thinned(np.arange(1000.0), y, 0.0, 1000.0, 10)[1]) == 9.0
    parts = pieces(np.array([1.0, 2.0, np.nan, np.inf, 3.0]))
    assert [(part.start, part.stop) for part in parts] == [(0, 2), (4, 5)]
