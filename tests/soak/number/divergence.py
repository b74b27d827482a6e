"""Runs that diverge in every form: the outcome is told, what is left is finite or says so, and the others train on."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np

from momentum_gui.engine.population import WEIGHT_LIMIT, Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer

CALM = "learning_rate = 1e-9\nmomentum = 0.0\n"
XOR = '[problem]\ndataset = "xor"\n[network]\nhidden = [2]\n'
IRIS = '[problem]\ndataset = "iris"\n[network]\nhidden = [2]\n'
FORMS: dict[str, tuple[str, str, bool]] = {
    # what is wrong: the problem, the wild run's settings, whether it diverges
    "infinite at once": (
        f'{XOR}hidden_activation = "relu"\noutput_activation = "linear"\n', "learning_rate = 1e6\n", True,
    ),
    "a NaN from inf - inf": (
        f'{XOR}hidden_activation = "linear"\noutput_activation = "linear"\n',
        "learning_rate = 1e6\nmomentum = 0.99\n", True,
    ),
    "weights of 1e308": (f"{XOR}initial_weights = {[1e308] * 12}\n", "learning_rate = 1.0\n", True),
    "weights of ±1e308": (f"{XOR}initial_weights = {[1e308, -1e308] * 6}\n", "learning_rate = 1.0\n", True),
    "softmax of huge sums": (f"{IRIS}initial_weights = {[1e4] * 19}\n", "learning_rate = 1e5\n", False),
    "softmax overflow": (f"{IRIS}initial_weights = {[1e300] * 19}\n", "learning_rate = 1.0\n", True),
    "saturated cross-entropy": (
        f'{IRIS}loss = "cross_entropy"\ninitial_weights = {[500.0, -500.0] * 9 + [500.0]}\n',
        "learning_rate = 10.0\n", False,
    ),
    "saturated logistic": (
        f'{XOR}output_activation = "logistic"\nloss = "cross_entropy"\ninitial_weights = {[800.0] * 9}\n',
        "learning_rate = 1e3\n", False,
    ),
    "denormal rates": (XOR, "learning_rate = 5e-324\n", False),
    "negative zeros": (f"{XOR}initial_weights = {[-0.0] * 12}\n", "learning_rate = 0.1\n", False),
    "denormal weights": (f"{XOR}initial_weights = {[5e-324] * 12}\n", "learning_rate = 0.1\n", False),
    "a surface left at once": ('[problem]\nsurface = "ravine"\nstart = [-5.0, -2.0]\n', "learning_rate = 1e6\n", True),
    "a surface's far end": ('[problem]\nsurface = "ravine"\nstart = [1e8, -1e8]\n', "learning_rate = 3.0\n", True),
}  # fmt: skip
EPOCHS = 30


def trouble(form: str, engine: str) -> str:
    """Return what is wrong with how a form of divergence ends; empty where all is as it should be."""
    problem, settings, diverges = FORMS[form]
    text = f'{problem}[training]\nepochs = {EPOCHS}\n[[run]]\nname = "wild"\n{settings}[[run]]\nname = "calm"\n{CALM}'
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of NumPy would reach the terminal
        trainer = Trainer(Experiment.parse(text, form, Path.cwd()), engine)
        frames = [trainer.first_frame()]
        while not trainer.finished:
            frames.append(trainer.advance_epochs(1))
    wild = frames[-1].runs[0]
    if (wild.outcome is Outcome.DIVERGED) != diverges:
        return f"ends as {wild.outcome.name.lower()} with weights up to {np.abs(wild.weights).max():g}"
    errors = np.concatenate([frame.runs[0].rows.measures[:, Measure.ERROR] for frame in frames])
    if len(errors) != wild.epoch + 1:
        return f"has {len(errors)} rows for {wild.epoch} epochs"
    if not diverges:
        fine = np.isfinite(wild.weights).all() and math.isfinite(wild.error) and np.isfinite(errors).all()
        return "" if fine else f"has finished with the error {wild.error}"
    # The rows before the last are those of weights that were still within the limit.
    before = [frame.runs[0] for frame in frames if frame.runs[0].epoch < wild.epoch]
    last_epochs = [run for run in before if run.epoch == wild.epoch - 1]
    ended = last_epochs[0] if last_epochs else before[0]
    if wild.epoch > 1 and not (np.abs(ended.weights) <= WEIGHT_LIMIT).all():
        return f"was already beyond the limit at epoch {ended.epoch}"
    return "" if (np.abs(wild.weights) > WEIGHT_LIMIT).any() or np.isnan(wild.weights).any() else "has fine weights"


def main() -> int:
    """Try every form with both engines and tell."""
    wrong = 0
    for form in FORMS:
        for engine in ("numpy", "compiled"):
            found = trouble(form, engine)
            wrong += bool(found)
            print(f"{form:26} {engine:9} {found or 'told, and the rest goes on'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
