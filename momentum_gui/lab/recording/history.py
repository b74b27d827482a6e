"""Bounded histories: columns of numbers of which no spike is lost, and vectors thinned out evenly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats


class Columns:
    """Rows of numbers along a growing position, in at most `capacity` buckets of equally many rows each.

    A bucket keeps each column's least, greatest and last value, so that a curve drawn from buckets shows every spike.
    When the buckets are full, neighbours merge and each then holds twice as many rows: memory stays bounded, however
    long the training. NaN is passed over; a bucket of NaN alone stays NaN.
    """

    def __init__(self, columns: int, capacity: int = 4096) -> None:
        self.capacity = capacity
        self.rows_per_bucket = 1
        self._filled = 0  # buckets begun
        self._rows_in_last = 0
        self._position = np.empty(capacity)
        self._low = np.empty((capacity, columns), order="F")
        self._high = np.empty((capacity, columns), order="F")
        self._last = np.empty((capacity, columns), order="F")

    def __len__(self) -> int:
        return self._filled

    @property
    def position(self) -> Floats:
        """The index of the last row of each bucket, (buckets,)."""
        return self._position[: self._filled]

    @property
    def low(self) -> Floats:
        """The least value of each bucket and column, (buckets, columns)."""
        return self._low[: self._filled]

    @property
    def high(self) -> Floats:
        """The greatest value of each bucket and column, (buckets, columns)."""
        return self._high[: self._filled]

    @property
    def last(self) -> Floats:
        """The last value of each bucket and column, (buckets, columns)."""
        return self._last[: self._filled]

    def extend(self, position: Floats, values: Floats) -> None:
        """Add rows: position (rows,), not decreasing, and values (rows, columns)."""
        done = 0
        while done < len(position):
            if self._filled and self._rows_in_last < self.rows_per_bucket:
                taken = min(self.rows_per_bucket - self._rows_in_last, len(position) - done)
                self._add_to_last(position[done : done + taken], values[done : done + taken])
                done += taken
                continue
            if self._filled == self.capacity:
                self._merge()
                continue
            done += self._add_buckets(position[done:], values[done:])

    def rewind(self, position: float) -> None:
        """Forget the buckets that end after a position."""
        keep = int(np.searchsorted(self.position, position, side="right"))
        if keep < self._filled:
            self._filled = keep
            self._rows_in_last = self.rows_per_bucket

    def curve(self, column: int, part: slice = slice(None)) -> tuple[Floats, Floats]:
        """Return one column as a line's points, in which every bucket of a part shows its least and greatest value: (x,
        y)."""
        position, last = self.position[part], self.last[part, column]
        if self.rows_per_bucket == 1:
            return position, last
        low, high = self.low[part, column], self.high[part, column]
        y = np.empty(2 * len(last))
        rising = last - low > high - last
        y[0::2] = np.where(rising, low, high)
        y[1::2] = np.where(rising, high, low)
        return np.repeat(position, 2), y

    def _add_to_last(self, position: Floats, values: Floats) -> None:
        bucket = self._filled - 1
        self._position[bucket] = position[-1]
        self._low[bucket] = np.fmin(self._low[bucket], np.fmin.reduce(values))
        self._high[bucket] = np.fmax(self._high[bucket], np.fmax.reduce(values))
        self._last[bucket] = values[-1]
        self._rows_in_last += len(position)

    def _add_buckets(self, position: Floats, values: Floats) -> int:
        """Fill new buckets from the front of the rows; how many rows were taken."""
        size = self.rows_per_bucket
        count = min(-(-len(position) // size), self.capacity - self._filled)
        taken = min(count * size, len(position))
        starts = np.arange(0, taken, size)
        ends = np.minimum(starts + size, taken) - 1
        into = slice(self._filled, self._filled + count)
        self._position[into] = position[ends]
        self._low[into] = np.fmin.reduceat(values[:taken], starts)
        self._high[into] = np.fmax.reduceat(values[:taken], starts)
        self._last[into] = values[ends]
        self._filled += count
        self._rows_in_last = taken - int(starts[-1])
        return taken

    def _merge(self) -> None:
        """Merge neighbours, which halves the buckets."""
        half = self.capacity // 2
        self._position[:half] = self._position[1::2]
        self._low[:half] = np.fmin(self._low[0::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[0::2], self._high[1::2])
        self._last[:half] = self._last[1::2]
        self._filled = half
        self.rows_per_bucket *= 2
        self._rows_in_last = self.rows_per_bucket


class Trail:
    """Vectors along a growing position, at most `capacity` of them: when full, every other one goes, but the first."""

    def __init__(self, width: int, capacity: int) -> None:
        self.capacity = max(8, capacity)
        self.stride = 1  # one of this many offered vectors is kept
        self._offered = 0
        self._filled = 0
        self._position = np.empty(self.capacity)
        self._vectors = np.empty((self.capacity, width))

    def __len__(self) -> int:
        return self._filled

    @property
    def position(self) -> Floats:
        """The index of each kept vector, (kept,)."""
        return self._position[: self._filled]

    @property
    def vectors(self) -> Floats:
        """The kept vectors, (kept, width)."""
        return self._vectors[: self._filled]

    def extend(self, position: Floats, vectors: Floats) -> None:
        """Offer vectors (rows, width) at positions (rows,), not decreasing."""
        done = 0
        while done < len(position):
            first = -(self._offered % -self.stride)  # rows until the next one that is kept
            chosen = np.arange(done + first, len(position), self.stride)[: self.capacity - self._filled]
            into = slice(self._filled, self._filled + len(chosen))
            self._position[into] = position[chosen]
            self._vectors[into] = vectors[chosen]
            self._filled += len(chosen)
            if self._filled < self.capacity:
                self._offered += len(position) - done
                return
            seen = int(chosen[-1]) + 1 if len(chosen) else done
            self._offered += seen - done
            done = seen
            self._thin()

    def rewind(self, position: float) -> None:
        """Forget the vectors after a position."""
        keep = int(np.searchsorted(self.position, position, side="right"))
        if keep < self._filled:
            self._filled = keep
            self._offered = max(0, (keep - 1) * self.stride + 1)

    def _thin(self) -> None:
        kept = (self._filled + 1) // 2
        self._position[:kept] = self._position[: self._filled : 2]
        self._vectors[:kept] = self._vectors[: self._filled : 2]
        self._filled = kept
        self.stride *= 2


def nearest(position: NDArray[np.float64], at: float) -> int:
    """Return the index of the last position at or before `at`, or 0."""
    return max(0, int(np.searchsorted(position, at, side="right")) - 1)
