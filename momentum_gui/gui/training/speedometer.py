"""The speed of training as the window sees it."""

from __future__ import annotations

import time
from collections import deque

SECONDS = 1.0
"""Over how long the updates are counted."""


class Speedometer:
    """Counts the updates of the last second."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()  # when, and how many updates were done by then

    @property
    def updates_per_second(self) -> float:
        """The updates of every run in a second; 0 before there is anything to count."""
        if len(self._seen) < 2:
            return 0.0
        (began, before), (now, updates) = self._seen[0], self._seen[-1]
        return (updates - before) / (now - began) if now > began else 0.0

    def count(self, updates: int) -> None:
        """Take in how many updates have been done by now."""
        now = time.monotonic()
        self._seen.append((now, updates))
        while now - self._seen[0][0] > SECONDS and len(self._seen) > 2:
            self._seen.popleft()

    def clear(self) -> None:
        """Count from nothing: training has paused, or goes on from elsewhere."""
        self._seen.clear()
