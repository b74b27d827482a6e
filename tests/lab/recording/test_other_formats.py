"""Logs that are compressed or Parquet by their names: the rows of the CSV log, and nothing half written."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from momentum_gui.cli import main
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.line_file import CompressedLineFile
from momentum_gui.lab.recording.log import COLUMNS, anatomy_path, experiment_path, read_log
from momentum_gui.lab.recording.parquet_log import ParquetLog, open_log
from momentum_gui.lab.training.trainer import Trainer

SHORT = ["--set", "training.epochs=3", "--engine", "numpy"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_compressed_log_is_the_log_compressed(folder: Path) -> None:
    """Log, weights and anatomy; the experiment beside it is `l.toml`; the log can be read back."""
    tables = ["--log", "l.csv", "--weights", "w.csv", "--anatomy", "a.csv"]
    assert main(["train", "iris", *SHORT, *tables]) == 0
    assert main(["train", "iris", *SHORT, *(f"{each}.gz" if "." in each else each for each in tables)]) == 0
    for name in ("l.csv", "w.csv", "a.csv"):
        assert gzip.decompress((folder / f"{name}.gz").read_bytes()) == (folder / name).read_bytes()
    assert Experiment.load("l.toml") == Experiment.load("iris", ["training.epochs=3"])
    assert not Path("l.csv.toml").exists()
    for ours, other in zip(read_log("l.csv.gz"), read_log("l.csv"), strict=True):
        assert ours.name == other.name
        np.testing.assert_array_equal(ours.rows.measures, other.rows.measures)


def test_what_goes_with_a_log_is_named_after_it() -> None:
    """Whatever its suffix."""
    assert experiment_path("l.csv.gz") == experiment_path("l.parquet") == Path("l.toml")
    assert anatomy_path(Path("l.csv.gz")) == Path("l-anatomy.csv.gz")
    assert anatomy_path(Path("l.parquet")) == Path("l-anatomy.csv")


def test_a_compressed_file_is_whole_at_every_moment(folder: Path) -> None:
    """A program that dies leaves whole lines that any reader can unpack."""
    file = CompressedLineFile(folder / "l.gz")
    lines = [f"{number},{number * number}\n" for number in range(30_000)]
    for line in lines:
        file.write(line)
    found = gzip.decompress((folder / "l.gz").read_bytes()).decode()
    assert "".join(lines).startswith(found)
    assert len(found) > 100_000
    assert found.endswith("\n")
    file.close()
    assert gzip.decompress((folder / "l.gz").read_bytes()).decode() == "".join(lines)


def test_a_compressed_file_grows_by_time_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where lines come slowly, no more than a second of them is lost with a program that dies."""
    monkeypatch.setattr("momentum_gui.lab.recording.line_file.MEMBER_SECONDS", 0.0)
    file = CompressedLineFile(folder / "l.gz")
    for number in range(3):
        file.write(f"{number}\n")
        assert gzip.decompress((folder / "l.gz").read_bytes()).decode().endswith(f"{number}\n")
    file.close()


def test_parquet_without_pyarrow_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is trained; it says what is missing, and where."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert main(["train", "iris", *SHORT, "--log", "l.parquet"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("momentum-gui: --log l.parquet: pyarrow is not installed for ")
    assert error.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_only_the_log_can_be_parquet(capsys: pytest.CaptureFixture[str]) -> None:
    """Weights and anatomy are CSV."""
    for option in ("--weights", "--anatomy"):
        assert main(["train", "iris", *SHORT, option, "t.parquet"]) == 2
        assert f"{option} t.parquet: allowed are names that end in .csv or .csv.gz" in capsys.readouterr().err


def test_a_parquet_log_has_the_rows_of_the_csv_log() -> None:
    """Names, types, order and values; an empty cell is a null; the experiment is beside it."""
    parquet = pytest.importorskip("pyarrow.parquet")
    options = [*SHORT, "--columns", "gain,sharpness"]
    assert main(["train", "iris", *options, "--log", "l.csv"]) == 0
    assert main(["train", "iris", *options, "--log", "p.parquet"]) == 0
    table = parquet.read_table("p.parquet")
    lines = [line.split(",") for line in Path("l.csv").read_text().splitlines()]
    assert table.column_names == lines[0] == [*COLUMNS, "gain", "sharpness"]
    rows = [["" if cell is None else str(cell) for cell in row.values()] for row in table.to_pylist()]
    assert rows == lines[1:]
    assert Experiment.load("p.toml") == Experiment.load("l.toml")
    assert sorted(path.name for path in Path().iterdir()) == ["l.csv", "l.toml", "p.parquet", "p.toml"]


def test_a_parquet_log_appears_whole_or_not_at_all() -> None:
    """After an error what was there before stays, and no draft is left."""
    pytest.importorskip("pyarrow.parquet")
    Path("l.parquet").write_text("before")
    trainer = Trainer(Experiment.load("xor"), "numpy")
    with pytest.raises(KeyboardInterrupt), open_log("l.parquet", trainer.experiment) as log:
        assert isinstance(log, ParquetLog)
        log.write(trainer.first_frame())
        raise KeyboardInterrupt
    assert Path("l.parquet").read_text() == "before"
    assert sorted(path.name for path in Path().iterdir()) == ["l.parquet", "l.toml"]
