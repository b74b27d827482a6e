"""`train`, `compare` and `training`: run an experiment, and give back its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from momentum_gui.interface.experiments import make_experiment, with_compared
from momentum_gui.interface.results import Result, RunResult
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.frame import Frame, Rows
from momentum_gui.lab.training.run_reporter import joined
from momentum_gui.lab.training.trainer import Trainer

CHUNKS = 200
"""Frames of a training without a callback: often enough to be interrupted."""


def train(
    experiment: str | Path | Experiment | None = None,
    *,
    X: Any = None,
    y: Any = None,
    engine: str = "auto",
    callback: Callable[[Frame], bool | None] | None = None,
    **settings: Any,
) -> Result:
    """Train an experiment (a built-in name, a path, an Experiment) or on arrays X (items, inputs) and y.

    Keyword settings are those of an experiment file (`momentum=0.9, hidden=[8], epochs=100`) and hold for all runs.
    `callback` gets a Frame after each epoch; the training stops when it returns False. Raises BadInputError.
    """
    return run(make_experiment(experiment, X, y, settings), engine, callback)


def compare(
    experiment: str | Path | Experiment | None = None,
    *,
    runs: Sequence[Any],
    X: Any = None,
    y: Any = None,
    engine: str = "auto",
    callback: Callable[[Frame], bool | None] | None = None,
    **settings: Any,
) -> Result:
    """Train several runs from the same start and in the same order of items.

    `runs` holds names of rules (`"plain"`) or dicts of a run's settings (`{"name": "fast", "momentum": 0.9}`). The
    rest is as in `train`. Raises BadInputError.
    """
    return run(with_compared(make_experiment(experiment, X, y, settings), list(runs)), engine, callback)


def training(
    experiment: str | Path | Experiment | None = None,
    *,
    X: Any = None,
    y: Any = None,
    engine: str = "auto",
    **settings: Any,
) -> Iterator[Frame]:
    """Train epoch by epoch: yield a Frame of the start, and one after each epoch. Raises BadInputError at once."""
    return frames(make_trainer(make_experiment(experiment, X, y, settings), engine))


def frames(trainer: Trainer) -> Iterator[Frame]:
    """Yield the first frame of a trainer, then one after each epoch."""
    yield trainer.first_frame()
    while not trainer.finished:
        yield trainer.advance_epochs(1)


def run(experiment: Experiment, engine: str, callback: Callable[[Frame], bool | None] | None) -> Result:
    """Train an experiment to its end, or until the callback says False."""
    trainer = make_trainer(experiment, engine)
    frame = trainer.first_frame()
    rows: list[list[Rows]] = [[each.rows] for each in frame.runs]
    epochs = max(each.training.epochs for each in experiment.runs)
    step = 1 if callback is not None else max(1, epochs // CHUNKS)
    wanted = callback is None or callback(frame) is not False
    while wanted and not trainer.finished:
        frame = trainer.advance_epochs(step)
        for kept, each in zip(rows, frame.runs, strict=True):
            kept.append(each.rows)
        wanted = callback is None or callback(frame) is not False
    if not trainer.finished:
        trainer.stop()
        frame = trainer.first_frame()
    names = trainer.setup.weight_names
    results = [RunResult.of(each, joined(kept), names) for each, kept in zip(frame.runs, rows, strict=True)]
    return Result.of(experiment, results)


def make_trainer(experiment: Experiment, engine: str) -> Trainer:
    """Return the trainer of an experiment. Raises BadInputError, also for an engine that is not there."""
    try:
        return Trainer(experiment, engine)
    except BadInputError:
        raise
    except ValueError as error:
        raise BadInputError(str(error)) from None
