"""A group: the runs of an experiment that share batch size and data, each with its own settings and changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.interface import Engine
from momentum_gui.engine.population import Floats, Population, Task
from momentum_gui.engine.rules import RULES
from momentum_gui.lab.settings import Change, Training
from momentum_gui.lab.training.item_order import ItemOrder
from momentum_gui.lab.training.lockstep import Lockstep, Stretch

__all__ = ["Group", "Member", "Stretch"]


@dataclass
class Member:
    """One run of a group: its settings as they stand now, and the changes still to come or already made."""

    training: Training
    changes: list[Change] = field(default_factory=list)

    def settings_at(self, update: int) -> Training:
        """The settings that hold for the update after `update` updates."""
        from msgspec.structs import replace

        training = self.training
        for change in self.changes:
            if change.update <= update:
                given = {
                    key: value
                    for key in ("rule", "learning_rate", "momentum")
                    if (value := getattr(change, key)) is not None
                }
                training = replace(training, **given)
        return training


class Group(Lockstep):
    """Runs in lockstep: one task, one population, and for each run its member's settings and changes."""

    def __init__(
        self, engine: Engine, task: Task, members: list[Member], weights: Floats, weight_names: tuple[str, ...]
    ) -> None:
        orders: dict[tuple[int, bool], ItemOrder] = {}
        order_of_run = []
        for member in members:
            key = (member.training.seed, member.training.order == "shuffled")
            orders.setdefault(key, ItemOrder(task.items_per_epoch, key[0], shuffled=key[1]))
            order_of_run.append(list(orders).index(key))
        population = Population(
            weights=np.array(weights, dtype=np.float64),
            learning_rate=np.empty(len(members)),
            coefficients=np.empty((len(members), 4)),
            target_error=np.array([member.training.target_error for member in members]),
            order_of_run=np.array(order_of_run, dtype=np.int64),
        )
        limits = np.array([member.training.epochs for member in members], dtype=np.int64)
        super().__init__(engine, task, tuple(orders.values()), population, limits)
        self.members, self.weight_names = members, weight_names
        self.log_every = np.array([member.training.log_every for member in members], dtype=np.int64)
        self.apply_settings()

    def changes(self) -> Iterable[int]:
        """The updates at which some member changes a setting or a weight."""
        return (change.update for member in self.members for change in member.changes)

    def measured(self, epochs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The epochs that some member logs: its every so-many-th, and its last."""
        number = epochs[:, None]
        logged: NDArray[np.bool_] = ((number % self.log_every == 0) | (number == self.limits)).any(axis=1)
        return logged

    def apply_settings(self, *, weights: bool = False) -> None:
        """Bring rates and coefficients to what holds now; with `weights`, also set those that a change here sets."""
        for run, member in enumerate(self.members):
            training = member.settings_at(self.update)
            rule = RULES[training.rule]
            self.population.learning_rate[run] = training.learning_rate
            self.population.coefficients[run] = rule.coefficients(training.momentum)
            self.momentum[run] = training.momentum if self.population.coefficients[run, 1] else 0.0
            if weights:
                for change in member.changes:
                    if change.update == self.update:
                        for name, value in change.weights.items():
                            self.population.weights[run, self.weight_names.index(name)] = value
