"""The claims of the experiments on stability: in full batch, item by item, and where the curvature grows by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from momentum_gui.engine.analysis.batch_curvature import batch_sharpness
from momentum_gui.engine.analysis.curvature import sharpness
from momentum_gui.engine.analysis.mean_square import noise_floor
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.rules import RULES, stability_bound
from momentum_gui.engine.task import NetworkTask
from momentum_gui.lab.evidence.claim import Check, Claim
from momentum_gui.lab.evidence.seeds import Draw, Starts, over_seeds
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup

SEEDS = 5
"""Seeds over which the edge of stability is measured: one takes a second."""
EDGE_EVERY = 10
"""λmax is measured every this many logged epochs of the second half."""


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
    """Yield the mean error above its minimum, against the closed form."""
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


def schedules(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the error above its minimum: what a falling rate takes away, and a rising momentum adds."""
    task = Setup.of(experiment).task(experiment.training)
    assert isinstance(task, NetworkTask)
    x, t = task.items.inputs[:, 0], task.items.targets[:, 0]
    least = 0.5 * ((t - (x @ t) / (x @ x) * x) ** 2).mean()
    above = {name: run.errors - least for name, run in over_seeds(experiment, draw).items()}
    late = {name: float(np.median(errors[:, -20:].mean(axis=1))) for name, errors in above.items()}
    yield Check("more than 1,000 times", late["constant"] / late["step"], 1000)
    yield Check("more than 20 times", late["constant"] / late["cosine after a warm-up"], 20)
    early = float(np.median(above["momentum ramp"][:, :4].mean(axis=1)))
    yield Check("more than twice", late["momentum ramp"] / early, 2)


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
    task, engine = Setup.of(experiment).task(experiment.training), choose("auto")
    starts = over_seeds(experiment, few(draw))
    for run in experiment.runs:
        bound = stability_bound(RULES[run.training.rule].coefficients(run.training.momentum))
        found = second_half(starts[run.name], partial(sharpness, engine, task))
        yield Check("within 10 % of the rule's bound", run.training.learning_rate * found / bound, 0.9, 1.1)


def edge_small_batches(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the batch sharpness against the lower edge, and λmax in full batch against the upper one."""
    setup, engine = Setup.of(experiment), choose("auto")
    starts = over_seeds(experiment, few(draw))
    edge, momentum = 2 / experiment.training.learning_rate, experiment.training.momentum
    for run in experiment.runs:
        task = setup.task(run.training)
        if run.training.batch_size == "full":
            found = second_half(starts[run.name], partial(sharpness, engine, task))
            yield Check("within 10 % of 2(1+β)/lr", found / (edge * (1 + momentum)), 0.9, 1.1)
        else:
            assert isinstance(task, NetworkTask)
            found = second_half(starts[run.name], partial(sharpness_of_batches, task))
            low, high, said = (1.05, 2.0, "1.05 to 2 times")
            if run.training.batch_size == 2:
                low, high, said = (0.95, 1.25, "0.95 to 1.25 times 2(1−β)/lr")
            yield Check(said, found / (edge * (1 - momentum)), low, high)


def few(draw: Draw) -> Draw:
    """Return the first seeds of a draw."""
    return Draw(min(draw.count, SEEDS), draw.first)


def second_half(starts: Starts, measure: Callable[[Floats], float]) -> float:
    """Return the median over the second half of a training of a measure of its weights, the median over the starts."""
    medians = []
    for frame in starts.frames:
        weights = frame.rows.weights[len(frame.rows) // 2 :: EDGE_EVERY]
        medians.append(np.median([measure(each) for each in weights]))
    return float(np.median(medians))


def sharpness_of_batches(task: NetworkTask, weights: Floats) -> float:
    """Return the batch sharpness at weights (W,)."""
    found = batch_sharpness(task, weights, np.arange(len(task.items)), task.batch_size)
    return np.nan if found is None else found


CLAIMS: dict[str, Claim] = {
    "momentum-and-the-batch": momentum_and_the_batch,
    "noise-floor": noise_floors,
    "schedules": schedules,
    "momentum-or-rate": momentum_or_rate,
    "edge-of-stability": edge_of_stability,
    "edge-small-batches": edge_small_batches,
}
