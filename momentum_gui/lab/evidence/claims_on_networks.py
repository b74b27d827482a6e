"""The claims of the experiments with networks, measured over several seeds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.engine.rules import gains
from momentum_gui.lab.evidence.claim import Check, Claim, effective_gains, with_change
from momentum_gui.lab.evidence.seeds import Draw, over_seeds
from momentum_gui.lab.experiment import Experiment


def lower_with_momentum(experiment: Experiment, draw: Draw, epoch: int) -> tuple[float, float]:
    """Return the share of seeds for which momentum has the lower error after an epoch, and the median error ratio."""
    runs = over_seeds(experiment, draw)
    momentum, plain = runs["momentum"].errors[:, epoch - 1], runs["plain"].errors[:, epoch - 1]
    return float((momentum < plain).mean()), float(np.median(momentum / plain))


def small_rate(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the small rate never goes up, and is far behind; the large one goes up often."""
    runs = over_seeds(experiment, draw)
    small, large = runs["rate 0.001"].errors, runs["rate 0.1"].errors
    yield Check("falls at every epoch", (np.diff(small, axis=1) < 0).all(axis=1).mean(), 1)
    yield Check("at least 5 times as large", float(np.min(small[:, 49] / large[:, 49])), 5)
    yield Check("more than a third of its epochs", float(np.min((np.diff(large, axis=1) > 0).mean(axis=1))), 1 / 3)


def momentum_early(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Epochs to a given error, who is ahead early, and plain descent at the rate that momentum amounts to."""
    runs = over_seeds(experiment, draw)
    plain, momentum = runs["plain"], runs["momentum"]
    yield Check(
        "at most 0.65 of the epochs", float(np.median(momentum.epochs_to(0.05) / plain.epochs_to(0.05))), 0.3, 0.65
    )
    yield Check("ahead for every seed", (momentum.errors[:, 4] < plain.errors[:, 4]).mean(), 1)
    ratio = float(np.median(runs["plain, 1.75 × rate"].errors[:, 4] / momentum.errors[:, 4]))
    yield Check("within 5 % of it", ratio, 0.95, 1.05)


def momentum_fades(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the momentum part at the end against its largest, and against the step."""
    (run,) = over_seeds(experiment, draw).values()
    norm = run.measure(Measure.MOMENTUM_NORM)
    yield Check("below 2 % of its maximum", float((norm[:, -1] / norm.max(axis=1)).max()), 0, 0.02)
    share = norm[:, -1] / run.measure(Measure.STEP_NORM)[:, -1]
    yield Check("0.43 = μ/(1+μ), to 0.01", float(np.abs(share - 0.75 / 1.75).max()), 0, 0.01)


def per_weight_rates_iris(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the spread of effective gains over a network's weights, online and in full batch."""
    runs = over_seeds(experiment, draw)
    online, full = effective_gains(runs["online"]), effective_gains(runs["full batch"])
    spread = (online.min(axis=1) < 0.95) & (online.max(axis=1) > 1.2)
    yield Check("for at least 3 of 4 seeds", spread.mean(), 0.75)
    yield Check("all lie between 1.65 and 1.85", float(full.min()), 1.65, 1.85)
    yield Check("all lie between 1.65 and 1.85", float(full.max()), 1.65, 1.85)


def five_rules(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the order of the rules, and who keeps whom company."""
    after5 = {name: run.errors[:, 4] for name, run in over_seeds(experiment, draw).items()}
    slow = np.minimum(after5["plain"], after5["damped"])
    fast = np.maximum(after5["heavy ball"], after5["Nesterov"])
    yield Check("for every seed", ((slow > after5["one-step"]) & (after5["one-step"] > fast)).mean(), 1)
    yield Check("within 2 % of plain", float(np.median(after5["damped"] / after5["plain"])), 0.98, 1.02)
    yield Check("within 5 % of the heavy ball", float(np.median(after5["Nesterov"] / after5["heavy ball"])), 0.95, 1.05)


def equal_effective_rate(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the heavy ball against plain descent at lr/(1−μ), and at lr."""
    errors = {name: run.errors[:, [0, 4, 9, 19, 49]] for name, run in over_seeds(experiment, draw).items()}
    ratio = np.median(errors["plain, rate/(1−μ)"] / errors["heavy ball"], axis=0)
    yield Check("to within 2 %", float(np.abs(ratio - 1).max()), 0, 0.02)
    yield Check("2 to 3.5 times as high", float(np.median(errors["plain"] / errors["heavy ball"], axis=0)[2]), 2, 3.5)


def iris(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Who is ahead at epoch 50, and by how much at epoch 10."""
    yield Check("for at least 9 of 10 seeds", lower_with_momentum(experiment, draw, 50)[0], 0.9)
    yield Check("at most 0.65", lower_with_momentum(experiment, draw, 10)[1], 0, 0.65)


def iris_raw(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Who is ahead on raw features, and on scaled ones."""
    yield Check("for about half of the seeds", lower_with_momentum(experiment, draw, 50)[0], 0.25, 0.75)
    yield Check("for most of them", lower_with_momentum(experiment, draw, 10)[0], 0.65)
    scaled = with_change(experiment, "problem.scale=standard")
    yield Check("for at least 9 of 10", lower_with_momentum(scaled, draw, 50)[0], 0.9)


def xor(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield how many seeds are solved, and how fast."""
    runs = over_seeds(with_change(experiment, "training.log_every=5000"), draw)
    solved = {name: run.ended(Outcome.CONVERGED) for name, run in runs.items()}
    heavy, plain = (float(np.median(runs[name].epochs[solved[name]])) for name in ("heavy ball", "plain"))
    yield Check("at least 4 of 5 seeds", solved["heavy ball"].mean(), 0.8)
    yield Check("a median of 250 to 400", heavy, 250, 400)
    yield Check("at least 5 times as many", plain / heavy, 5)


def spirals(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the share of points that is right at the end."""
    runs = over_seeds(with_change(experiment, "training.log_every=800"), draw)
    right = {name: np.array([frame.accuracy for frame in run.frames]) for name, run in runs.items()}
    yield Check("at least 80 %", float(right["heavy ball"].min()), 0.8)
    yield Check("at most 70 %", float(right["plain"].max()), 0, 0.70)


def own_csv(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the error of the least-squares line, and the updates to come near it."""
    best = 113.53521051
    runs = over_seeds(experiment, draw)
    for run in runs.values():
        yield Check("113.535", float(np.abs(run.final_errors - best).max()), 0, 1e-6)
    for name, said, updates in (("plain", "90 updates", 90), ("heavy ball", "the heavy ball 11", 11)):
        yield Check(said, float(np.median(runs[name].epochs_to(1.001 * best))), updates, updates)


def symmetry(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield how many seeds are solved, and the symmetry of the weights that solve it."""
    runs = over_seeds(with_change(experiment, "training.log_every=5000"), draw)
    solved = runs["heavy ball"].ended(Outcome.CONVERGED)
    yield Check("at least 3 of 10 seeds", solved.mean(), 0.3)
    yield Check("plain descent none", runs["plain"].ended(Outcome.CONVERGED).mean(), 0, 0)
    first_layer = runs["heavy ball"].final_weights[solved][:, :12].reshape(-1, 6, 2)
    left_over = np.abs(first_layer + first_layer[:, ::-1]).max(axis=(1, 2)) / np.abs(first_layer).max(axis=(1, 2))
    yield Check("to within 5 %", float(left_over.max()), 0, 0.05)


def encoder(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Epochs to the target, with momentum against without."""
    runs = over_seeds(experiment, draw)
    ratio = float(np.median(runs["momentum"].epochs_to(0.01) / runs["plain"].epochs_to(0.01)))
    yield Check("0.5 to 0.65 of the epochs", ratio, 0.5, 0.65)


def moons(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Yield the share of points that is right after 80 epochs."""
    right = {name: run.measure(Measure.ACCURACY)[:, 79] for name, run in over_seeds(experiment, draw).items()}
    yield Check(
        "more of the points right than plain descent, for every seed", (right["momentum"] > right["plain"]).mean(), 1
    )
    yield Check("at least 0.97", float(right["momentum"].min()), 0.97)
    yield Check("about 0.9", float(np.median(right["plain"])), 0.86, 0.94)


def sine(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Epochs to a given error, with momentum against without."""
    runs = over_seeds(experiment, draw)
    ratio = float(np.median(runs["momentum"].epochs_to(0.01) / runs["plain"].epochs_to(0.01)))
    yield Check("at most 0.4 of the epochs", ratio, 0.05, 0.4)


def own_rule(experiment: Experiment, draw: Draw) -> Iterator[Check]:
    """Quasi-hyperbolic momentum beside the rules that it lies between."""
    runs = over_seeds(experiment, draw)
    damped, ball = runs["damped"].errors, runs["heavy ball"].errors
    yield Check("to 12 digits", float(np.abs(ball / damped - 1).max()), 0, 1e-12)
    of_own = gains(experiment.rules["qhm"].coefficients(experiment.training.momentum))
    of_damped = gains(experiment.rules["damped"].coefficients(experiment.training.momentum))
    yield Check("the same steady gain, 1", of_own.steady, 1 - 1e-12, 1 + 1e-12)
    yield Check("0.337", of_own.alternating, 0.3365, 0.3375)
    yield Check("0.053", of_damped.alternating, 0.0525, 0.0535)
    ratio = float(np.median(runs["quasi-hyperbolic"].final_errors) / np.median(runs["damped"].final_errors))
    yield Check("within 5 %", ratio, 0.95, 1.05)


CLAIMS: dict[str, Claim] = {
    "own-rule": own_rule,
    "small-rate": small_rate,
    "momentum-early": momentum_early,
    "momentum-fades": momentum_fades,
    "per-weight-rates-iris": per_weight_rates_iris,
    "five-rules": five_rules,
    "equal-effective-rate": equal_effective_rate,
    "iris": iris,
    "iris-raw": iris_raw,
    "xor": xor,
    "spirals": spirals,
    "own-csv": own_csv,
    "symmetry": symmetry,
    "encoder": encoder,
    "moons": moons,
    "sine": sine,
}
