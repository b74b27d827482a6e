"""The keyboard: a focused control wins over the window's own keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.panels import run_model
from momentum_gui.gui.state import Activity
from momentum_gui.lab.experiment import Experiment, edits
from tests.conftest import process_qt_events, wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def active(window: MainWindow) -> MainWindow:
    """The window, once it has the focus."""
    window.activateWindow()
    wait_until(window.isActiveWindow, "the window is active")
    return window


def test_space_belongs_to_the_control_in_focus(make_window: MakeWindow, xor: Experiment) -> None:
    """A check box in focus is toggled and a button clicked; only where nothing wants it does Space train."""
    window = active(make_window(edits.with_settings(xor, {"training": {"epochs": 1_000_000}})))
    together = window.settings_panel.rule.together
    together.setFocus()
    before = together.isChecked()
    QTest.keyClick(together, Qt.Key.Key_Space)
    assert together.isChecked() is not before
    assert window.session.state is Activity.READY
    QTest.keyClick(window.views.of_title("Error surface"), Qt.Key.Key_Space)
    wait_until(lambda: window.session.state is Activity.RUNNING, "it trains")
    QTest.keyClick(window, Qt.Key.Key_Space)
    wait_until(lambda: window.session.state is Activity.PAUSED, "it pauses")


def test_delete_removes_and_undo_brings_back(make_window: MakeWindow, xor: Experiment) -> None:
    """Delete in the table removes the selected run, Undo brings it back, and says beforehand what it would do."""
    window = make_window(xor)
    QTest.keyClick(window.runs_panel.table, Qt.Key.Key_Delete)
    wait_until(lambda: len(window.state.settings) == 1, "it is gone")
    undo = window.actions_["undo"]
    assert undo.isEnabled()
    assert undo.text() == "&Undo removal of a run"
    undo.trigger()
    wait_until(lambda: len(window.state.settings) == 2, "it is back")
    at_rest(window)
    assert not undo.isEnabled()
    assert window.actions_["redo"].text() == "&Redo removal of a run"
    assert [run.name for run in window.state.experiment.runs] == [run.name for run in xor.runs]


def test_the_last_run_stays(make_window: MakeWindow) -> None:
    """With one run there is nothing to remove, in menu, table and button alike."""
    window = make_window(Experiment.load("momentum-fades"))
    assert not window.actions_["remove"].isEnabled()
    QTest.keyClick(window.runs_panel.table, Qt.Key.Key_Delete)
    at_rest(window)
    assert len(window.state.settings) == 1


def test_actions_that_could_do_nothing_are_disabled(make_window: MakeWindow, xor: Experiment) -> None:
    """Before the first update there is nothing to go back to, and after the last none to do."""
    window = make_window(xor)
    assert [window.actions_[name].isEnabled() for name in ("step", "back", "back_epoch")] == [True, False, False]
    window.session.run()
    window.wake()
    wait_until(lambda: window.session.state is Activity.FINISHED, "it ends", 20.0)
    at_rest(window)
    assert [window.actions_[name].isEnabled() for name in ("step", "step_epoch", "back")] == [False, False, True]


def test_full_screen_and_back(make_window: MakeWindow, xor: Experiment) -> None:
    """F11 shows the window on the whole screen; Escape comes back."""
    window = active(make_window(xor))
    window.actions_.full_screen.trigger()
    assert window.isFullScreen()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    wait_until(lambda: not window.isFullScreen(), "it is back")


def test_keys_of_the_table(make_window: MakeWindow, xor: Experiment) -> None:
    """In the table Space hides and shows the run, Return edits its cell, and a point begins a number, not a step."""
    window = active(make_window(xor))
    table = window.runs_panel.table
    table.setFocus()
    chosen = window.state.selected
    for shown in (False, True):
        QTest.keyClick(table, Qt.Key.Key_Space)
        assert window.state.visible[chosen] is shown
    table.setCurrentIndex(table.model().index(chosen, run_model.RATE))
    QTest.keyClick(table, Qt.Key.Key_Return)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    at_rest(window)
    table.setFocus()
    process_qt_events()
    QTest.keyClicks(table, ".")
    editor = table.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "25")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait_until(lambda: window.state.settings[chosen].learning_rate == 0.25, "the rate is taken")
    assert window.state.record is not None
    assert window.state.record.latest.position == 0
