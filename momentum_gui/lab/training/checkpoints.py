"""States of a training kept along the way, in bounded memory: from the nearest, any moment can be trained again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.training.lockstep import Lockstep
from momentum_gui.lab.training.population_state import copied, put_back

BYTES = 8 << 20


@dataclass(frozen=True)
class GroupState:
    """The state of one group: its update, the arrays of its population, and the rates its velocities are scaled by."""

    update: int
    arrays: tuple[Floats, ...]
    velocity_rate: Floats


@dataclass(frozen=True)
class Checkpoint:
    """The whole state at one position, group by group."""

    position: int
    groups: tuple[GroupState, ...]


class Checkpoints:
    """A bounded list of checkpoints in order of position, the first at the start; when full, every other one goes."""

    def __init__(self) -> None:
        self._kept: list[Checkpoint] = []
        self._spacing = 0

    def keep(self, position: int, groups: Sequence[Lockstep]) -> None:
        """Keep the state at a position, unless one at or near this position is kept already."""
        if self._kept and position < self._kept[-1].position + max(1, self._spacing):
            return
        states = tuple(GroupState(g.update, copied(g.population), g.velocity_rate.copy()) for g in groups)
        self._kept.append(Checkpoint(position, states))
        size = sum(array.nbytes for state in self._kept[0].groups for array in state.arrays)
        if len(self._kept) > max(8, min(1024, BYTES // size)):
            self._kept = self._kept[::2]
            self._spacing = (self._kept[-1].position - self._kept[0].position) // len(self._kept)

    def restore(self, position: int, groups: Sequence[Lockstep]) -> int:
        """Put the groups into the last state kept at or before `position`; return its position."""
        index = bisect_right([kept.position for kept in self._kept], position) - 1
        checkpoint = self._kept[index]
        for group, state in zip(groups, checkpoint.groups, strict=True):
            group.update = state.update
            put_back(group.population, state.arrays)
            group.velocity_rate[:] = state.velocity_rate
            group.apply_settings()
        return checkpoint.position

    def forget_after(self, position: int) -> None:
        """Drop the states at or after a position, because they will not come again."""
        self._kept = [kept for kept in self._kept if kept.position < position] or self._kept[:1]
