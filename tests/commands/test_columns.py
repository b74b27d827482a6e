"""`columns`: the data dictionary has every column that is written, and no other."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from momentum_gui.cli import main
from momentum_gui.engine.report import Measure
from momentum_gui.lab.recording.columns import COLUMNS
from momentum_gui.lab.steps.log_columns import CHOICES


def header(path: str) -> list[str]:
    """Return the first row of a CSV file."""
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.reader(file))


def test_the_dictionary_has_the_columns_that_are_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the log with all of `--columns`, the weights, the anatomy and a sweep of two rules, in order."""
    monkeypatch.chdir(tmp_path)
    short = ["--set", "training.epochs=2", "--engine", "numpy"]
    tables = ["--log", "l.csv", "--columns", "all", "--weights", "w.csv", "--anatomy", "a.csv"]
    assert main(["train", "xor", *short, *tables]) == 0
    grid = ["--learning-rate", "0.1:0.2:2", "--momentum", "0:0.5:2", "--rule", "plain", "--rule", "heavy-ball"]
    assert main(["sweep", "xor", "--set", "training.epochs=2", *grid, "--csv", "s.csv", "--confirm", "0"]) == 0
    capsys.readouterr()
    assert main(["columns", "--json"]) == 0
    found = {name: [fact["name"] for fact in facts] for name, facts in json.loads(capsys.readouterr().out).items()}
    assert found["log"] + found["columns"] == header("l.csv")
    assert found["weights"][:2] == header("w.csv")[:2]
    assert found["anatomy"] == header("a.csv")
    assert found["sweep"] == header("s.csv")


def test_the_log_has_the_measures_in_their_order() -> None:
    """Columns are written by number."""
    assert COLUMNS[5:] == tuple(measure.name.lower() for measure in Measure)


def test_each_column_is_explained_in_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, type and meaning, in lines that fit a terminal."""
    assert main(["columns"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in (*COLUMNS, *(column.name for column in CHOICES)):
        assert any(line.startswith(f"  {name} ") for line in lines)
    assert max(map(len, lines)) <= 110
