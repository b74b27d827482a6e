"""What surface is asked for of the background, and when: a coarse one while things move, a fine one when they rest."""

from __future__ import annotations

import time
from dataclasses import replace

from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.interface import Engine, ready
from momentum_gui.engine.population import Task
from momentum_gui.gui.plots.surface.evaluation import Evaluated, Wanted, evaluate
from momentum_gui.gui.training.background import Background

LIVE_SIZE, STILL_SIZE = 61, 141
STILL_SECONDS = 0.4
"""A surface that has not changed for so long is evaluated on the finer grid."""


class SurfaceAsking:
    """Asks for surfaces, one at a time. `pending` says that what was asked for last is still to come."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self.pending = False
        self._asked: Wanted | None = None

    @property
    def engine(self) -> Engine:
        """The engine that was asked last: quick to tell, and warm."""
        return self._asked.engine if self._asked is not None else ready()

    def ask(
        self, task: Task, plane: Plane, range_: Range, changed: float, drawn: Evaluated | None, *, live: bool
    ) -> None:
        """Ask for a surface, unless it is `drawn` or under way. `changed` is when plane or range changed last; `live`
        says that they will again soon."""
        still = not live and time.monotonic() - changed > STILL_SECONDS
        wanted = Wanted(self.engine, task, plane, range_, STILL_SIZE if still or plane.exact else LIVE_SIZE)
        if drawn is not None and drawn.complete and is_as_good(drawn.wanted, wanted):
            return
        asked = self._asked
        if self.background.busy and asked is not None:
            shown = drawn is not None and drawn.wanted is asked
            # A live one is soon done, and better a little late than never; a large one is given up when outdated.
            if is_as_good(asked, wanted) or (asked.size == LIVE_SIZE and not shown):
                return
        wanted = replace(wanted, engine=ready())  # it may be warm by now
        self._asked, self.pending = wanted, True
        show = self.background.done.emit
        fine = wanted.size > LIVE_SIZE
        self.background.request(lambda cancelled: evaluate(wanted, cancelled, show), shared=fine)

    def note(self, evaluated: Evaluated) -> None:
        """A surface has come."""
        if evaluated.complete and evaluated.wanted is self._asked:
            self.pending = False

    def forget(self) -> None:
        """Drop what was asked for."""
        self.background.cancel()
        self.pending = False


def is_as_good(wanted: Wanted, other: Wanted) -> bool:
    """Whether one surface is of the same plane and range as another, and at least as fine."""
    return wanted.plane is other.plane and wanted.range == other.range and wanted.size >= other.size
