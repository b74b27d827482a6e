"""What any good desktop program does: recent files, unsaved changes, a list of all commands, menus, reasons."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QWidget

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.window.command_list import CommandList
from momentum_gui.gui.window.preferences import Memory
from momentum_gui.lab.experiment import Experiment
from tests.conftest import process_qt_events, wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def menu_at(window: MainWindow, widget: QWidget) -> list[str]:
    """What the menu of the right button offers on a widget; it is closed again."""
    place = QPoint(20, 20)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)
    wait_until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "a menu opens")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    process_qt_events()
    return words


def test_menus_on_everything(make_window: MakeWindow, xor: Experiment) -> None:
    """Plots, the network, the runs and the timeline have a menu of what can be done with them."""
    window = make_window(xor)
    window.views.show("Network")
    assert "Export plot …" in menu_at(window, window.views.of_title("Network").canvas)  # type: ignore[attr-defined]
    surface = window.views.of_title("Error surface").plot  # type: ignore[attr-defined]
    assert {"Contours", "Export plot …", "Export data …"} <= set(menu_at(window, surface))
    assert {"Rename", "Show only this run", "Remove", "Copy the table"} <= set(menu_at(window, window.runs_panel.table))
    assert "Go on from here" in menu_at(window, window.timeline)
    window.runs_panel.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["Run", *(run.name for run in xor.runs)]


def test_the_right_button_zooms_or_opens(make_window: MakeWindow, xor: Experiment) -> None:
    """A click with the right button opens the menu of a plot; a drag does not."""
    window = make_window(xor)
    window.views.show("Error")
    viewport = window.views.of_title("Error").plots[0].viewport()  # type: ignore[attr-defined]
    QTest.mousePress(viewport, Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    QTest.mouseRelease(viewport, Qt.MouseButton.RightButton, pos=QPoint(160, 100))
    assert QApplication.activePopupWidget() is None
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    wait_until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "a menu opens")
    QApplication.activePopupWidget().close()


def test_recent_files(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """What was saved or opened is offered again, newest first; a file that is gone says so."""
    window = make_window(xor, memory=Memory(tmp_path / "window.ini"))
    for name in ("one.toml", "two.toml"):
        window.files.save_experiment(tmp_path / name)
        wait_until(lambda name=name: (tmp_path / name).exists(), "it is saved")  # type: ignore[misc]
    at_rest(window)
    (tmp_path / "two.toml").unlink()
    menu = window.actions_.recent
    menu.aboutToShow.emit()
    assert [(action.text(), action.isEnabled()) for action in menu.actions()] == [
        ("two.toml", False),
        ("one.toml", True),
    ]
    assert "no longer there" in menu.actions()[0].toolTip()
    menu.actions()[1].trigger()
    at_rest(window)
    assert Memory(tmp_path / "window.ini").recent[0] == str((tmp_path / "one.toml").resolve())


@pytest.mark.parametrize("answer", ["Discard", "Cancel"])
def test_unsaved_changes(make_window: MakeWindow, xor: Experiment, tmp_path: Path, answer: str) -> None:
    """A user's window with changes asks before it closes; saved, undone or unchanged, it does not."""
    window = make_window(xor, memory=Memory(tmp_path / "window.ini"))
    history = window.session.history
    window.runs.edit({"training": {"seed": 9}}, "training")
    at_rest(window)
    assert history.is_unsaved
    history.undo()
    assert not history.is_unsaved
    history.redo()
    window.files.save_experiment(tmp_path / "saved.toml")
    wait_until(lambda: not history.is_unsaved, "it is saved")
    history.undo()
    at_rest(window)
    assert history.is_unsaved
    window.close()
    box = window.question.box
    assert box is not None
    assert window.isVisible()
    box.button(getattr(QMessageBox.StandardButton, answer)).click()
    assert window.session.is_closing is (answer == "Discard")
    window.leave()


def test_scripts_are_not_asked(make_window: MakeWindow, xor: Experiment) -> None:
    """A window that remembers nothing closes without a question."""
    window = make_window(xor)
    window.runs.edit({"training": {"seed": 9}}, "training")
    at_rest(window)
    window.close()
    assert window.session.is_closing


def test_all_commands_are_found(make_window: MakeWindow, xor: Experiment) -> None:
    """Ctrl+K lists menus and examples; words narrow it down, arrows move, Return does it."""
    window = make_window(xor)
    window.actions_["commands"].trigger()
    commands = window.findChild(CommandList)
    assert commands is not None
    assert len(commands.found) > 40
    QTest.keyClicks(commands.field, "epoch one")
    assert commands.found == ["Run › One epoch   Ctrl+."]
    QTest.keyClick(commands.field, Qt.Key.Key_Return)
    wait_until(lambda: window.session.record.latest.epochs == 1, "an epoch")  # type: ignore[union-attr]


def test_about_says_licences_and_copies_details(make_window: MakeWindow, xor: Experiment) -> None:
    """About names Qt's licence and that of the data, and its details go to the clipboard."""
    window = make_window(xor)
    window.actions_["about"].trigger()
    box = window.findChild(QMessageBox)
    assert box is not None
    assert "LGPL" in box.text()
    assert "CC BY" in box.text()
    next(button for button in box.buttons() if button.text() == "Copy details").click()
    assert "Python" in QGuiApplication.clipboard().text()
    assert box.isVisible()
    box.close()


def test_what_is_disabled_says_why(make_window: MakeWindow, xor: Experiment) -> None:
    """The tooltip of each disabled action of the menus, and of each disabled button outside the views, has a reason."""
    window = make_window(xor)
    actions = [action for action in window.actions_.by_name.values() if not action.isEnabled()]
    assert {action.text() for action in actions} >= {"&Undo", "&Redo", "Update &back"}
    for thing in (*actions, *window.timeline.buttons.values(), window.timeline.play):
        assert len(thing.toolTip().splitlines()) == 2, thing.toolTip()
