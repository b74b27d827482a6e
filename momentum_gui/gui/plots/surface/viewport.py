"""The surface view's viewport: the plane that it shows, and the range, moved when paths are about to leave it."""

from __future__ import annotations

import time

import numpy as np

from momentum_gui.engine.analysis.plane import Plane, Range, extent
from momentum_gui.engine.analytic_surfaces import Surface
from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.surface.plane_picker import PlanePicker, last_finite, paths
from momentum_gui.gui.plots.surface.plane_updater import PlaneUpdater
from momentum_gui.gui.plots.surface.projection import Track, points
from momentum_gui.gui.state import WindowState

MARGIN = 0.35
"""The room around the paths, as a share of how far they reach."""
EDGE = 0.02
"""A point nearer to the edge than this share of the picture's side is about to leave it."""
LEAST_EXTENT = 1e-9
"""No axis reaches less far than this share of its place: floats would no longer tell its ends apart."""


def current_weights(at: WindowState) -> Floats:
    """Return the selected run's weights (W,) at the moment shown, or the last of them that are numbers."""
    run = at.run
    assert run is not None
    weights = run.weights_at(at.moment)
    return weights if np.isfinite(weights).all() else last_finite(run.path.vectors)


class Viewport:
    """Plane and range. A `fixed` plane with its range, chosen elsewhere, is never left."""

    def __init__(self, picker: PlanePicker, plot: Plot, fixed: tuple[Plane, Range] | None = None) -> None:
        self._planes, self._range = PlaneUpdater(picker), ViewRange(plot)
        self.fixed = fixed

    @property
    def plane(self) -> Plane | None:
        """The plane that is shown; None before the first."""
        return self._planes.plane

    @property
    def is_update_due(self) -> bool:
        """Whether a newer plane is due soon."""
        return self._planes.is_update_due

    @property
    def range(self) -> Range:
        """The range shown: x low, x high, y low, y high."""
        return self._range.shown

    @property
    def changed(self) -> float:
        """When plane or range changed last (`time.monotonic`)."""
        return self._range.changed

    @property
    def is_moving_itself(self) -> bool:
        """Whether the viewport, and not the user's hand, is changing the range."""
        return self._range.setting

    def touch(self) -> None:
        """Note that the range has changed just now."""
        self._range.touch()

    def forget(self) -> None:
        """Choose the plane afresh when it is next updated."""
        self._planes.forget()

    def update(self, at: WindowState) -> bool:
        """Bring the plane up to date; return whether it is another one."""
        if self.fixed is not None:
            if self.plane is not None:
                return False
            self._planes.take(self.fixed[0])
        else:
            assert at.setup is not None
            assert at.record is not None
            runs = [run for _, run in at.runs_shown] or at.record.runs
            if not self._planes.update(
                at.setup, at.record, runs, at.selected, current_weights(at), (at.moment, at.visible)
            ):
                return False
        self._range.touch()
        return True

    def fit(self, at: WindowState) -> None:
        """Show the range that shows the paths; of an analytic surface its domain and the starts."""
        if self.plane is not None:
            self._range.show(self._home(at))

    def keep(self, at: WindowState, tracks: dict[int, Track], *, follow: bool) -> None:
        """Widen the range in leaps when a path is about to leave it, or keep the selected run in the middle."""
        assert self.plane is not None
        if follow:
            x, y, _ = self.plane.project(np.clip(current_weights(at), -1e12, 1e12)[None])
            self._range.follow(float(x[0]), float(y[0]))
        elif self.fixed is not None:
            self.fit(at)
        elif at.setup is not None and at.setup.surface is not None:
            if not self._range.holds(self._home(at)):
                self.fit(at)
        elif self._range.is_left_by(*(points(tracks) or self._points(at))):
            self.fit(at)

    def _home(self, at: WindowState) -> Range:
        if self.fixed is not None:
            return self.fixed[1]
        if at.setup is not None and at.setup.surface is not None:
            starts = [run.path.vectors[0] for _, run in at.runs_shown if len(run.path)]
            return around_starts(at.setup.surface, np.array(starts).reshape(-1, 2))
        return around_paths(*self._points(at))

    def _points(self, at: WindowState) -> tuple[Floats, Floats]:
        """Return all recorded points of the paths that the range is to show, on the plane."""
        assert self.plane is not None
        runs = [run for _, run in at.runs_shown if len(run.path)]
        if not runs:
            return np.zeros(1), np.zeros(1)
        vectors = paths(runs)
        x, y, _ = self.plane.project(np.clip(vectors[np.isfinite(vectors).all(axis=1)], -1e150, 1e150))
        return x, y


class ViewRange:
    """The range of a plot: x low, x high, y low, y high. `changed` is when it, or what lies in it, changed last."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.changed = 0.0
        self.setting = False  # whether a change of range comes from here rather than from the user's hand

    @property
    def shown(self) -> Range:
        """What the plot shows now."""
        (left, right), (low, high) = self.plot.getPlotItem().viewRange()
        return left, right, low, high

    def show(self, wanted: Range) -> None:
        """Let the plot show a range; one too narrow for its place to be told apart in floats is made wider."""
        self.setting = True
        self.plot.setRange(xRange=wide_enough(*wanted[:2]), yRange=wide_enough(*wanted[2:]), padding=0)
        self.setting = False
        self.touch()

    def touch(self) -> None:
        """Something changed just now."""
        self.changed = time.monotonic()

    def follow(self, x: float, y: float) -> None:
        """Keep a point in the middle."""
        left, right, low, high = self.shown
        width, height = (end - begin or 1.0 for begin, end in ((left, right), (low, high)))
        off = max(abs(x - (left + width / 2)) / width, abs(y - (low + height / 2)) / height)
        if off > EDGE:
            self.show((x - width / 2, x + width / 2, y - height / 2, y + height / 2))

    def is_left_by(self, x: Floats, y: Floats) -> bool:
        """Return whether some of the points x, y are about to leave the picture, or have."""
        left, right, low, high = self.shown
        edge_x, edge_y = EDGE * (right - left), EDGE * (high - low)
        return len(x) > 0 and bool(
            x.min() < left + edge_x or x.max() > right - edge_x or y.min() < low + edge_y or y.max() > high - edge_y
        )

    def holds(self, range_: Range) -> bool:
        """Return whether all of a range is shown."""
        left, right, low, high = self.shown
        return range_[0] >= left and range_[1] <= right and range_[2] >= low and range_[3] <= high


def wide_enough(low: float, high: float) -> tuple[float, float]:
    """Return the ends of an axis, at least as far apart as floats there need to be told apart many times over."""
    least = LEAST_EXTENT * max(abs(low), abs(high))
    if high - low >= least > 0 or (high > low and least == 0):
        return low, high
    middle, half = (low + high) / 2, least / 2 or 1.0
    return middle - half, middle + half


def around_paths(x: Floats, y: Floats) -> Range:
    """Return the range that shows the points x, y of all paths."""
    low_x, high_x, low_y, high_y = extent(x, y, MARGIN)
    # Narrower than this, rounding and single steps are all there is to be seen.
    half_x, half_y = max((high_x - low_x) / 2, 1.0), max((high_y - low_y) / 2, 1.0)
    mid_x, mid_y = (low_x + high_x) / 2, (low_y + high_y) / 2
    return mid_x - half_x, mid_x + half_x, mid_y - half_y, mid_y + half_y


def around_starts(surface: Surface, starts: Floats) -> Range:
    """Return an analytic surface's domain and the starts (runs, 2), however far a run fled."""
    low_x, high_x, low_y, high_y = surface.domain
    if len(starts):
        margin_x, margin_y = 0.05 * (high_x - low_x), 0.05 * (high_y - low_y)
        low_x, high_x = min(low_x, starts[:, 0].min() - margin_x), max(high_x, starts[:, 0].max() + margin_x)
        low_y, high_y = min(low_y, starts[:, 1].min() - margin_y), max(high_y, starts[:, 1].max() + margin_y)
    return float(low_x), float(high_x), float(low_y), float(high_y)
