"""Garbage with widgets in it is collected in the window's thread alone, and closed windows leave nothing behind."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from momentum_gui.gui.collector import Collector
from momentum_gui.lab.experiment import Experiment
from tests.conftest import ROOT, wait_until
from tests.gui.conftest import MakeWindow

WINDOWS = """
import gc, random, sys, time
from PySide6.QtWidgets import QApplication
from momentum_gui.gui import app
from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.snapshot import process_until, without_needless_warning
from momentum_gui.gui.style import theme
from momentum_gui.gui.window.failures import FailureDialog
from momentum_gui.gui.panels.run_dialog import RunDialog
from momentum_gui.lab.experiment import Experiment

chance = random.Random(3)

def memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

def pass_time(seconds):
    end = time.monotonic() + seconds
    process_until(lambda: time.monotonic() > end, 5)

def use(number):
    window = MainWindow(Experiment.load(chance.choice(("xor", "ravine", "iris"))), engine="numpy")
    window.show()
    process_until(lambda: window.session.record is not None, 30)
    window.views.show(chance.choice(window.views.titles))
    if chance.random() < 0.3:
        window.views.show("Sweep").start_sweep()
    window.session.run()
    window.wake()
    pass_time(chance.random() * 0.06)
    for _ in range({dialogs}):
        dialog = chance.choice((
            lambda: FailureDialog(window, "text", "details", None),
            lambda: RunDialog(window, "name", window.session.settings[0], 0, None, "origin"),
        ))()
        dialog.open()
        dialog.reject()
    session = window.session
    window.close()
    process_until(lambda: session.is_closed, 20)

with without_needless_warning():
    application = app.application()
    theme.set_theme("light")
    for number in range({windows}):
        use(number)
        if number == 19:
            gc.collect()
            begun = memory()
    gc.collect()
    pass_time(0.05)
    print(len(QApplication.allWidgets()), round((memory() - begun) / ({windows} - 20), 2))
"""


class Watched(QLabel):
    """A label in a cycle of its own, which only the collector can free; it notes in which thread that is."""

    freed: list[object] = []  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.me = self

    def __del__(self) -> None:
        self.freed.append(threading.current_thread())


def test_no_widget_is_freed_in_another_thread(qapp: QObject) -> None:
    """However much another thread allocates, cycles with widgets are freed in the window's thread."""
    Watched.freed.clear()
    collector = Collector()
    collector.want()
    try:
        for _ in range(20):
            Watched()
        hoard: list[list[object]] = []

        def allocate() -> None:
            hoard.extend([[]] for _ in range(100_000))

        thread = threading.Thread(target=allocate)
        thread.start()
        thread.join()
        assert Watched.freed == []
        assert not gc.isenabled()
        hoard.extend([[]] for _ in range(20_000))
        wait_until(lambda: len(Watched.freed) == 20, "they are collected")
        assert set(Watched.freed) == {threading.main_thread()}
    finally:
        collector.release()
    assert gc.isenabled()


@pytest.mark.usefixtures("leaves_nothing")
def test_python_collects_again_when_the_last_window_has_closed(make_window: MakeWindow, xor: Experiment) -> None:
    """With two windows open, the first that closes changes nothing."""
    assert gc.isenabled()
    windows = [make_window(xor), make_window(xor)]
    for window in windows:
        assert not gc.isenabled()
        window.close()
        wait_until(lambda window=window: window.session.is_closed, "the window closes")
    wait_until(gc.isenabled, "Python collects again")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
def test_windows_and_dialogs_leave_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A hundred windows and five hundred dialogs, closed at random moments, leave no widget and less than 1 MB each."""
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS.replace("{windows}", "100").replace("{dialogs}", "5")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    widgets, grown = done.stdout.split()
    assert int(widgets) == 0
    assert float(grown) < 1.0
    assert done.stderr == ""
