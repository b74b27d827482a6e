"""One run of a group: what it began with, its schedules, and the changes of its settings, made and still to come."""

from __future__ import annotations

from dataclasses import dataclass, field

from momentum_gui.lab import schedule
from momentum_gui.lab.settings import RunSettings, SettingsChange, Training
from momentum_gui.lab.training.frame import AppliedChange


@dataclass
class RunState:
    """The [training] of one run and its changes, in the order of their updates."""

    training: Training
    updates_per_epoch: int
    changes: list[SettingsChange] = field(default_factory=list)

    def settings_at(self, update: int) -> RunSettings:
        """Return the settings in force for the update after `update` updates, with the schedules."""
        return schedule.in_force(self.training, self.base_at(update), update, self.updates_per_epoch)

    def base_at(self, update: int) -> RunSettings:
        """Return the settings given for the update after `update` updates, which the schedules multiply."""
        settings = RunSettings.of(self.training)
        for change in self.changes:
            if change.update <= update:
                settings = settings.after(change)
        return settings

    def applied_until(self, update: int) -> tuple[AppliedChange, ...]:
        """Return the changes up to an update that altered something, oldest first."""
        applied, before = [], RunSettings.of(self.training)
        for change in self.changes:
            if change.update > update:
                break
            after = before.after(change)
            if after != before or change.weights:
                applied.append(AppliedChange(change.update, before, after, tuple(change.weights.items())))
            before = after
        return tuple(applied)

    def next_change(self, update: int) -> int | None:
        """Return the first update after this one at which a setting or a weight may change; None if none does."""
        momentum = self.base_at(update).momentum
        following = schedule.next_change(self.training, momentum, update, self.updates_per_epoch)
        found = [] if following is None else [following]
        found += [change.update for change in self.changes if change.update > update]
        return min(found, default=None)

    def jumps_at(self, update: int) -> bool:
        """Return whether a change at this update sets weights, so that no step leads from one side to the other."""
        return any(change.weights and change.update == update for change in self.changes)

    def rescales_at(self, update: int) -> bool:
        """Return whether the rate changes at this update and rescales the velocity, by a change or the schedule.

        Where a change that keeps the velocity meets a step of a rescaling schedule, the velocity is rescaled.
        """
        if any(change.velocity == "rescale" and change.update == update for change in self.changes):
            return True
        return schedule.rescales(self.training, update, self.updates_per_epoch)

    def add(self, change: SettingsChange) -> None:
        """Add a change and drop those that lay ahead of it; one at the same update is merged with it."""
        earlier = [past for past in self.changes if past.update < change.update]
        for past in (past for past in self.changes if past.update == change.update):
            change = past.merged(change)
        self.changes[:] = [*earlier, change]
