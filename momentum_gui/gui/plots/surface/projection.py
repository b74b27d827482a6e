"""The paths of runs as they lie on the plane: all of them projected in one go, for the lines and for the range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.record import RunRecord
from momentum_gui.lab.surface.planes import has_left

MOST_LIVE = 300
"""Points of a path that are drawn while it grows."""
FARTHEST_WEIGHT = 1e150
"""Weights are projected as if they were no larger: their squares would overflow."""


@dataclass(frozen=True)
class Track:
    """A run's path on the plane: x, y and the distance from it, (points,), all finite; the last is the present.

    `counts` says whether the range is to show it: the run has not left.
    """

    x: Floats
    y: Floats
    distance: Floats
    counts: bool


def projected(plane: Plane, runs: list[tuple[int, RunRecord]], moment: float | None, *, live: bool) -> dict[int, Track]:
    """Return the tracks of runs by their numbers, up to a moment (epochs; None = the present); thinned out if
    `live`."""
    pieces = [path_until(run, moment, MOST_LIVE if live else None) for _, run in runs]
    if not pieces:
        return {}
    vectors = np.concatenate(pieces)
    x, y, distance = plane.project(np.clip(vectors, -FARTHEST_WEIGHT, FARTHEST_WEIGHT))
    good = np.isfinite(vectors).all(axis=1) & np.isfinite(x) & np.isfinite(y)
    tracks, first = {}, 0
    for (number, run), piece in zip(runs, pieces, strict=True):
        own = slice(first, first + len(piece))
        first = own.stop
        kept = good[own]
        tracks[number] = Track(x[own][kept], y[own][kept], distance[own][kept], not has_left(run))
    return tracks


def path_until(run: RunRecord, moment: float | None, most: int | None = None) -> Floats:
    """Return the weights (points, W) along a run's path up to a moment, oldest first; about `most` of them."""
    vectors, position = run.path.vectors, run.path.position
    if moment is not None:
        vectors = vectors[: nearest(position, moment) + 1]
    if most is not None and len(vectors) > most:
        vectors = vectors[:: -(-len(vectors) // most)]
    return np.concatenate((vectors, run.weights_at(moment)[None]))


def points(tracks: dict[int, Track]) -> tuple[Floats, Floats] | None:
    """Return the x and y of all tracks that the range is to show; None where every run has left."""
    chosen = [track for track in tracks.values() if track.counts]
    if not chosen:
        return None
    return np.concatenate([track.x for track in chosen]), np.concatenate([track.y for track in chosen])
