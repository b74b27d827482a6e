"""Blocks of a sweep: the same bits as each cell trained alone, whatever stands beside it; the area under the curve."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.block import Block, BlockGroup, Shared, measured_epochs, train_block
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.table import SweepTable
from momentum_gui.lab.training.trainer import Trainer

ENGINES = ["numpy", "compiled"] if choose("auto").name == "compiled" else ["numpy"]


def experiment(more: str = "", problem: str = 'dataset = "moons"\nitems = 24\ntest_fraction = 0.25') -> Experiment:
    text = f"""
        [problem]
        {problem}
        [network]
        hidden = [3]
        [training]
        epochs = 12
        seed = 4
        {more}
    """
    return Experiment.parse(text, "test", Path.cwd())


def small_grid(experiment: Experiment) -> Grid:
    return Grid.of(experiment, "0.05:40:4:log", "0:0.9:3", seeds=2, rules=["one-step", "nesterov"])


def trained(experiment: Experiment, grid: Grid, engine: str, *parts: list[int]) -> SweepTable:
    """The table of a sweep whose cells were trained in the given blocks, by default all in one."""
    shared = Shared.of(experiment, grid, engine)
    table = SweepTable.empty(grid)
    for number, cells in enumerate(parts or [list(range(grid.cells))]):
        result = train_block(shared, Block.of(grid, number, np.array(cells)))
        assert result is not None
        table.fill(result)
    return table


CASES = {
    "online": "",
    "mini-batch": "batch_size = 5",
    "full batch, summed": 'batch_size = "full"\nreduction = "sum"',
    "target": "target_error = 0.135",
    "sequential": 'order = "sequential"',
    "change": "[[training.change]]\nupdate = 30\nrule = 'damped'\n[[training.change]]\nupdate = 61\nmomentum = 0.3\n"
    "learning_rate = 0.01\nweights = { 'b1[0]' = 0.5 }",
    "schedules": "rate_schedule = { kind = 'cosine', warm_up = 3, velocity = 'rescale' }\n"
    "momentum_schedule = { kind = 'ramp', updates = 40 }\n"
    "[[training.change]]\nupdate = 61\nmomentum = 0.95\nlearning_rate = 0.02",
    "step": "rate_schedule = { kind = 'step', every = 4 }\nmomentum_schedule = { kind = 'exponential', every = 2 }",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_a_cell_has_the_bits_of_the_cell_trained_alone(engine: str, case: str) -> None:
    """Every number of every cell is that of training it alone with `train`, bit for bit, however it ends."""
    whole = experiment(CASES[case])
    grid = small_grid(whole)
    table = trained(whole, grid, engine)
    outcomes = set()
    for run in range(grid.runs):
        rule, rate, momentum, seed = (int(number) for number in np.unravel_index(run, grid.shape))
        trainer = Trainer(grid.experiment_of(whole, Cell(rule, rate, momentum), seed), engine)
        alone = trainer.advance_epochs(12).runs[0]
        outcomes.add(alone.outcome)
        assert (table.outcome[run], table.epochs[run]) == (alone.outcome, alone.epoch)
        mine = [getattr(table, name)[run] for name in ("error", "accuracy", "test_error", "test_accuracy")]
        assert np.array_equal(mine, alone.rows.measures[-1, : Measure.GRADIENT_NORM], equal_nan=True)
    assert Outcome.FINISHED in outcomes
    if case == "target":
        assert Outcome.CONVERGED in outcomes


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=6)
@given(order=st.permutations(range(24)), size=st.integers(1, 24))
def test_blocks_never_change_a_bit(engine: str, order: list[int], size: int) -> None:
    """However the cells are put together in blocks, every number comes out in the same bits."""
    whole = experiment("target_error = 0.135")
    grid = small_grid(whole)
    together = trained(whole, grid, engine)
    parts = [list(order[start : start + size]) for start in range(0, 24, size)]
    apart = trained(whole, grid, engine, *parts)
    for name in ("outcome", "epochs", "error", "accuracy", "test_error", "test_accuracy", "area"):
        assert np.array_equal(getattr(together, name), getattr(apart, name), equal_nan=True), name


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("problem", ['surface = "bowl"', 'dataset = "sine"\nitems = 20'])
def test_diverged_cells_stand_apart(engine: str, problem: str) -> None:
    """Too large a rate diverges, at the epoch and with the error that `train` gives; its area is inf."""
    whole = experiment('rule = "plain"', problem)
    whole = replace(whole, training=replace(whole.training, epochs=300))
    grid = Grid.of(whole, "0.1,0.15,1000", "0")
    table = trained(whole, grid, engine)
    assert [Outcome(code) for code in table.outcome] == [Outcome.FINISHED, Outcome.FINISHED, Outcome.DIVERGED]
    trainer = Trainer(grid.experiment_of(whole, Cell(0, 2, 0)), engine)
    alone = trainer.advance_epochs(300).runs[0]
    assert table.epochs[2] == alone.epoch < 300
    assert np.array_equal(table.error[2], alone.error, equal_nan=True)
    assert table.area[2] == np.inf
    assert table.area[0] < np.inf


@pytest.mark.parametrize("engine", ENGINES)
def test_runs_that_ended_leave_the_population(engine: str) -> None:
    """Once a quarter of the runs ended they are gone from the population, so that they cost nothing."""
    whole = experiment("target_error = 0.14")
    whole = replace(whole, training=replace(whole.training, epochs=60))
    grid = Grid.of(whole, "0.05:2:12:log", "0:0.9:3")
    group = BlockGroup(Shared.of(whole, grid, engine), Block.of(grid, 0, np.arange(grid.cells)))
    sizes = [len(group.population)]
    while group.running:
        for _ in group.advance(group.update + group.task.updates_per_epoch, keep_weights=False, traced=0):
            pass
        group.drop_ended()
        sizes.append(len(group.population))
        assert len(group.rows) == len(group.limits) == len(group.population)
        if len(group.population):
            assert (group.population.outcome == Outcome.RUNNING).mean() > 0.75
    assert len(set(sizes)) > 2


@pytest.mark.parametrize("engine", ENGINES)
def test_the_area_is_the_mean_error_over_the_training(engine: str) -> None:
    """The area is the trapezoid over the measured epochs, the last error held after a run reached its target."""
    whole = experiment("target_error = 0.14")
    grid = Grid.of(whole, "0.05,0.4", "0.5")
    table = trained(whole, grid, engine)
    ended_early = 0
    for run in range(2):
        trainer = Trainer(grid.experiment_of(whole, Cell(0, run, 0)), engine)
        start = float(trainer.first_frame().runs[0].error)
        rows = trainer.advance_epochs(12).runs[0].rows
        errors = dict(zip([0, *rows.epoch.tolist()], [start, *rows.measures[:, 0].tolist()], strict=True))
        last = int(rows.epoch[-1])
        ended_early += last < 12
        epochs = [epoch for epoch in [0, *measured_epochs(12).tolist(), last] if epoch <= last]
        points = sorted(set(epochs))
        expected = np.trapezoid([errors[epoch] for epoch in points], points) + errors[last] * (12 - last)
        assert table.area[run] == pytest.approx(expected / 12, rel=1e-12)
    assert ended_early


def test_measured_epochs_are_few_and_end_with_the_last() -> None:
    """The first epochs are all measured, later ones ever more rarely, the last always."""
    assert measured_epochs(5).tolist() == [1, 2, 3, 4, 5]
    many = measured_epochs(100_000)
    assert many[:8].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert many[-1] == 100_000
    assert len(many) < 90
