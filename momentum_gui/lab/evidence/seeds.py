"""Trains the runs of an experiment from many starts at once: what a claim about "most seeds" rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.settings import Training
from momentum_gui.lab.training.frame import RunFrame
from momentum_gui.lab.training.trainer import Trainer


@dataclass(frozen=True)
class Starts:
    """One run of an experiment, trained to its end from every start: `frames` has one for each."""

    frames: tuple[RunFrame, ...]

    def measure(self, which: Measure) -> Floats:
        """Return one measure at the logged epochs, (starts, epochs); NaN after a run ended."""
        longest = max(len(frame.rows) for frame in self.frames)
        table = np.full((len(self.frames), longest), np.nan)
        for row, frame in zip(table, self.frames, strict=True):
            row[: len(frame.rows)] = frame.rows.measures[:, which]
        return table

    @property
    def errors(self) -> Floats:
        """The errors at the logged epochs, (starts, epochs)."""
        return self.measure(Measure.ERROR)

    @property
    def final_errors(self) -> Floats:
        """The errors at the end, (starts,)."""
        return np.array([frame.error for frame in self.frames])

    @property
    def final_weights(self) -> Floats:
        """The weights at the end, (starts, weights)."""
        return np.stack([frame.weights for frame in self.frames])

    @property
    def epochs(self) -> NDArray[np.int64]:
        """The epochs each trained, (starts,)."""
        return np.array([frame.epoch for frame in self.frames])

    def ended(self, outcome: Outcome) -> NDArray[np.bool_]:
        """Return which of them ended so, (starts,)."""
        return np.array([frame.outcome is outcome for frame in self.frames])

    def epochs_to(self, error: float) -> Floats:
        """Return the first epoch at or below this error, (starts,); inf where there is none. Every epoch must be
        logged."""
        reached = self.errors <= error
        return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)


@dataclass(frozen=True)
class Draw:
    """Which seeds or starts a claim is measured on: `count` of them, from number `first` on (0: the run's own seed)."""

    count: int
    first: int = 0

    @property
    def generator(self) -> np.random.Generator:
        """The random numbers of which this draw makes starts."""
        return np.random.default_rng(self.first)


def over_seeds(experiment: Experiment, seeds: int | Draw, engine: str = "auto") -> dict[str, Starts]:
    """Train every run of the experiment under several seeds, its own and the next ones, or those of a draw."""
    draw = Draw(seeds) if isinstance(seeds, int) else seeds
    return trained(
        experiment,
        {
            run.name: [replace(run.training, seed=run.training.seed + draw.first + n) for n in range(draw.count)]
            for run in experiment.runs
        },
        engine,
    )


def over_starts(
    experiment: Experiment, starts: Sequence[Mapping[str, float]], engine: str = "auto"
) -> dict[str, Starts]:
    """Return every run of the experiment from each of these starts (weights by name), by the run's name."""
    return trained(
        experiment,
        {run.name: [replace(run.training, start=dict(start)) for start in starts] for run in experiment.runs},
        engine,
    )


def trained(experiment: Experiment, trainings: Mapping[str, Sequence[Training]], engine: str) -> dict[str, Starts]:
    """Return all of them trained side by side to their ends."""
    runs = [Run(f"{name} {n}", training) for name, several in trainings.items() for n, training in enumerate(several)]
    trainer = Trainer(experiment.with_runs(runs), engine)
    frames = iter(trainer.advance_epochs(max(run.training.epochs for run in runs)).runs)
    return {name: Starts(tuple(next(frames) for _ in several)) for name, several in trainings.items()}
