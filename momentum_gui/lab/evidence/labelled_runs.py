"""Runs with the hint that is right for each: labels given beforehand, from facts that the hints' code has no part in.

`labelled_runs.csv` has a row a run: the label, the problem (one of PROBLEMS), its settings as for `--set` ([training]
where no table is named), the epoch at which one looks, and why the label is right.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources

from momentum_gui.assets import resource
from momentum_gui.lab.experiment import Experiment

GOOD = "good"
"""The label of a run that goes well: no hint is right."""

IRIS = "dataset = 'iris'\nscale = 'standard'\ntest_fraction = 0.2\n[network]\nhidden = [5]\n"
LOGISTIC = "hidden_activation = 'logistic'\noutput_activation = 'logistic'\n"
CROSS = "output_activation = 'logistic'\nloss = 'cross_entropy'\n"
CLASSIC = f"dataset = 'classic.csv'\ntarget = ['a']\n[network]\nhidden = [2]\n{LOGISTIC}"
CLASSIC += "initial_weights = [10.0, 10.0, -5.0, 5.0, 1.0, 1.0, -1.0]\n"
SINE = "dataset = 'sine'\nitems = 60\ntest_fraction = 0.25\n[network]\n"
LINE = "output_activation = 'linear'\n"
XOR = f"dataset = 'xor'\n[network]\nhidden = [2]\n{LOGISTIC}weight_range = 0.5\n"

PROBLEMS = {
    **{name: f"surface = '{name}'\n" for name in ("bowl", "ravine", "saddle", "rosenbrock", "beale", "himmelblau")},
    "double-well": "surface = 'double-well'\n",
    "double-well two starts": "surface = 'double-well'\n[[run]]\nname = 'right'\nstart = {x = 1.5}\n"
    "[[run]]\nname = 'left'\nstart = {x = -1.5}\n",
    "iris": IRIS,
    "iris elementwise": IRIS + "loss = 'squared_error_elementwise'\nweight_range = 0.01\n",
    "iris cross-entropy": IRIS + "loss = 'cross_entropy'\n",
    "iris raw": IRIS.replace("standard", "none"),
    "linear iris": "dataset = 'iris'\nscale = 'standard'\n[network]\nhidden = []\n" + LINE,
    "moons": "dataset = 'moons'\ntest_fraction = 0.25\n[network]\nhidden = [8]\n" + CROSS,
    "moons small": "dataset = 'moons'\n[network]\nhidden = [8]\nweight_range = 0.1\n" + CROSS,
    "circles": "dataset = 'circles'\n[network]\nhidden = [8]\n" + CROSS,
    "sine": f"{SINE}hidden = [6]\n{LINE}",
    "sine relu": f"{SINE}hidden = [6]\nhidden_activation = 'relu'\n{LINE}",
    "sine constant": f"{SINE}hidden = [2]\ntrain_only = ['b2[0]']\n{LINE}",
    "dead units": f"{SINE}hidden = [2]\nhidden_activation = 'relu'\n{LINE}"
    "[[run]]\nname = 'dead'\nstart = {'b1[0]' = -50.0, 'b1[1]' = -50.0}\n"
    "[[run]]\nname = 'alive'\nstart = {'w1[0,0]' = 1.0, 'w1[0,1]' = -1.0, 'b1[0]' = 0.5, 'b1[1]' = 0.5}\n",
    "stopping": "dataset = 'stopping.csv'\ntarget = ['distance_ft']\nscale = 'standard'\n[network]\nhidden = []\n"
    + LINE,
    "classic": CLASSIC
    + "train_only = ['w1[0,0]', 'w2[0,0]']\n[training]\nstart = {'w1[0,0]' = 0.0, 'w2[0,0]' = 2.5}\n",
    "classic biases": CLASSIC
    + "train_only = ['b1[0]', 'b1[1]']\n[training]\nstart = {'b1[0]' = 2.0, 'b1[1]' = 2.00001}\n",
    "xor": XOR,
    "xor two starts": XOR + "[[run]]\nname = 'stuck'\nseed = 11\n[[run]]\nname = 'solved'\nseed = 1\n",
    "symmetry": "dataset = 'symmetry.csv'\ntarget = ['symmetric']\n[network]\nhidden = [2]\nweight_range = 0.3\n"
    + LOGISTIC,
    "parity-3": "dataset = 'parity-3'\n[network]\nhidden = [3]\nweight_range = 0.3\n" + LOGISTIC,
    "parity-4": "dataset = 'parity-4'\n[network]\nhidden = [4]\nweight_range = 0.5\n" + LOGISTIC,
    "parity-4 two starts": "dataset = 'parity-4'\n[network]\nhidden = [4]\nweight_range = 0.5\n"
    + LOGISTIC
    + "[[run]]\nname = 'stuck'\nseed = 1\n[[run]]\nname = 'solved'\nseed = 2\n",
    "encoder": "dataset = 'encoder-8-3-8'\n[network]\nhidden = [3]\n" + LOGISTIC,
    "encoder full": "dataset = 'encoder-8-3-8'\n[network]\nhidden = [3]\nweight_range = 0.1\n" + LOGISTIC,
}
"""The problems by name: the [problem] table and what follows it. The labelled run is the first one."""


@dataclass(frozen=True)
class LabelledRun:
    """One row: what hint is right (one of hints.KINDS, or GOOD) at an epoch, and why.

    `held_back` rows take no part in tuning: every second row of each label, in the file's order.
    """

    label: str
    problem: str
    settings: tuple[str, ...]
    epoch: int
    why: str
    held_back: bool

    def experiment(self, epochs: int) -> Experiment:
        """Return the experiment, long enough for `epochs` epochs."""
        changes = [
            text if text.partition("=")[0].startswith("problem.") else f"training.{text}" for text in self.settings
        ]
        path = resource("experiments")
        return Experiment.parse(
            f"[problem]\n{PROBLEMS[self.problem]}", self.problem, path, [*changes, f"training.epochs={epochs}"]
        )


@cache
def labelled_runs() -> tuple[LabelledRun, ...]:
    """Return all labelled runs, in the file's order."""
    text = resources.files("momentum_gui.lab.evidence").joinpath("labelled_runs.csv").read_text(encoding="utf-8")
    seen: Counter[str] = Counter()
    runs = []
    for row in csv.DictReader(text.splitlines()):
        settings = tuple(part.strip() for part in row["settings"].split(";"))
        held_back = seen[row["label"]] % 2 == 1
        seen[row["label"]] += 1
        runs.append(LabelledRun(row["label"], row["problem"], settings, int(row["epoch"]), row["why"], held_back))
    return tuple(runs)
