"""Ranges of axes that follow growing data without jumping: they move seldom, and then by enough."""

from __future__ import annotations

import math

from momentum_gui.gui.plots.chart import Axis


def follow(axis: Axis, low: float, high: float, margin: float = 0.06, least_share: float = 0.5) -> None:
    """Set the axis so that low to high (in its own coordinate) are seen, unless it shows them well already.

    It stays as it is while the data fill at least `least_share` of it; else it becomes the data with a margin, and
    half as much again on the side on which they outgrew it.
    """
    if not axis.automatic or not (math.isfinite(low) and math.isfinite(high)):
        return
    least = 0.3 if axis.log else max(abs(low), abs(high), 1e-9) * 1e-3
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    span = high - low
    inside = axis.low <= low and high <= axis.high
    if inside and span >= least_share * (axis.high - axis.low):
        return
    outgrown_below = low < axis.low and high <= axis.high and span > 0.3 * (axis.high - axis.low)
    outgrown_above = high > axis.high and low >= axis.low and span > 0.3 * (axis.high - axis.low)
    below, above = margin + 0.2 * outgrown_below, margin + 0.2 * outgrown_above
    axis.set_range(low - span * below, high + span * above)


def grown_end(shown: float, reached: float, planned: float, *, finished: bool) -> float:
    """The right end of an axis of time: what was reached with room ahead, and not beyond what is planned.

    Up to 200 the whole plan is shown at once. Beyond, the axis doubles each time it is outgrown.
    """
    if finished and reached > 0:
        return reached
    if planned <= 200 or reached * 3 >= planned:
        return max(planned, reached)
    if reached <= shown <= max(6 * reached, 20.0):
        return shown
    return min(planned, max(10.0, 2 * reached))
