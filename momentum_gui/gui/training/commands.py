"""What the window asks of the worker, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from momentum_gui.lab.experiment import Experiment, Run, edits
from momentum_gui.lab.settings import OwnRule, SettingsChange, Velocity

KEEPS_PLACE = frozenset({"epochs", "target_error", "log_every"})
"""Settings of [training] that alter no number of the training so far: it goes on from where it is."""


@dataclass(frozen=True)
class Command:
    """Something that the window asks of the worker.

    A command may change the experiment that Reset starts (`applied`), the numbers of the runs (`follow`), and which of
    them should be selected afterwards (`chosen`).
    """

    waits: ClassVar[bool] = False
    """Whether the command waits for a replay to catch up with the place where the training was."""
    replaces_runs: ClassVar[bool] = False
    """Whether there may be other runs afterwards: the window shows them once they are there."""
    text: ClassVar[str] = ""
    """What the command does, for "Undo …"; empty for one that cannot be undone."""

    @property
    def restarts(self) -> bool:
        """Whether what was trained so far is gone afterwards."""
        return False

    def applied(self, experiment: Experiment) -> Experiment:
        """Return the experiment after the command. Raises BadInputError where it is not allowed."""
        return experiment

    def follow(self, run: int) -> int | None:
        """Return the number that a run has after the command; None where it is gone."""
        return run

    def chosen(self, experiment: Experiment) -> int | None:
        """Return the run to select afterwards, given the new experiment; None leaves the selection as it is."""
        return None

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        """Return the commands that undo this one, given the experiment before it."""
        return ()


# Commands that change the experiment.


@dataclass(frozen=True)
class Open(Command):
    """Set up an experiment, paused at its start or trained to a position."""

    replaces_runs: ClassVar[bool] = True
    text: ClassVar[str] = "opening of an experiment"

    experiment: Experiment
    position: int = 0
    selected: int = 0
    hidden: tuple[str, ...] = ()

    @property
    def restarts(self) -> bool:
        return True

    def applied(self, experiment: Experiment) -> Experiment:
        return self.experiment

    def follow(self, run: int) -> int | None:
        return None

    def chosen(self, experiment: Experiment) -> int | None:
        return self.selected


@dataclass(frozen=True)
class BringBack(Open):
    """Set up again what was `trained`, with the changes on the way, to its position; Reset starts the `experiment`."""

    trained: Experiment | None = None


@dataclass(frozen=True)
class EditSettings(Command):
    """Change settings of problem, network or training, for all runs; by section, None = the default."""

    text: ClassVar[str] = "change of settings"
    settings: Mapping[str, Mapping[str, Any]]

    @property
    def keeps_place(self) -> bool:
        """Whether the training can go on from where it is."""
        return set(self.settings) == {"training"} and KEEPS_PLACE.issuperset(self.settings["training"])

    @property
    def restarts(self) -> bool:
        return not self.keeps_place

    def applied(self, experiment: Experiment) -> Experiment:
        return edits.with_settings(experiment, self.settings)

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (Restore(before, keeps_place=self.keeps_place),)


@dataclass(frozen=True)
class Restore(Command):
    """Go back to an experiment with the same runs, at its start or in the same place."""

    experiment: Experiment
    keeps_place: bool

    def applied(self, experiment: Experiment) -> Experiment:
        return self.experiment


@dataclass(frozen=True)
class SetStart(Command):
    """Let runs start from other weights, by name, and go back to the start."""

    text: ClassVar[str] = "move of the start"
    runs: tuple[int, ...]
    weights: Mapping[str, float]

    @property
    def restarts(self) -> bool:
        return True

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (Restore(before, keeps_place=False),)

    def applied(self, experiment: Experiment) -> Experiment:
        on_surface = experiment.problem.surface is not None and set(self.weights) == {"x", "y"}
        if on_surface and len(self.runs) == len(experiment.runs):
            place = [self.weights["x"], self.weights["y"]]
            return edits.with_settings(experiment, {"problem": {"start": place}, "training": {"start": None}})
        for run in self.runs:
            start = {**experiment.runs[run].training.start, **self.weights}
            experiment = edits.with_run(experiment, run, start=start)
        return experiment


@dataclass(frozen=True)
class SetSchedule(Command):
    """Give runs another schedule of the rate or the momentum, as a table of keys, and go back to the start."""

    text: ClassVar[str] = "change of a schedule"
    runs: tuple[int, ...]
    key: str
    value: Mapping[str, Any]

    @property
    def restarts(self) -> bool:
        return True

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (Restore(before, keeps_place=False),)

    def applied(self, experiment: Experiment) -> Experiment:
        return edits.with_schedule(experiment, self.runs, self.key, dict(self.value))


@dataclass(frozen=True)
class SetOwnRule(Command):
    """Give the experiment a rule of one's own, in the place of another where it `replaces` one, and go back to the
    start; `runs` follow it from then on. One that is only added changes no number: the training goes on."""

    replaces_runs: ClassVar[bool] = True
    text: ClassVar[str] = "change of a rule"

    own: OwnRule
    replaces: str | None = None
    runs: tuple[int, ...] = ()

    @property
    def restarts(self) -> bool:
        return bool(self.runs or self.replaces)

    def applied(self, experiment: Experiment) -> Experiment:
        return edits.with_own_rule(experiment, self.own, self.replaces, self.runs)

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (Restore(before, keeps_place=False),) if self.restarts else (RemoveOwnRule(self.own.id),)


@dataclass(frozen=True)
class RemoveOwnRule(Command):
    """Take a rule that no run follows out of the experiment."""

    replaces_runs: ClassVar[bool] = True
    text: ClassVar[str] = "removal of a rule"

    rule: str

    def applied(self, experiment: Experiment) -> Experiment:
        return edits.without_own_rule(experiment, self.rule)

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return tuple(SetOwnRule(own) for own in before.rule if own.id == self.rule)


@dataclass(frozen=True)
class ChangeSettings(Command):
    """Change rule, rate or momentum of runs from their next update on.

    `velocity` says whether a new rate keeps the stored step or rescales it; the inverse does the same.
    """

    waits: ClassVar[bool] = True
    text: ClassVar[str] = "change of rule or rates"

    runs: tuple[int, ...]
    rule: str | None = None
    learning_rate: float | None = None
    momentum: float | None = None
    velocity: Velocity = "keep"

    @property
    def values(self) -> dict[str, Any]:
        """Return the settings that are given, by key."""
        given = {"rule": self.rule, "learning_rate": self.learning_rate, "momentum": self.momentum}
        return {key: value for key, value in given.items() if value is not None}

    def applied(self, experiment: Experiment) -> Experiment:
        for run in self.runs:
            experiment = edits.with_run(experiment, run, self.rule, self.learning_rate, self.momentum)
        return experiment

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return tuple(
            ChangeSettings(
                (run,),
                **{key: getattr(before.runs[run].training, key) for key in self.values},
                velocity=self.velocity,
            )
            for run in self.runs
        )


@dataclass(frozen=True)
class AddRun(Command):
    """Add a run, trained at once to where the others are; at the end, or where one was that comes back."""

    replaces_runs: ClassVar[bool] = True
    text: ClassVar[str] = "adding of a run"

    run: Run
    number: int | None = None

    def applied(self, experiment: Experiment) -> Experiment:
        runs = list(experiment.runs)
        runs.insert(len(runs) if self.number is None else self.number, self.run)
        return edits.with_runs(experiment, runs)

    def follow(self, run: int) -> int | None:
        return run if self.number is None or run < self.number else run + 1

    def chosen(self, experiment: Experiment) -> int | None:
        return len(experiment.runs) - 1 if self.number is None else self.number

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (RemoveRun(len(before.runs)),)


@dataclass(frozen=True)
class ForkRun(Command):
    """Add a run that goes as another up to an update, and on from there under a change."""

    replaces_runs: ClassVar[bool] = True

    text: ClassVar[str] = "fork"
    run: int
    update: int
    name: str
    change: SettingsChange

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (RemoveRun(len(before.runs)),)

    def applied(self, experiment: Experiment) -> Experiment:
        return edits.with_fork(experiment, self.run, self.update, self.name, self.change)

    def chosen(self, experiment: Experiment) -> int | None:
        return len(experiment.runs) - 1


@dataclass(frozen=True)
class RemoveRun(Command):
    """Remove a run."""

    replaces_runs: ClassVar[bool] = True
    text: ClassVar[str] = "removal of a run"

    run: int

    def applied(self, experiment: Experiment) -> Experiment:
        return edits.with_run_removed(experiment, self.run)

    def follow(self, run: int) -> int | None:
        return None if run == self.run else run - (run > self.run)

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (AddRun(before.runs[self.run], self.run),)


@dataclass(frozen=True)
class RenameRun(Command):
    """Give a run another name."""

    replaces_runs: ClassVar[bool] = True
    text: ClassVar[str] = "renaming of a run"

    run: int
    name: str

    def applied(self, experiment: Experiment) -> Experiment:
        return edits.with_run(experiment, self.run, name=self.name)

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (RenameRun(self.run, before.runs[self.run].name),)


RunEdit = AddRun | ForkRun | RemoveRun | RenameRun
"""Commands that edit the list of runs; the training keeps its place."""


# Commands that change no experiment.


@dataclass(frozen=True)
class Reset(Command):
    """Go back to the start, paused, with the settings as they are now."""

    text: ClassVar[str] = "reset"

    @property
    def restarts(self) -> bool:
        return True


@dataclass(frozen=True)
class Start(Command):
    """Train on, from the start again where all runs have ended."""


@dataclass(frozen=True)
class Pause(Command):
    """Stop training for now."""


@dataclass(frozen=True)
class StepUpdates(Command):
    """Do this many updates, or undo them where negative, and pause."""

    waits: ClassVar[bool] = True

    updates: int = 1


@dataclass(frozen=True)
class StepEpoch(Command):
    """Go to the end of the epoch under way, or back to the end of the one before, and pause."""

    waits: ClassVar[bool] = True

    back: bool = False


@dataclass(frozen=True)
class Seek(Command):
    """Go to a position of the training's clock, in items, and pause."""

    waits: ClassVar[bool] = True

    position: int


@dataclass(frozen=True)
class SetWeights(Command):
    """Give weights of a run other values from here on."""

    waits: ClassVar[bool] = True
    text: ClassVar[str] = "change of weights"

    run: int
    weights: Mapping[str, float]
    before: Mapping[str, float] = field(default_factory=dict)

    def inverse(self, before: Experiment) -> tuple[Command, ...]:
        return (SetWeights(self.run, self.before, self.weights),) if self.before else ()


@dataclass(frozen=True)
class Tell(Command):
    """Answer with the experiment so far: training that again gives the same rows."""

    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class Look(Command):
    """Answer with a run's frame after its last update at or before a position, or with why it is `Missed`."""

    run: int
    position: int


@dataclass(frozen=True)
class UseCompiledEngine(Command):
    """Go on with the compiled engine, if compiling it went well."""

    compiled: bool


@dataclass(frozen=True)
class Order:
    """A command with its number: orders are carried out one after the other, and what comes of one has its number."""

    number: int
    command: Command
