"""Holds that this program's weights are those of PyTorch's SGD, epoch by epoch.

PyTorch's dampening leaves the very first step undamped: its buffer begins as the gradient g itself, and only from the
second step on is it μ·buffer + (1−μ)·g. The damped rule of this program damps every step. So the comparison gives the
damped rule the buffer that makes the first steps equal, p = lr·g, or, in an experiment file, has the heavy ball do the
first update, which leaves just that p; from there on the two are the same rule.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer
from tests.parity.by_engine import TOLERANCE, first_p, trained, worst
from tests.parity.cases import (
    BATCHES,
    EPOCHS,
    ITEMS,
    SCHEDULED_RATE,
    SCHEDULES,
    STEPS,
    Case,
    Floats,
    all_cases,
    stepped_cases,
)

ENGINES = ("numpy", "compiled")
CASES = all_cases()
IN_ORDER = [case for case in CASES if case.order == "sequential"]
"""What an experiment file can say: its items as they come."""


@pytest.fixture(scope="module")
def reference() -> dict[str, NDArray[np.generic]]:
    """PyTorch's weights, (41, weights) a case, and the data they came from; made by make_reference.py."""
    with np.load(Path(__file__).parent / "torch_sgd.npz") as stored:
        return dict(stored)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_engine_follows_pytorch(case: Case, engine: str, reference: dict[str, NDArray[np.generic]]) -> None:
    """Online, in mini-batches with a short last one, and in full batch, weights agree to 1e-9 after all 40 epochs."""
    theirs = reference[f"{case.name}/weights"].astype(np.float64)
    gradient = reference[f"{case.name}/first_gradient"].astype(np.float64)
    inputs, targets = reference["inputs"].astype(np.float64), reference["targets"].astype(np.float64)
    order = reference[f"{case.name}/orders"]
    ours = trained(engine, case, theirs[0], inputs, targets, order, first_p(case, gradient))
    assert theirs.shape == ours.shape == (EPOCHS + 1, len(theirs[0]))
    assert worst(ours, theirs) < TOLERANCE
    assert np.abs(theirs[-1] - theirs[0]).max() > 0.1, "the case moves too little to compare anything"


def experiment_text(case: Case, start: Floats, data_file: str, changes: str = "", schedule: str = "") -> str:
    """The case as a user would write it, with a schedule and further changes on the way."""
    damped = case.rule == "damped"
    settings = {
        "rule": "heavy-ball" if damped else case.rule,
        "learning_rate": case.learning_rate,
        "momentum": case.momentum,
        "batch_size": "full" if case.batch == "full" else case.batch_size,
        "reduction": case.reduction,
        "order": "sequential",
        "epochs": EPOCHS,
    }
    training = "\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
    change = '[[training.change]]\nupdate = 1\nrule = "damped"\n' if damped else ""
    return f"""
        [problem]
        dataset = "{data_file}"
        target = ["a", "b", "c"]
        [network]
        hidden = {list(case.sizes[1:-1])}
        hidden_activation = "{case.hidden_activation}"
        output_activation = "{case.output_activation}"
        loss = "{case.loss}"
        initial_weights = {start.tolist()}
        [training]
        {training}
        {schedule}
        {change}
        {changes}
    """


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", IN_ORDER, ids=lambda case: case.name)
def test_an_experiment_follows_pytorch(
    case: Case, engine: str, reference: dict[str, NDArray[np.generic]], tmp_path: Path
) -> None:
    """The same through the front door: a CSV and an experiment file with initial_weights, trained by Trainer."""
    rows = np.concatenate((reference["inputs"], reference["targets"]), axis=1).tolist()
    lines = ["x1,x2,x3,x4,a,b,c", *(",".join(map(repr, row)) for row in rows)]
    (tmp_path / "items.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    theirs = reference[f"{case.name}/weights"].astype(np.float64)
    experiment = Experiment.parse(experiment_text(case, theirs[0], "items.csv"), "parity", tmp_path)
    frame = Trainer(experiment, engine).advance_epochs(EPOCHS)
    ours = frame.runs[0].rows.weights
    assert ours.shape == (EPOCHS, len(theirs[0]))
    assert worst(ours, theirs[1:]) < TOLERANCE


def stepped(case: Case, velocity: str) -> str:
    """The schedule of the cases in steps, as changes of the learning rate."""
    every, factor = STEPS
    per_epoch = -(-ITEMS // case.batch_size)
    return "\n".join(
        f'[[training.change]]\nupdate = {epoch * per_epoch}\nvelocity = "{velocity}"\n'
        f"learning_rate = {case.learning_rate * factor ** (epoch // every)!r}"
        for epoch in range(every, EPOCHS, every)
    )


@pytest.mark.parametrize("case", stepped_cases(), ids=lambda case: case.name)
def test_a_rescaled_velocity_follows_pytorch_under_a_schedule(case: Case, tmp_path: Path) -> None:
    """With the rate in steps, PyTorch's SGD is the rescaled velocity to 1e-9; the kept one goes elsewhere."""
    with np.load(Path(__file__).parent / "torch_steps.npz") as stored:
        inputs, targets, theirs = stored["inputs"], stored["targets"], stored[f"{case.name}/weights"]
    rows = np.concatenate((inputs, targets), axis=1).tolist()
    lines = ["x1,x2,x3,x4,a,b,c", *(",".join(map(repr, row)) for row in rows)]
    (tmp_path / "items.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    far = {}
    for velocity in ("rescale", "keep"):
        text = experiment_text(case, theirs[0], "items.csv", stepped(case, velocity))
        frame = Trainer(Experiment.parse(text, "parity", tmp_path), "numpy").advance_epochs(EPOCHS)
        far[velocity] = worst(frame.runs[0].rows.weights, theirs[1:])
    assert far["rescale"] < TOLERANCE
    assert far["keep"] > 1e-5 or case.rule == "plain"
    every, factor = STEPS
    schedule = f'rate_schedule = {{ kind = "step", every = {every}, factor = {factor}, velocity = "rescale" }}'
    text = experiment_text(case, theirs[0], "items.csv", schedule=schedule)
    frame = Trainer(Experiment.parse(text, "parity", tmp_path), "numpy").advance_epochs(EPOCHS)
    assert worst(frame.runs[0].rows.weights, theirs[1:]) < TOLERANCE


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_gives_the_rates_of_pytorch(name: str) -> None:
    """In each epoch the rate in the log is that of PyTorch's scheduler, to 1e-14 of the greatest."""
    with np.load(Path(__file__).parent / "torch_rates.npz") as stored:
        theirs = stored[name]
    table = {
        "problem": {"surface": "bowl"},
        "training": {"epochs": EPOCHS, "learning_rate": SCHEDULED_RATE, "rate_schedule": SCHEDULES[name]},
    }
    frame = Trainer(Experiment.from_table(table, "parity"), "numpy").advance_epochs(EPOCHS)
    assert len(set(theirs)) > 5
    np.testing.assert_allclose(frame.runs[0].rows.learning_rate, theirs, rtol=0, atol=1e-14)


def test_the_first_step_alone_tells_the_damped_rule_from_pytorch(reference: dict[str, NDArray[np.generic]]) -> None:
    """Begun with p = 0 as this program begins, the first damped step is exactly 1 − μ of PyTorch's undamped one."""
    case = next(case for case in CASES if case.rule == "damped" and case.batch == "full")
    theirs = reference[f"{case.name}/weights"].astype(np.float64)
    inputs, targets = reference["inputs"].astype(np.float64), reference["targets"].astype(np.float64)
    order = reference[f"{case.name}/orders"][:1]
    ours = trained("numpy", case, theirs[0], inputs, targets, order, np.zeros_like(theirs[0]))
    np.testing.assert_allclose(ours[1] - ours[0], (1 - case.momentum) * (theirs[1] - theirs[0]), rtol=1e-9, atol=1e-15)


def test_the_cases_cover_what_they_claim() -> None:
    """Every rule meets every batch mode at every depth; both losses, both orders, mean and sum occur with each rule."""
    assert {(c.rule, c.batch, c.layers) for c in CASES} == {
        (rule, batch, layers)
        for rule in ("plain", "heavy-ball", "damped", "nesterov")
        for batch in BATCHES
        for layers in (1, 2, 3, 4)
    }
    for rule in ("plain", "heavy-ball", "damped", "nesterov"):
        mine = [case for case in CASES if case.rule == rule]
        assert {c.loss for c in mine} == {"squared_error", "cross_entropy"}
        assert {c.order for c in mine} == {"given", "sequential"}
        assert {c.reduction for c in mine} == {"mean", "sum"}
    assert ITEMS % BATCHES["mini-batch"] != 0
