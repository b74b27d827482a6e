"""Holds the CSV log: its columns, its numbers to the last bit, whole lines always, and the experiment beside it."""

from __future__ import annotations

import csv
import io
import math
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.engine.report import Measure
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.line_file import LineFile
from momentum_gui.lab.recording.log import (
    COLUMNS,
    LogWriter,
    WeightsWriter,
    check_log,
    number_cells,
    read_log,
    text_cell,
)
from momentum_gui.lab.training.trainer import Trainer

HEADER = (
    "run,epoch,update,learning_rate,momentum,error,accuracy,test_error,test_accuracy,"
    "gradient_norm,step_norm,momentum_norm,cosine"
)
TWO_RUNS = """
[problem]
dataset = "iris"
scale = "standard"
test_fraction = 0.2
[training]
epochs = 7
[[run]]
name = "plain"
rule = "plain"
log_every = 3
[[run]]
name = "=momentum, \\"quoted\\""
batch_size = 50
"""


def parsed(text: str) -> Experiment:
    """An experiment from TOML."""
    return Experiment.parse(text, "f.toml", Path.cwd())


def logged(experiment: Experiment, path: Path, chunk: int) -> str:
    """The text of the log of a training that advances so many updates at a time."""
    trainer = Trainer(experiment, "numpy")
    with LogWriter(path, experiment) as log:
        log.write(trainer.first_frame())
        while not trainer.finished:
            log.write(trainer.advance(chunk))
    return path.read_bytes().decode()


def test_the_log_has_the_columns_of_the_contract(tmp_path: Path) -> None:
    """One header, then a row for each run and logged epoch: 0, each third for one run, and the last always."""
    text = logged(parsed(TWO_RUNS), tmp_path / "l.csv", 50)
    assert text.startswith(HEADER + "\n")
    assert ",".join(COLUMNS) == HEADER
    assert "\r" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    plain = [row for row in rows if row["run"] == "plain"]
    other = [row for row in rows if row["run"] != "plain"]
    assert [row["epoch"] for row in plain] == ["0", "3", "6", "7"]
    assert [row["update"] for row in plain] == ["0", "360", "720", "840"]
    assert [row["epoch"] for row in other] == ["0", "1", "2", "3", "4", "5", "6", "7"]
    assert [row["update"] for row in other] == [str(3 * epoch) for epoch in range(8)]
    assert (plain[0]["learning_rate"], plain[0]["momentum"], other[0]["momentum"]) == ("0.05", "0.0", "0.75")
    assert [row["epoch"] for row in rows] == sorted(row["epoch"] for row in rows)


@pytest.mark.parametrize("chunk", [1, 7, 120, 10_000])
def test_the_log_is_the_same_however_it_was_trained(tmp_path: Path, chunk: int) -> None:
    """Byte for byte, whatever the chunks; and the experiment beside it gives the same log again."""
    experiment = parsed(TWO_RUNS)
    text = logged(experiment, tmp_path / "l.csv", chunk)
    assert text == logged(experiment, tmp_path / "m.csv", 33)
    assert text == logged(Experiment.load(tmp_path / "l.toml"), tmp_path / "n.csv", 33)


def test_the_log_reads_back_to_the_last_bit(tmp_path: Path) -> None:
    """Numbers, names, and where a cell is empty."""
    experiment = parsed(TWO_RUNS)
    path = tmp_path / "l.csv"
    logged(experiment, path, 1000)
    trainer = Trainer(experiment, "numpy")
    first, rest = trainer.first_frame(), trainer.advance(1000)
    for number, run in enumerate(read_log(path)):
        assert run.name == experiment.runs[number].name
        for name in ("epoch", "update", "learning_rate", "momentum", "measures"):
            expected = np.concatenate([getattr(frame.runs[number].rows, name) for frame in (first, rest)])
            np.testing.assert_array_equal(getattr(run.rows, name), expected)


def test_what_does_not_apply_is_empty_and_divergence_is_not(tmp_path: Path) -> None:
    """A regression has no accuracy, a start no step; an error that is not a number is written as such."""
    experiment = parsed(
        '[problem]\ndataset = "sine"\n[network]\nhidden_activation = "relu"\n[training]\nlearning_rate = 5\n'
    )
    rows = list(csv.DictReader(io.StringIO(logged(experiment, tmp_path / "l.csv", 100))))
    assert rows[0]["error"] != ""
    for column in ("accuracy", "test_error", "test_accuracy", "gradient_norm", "step_norm", "momentum_norm", "cosine"):
        assert rows[0][column] == ""
    assert rows[-1]["error"] in ("nan", "inf")
    assert not math.isfinite(read_log(tmp_path / "l.csv")[0].rows.measures[-1, Measure.ERROR])


def test_the_weights_are_written_with_their_names(tmp_path: Path) -> None:
    """A row for each logged epoch, the numbers those of the run."""
    experiment = parsed(TWO_RUNS)
    trainer = Trainer(experiment, "numpy")
    frames = [trainer.first_frame(), trainer.advance(400), trainer.advance(1000)]
    with WeightsWriter(tmp_path / "w.csv", trainer.setup.weight_names) as writer:
        for frame in frames:
            writer.write(frame)
    header, *rows = csv.reader(io.StringIO((tmp_path / "w.csv").read_text()))
    assert header == ["run", "epoch", *trainer.setup.weight_names]
    mine = [row for row in rows if row[0] == "plain"]
    expected = np.concatenate([frame.runs[0].rows.weights for frame in frames])
    np.testing.assert_array_equal([[float(cell) for cell in row[2:]] for row in mine], expected)
    assert [row[1] for row in mine] == ["0", "3", "6", "7"]


@given(st.lists(st.floats(), max_size=20), st.lists(st.binary(min_size=8, max_size=8), max_size=20))
def test_numbers_are_as_short_as_can_be_and_exact(numbers: list[float], patterns: list[bytes]) -> None:
    """The text is that of `repr` for every double, NaN and infinity too, whatever their bits."""
    values = numbers + [struct.unpack("<d", pattern)[0] for pattern in patterns]
    assert number_cells(np.array(values)) == [repr(value) for value in values]
    assert number_cells(np.array(values), missing="") == [repr(v) if v == v else "" for v in values]


@given(exponent=st.integers(-320, 308), digits=st.integers(1, 10**17))
def test_numbers_of_every_size_are_exact(exponent: int, digits: int) -> None:
    """Where one way of writing a number gives way to another, too."""
    values = [float(f"{digits}e{exponent - 8}"), 1.0, -float(f"{digits % 10}e{exponent}")]
    assert number_cells(np.array(values)) == [repr(value) for value in values]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula_to_a_spreadsheet(sign: str) -> None:
    """A leading ' keeps it text; a sign further on is left alone."""
    (cell,) = next(csv.reader([text_cell(sign + "cmd|x")]))
    assert cell == "'" + sign + "cmd|x"
    assert text_cell("a=b") == "a=b"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_every_name_is_one_cell(name: str) -> None:
    """Commas, quotes and line breaks included."""
    (row,) = csv.reader(io.StringIO(text_cell(name) + ",1", newline=""))
    assert row[-1] == "1"
    assert row[0] in (name, "'" + name)


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    """What was written before stays, nothing of what did not fit, and the error names the file."""

    class Full(io.FileIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            if self.tell() + len(data) <= 20:
                return super().write(data)
            super().write(data[:3])
            raise OSError(28, "No space left on device")

    path = tmp_path / "l.csv"
    file = LineFile(path)
    file.close()
    file._file = Full(path, "wb")
    file.write("first,1\n")
    with pytest.raises(OSError, match=r"No space left on device: .*l\.csv"):
        file.write("second,2,too long for this disk\n")
    file.write("third,3\n")
    file.close()
    assert path.read_text() == "first,1\nthird,3\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_device_is_named(tmp_path: Path) -> None:
    """A device cannot be cut back to whole lines: the error is still that of the writing."""
    with pytest.raises(OSError, match=r"No space left on device: '/dev/full'"):
        WeightsWriter("/dev/full", ["w"])


def test_a_log_that_cannot_begin_is_closed(tmp_path: Path) -> None:
    """No open file is left where the experiment cannot be written beside the log."""
    (tmp_path / "l.toml").mkdir()
    with pytest.raises(OSError, match=r"l\.toml"):
        LogWriter(tmp_path / "l.csv", parsed(TWO_RUNS))


def test_every_frame_is_in_the_file_at_once(tmp_path: Path) -> None:
    """A program that dies leaves the rows so far."""
    trainer = Trainer(parsed(TWO_RUNS), "numpy")
    with LogWriter(tmp_path / "l.csv", trainer.experiment) as log:
        log.write(trainer.first_frame())
        assert (tmp_path / "l.csv").read_text().count("\n") == 3


def test_an_experiment_that_is_there_already_keeps_its_comments(tmp_path: Path) -> None:
    """`train e.toml --log e.csv` must not rewrite e.toml; one with other settings is replaced."""
    source = tmp_path / "l.toml"
    source.write_text("# mine\n" + TWO_RUNS)
    LogWriter(tmp_path / "l.csv", Experiment.load(source)).close()
    assert source.read_text().startswith("# mine")
    changed = Experiment.load(source, ["training.epochs=3"])
    LogWriter(tmp_path / "l.csv", changed).close()
    assert Experiment.load(source) == changed


def test_changes_on_the_way_are_kept_beside_the_log(tmp_path: Path) -> None:
    """Closing with the experiment as it became leaves one that gives the same rows again."""
    experiment = parsed(TWO_RUNS)
    trainer = Trainer(experiment, "numpy")
    log = LogWriter(tmp_path / "l.csv", experiment)
    log.write(trainer.first_frame())
    log.write(trainer.advance(200))
    trainer.change(0, learning_rate=0.2, rule="heavy-ball")
    log.write(trainer.advance(10_000))
    log.close(trainer.experiment_so_far())
    again = logged(Experiment.load(tmp_path / "l.toml"), tmp_path / "m.csv", 77)
    assert again == (tmp_path / "l.csv").read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a log"),
        ("a,b\n1,2\n", "is not a log: its first line must be run,epoch,update"),
        (HEADER + "\nplain,0\n", "line 2 is not a row of a log"),
        (HEADER + "\nplain,0,0,0.1,0,x,,,,,,,\n", "line 2 is not a row of a log"),
        (HEADER + "\nplain,0.5,0,0.1,0,1,,,,,,,\n", "line 2 is not a row of a log"),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: str, said: str) -> None:
    """In one line, with the line of the file."""
    path = tmp_path / "l.csv"
    path.write_text(content)
    with pytest.raises(BadInputError, match=said):
        read_log(path)


def test_a_log_that_cannot_be_written_is_refused_beforehand(tmp_path: Path) -> None:
    """Missing folder, the experiment's own name, a folder in the experiment's place; a device needs nothing beside."""
    (tmp_path / "a.toml").mkdir()
    for name, said in (("none/l.csv", "does not exist"), ("l.toml", "ends in .csv"), ("a.csv", "is a folder")):
        with pytest.raises(BadInputError, match=said):
            check_log(tmp_path / name)
    check_log(os.devnull)
    LogWriter(os.devnull, parsed(TWO_RUNS)).close()
