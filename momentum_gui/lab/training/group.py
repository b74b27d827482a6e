"""A group: the runs of an experiment that share batch size and data, each with its own settings and changes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.population import Population
from momentum_gui.engine.rules import RULES, Rule
from momentum_gui.engine.task import Task
from momentum_gui.lab.training.item_order import ItemOrder
from momentum_gui.lab.training.lockstep import Lockstep
from momentum_gui.lab.training.run_state import RunState


class Group(Lockstep):
    """Runs in lockstep: one task, one population, and for each run its state."""

    def __init__(
        self,
        engine: Engine,
        task: Task,
        states: list[RunState],
        weights: Floats,
        weight_names: tuple[str, ...],
        rules: Mapping[str, Rule] = RULES,
    ) -> None:
        orders: dict[tuple[int, bool], ItemOrder] = {}
        order_of_run = []
        for state in states:
            key = (state.training.seed, state.training.order == "shuffled")
            orders.setdefault(key, ItemOrder(task.items_per_epoch, key[0], shuffled=key[1]))
            order_of_run.append(list(orders).index(key))
        population = Population(
            weights=np.array(weights, dtype=np.float64),
            learning_rate=np.empty(len(states)),
            coefficients=np.empty((len(states), 4)),
            target_error=np.array([state.training.target_error for state in states]),
            order_of_run=np.array(order_of_run, dtype=np.int64),
        )
        limits = np.array([state.training.epochs for state in states], dtype=np.int64)
        super().__init__(engine, task, tuple(orders.values()), population, limits)
        self.states, self.weight_names, self.rules = states, weight_names, rules
        self.log_every = np.array([state.training.log_every for state in states], dtype=np.int64)
        self.apply_settings()
        self.velocity_rate[:] = population.learning_rate

    def next_change(self, update: int) -> int | None:
        """Return the first update after this one at which some run's setting or weight may change."""
        found = (state.next_change(update) for state in self.states)
        return min((each for each in found if each is not None), default=None)

    def measured(self, epochs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which epochs some run logs: every `log_every`th, and the last."""
        number = epochs[:, None]
        logged: NDArray[np.bool_] = ((number % self.log_every == 0) | (number == self.limits)).any(axis=1)
        return logged

    def apply_settings(self) -> None:
        """Bring rates and coefficients to what holds for the next update."""
        for run, state in enumerate(self.states):
            settings = state.settings_at(self.update)
            self.population.learning_rate[run] = settings.learning_rate
            self.population.coefficients[run] = self.rules[settings.rule].coefficients(settings.momentum)
            self.momentum[run] = settings.momentum if self.population.coefficients[run, 1] else 0.0

    def apply_weights(self) -> None:
        """Set the weights that a change at this update sets."""
        for run, state in enumerate(self.states):
            for change in state.changes:
                if change.update == self.update:
                    for name, value in change.weights.items():
                        self.population.weights[run, self.weight_names.index(name)] = value

    def rescales(self) -> NDArray[np.bool_]:
        """Return which runs rescale their velocity where the rate changes at this update, (runs,)."""
        return np.array([state.rescales_at(self.update) for state in self.states], dtype=np.bool_)
