"""The one training path: window, command line, sweep and tests all advance a Trainer."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Floats, Measure, Outcome, SurfaceTask
from momentum_gui.engine.rules import Coefficients
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.experiment.refusal import explain
from momentum_gui.lab.settings import Change, Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.log_columns import PARTS, PLAIN, Dissected, LogChoice, parts_of
from momentum_gui.lab.steps.trace import Trace
from momentum_gui.lab.steps.trace_window import WINDOW, carried_on
from momentum_gui.lab.training.checkpoints import Checkpoints
from momentum_gui.lab.training.frame import Frame, Rows, RunFrame
from momentum_gui.lab.training.group import Group, Member, Stretch
from momentum_gui.lab.training.item_clock import position_of, update_at

MID_EPOCH_NUMBERS = 2_000_000
"""In mid-epoch a frame evaluates the error only where items × weights stay below this: a few milliseconds."""
WINDOW_WORK = 20_000_000
"""Winding back also trains the window before that moment again, as far as items × weights stay below this."""


@dataclass(frozen=True)
class Place:
    """Where a run sits: its group, and its row there."""

    group: Group
    row: int


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
        self.choice, self._chosen = choice, choice.numbers(self.setup)
        self.engine = choose(engine)
        self.position = 0
        self.updates_done = 0
        members = [Member(run.training, list(run.training.change)) for run in experiment.runs]
        self._places: list[Place] = [Place(None, 0)] * len(members)  # type: ignore[arg-type]
        self.groups: list[Group] = []
        alike: dict[tuple[object, str], list[int]] = {}
        for number, member in enumerate(members):
            alike.setdefault((member.training.batch_size, member.training.reduction), []).append(number)
        for numbers in alike.values():
            weights = np.stack([self.setup.initial_weights(experiment.runs[number]) for number in numbers])
            task = self.setup.task(members[numbers[0]].training)
            group = Group(self.engine, task, [members[n] for n in numbers], weights, self.setup.weight_names)
            self.groups.append(group)
            for row, number in enumerate(numbers):
                self._places[number] = Place(group, row)
        self.items_per_epoch = self.groups[0].task.items_per_epoch
        self.windows: list[Trace | None] = [None] * len(members)
        self._checkpoints = Checkpoints()
        self._checkpoints.keep(self)

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
        return tuple(self.setup.weight_names[number] for number in self._chosen)

    def first_frame(self) -> Frame:
        """The frame of the present state with one row for each run: at the start, epoch 0 of the log."""
        return self._frame([[self._present_row(number)] for number in range(len(self._places))])

    def advance(self, updates: int = 1) -> Frame:
        """Do this many more updates (of the runs with the smallest batch; the others keep pace) and tell of them.

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
        self._checkpoints.restore(self, position)
        for number, place in enumerate(self._places):
            if place.group.population.outcome[place.row] == Outcome.RUNNING:
                self.windows[number] = None  # that of a run that had ended there is still the one

    def group_of(self, run: int) -> Group:
        """The group that a run is trained in."""
        return self._places[run].group

    def updates_of(self, run: int) -> int:
        """The updates that a run has done."""
        return self._update(self._places[run])

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
        weights: dict[str, float] | None = None,
    ) -> None:
        """Change a run's settings, or weights by name, from its next update on; the experiment keeps the change.

        Changes that lay ahead of this moment (after winding back) are dropped: history is written anew.
        Raises BadInputError for a value that is not allowed; nothing is then changed.
        """
        place = self._places[run]
        group, member = place.group, place.group.members[place.row]
        for name in weights or {}:
            self.setup.index(name, "weights")
        change = checked(Change(group.update, rule, learning_rate, momentum, dict(weights or {})))
        earlier = [past for past in member.changes if past.update < group.update]
        for past in (past for past in member.changes if past.update == group.update):
            change = Change(
                group.update,
                change.rule or past.rule,
                past.learning_rate if change.learning_rate is None else change.learning_rate,
                past.momentum if change.momentum is None else change.momentum,
                past.weights | change.weights,
            )
        member.changes[:] = [*earlier, change]
        group.apply_settings(weights=True)
        if weights:
            self.windows[run] = None  # its steps do not lead to where the run now stands
        self._checkpoints.forget_after(self.position)

    def stop(self) -> None:
        """End every run that still goes on, as stopped by the user."""
        for group in self.groups:
            outcome = group.population.outcome
            outcome[outcome == Outcome.RUNNING] = Outcome.STOPPED

    def experiment_so_far(self) -> Experiment:
        """The experiment with every change made on the way: training it again gives the same rows."""
        runs = [
            Run(run.name, msgspec.structs.replace(run.training, change=list(place.group.members[place.row].changes)))
            for run, place in zip(self.experiment.runs, self._places, strict=True)
        ]
        if not self.experiment.run:
            return msgspec.structs.replace(self.experiment, training=runs[0].training)
        return self.experiment.with_runs(runs)

    def settings(self, run: int) -> Training:
        """The settings that hold for the run's next update."""
        place = self._places[run]
        return place.group.members[place.row].settings_at(place.group.update)

    def _position_after(self, updates: int) -> int:
        """The clock after so many more (or fewer) updates of the running runs with the smallest batch."""
        groups = [group for group in self.groups if group.running] if updates > 0 else self.groups
        finest = max(groups or self.groups, key=lambda group: group.task.updates_per_epoch).task
        batch, epoch_items = finest.batch_size, finest.items_per_epoch
        epoch, items = divmod(self.position, epoch_items)
        update = epoch * finest.updates_per_epoch + (-(-items // batch) if updates < 0 else items // batch)
        return position_of(finest, max(0, update + updates))

    def _advance_to(self, position: int, *, silent: bool = False) -> Frame:
        rows: list[list[Rows]] = [[] for _ in self._places]
        for group in self.groups:
            mine = [n for n, place in enumerate(self._places) if place.group is group]
            before = group.update
            halting = not (silent or self.choice.is_plain)
            for stretch in group.advance(update_at(group.task, position), keep_weights=not silent, halting=halting):
                for number in mine:
                    self._slide_window(number, stretch)
                    if not silent:
                        rows[number].append(self._rows(number, stretch))
            self.updates_done += max(0, group.update - before)
        self.position = position if not self.finished else min(position, self._end())
        self._checkpoints.keep(self)
        return self._frame(rows)

    def _slide_window(self, number: int, stretch: Stretch) -> None:
        """Carry a run's window on over a stretch."""
        group, row = self._places[number].group, self._places[number].row
        if (trace := stretch.trace_of(row)) is None:
            return
        jumped = any(change.weights and change.update == stretch.first_update for change in group.members[row].changes)
        self.windows[number] = carried_on(None if jumped else self.windows[number], trace)

    def _window_begin(self, position: int) -> int:
        """The position at which the windows that end at this one begin."""
        begin = position
        for task in (group.task for group in self.groups):
            updates = max(1, min(WINDOW, WINDOW_WORK // (task.batch_size * task.weight_count)))
            begin = min(begin, position_of(task, max(0, update_at(task, position) - updates)))
        return begin

    def _end(self) -> int:
        """Where the clock stands when the last run has ended."""
        return max(int(place.group.population.epochs[place.row]) * self.items_per_epoch for place in self._places)

    def _rows(self, number: int, stretch: Stretch) -> Rows:
        """The logged epochs of one run in a stretch."""
        group, row = self._places[number].group, self._places[number].row
        before, after = int(stretch.epochs_before[row]), int(group.population.epochs[row])
        epoch = np.arange(before + 1, after + 1)
        logged = (epoch % group.log_every[row] == 0) | (epoch == group.limits[row])
        if len(epoch) and group.population.outcome[row] != Outcome.RUNNING:
            logged[-1] = True
        epoch, at = epoch[logged], np.flatnonzero(logged)
        columns, parts = self._chosen_of(number, len(epoch))
        return Rows(
            epoch=epoch,
            update=epoch * group.task.updates_per_epoch,
            learning_rate=np.full(len(epoch), stretch.learning_rate[row]),
            momentum=np.full(len(epoch), stretch.momentum[row]),
            measures=stretch.report.measures[row, at],
            weights=stretch.report.weights[row, at],
            columns=columns,
            parts=parts,
        )

    def _chosen_of(self, number: int, rows: int) -> tuple[Floats, Floats]:
        """What was chosen besides, of a run as it stands, for one row or none: (rows, columns), (rows, weights, 5)."""
        choice = self.choice
        columns, parts = np.empty((rows, len(choice.columns))), np.empty((rows, len(self._chosen), len(PARTS)))
        if rows and not choice.is_plain:
            place = self._places[number]
            task, window = place.group.task, self.windows[number]
            if window is not None and window.end != self._update(place):
                window = None
            coefficients = Coefficients(*map(float, place.group.population.coefficients[place.row]))
            run = Dissected(window, coefficients, task.batch_size, task.updates_per_epoch)
            columns[:] = choice.values(run)
            parts[:] = np.nan if window is None else parts_of(window, self._chosen)
        return columns, parts

    def _present_row(self, number: int) -> Rows:
        """One row of the present state, without what only an update has."""
        place = self._places[number]
        population = place.group.population
        measures = np.full((1, len(Measure)), np.nan)
        weights = population.weights[place.row : place.row + 1].copy()
        measures[0, : Measure.GRADIENT_NORM] = self._measure(place.group, weights)
        columns, parts = self._chosen_of(number, 1)
        return Rows(
            epoch=population.epochs[place.row : place.row + 1].copy(),
            update=np.array([self._update(place)]),
            learning_rate=population.learning_rate[place.row : place.row + 1].copy(),
            momentum=place.group.momentum[place.row : place.row + 1].copy(),
            measures=measures,
            weights=weights,
            columns=columns,
            parts=parts,
        )

    def _measure(self, group: Group, weights: Floats) -> Floats:
        """Error and accuracy on training and held-out items, (4,), of one weight vector (1, weights)."""
        task = group.task
        if isinstance(task, SurfaceTask):
            return np.array([self.engine.task_errors(task, weights)[0], np.nan, np.nan, np.nan])
        training = self.engine.errors(task.network, weights, task.items)
        held_out = self.engine.errors(task.network, weights, task.test_items)
        return np.concatenate((*training, *held_out))

    def _no_rows(self, weights: int) -> Rows:
        none, numbers = np.empty(0, dtype=np.int64), np.empty(0)
        measures = np.empty((0, len(Measure)))
        columns, parts = np.empty((0, len(self.choice.columns))), np.empty((0, len(self._chosen), len(PARTS)))
        return Rows(none, none, numbers, numbers, measures, np.empty((0, weights)), columns, parts)

    def _update(self, place: Place) -> int:
        """Updates that a run has done: those of its group, or fewer if it ended before."""
        if place.group.population.outcome[place.row] == Outcome.RUNNING:
            return place.group.update
        return min(
            place.group.update, int(place.group.population.epochs[place.row]) * place.group.task.updates_per_epoch
        )

    def _frame(self, rows: list[list[Rows]]) -> Frame:
        runs = tuple(self._run_frame(number, rows[number]) for number in range(len(self._places)))
        return Frame(self.position, self.items_per_epoch, runs, self.updates_done)

    def _run_frame(self, number: int, parts: list[Rows]) -> RunFrame:
        place = self._places[number]
        group, row = place.group, place.row
        population, task = group.population, group.task
        rows = joined(parts) if parts else self._no_rows(task.weight_count)
        trace = self.windows[number]
        settings = group.members[row].settings_at(max(0, group.update - 1))
        update = self._update(place)
        if len(rows) and rows.update[-1] == update:
            error, accuracy = rows.measures[-1, : Measure.TEST_ERROR]
        else:
            items = 1 if isinstance(task, SurfaceTask) else len(task.items)
            if items * task.weight_count > MID_EPOCH_NUMBERS:
                error = accuracy = np.nan
            else:
                error, accuracy = self._measure(group, population.weights[row : row + 1])[: Measure.TEST_ERROR]
        weights, stored = population.weights[row].copy(), population.stored[row].copy()
        for array in (weights, stored, *vars(rows).values(), *((trace.gradients, trace.stored) if trace else ())):
            array.flags.writeable = False  # a frame may be read by another thread
        return RunFrame(
            name=self.experiment.runs[number].name,
            outcome=Outcome(int(population.outcome[row])),
            epoch=int(population.epochs[row]),
            update=update,
            updates_per_epoch=task.updates_per_epoch,
            rule=settings.rule,
            learning_rate=settings.learning_rate,
            momentum=float(group.momentum[row]),
            error=float(error),
            accuracy=float(accuracy),
            weights=weights,
            stored=stored,
            rows=rows,
            trace=trace,
        )


def checked(change: Change) -> Change:
    """The change, if its values are allowed; raises BadInputError."""
    table = {"change": [msgspec.to_builtins(change)]}
    try:
        return msgspec.convert(table, Training).change[0]
    except msgspec.ValidationError as error:
        raise BadInputError(explain(error, table)) from None


def joined(parts: list[Rows]) -> Rows:
    """Rows put end to end."""
    if len(parts) == 1:
        return parts[0]
    return Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__dataclass_fields__))
