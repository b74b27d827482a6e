"""Keeps the surface's plane up to date: through the selected run's weights as they are now, or the paths so far."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.surface.plane_picker import PCA, RANDOM, WEIGHTS, PlanePicker, paths
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup

REFRESH_SECONDS = 1.0
"""The shortest time between two updates of a plane through paths that grow."""
UPDATE_SHARE = 0.02
"""At most this share of the time goes into updating planes, however large the network."""


class PlaneUpdater:
    """The plane that is drawn. `plane` is None before the first; `is_update_due` says that a newer one is due soon."""

    def __init__(self, picker: PlanePicker) -> None:
        self.picker = picker
        self.plane: Plane | None = None
        self.is_update_due = False
        self._made, self._seconds = 0.0, 0.0
        self._updated_for: tuple[object, ...] = ()
        self._has_moved = False

    def forget(self) -> None:
        """Choose the plane afresh at the next update."""
        self.plane, self._updated_for, self.is_update_due, self._has_moved = None, (), False, False

    def take(self, plane: Plane) -> None:
        """Take a plane that was chosen elsewhere."""
        self.plane, self._made = plane, time.monotonic()

    def update(
        self,
        setup: Setup,
        record: Record,
        runs: list[RunRecord],
        selected: int,
        current: Floats,
        looked_at: tuple[object, ...],
    ) -> bool:
        """Update the plane if that is due; return whether it is another one.

        `current` are the selected run's weights (W,) at the moment shown, `looked_at` the moment and the runs shown.
        """
        self.is_update_due = False
        if setup.surface is not None and self.plane is not None:
            return False
        index = self.picker.index
        if setup.surface is None and index != WEIGHTS and self.plane is not None:
            moment, visible = looked_at
            asked = (index, selected, visible, moment if index == RANDOM else None)
            if self._updated_for == (*asked, record.version):
                return False
            wait = max(REFRESH_SECONDS, self._seconds / UPDATE_SHARE)
            if self._updated_for[:-1] == asked and time.monotonic() - self._made < wait:
                self.is_update_due = True
                return False
            self._updated_for = (*asked, record.version)
        moved = index != PCA or setup.surface is not None or has_moved(runs)
        if not moved and self.plane is not None:
            return False  # back at the start: the directions of the paths before are as good as any
        began = time.perf_counter()
        like = self.plane if self._has_moved else None  # before, its directions were arbitrary, and so their signs
        plane = self.picker.make_plane(setup, record, runs, selected, current, like)
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
    """Return whether there is any movement by which directions could be told."""
    vectors = paths(runs)
    return bool((vectors != vectors[0]).any())


def same_plane(plane: Plane, other: Plane) -> bool:
    """Return whether two planes are one, in the same coordinates and with the same words."""
    return plane.sentence == other.sentence and all(
        np.array_equal(getattr(plane, part), getattr(other, part)) for part in ("origin", "axis_x", "axis_y")
    )
