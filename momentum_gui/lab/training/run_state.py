"""One run of a group: what it began with, and the changes of its settings, made and still to come."""

from __future__ import annotations

from dataclasses import dataclass, field

from momentum_gui.lab.settings import RunSettings, SettingsChange, Training
from momentum_gui.lab.training.frame import AppliedChange


@dataclass
class RunState:
    """The [training] of one run and its changes, in the order of their updates."""

    training: Training
    changes: list[SettingsChange] = field(default_factory=list)

    def settings_at(self, update: int) -> RunSettings:
        """Return the settings that hold for the update after `update` updates."""
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

    def jumps_at(self, update: int) -> bool:
        """Return whether a change at this update sets weights, so that no step leads from one side to the other."""
        return any(change.weights and change.update == update for change in self.changes)

    def rescales_at(self, update: int) -> bool:
        """Return whether a change of rate at this update rescales the velocity."""
        return any(change.velocity == "rescale" and change.update == update for change in self.changes)

    def add(self, change: SettingsChange) -> None:
        """Add a change and drop those that lay ahead of it; one at the same update is merged with it."""
        earlier = [past for past in self.changes if past.update < change.update]
        for past in (past for past in self.changes if past.update == change.update):
            change = past.merged(change)
        self.changes[:] = [*earlier, change]
