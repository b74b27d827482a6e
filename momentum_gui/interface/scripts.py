"""`script`: an experiment as a stand-alone program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from momentum_gui.interface.experiments import make_experiment
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.script.program import program


def script(experiment: str | Path | Experiment | None = None, *, X: Any = None, y: Any = None, **settings: Any) -> str:
    """Return the source of a program that repeats the training with NumPy only and prints each run's final error.

    The arguments are those of `train`. Raises BadInputError.
    """
    return program(make_experiment(experiment, X, y, settings))
