"""The list of all commands: typed words find what the menus, views and examples hold, with its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QMenu, QVBoxLayout, QWidget

SIZE = (520, 420)
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandList(QDialog):
    """A field to type in, and the commands that have all the typed words; Return does the one that is marked."""

    def __init__(self, parent: QWidget, actions: Iterable[tuple[str, QAction]]) -> None:
        super().__init__(parent)
        self.setWindowTitle("All commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type what you are looking for")
        self.field.setAccessibleName("Search in all commands")
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        self._actions: list[QAction] = []
        for words, action in actions:
            keys = action.shortcut().toString()
            item = QListWidgetItem(f"{words}   {keys}".rstrip(), self.list)
            item.setToolTip(action.toolTip())
            if not action.isEnabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self._actions.append(action)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self.search)
        self.field.installEventFilter(self)
        self.list.itemActivated.connect(self._take)
        self.field.returnPressed.connect(self.take)
        self.search("")
        self.resize(*SIZE)

    @property
    def found(self) -> list[str]:
        """The words of the commands that are shown."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.text() for item in items if not item.isHidden()]

    @Slot(str)
    def search(self, text: str) -> None:
        """Show the commands that have all these words, and mark the first that can be done."""
        wanted = text.lower().split()
        first = None
        for row in range(self.list.count()):
            item = self.list.item(row)
            fits = all(word in item.text().lower() for word in wanted)
            item.setHidden(not fits)
            if first is None and fits and item.flags() & Qt.ItemFlag.ItemIsEnabled:
                first = row
        self.list.setCurrentRow(-1 if first is None else first)

    @Slot()
    def take(self) -> None:
        """Do the command that is marked, when the list is closed."""
        row = self.list.currentRow()
        if row >= 0 and not self.list.item(row).isHidden() and self._actions[row].isEnabled():
            action = self._actions[row]
            self.accept()
            action.trigger()

    @Slot(QListWidgetItem)
    def _take(self, _item: QListWidgetItem) -> None:
        self.take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move through the list while the field has the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


def commands_of(menus: Iterable[QMenu]) -> Iterator[tuple[str, QAction]]:
    """Yield every command of menus and of the menus in them, with the way to it in words."""
    for menu in menus:
        for action in menu.actions():
            inner = action.menu()
            if isinstance(inner, QMenu):
                inner.aboutToShow.emit()  # some are filled then
                yield from commands_of([inner])
            elif not action.isSeparator():
                yield f"{plain(menu.title())} › {plain(action.text())}", action


def plain(text: str) -> str:
    """Return an action's text without its key and its mark for the keyboard."""
    return text.partition("\t")[0].replace("&&", "\0").replace("&", "").replace("\0", "&")
