"""The speed of training: what the window asks for, and how the worker keeps to it in short chunks."""

from __future__ import annotations

import math
import sys
import time

FULL_SPEED = math.inf

CHUNK_SECONDS = 0.015
"""How long a chunk of training should take: short enough to answer at once, long enough to cost little. In processor
time: waiting would make chunks look long, and so make them shorter and shorter."""
NAP_SECONDS = 0.05
"""The longest sleep at a slow pace, so that a change of pace is noticed."""


class Pace:
    """How many updates per second are wanted; `FULL_SPEED` for as many as possible.

    The window may set it while the worker runs. Besides the queue, it is the one mutable thing that both share;
    reading and writing a float is atomic.
    """

    def __init__(self, updates_per_second: float = FULL_SPEED) -> None:
        self.updates_per_second = updates_per_second


class ChunkTimer:
    """Says how many updates the next chunk should have, and when it is due."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._last = 0.0  # when the last chunk at a slow pace was due
        self._fits = 1.0  # the updates that fit into a chunk, as far as is known

    @property
    def limit(self) -> int:
        """The most updates that a chunk should have."""
        return int(self._fits)

    def begin(self) -> None:
        """Count from now on."""
        self._last = time.monotonic()

    def forget(self) -> None:
        """Start again with chunks of one update: another training may be slower."""
        self._fits = 1.0

    def due_at(self) -> float:
        """Return when the next chunk is due, on the clock of `time.monotonic`."""
        now = time.monotonic()
        pace = self._pace.updates_per_second
        if pace == FULL_SPEED:
            return now
        return min(self._last + max(1 / pace, CHUNK_SECONDS), now + NAP_SECONDS)

    def updates_due(self) -> int:
        """Return the updates that the pace asks for by now; what could not be done in time is dropped."""
        pace, now = self._pace.updates_per_second, time.monotonic()
        if pace == FULL_SPEED:
            return sys.maxsize
        due = int((now - self._last) * pace)
        if due > 0:
            self._last += due / pace
            if due > self._fits:
                self._last = now
        return due

    def learn(self, updates: int, seconds: float) -> None:
        """Fit the size of the next chunk to the speed just seen; it grows at most fourfold."""
        fits = updates / max(seconds, 1e-6) * CHUNK_SECONDS
        self._fits = max(1.0, min(fits, 4 * self._fits))
