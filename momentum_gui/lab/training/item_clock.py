"""The training's clock, items presented to each run, and the updates that they mean for runs of a batch size."""

from __future__ import annotations

from momentum_gui.engine.task import Task


def update_at(task: Task, position: int) -> int:
    """Return the whole updates that lie before a position."""
    epoch, items = divmod(position, task.items_per_epoch)
    return epoch * task.updates_per_epoch + items // task.batch_size


def position_of(task: Task, update: int) -> int:
    """Return the position at which that many updates are done; an epoch's last batch may be shorter than the others."""
    epoch, within = divmod(update, task.updates_per_epoch)
    return epoch * task.items_per_epoch + within * task.batch_size
