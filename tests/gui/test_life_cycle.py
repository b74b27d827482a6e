"""Windows and workers that come and go: nothing is left behind, nothing hangs, and Qt takes no references."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QThread

from momentum_gui.gui.state import Activity, WindowState
from momentum_gui.gui.training.pace import FULL_SPEED
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.experiment import Experiment, edits
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest, close, end, take_until

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.usefixtures("leaves_nothing")

WINDOWS = """
import sys, time
from momentum_gui.gui import app
from momentum_gui.gui.style import theme
from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.state import Activity
from momentum_gui.gui.snapshot import process_until, without_needless_warning
from momentum_gui.lab.experiment import Experiment

with without_needless_warning():
    application = app.application()
    theme.set_theme("light")
    for number in range(6):
        window = MainWindow(Experiment.load("xor"), engine="numpy")
        window.show()
        session = window.session
        assert process_until(lambda: session.record is not None and session.state is Activity.READY, 30)
        session.run()
        assert process_until(lambda: session.record.latest.position > 0, 30)
        if number % 2:
            session.pause()
            session.reset()
        window.close()
        assert process_until(lambda: session.is_closed, 30)
        window.deleteLater()
        del window, session
    # The last one is left open and running: the program's end must not hang or abort because of it.
    window = MainWindow(Experiment.load("xor"), engine="numpy")
    window.show()
    assert process_until(lambda: window.session.record is not None, 30)
    window.session.run()
    process_until(lambda: window.session.state is Activity.RUNNING, 30)
print("done")
"""


def enters(session: Session, activity: Activity) -> None:
    """Wait until a session does something."""
    take_until(session, lambda: session.state is activity, f"it is {activity.value}")


def test_two_hundred_cycles(qapp: object, xor: Experiment) -> None:
    """200 times started, paused, reset and closed: no thread is left, no Qt warning comes."""
    threads = threading.active_count()
    experiment = edits.with_settings(xor, {"training": {"epochs": 1_000_000}})
    for number in range(200):
        session = Session(engine="numpy")
        session.load(experiment)
        session.run()
        enters(session, Activity.RUNNING)
        if number % 4 == 0:
            session.pause()
            enters(session, Activity.PAUSED)
        if number % 4 == 1:
            session.reset()
            session.run()
        end(session)
        del session
    gc.collect()
    assert threading.active_count() == threads


def test_the_program_ends(tmp_path: Path) -> None:
    """Windows opened, run and closed again and again, the last one left running: exit 0 and not a word."""
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS],
        cwd=ROOT,
        env={**__import__("os").environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_closed_at_full_speed(make_window: MakeWindow, xor: Experiment) -> None:
    """A window that is closed while it trains at full speed is out of sight at once and gone soon after."""
    window = make_window(edits.with_settings(xor, {"training": {"epochs": 1_000_000_000}}))
    window.session.pace.updates_per_second = FULL_SPEED
    window.session.run()
    wait_until(lambda: window.session.record.latest.epochs > 10, "it runs")  # type: ignore[union-attr]
    window.close()
    assert not window.isVisible()
    wait_until(lambda: window.session.is_closed, "it is closed", 5.0)


def test_closed_before_it_began(make_window: MakeWindow, xor: Experiment) -> None:
    """Closing right after opening, and closing twice, is as good as any other time."""
    from momentum_gui.gui.main_window import MainWindow

    window = MainWindow(xor, engine="numpy")
    window.show()
    window.close()
    window.close()
    close(window)


def test_an_endless_chunk_does_not_hang_the_window(
    make_window: MakeWindow, xor: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the worker is stuck in a long update, the window stays alive and can be closed."""
    from momentum_gui.lab.training.trainer import Trainer

    window = make_window(xor)
    go_on = threading.Event()
    real = Trainer.advance

    def slow(self: Trainer, updates: int = 1) -> object:
        go_on.wait(10)
        return real(self, updates)

    monkeypatch.setattr(Trainer, "advance", slow)
    window.session.step()
    began = time.monotonic()
    for _ in range(20):
        QCoreApplication.processEvents()
        window.tick()
    window.close()
    assert time.monotonic() - began < 1.0
    assert not window.isVisible()
    assert not window.session.is_closed
    go_on.set()
    wait_until(lambda: window.session.is_closed, "it is closed", 5.0)


def test_qt_takes_no_references(make_window: MakeWindow, xor: Experiment) -> None:
    """1,000 redraws of every visible plot leave the reference counts of None, True and False where they were.

    PySide6 6.12.0 on Python 3.11 takes some that it does not own at each, and then aborts.
    """
    window = make_window(xor)
    window.resize(700, 500)
    window.session.run()
    wait_until(lambda: window.session.state is Activity.FINISHED, "the training ends", 30.0)
    at_rest(window)
    shown = [page for page in window.views.pages if page.isVisible()]

    def redraw(times: int) -> None:
        for _ in range(-(-times // len(shown))):
            window.views.draw_all()
            QCoreApplication.processEvents()

    def counts() -> np.ndarray:
        gc.collect()
        return np.array([sys.getrefcount(thing) for thing in (None, True, False)])

    redraw(60)
    rounds = [counts()]
    for _ in range(5):
        redraw(200)
        rounds.append(counts())
    # What is loaded or made once, in a thread of its own perhaps, shows in a round or two; what redraws take, in all.
    assert (np.abs(np.diff(rounds, axis=0)).min(axis=0) < 60).all(), rounds


def test_views_are_drawn_in_the_window_only(make_window: MakeWindow, xor: Experiment) -> None:
    """The record is extended and drawn in the window's thread, whatever the worker does."""
    window = make_window(xor)
    seen = set()
    for view in window.views.existing:
        real = view.show_state

        def watched(state: WindowState, real: Callable[[WindowState], None] = real) -> None:
            seen.add(QThread.currentThread())
            real(state)

        view.show_state = watched  # type: ignore[method-assign]
    window.session.run()
    wait_until(lambda: window.session.state is Activity.FINISHED, "the training ends", 30.0)
    at_rest(window)
    assert seen == {window.thread()}
