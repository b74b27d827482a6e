"""A training in takes: its record, and what one run's last update was at each of many moments, as films need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import RunFrame
from momentum_gui.lab.training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Takes:
    """`moments` are in epochs, from the start to the end; `frames` are those of the run `selected` at each of them."""

    setup: Setup
    record: Record
    selected: int
    moments: tuple[float, ...]
    frames: tuple[RunFrame, ...]


def train_in_takes(
    trainer: Trainer, count: int, selected: int = 0, end: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Takes:  # fmt: skip
    """Train to a position of the clock, by default to the end, in about `count` pieces of equal length.

    With fewer epochs than pieces there are moments within epochs. What is cancelled ends where it is. Raises ValueError
    for fewer than 2 pieces.
    """
    if count < 2:
        raise ValueError(f"count = {count}: allowed is 2 or more")
    first = trainer.first_frame()
    record, moments, frames = Record(first), [first.epochs], [first.runs[selected]]
    last = max(run.training.epochs for run in trainer.experiment.runs) * trainer.items_per_epoch if end is None else end
    for number in range(1, count):
        if trainer.finished or cancelled():
            break
        frame = trainer.advance_to(round(last * number / (count - 1)))
        record.extend(frame)
        if frame.epochs > moments[-1]:
            moments.append(frame.epochs)
            frames.append(frame.runs[selected])
    return Takes(trainer.setup, record, selected, tuple(moments), tuple(frames))
