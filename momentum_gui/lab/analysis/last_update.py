"""A run's last update: the state each weight began it from, and the items whose gradient it followed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.task import NetworkTask
from momentum_gui.lab.analysis.update_equation import State
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.trace import Trace
from momentum_gui.lab.training.frame import RunFrame
from momentum_gui.lab.training.item_order import ItemOrder


def last_trace(frame: RunFrame) -> Trace | None:
    """Return the window of a run's last updates if it ends at the present one; None before the first update."""
    trace = frame.trace
    return None if trace is None or trace.end != frame.update else trace


def weights_before(frame: RunFrame, trace: Trace) -> Floats:
    """Return the weights (weights,) that the trace's last update began with: those it led to, less the step."""
    before: Floats = frame.weights - trace.steps[-1]
    return before


def last_state(frame: RunFrame, weight: int) -> State | None:
    """Return what the last update of one weight started from; None before the first one. The settings are the run's
    own."""
    trace = last_trace(frame)
    if trace is None:
        return None
    return State(
        learning_rate=trace.learning_rate,
        momentum=frame.momentum,
        gradient=float(trace.gradients[-1][weight]),
        stored=float(trace.stored[-1][weight]),
        weight=float(weights_before(frame, trace)[weight]),
    )


class UpdateItems:
    """Which items an update follows, by the order of the run's seed; the order drawn last is kept."""

    def __init__(self) -> None:
        self._key: tuple[int, int, bool] | None = None
        self._order: ItemOrder | None = None

    def of(self, setup: Setup, run: int, update: int) -> NDArray[np.int32]:
        """Return the numbers of the training items of a run's update, counted from 0: (batch,). A network's runs
        only."""
        training = setup.experiment.runs[run].training
        task = setup.task(training)
        assert isinstance(task, NetworkTask)
        key = (task.items_per_epoch, training.seed, training.order == "shuffled")
        if self._order is None or key != self._key:
            self._key, self._order = key, ItemOrder(key[0], key[1], shuffled=key[2])
        epoch, within = divmod(update, task.updates_per_epoch)
        first = within * task.batch_size
        return self._order.epochs(epoch, 1)[0, first : first + task.batch_size]
