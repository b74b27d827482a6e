"""All that is drawn on the flat surface: the picture, each run's path, the selected run's start and its last step."""

from __future__ import annotations

import numpy as np

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.engine.population import Outcome
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.surface.image import SurfaceImage
from momentum_gui.gui.plots.surface.paths import PathItems, StepArrows
from momentum_gui.gui.plots.surface.projection import Track
from momentum_gui.gui.plots.surface.start import StartMarker
from momentum_gui.gui.state import WindowState


class SurfaceItems:
    """The items of a plot, brought up to date together."""

    def __init__(self, plot: Plot, marker: StartMarker) -> None:
        self.plot, self.marker = plot, marker
        self.image = SurfaceImage(plot)
        self.arrows = StepArrows(plot)
        self.paths: list[PathItems] = []

    def arrange(self, runs: int) -> None:
        """Make the items for that many runs."""
        for items in self.paths:
            items.remove()
        self.paths = [PathItems(self.plot, number) for number in range(runs)]

    def draw(
        self, at: WindowState, plane: Plane, tracks: dict[int, Track], *, live: bool
    ) -> tuple[float, float] | None:
        """Draw paths, marks and arrows; where the selected run starts on the plane, if it has a path."""
        shown = dict(at.runs_shown)
        for number, items in enumerate(self.paths):
            track = tracks.get(number)
            items.set_visible(track is not None)
            if track is not None:
                diverged = shown[number].latest.outcome is Outcome.DIVERGED and at.moment is None
                items.show_track(
                    track.x,
                    track.y,
                    track.distance,
                    selected=number == at.selected,
                    ended_badly=diverged,
                    live=live,
                )
        self.marker.setVisible(at.selected in shown)
        self._draw_arrows(at, plane)
        run = at.run
        if run is None or not len(run.path):
            return None
        x, y, _ = plane.project(run.path.vectors[:1])
        start = float(x[0]), float(y[0])
        self.marker.place(*start, at.selected)
        return start

    def _draw_arrows(self, at: WindowState, plane: Plane) -> None:
        """The step that led to the moment shown, from where it began: what is known of it is exact, not foretold."""
        selected = dict(at.runs_shown).get(at.selected)
        known = None if selected is None else selected.update_at(at.moment)
        if known is None or not len(known[1].gradients):
            self.arrows.hide()
            return
        weights, trace = known
        with np.errstate(all="ignore"):
            gradient_part, momentum_part = trace.gradient_parts[-1], trace.momentum_parts[-1]
            begun = weights - (gradient_part + momentum_part)
        self.arrows.draw(plane, begun, gradient_part, momentum_part)
