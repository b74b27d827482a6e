"""What the window shows, as one frozen value: experiment, training, selected run, visible runs and moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Signal

from momentum_gui.engine.rules import Rule
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.settings import Training, Velocity
from momentum_gui.lab.setup import Setup


class Activity(Enum):
    """What the worker is doing."""

    PREPARING = "Preparing"
    READY = "Ready"
    RUNNING = "Running"
    PAUSED = "Paused"
    FINISHED = "Finished"

    @property
    def rests(self) -> bool:
        """Whether a training is set up and does not run."""
        return self in (Activity.READY, Activity.PAUSED, Activity.FINISHED)


@dataclass(frozen=True, eq=False)
class ShownTraining:
    """The training that the window shows. `settings` are those of each run's next update, in the order of the runs.

    `number` counts the trainings of a session: what the worker reports of another number is about another training.
    The record grows in place; `record.version` says how far it has come.
    """

    number: int
    setup: Setup
    record: Record
    engine: str
    settings: tuple[Training, ...]

    def __post_init__(self) -> None:
        if len(self.settings) != len(self.record.runs):
            raise ValueError(f"{len(self.settings)} settings for {len(self.record.runs)} runs")


@dataclass(frozen=True, eq=False)
class WindowState:
    """Everything that the window shows at one time. It is replaced as a whole, never changed.

    `experiment` is what Reset starts: the newest settings that were asked for. `visible` says for each run of the
    training whether plots draw it; `moment` is a past moment in epochs, None = the present. `velocity` says what a new
    rate does to the stored step from now on.
    """

    experiment: Experiment
    training: ShownTraining | None = None
    selected: int = 0
    visible: tuple[bool, ...] = ()
    moment: float | None = None
    activity: Activity = Activity.READY
    velocity: Velocity = "keep"

    def __post_init__(self) -> None:
        runs = 0 if self.training is None else len(self.training.record.runs)
        if len(self.visible) != runs:
            raise ValueError(f"{len(self.visible)} visibilities for {runs} runs")
        if self.training is not None and len(self.experiment.runs) != runs:
            raise ValueError(f"an experiment of {len(self.experiment.runs)} runs for a training of {runs}")
        if not 0 <= self.selected < max(runs, 1):
            raise ValueError(f"selected = {self.selected}: there are {runs} runs")

    @classmethod
    def of_record(cls, setup: Setup, record: Record, selected: int = 0) -> WindowState:
        """Return the state that shows a finished record: all runs visible, at the present."""
        settings = tuple(run.training for run in setup.experiment.runs)
        training = ShownTraining(0, setup, record, "", settings)
        return cls(setup.experiment, training, selected, (True,) * len(record.runs))

    @property
    def setup(self) -> Setup | None:
        """The set-up of the training shown."""
        return None if self.training is None else self.training.setup

    @property
    def record(self) -> Record | None:
        """The record of the training shown."""
        return None if self.training is None else self.training.record

    @property
    def run(self) -> RunRecord | None:
        """The selected run's record."""
        return None if self.training is None else self.training.record.runs[self.selected]

    @property
    def settings(self) -> tuple[Training, ...]:
        """The settings of each run's next update; none before the first training."""
        return () if self.training is None else self.training.settings

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule that a run may have, by id: those of the experiment, and of the training that is still shown."""
        return self.experiment.rules if self.setup is None else {**self.setup.rules, **self.experiment.rules}

    @property
    def run_settings(self) -> Training:
        """The selected run's settings for its next update; before the first training, those of the first run."""
        return self.experiment.runs[0].training if self.training is None else self.training.settings[self.selected]

    @property
    def runs_shown(self) -> list[tuple[int, RunRecord]]:
        """The visible runs, each with its number."""
        runs = [] if self.training is None else self.training.record.runs
        return [(number, run) for number, run in enumerate(runs) if self.visible[number]]

    @property
    def hidden_names(self) -> list[str]:
        """The names of the runs that plots leave out."""
        runs: Sequence[RunRecord] = [] if self.training is None else self.training.record.runs
        return [run.name for run, shown in zip(runs, self.visible, strict=True) if not shown]


class StateStore(QObject):
    """Holds the window's state. `changed` carries the state before and the one that holds now."""

    changed = Signal(object, object)

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current = WindowState(experiment)

    @property
    def current(self) -> WindowState:
        """The state that holds now."""
        return self._current

    def update(self, **changes: Any) -> None:
        """Replace the state by one with these fields changed; say so if any of them differs."""
        before = self._current
        if all(getattr(before, name) is value or getattr(before, name) == value for name, value in changes.items()):
            return
        self._current = replace(before, **changes)
        self.changed.emit(before, self._current)
