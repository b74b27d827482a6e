"""One claim of an experiment as numbers with bounds, and what claims on surfaces and on networks both measure with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.evidence.seeds import Draw, Starts
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.steps.step_parts import effective_gain


@dataclass(frozen=True)
class Check:
    """One number of a claim. `said` are the words of the experiment file that make the claim, verbatim."""

    said: str
    value: float
    low: float = -inf
    high: float = inf

    @property
    def holds(self) -> bool:
        """Whether the measured value lies within the bounds."""
        return bool(self.low <= self.value <= self.high)


Claim = Callable[[Experiment, Draw], Iterator[Check]]
"""Measures an experiment: trains it from the starts of a draw, and gives the numbers of its claim."""


def with_change(experiment: Experiment, *changes: str) -> Experiment:
    """Return the experiment with settings changed as by `--set`."""
    return Experiment.parse(experiment.to_toml(), experiment.title, Path(), changes)


def effective_gains(starts: Starts) -> Floats:
    """Return the effective gain of each weight over its last traced updates, (starts, weights): see `measures`."""
    return np.stack([effective_gain(frame.trace) for frame in starts.frames if frame.trace is not None])
