"""What the surface view has in sight: the plane it shows, and the part of it, moved when paths are about to leave."""

from __future__ import annotations

import numpy as np

from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.surface.plane_picker import PlaneChoice, last_finite, paths
from momentum_gui.gui.plots.surface.plane_updater import PlaneLaying
from momentum_gui.gui.plots.surface.projection import Track, points
from momentum_gui.gui.plots.surface.view_range import SurfaceRange, around_paths, around_starts
from momentum_gui.gui.state import WindowState


def current_weights(at: WindowState) -> Floats:
    """Return the selected run's weights (W,) at the moment shown, or the last of them that are numbers."""
    run = at.run
    assert run is not None
    weights = run.weights_at(at.moment)
    return weights if np.isfinite(weights).all() else last_finite(run.path.vectors)


class Sight:
    """Plane and range. A `fixed` plane with its range, laid elsewhere, is never left."""

    def __init__(self, choice: PlaneChoice, plot: Plot, fixed: tuple[Plane, Range] | None = None) -> None:
        self.laying, self.range = PlaneLaying(choice), SurfaceRange(plot)
        self.fixed = fixed

    @property
    def plane(self) -> Plane | None:
        """The plane that is shown; None before the first was laid."""
        return self.laying.plane

    @property
    def put_off(self) -> bool:
        """Whether a newer plane is due soon."""
        return self.laying.put_off

    def lay(self, at: WindowState) -> bool:
        """Lay the plane as it is to be now; whether there is another one."""
        if self.fixed is not None:
            if self.plane is not None:
                return False
            self.laying.take(self.fixed[0])
        else:
            assert at.setup is not None
            assert at.record is not None
            runs = [run for _, run in at.runs_shown] or at.record.runs
            if not self.laying.lay(
                at.setup, at.record, runs, at.selected, current_weights(at), (at.moment, at.visible)
            ):
                return False
        self.range.touch()
        return True

    def fit(self, at: WindowState) -> None:
        """Show the range that shows the paths; of an analytic surface its domain and the starts."""
        if self.plane is not None:
            self.range.show(self._home(at))

    def keep(self, at: WindowState, tracks: dict[int, Track], *, follow: bool) -> None:
        """Widen the range in leaps when a path is about to leave it, or keep the selected run in the middle."""
        assert self.plane is not None
        if follow:
            x, y, _ = self.plane.project(np.clip(current_weights(at), -1e12, 1e12)[None])
            self.range.follow(float(x[0]), float(y[0]))
        elif self.fixed is not None:
            self.fit(at)
        elif at.setup is not None and at.setup.surface is not None:
            if not self.range.holds(self._home(at)):
                self.fit(at)
        elif self.range.is_left_by(*(points(tracks) or self._points(at))):
            self.fit(at)

    def _home(self, at: WindowState) -> Range:
        if self.fixed is not None:
            return self.fixed[1]
        if at.setup is not None and at.setup.surface is not None:
            starts = [run.path.vectors[0] for _, run in at.runs_shown if len(run.path)]
            return around_starts(at.setup.surface, np.array(starts).reshape(-1, 2))
        return around_paths(*self._points(at))

    def _points(self, at: WindowState) -> tuple[Floats, Floats]:
        """All recorded points of the paths that the range is to show, on the plane."""
        assert self.plane is not None
        runs = [run for _, run in at.runs_shown if len(run.path)]
        if not runs:
            return np.zeros(1), np.zeros(1)
        vectors = paths(runs)
        x, y, _ = self.plane.project(np.clip(vectors[np.isfinite(vectors).all(axis=1)], -1e150, 1e150))
        return x, y
