"""Planes as a user asks for them: in words, through a training's states, with a range that shows its paths."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis import plane as planes
from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.recording.history import Trail
from momentum_gui.lab.recording.record import TRAIL_NUMBERS, Record, RunRecord
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import Frame, RunFrame

MOMENTS = ("start", "end", "best")
WEIGHT_NAME = re.compile(r"[wb]\d+\[\d+(?:,\s*\d+)?\]|[xy]")


@dataclass(frozen=True)
class Choice:
    """A plane that was asked for: its kind, for `weights` the numbers of the two, for `three` those of the runs."""

    kind: str
    pair: tuple[int, int] = (0, 1)

    @classmethod
    def parse(cls, text: str | None, setup: Setup) -> Choice:
        """`weights:w1[0,0],b1[0]`, `pca`, `random`, `three` or `three:RUN,RUN`. Raises BadInputError.

        None is the surface itself, the two weights that train where only two do, and PCA otherwise.
        """
        if text is None:
            if setup.surface is not None:
                return cls("surface")
            trained = np.flatnonzero(setup.trained())
            return cls("weights", (int(trained[0]), int(trained[1]))) if len(trained) == 2 else cls("pca")
        kind, _, names = text.partition(":")
        if kind == "weights":
            found = WEIGHT_NAME.findall(names)
            if len(found) != 2 or re.sub(r"\s", "", names) != ",".join(re.sub(r"\s", "", name) for name in found):
                example = "x,y" if setup.surface is not None else ",".join(setup.weight_names[:2])
                raise BadInputError(f"--plane {text}: write the two weights like weights:{example}")
            i, j = (setup.index(re.sub(r"\s", "", name), "--plane") for name in found)
            if i == j:
                raise BadInputError(f"--plane {text}: allowed are two different weights")
            return cls("surface") if setup.surface is not None and i < j else cls("weights", (i, j))
        if kind not in ("pca", "random", "three") or (names and kind != "three"):
            raise BadInputError(f"--plane {text}: allowed is weights:NAME,NAME, pca, random, three, three:RUN,RUN")
        if kind != "pca" and setup.surface is not None:
            raise BadInputError(f"--plane {text}: an analytic surface has only two weights; leave --plane out")
        return cls(kind, two_runs(text, names, setup)) if kind == "three" else cls(kind)


class Travel:
    """The states that the runs of a training passed through: at its start, at its best, and where it ended.

    Only the logged epochs count, so that how the training was cut into frames makes no difference.
    """

    def __init__(self) -> None:
        self.record: Record | None = None
        self._trails: list[Trail] = []
        self._start: list[Floats] = []
        self._end: list[Floats] = []
        self._best: list[tuple[float, Floats]] = []

    def write(self, frame: Frame) -> None:
        """Take in the next frame, from the first one on."""
        if self.record is None:
            self.record = Record(frame)
            self._trails = [Trail(len(run.weights), min(2048, TRAIL_NUMBERS // len(run.weights))) for run in frame.runs]
            self._start = [run.weights for run in frame.runs]
            self._end = list(self._start)
            self._best = [(math.inf, run.weights) for run in frame.runs]
        else:
            self.record.extend(frame)
        for number, run in enumerate(frame.runs):
            if np.isfinite(run.weights).all():
                self._end[number] = run.weights
            self._best[number] = better(self._best[number], run)
            self._trails[number].extend(run.rows.epoch.astype(np.float64), run.rows.weights)

    def weights(self, run: int, moment: str) -> Floats:
        """Return the weights of a run at `start`, `best` (the least training error of all logged epochs) or `end`.

        The end of a run that diverged beyond all numbers is the last state that was finite.
        """
        return {"start": self._start, "best": [weights for _, weights in self._best], "end": self._end}[moment][run]

    def paths(self) -> Floats:
        """Return the weights of all runs at the logged epochs, one run after the other: (points, weights).

        A run that diverged, or is on its way to it, is left out, unless all are; see `has_left` and `worth_showing`.
        """
        assert self.record is not None
        trails = list(zip(self._trails, self.record.runs, strict=True))
        chosen = [trail.vectors for trail, run in trails if not has_left(run)]
        return np.concatenate(chosen or [worth_showing(trail.vectors) for trail, _ in trails])


GROWTH = 1e3
"""A run whose weights have grown by this factor, and whose error has not fallen, is on its way to infinity."""


def has_left(run: RunRecord) -> bool:
    """Return whether a run has diverged, or is on its way to it: planes and ranges do without it.

    Growth alone is no divergence: a bias that fits targets of 100,000 is as large as they are.
    """
    if run.latest.outcome is Outcome.DIVERGED:
        return True
    if not len(run.path) or not len(run.measures):
        return False
    grown = not np.abs(run.latest.weights).max() <= GROWTH * (1.0 + np.abs(run.path.vectors[0]).max())
    return grown and not run.measures.last[-1, Measure.ERROR] < run.measures.high[0, Measure.ERROR]


def better(best: tuple[float, Floats], run: RunFrame) -> tuple[float, Floats]:
    """Return the least error and its weights, with the rows of one more frame."""
    errors = run.rows.measures[:, Measure.ERROR]
    if len(errors) and not np.isnan(errors).all():
        row = int(np.nanargmin(errors))
        if errors[row] < best[0]:
            return float(errors[row]), run.rows.weights[row].copy()
    return best


def worth_showing(path: Floats) -> Floats:
    """Return the part of a diverging run's path before it leaves everything else out of sight."""
    with np.errstate(over="ignore", invalid="ignore"):
        far = ~(np.abs(path).max(axis=1) <= 10 * (1 + np.abs(path[0]).max()))
    return path[: int(np.argmax(far))] if far.any() else path


def two_runs(text: str, names: str, setup: Setup) -> tuple[int, int]:
    """Return the numbers of the two runs that a plane through three states names; the first two by default. A training
    of one run gives that run twice. Raises BadInputError."""
    runs = [run.name for run in setup.experiment.runs]
    if not names:
        return 0, min(1, len(runs) - 1)
    parts = names.split(",")  # a name may hold commas itself
    for at in range(1, len(parts)):
        first, second = ",".join(parts[:at]).strip(), ",".join(parts[at:]).strip()
        if first in runs and second in runs and first != second:
            return runs.index(first), runs.index(second)
    raise BadInputError(f"--plane {text}: allowed are two different runs of {', '.join(runs)}, like three:RUN,RUN")


def three_states(choice: Choice, setup: Setup, travel: Travel) -> Plane:
    """Return the plane through the start and the ends of two runs, or of one run through its start, best and end."""
    one, other = choice.pair
    names = [run.name for run in setup.experiment.runs]
    second = "best" if one == other else "end"
    states = travel.weights(one, "start"), travel.weights(one, "end"), travel.weights(other, second)
    words = f"the start of {names[one]}", f"the end of {names[one]}", f"the {second} of {names[other]}"
    return planes.through_three(*states, words, setup.trained())


def make_plane(choice: Choice, setup: Setup, center: Floats, travel: Travel, seed: int) -> Plane:
    """Return the plane of a choice: two weights and random directions through `center` (W,), PCA of the paths."""
    if choice.kind == "three":
        return three_states(choice, setup, travel)
    if choice.kind == "surface":
        return planes.surface_plane()
    if choice.kind == "weights":
        return planes.two_weights(center, *choice.pair, setup.weight_names, setup.trained())
    if choice.kind == "random":
        assert setup.network is not None
        return planes.random_directions(setup.network, center, seed, setup.trained())
    return planes.pca(travel.paths())


def default_range(plane: Plane, setup: Setup, paths: Floats) -> Range:
    """Return a range that shows the paths (points, W); a surface's own domain; ±1 for random directions.

    One unit along a random direction is 100 % of each unit's size, and paths hardly move along it.
    """
    if plane.kind == "surface" and setup.surface is not None:
        return setup.surface.domain
    if plane.kind == "random":
        return (-1.0, 1.0, -1.0, 1.0)
    x, y, _ = plane.project(paths)
    return planes.extent(x, y)


def parse_range(text: str) -> Range:
    """`x0:x1:y0:y1` as numbers. Raises BadInputError."""
    try:
        x0, x1, y0, y1 = (float(part) for part in text.split(":"))
        good = x0 < x1 and y0 < y1 and all(abs(number) <= 1e100 for number in (x0, x1, y0, y1))
    except ValueError:
        good = False
    if not good:
        raise BadInputError(f"--range {text}: allowed is x0:x1:y0:y1, four numbers with x0 below x1 and y0 below y1")
    return x0, x1, y0, y1
