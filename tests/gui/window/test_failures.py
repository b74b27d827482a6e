"""An error that nobody foresaw, wherever it happens: one dialog tells of it, and the window goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.state import Activity
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.window.failures import Failures
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def fail() -> None:
    """What nobody foresees."""
    raise ZeroDivisionError("a planted error")


class Unpaintable(QWidget):
    """A widget whose painting fails once."""

    def paintEvent(self, event: QPaintEvent) -> None:
        self.hide()
        fail()


def in_a_slot(window: MainWindow) -> None:
    button = QPushButton(window)
    button.clicked.connect(fail)
    button.click()


def in_a_timer(window: MainWindow) -> None:
    QTimer.singleShot(0, fail)


def in_painting(window: MainWindow) -> None:
    Unpaintable(window).show()


def in_a_thread(window: MainWindow) -> None:
    threading.Thread(target=fail).start()


def in_background_work(window: MainWindow) -> None:
    work = Background(window)
    work.request(lambda cancelled: fail())
    QTimer.singleShot(200, work.close)


PLACES: tuple[Callable[[MainWindow], None], ...] = (
    in_a_slot,
    in_a_timer,
    in_painting,
    in_a_thread,
    in_background_work,
)


@pytest.fixture
def watched(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> Iterator[MainWindow]:
    """A window that takes in what nobody else catches."""
    window = make_window(xor)
    window.failures.watch()
    try:
        yield window
    finally:
        window.failures.unwatch()


@pytest.mark.parametrize("happens", PLACES)
def test_it_is_told_and_the_window_goes_on(
    watched: MainWindow, happens: Callable[[MainWindow], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """One dialog says what failed and where the details are; the training runs to its end afterwards."""
    happens(watched)
    wait_until(lambda: watched.failures.dialog is not None, "the dialog is there")
    dialog = watched.failures.dialog
    assert dialog is not None
    assert "ZeroDivisionError" in dialog.message.text()
    assert "a planted error" in dialog.message.text()
    assert str(watched.failures.log) in dialog.place.text()
    assert "a planted error" in watched.failures.log.read_text()
    dialog.copy.click()
    assert "in fail" in QGuiApplication.clipboard().text()
    dialog.reject()
    wait_until(lambda: watched.failures.dialog is None, "the dialog is gone")
    watched.session.run()
    watched.wake()
    wait_until(lambda: watched.session.state is Activity.FINISHED, "the training ends", 20.0)
    assert "a planted error" in capsys.readouterr().err


def test_more_errors_are_added_to_the_dialog(watched: MainWindow, capsys: pytest.CaptureFixture[str]) -> None:
    """A second error while the dialog is open does not open another."""
    in_a_timer(watched)
    wait_until(lambda: watched.failures.dialog is not None, "the dialog is there")
    first = watched.failures.dialog
    in_a_timer(watched)
    assert first is not None
    wait_until(lambda: "1 more" in first.message.text(), "it is added")
    assert watched.failures.dialog is first
    first.reject()
    assert capsys.readouterr().err.count("ZeroDivisionError: ") == 2


def test_a_worker_that_fails(make_window: MakeWindow, xor: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in the worker is told too; everything trained so far is still there."""
    window = make_window(xor)
    window.session.step(5)
    window.wake()
    wait_until(lambda: window.session.record.latest.runs[0].update == 5, "five updates")  # type: ignore[union-attr]
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "advance", lambda self, updates: fail())
        window.session.run()
        window.wake()
        wait_until(lambda: window.failures.dialog is not None, "the dialog is there")
    dialog = window.failures.dialog
    assert dialog is not None
    assert "ZeroDivisionError" in dialog.message.text()
    dialog.reject()
    wait_until(lambda: window.session.state is Activity.PAUSED, "it pauses")
    assert window.session.record is not None
    assert window.session.record.latest.runs[0].update == 5


def test_a_log_that_cannot_be_written(watched: MainWindow, tmp_path: Path) -> None:
    """Without a log the dialog comes all the same, and names none."""
    (tmp_path / "file").write_text("")
    watched.failures.tell("a line", "the details")
    dialog = watched.failures.dialog
    assert dialog is not None
    dialog.reject()

    elsewhere = Failures(watched, tmp_path / "file" / "errors.log")
    elsewhere.tell("a line", "the details")
    assert elsewhere.dialog is not None
    assert elsewhere.dialog.place.isHidden()
    elsewhere.dialog.reject()
