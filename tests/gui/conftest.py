"""What the tests of the window share: windows and sessions that end with their test, and small experiments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.state import Activity
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.pace import FULL_SPEED
from momentum_gui.gui.training.session import Session
from momentum_gui.gui.window.preferences import Memory
from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until

MakeWindow = Callable[..., MainWindow]
MakeSession = Callable[..., Session]


@pytest.fixture
def patient_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at a past update is not given up because the machine is busy."""
    monkeypatch.setattr("momentum_gui.gui.training.worker.LOOK_SECONDS", 60.0)


@pytest.fixture
def make_session(qapp: object) -> Iterator[MakeSession]:
    """Makes sessions that stand ready with an experiment; they end with the test."""
    sessions: list[Session] = []

    def make(experiment: Experiment, engine: str = "numpy") -> Session:
        session = Session(engine=engine)
        sessions.append(session)
        session.load(experiment)
        take_until(
            session, lambda: session.record is not None and session.state is Activity.READY, "the training is ready"
        )
        return session

    yield make
    while sessions:
        end(sessions.pop())


@pytest.fixture
def make_window(qtbot: QtBot) -> Iterator[MakeWindow]:
    """Makes windows that are shown and ready with an experiment; they end with the test."""
    windows: list[MainWindow] = []
    theme.set_theme("light")

    def make(
        experiment: Experiment, engine: str = "numpy", memory: Memory | None = None, *, full_speed: bool = True
    ) -> MainWindow:
        window = MainWindow(experiment, engine=engine, memory=memory)
        windows.append(window)
        window.show()
        ready(window)
        if full_speed:
            window.session.pace.updates_per_second = FULL_SPEED
        return window

    yield make
    while windows:
        close(windows.pop())


def take_until(session: Session, condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    """Take in what the worker delivers until a condition holds."""

    def holds() -> bool:
        session.take()
        return condition()

    wait_until(holds, what, seconds)


def ready(window: MainWindow) -> None:
    """Wait until the window's training stands at its start, or where a saved session stood."""
    session, resting = window.session, (Activity.READY, Activity.PAUSED, Activity.FINISHED)
    wait_until(lambda: session.record is not None and session.state in resting, "the window is ready", 30.0)
    at_rest(window)


def at_rest(window: MainWindow) -> None:
    """Wait until the window has taken in and drawn all there is."""
    wait_until(lambda: not window.is_ticking, "the window is at rest", 20.0)


def end(session: Session) -> None:
    """End a session and wait until its thread is gone."""
    session.close()
    wait_until(lambda: session.is_closed, "the session ends")


def close(window: MainWindow) -> None:
    """Close a window and wait until it is gone."""
    window.close()
    wait_until(lambda: window.session.is_closed, "the window closes", 30.0)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
