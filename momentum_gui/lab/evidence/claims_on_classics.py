"""The claims of the experiments on the textbooks' 1-2-1 network, measured from a grid of starts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from momentum_gui.lab.evidence.claim import Check, Claim
from momentum_gui.lab.evidence.seeds import Draw, Starts, over_starts
from momentum_gui.lab.experiment import Experiment

ERROR = 1e-4
Runs = tuple[Starts, Starts]


def over_box(experiment: Experiment, draw: Draw, low_x: float, high_x: float, low_y: float, high_y: float) -> Runs:
    """Train the runs plain and damped from random starts of the two trained weights."""
    assert experiment.network.train_only is not None
    first, second = experiment.network.train_only
    points = draw.generator.uniform((low_x, low_y), (high_x, high_y), (4 * draw.count, 2))
    runs = over_starts(experiment, [{first: float(x), second: float(y)} for x, y in points])
    return runs["plain"], runs["damped"]


def arrived(runs: Starts) -> tuple[float, float]:
    """Return the share that came to the error, and in how many updates, by the median."""
    updates = runs.epochs_to(ERROR)
    return float(np.isfinite(updates).mean()), float(np.median(updates[np.isfinite(updates)]))


def weight_and_weight(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield a rate that only the damped rule bears."""
    plain, damped = over_box(experiment, draw, -5, 15, -5, 15)
    yield Check("from at least 3 in 10", arrived(damped)[0], 0.3)
    yield Check("from at most 1 in 10", arrived(plain)[0], 0, 0.1)


def weight_and_bias(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield a valley in which an average of gradients is no faster than the gradient."""
    plain, damped = over_box(experiment, draw, -10, 30, -20, 10)
    yield Check("from 6 to 9 in 10", arrived(plain)[0], 0.6, 0.9)
    yield Check("from 6 to 9 in 10", arrived(damped)[0], 0.6, 0.9)
    yield Check("0.75 to 1.15 of plain's updates", arrived(damped)[1] / arrived(plain)[1], 0.75, 1.15)


def bias_and_bias(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield two mirrored minima, and the line between them that no rule leaves."""
    for runs in over_box(experiment, draw, -10, 10, -10, 10):
        share, updates = arrived(runs)
        yield Check("From every start off the line", share, 1)
        yield Check("a median of 25 to 45 updates", updates, 25, 45)
    along = draw.generator.uniform(-10, 10, draw.count)
    for runs in over_starts(experiment, [{"b1[0]": float(b), "b1[1]": float(b)} for b in along]).values():
        yield Check("stay on it", float(np.abs(np.diff(runs.final_weights[:, 2:4], axis=1)).max()), 0, 0)
        yield Check("an error of 0.0028", float(np.median(runs.final_errors)), 0.00275, 0.00285)


CLAIMS: dict[str, Claim] = {
    "classic-w1-w2": weight_and_weight,
    "classic-w1-b1": weight_and_bias,
    "classic-b1-b1": bias_and_bias,
}
