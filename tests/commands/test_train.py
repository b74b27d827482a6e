"""Holds what `train` tells and writes, that a divergence is a result, and that an interrupt keeps the log."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from momentum_gui.cli import main
from momentum_gui.commands.shared.interrupt import Interrupt
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import read_log
from momentum_gui.lab.steps.log_columns import CHOICES
from momentum_gui.lab.training.frame import Frame
from momentum_gui.lab.training.trainer import Trainer

SHORT = ["--set", "training.epochs=3", "--engine", "numpy"]
ENDLESS = """
[problem]
dataset = "iris"
[training]
epochs = 1000000000
"""
DIVERGING = """
[problem]
dataset = "sine"
[network]
hidden_activation = "relu"
[training]
learning_rate = 5.0
epochs = 4
[[run]]
name = "far"
[[run]]
name = "near"
learning_rate = 0.01
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The JSON object of a training that ends well, with nothing else printed."""
    assert main(["train", *arguments, "--json"]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_the_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    """The contract's keys, with the numbers of the trainer itself."""
    answer = told(capsys, "iris", *SHORT)
    assert (answer["experiment"], answer["engine"]) == ("iris", "numpy")
    experiment = Experiment.load("iris", ["training.epochs=3"])
    frame = Trainer(experiment, "numpy").advance(10_000)
    for run, expected in zip(answer["runs"], frame.runs, strict=True):
        assert set(run) == {"name", "outcome", "epochs", "updates", "error", "accuracy", "seconds"}
        assert (run["name"], run["outcome"]) == (expected.name, "finished")
        assert (run["epochs"], run["updates"]) == (3, 360)
        assert (run["error"], run["accuracy"]) == (expected.error, expected.accuracy)
        assert run["seconds"] > 0


def test_a_line_for_each_run(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """On standard output, and nothing is written that was not asked for."""
    assert main(["train", "iris", *SHORT]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    assert re.fullmatch(
        r"plain     finished   3 epochs  360 updates  error 0\.\d+  accuracy \d+\.\d %  \d+\.\d\d s\n"
        r"momentum  finished   3 epochs  360 updates  error 0\.\d+  accuracy \d+\.\d %  \d+\.\d\d s\n",
        out,
    )
    assert list(folder.iterdir()) == []


def test_log_and_weights_are_written_and_can_be_run_again(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """L.csv, L.toml beside it, W.csv; L.toml gives the same log, and its comments are not lost by that."""
    told(capsys, "iris", *SHORT, "--log", "l.csv", "--weights", "w.csv")
    assert sorted(path.name for path in folder.iterdir()) == ["l.csv", "l.toml", "w.csv"]
    with open("l.toml", "a") as file:
        file.write("# mine\n")
    told(capsys, "l.toml", "--engine", "numpy", "--log", "m.csv")
    first = Path("l.csv").read_bytes()
    assert first == Path("m.csv").read_bytes()
    told(capsys, "l.toml", "--engine", "numpy", "--log", "l.csv")
    assert first == Path("l.csv").read_bytes()
    assert Path("l.toml").read_text().endswith("# mine\n")
    with open("w.csv") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 2 * 4
    assert len(rows[0]) == 2 + 4 * 5 + 5 + 5 * 3 + 3


def test_what_a_training_comes_from_is_not_overwritten(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Neither the experiment, nor its data, nor the experiment by way of the one beside the log."""
    Path("e.toml").write_text('[problem]\ndataset = "d.csv"\n')
    Path("d.csv").write_text("x,y\n1,a\n2,b\n")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    for arguments, said in (
        (["--log", "d.csv"], "would overwrite the data being learned"),
        (["--weights", "e.toml"], "would overwrite the experiment being trained"),
        (["--log", "e.csv", "--set", "training.epochs=2"], "--set has changed it"),
        (["--log", "w.csv", "--weights", "w.toml"], "which another option names"),
    ):
        assert main(["train", "e.toml", *arguments]) == 2
        out, error = capsys.readouterr()
        assert said in error
        assert out == ""
        assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_divergence_is_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0; null in JSON, nan or inf in the log; the other run goes on."""
    Path("e.toml").write_text(DIVERGING)
    far, near = told(capsys, "e.toml", "--log", "l.csv")["runs"]
    assert (far["outcome"], far["error"], far["accuracy"]) == ("diverged", None, None)
    assert (near["outcome"], near["epochs"], near["accuracy"]) == ("finished", 4, None)
    assert near["error"] < 1
    runs = read_log("l.csv")
    assert not np.isfinite(runs[0].rows.measures[-1, 0])
    assert runs[0].rows.epoch[-1] == far["epochs"] < 4
    assert runs[1].rows.epoch.tolist() == [0, 1, 2, 3, 4]


def test_file_may_stand_behind_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    """`--set a=1 b=2 FILE` and several `--set` are understood."""
    runs = told(capsys, "--engine", "numpy", "--set", "training.epochs=1", "training.seed=5", "iris")["runs"]
    again = told(
        capsys, "--set", "training.epochs=1", "--set", "training.seed=5", "--engine", "numpy", "--log", "l.csv", "iris"
    )["runs"]
    assert [run["error"] for run in runs] == [run["error"] for run in again]
    assert runs[0]["epochs"] == 1


def test_what_cannot_be_set_up_names_the_file(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Also where the fault shows only once data and network are there; and then no log has been begun."""
    Path("e.toml").write_text('[problem]\ndataset = "d.csv"\n')
    for content, said in (("x,y\n1,a\n2,a\n", "only one class"), ("", "is empty"), (None, "no such file")):
        Path("d.csv").unlink(missing_ok=True)
        if content is not None:
            Path("d.csv").write_text(content)
        assert main(["train", "e.toml", "--log", "l.csv"]) == 2
        error = capsys.readouterr().err
        assert error.startswith("momentum-gui: e.toml: ")
        assert said in error
    assert main(["train", "iris", "--set", "network.train_only=['w9[0,0]']"]) == 2
    assert "w9[0,0]" in capsys.readouterr().err
    change = "training.change=[{update = 3, weights = {'w9[0,0]' = 1.0}}]"
    assert main(["train", "iris", "--set", change, "--log", "l.csv"]) == 2
    assert 'training.change.weights = "w9[0,0]": no such weight' in capsys.readouterr().err
    assert not Path("l.csv").exists()


def test_a_full_disk_is_1_and_keeps_whole_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line that names the file."""
    from momentum_gui.lab.recording.line_file import LineFile

    write = LineFile.write

    def failing(self: LineFile, lines: str) -> None:
        if lines.startswith(("plain,0", "run,")):
            return write(self, lines)
        raise OSError(28, "No space left on device", "l.csv")

    monkeypatch.setattr(LineFile, "write", failing)
    assert main(["train", "iris", *SHORT, "--log", "l.csv"]) == 1
    assert capsys.readouterr().err == "momentum-gui: l.csv: No space left on device\n"
    assert [run.rows.epoch.tolist() for run in read_log("l.csv")] == [[0], [0]]


@pytest.mark.skipif(os.name != "posix", reason="a file that is open cannot be removed there")
def test_a_log_that_is_removed_meanwhile_is_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was to be written is lost, and one line says so: found at the next row, or at the end."""
    from momentum_gui.commands.shared.outputs import Outputs

    for last in (False, True):
        Path("d").mkdir()
        write = Outputs.write

        def removing(self: Outputs, frame: Frame, last: bool = last, write: Any = write) -> None:
            write(self, frame)
            if Path("d").exists() and (frame.runs[0].epoch == 3 or not last):
                shutil.rmtree("d")

        with monkeypatch.context() as patched:
            patched.setattr(Outputs, "write", removing)
            assert main(["train", "iris", "--set", "training.epochs=3", "--log", "d/l.csv"]) == 1
        out, error = capsys.readouterr()
        assert out == ""
        assert error == "momentum-gui: d/l.csv: was removed while it was being written\n"


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_links_in_a_circle_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """For every file that is to be written, before anything is trained."""
    Path("l.png").symlink_to("l.png")
    for option in ("--plot", "--log", "--weights", "--anatomy"):
        assert main(["train", "iris", *SHORT, option, "l.png"]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"momentum-gui: {option} l.png: nothing can be written there: ")
        assert error.count("\n") == 1


STOPPING = [
    number for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE") if (number := getattr(signal, name, None)) is not None
]


@pytest.mark.skipif(os.name != "posix", reason="needs SIGHUP")
def test_a_hang_up_that_is_ignored_stays_ignored() -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupt() as interrupt:
            signal.raise_signal(signal.SIGHUP)
            assert not interrupt.asked
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", STOPPING)
def test_an_interrupt_keeps_the_log(number: signal.Signals) -> None:
    """130; the log ends with a whole line, its experiment is beside it, and the runs are told as stopped."""
    Path("e.toml").write_text(ENDLESS)
    command = [sys.executable, "-m", "momentum_gui", "train", "e.toml", "--engine", "numpy", "--log", "l.csv", "--json"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    training = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    end = time.monotonic() + 60
    while not (Path("l.csv").exists() and Path("l.csv").read_text().count("\n") > 3):
        assert training.poll() is None, training.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    training.send_signal(number)
    out, error = training.communicate(timeout=30)
    assert training.returncode == 130
    assert error == ""
    (run,) = json.loads(out)["runs"]
    assert run["outcome"] == "stopped"
    assert Path("l.csv").read_text().endswith("\n")
    (logged,) = read_log("l.csv")
    assert logged.rows.epoch.tolist() == list(range(run["epochs"] + 1))
    assert Experiment.load("l.toml") == Experiment.load("e.toml")


def test_handlers_are_given_back(capsys: pytest.CaptureFixture[str]) -> None:
    """After a training Ctrl-C does what it did before; and a training works where no handlers are allowed."""
    before = signal.getsignal(signal.SIGINT)
    told(capsys, "iris", *SHORT)
    assert signal.getsignal(signal.SIGINT) is before
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(main(["train", "iris", *SHORT])))
    thread.start()
    thread.join()
    assert answers == [0]


def test_columns_and_anatomy_are_written_as_chosen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names with commas between them or in options of their own; the weights named; the log's L.toml gives it again."""
    chosen = ["--columns", "gain,agreement", "--columns", "half_life_epochs", "--anatomy", "A.csv"]
    told(capsys, "iris", *SHORT, "--log", "L.csv", *chosen, "--weight", "w1[0,0]", "--weight", "b2[1]")
    header, *rows = csv.reader((folder / "L.csv").read_text().splitlines())
    assert header[13:] == ["agreement", "gain", "half_life_epochs"]
    assert len(rows) == 2 * 4
    parts = list(csv.DictReader((folder / "A.csv").read_text().splitlines()))
    assert [row["weight"] for row in parts] == ["w1[0,0]", "b2[1]"] * 6
    told(capsys, "L.toml", "--engine", "numpy", "--log", "again.csv", *chosen[:-1], "B.csv", "--weight", "b2[1]")
    assert (folder / "again.csv").read_text() == (folder / "L.csv").read_text()
    again = list(csv.DictReader((folder / "B.csv").read_text().splitlines()))
    assert again == [row for row in parts if row["weight"] == "b2[1]"]


def test_the_default_log_is_the_same_beside_an_anatomy(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The contract's bytes, whatever else is written; the anatomy of every weight needs no log."""
    told(capsys, "iris", *SHORT, "--log", "plain.csv")
    told(capsys, "iris", *SHORT, "--log", "beside.csv", "--anatomy", "A.csv")
    told(capsys, "iris", *SHORT, "--anatomy", "B.csv")
    assert (folder / "plain.csv").read_bytes() == (folder / "beside.csv").read_bytes()
    assert (folder / "A.csv").read_bytes() == (folder / "B.csv").read_bytes()
    assert (folder / "A.csv").read_text().count("\n") == 1 + 2 * 3 * 43


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--log", "L.csv", "--columns", "gain,gian"], '"gian": no such column; allowed are gradient_part_norm, agree'),
        (["--columns", "gain"], "--columns: adds to a log, and there is none"),
        (["--weight", "w1[0,0]", "--log", "L.csv"], "--weight: chooses what --anatomy writes"),
        (["--anatomy", "A.csv", "--weight", "w3[0,0]"], '--weight = "w3\\[0,0\\]": no such weight; this network\'s 43'),
        (["--anatomy", "L.csv", "--log", "L.csv"], "--anatomy L.csv: is the file of --log too"),
        (["--anatomy", "none/A.csv", "--log", "L.csv"], "--anatomy none/A.csv: the folder none does not exist"),
        (["--anatomy", "L.toml", "--log", "L.csv"], "--log L.csv: its experiment goes to L.toml"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """In one line, and nothing is written."""
    assert main(["train", "iris", *SHORT, *arguments]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert re.search(said, error)
    assert list(folder.iterdir()) == []


def test_help_names_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what it tells, and the gain's window."""
    assert main(["train", "--help"]) == 0
    text = capsys.readouterr().out
    for column in CHOICES:
        assert f"  {column.name} " in text
    assert "last 64 updates" in " ".join(text.split())
