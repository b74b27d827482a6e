"""The claims of the experiments on stability: in full batch, item by item, and where the curvature grows by itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from momentum_gui.engine.analysis.curvature import sharpness
from momentum_gui.engine.analysis.mean_square import noise_floor
from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Floats, NetworkTask, Outcome
from momentum_gui.engine.rules import RULES, stability_bound
from momentum_gui.lab.evidence.claim import Check, Claim
from momentum_gui.lab.evidence.seeds import Draw, over_seeds
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup

SEEDS = 5
"""Seeds over which the edge of stability is measured: one takes a second."""
EDGE_EVERY = 10
"""Every so many logged epochs of the second half λmax is measured."""


def momentum_and_the_batch(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Who stays and who diverges, online and in full batch."""
    runs = over_seeds(experiment, draw)
    least = 0.0495009264
    online = np.median(runs["plain, online"].errors[:, -50:], axis=1) / least
    yield Check("at most 1.5 times the least", float(online.max()), 1, 1.5)
    for name in ("heavy ball, online", "plain, full batch"):
        yield Check("always diverges", float(runs[name].ended(Outcome.DIVERGED).mean()), 1)
    full = runs["heavy ball, full batch"].final_errors / least
    yield Check("within 1 % of the least error", float(full.max()), 1 - 1e-9, 1.01)


def noise_floors(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """The mean error above its minimum, against the closed form."""
    task = Setup.of(experiment).task(experiment.training)
    assert isinstance(task, NetworkTask)
    x, t = task.items.inputs[:, 0], task.items.targets[:, 0]
    h = x * x
    residual = t - (x @ t) / h.sum() * x
    spread, noise = float((h * h).mean() / h.mean() ** 2), float((h * residual**2).mean())
    above = {}
    for run in experiment.runs:
        starts = over_seeds(experiment.with_runs([run]), draw)[run.name]
        above[run.name] = float(starts.errors[:, 99:].mean() - 0.5 * (residual**2).mean())
        coefficients = RULES[run.training.rule].coefficients(run.training.momentum)
        theory = noise_floor(coefficients, run.training.learning_rate, float(h.mean()), spread, noise)
        if run.name != "plain, a quarter":
            yield Check("to within 12 %", above[run.name] / theory, 0.88, 1.12)
    yield Check("0.15 to 0.25 of the noise", above["plain, a quarter"] / above["plain"], 0.15, 0.25)


def momentum_or_rate(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Equal effective rates, online and in full batch."""
    runs = over_seeds(experiment, draw)
    at = [19, 199]
    ratio = runs["plain, 10 × rate, online"].errors[:, at] / runs["heavy ball, online"].errors[:, at]
    yield Check("to within 3 %", float(np.abs(np.median(ratio, axis=0) - 1).max()), 0, 0.03)
    diverged = runs["plain, 10 × rate, full batch"].ended(Outcome.DIVERGED)
    yield Check("always diverges", float(diverged.mean()), 1)
    least = 113.53521051
    slow = runs["plain, largest rate, full batch"].final_errors / least
    yield Check("more than 9 % above", float(slow.min()), 1.09)
    yield Check("less than 2 %", float((runs["heavy ball, full batch"].final_errors / least).max()), 1, 1.02)


def edge_of_stability(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """lr·λmax as a share of the bound, in the second half of training."""
    few = Draw(min(draw.count, SEEDS), draw.first)
    task = Setup.of(experiment).task(experiment.training)
    starts, engine = over_seeds(experiment, few), choose("auto")
    for run in experiment.runs:
        bound = stability_bound(RULES[run.training.rule].coefficients(run.training.momentum))
        shares: list[Floats] = []
        for frame in starts[run.name].frames:
            weights = frame.rows.weights[len(frame.rows) // 2 :: EDGE_EVERY]
            shares.append(
                np.array([sharpness(engine, task, each) for each in weights]) * run.training.learning_rate / bound
            )
        middle = float(np.median([np.median(share) for share in shares]))
        yield Check("within 10 % of the rule's bound", middle, 0.9, 1.1)


CLAIMS: dict[str, Claim] = {
    "momentum-and-the-batch": momentum_and_the_batch,
    "noise-floor": noise_floors,
    "momentum-or-rate": momentum_or_rate,
    "edge-of-stability": edge_of_stability,
}
