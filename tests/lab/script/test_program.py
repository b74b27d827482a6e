"""The script of an experiment: NumPy only, short, and the same final errors as the program's own training."""

from __future__ import annotations

import contextlib
import io
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from momentum_gui.lab import schedule
from momentum_gui.lab.experiment import Experiment, built_in_names
from momentum_gui.lab.experiment.edits import with_settings
from momentum_gui.lab.script.program import program
from momentum_gui.lab.script.schedules import FORMULAS
from momentum_gui.lab.training.trainer import Trainer

EPOCHS, UPDATES = 50, 300
"""As far as the examples are trained here: a training that jumps about amplifies every rounding, so that after
hundreds of updates the program's own two engines differ in it too."""


def printed(source: str) -> dict[str, float]:
    """Run a program; return the error that it prints for each run."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(source, "script", "exec"), {"__name__": "__main__"})
    lines = [line.rsplit(" ", 1) for line in output.getvalue().splitlines()]
    return {name: float(error) for name, error in lines}


def trained(experiment: Experiment) -> dict[str, float]:
    """Return the final error of each run, as `train` gives it."""
    trainer = Trainer(experiment)
    while not trainer.finished:
        frame = trainer.advance(10_000)
    return {run.name: run.error for run in frame.runs}


def check_same(experiment: Experiment) -> str:
    """Hold the script against the training, run by run; return the script."""
    source = program(experiment)
    errors = printed(source)
    expected = trained(experiment)
    assert list(errors) == list(expected)
    for name, error in expected.items():
        assert errors[name] == pytest.approx(error, rel=1e-9, abs=1e-9, nan_ok=True), name
    return source


def changed(experiment: Experiment, changes: dict[str, Any]) -> Experiment:
    """Return the experiment with settings of [training], for all runs."""
    return with_settings(experiment, {"training": changes})


XOR = """
[problem]
dataset = "xor"
[network]
hidden = [3]
[training]
epochs = 60
momentum = 0.6
rule = "heavy-ball"
"""


def experiment_of(text: str, folder: Path | None = None) -> Experiment:
    return Experiment.parse(text, "test", folder or Path())


@pytest.mark.parametrize("name", built_in_names())
def test_every_example_gives_the_errors_of_train(name: str) -> None:
    """Over 50 epochs, or as many as make 300 updates."""
    experiment = Experiment.load(name)
    per_epoch = min(group.task.updates_per_epoch for group in Trainer(experiment).groups)
    epochs = min(experiment.training.epochs, EPOCHS, max(2, UPDATES // per_epoch))
    check_same(changed(experiment, {"epochs": epochs}))


@pytest.mark.parametrize("name", built_in_names())
def test_every_example_fits_on_two_pages(name: str) -> None:
    """Fewer than 120 lines, and none but those of data longer than 120 letters."""
    lines = program(Experiment.load(name)).splitlines()
    assert len(lines) < 120
    assert all(len(line) <= 120 for line in lines if "numbers(" not in line)


def test_a_change_of_everything_on_the_way() -> None:
    """Rule, rate, momentum and weights change, the velocity is kept once and rescaled once."""
    source = check_same(
        experiment_of(
            XOR
            + """
[[training.change]]
update = 20
rule = "nesterov"
learning_rate = 0.3
[[training.change]]
update = 41
learning_rate = 0.1
velocity = "rescale"
weights = { "w1[0,1]" = 0.25 }
[[training.change]]
update = 41
momentum = 0.9
[[run]]
name = 'as "it" is'
[[run]]
name = "other \\\\ way"
seed = 4
order = "sequential"
epochs = 50
change = [{ update = 8, momentum = 0.2 }]
"""
        )
    )
    assert "rescale" in source


@pytest.mark.parametrize("velocity", ["keep", "rescale"])
@pytest.mark.parametrize("with_change", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        {"kind": "step", "every": 7, "factor": 0.3},
        {"kind": "exponential", "warm_up": 5},
        {"kind": "cosine", "warm_up": 3, "warm_up_from": 0.2, "end": 0.1},
        {"kind": "constant", "warm_up": 10},
    ],
    ids=lambda kind: kind["kind"],
)
def test_schedules(kind: dict[str, Any], with_change: bool, velocity: str) -> None:
    """Each kind of schedule, for rate and momentum, with the velocity kept and rescaled, and with a change inside."""
    change = [{"update": 30, "learning_rate": 0.2}] if with_change else []
    settings = {"rate_schedule": {**kind, "velocity": velocity}, "momentum_schedule": kind, "change": change}
    check_same(changed(experiment_of(XOR), settings))


def test_runs_with_schedules_of_their_own() -> None:
    """One run without a schedule, one with a ramp of the momentum, one that rescales."""
    check_same(
        experiment_of(
            XOR
            + """
[[run]]
name = "constant"
[[run]]
name = "ramp"
momentum_schedule = { kind = "ramp", updates = 16 }
[[run]]
name = "rescaled"
rate_schedule = { kind = "step", every = 5, velocity = "rescale" }
change = [{ update = 22, learning_rate = 0.3 }]
"""
        )
    )


def test_every_kind_of_schedule_can_be_written() -> None:
    """A new kind needs its formula in scripts too."""
    assert FORMULAS.keys() == schedule.KINDS.keys()


@pytest.mark.parametrize(
    ("hidden", "output", "loss"),
    [
        ("logistic", "logistic", "cross_entropy"),
        ("relu", "softmax", "cross_entropy"),
        ("linear", "softmax", "squared_error_elementwise"),
        ("tanh", "tanh", "squared_error"),
        ("relu", "linear", "squared_error"),
    ],
)
@pytest.mark.parametrize("initialization", ["uniform", "glorot", "he"])
@pytest.mark.parametrize("layers", [[], [4, 3]])
def test_networks(hidden: str, output: str, loss: str, initialization: str, layers: list[int]) -> None:
    """Activations, losses, depths and initial weights."""
    network = {"hidden": layers, "hidden_activation": hidden, "output_activation": output, "loss": loss}
    table = {
        "problem": {"dataset": "xor"},
        "network": {**network, "initialization": initialization},
        "training": {"epochs": 15, "batch_size": 3, "reduction": "sum", "start": {"b1[0]": 0.125}},
    }
    check_same(Experiment.from_table(table, "test"))


@pytest.mark.parametrize("scale", ["none", "standard", "minmax"])
def test_a_csv_file_is_written_into_the_script(tmp_path: Path, scale: str) -> None:
    """Scaled inputs (one of them constant) and targets, missing values filled, items held out; the file can go."""
    rows = "\n".join(f"{x},{'' if x == 3 else x * x / 7},5,{math.sin(x)!r}" for x in range(12))
    path = tmp_path / "own.csv"
    path.write_text(f"a,b,c,d\n{rows}\n")
    experiment = experiment_of(
        f"""
[problem]
dataset = "{path.as_posix()}"
scale = "{scale}"
scale_target = "{scale}"
missing = "mean"
test_fraction = 0.25
[training]
epochs = 5
learning_rate = 0.01
"""
    )
    source = check_same(experiment)
    assert str(path) not in source


def test_a_run_that_diverges_and_one_that_converges_stop_where_train_stops() -> None:
    """The ends of runs are those of a training."""
    check_same(experiment_of('[problem]\nsurface = "bowl"\n[training]\nlearning_rate = 1.5\nepochs = 500\n'))
    check_same(changed(experiment_of(XOR), {"target_error": 0.1, "learning_rate": 0.5, "epochs": 400}))


def test_a_rule_of_ones_own_is_written_out() -> None:
    """Formulas keep their meaning, also with zeros in front, signs and the names that Python keeps for itself."""
    own = [{"id": "class", "A": "007/7 − m", "B": "-m**2*-1", "C": "00.5 + .5", "D": "m", "title": "x\ny"}]
    table = msgspec.to_builtins(experiment_of(XOR)) | {"rule": own}
    table["training"]["rule"] = "class"
    assert "def rule_class(g, p, lr, m):" in check_same(Experiment.from_table(table, "test"))


def test_a_script_needs_numpy_only(tmp_path: Path) -> None:
    """It runs where the program is not installed, without a warning, and prints name and error of each run."""
    path = tmp_path / "run.py"
    path.write_text(program(experiment_of(XOR)), encoding="utf-8")
    code = "import sys, runpy; sys.modules['momentum_gui'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ""},
    )
    name, error = result.stdout.split()
    assert name == "heavy-ball"
    assert float(error) == pytest.approx(trained(experiment_of(XOR))["heavy-ball"], abs=1e-9)
