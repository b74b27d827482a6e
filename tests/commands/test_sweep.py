"""Holds what `sweep` tells, writes and refuses, and that an interrupted or killed one goes on where it was."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from momentum_gui.cli import main
from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until

ROOT = Path(__file__).resolve().parents[2]
RANGES = ["--learning-rate", "0.01:1:4:log", "--momentum", "0:0.9:3"]
SHORT = ["--set", "training.epochs=3", "--engine", "numpy"]
# Enough cells for several blocks, and long enough that a signal comes in the midst of them.
LONG_RANGES = ["--learning-rate", "0.001:1:100:log", "--momentum", "0:0.95:40"]
LONG = ["sweep", "xor", *LONG_RANGES, "--csv", "S.csv", "--engine", "numpy", "--set", "training.epochs=200"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path: str) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Standard output of a sweep that ends well and complains of nothing."""
    assert main(["sweep", *arguments]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    return str(out)


def test_a_row_for_each_cell_and_seed(capsys: pytest.CaptureFixture[str]) -> None:
    """The contract's header, a row a cell and seed, and each row what `train` gives with the same --set."""
    out = told(capsys, "iris", *RANGES, *SHORT, "--seeds", "2", "--csv", "S.csv")
    assert "24 of 24 trainings: 24 finished" in out
    assert "Use one-step with learning rate" in out
    with open("S.csv") as file:
        assert file.readline() == "learning_rate,momentum,seed,outcome,epochs,error,accuracy\n"
    found = rows("S.csv")
    assert len(found) == 4 * 3 * 2
    row = found[17]
    changes = [f"training.{key}={row[key]}" for key in ("learning_rate", "momentum", "seed")]
    run = "run=[]"
    assert main(["train", "iris", "--set", run, *changes, *SHORT[1:2], "--engine", "numpy", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)["runs"][0]
    assert float(row["error"]) == pytest.approx(answer["error"], rel=1e-12)
    assert float(row["accuracy"]) == answer["accuracy"]
    assert (row["outcome"], int(row["epochs"])) == (answer["outcome"], answer["epochs"])


def test_seeds_default_to_the_experiments_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --seeds each cell is trained once, with the experiment's seed."""
    told(capsys, "iris", *RANGES, *SHORT, "--set", "training.seed=9", "--csv", "S.csv")
    assert {row["seed"] for row in rows("S.csv")} == {"9"}
    assert len(rows("S.csv")) == 12


def test_best_is_toml_that_an_experiment_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """--best prints nothing but [training] with the settings, which are a row of the CSV."""
    out = told(
        capsys,
        "iris",
        *RANGES,
        *SHORT,
        "--rule",
        "plain",
        "--rule",
        "nesterov",
        "--csv",
        "S.csv",
        "--best",
        "--confirm",
        "0",
    )
    training = tomllib.loads(out)["training"]
    assert set(training) == {"rule", "learning_rate", "momentum"}
    best = min(rows("S.csv"), key=lambda row: float(row["error"]))
    assert training["rule"] == best["rule"]
    assert (training["learning_rate"], training["momentum"]) == (float(best["learning_rate"]), float(best["momentum"]))


def test_the_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    """One object with the counts, the best cell, its spread and region."""
    answer: dict[str, Any] = json.loads(told(capsys, "iris", *RANGES, *SHORT, "--seeds", "3", "--json"))
    assert (answer["cells"], answer["trainings"], answer["done"], answer["seeds"]) == (12, 36, 36, [0, 1, 2])
    assert answer["outcomes"] == {"finished": 36}
    best = answer["best"]
    assert best["quartiles"][0] <= best["value"] <= best["quartiles"][1]
    assert best["region"]["cells"] >= 1
    assert best["seeds"] >= 12
    assert best["failed"] == 0
    assert f"median of {best['seeds']} fresh seeds" in best["sentence"]
    alone = json.loads(told(capsys, "iris", *RANGES, *SHORT, "--seeds", "3", "--json", "--confirm", "0"))["best"]
    assert (alone["seeds"], alone["failed"], alone["grid_value"]) == (0, 0, alone["value"])
    assert alone["value"] == best["grid_value"]
    some = json.loads(told(capsys, "iris", *RANGES, *SHORT, "--seeds", "3", "--json", "--confirm", "17"))["best"]
    assert some["seeds"] == 17


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--learning-rate", "1:0.1:5"], "--learning-rate 1:0.1:5: the start must lie below the end"),
        (["--learning-rate", "0:1:5:log"], "--learning-rate 0:1:5:log: a logarithmic range must start above 0"),
        (["--momentum", "0:1:5"], "--momentum 0:1:5: 1.0 is out of range"),
        (["--momentum", "0:0.9:0"], "the count must be a whole number"),
        (["--momentum", "lots"], '"lots" is not a number'),
        (["--learning-rate", "0.001:1:40000:log", "--momentum", "0:0.9:25000"], "1,000,000,000 cells"),
        (["--learning-rate", "-1:1:5"], "--learning-rate -1:1:5: -1.0 is out of range"),
        (["--momentum", "-0.5"], "--momentum -0.5: -0.5 is out of range"),
        (["--seeds", "-1"], "--seeds -1"),
        (["--plot", "S.png", "--plot", "./S.png"], "--plot ./S.png: is the file of --plot too"),
        (["--csv", "S.png", "--plot", "S.png"], "--plot S.png: is the file of --csv too"),
        (["--json", "--best"], "--best: not allowed with argument --json"),
        (["--scheduler", "foo"], "--scheduler foo: is not an address"),
        (["--seeds", "0"], "--seeds 0"),
        (["--seeds", "two"], "--seeds two: allowed is a whole number from 1 to 10000"),
        (["--confirm", "-1"], "--confirm -1: allowed is a whole number from 0 to 10000"),
        (["--confirm", "1.5"], "--confirm 1.5: allowed is a whole number"),
        (["--rule", "sgd"], "--rule sgd: allowed are plain, one-step"),
        (["--measure", "epochs"], "needs training.target_error"),
        (["--engine", "gpu"], "--engine"),
        (["--plot", "S.bmp"], "--plot S.bmp: allowed are names that end in"),
        (["--csv", "missing/S.csv"], "the folder missing does not exist"),
        (["--scheduler", "nonsense://x"], "--scheduler nonsense://x"),
        (["--scheduler", "tcp://192.0.2.1:8786"], "is on another machine, and what comes from there can run any code"),
        (["--set", "training.epochs=0"], "training.epochs = 0"),
    ],
)
def test_bad_input_is_one_line(options: list[str], said: str, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Exit status 2, one clear line, and nothing written."""
    if "--scheduler" in options:
        pytest.importorskip("distributed")
    assert main(["sweep", "iris", "--csv", "S.csv", *options]) == 2
    out, error = capsys.readouterr()
    assert (out, error.count("\n")) == ("", 1)
    assert said in error
    assert list(folder.iterdir()) == []


def test_a_csv_never_replaces_the_data_or_the_experiment(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The experiment's own files are not written over, and an experiment of the CSV's name stays as it is."""
    (folder / "data.csv").write_text("x,y\n1,2\n2,4\n3,6\n4,8\n")
    (folder / "S.toml").write_text('problem.dataset = "data.csv"\n')
    before = (folder / "data.csv").read_bytes()
    assert main(["sweep", "S.toml", *RANGES, *SHORT, "--csv", "data.csv"]) == 2
    assert "the data being learned" in capsys.readouterr().err
    assert (folder / "data.csv").read_bytes() == before
    told(capsys, "S.toml", *RANGES, *SHORT, "--csv", "S.csv")
    assert (folder / "S.toml").read_text() == 'problem.dataset = "data.csv"\n'
    assert Experiment.load(folder / "S.sweep.toml").training.epochs == 3


def test_a_finished_sweep_is_not_trained_again(capsys: pytest.CaptureFixture[str]) -> None:
    """The same command once more reads the answer from the file; other settings are refused."""

    def answer() -> object:
        return json.loads(told(capsys, "iris", *RANGES, *SHORT, "--csv", "S.csv", "--json"))["best"]

    first = answer()
    stamp = os.stat("S.csv").st_mtime_ns
    assert answer() == first
    assert os.stat("S.csv").st_mtime_ns == stamp
    assert main(["sweep", "iris", *RANGES, "--set", "training.epochs=4", "--engine", "numpy", "--csv", "S.csv"]) == 2
    assert "training.epochs = 3, not 4" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_or_killed_sweep_goes_on(end: signal.Signals, folder: Path) -> None:
    """Ctrl-C ends it with 130 and a kill at once; the rows stay, and the same command trains only the rest."""
    command = [sys.executable, str(ROOT / "main.py"), *LONG]
    part = folder / "S.csv.part"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: part.is_file() and part.read_bytes().count(b"\n") > 1, "the first rows", 60)
        process.send_signal(end)
        out, error = process.communicate(timeout=30)
    assert process.returncode == (130 if end is signal.SIGINT else -signal.SIGKILL), error
    if end is signal.SIGINT:
        assert "the same command goes on from S.csv.part" in out
    kept = part.read_bytes().rpartition(b"\n")[0] + b"\n"
    before = kept.count(b"\n") - 1
    assert 0 < before < 4000
    assert not (folder / "S.csv").exists()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(
            lambda: not part.is_file() or part.read_bytes().count(b"\n") - 1 > before, "the rows that follow", 60
        )
        if part.is_file():
            assert part.read_bytes().startswith(kept)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode in (0, 130)


def test_the_map_is_drawn(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """--plot leaves pictures of each kind, and nothing else."""
    told(capsys, "iris", *RANGES, *SHORT, "--plot", "S.png", "--plot", "S.svg", "--plot", "S.pdf")
    starts = {"S.png": b"\x89PNG", "S.svg": b"<?xml", "S.pdf": b"%PDF"}
    assert {path.name for path in folder.iterdir()} == set(starts)
    for name, start in starts.items():
        assert (folder / name).read_bytes().startswith(start)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_file_that_cannot_be_written_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk: one line and status 1."""
    assert main(["sweep", "iris", *RANGES, *SHORT, "--csv", "/dev/full"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "No space left" in error
