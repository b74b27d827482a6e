"""Undo and redo of what was asked of a training: each order with the orders that take it back.

Not Qt's QUndoStack: under PySide it and Python both free a command that was merged or dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal, Slot

from momentum_gui.gui.training.commands import ChangeSettings, Command, Open, Reset
from momentum_gui.lab.errors import BadInputError

MERGE_SECONDS = 1.0
"""Changes of the same settings that follow one another within this time are one step: a slider that is dragged."""


@dataclass(frozen=True)
class Step:
    """One step: what was ordered, what takes it back, the number of the order, and when it was given."""

    command: Command
    inverse: tuple[Command, ...]
    order: int
    time: float = field(default_factory=time.monotonic)

    def merged(self, later: Step) -> Step | None:
        """Return one step for this one and a later one; None where they are two."""
        mine, theirs = self.command, later.command
        if not (isinstance(mine, ChangeSettings) and isinstance(theirs, ChangeSettings)):
            return None
        if mine.runs != theirs.runs or mine.values.keys() != theirs.values.keys():
            return None
        return None if later.time - self.time > MERGE_SECONDS else replace(later, inverse=self.inverse)


class History(QObject):
    """The steps that can be undone, and those that were undone and can be made again.

    `give` gives an order again; it raises BadInputError where the order no longer fits, which drops the step.
    """

    changed = Signal()

    def __init__(self, give: Callable[[Command], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._give = give
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._saved = 0  # the order of the last step that a file holds

    @property
    def undo_text(self) -> str:
        """What Undo would take back; empty where there is nothing."""
        return self._done[-1].command.text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What Redo would make again; empty where there is nothing."""
        return self._undone[-1].command.text if self._undone else ""

    @property
    def is_unsaved(self) -> bool:
        """Whether the experiment was changed since it was opened, or since `mark_saved`."""
        for step in reversed(self._done):
            if step.order == self._saved or isinstance(step.command, Open):
                return False
            if not isinstance(step.command, Reset):
                return True
        return any(step.order == self._saved for step in self._undone)

    @Slot()
    def mark_saved(self) -> None:
        """Take the experiment as it is now for the one that a file holds."""
        self._saved = self._done[-1].order if self._done else 0
        self.changed.emit()

    def add(self, step: Step) -> None:
        """Add a step that was just made; what was undone before can no longer be made again."""
        self._undone.clear()
        merged = self._done[-1].merged(step) if self._done else None
        if merged is None:
            self._done.append(step)
        else:
            self._done[-1] = merged
        self.changed.emit()

    def amend(self, order: int, inverse: tuple[Command, ...]) -> None:
        """Let the step of an order be undone by other orders than was said at first."""
        self._done = [replace(step, inverse=inverse) if step.order == order else step for step in self._done]

    def drop(self, order: int) -> None:
        """Drop the step of an order that was refused."""
        self._done = [step for step in self._done if step.order != order]
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        """Forget everything."""
        self._done.clear()
        self._undone.clear()
        self.changed.emit()

    @Slot()
    def undo(self) -> None:
        """Take the last step back."""
        if self._done:
            step = self._done.pop()
            if self._try(step.inverse):
                self._undone.append(step)
            self.changed.emit()

    @Slot()
    def redo(self) -> None:
        """Make the step again that was taken back last."""
        if self._undone:
            step = self._undone.pop()
            if self._try((step.command,)):
                self._done.append(step)
            self.changed.emit()

    def _try(self, commands: tuple[Command, ...]) -> bool:
        try:
            for command in commands:
                self._give(command)
        except BadInputError:
            return False
        return True
