"""Which errors the colours of a surface span: a range that follows the surface calmly, without jumps and flicker."""

from __future__ import annotations

import math

import numpy as np

from momentum_gui.engine.population import Floats

GLIDE_SECONDS = 0.35
DEAD_BAND = 0.05
"""A wish that differs by less than this share of the span is not followed."""
MOST_DECADES = 12.0
LOWEST_SHARE = 0.003
"""So many of the points may lie below the lowest colour: a zero that a grid point happens to hit sets no scale."""


def heights(errors: Floats, *, log: bool) -> Floats:
    """Errors as heights on the colour scale: log10 or as they are; −inf for an error of 0, NaN for none at all."""
    if not log:
        return np.where(np.isfinite(errors) & (np.abs(errors) < 1e300), errors, np.nan)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = np.log10(errors)
    return np.where(errors < 1e300, logs, np.nan)


def wish(values: Floats, *, log: bool) -> tuple[float, float] | None:
    """The range that these heights ask for; None where none is finite."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return None
    high = float(finite.max())
    rank = min(len(finite) - 1, int(LOWEST_SHARE * len(finite)))
    low = float(np.partition(finite, rank)[rank])
    if log:
        high = min(high, low + MOST_DECADES)
    least = 0.02 if log else max(1e-12, 1e-3 * max(abs(low), abs(high)))
    if high - low < least:
        middle = (low + high) / 2
        return middle - least / 2, middle + least / 2
    return low, high


class Levels:
    """The range of the colours: `low` to `high`, gliding towards what the newest surface asks for."""

    def __init__(self) -> None:
        self.low, self.high = 0.0, 1.0
        self._aim: tuple[float, float] = (0.0, 1.0)
        self._fresh = True

    @property
    def aim(self) -> tuple[float, float]:
        """Where the range is going."""
        return self._aim

    def restart(self) -> None:
        """The next surface is another one: take its range at once."""
        self._fresh = True

    def want(self, low: float, high: float) -> None:
        """A surface asks for this range. Small differences are passed over."""
        if self._fresh:
            self._aim, self._fresh = (low, high), False
            self.low, self.high = low, high
            return
        span = self._aim[1] - self._aim[0]
        calm = abs(low - self._aim[0]) < DEAD_BAND * span and abs(high - self._aim[1]) < DEAD_BAND * span
        if not calm:
            self._aim = (low, high)

    def glide(self, seconds: float) -> bool:
        """Move towards the aim for this long; whether there is still some way to go."""
        share = 1.0 - math.exp(-max(0.0, seconds) / GLIDE_SECONDS)
        low, high = self._aim
        self.low += (low - self.low) * share
        self.high += (high - self.high) * share
        span = high - low
        if abs(self.low - low) < 0.004 * span and abs(self.high - high) < 0.004 * span:
            self.low, self.high = low, high
            return False
        return True
