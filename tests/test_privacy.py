"""Holds that nothing leaves this machine, that no text of others is run, and that reading other files is said."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_gui.cli import main

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "momentum_gui"
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
PICKLES = {"pickle", "marshal", "shelve", "dill"}
SHELLS = {"system", "popen", "getoutput", "getstatusoutput"}
MAY_UNPICKLE = {"lab/sweep/block.py"}
"""Blocks of sweeps for processes of its own and for clusters; nothing that is read from a file."""

WATCHED = """
import sys
calls = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
        if not (event == "socket.connect" and isinstance(arguments[1], (str, bytes))):  # the display is a local socket
            calls.append((event, repr(arguments)))
sys.addaudithook(watch)
"""
COMMANDS = """
from momentum_gui.cli import main
short = ["--set", "training.epochs=2", "--engine", "numpy"]
assert main(["train", "iris", *short, "--log", "l.csv", "--plot", "p.png"]) == 0
assert main(["sweep", "xor", "--learning-rate", "0.1,0.2", "--momentum", "0", *short, "--csv", "S.csv"]) == 0
assert main(["surface", "xor", "--plane", "random", "--size", "5", "--csv", "s.csv", *short]) == 0
assert main(["script", "iris", "--out", "run.py"]) == 0
assert not calls, calls
"""
WINDOW = """
from momentum_gui.gui.app import application
from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.snapshot import process_until
from momentum_gui.gui.state import Activity
from momentum_gui.lab.experiment import Experiment
application()
window = MainWindow(Experiment.load("iris"))
window.show()
session = window.session
assert process_until(lambda: session.record is not None and session.state is Activity.READY, 60)
session.step(3)
for title in window.views.titles:
    window.views.show(title)
    window.views.draw_all()
    process_until(lambda: False, 0.02)
window.close()
assert process_until(lambda: session.is_closed, 60)
assert not calls, calls
"""


def sources() -> list[tuple[str, ast.Module]]:
    """Every module of the program in which one of the words occurs, parsed."""
    texts = {file: file.read_text(encoding="utf-8") for file in sorted(PACKAGE.rglob("*.py"))}
    words = (*(f"{name}(" for name in RUNS_TEXT | SHELLS), "shell", *PICKLES)
    return [
        (file.relative_to(PACKAGE).as_posix(), ast.parse(text))
        for file, text in texts.items()
        if any(word in text for word in words)
    ]


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_no_text_is_run() -> None:
    """No eval, exec or compile, no shell, and pickles only where a sweep talks to its own processes."""
    found = []
    for name, module in sources():
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                method = isinstance(node.func, ast.Attribute)
                by_name = called(node) in RUNS_TEXT and not method
                owner = getattr(node.func.value, "id", "") if isinstance(node.func, ast.Attribute) else ""
                shell = owner in ("os", "subprocess") and called(node) in SHELLS
                shell = shell or any(key.arg == "shell" for key in node.keywords)
                if by_name or shell:
                    found.append(f"{name}:{node.lineno}: {called(node)}")
            names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            if PICKLES & set(names) and name not in MAY_UNPICKLE:
                found.append(f"{name}: imports {names}")
    assert found == []


@pytest.mark.parametrize("work", [COMMANDS, WINDOW], ids=["commands", "window"])
def test_nothing_talks_to_a_network(work: str, tmp_path: Path) -> None:
    """No connection, no open port, no name looked up: the commands, then the window and its views."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WATCHED + work],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("way", ["absolute", "above", "link"])
def test_data_from_elsewhere_are_said(
    way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An experiment that reads a file outside its folder says so; one whose data lie below it does not."""
    folder = tmp_path / "received"
    (folder / "data").mkdir(parents=True)
    table = "x,y\n1,2\n2,4\n3,5\n4,9\n"
    (tmp_path / "private.csv").write_text(table)
    (folder / "data" / "own.csv").write_text(table)
    (folder / "link.csv").symlink_to(tmp_path / "private.csv")
    monkeypatch.chdir(folder)
    dataset = {"absolute": str(tmp_path / "private.csv"), "above": "../private.csv", "link": "link.csv"}[way]
    for name, said in ((dataset, True), ("data/own.csv", False)):
        Path("e.toml").write_text(f'[problem]\ndataset = "{name}"\n[training]\nepochs = 1\n')
        assert main(["train", "e.toml", "--engine", "numpy"]) == 0
        note = f"e.toml: note: learns from {tmp_path / 'private.csv'}, outside the folder of the experiment"
        assert (note in capsys.readouterr().err) == said
    assert main(["train", "e.toml", "--engine", "numpy", "--set", f"problem.dataset={tmp_path / 'private.csv'}"]) == 0
    assert "outside" not in capsys.readouterr().err
