"""Random use of the real window, through Qt's own objects only: `python -m tests.soak.monkey --actions 2000`.

The same seed gives the same actions as far as the window offers the same widgets; the last ones are printed where
something goes wrong.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMainWindow,
    QMenu,
    QTabWidget,
    QWidget,
)

Kind = TypeVar("Kind", bound=QWidget)

TEXTS = (
    "0.1", "0.5", "0.9", "1", "2", "3", "5", "7", "0", "-1", "1e300", "1e-9", "99999999999999999999", "nan", "", "x",
    "full", "3 4", "2, 2", "[4]", "w1[0,0]", "0,5", "a name", "<b>bold</b>",
)  # fmt: skip
KEYS = (
    (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Period, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Comma, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier),
)
SIZES = ((1440, 900), (1024, 700), (960, 540), (1920, 1080), (800, 600))
ENDINGS = ("quit", "close window")
MOST_RUNS = 6
"""With more, everything takes longer; the monkey then adds none."""


@dataclass
class Monkey:
    """Uses a window at random. `did` holds the last actions, `longest` the longest answer to one, in seconds."""

    window: QMainWindow
    seed: int
    did: deque[str] = field(default_factory=lambda: deque(maxlen=12))
    longest: float = 0.0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.closer = QTimer()
        self.closer.setInterval(20)
        self.closer.timeout.connect(close_dialogs)
        self.closer.start()

    def use(self, actions: int) -> None:
        """Do this many things."""
        kinds: list[tuple[int, Callable[[], str]]] = [
            (5, self.trigger),
            (6, self.click_button),
            (4, self.choose),
            (4, self.type_text),
            (3, self.slide),
            (3, self.turn_tab),
            (4, self.use_table),
            (4, self.use_mouse),
            (3, self.press_key),
            (3, self.open_example),
            (1, self.resize),
            (4, self.wait),
        ]
        weights, does = [weight for weight, _ in kinds], [do for _, do in kinds]
        for _ in range(actions):
            began = time.perf_counter()
            self.did.append(self.random.choices(does, weights)[0]())
            QCoreApplication.processEvents()
            self.longest = max(self.longest, time.perf_counter() - began)
        self.closer.stop()

    # What it does; each says what it did.

    def trigger(self) -> str:
        actions = [a for a in self.window.findChildren(QAction) if a.isEnabled() and a.text() and a.menu() is None]
        actions = [a for a in actions if plain(a.text()) not in ENDINGS and not self.is_one_run_too_many(a.text())]
        action = self.random.choice(actions)
        text = plain(action.text())
        action.trigger()
        return f"trigger {text}"

    def click_button(self) -> str:
        buttons = [b for b in self.those(QAbstractButton) if not self.is_one_run_too_many(b.text())]
        buttons = [b for b in buttons if not (b.menu() if hasattr(b, "menu") else None)]
        if not buttons:
            return "no button"
        button = self.random.choice(buttons)
        text = f"click {plain(button.text()) or button.toolTip()}"
        button.click()
        return text

    def choose(self) -> str:
        boxes = [box for box in self.those(QComboBox) if box.count()]
        if not boxes:
            return "no list"
        box = self.random.choice(boxes)
        index = self.random.randrange(box.count())
        text = f"choose {box.itemText(index)} in {box.accessibleName() or box.toolTip()}"
        box.setCurrentIndex(index)
        box.activated.emit(index)
        return text

    def type_text(self) -> str:
        lines = [line for line in self.those(QLineEdit) if not line.isReadOnly()]
        if not lines:
            return "no field"
        line, text = self.random.choice(lines), self.random.choice(TEXTS)
        name = line.accessibleName() or line.toolTip()
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, text)
        QTest.keyClick(line, Qt.Key.Key_Return)
        return f"type {text!r} into {name}"

    def slide(self) -> str:
        sliders = self.those(QAbstractSlider)
        if not sliders:
            return "no slider"
        slider = self.random.choice(sliders)
        slider.setValue(self.random.randint(slider.minimum(), slider.maximum()))
        return f"slide {slider.accessibleName() or type(slider).__name__}"

    def turn_tab(self) -> str:
        tabs = self.random.choice(self.window.findChildren(QTabWidget))
        tabs.setCurrentIndex(self.random.randrange(tabs.count()))
        return f"tab {tabs.tabText(tabs.currentIndex())}"

    def use_table(self) -> str:
        tables = [table for table in self.those(QAbstractItemView) if table.model() and table.model().rowCount()]
        if not tables:
            return "no table"
        table = self.random.choice(tables)
        model = table.model()
        index = model.index(self.random.randrange(model.rowCount()), self.random.randrange(model.columnCount()))
        table.setCurrentIndex(index)
        role = self.random.choice((Qt.ItemDataRole.EditRole, Qt.ItemDataRole.CheckStateRole, None))
        if role is None:
            return f"select row {index.row()}"
        value = self.random.choice((*TEXTS, 0.1, 0.5, 2, 0, "plain", "nesterov", Qt.CheckState.Checked.value))
        model.setData(index, value, role)
        return f"set {value!r} in cell {index.row()}, {index.column()}"

    def use_mouse(self) -> str:
        areas = self.those(QAbstractScrollArea)
        if not areas:
            return "no area"
        target = self.random.choice(areas).viewport()
        place = QPoint(self.random.randrange(max(1, target.width())), self.random.randrange(max(1, target.height())))
        what = self.random.choice(("move", "click", "double click", "wheel"))
        if what == "move":
            QTest.mouseMove(target, place)
        elif what == "click":
            QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=place)
        elif what == "double click":
            QTest.mouseDClick(target, Qt.MouseButton.LeftButton, pos=place)
        else:
            turn = QPoint(0, self.random.choice((-120, 120)))
            wheel = QWheelEvent(
                QPointF(place),
                QPointF(target.mapToGlobal(place)),
                QPoint(),
                turn,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(target, wheel)
        return f"{what} at {place.x()}, {place.y()}"

    def press_key(self) -> str:
        key, modifier = self.random.choice(KEYS)
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifier)
        return f"press {key.name}"

    def open_example(self) -> str:
        menus = [menu for menu in self.window.findChildren(QMenu) if "example" in plain(menu.title())]
        if not menus:
            return "no examples"
        menus[0].aboutToShow.emit()
        action = self.random.choice([action for action in menus[0].actions() if action.text()])
        text = action.text()
        action.trigger()
        return f"open {text}"

    def resize(self) -> str:
        width, height = self.random.choice(SIZES)
        self.window.resize(width, height)
        return f"resize to {width} × {height}"

    def wait(self) -> str:
        end = time.monotonic() + self.random.choice((0.0, 0.005, 0.02, 0.06))
        while time.monotonic() < end:
            QCoreApplication.processEvents()
            time.sleep(0.001)
        return "wait"

    # How.

    def those(self, kind: type[Kind]) -> list[Kind]:
        """The visible and enabled widgets of a kind."""
        return [each for each in self.window.findChildren(kind) if each.isVisible() and each.isEnabled()]

    def is_one_run_too_many(self, text: str) -> bool:
        """Whether an action would add a run to a table that has enough."""
        rows = max((table.model().rowCount() for table in self.those(QAbstractItemView) if table.model()), default=0)
        return rows >= MOST_RUNS and any(word in plain(text) for word in ("add", "fork", "compare", "run from"))


def plain(text: str) -> str:
    """A label without its signs for the keyboard."""
    return text.replace("&", "").rstrip(" .…").lower()


def close_dialogs() -> None:
    """Close a dialog or menu that waits for an answer, at times by its first button."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()
    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, QDialog):
        dialog.reject()


def memory() -> float:
    """The memory of this process in MB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> int:
    """Use a window with each seed, and print what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.monkey", description=__doc__)
    parser.add_argument("--actions", type=int, default=2000, help="with each seed")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from momentum_gui.gui.app import application
    from momentum_gui.gui.main_window import MainWindow
    from momentum_gui.gui.style import theme

    troubles: list[str] = []
    threading.excepthook = lambda args: troubles.append("".join(traceback.format_exception(args.exc_value)))
    sys.excepthook = lambda kind, error, trace: troubles.append("".join(traceback.format_exception(error)))
    qInstallMessageHandler(
        lambda kind, context, text: None if "This plugin does not support" in text else troubles.append(f"Qt: {text}")
    )
    app = application()
    theme.set_theme("light")
    found = 0
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        window = MainWindow()
        window.show()
        monkey = Monkey(window, seed)
        monkey.wait()
        began, time_began = memory(), time.monotonic()
        monkey.use(chosen.actions)
        took, grown = time.monotonic() - time_began, memory() - began
        window.close()
        end = time.monotonic() + 30
        while not window.session.is_closed and time.monotonic() < end:
            app.processEvents()
            time.sleep(0.001)
        window.deleteLater()
        del window
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        print(
            f"seed {seed}: {chosen.actions} actions in {took:.0f} s, longest answer {monkey.longest:.2f} s, "
            f"memory {grown:+.0f} MB, {len(troubles)} troubles",
            flush=True,
        )
        for trouble in troubles[:5]:
            print(f"{trouble}\n  after: {' | '.join(monkey.did)}", flush=True)
        found += len(troubles)
        troubles.clear()
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
