"""The one training path: window, command line, sweep and tests all advance a Trainer."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Outcome
from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.experiment.change import checked_change
from momentum_gui.lab.experiment.validation import check_rule
from momentum_gui.lab.settings import Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.log_columns import PLAIN, LogChoice
from momentum_gui.lab.steps.trace import Trace
from momentum_gui.lab.steps.trace_window import WINDOW
from momentum_gui.lab.training.checkpoints import Checkpoints
from momentum_gui.lab.training.frame import Frame, Rows
from momentum_gui.lab.training.group import Group
from momentum_gui.lab.training.group_slot import GroupSlot
from momentum_gui.lab.training.item_clock import position_of, update_at
from momentum_gui.lab.training.run_reporter import RunReporter
from momentum_gui.lab.training.run_state import RunState

WINDOW_WORK = 20_000_000
"""Winding back also trains the window before that moment again, as far as items × weights stay below this."""


class Trainer:
    """Trains all runs of an experiment side by side, `advance` by `advance`; knows no screen and no thread.

    The clock is `position`: items presented to each run. Runs of different batch size so keep the same pace through
    the data. How a training is cut into advances never changes its numbers. With a `choice` other than the plain one,
    rows also have what that asks for; training then halts at each logged epoch, and so takes longer.

    Raises BadInputError for an experiment that cannot be set up, ValueError for an engine that is not there.
    """

    def __init__(
        self, experiment: Experiment, engine: str = "auto", setup: Setup | None = None, choice: LogChoice = PLAIN
    ) -> None:
        self.experiment = experiment
        self.setup = Setup.of(experiment) if setup is None else setup
        self.choice = choice
        self.engine = choose(engine)
        self.position = 0
        self.updates_done = 0
        self.groups: list[Group] = []
        self._runs: list[RunReporter] = self._grouped()
        self.items_per_epoch = self.groups[0].task.items_per_epoch
        self._checkpoints = Checkpoints()
        self._checkpoints.keep(self.position, self.groups)

    def _grouped(self) -> list[RunReporter]:
        """Put the runs into groups by what they must share; return each run's reporter, in the order of the runs."""
        runs = self.experiment.runs
        alike: dict[tuple[object, str], list[int]] = {}
        for number, run in enumerate(runs):
            alike.setdefault((run.training.batch_size, run.training.reduction), []).append(number)
        slots: dict[int, GroupSlot] = {}
        for numbers in alike.values():
            trainings = [runs[number].training for number in numbers]
            weights = np.stack([self.setup.initial_weights(runs[number]) for number in numbers])
            task = self.setup.task(trainings[0])
            states = [RunState(each, task.updates_per_epoch, list(each.change)) for each in trainings]
            group = Group(self.engine, task, states, weights, self.setup.weight_names, self.setup.rules)
            self.groups.append(group)
            slots |= {number: GroupSlot(group, row) for row, number in enumerate(numbers)}
        return [RunReporter(run.name, slots[n], self.engine, self.setup, self.choice) for n, run in enumerate(runs)]

    @property
    def finished(self) -> bool:
        """Whether no run goes on: each has finished, converged, diverged or been stopped."""
        return not any(group.running for group in self.groups)

    @property
    def run_names(self) -> tuple[str, ...]:
        """The names of the runs, in order."""
        return tuple(run.name for run in self.experiment.runs)

    @property
    def chosen_names(self) -> tuple[str, ...]:
        """The names of the weights whose anatomy the rows have."""
        return tuple(self.setup.weight_names[number] for number in self.choice.numbers(self.setup))

    def first_frame(self) -> Frame:
        """Return the frame of the present state with one row for each run: at the start, epoch 0 of the log."""
        return self._frame([[run.present_row()] for run in self._runs])

    def advance(self, updates: int = 1) -> Frame:
        """Do this many more updates (of the runs with the smallest batch; the others keep pace) and report them.

        Raises ValueError below 0.
        """
        if updates < 0:
            raise ValueError(f"updates = {updates}: allowed is 0 or more; step_back goes back")
        target = self._position_after(updates)
        return self._advance_to(target)

    def advance_epochs(self, epochs: int = 1) -> Frame:
        """Go on to the end of the epoch under way, and over the `epochs` − 1 after it. Raises ValueError below 1."""
        if epochs < 1:
            raise ValueError(f"epochs = {epochs}: allowed is 1 or more")
        return self._advance_to((self.position // self.items_per_epoch + epochs) * self.items_per_epoch)

    def advance_to(self, position: int) -> Frame:
        """Go on to a position of the clock; from there or beyond, nothing is trained."""
        return self._advance_to(max(position, self.position))

    def seek(self, position: int) -> Frame:
        """Wind time back (or on) to a position; going on from there repeats the same numbers, bit for bit.

        The frame has no rows; its windows are whole, see WINDOW_WORK. Raises ValueError for a negative position.
        """
        if position < 0:
            raise ValueError(f"position = {position}: allowed is 0 or more")
        if position < self.position:
            self.go_back_to_kept(self._window_begin(position))
        return self._advance_to(position, silent=True)

    def go_back_to_kept(self, position: int) -> None:
        """Stand at the last state that was kept at or before a position; nothing is trained."""
        self.position = self._checkpoints.restore(position, self.groups)
        for run in self._runs:
            if run.slot.outcome is Outcome.RUNNING:  # of one that had ended there, the window is still the last
                run.window = None

    @property
    def windows(self) -> list[Trace | None]:
        """The window of each run's last updates, None before the first."""
        return [run.window for run in self._runs]

    @windows.setter
    def windows(self, windows: list[Trace | None]) -> None:
        for run, window in zip(self._runs, windows, strict=True):
            run.window = window

    def group_of(self, run: int) -> Group:
        """Return the group that a run is trained in."""
        return self._runs[run].slot.group

    def group_slot(self, run: int) -> GroupSlot:
        """Return where a run is in its group."""
        return self._runs[run].slot

    def updates_of(self, run: int) -> int:
        """Return the updates that a run has done."""
        return self._runs[run].slot.update

    def step_back(self, updates: int = 1) -> Frame:
        """Undo this many updates (of the runs with the smallest batch), at most back to the start."""
        return self.seek(self._position_after(-updates))

    def change(
        self,
        run: int,
        *,
        rule: str | None = None,
        learning_rate: float | None = None,
        momentum: float | None = None,
        weights: Mapping[str, float] | None = None,
        velocity: str = "keep",
    ) -> None:
        """Change a run's settings, or weights by name, from its next update on; the experiment keeps the change.

        `velocity` says whether the stored step keeps the old rate's scale ("keep") or is multiplied by new/old rate
        ("rescale"). Changes that lay ahead of this moment (after winding back) are dropped. Raises BadInputError for
        a value that is not allowed; nothing is then changed.
        """
        reporter = self._runs[run]
        group, state = reporter.slot.group, reporter.slot.state
        for name in weights or {}:
            self.setup.index(name, "weights")
        check_rule(self.experiment, rule, "rule")
        state.add(checked_change(group.update, rule, learning_rate, momentum, weights, velocity))
        group.apply_settings()
        group.apply_weights()
        if weights:
            reporter.window = None  # its steps do not lead to the weights as they are now
        self._checkpoints.forget_after(self.position)

    def stop(self) -> None:
        """End every run that still goes on, as stopped by the user."""
        for group in self.groups:
            outcome = group.population.outcome
            outcome[outcome == Outcome.RUNNING] = Outcome.STOPPED

    def experiment_so_far(self) -> Experiment:
        """Return the experiment with every change made on the way: training it again gives the same rows."""
        runs = [
            Run(run.name, msgspec.structs.replace(run.training, change=list(reporter.slot.state.changes)))
            for run, reporter in zip(self.experiment.runs, self._runs, strict=True)
        ]
        if not self.experiment.run:
            return msgspec.structs.replace(self.experiment, training=runs[0].training)
        return self.experiment.with_runs(runs)

    def settings(self, run: int) -> Training:
        """Return the run's [training] with the rule, learning rate and momentum given for its next update.

        Its schedules are not applied: a frame has the rate and momentum in force.
        """
        slot = self._runs[run].slot
        return slot.base.put_into(slot.state.training)

    def _position_after(self, updates: int) -> int:
        """Return the clock after that many more (or fewer) updates of the running runs with the smallest batch."""
        groups = [group for group in self.groups if group.running] if updates > 0 else self.groups
        finest = max(groups or self.groups, key=lambda group: group.task.updates_per_epoch).task
        batch, epoch_items = finest.batch_size, finest.items_per_epoch
        epoch, items = divmod(self.position, epoch_items)
        update = epoch * finest.updates_per_epoch + (-(-items // batch) if updates < 0 else items // batch)
        return position_of(finest, max(0, update + updates))

    def _advance_to(self, position: int, *, silent: bool = False) -> Frame:
        rows: list[list[Rows]] = [[] for _ in self._runs]
        for group in self.groups:
            mine = [(run, rows[number]) for number, run in enumerate(self._runs) if run.slot.group is group]
            before = group.update
            halting = not (silent or self.choice.is_plain)
            for segment in group.advance(update_at(group.task, position), keep_weights=not silent, halting=halting):
                for run, found in mine:
                    run.slide_window(segment)
                    if not silent:
                        found.append(run.rows(segment))
            self.updates_done += max(0, group.update - before)
        self.position = position if not self.finished else min(position, self._end())
        self._checkpoints.keep(self.position, self.groups)
        return self._frame(rows)

    def _frame(self, rows: list[list[Rows]]) -> Frame:
        runs = tuple(run.frame(parts) for run, parts in zip(self._runs, rows, strict=True))
        return Frame(self.position, self.items_per_epoch, runs, self.updates_done)

    def _window_begin(self, position: int) -> int:
        """Return the position at which the windows that end at this one begin."""
        begin = position
        for task in (group.task for group in self.groups):
            updates = max(1, min(WINDOW, WINDOW_WORK // (task.batch_size * task.weight_count)))
            begin = min(begin, position_of(task, max(0, update_at(task, position) - updates)))
        return begin

    def _end(self) -> int:
        """Return the position of the clock when the last run has ended."""
        return max(run.slot.epoch * self.items_per_epoch for run in self._runs)
