"""The `surface` command: true data at full precision, in one piece, or one clear line."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from momentum_gui import cli
from momentum_gui.engine.analytic_surfaces import SURFACES, evaluate
from momentum_gui.engine.interface import choose
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.trainer import Trainer

XOR = """
[problem]
dataset = "xor"
[network]
hidden = [3]
[training]
epochs = 12
seed = 5
"""


@pytest.fixture
def xor(tmp_path: Path) -> Path:
    """The file of a small experiment."""
    path = tmp_path / "xor.toml"
    path.write_text(XOR)
    return path


def read(path: Path) -> tuple[list[str], np.ndarray]:
    """Header and numbers of a CSV file."""
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    return header, np.array(rows, dtype=np.float64)


def test_the_csv_holds_the_error_of_the_network_set_to_those_weights(xor: Path, tmp_path: Path) -> None:
    """Each row's error is that of the trained network with the two weights set to x and y, to 1e-12."""
    out = tmp_path / "s.csv"
    plane = "weights:w2[1,0],b1[2]"
    assert cli.main(["surface", str(xor), "--plane", plane, "--size", "7", "--csv", str(out)]) == 0
    header, rows = read(out)
    assert header == ["x", "y", "error"] and rows.shape == (49, 3)
    experiment = Experiment.load(xor)
    setup, trainer = Setup.of(experiment), Trainer(experiment)
    while not trainer.finished:
        frame = trainer.advance_epochs()
    weights = np.tile(frame.runs[0].weights, (49, 1))
    weights[:, setup.index("w2[1,0]", "")] = rows[:, 0]
    weights[:, setup.index("b1[2]", "")] = rows[:, 1]
    expected = choose("numpy").task_errors(setup.task(experiment.training), weights)
    np.testing.assert_allclose(rows[:, 2], expected, rtol=1e-12)
    assert (np.diff(rows[:7, 0]) > 0).all() and np.ptp(rows[:7, 1]) == 0


def test_a_surface_is_itself(tmp_path: Path) -> None:
    """An analytic surface is drawn over its own domain, by its formula, to the last bit, and needs no training."""
    out = tmp_path / "s.csv"
    assert cli.main(["surface", "ravine", "--size", "11", "--csv", str(out), "--engine", "numpy"]) == 0
    _, rows = read(out)
    assert (rows[:, 0].min(), rows[:, 0].max(), rows[:, 1].min(), rows[:, 1].max()) == SURFACES["ravine"].domain
    np.testing.assert_array_equal(rows[:, 2], evaluate(SURFACES["ravine"], rows[:, 0], rows[:, 1]))


@pytest.mark.parametrize("plane", ["pca", "random", "weights:w1[0,0],w1[1,1]"])
@pytest.mark.parametrize("moment", ["start", "end", "best"])
def test_every_plane_at_every_moment(xor: Path, tmp_path: Path, plane: str, moment: str) -> None:
    """All planes work at all moments; at the same settings they give the same bytes."""
    written = []
    for name in ("a.csv", "b.csv"):
        out = str(tmp_path / name)
        command = ["surface", str(xor), "--plane", plane, "--at", moment, "--size", "5", "--csv", out]
        assert cli.main(command) == 0
        written.append(Path(out).read_bytes())
    assert written[0] == written[1]
    assert np.isfinite(read(tmp_path / "a.csv")[1]).all()


def test_the_middle_of_a_random_plane_is_the_state_it_goes_through(xor: Path, tmp_path: Path) -> None:
    """At 0, 0 the error is the training's own at that moment, and another seed gives another picture."""
    errors = {}
    for moment, seed in (("start", "1"), ("end", "1"), ("end", "2")):
        out = tmp_path / f"{moment}{seed}.csv"
        assert cli.main(["surface", str(xor), "--plane", "random", "--at", moment, "--seed", seed,
                         "--size", "3", "--csv", str(out)]) == 0  # fmt: skip
        errors[moment, seed] = read(out)[1][:, 2]
    trainer = Trainer(Experiment.load(xor))
    assert errors["start", "1"][4] == pytest.approx(trainer.first_frame().runs[0].error, rel=1e-12)
    assert errors["end", "1"][4] == pytest.approx(trainer.advance_epochs(12).runs[0].error, rel=1e-12)
    assert errors["end", "2"][0] != errors["end", "1"][0]


def test_the_range_and_the_size_are_those_asked_for(xor: Path, tmp_path: Path) -> None:
    """`--range` gives the corners exactly, `--size` the points along each side."""
    out = tmp_path / "s.csv"
    command = ["surface", str(xor), "--range", "-0.1:0.3:1:2", "--size", "4", "--csv", str(out)]
    assert cli.main(command) == 0
    _, rows = read(out)
    assert len(rows) == 16
    np.testing.assert_array_equal(rows[[0, 3, 12], 0], [-0.1, 0.3, -0.1])
    np.testing.assert_array_equal(rows[[0, 3, 12], 1], [1, 1, 2])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--plane", "weights:w1[0,0]"], "--plane"),
        (["--size", "1"], "--size 1: allowed"),
        (["--size", "1000000"], "--size"),
        (["--at", "middle"], "start, end, best"),
        (["--run", "nobody"], "allowed are one-step"),
        (["--seed", "-1"], "--seed"),
        (["--range", "0:1"], "--range"),
        (["--csv", "nowhere/s.csv"], "nowhere does not exist"),
        (["--plot", "s.xyz"], "--plot"),
        (["--engine", "steam"], "--engine"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    xor: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, one line on standard error, no file."""
    monkeypatch.chdir(xor.parent)
    more = [] if "--csv" in options else ["--csv", "s.csv"]
    assert cli.main(["surface", "xor.toml", *options, *more]) == 2
    output = capsys.readouterr()
    assert output.out == "" and output.err.count("\n") == 1 and said in output.err
    assert [path.name for path in xor.parent.iterdir()] == ["xor.toml"]


def test_the_experiment_is_not_overwritten(xor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither output may take the place of the experiment, nor both one file."""
    assert cli.main(["surface", str(xor), "--csv", str(xor)]) == 2
    assert "overwrite" in capsys.readouterr().err and xor.read_text() == XOR
    both = str(xor.with_suffix(".png"))
    assert cli.main(["surface", str(xor), "--csv", both, "--plot", both]) == 2


def test_a_surface_that_overflows_is_written_as_such(tmp_path: Path) -> None:
    """Infinite errors stay inf in the CSV, and the command succeeds."""
    file, out = tmp_path / "beale.toml", tmp_path / "s.csv"
    file.write_text('[problem]\nsurface = "beale"\n')
    assert cli.main(["surface", str(file), "--range", "0:1e90:0:1e90", "--size", "2", "--csv", str(out)]) == 0
    assert out.read_text().splitlines()[-1] == "1e+90,1e+90,inf"
