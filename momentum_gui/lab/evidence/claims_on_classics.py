"""The claims of the experiments on the textbooks' 1-2-1 network, measured from a grid of starts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from momentum_gui.lab.evidence.claim import Check, Claim
from momentum_gui.lab.evidence.seeds import Starts, over_starts
from momentum_gui.lab.experiment import Experiment

ERROR = 1e-4


def over_grid(
    experiment: Experiment, low_x: float, high_x: float, low_y: float, high_y: float
) -> tuple[Starts, Starts]:
    """The runs plain and damped from 9 × 9 starts of the two weights that train, row by row."""
    assert experiment.network.train_only is not None
    first, second = experiment.network.train_only
    starts = [
        {first: float(x), second: float(y)}
        for y in np.linspace(low_y, high_y, 9)
        for x in np.linspace(low_x, high_x, 9)
    ]
    runs = over_starts(experiment, starts)
    return runs["plain"], runs["damped"]


def arrived(runs: Starts) -> tuple[int, float]:
    """How many came to the error, and in how many updates, by the median."""
    updates = runs.epochs_to(ERROR)
    return int(np.isfinite(updates).sum()), float(np.median(updates[np.isfinite(updates)]))


def weight_and_weight(experiment: Experiment) -> Iterator[Check]:
    """A rate that only the damped rule bears."""
    plain, damped = over_grid(experiment, -5, 15, -5, 15)
    yield Check("from at least 30", arrived(damped)[0], 30)
    yield Check("from at most 8", arrived(plain)[0], 0, 8)


def weight_and_bias(experiment: Experiment) -> Iterator[Check]:
    """A valley in which an average of gradients is no faster than the gradient."""
    plain, damped = over_grid(experiment, -10, 30, -20, 10)
    for runs, said in ((damped, "a median of 74"), (plain, "against 84")):
        count, updates = arrived(runs)
        yield Check("from 55", count, 55, 55)
        yield Check(said, updates, float(said.split()[-1]), float(said.split()[-1]))


def bias_and_bias(experiment: Experiment) -> Iterator[Check]:
    """Two mirrored minima, and the line between them that no rule leaves."""
    for runs in over_grid(experiment, -10, 10, -10, 10):
        count, updates = arrived(runs)
        yield Check("From 72 of 81", count, 72, 72)
        yield Check("a median of 33", updates, 33, 33)
        left = ~np.isfinite(runs.epochs_to(ERROR))
        biases = runs.final_weights[left][:, 2:4]
        yield Check("are still on it", float(np.abs(np.diff(biases, axis=1)).max()), 0, 0)
        for error in (runs.final_errors[left].min(), runs.final_errors[left].max()):
            yield Check("an error of 0.0028", float(error), 0.00275, 0.00285)


CLAIMS: dict[str, Claim] = {
    "classic-w1-w2": weight_and_weight,
    "classic-w1-b1": weight_and_bias,
    "classic-b1-b1": bias_and_bias,
}
