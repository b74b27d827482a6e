"""The hint above the table: how the selected run goes, in plain words, with the measure behind it as a tooltip."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import ready
from momentum_gui.engine.task import Task
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.widgets.message import Message
from momentum_gui.lab.recording.record import Record

if TYPE_CHECKING:
    from momentum_gui.lab.analysis.diagnostics import Evidence
    from momentum_gui.lab.analysis.hints import HintFinder

LOOK_SECONDS = 0.3
EVIDENCE_SECONDS = 2.0
"""How often the curvatures at the run's weights are computed again; it takes a thread some tens of milliseconds."""
MOST_WEIGHTS = 400


class HintLine(QObject):
    """Looks at the selected run now and then, and says what there is to say in a label."""

    def __init__(self, label: Message, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._shown = True
        self._record: Record | None = None  # the one that the finders look at
        self._finders: list[HintFinder] = []
        self._evidence: dict[int, Evidence] = {}
        self._asked = 0  # of which run the evidence is being found
        self._looked = self._found = 0.0
        self.background = Background(self, "hints")
        self.background.done.connect(self._take_evidence)

    def _begin(self, record: Record) -> None:
        """Look at another training."""
        from momentum_gui.lab.analysis.hints import HintFinder  # loaded when the window has been painted

        self._record = record
        self._finders = [HintFinder() for _ in record.runs]
        self._evidence.clear()
        self.background.cancel()
        self._looked = self._found = 0.0
        self._label.show_text("")

    def clear(self) -> None:
        """Say nothing until the next look."""
        self._label.show_text("")

    def set_shown(self, shown: bool) -> None:
        """Show hints, or none."""
        self._shown = shown
        self._label.setVisible(shown)

    def look(self, state: WindowState, *, now: bool = False) -> None:
        """Look at the selected run, unless that was done a moment ago; with `now` in any case."""
        from momentum_gui.lab.analysis.diagnostics import least_known_error

        at, training = time.monotonic(), state.training
        if training is None or not self._shown:
            return
        if training.record is not self._record:
            self._begin(training.record)
        if not now and at - self._looked < LOOK_SECONDS:
            return
        self._looked = at
        run, record = state.selected, training.record.runs[state.selected]
        if record.latest.update == 0:
            self._label.show_text("")
            return
        least = least_known_error(training.record, training.setup)
        hints = self._finders[run].look(record, self._evidence.get(run), least)
        self._label.show_text(hints[0].text if hints else "")
        self._label.setToolTip("\n\n".join(f"{hint.text}\n({hint.measure})" for hint in hints))
        if at - self._found > EVIDENCE_SECONDS and len(record.latest.weights) <= MOST_WEIGHTS:
            self._found, self._asked = at, run
            work = partial(evidence_at, training.setup.task(state.run_settings), record.latest.weights)
            self.background.request(work)

    def end(self) -> None:
        """End the background work."""
        self.background.close()

    @Slot(object)
    def _take_evidence(self, evidence: Evidence) -> None:
        self._evidence[self._asked] = evidence


def evidence_at(task: Task, weights: Floats, cancelled: Callable[[], bool]) -> Evidence | None:
    """Return the evidence at these weights; None if cancelled, or where the weights have left all bounds."""
    from momentum_gui.lab.analysis.diagnostics import find_evidence

    return find_evidence(ready(), task, weights, cancelled)
