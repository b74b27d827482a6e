"""When the surface's plane is laid anew: through where the selected run stands now, or through the paths so far."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.surface.plane_picker import PCA, RANDOM, WEIGHTS, PlaneChoice, paths
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup

REFRESH_SECONDS = 1.0
"""How often a plane laid through the paths is laid anew while they grow."""
LAYING_SHARE = 0.02
"""At most this share of the time goes into laying planes, however large the network."""


class PlaneLaying:
    """The plane that is drawn. `plane` is None until one was laid; `put_off` says that a newer one is due soon."""

    def __init__(self, choice: PlaneChoice) -> None:
        self.choice = choice
        self.plane: Plane | None = None
        self.put_off = False
        self._made, self._seconds = 0.0, 0.0
        self._laid: tuple[object, ...] = ()
        self._has_moved = False

    def forget(self) -> None:
        """Lay it anew at the next occasion, whatever it was."""
        self.plane, self._laid, self.put_off, self._has_moved = None, (), False, False

    def take(self, plane: Plane) -> None:
        """Take a plane that was laid elsewhere."""
        self.plane, self._made = plane, time.monotonic()

    def lay(
        self,
        setup: Setup,
        record: Record,
        runs: list[RunRecord],
        selected: int,
        here: Floats,
        looked_at: tuple[object, ...],
    ) -> bool:
        """Lay the plane if it is due; whether there is another one now.

        `here` are the selected run's weights (W,) at the moment shown, `looked_at` the moment and the runs shown.
        """
        self.put_off = False
        if setup.surface is not None and self.plane is not None:
            return False
        index = self.choice.index
        if setup.surface is None and index != WEIGHTS and self.plane is not None:
            moment, visible = looked_at
            asked = (index, selected, visible, moment if index == RANDOM else None)
            if self._laid == (*asked, record.version):
                return False
            wait = max(REFRESH_SECONDS, self._seconds / LAYING_SHARE)
            if self._laid[:-1] == asked and time.monotonic() - self._made < wait:
                self.put_off = True
                return False
            self._laid = (*asked, record.version)
        moved = index != PCA or setup.surface is not None or has_moved(runs)
        if not moved and self.plane is not None:
            return False  # back at the start: the directions of the paths before are as good as any
        began = time.perf_counter()
        like = self.plane if self._has_moved else None  # before, its directions were arbitrary, and so their signs
        plane = self.choice.lay(setup, record, runs, selected, here, like)
        self._has_moved = moved
        self._seconds = time.perf_counter() - began
        if not moved:
            sentence = "Nothing has moved yet: any plane through the start. It turns to where the paths will lead."
            plane = replace(plane, share_x=None, share_y=None, sentence=sentence)
        if self.plane is not None and same_plane(plane, self.plane):
            return False
        self.take(plane)
        return True


def has_moved(runs: list[RunRecord]) -> bool:
    """Whether there is any movement by which directions could be told."""
    vectors = paths(runs)
    return bool((vectors != vectors[0]).any())


def same_plane(plane: Plane, other: Plane) -> bool:
    """Whether two planes are one, in the same coordinates and with the same words."""
    return plane.sentence == other.sentence and all(
        np.array_equal(getattr(plane, part), getattr(other, part)) for part in ("origin", "axis_x", "axis_y")
    )
