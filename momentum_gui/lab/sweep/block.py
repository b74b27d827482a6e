"""A block of a sweep: runs trained as one population; those that end leave it, so that they cost nothing more."""

from __future__ import annotations

import dataclasses
import pickle
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Outcome, Population
from momentum_gui.engine.report import Measure
from momentum_gui.engine.task import NetworkTask, Task
from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.experiment.experiment import rules_with
from momentum_gui.lab.schedule import factors, next_change, rescales
from momentum_gui.lab.settings import OwnRule, Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.training.item_order import ItemOrder
from momentum_gui.lab.training.lockstep import Lockstep, Segment
from momentum_gui.version import __version__

NUMBERS = ("error", "accuracy", "test_error", "test_accuracy", "area")
"""What is measured of each run when it has ended."""
SEGMENT_SECONDS = 0.05
"""A block looks up from its work this often, so that pausing and cancelling are answered at once."""
DENSE_EPOCHS = 8
EPOCH_RATIO = 1.15
"""For the area under the curve the error is taken after each of the first epochs, and then ever more rarely."""


@dataclass(frozen=True)
class Shared:
    """What all blocks of a sweep have in common; `weights` (seeds, weights) is where each seed's runs start.

    `notes` say how the data were read.
    """

    task: Task
    engine: str
    training: Training
    rules: tuple[str, ...]
    own_rules: tuple[OwnRule, ...]
    seeds: tuple[int, ...]
    weights: Floats
    weight_names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, experiment: Experiment, grid: Grid, engine: str) -> Shared:
        """Load the data and lay out the network. Raises BadInputError, and ValueError for a missing engine."""
        setup = Setup.of(replace(experiment, run=[]))
        return cls(
            setup.task(experiment.training),
            choose(engine).name,
            experiment.training,
            grid.rules,
            tuple(experiment.rule),
            grid.seeds,
            starts(setup, experiment.training, grid.seeds),
            setup.weight_names,
            setup.notes,
        )

    def from_seeds(self, setup: Setup, seeds: tuple[int, ...]) -> Shared:
        """Return the same with other seeds; `setup` is the experiment's."""
        return dataclasses.replace(self, seeds=seeds, weights=starts(setup, self.training, seeds))

    @property
    def updates_per_run(self) -> int:
        """Updates of a run that trains to its last epoch."""
        return self.training.epochs * self.task.updates_per_epoch

    @property
    def held_out(self) -> int:
        """How many items are held out."""
        return len(self.task.test_items) if isinstance(self.task, NetworkTask) else 0

    @property
    def fills_processors(self) -> bool:
        """Whether one block at a time keeps all processors busy: the compiled engine shares a population out itself."""
        return self.engine == "compiled" and isinstance(self.task, NetworkTask)

    def packed(self) -> bytes:
        """As bytes, to send to other processes with each block."""
        return pickle.dumps((__version__, pickle.dumps(self, protocol=5)), protocol=5)


def starts(setup: Setup, training: Training, seeds: tuple[int, ...]) -> Floats:
    """Return where the runs of each seed start, (seeds, weights)."""
    return np.stack([setup.initial_weights(Run("", replace(training, seed=seed))) for seed in seeds])


@dataclass(frozen=True)
class Block:
    """Runs to be trained together: their numbers in the grid, and what each trains with, (runs,) each."""

    number: int
    runs: NDArray[np.int64]
    rule: NDArray[np.int64]
    learning_rate: Floats
    momentum: Floats
    seed: NDArray[np.int64]

    @classmethod
    def of(cls, grid: Grid, number: int, cells: NDArray[np.int64]) -> Block:
        """Return all seeds of these cells; runs of one seed are side by side, since they see the items in the same
        order."""
        seeds = len(grid.seeds)
        runs = (cells[None, :] * seeds + np.arange(seeds)[:, None]).ravel()
        return cls(number, runs, *grid.settings(runs), grid.seed_numbers(runs))

    def __len__(self) -> int:
        return len(self.runs)


@dataclass(frozen=True)
class BlockResult:
    """What the runs of a block came to, (runs,) each: the state when the run ended, and the area under its curve.

    `outcome` holds codes of `Outcome`. `error` and the rest are as `train` gives them, NaN where one does not apply.
    `area` is the mean over all epochs of the training error, by the trapezoidal rule, the last one held where a run
    reached its target early; inf where it diverged. `seconds` is the time it took, `updates` the work done.
    """

    number: int
    runs: NDArray[np.int64]
    outcome: NDArray[np.int64]
    epochs: NDArray[np.int64]
    error: Floats
    accuracy: Floats
    test_error: Floats
    test_accuracy: Floats
    area: Floats
    seconds: float = 0.0
    updates: int = 0

    @classmethod
    def of_columns(
        cls,
        number: int,
        runs: NDArray[np.int64],
        outcome: NDArray[np.int64],
        epochs: NDArray[np.int64],
        numbers: Iterable[Floats],
        seconds: float = 0.0,
        updates: int = 0,
    ) -> BlockResult:
        """Return a result from its columns; `numbers` in the order of NUMBERS."""
        error, accuracy, test_error, test_accuracy, area = (np.ascontiguousarray(column) for column in numbers)
        return cls(number, runs, outcome, epochs, error, accuracy, test_error, test_accuracy, area, seconds, updates)

    def __len__(self) -> int:
        return len(self.runs)


class Watcher(Protocol):
    """Who asks a block in the same process, between two segments, whether to go on."""

    def goes_on(self, number: int, share: float) -> bool:
        """Told which block, and the share of its epochs done; waits while paused; false where it must stop."""


class BlockGroup(Lockstep):
    """The population of a block. `rows` are the block's runs that are still in it."""

    def __init__(self, shared: Shared, block: Block) -> None:
        training = shared.training
        shuffled = training.order == "shuffled"
        orders = tuple(ItemOrder(shared.task.items_per_epoch, seed, shuffled=shuffled) for seed in shared.seeds)
        count = len(block)
        population = Population(
            weights=shared.weights[block.seed],
            learning_rate=block.learning_rate.copy(),
            coefficients=np.empty((count, 4)),
            target_error=np.full(count, training.target_error),
            order_of_run=block.seed.copy(),
        )
        limits = np.full(count, training.epochs, dtype=np.int64)
        super().__init__(choose(shared.engine), shared.task, orders, population, limits)
        self.shared, self.block = shared, block
        self.rows = np.arange(count)
        self.area_epochs = measured_epochs(training.epochs)
        self.apply_settings()
        self.velocity_rate[:] = population.learning_rate

    def next_change(self, update: int) -> int | None:
        """Return the first update after this one at which a setting or weight may change, for all runs alike."""
        training = self.shared.training
        highest = max([*self.block.momentum.tolist(), *(change.momentum or 0.0 for change in training.change)])
        following = next_change(training, highest, update, self.task.updates_per_epoch)
        found = [] if following is None else [following]
        found += [change.update for change in training.change if change.update > update]
        return min(found, default=None)

    def measured(self, epochs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return the epochs that the area under the curve is made of, the last one among them."""
        place = np.searchsorted(self.area_epochs, epochs)
        return np.asarray(self.area_epochs[np.minimum(place, len(self.area_epochs) - 1)] == epochs)

    def apply_settings(self) -> None:
        """Bring rates and coefficients to what holds for the next update."""
        block, population = self.block, self.population
        rate, momentum = block.learning_rate[self.rows], block.momentum[self.rows]
        rule = np.array(self.shared.rules)[block.rule[self.rows]]
        for change in self.shared.training.change:
            if change.update > self.update:
                continue
            if change.learning_rate is not None:
                rate[:] = change.learning_rate
            if change.momentum is not None:
                momentum[:] = change.momentum
            if change.rule is not None:
                rule[:] = change.rule
        now = factors(self.shared.training, self.update, self.task.updates_per_epoch)
        momentum = np.minimum(momentum, now.highest) * now.momentum
        population.learning_rate[:] = rate * now.rate
        rules = rules_with(self.shared.own_rules)
        for name in np.unique(rule).tolist():
            mine = rule == name
            momenta, place = np.unique(momentum[mine], return_inverse=True)
            table = np.array([rules[name].coefficients(each) for each in momenta.tolist()])
            population.coefficients[mine] = table[place]

    def apply_weights(self) -> None:
        """Set the weights that a change at this update sets."""
        for change in self.shared.training.change:
            if change.update == self.update:
                for name, value in change.weights.items():
                    self.population.weights[:, self.shared.weight_names.index(name)] = value

    def rescales(self) -> NDArray[np.bool_]:
        """Return which runs rescale their velocity where the rate changes at this update, (runs,)."""
        training = self.shared.training
        rescaling = any(change.velocity == "rescale" and change.update == self.update for change in training.change)
        rescaling = rescaling or rescales(training, self.update, self.task.updates_per_epoch)
        return np.full(len(self.rows), rescaling)

    def drop_ended(self) -> None:
        """Take the runs that ended out of the population, once they are a quarter of it."""
        going = self.population.outcome == Outcome.RUNNING
        if going.mean() > 0.75:
            return
        self.population = chosen(self.population, going)
        self.rows, self.limits, self.momentum = self.rows[going], self.limits[going], self.momentum[going]
        self.velocity_rate = self.velocity_rate[going]


class Tally:
    """Gathers a block's results segment by segment, without keeping any history."""

    def __init__(self, group: BlockGroup) -> None:
        count = len(group.rows)
        self.final = np.full((count, 4), np.nan)
        self.epochs = np.zeros(count, dtype=np.int64)
        self.outcome = np.zeros(count, dtype=np.int64)
        self.area = np.zeros(count)
        with np.errstate(over="ignore", invalid="ignore"):
            starts = group.engine.task_errors(group.task, group.shared.weights)
        self._error = starts[group.block.seed]
        self._epoch = np.zeros(count, dtype=np.int64)

    def take(self, group: BlockGroup, segment: Segment) -> None:
        """Add the epochs that ended in a segment."""
        rows, population = group.rows, group.population
        self.epochs[rows], self.outcome[rows] = population.epochs, population.outcome
        measures = segment.report.measures
        first = segment.first_update // group.task.updates_per_epoch + 1
        epochs = np.arange(first, first + measures.shape[1])
        planned = group.measured(epochs)
        last = np.where(population.outcome == Outcome.RUNNING, 0, population.epochs)
        wanted = planned.copy()
        wanted[last[last >= first] - first] = True  # the epoch at which a run ended
        for at in np.flatnonzero(wanted):
            epoch = epochs[at]
            here = (population.epochs >= epoch) if planned[at] else (last == epoch)
            mine = rows[here]
            self.final[mine] = measures[here, at, : Measure.GRADIENT_NORM]
            error = measures[here, at, Measure.ERROR]
            with np.errstate(over="ignore", invalid="ignore"):
                self.area[mine] += (self._error[mine] + error) / 2 * (epoch - self._epoch[mine])
            self._error[mine], self._epoch[mine] = error, epoch

    def result(self, block: Block, limit: int, seconds: float, updates: int) -> BlockResult:
        """Return the block's results, in the order of its runs."""
        with np.errstate(over="ignore", invalid="ignore"):
            area = (self.area + self._error * (limit - self.epochs)) / limit
        area = np.where(self.outcome == Outcome.DIVERGED, np.inf, area)
        numbers = (*self.final.T, area)
        return BlockResult.of_columns(block.number, block.runs, self.outcome, self.epochs, numbers, seconds, updates)


def chosen(population: Population, keep: NDArray[np.bool_]) -> Population:
    """Return a population of some of the runs, in the state they are in."""
    part = Population(
        population.weights[keep],
        population.learning_rate[keep],
        population.coefficients[keep],
        population.target_error[keep],
        population.order_of_run[keep],
    )
    for name in ("stored", "last_step", "epochs", "outcome"):
        setattr(part, name, getattr(population, name)[keep])
    return part


def measured_epochs(limit: int) -> NDArray[np.int64]:
    """Return the epochs up to `limit` whose error makes the area under the curve: all of the first, then ever fewer."""
    epochs, epoch = [], 1.0
    while epoch < limit:
        epochs.append(round(epoch))
        epoch = epoch + 1 if epoch < DENSE_EPOCHS else epoch * EPOCH_RATIO
    return np.unique([*epochs, limit]).astype(np.int64)


def train_block(shared: Shared, block: Block, watcher: Watcher | None = None) -> BlockResult | None:
    """Train a block to its end; None where the watcher stopped it.

    How runs are put together in blocks, and blocks cut into segments, never changes a run's numbers.
    """
    group = BlockGroup(shared, block)
    tally = Tally(group)
    limit, upe = shared.training.epochs, shared.task.updates_per_epoch
    step, seconds, updates, first = 1, 0.0, 0, 0.0
    while group.running:
        if watcher is not None and not watcher.goes_on(block.number, group.update / (limit * upe)):
            return None
        began = time.perf_counter()
        done = 0
        for segment in group.advance(group.update + step, keep_weights=False, traced=0):
            done += segment.updates * len(group.rows)
            tally.take(group, segment)
        group.drop_ended()
        took = time.perf_counter() - began
        if updates == 0:
            first = took / max(done, 1)  # compiling, perhaps
        seconds, updates = seconds + took, updates + done
        step = max(1, min(8 * step, int(step * SEGMENT_SECONDS / max(took, 1e-6))))
    if updates > len(block):
        rest = (seconds - first * len(block)) / (updates - len(block))
        seconds -= max(0.0, (first - rest) * len(block))
    return tally.result(block, limit, seconds, updates)


def train_packed(packed: bytes, block: Block) -> BlockResult:
    """Train a block in another process, on another machine perhaps."""
    result = train_block(unpacked(packed), block)
    assert result is not None
    return result


@lru_cache(maxsize=4)
def unpacked(packed: bytes) -> Shared:
    """Return what the blocks have in common, unpacked once in each process.

    Raises RuntimeError where it was packed by another version, whose numbers may differ.
    """
    version, inner = pickle.loads(packed)
    if version != __version__:
        raise RuntimeError(f"it has momentum-gui {__version__}, but {version} is needed")
    shared: Shared = pickle.loads(inner)
    return shared
