"""The claims of the experiments on analytic surfaces, measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.lab.evidence.claim import Check, Claim, effective_gains, with_change
from momentum_gui.lab.evidence.seeds import Draw, Starts, over_starts
from momentum_gui.lab.experiment import Experiment


def around(experiment: Experiment, draw: Draw) -> list[dict[str, float]]:
    """Return starts at random angles on the ellipse through the experiment's start, around the minimum at (0, 0)."""
    assert experiment.problem.start is not None
    x, y = experiment.problem.start
    angles = draw.generator.uniform(0, 2 * np.pi, draw.count)
    return [{"x": float(abs(x) * np.cos(angle)), "y": float(abs(y) * np.sin(angle))} for angle in angles]


def distances(starts: Starts) -> Floats:
    """Return the distance from (0, 0) at each epoch, (starts, epochs), of runs that all last as long."""
    return np.stack([np.linalg.norm(frame.rows.weights, axis=1) for frame in starts.frames])


def wall(draw: Draw) -> Floats:
    """Distances from the middle of the double well, spread evenly over its walls with a random offset."""
    return 0.3 + 1.9 * (np.arange(draw.count) + draw.generator.uniform()) / draw.count


def crossings(experiment: Experiment, draw: Draw, side: float) -> dict[str, Floats]:
    """Return for each run which of the starts at side·0.3 … side·2.2 end in the other well, (starts,) of bool."""
    starts = [{"x": float(side * x), "y": 1.0} for x in wall(draw)]
    return {name: np.sign(run.final_weights[:, 0]) != side for name, run in over_starts(experiment, starts).items()}


def large_rate(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the factor 1 − 2·rate of each step, and how the runs end."""
    runs = over_starts(experiment, around(experiment, draw))
    for name, said in (("rate 0.9", "exactly 0.8 times"), ("rate 1.05", "1.1 times")):
        ratios = np.stack([frame.rows.weights[1:11] / frame.rows.weights[:10] for frame in runs[name].frames])
        wanted = -0.8 if name == "rate 0.9" else -1.1
        yield Check(said, float(np.abs(ratios - wanted).max()), 0, 1e-12)
    yield Check("diverges", runs["rate 1.05"].ended(Outcome.DIVERGED).mean(), 1)
    yield Check(
        "arrives in 1 step", max(float(np.abs(frame.rows.weights[0]).max()) for frame in runs["rate 0.5"].frames), 0, 0
    )


def per_weight_rates(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Effective gains along and across a ravine."""
    (run,) = over_starts(experiment, around(experiment, draw)).values()
    gains = effective_gains(run)
    for said, axis, low, high in (("1.28 to 1.32 times", 0, 1.28, 1.32), ("0.69 to 0.76 times", 1, 0.69, 0.76)):
        yield Check(said, float(gains[:, axis].min()), low, high)
        yield Check(said, float(gains[:, axis].max()), low, high)


def ravine(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the distances that Dive into Deep Learning prints, and their order from other starts."""
    published = {"plain 0.4": "0.9435", "plain 0.6": "1673", "heavy ball 0.6": "0.0076"}
    own = over_starts(experiment, [{}])
    for name, said in published.items():
        half_digit = 0.5 * 10.0 ** -len(said.partition(".")[2])
        yield Check(said, float(distances(own[name])[0, -1]), float(said) - half_digit, float(said) + half_digit)
    slow, wild, heavy = (
        distances(starts)[:, -1] for starts in over_starts(experiment, around(experiment, draw)).values()
    )
    yield Check("the order is the same", ((heavy < slow) & (slow < wild)).mean(), 1)


def local_minimum(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield which starts leave the local minimum."""
    crossed, far = crossings(experiment, draw, 1.0), wall(draw)
    yield Check("every start beyond x = 1.65", crossed["heavy ball"][far > 1.65].mean(), 1)
    yield Check("none nearer than x = 1.6", crossed["heavy ball"][far < 1.6].mean(), 0, 0)
    yield Check("leave it from none", crossed["plain"].mean() + crossed["one-step"].mean(), 0, 0)


def global_minimum(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield which starts leave the global minimum, at two tilts."""
    far = wall(draw)
    tilted = with_change(experiment, "problem.parameters=[0.9]")
    for which, left, right in ((experiment, 1.8, 1.65), (tilted, 1.95, 1.45)):
        for side, bound, said in ((-1.0, left, f"x = −{left}"), (1.0, right, f"x = {right}")):
            crossed = crossings(which, draw, side)["heavy ball"]
            yield Check(said, crossed[far > bound].mean(), 1)
            yield Check(said, crossed[far < bound - 0.07].mean(), 0, 0)


def too_much_momentum(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the momentum from which the one-step rule diverges, and that the heavy ball does not."""
    starts = around(experiment, draw)
    diverging, heavy_worst = [], 0.0
    for momentum in np.arange(0.5, 0.96, 0.01).round(2).tolist():
        runs = over_starts(
            with_change(
                experiment, f"training.momentum={momentum}", "training.epochs=10000", "training.log_every=10000"
            ),
            starts,
        )
        if runs["one-step"].ended(Outcome.DIVERGED).all():
            diverging.append(momentum)
        heavy_worst = max(heavy_worst, float(runs["heavy ball"].final_errors.max()))
    yield Check("0.67 = 1/1.5 upwards", diverging[0], 0.67, 0.67)
    yield Check("0.67 = 1/1.5 upwards", len(diverging), 29, 29)
    yield Check("at every momentum tried up to 0.95", heavy_worst, 0, 1e-12)


def acceleration(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Updates to a thousandth of the distance at each rule's best settings."""
    runs = over_starts(experiment, around(experiment, draw))
    for name, said, low, high in (("plain, best", "342 to 350", 342, 350), ("heavy ball, best", "45 to 60", 45, 60)):
        path = distances(runs[name])
        start = np.array([np.hypot(start["x"], start["y"]) for start in around(experiment, draw)])
        needed = (path > start[:, None] / 1000).sum(axis=1) + 1
        yield Check(said, needed.min(), low, high)
        yield Check(said, needed.max(), low, high)
    yield Check("diverges", runs["equal rate"].ended(Outcome.DIVERGED).mean(), 1)


CLAIMS: dict[str, Claim] = {
    "large-rate": large_rate,
    "per-weight-rates": per_weight_rates,
    "ravine": ravine,
    "local-minimum": local_minimum,
    "global-minimum": global_minimum,
    "too-much-momentum": too_much_momentum,
    "acceleration": acceleration,
}
