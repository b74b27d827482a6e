"""The frames of a training: rows of finished epochs, windows of last updates, and the present state of every run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from momentum_gui.engine.analysis.curvature import gradient_scale, sharpness
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.engine.task import SurfaceTask
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.log_columns import PARTS, Dissected, LogChoice, parts_of
from momentum_gui.lab.steps.trace import Trace
from momentum_gui.lab.steps.trace_window import carried_on
from momentum_gui.lab.training.frame import Rows, RunFrame
from momentum_gui.lab.training.group_slot import GroupSlot
from momentum_gui.lab.training.lockstep import Segment

MID_EPOCH_NUMBERS = 2_000_000
"""In mid-epoch a frame evaluates the error only where items × weights stay below this: a few milliseconds."""


class RunReporter:
    """What is reported of one run: `window` holds its last updates, None before the first."""

    def __init__(self, name: str, slot: GroupSlot, engine: Engine, setup: Setup, choice: LogChoice) -> None:
        self.name, self.slot, self.engine, self.choice = name, slot, engine, choice
        self.window: Trace | None = None
        self._chosen = choice.numbers(setup)

    def slide_window(self, segment: Segment) -> None:
        """Carry the window on over a segment."""
        if (trace := segment.trace_of(self.slot.row)) is None:
            return
        jumped = self.slot.state.jumps_at(segment.first_update)
        self.window = carried_on(None if jumped else self.window, trace)

    def rows(self, segment: Segment) -> Rows:
        """Return the logged epochs in a segment."""
        group, row = self.slot.group, self.slot.row
        epoch = np.arange(int(segment.epochs_before[row]) + 1, self.slot.epoch + 1)
        logged = (epoch % group.log_every[row] == 0) | (epoch == group.limits[row])
        if len(epoch) and self.slot.outcome is not Outcome.RUNNING:
            logged[-1] = True
        epoch, at = epoch[logged], np.flatnonzero(logged)
        columns, parts = self._chosen_columns(len(epoch))
        measures = segment.report.measures[row, at]
        scale = segment.coefficients[row, 0] * segment.learning_rate[row]
        return Rows(
            epoch=epoch,
            update=epoch * group.task.updates_per_epoch,
            learning_rate=np.full(len(epoch), segment.learning_rate[row]),
            momentum=np.full(len(epoch), segment.momentum[row]),
            measures=measures,
            gradient_part=scale * measures[:, Measure.GRADIENT_NORM],
            weights=segment.report.weights[row, at],
            columns=columns,
            parts=parts,
        )

    def present_row(self) -> Rows:
        """Return one row of the present state, without what only an update has."""
        slot, row = self.slot, self.slot.row
        measures = np.full((1, len(Measure)), np.nan)
        weights = slot.weights.copy()
        measures[0, : Measure.GRADIENT_NORM] = self._measure(weights)
        columns, parts = self._chosen_columns(1)
        return Rows(
            epoch=slot.population.epochs[row : row + 1].copy(),
            update=np.array([slot.update]),
            learning_rate=slot.population.learning_rate[row : row + 1].copy(),
            momentum=slot.group.momentum[row : row + 1].copy(),
            measures=measures,
            gradient_part=np.full(1, np.nan),
            weights=weights,
            columns=columns,
            parts=parts,
        )

    def frame(self, parts: Sequence[Rows]) -> RunFrame:
        """Return the frame of the present state, with these rows."""
        slot, trace = self.slot, self.window
        task, settings, update = slot.task, slot.settings, slot.update
        coefficients = slot.group.rules[settings.rule].coefficients(settings.momentum)
        rows = joined(parts) if parts else self._no_rows(task.weight_count)
        if len(rows) and rows.update[-1] == update:
            error, accuracy = rows.measures[-1, : Measure.TEST_ERROR]
        else:
            items = 1 if isinstance(task, SurfaceTask) else len(task.items)
            if items * task.weight_count > MID_EPOCH_NUMBERS:
                error = accuracy = np.nan
            else:
                error, accuracy = self._measure(slot.weights)[: Measure.TEST_ERROR]
        weights, stored = slot.weights[0].copy(), slot.population.stored[slot.row].copy()
        for array in (weights, stored, *vars(rows).values(), *((trace.gradients, trace.stored) if trace else ())):
            array.flags.writeable = False  # a frame may be read by another thread
        return RunFrame(
            name=self.name,
            outcome=slot.outcome,
            epoch=slot.epoch,
            update=update,
            updates_per_epoch=task.updates_per_epoch,
            rule=settings.rule,
            learning_rate=settings.learning_rate,
            momentum=settings.momentum if coefficients.b else 0.0,
            coefficients=coefficients,
            error=float(error),
            accuracy=float(accuracy),
            weights=weights,
            stored=stored,
            rows=rows,
            trace=trace,
            training=slot.state.training,
            changes=slot.state.applied_until(update if slot.outcome is Outcome.RUNNING else update - 1),
        )

    def _chosen_columns(self, rows: int) -> tuple[Floats, Floats]:
        """Return the chosen columns of the present state, for one row or none: (rows, columns), (rows, weights, 5)."""
        choice = self.choice
        columns, parts = np.empty((rows, len(choice.columns))), np.empty((rows, len(self._chosen), len(PARTS)))
        if rows and not choice.is_plain:
            task, window = self.slot.task, self.window
            if window is not None and window.end != self.slot.update:
                window = None
            run = Dissected(
                window,
                self.slot.coefficients,
                task.batch_size,
                task.updates_per_epoch,
                partial(sharpness, self.engine, task, self.slot.weights[0]),
                float(self.slot.population.learning_rate[self.slot.row]) * gradient_scale(task),
            )
            columns[:] = choice.values(run)
            parts[:] = np.nan if window is None else parts_of(window, self._chosen)
        return columns, parts

    def _measure(self, weights: Floats) -> Floats:
        """Return error and accuracy on training and held-out items, (4,), of one weight vector (1, weights)."""
        task = self.slot.task
        if isinstance(task, SurfaceTask):
            return np.array([self.engine.task_errors(task, weights)[0], np.nan, np.nan, np.nan])
        training = self.engine.errors(task.network, weights, task.items)
        held_out = self.engine.errors(task.network, weights, task.test_items)
        return np.concatenate((*training, *held_out))

    def _no_rows(self, weights: int) -> Rows:
        counts, numbers = np.empty(0, dtype=np.int64), np.empty(0)
        columns, parts = np.empty((0, len(self.choice.columns))), np.empty((0, len(self._chosen), len(PARTS)))
        measures = np.empty((0, len(Measure)))
        return Rows(counts, counts, numbers, numbers, measures, numbers, np.empty((0, weights)), columns, parts)


def joined(parts: Sequence[Rows]) -> Rows:
    """Return rows put end to end."""
    if len(parts) == 1:
        return parts[0]
    return Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__dataclass_fields__))
