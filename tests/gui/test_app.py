"""The program with a window: it ends when the window does, or when it is interrupted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import os, signal, sys
from PySide6.QtCore import QTimer
from momentum_gui.gui import app
from momentum_gui.gui.snapshot import without_needless_warning

def look():
    windows = [w for w in app.application().topLevelWidgets() if type(w).__name__ == "MainWindow"]
    if windows and windows[0].session.record is not None:
        {what}
        timer.stop()

with without_needless_warning():
    application = app.application()
    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    sys.exit(app.run(None))
"""


@pytest.mark.parametrize(
    ("what", "status", "told"),
    [
        ("windows[0].close()", 0, ""),
        ("application.quit()", 0, ""),
        ("os.kill(os.getpid(), signal.SIGINT)", 130, ""),
        ("windows[0].close(); raise OSError('no such thing')", 0, "OSError: no such thing"),
    ],
)
def test_it_ends(tmp_path: Path, what: str, status: int, told: str) -> None:
    """Closed, quit or interrupted, the program ends with the right status; an error in a slot does not end it."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(what=what)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert told in done.stderr
    assert bool(done.stderr) == bool(told)
    assert (tmp_path / "momentum-gui" / "window.ini").is_file()


@pytest.mark.parametrize("other", ["", "application = QCoreApplication([])"])
def test_a_window_without_an_application_is_an_error_and_no_abort(other: str) -> None:
    """Python goes on; the error says what to do. An application without windows is not enough."""
    code = f"""
from PySide6.QtCore import QCoreApplication
from momentum_gui.gui.main_window import MainWindow
from momentum_gui.lab.experiment import Experiment
{other}
try:
    MainWindow(Experiment.load("xor"))
except RuntimeError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "needs a QApplication: call momentum_gui.show(experiment)" in done.stdout
