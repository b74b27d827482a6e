"""`surface`: the error over a plane in weight space, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from momentum_gui.engine.analysis.grid import grid_errors
from momentum_gui.engine.arrays import Floats
from momentum_gui.interface.experiments import make_experiment
from momentum_gui.interface.training import frames, make_trainer
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.surface.planes import MOMENTS, Choice, Travel, default_range, make_plane


@dataclass(frozen=True, eq=False, repr=False)
class SurfaceResult:
    """The error on a grid: `error` (y, x) at `x` (x,) and `y` (y,); `labels` name the two axes."""

    experiment: Experiment
    x: Floats
    y: Floats
    error: Floats
    labels: tuple[str, str]
    sentence: str

    def __repr__(self) -> str:
        return f"<SurfaceResult {self.error.shape}: {self.sentence}>"


def surface(
    experiment: str | Path | Experiment | None = None,
    *,
    plane: str | None = None,
    at: str = "end",
    size: int = 101,
    X: Any = None,
    y: Any = None,
    engine: str = "auto",
    **settings: Any,
) -> SurfaceResult:
    """Train, then evaluate the error on a plane: `weights:w1[0,0],b1[0]`, `pca`, `random` or `three`.

    `at` (start, best or end, of the first run) says where the other weights are held. Raises BadInputError.
    """
    if at not in MOMENTS:
        raise BadInputError(f"at = {at!r}: allowed are {', '.join(MOMENTS)}")
    if not 2 <= size <= 4001:
        raise BadInputError(f"size = {size!r}: allowed is a whole number from 2 to 4001")
    made = make_experiment(experiment, X, y, settings)
    trainer = make_trainer(made, engine)
    choice, travel = Choice.parse(plane, trainer.setup), Travel()
    for frame in frames(trainer):
        travel.write(frame)
    found = make_plane(choice, trainer.setup, travel.weights(0, at), travel, made.runs[0].training.seed)
    x0, x1, y0, y1 = default_range(found, trainer.setup, travel.paths())
    xs, ys = np.linspace(x0, x1, size), np.linspace(y0, y1, size)
    errors = grid_errors(trainer.engine, trainer.setup.task(made.runs[0].training), found, xs, ys)
    return SurfaceResult(made, xs, ys, errors, (found.label_x, found.label_y), found.sentence)
