"""The keyboard alone: Tab reaches and leaves everything in reading order, and what is in focus gets its keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QTabBar,
    QToolButton,
    QWidget,
)

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.state import Activity
from momentum_gui.lab.experiment import Experiment
from tests.conftest import process_qt_events, wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")
MOST = 150
TRAINS = ("Run", "One update", "One epoch", "Update back", "Epoch back", "Reset")
WITHOUT_KEYS = (QTabBar, QAbstractSlider, Plot)
"""What does nothing with Space, so that it runs or pauses there."""


@pytest.fixture
def no_popups(qapp: QApplication) -> Iterator[list[str]]:
    """Closes every menu, list and dialog that opens, and says which there were."""
    seen: list[str] = []

    def close() -> None:
        if (popup := qapp.activePopupWidget()) is not None:
            seen.append(type(popup).__name__)
            popup.close()
        elif isinstance(dialog := qapp.activeModalWidget(), QDialog):
            seen.append(type(dialog).__name__)
            dialog.reject()

    timer = QTimer()
    timer.timeout.connect(close)
    timer.start(5)
    yield seen
    timer.stop()


def walk(window: MainWindow) -> Iterator[QWidget]:
    """Go through the window by Tab, from its first control until that comes again."""
    window.activateWindow()
    wait_until(window.isActiveWindow, "the window is active")
    window.actions_.run_button.setFocus()
    first = window.focusWidget()
    for _ in range(MOST):
        now = window.focusWidget()
        yield now
        now.setFocus()
        QTest.keyClick(now, Qt.Key.Key_Tab)
        if window.focusWidget() is first:
            return
    pytest.fail(f"Tab does not come back; it ends at {window.focusWidget()}")


def wanted(window: MainWindow) -> list[QWidget]:
    """The controls that can be seen and used, whatever Tab does."""
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider, QTabBar, Plot)
    inside = [each for each in window.findChildren(QWidget) if each.isVisible() and each.isEnabled()]
    areas = [window.arrangement.splitters["whole"], window.actions_.toolbar]
    shown = [each for each in inside if isinstance(each, kinds) and any(area.isAncestorOf(each) for area in areas)]
    return [each for each in shown if not each.objectName().startswith(("qt_", "Scroll"))]


@pytest.mark.parametrize("view", [row.title for row in VIEWS])
def test_tab_reaches_and_leaves_everything(make_window: MakeWindow, xor: Experiment, view: str) -> None:
    """Whatever view is in front, Tab reaches each of its controls and comes back; none is a trap."""
    window = make_window(xor)
    window.views.show(view)
    at_rest(window)
    reached = list(walk(window))
    assert len(set(reached)) == len(reached)
    missed = [
        f"{type(each).__name__} {each.accessibleName() or each.toolTip()}"
        for each in wanted(window)
        if each not in reached
        and not isinstance(each.parent(), (QTabBar, QComboBox))
        and each.focusProxy() is None
        and not (isinstance(each, QAbstractSlider) and each.focusPolicy() == Qt.FocusPolicy.NoFocus)
    ]
    assert missed == []
    page = window.views.of_title(view)
    bar = next(area.tabBar() for area in window.views.areas.values() if area.isAncestorOf(page))
    inside = [number for number, each in enumerate(reached) if page.isAncestorOf(each)]
    assert not inside or inside == list(range(reached.index(bar) + 2, reached.index(bar) + 2 + len(inside)))
    tops = [each.mapTo(window, QPoint(0, 0)) for each in reached if window.actions_.toolbar.isAncestorOf(each)]
    assert [place.x() for place in tops] == sorted(place.x() for place in tops)


def test_every_control_takes_space_and_return(make_window: MakeWindow, xor: Experiment, no_popups: list[str]) -> None:
    """Pressed on every control, neither key trains, unless the control is for that or has no use for the key."""
    window = make_window(xor)
    pressed = 0
    for control in walk(window):
        if isinstance(control, WITHOUT_KEYS) or window.actions_.toolbar.isAncestorOf(control):
            continue
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            before, opened = getattr(control, "isChecked", bool)(), len(no_popups)
            if not control.isEnabled():  # it has just removed a run, and one is left
                continue
            window.activateWindow()
            control.setFocus()
            wait_until(control.hasFocus, f"{control.accessibleName()} has the focus")
            QTest.keyClick(control, key)
            process_qt_events()
            what = f"{type(control).__name__} {control.accessibleName()} at {key.name}"
            assert window.session.state is not Activity.RUNNING, what
            if isinstance(control, QAbstractButton) and control.isCheckable():
                assert control.isChecked() is not before, what
            elif isinstance(control, QComboBox):
                wait_until(lambda opened=opened: len(no_popups) > opened, f"a list opens: {what}")
            at_rest(window)
            pressed += 1
    assert pressed > 60


def test_return_clicks_the_buttons_above(make_window: MakeWindow, xor: Experiment, no_popups: list[str]) -> None:
    """Return on One update does one, and on Examples opens the menu."""
    window = make_window(xor)
    buttons = {each.text(): each for each in window.actions_.toolbar.findChildren(QToolButton)}
    window.activateWindow()
    buttons["One update"].setFocus()
    wait_until(buttons["One update"].hasFocus, "the window is active")
    QTest.keyClick(buttons["One update"], Qt.Key.Key_Return)
    wait_until(lambda: window.session.record.latest.position == 1, "one update")  # type: ignore[union-attr]
    buttons["Examples"].setFocus()
    QTest.keyClick(buttons["Examples"], Qt.Key.Key_Return)
    assert no_popups == ["QMenu"]
