"""What the surface view has in sight: the plane it shows, and the part of it, moved when paths are about to leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.surface.plane_picker import PlaneChoice, last_finite, paths
from momentum_gui.gui.plots.surface.plane_updater import PlaneLaying
from momentum_gui.gui.plots.surface.projection import Track, points
from momentum_gui.gui.plots.surface.view_range import SurfaceRange, around_paths, around_starts
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup


@dataclass(frozen=True, eq=False)
class LookedAt:
    """What is looked at: the runs shown (number, run), the selected one, the moment (epochs; None = the present)."""

    setup: Setup
    record: Record
    shown: list[tuple[int, RunRecord]]
    selected: int
    visible: tuple[bool, ...]
    moment: float | None

    @property
    def here(self) -> Floats:
        """The selected run's weights (W,) at the moment shown, or the last of them that were numbers."""
        run = self.record.runs[self.selected]
        here = run.weights_at(self.moment)
        return here if np.isfinite(here).all() else last_finite(run.path.vectors)


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

    def lay(self, at: LookedAt) -> bool:
        """Lay the plane as it is to be now; whether there is another one."""
        if self.fixed is not None:
            if self.plane is not None:
                return False
            self.laying.take(self.fixed[0])
        else:
            runs = [run for _, run in at.shown] or at.record.runs
            if not self.laying.lay(at.setup, at.record, runs, at.selected, at.here, (at.moment, at.visible)):
                return False
        self.range.touch()
        return True

    def fit(self, at: LookedAt) -> None:
        """Show the range that shows the paths; of an analytic surface its domain and the starts."""
        if self.plane is not None:
            self.range.show(self._home(at))

    def keep(self, at: LookedAt, tracks: dict[int, Track], *, follow: bool) -> None:
        """Widen the range in leaps when a path is about to leave it, or keep the selected run in the middle."""
        assert self.plane is not None
        if follow:
            x, y, _ = self.plane.project(np.clip(at.here, -1e12, 1e12)[None])
            self.range.follow(float(x[0]), float(y[0]))
        elif self.fixed is not None:
            self.fit(at)
        elif at.setup.surface is not None:
            if not self.range.holds(self._home(at)):
                self.fit(at)
        elif self.range.is_left_by(*(points(tracks) or self._points(at))):
            self.fit(at)

    def _home(self, at: LookedAt) -> Range:
        if self.fixed is not None:
            return self.fixed[1]
        if at.setup.surface is not None:
            starts = [run.path.vectors[0] for _, run in at.shown if len(run.path)]
            return around_starts(at.setup.surface, np.array(starts).reshape(-1, 2))
        return around_paths(*self._points(at))

    def _points(self, at: LookedAt) -> tuple[Floats, Floats]:
        """All recorded points of the paths that the range is to show, on the plane."""
        assert self.plane is not None
        runs = [run for _, run in at.shown if len(run.path)]
        if not runs:
            return np.zeros(1), np.zeros(1)
        vectors = paths(runs)
        x, y, _ = self.plane.project(np.clip(vectors[np.isfinite(vectors).all(axis=1)], -1e150, 1e150))
        return x, y
