"""The program with a window: nobody waits for work that cannot be interrupted, and views use the engine asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.lab.experiment import Experiment
from tests.gui.conftest import close

ROOT = Path(__file__).resolve().parent.parent.parent

STUCK = """
import sys, time
from PySide6.QtCore import QTimer
from momentum_gui.engine import engines
from momentum_gui.gui import app, main_window
from momentum_gui.gui.mailbox import State
from momentum_gui.gui.snapshot import without_needless_warning
from momentum_gui.gui.worker import Worker

def prepare(self):
    self._enter(State.PREPARING)
    time.sleep(100)  # like a compilation: it looks at nothing until it is done

def end():
    window = next(each for each in application.topLevelWidgets() if isinstance(each, main_window.MainWindow))
    if window.session.state is State.PREPARING:
        timer.stop()
        print("preparing", flush=True)
        {"close": window.close, "quit": application.quit}[sys.argv[1]]()

Worker._prepare = prepare
with without_needless_warning():
    application = app.application()
    timer = QTimer()
    timer.timeout.connect(end)
    timer.start(20)
    sys.exit(app.run())
"""


def leaving(way: str, folder: Path) -> tuple[int, str, str]:
    """Exit status and words of a program that is left in this way while the engine is prepared."""
    done = subprocess.run(
        [sys.executable, "-c", STUCK, way],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_left_while_the_engine_is_prepared(tmp_path: Path) -> None:
    """Closed or told to quit in the middle of a compilation, the program ends soon, with 0 and without a word."""
    for way in ("close", "quit"):
        assert leaving(way, tmp_path) == (0, "preparing\n", "")


def test_views_use_the_engine_asked_for(qapp: object, xor: Experiment) -> None:
    """A window that is to train with NumPy sweeps with NumPy too."""
    for asked in ("numpy", "auto"):
        window = MainWindow(xor, engine=asked)
        assert getattr(window.views.of_title("Sweep"), "engine", "") == asked
        close(window)
