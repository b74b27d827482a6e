"""Bounded histories: no spike is lost, memory stays bounded, and how rows arrive changes nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.lab.recording.history import Columns, Trail, nearest

cuts = st.lists(st.integers(1, 200), min_size=1, max_size=40)


def in_pieces(history: Columns | Trail, position: np.ndarray, values: np.ndarray, sizes: list[int]) -> None:
    start, turn = 0, 0
    while start < len(position):
        size = sizes[turn % len(sizes)]
        history.extend(position[start : start + size], values[start : start + size])
        start, turn = start + size, turn + 1


@given(rows=st.integers(1, 3000), spike=st.floats(10, 1e9), sizes=cuts, data=st.data())
def test_a_spike_is_in_the_curve_however_long_the_training(
    rows: int, spike: float, sizes: list[int], data: st.DataObject
) -> None:
    """One row far above and one far below the others are both drawn, whatever was merged."""
    up, down = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, rows - 1))
    values = np.random.default_rng(rows).random((rows, 2))
    values[up, 0], values[down, 1] = spike, -spike
    columns = Columns(2, capacity=64)
    in_pieces(columns, np.arange(rows, dtype=float), values, sizes)
    assert len(columns) <= 64
    assert columns.curve(0)[1].max() == spike
    assert columns.curve(1)[1].min() == -spike
    assert columns.position[-1] == rows - 1
    assert columns.last[-1].tolist() == values[-1].tolist()


@given(rows=st.integers(1, 2000), sizes=cuts)
def test_how_rows_arrive_changes_nothing(rows: int, sizes: list[int]) -> None:
    """Columns and trails fed at once or in pieces hold the same."""
    position, values = np.arange(rows, dtype=float), np.random.default_rng(rows).random((rows, 3))
    values[::7, 1] = np.nan
    for kind in (Columns, Trail):
        whole, pieces = kind(3, 32), kind(3, 32)
        whole.extend(position, values)
        in_pieces(pieces, position, values, sizes)
        assert len(whole) == len(pieces) <= 32
        assert np.array_equal(whole.position, pieces.position)
        if isinstance(whole, Columns) and isinstance(pieces, Columns):
            for part in ("low", "high", "last"):
                assert np.array_equal(getattr(whole, part), getattr(pieces, part), equal_nan=True)
        elif isinstance(whole, Trail) and isinstance(pieces, Trail):
            assert np.array_equal(whole.vectors, pieces.vectors, equal_nan=True)


def test_nan_is_passed_over_but_inf_is_kept() -> None:
    """A bucket with one NaN shows its other values; divergence to inf stays visible."""
    columns = Columns(1, capacity=8)
    columns.extend(np.arange(16.0), np.array([[np.nan], [2.0], [np.inf], [1.0]] * 4))
    assert columns.low[:, 0].tolist() == [2.0, 1.0] * 4
    assert columns.high[:, 0].tolist() == [2.0, np.inf] * 4


def test_trail_keeps_the_start_and_even_spacing() -> None:
    """However many vectors were offered, the first is kept and the rest are evenly spaced."""
    trail = Trail(1, capacity=50)
    position = np.arange(10_000.0)
    trail.extend(position, position[:, None])
    assert trail.position[0] == 0
    assert np.unique(np.diff(trail.position)).tolist() == [trail.stride]
    assert np.array_equal(trail.position, trail.vectors[:, 0])


def test_rewind_forgets_what_lies_after() -> None:
    """After going back, the history ends at or before that position and can be carried on."""
    columns, trail = Columns(1, 16), Trail(1, 16)
    position = np.arange(100.0)
    for history in (columns, trail):
        history.extend(position, position[:, None])
        history.rewind(40.0)
        assert history.position[-1] <= 40.0
        assert history.position[-1] > 40.0 - 16
        history.extend(np.array([41.0]), np.array([[41.0]]))
        assert history.position.max() <= 41.0
        assert np.all(np.diff(history.position) > 0)


def test_nearest_is_the_last_at_or_before() -> None:
    """The moment shown while scrubbing is never later than the one asked for."""
    position = np.array([0.0, 1.0, 4.0])
    assert [nearest(position, at) for at in (-1.0, 0.0, 0.9, 1.0, 3.9, 9.0)] == [0, 0, 0, 1, 1, 2]
