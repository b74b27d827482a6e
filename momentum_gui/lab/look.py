"""A look at a past update: it is trained again from the state kept before, for its gradient and stored step."""

from __future__ import annotations

import time
from collections.abc import Callable

from momentum_gui.lab.checkpoints import Checkpoints
from momentum_gui.lab.frame import RunFrame
from momentum_gui.lab.trainer import Trainer

SLICE_SECONDS = 0.03
"""How long training goes on between two looks at the clock."""


def look(
    trainer: Trainer, run: int, position: int, seconds: float, abandoned: Callable[[], bool] = lambda: False
) -> RunFrame | None:
    """The frame of the run after its last update at or before `position`; its trace ends with that update.

    The trainer stands afterwards where it stood, bit for bit. None where there is no such update, where training
    from the nearest kept state would take longer than `seconds`, or where it was `abandoned` on the way.
    """
    task = trainer.group_of(run).task
    epoch, items = divmod(min(position, trainer.position), trainer.items_per_epoch)
    update = epoch * task.updates_per_epoch + items // task.batch_size
    if update <= 0:
        return None
    before, after = (
        number // task.updates_per_epoch * trainer.items_per_epoch + number % task.updates_per_epoch * task.batch_size
        for number in (update - 1, update)
    )
    present, updates_done = Checkpoints(), trainer.updates_done
    present.keep(trainer)
    where = trainer.position
    try:
        trainer.go_back_to_kept(before)
        ends, items = time.monotonic() + seconds, 64 * task.batch_size
        while trainer.position < before and not trainer.finished:
            began = time.monotonic()
            if began > ends or abandoned():
                return None
            trainer.seek(min(before, trainer.position + items))
            if time.monotonic() - began < SLICE_SECONDS / 2:
                items *= 2
        return trainer.seek(after).runs[run]
    finally:
        present.restore(trainer, where)
        trainer.updates_done = updates_done
