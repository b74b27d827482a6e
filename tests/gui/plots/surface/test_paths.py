"""Points and ranges far away: drawn nearer in the same direction, and never without any extent."""

from __future__ import annotations

import numpy as np
import pytest

from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.surface.paths import drawn_near
from momentum_gui.gui.plots.surface.viewport import ViewRange


@pytest.mark.parametrize("shown", [(-1.0, 1.0, -2.0, 2.0), (3.0, 3.0, 1.0, 1.0), (0.0, 5.0, 2.0, 2.0)])
def test_points_far_away_are_drawn_nearer(shown: tuple[float, float, float, float]) -> None:
    """Those near stay where they are; the direction of those far away stays; a range without extent is no error."""
    x, y = np.array([shown[0], 1e200]), np.array([shown[2], 1e200])
    near_x, near_y = drawn_near(x, y, shown)
    assert (near_x[0], near_y[0]) == pytest.approx((shown[0], shown[2]))
    assert np.isfinite((near_x, near_y)).all()
    assert max(abs(near_x[1]), abs(near_y[1])) < 1e10
    assert near_x[1] > shown[1] or near_y[1] > shown[3]


def test_a_point_far_away_is_followed(qapp: object) -> None:
    """However far a run has gone: the range around it still has an extent, and following it again is no error."""
    plot = Plot()
    range_ = ViewRange(plot)
    range_.show((-1e-6, 1e-6, -1e-6, 1e-6))
    for _ in range(2):
        range_.follow(1e12, -1e12)
        left, right, low, high = range_.shown
        assert left < 1e12 < right
        assert low < -1e12 < high
    plot.close()
