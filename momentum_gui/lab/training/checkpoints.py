"""States of a training kept along the way, few enough to stay small: from the nearest, any moment is trained again."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from momentum_gui.engine.population import Floats, Population

if TYPE_CHECKING:
    from momentum_gui.lab.training.trainer import Trainer

BYTES = 8 << 20
PARTS = ("weights", "stored", "last_step", "epochs", "outcome")


@dataclass(frozen=True)
class Checkpoint:
    """The whole state at one position: for each group its update and the arrays of its population."""

    position: int
    updates: tuple[int, ...]
    arrays: tuple[tuple[Floats, ...], ...]


class Checkpoints:
    """A bounded list of checkpoints in order of position, the first at the start; when full, every other one goes."""

    def __init__(self) -> None:
        self._kept: list[Checkpoint] = []
        self._spacing = 0

    def keep(self, trainer: Trainer) -> None:
        """Keep the present state, unless one at or near this position is kept already."""
        if self._kept and trainer.position < self._kept[-1].position + max(1, self._spacing):
            return
        arrays = tuple(copied(group.population) for group in trainer.groups)
        self._kept.append(Checkpoint(trainer.position, tuple(group.update for group in trainer.groups), arrays))
        size = sum(array.nbytes for arrays in self._kept[0].arrays for array in arrays)
        if len(self._kept) > max(8, min(1024, BYTES // size)):
            self._kept = self._kept[::2]
            self._spacing = (self._kept[-1].position - self._kept[0].position) // len(self._kept)

    def restore(self, trainer: Trainer, position: int) -> None:
        """Put the trainer into the last kept state at or before `position`."""
        index = bisect_right([kept.position for kept in self._kept], position) - 1
        checkpoint = self._kept[index]
        for group, update, arrays in zip(trainer.groups, checkpoint.updates, checkpoint.arrays, strict=True):
            group.update = update
            write(group.population, arrays)
            group.apply_settings()
        trainer.position = checkpoint.position

    def forget_after(self, position: int) -> None:
        """Drop what lies beyond a position, because it will not come again."""
        self._kept = [kept for kept in self._kept if kept.position < position] or self._kept[:1]


def copied(population: Population) -> tuple[Floats, ...]:
    """Copies of a population's arrays, for `write`."""
    return tuple(getattr(population, part).copy() for part in PARTS)


def write(population: Population, arrays: tuple[Floats, ...]) -> None:
    """Copy kept arrays back into a population."""
    for part, array in zip(PARTS, arrays, strict=True):
        getattr(population, part)[...] = array
