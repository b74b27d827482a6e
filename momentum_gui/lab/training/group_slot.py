"""Where a run is in its group: the group, and the run's row in the group's population."""

from __future__ import annotations

from dataclasses import dataclass

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome, Population
from momentum_gui.engine.rules import Coefficients
from momentum_gui.engine.task import Task
from momentum_gui.lab.schedule import in_force
from momentum_gui.lab.settings import RunSettings
from momentum_gui.lab.training.group import Group
from momentum_gui.lab.training.run_state import RunState


@dataclass(frozen=True)
class GroupSlot:
    """One run, seen through its group."""

    group: Group
    row: int

    @property
    def population(self) -> Population:
        """The group's population."""
        return self.group.population

    @property
    def task(self) -> Task:
        """The group's task."""
        return self.group.task

    @property
    def state(self) -> RunState:
        """The run's settings and changes."""
        return self.group.states[self.row]

    @property
    def outcome(self) -> Outcome:
        """How the run is doing."""
        return Outcome(int(self.population.outcome[self.row]))

    @property
    def epoch(self) -> int:
        """The epochs that the run has completed."""
        return int(self.population.epochs[self.row])

    @property
    def update(self) -> int:
        """The updates that the run has done: those of its group, or fewer if it ended before."""
        if self.outcome is Outcome.RUNNING:
            return self.group.update
        return min(self.group.update, self.epoch * self.task.updates_per_epoch)

    @property
    def settings(self) -> RunSettings:
        """The settings in force: for the run's next update or, once it has ended, as they were for its last."""
        update = self.update if self.outcome is Outcome.RUNNING else max(0, self.update - 1)
        return in_force(self.state.training, self.base, update, self.task.updates_per_epoch)

    @property
    def base(self) -> RunSettings:
        """The settings given for the run's next update, which its schedules multiply."""
        return self.state.base_at(self.group.update)

    @property
    def coefficients(self) -> Coefficients:
        """The four numbers of the run's rule."""
        return Coefficients(*map(float, self.population.coefficients[self.row]))

    @property
    def weights(self) -> Floats:
        """The run's weights as they are now, a view: (1, weights)."""
        return self.population.weights[self.row : self.row + 1]
