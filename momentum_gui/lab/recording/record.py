"""The history of a training, bounded in memory: the curves, paths and events that plots draw, live or loaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.lab.recording.history import Columns, Trail, nearest
from momentum_gui.lab.steps.trace import Trace
from momentum_gui.lab.training.frame import Frame, RunFrame

TRAIL_NUMBERS = 1 << 18


@dataclass(frozen=True)
class Event:
    """A change of settings in mid-training, where it happened (in epochs) and what it was."""

    epochs: float
    text: str


class RunRecord:
    """The history of one run. Positions are epochs, with the fraction of the epoch under way.

    `measures` has the columns of `Measure`, then the norm of the gradient part A·lr·g (column GRADIENT_PART).
    `path` holds weight vectors, `events` the changes. `looked_at` is the past moment trained again last, in epochs,
    and the frame of the run there, None where that would take too long.

    Every logged epoch is kept, with the same numbers however the training was cut into frames. A frame in mid-epoch
    that is less than an epoch after the one before also adds its own moment: what is watched step by step is drawn
    step by step.
    """

    GRADIENT_PART = len(Measure)

    def __init__(self, frame: RunFrame) -> None:
        self.name = frame.name
        self.latest = frame
        self.measures = Columns(len(Measure) + 1)
        self.path = Trail(len(frame.weights), min(2048, TRAIL_NUMBERS // len(frame.weights)))
        self.diverged_at: float | None = None
        self.looked_at: tuple[float, RunFrame | None] | None = None

    @property
    def events(self) -> list[Event]:
        """The changes made so far, oldest first."""
        per_epoch = self.latest.updates_per_epoch
        return [Event(change.update / per_epoch, change.text) for change in self.latest.changes]

    def extend(self, frame: RunFrame) -> None:
        """Add a frame of this run."""
        before, self.latest = self.latest, frame
        rows = frame.rows
        if len(rows):
            columns = np.column_stack((rows.measures, rows.gradient_part))
            self.measures.extend(rows.epoch.astype(np.float64), columns)
            self.path.extend(rows.epoch.astype(np.float64), rows.weights)
        mid_epoch = frame.update % frame.updates_per_epoch != 0
        if mid_epoch and frame.update - before.update < frame.updates_per_epoch and frame.update > before.update:
            # Stepping slowly: the moments within an epoch are worth showing too.
            self.path.extend(np.array([frame.epochs]), frame.weights[None])
            self.measures.extend(np.array([frame.epochs]), present_measures(frame))
        if frame.outcome is Outcome.DIVERGED and self.diverged_at is None:
            self.diverged_at = frame.epochs

    def rewind(self, frame: RunFrame) -> None:
        """Go back to the moment of a frame: what lies after it is forgotten."""
        self.latest = frame
        self.measures.rewind(frame.epochs)
        self.path.rewind(frame.epochs)
        self.looked_at = None
        if frame.outcome is not Outcome.DIVERGED:
            self.diverged_at = None

    def restart(self) -> None:
        """Forget everything."""
        self.measures.rewind(-1.0)
        self.path.rewind(-1.0)
        self.diverged_at, self.looked_at = None, None

    def weights_at(self, epochs: float | None) -> Floats:
        """Return the weights (weights,) at a moment, as near before it as was kept; None means the present."""
        if epochs is None or epochs >= self.latest.epochs or not len(self.path):
            return self.latest.weights
        return self.path.vectors[nearest(self.path.position, epochs)]

    @property
    def window(self) -> Trace | None:
        """The last updates under the present settings, see `lab.steps.trace_window`; None before the first."""
        return self.latest.trace

    def frame_at(self, epochs: float | None) -> RunFrame | None:
        """Return the frame after the update that led to a moment (epochs; None = the present).

        None where it is not known: of past moments only the one looked at last is.
        """
        if epochs is None or epochs >= self.latest.epochs:
            return self.latest
        return self.looked_at[1] if self.looked_at is not None and self.looked_at[0] == epochs else None

    def too_far(self, epochs: float | None) -> bool:
        """Return whether a moment was looked at in vain: to train it again would take too long."""
        return self.looked_at == (epochs, None)

    def update_at(self, epochs: float | None) -> tuple[Floats, Trace] | None:
        """Return the weights (W,) after the update that led to a moment, and the trace that ends with it, as
        `frame_at`."""
        frame = self.frame_at(epochs)
        return None if frame is None or frame.trace is None else (frame.weights, frame.trace)


class Record:
    """The histories of all runs of a training; `version` grows with each change, so that plots know when to redraw."""

    def __init__(self, frame: Frame) -> None:
        self.runs = [RunRecord(run) for run in frame.runs]
        self.latest = frame
        self.version = 0
        self.extend(frame)

    def extend(self, frame: Frame) -> None:
        """Add the next frame."""
        self.latest = frame
        for record, run in zip(self.runs, frame.runs, strict=True):
            record.extend(run)
        self.version += 1

    def look_at(self, run: int, epochs: float, frame: RunFrame | None) -> None:
        """Keep the frame of a past moment (epochs) of a run until another is looked at; None where it is too far."""
        self.runs[run].looked_at = (epochs, frame)
        self.version += 1

    def rewind(self, frame: Frame) -> None:
        """Go back in time to a frame that `Trainer.seek` or `step_back` gave."""
        self.latest = frame
        for record, run in zip(self.runs, frame.runs, strict=True):
            record.rewind(run)
        self.version += 1

    def restart(self, frame: Frame) -> None:
        """Go back to the start: the first rows give way to those of the frame."""
        self.rewind(frame)
        for run in self.runs:
            run.restart()
        self.extend(frame)


def present_measures(frame: RunFrame) -> Floats:
    """Return a row of a record's measures, (1, 9), for a moment within an epoch, from the last update's trace."""
    measures = np.full((1, len(Measure) + 1), np.nan)
    measures[0, Measure.ERROR], measures[0, Measure.ACCURACY] = frame.error, frame.accuracy
    if frame.trace is None:
        return measures
    steps, trace = frame.trace.steps, frame.trace
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging run's lengths may overflow
        measures[0, Measure.GRADIENT_NORM] = np.linalg.norm(trace.gradients[-1])
        part = trace.coefficients.a * trace.learning_rate * measures[0, Measure.GRADIENT_NORM]
        measures[0, RunRecord.GRADIENT_PART] = part
        measures[0, Measure.STEP_NORM] = np.linalg.norm(steps[-1])
        measures[0, Measure.MOMENTUM_NORM] = np.linalg.norm(trace.momentum_parts[-1])
        if len(steps) > 1 and (norms := np.linalg.norm(steps[-1]) * np.linalg.norm(steps[-2])) > 0:
            measures[0, Measure.COSINE] = steps[-1] @ steps[-2] / norms
    return measures
