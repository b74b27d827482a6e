"""Holds the command line's contract: exit statuses, one clear line for what is wrong, help, quick small commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_gui import __version__
from momentum_gui.cli import main
from momentum_gui.lab.experiment import built_in_names
from momentum_gui.printable import CONTROL

ROOT = Path(__file__).resolve().parent.parent


def momentum_gui(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "momentum_gui", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian", "iris"], "invalid choice: 'trian'"),
        (["train"], "FILE is missing"),
        (["train", "none.toml"], "no such file or built-in experiment; built in are"),
        (["train", "iris", "--foo"], "unrecognized arguments: --foo"),
        (["train", "iris", "--set", "training.momentum=1"], "iris: training.momentum = 1: allowed is a number from 0"),
        (["train", "iris", "--set", "training.momentum"], "write it as section.key=value"),
        (["train", "iris", "--engine", "fast"], "allowed are auto, compiled, numpy"),
        (["train", "iris", "--log", "none/l.csv"], "--log none/l.csv: the folder none does not exist"),
        (["train", "iris", "--weights", "."], "--weights .: is a folder"),
        (["train", "iris", "--plot", "p.bmp"], "--plot p.bmp: allowed are names that end in .png, .svg, .pdf"),
        (["train", "iris", "--log", "a.csv", "--weights", "a.csv"], "is the file of --log too"),
        (["train", "iris", "--log", "a.toml"], "choose one that ends in .csv"),
        (["rules", "--momentum", "1"], "--momentum 1.0: allowed is a number from 0 up to, not including, 1"),
        (["rules", "--momentum", "nan"], "--momentum nan: allowed is"),
        (["rules", "--momentum", "x"], "invalid float value: 'x'"),
        (["rules", "--curvature", "0", "1"], "allowed are two finite numbers above 0"),
        (["rules", "--curvature", "1"], "expected 2 arguments"),
        (["snapshot", "iris"], "the following arguments are required: --out"),
        (["snapshot", "iris", "--out", "none/out"], "the folder none does not exist"),
        (["snapshot", "iris", "--out", "out", "--size", "10x10"], "--size 10x10: allowed is WIDTHxHEIGHT"),
        (["snapshot", "iris", "--out", "out", "--theme", "pink"], "invalid choice: 'pink'"),
        (["open", "none.toml"], "no such file or built-in experiment"),
    ],
)
def test_bad_input_is_one_line_and_2(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing on standard output, nothing written."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("momentum-gui: ")
    assert error.count("\n") == 1
    assert said in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "a\x1b]0;b\x07.toml"],
        ["train", "iris", "--set", "training.\x1b[2J=1"],
        ["train", "iris", "--set", 'training.rule="\x9b2J"'],
        ["snapshot", "iris", "--out", "\x1b[2J/\u202e"],
        ["train", "\x1b[2J.csv"],
    ],
)
def test_nothing_that_a_terminal_obeys_is_printed(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not from names of files, keys, values or classes; the escape is shown instead."""
    monkeypatch.chdir(tmp_path)
    Path("\x1b[2J.csv").write_text("a,b\n1,x\n2,x\n")
    assert main(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert CONTROL.search(error.removesuffix("\n")) is None
    assert "\\" in error


@pytest.mark.skipif(os.name != "posix", reason="needs pipes with names")
def test_no_device_and_no_pipe_is_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither as an experiment nor as its data: a link to /dev/zero never ends, a pipe waits for a writer."""
    monkeypatch.chdir(tmp_path)
    for suffix in ("toml", "csv", "csv.gz"):
        Path(f"zero.{suffix}").symlink_to("/dev/zero")
        os.mkfifo(f"pipe.{suffix}")
        for name in (f"zero.{suffix}", f"pipe.{suffix}"):
            Path("e.toml").write_text(f'[problem]\ndataset = "{name}"\n')
            for file in (name, "e.toml") if suffix == "csv" else (name,):
                assert main(["train", file]) == 2
                assert f"{name}: is a device or a pipe: a regular file is needed" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["open"], ["open", "iris"]])
def test_without_a_display_69(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line that says what to do instead, and Qt does not get to abort."""
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert main(arguments) == 69
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert "no display" in error
    assert "momentum-gui snapshot" in error


def test_help_and_version_are_0(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard output; the help names every command."""
    assert main(["--version"]) == 0
    version, engine, qt, python = capsys.readouterr().out.splitlines()
    assert version == f"momentum-gui {__version__}"
    assert engine.startswith(("engine: compiled (numba ", "engine: numpy (NumPy "))
    assert re.fullmatch(r"Qt: 6\.\d+\.\d+ \(PySide6 6\.[\d.]+\)", qt)
    assert python.startswith("Python: 3.")
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in ("open", "train", "snapshot", "examples", "rules", "bench"):
        assert f"\n    {command} " in out
        assert main([command, "--help"]) == 0


def test_examples_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each, the name first."""
    assert main(["examples"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == built_in_names()
    assert all(len(line.split()) > 1 for line in lines)


def test_small_commands_load_nothing_slow() -> None:
    """`rules` and `examples` need neither Qt, nor numba, nor rich."""
    code = (
        "import sys; from momentum_gui.cli import main; status = main(sys.argv[1:]);"
        "slow = {name.partition('.')[0] for name in sys.modules} & {'PySide6', 'pyqtgraph', 'numba', 'rich'};"
        "sys.exit(str(slow) if slow else status)"
    )
    for arguments in (["rules"], ["examples"], ["train", "iris", "--engine", "x"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == (2 if "x" in arguments else 0), done.stderr


def test_main_py_is_the_same_command() -> None:
    """`python main.py …` from a checkout."""
    done = subprocess.run(
        [sys.executable, "main.py", "rules", "--momentum", "2"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "momentum-gui: --momentum 2.0: allowed is a number from 0 up to, not including, 1\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_1() -> None:
    """A full disk behind standard output: one line, and no second complaint when the program ends."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "momentum_gui", "rules"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "momentum-gui: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_closed_streams_are_no_error() -> None:
    """As a service may start it: what is printed goes nowhere; without standard input there is no experiment."""
    for command, status, said in (("rules >&-", 0, ""), ("train - <&-", 2, "momentum-gui: standard input: is closed")):
        line = f"exec '{sys.executable}' -m momentum_gui {command}"
        done = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        assert done.stderr.startswith(said)
        assert done.stderr.count("\n") == (status != 0)


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize(
    ("command", "status"),
    [("train none.toml 2>&-", 2), ("train xor --set training.epochs=2 2>&-", 0), ("train none.toml 2>/dev/full", 2)],
)
def test_the_status_is_right_where_nobody_hears_the_message(command: str, status: int) -> None:
    """Standard error closed, or full; no message goes to standard output instead."""
    line = f"unset PYTHONUNBUFFERED; exec '{sys.executable}' -m momentum_gui {command}"
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == status
    assert bool(done.stdout) == (status == 0)


def test_a_reader_that_leaves_is_no_error() -> None:
    """`momentum-gui rules | head -1` prints no complaint."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "momentum_gui", "rules"],
        cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(write)
    assert done.stderr == ""


def test_a_terminal_without_the_signs_gets_the_rest() -> None:
    """Where μ or λ cannot be written, something else stands for them, and the table is there."""
    done = momentum_gui("rules", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "heavy-ball" in done.stdout
