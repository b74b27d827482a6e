"""A look at a past update: its window is trained again from the state kept before, for gradients and stored steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from momentum_gui.lab.steps.trace_window import window_length
from momentum_gui.lab.training.checkpoints import Checkpoints
from momentum_gui.lab.training.frame import RunFrame
from momentum_gui.lab.training.item_clock import position_of, update_at

if TYPE_CHECKING:
    from momentum_gui.lab.training.trainer import Trainer

SLICE_SECONDS = 0.03
"""How long training goes on between two looks at the clock."""


class Missed(Enum):
    """Why a look found nothing: training again would take too long, or nobody waits for it any more."""

    TOO_FAR = "too far"
    ABANDONED = "abandoned"


def look(
    trainer: Trainer, run: int, position: int, seconds: float, abandoned: Callable[[], bool] = lambda: False
) -> RunFrame | Missed:
    """Return the frame of the run after its last update at or before `position`, as it was then.

    Its settings are those of that update, since a change at this very moment may have come later. Its trace is the
    window that ends with that update, or None where the run had done none. Afterwards the trainer is where it was,
    bit for bit. `Missed` where training it again takes longer than `seconds`, or where it
    was `abandoned` on the way.
    """
    task = trainer.group_of(run).task
    update = min(update_at(task, min(position, trainer.position)), trainer.updates_of(run))
    begin = position_of(task, max(0, update - window_length(task.weight_count)))
    after = position_of(task, update)
    present, updates_done, windows = Checkpoints(), trainer.updates_done, list(trainer.windows)
    present.keep(trainer.position, trainer.groups)
    where, present_update = trainer.position, trainer.updates_of(run)
    try:
        trainer.go_back_to_kept(begin)
        ends, items = time.monotonic() + seconds, task.batch_size
        while trainer.position < after and not trainer.finished:
            began = time.monotonic()
            if abandoned():
                return Missed.ABANDONED
            if began >= ends:
                return Missed.TOO_FAR
            trainer.seek(min(after, trainer.position + items))
            if time.monotonic() - began < SLICE_SECONDS / 2:
                items *= 2
        frame = trainer.seek(trainer.position).runs[run]
        return frame if frame.update == present_update else with_settings_that_led_here(trainer, frame, run)
    finally:
        trainer.position = present.restore(where, trainer.groups)
        trainer.updates_done, trainer.windows = updates_done, windows


def with_settings_that_led_here(trainer: Trainer, frame: RunFrame, run: int) -> RunFrame:
    """Return a past frame with the settings of its last update."""
    state = trainer.group_slot(run).state
    settings = state.settings_at(max(0, frame.update - 1))
    coefficients = trainer.setup.rules[settings.rule].coefficients(settings.momentum)
    return replace(
        frame,
        rule=settings.rule,
        learning_rate=settings.learning_rate,
        momentum=settings.momentum if coefficients.b else 0.0,
        coefficients=coefficients,
        changes=state.applied_until(frame.update - 1),
    )
