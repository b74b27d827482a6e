"""The answer of a sweep: best by the median, quartiles, the region near it, ties, failures, and the sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from msgspec.structs import replace

from momentum_gui.engine.analysis.mean_square import mean_square_rate
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.rules import RULES, convergence_rate
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.answer import find_answer
from momentum_gui.lab.sweep.block import BlockResult
from momentum_gui.lab.sweep.cuts import cuts_through
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.measures import MEASURES, check_measure, spread
from momentum_gui.lab.sweep.stability_line import EndCurvature, curvature_at_end, stability_boundary
from momentum_gui.lab.sweep.table import SweepTable

BASE = Experiment.parse('problem.dataset = "xor"\ntraining.seed = 1', "test", Path.cwd())


def table_of(error: list[list[list[float]]], **columns: object) -> SweepTable:
    """A table of one rule from errors (learning rates, momenta, seeds); inf stands for a run that diverged."""
    errors = np.array(error, dtype=np.float64)
    rates, momenta, seeds = errors.shape
    rate = "0.1" if rates == 1 else f"0.1:{rates / 10}:{rates}"
    grid = Grid.of(BASE, rate, "0.5" if momenta == 1 else f"0:0.{momenta - 1}:{momenta}", seeds=seeds)
    flat = errors.ravel()
    nothing = np.full(len(flat), np.nan)
    outcome = np.where(np.isinf(flat), Outcome.DIVERGED, Outcome.FINISHED)
    given_columns = {"outcome": outcome, "epochs": np.full(len(flat), 10)} | {
        name: np.array(column).ravel() for name, column in columns.items()
    }
    numbers = [given_columns.get(name, nothing) for name in ("accuracy", "test_error", "test_accuracy", "area")]
    table = SweepTable.empty(grid)
    table.fill(
        BlockResult.of_columns(
            0, np.arange(len(flat)), given_columns["outcome"], given_columns["epochs"], [flat, *numbers]
        )
    )
    return table


def test_the_best_is_by_the_median_not_by_luck() -> None:
    """One lucky seed does not make a cell the best; the median over its seeds does, with its quartiles."""
    table = table_of([[[0.01, 0.5, 0.6], [0.2, 0.21, 0.3]]])
    answer = find_answer(table, "error", 0.0)
    assert answer is not None
    assert (answer.cell, answer.value) == (Cell(0, 0, 1), 0.21)
    assert (answer.low, answer.high) == pytest.approx((0.205, 0.255))


@given(arrays(np.float64, (4, 7), elements=st.floats(-1e3, 1e3)))
def test_quartiles_are_those_of_numpy(values: np.ndarray) -> None:
    """On finite numbers the spread is NumPy's quantiles."""
    expected = np.quantile(values, [0.25, 0.5, 0.75], axis=-1)
    assert np.allclose(np.array(spread(values)), expected, rtol=1e-12, atol=1e-12)


def test_a_diverged_seed_makes_inf_and_never_nan() -> None:
    """With one diverged seed in three the median is finite; with two it is inf; a missing seed makes NaN."""
    low, median, high = spread(np.array([[1.0, 2, np.inf], [1, np.inf, np.inf], [1, 2, np.nan]]))
    assert (median[0], median[1], high[0], high[1]) == (2, np.inf, np.inf, np.inf)
    assert np.isnan(median[2]) and np.isnan(low[2])


def test_the_region_holds_what_comes_within_a_tenth() -> None:
    """Cells up to 10 % worse than the best are in the region, others and diverged ones are not."""
    table = table_of([[[1.0], [1.09]], [[1.11], [np.inf]], [[1.05], [3.0]]])
    answer = find_answer(table, "error", 0.0)
    assert answer is not None
    assert answer.region[0].tolist() == [[True, True], [False, False], [True, False]]
    assert answer.region_ranges == ((0.1, 0.3), (0.0, 0.1))
    assert answer.diverged == 1


def test_below_zero_the_region_still_holds_the_best() -> None:
    """A surface may fall below 0: within a tenth is then counted by the size of the number."""
    answer = find_answer(table_of([[[-1.0], [-0.95]], [[-0.8], [2.0]]]), "error", 0.0)
    assert answer is not None
    assert answer.region[0].tolist() == [[True, True], [False, False]]
    assert "2 of 4 cells come within 10 %" in answer.sentence()


def test_success_and_epochs_to_target() -> None:
    """Success is the share of seeds that reach the target; ties are broken by the error; epochs count only then."""
    outcome = [[[2, 2], [2, 2], [2, 1]]]
    epochs = [[[30, 40], [25, 29], [5, 50]]]
    table = table_of([[[0.2, 0.2], [0.1, 0.1], [0.01, 0.3]]], outcome=outcome, epochs=epochs)
    success = find_answer(table, "success", 0.2)
    assert success is not None
    assert (success.cell, success.value) == (Cell(0, 0, 1), 1.0)
    fastest = find_answer(table, "epochs", 0.2)
    assert fastest is not None
    assert (fastest.cell, fastest.value) == (Cell(0, 0, 1), 27.0)


def test_without_a_success_there_is_no_answer() -> None:
    """Where every cell diverged, or none is known yet, there is none."""
    assert find_answer(table_of([[[np.inf], [np.inf]]]), "error", 0.0) is None
    assert find_answer(SweepTable.empty(Grid.of(BASE, "0.1", "0.5")), "success", 0.0) is None


def test_the_sentence_can_be_acted_on() -> None:
    """It names rule, rate and momentum, the spread, the region, an edge to go beyond, and what diverges."""
    answer = find_answer(table_of([[[1.0, 1.2, 1.4]], [[0.5, 0.6, 0.7]], [[0.4, 0.5, 0.52]]]), "error", 0.0)
    assert answer is not None
    text = answer.sentence()
    assert "one-step with learning rate 0.3 and momentum 0.5: final error 0.5" in text
    assert "the median of 3 seeds (quartiles 0.45 to 0.51)" in text
    assert "highest learning rate" in text
    assert "one seed" in find_answer(table_of([[[1.0], [2.0]]]), "error", 0.0).sentence()  # type: ignore[union-attr]


def test_the_region_of_several_rules_says_whose_ranges_it_gives() -> None:
    """Cells of all rules are counted; the rates and momenta are those of the best cell's rule, and said to be."""
    table = table_of([[[1.0], [1.05]], [[1.02], [9.0]]])
    two = Grid(table.grid.learning_rate, table.grid.momentum, ("damped", "one-step"), table.grid.seeds)
    both = SweepTable.empty(two)
    for name in ("outcome", "epochs", "error"):
        column = getattr(table, name)
        getattr(both, name)[:] = np.concatenate((column, column * 1.02 if name == "error" else column))
    answer = find_answer(both, "error", 0.0)
    assert answer is not None
    assert answer.rule == "damped"
    assert "6 of 8 cells come within 10 % of it, 3 of them of this rule, with rates from" in answer.sentence()
    assert "of this rule" not in find_answer(table, "error", 0.0).sentence()  # type: ignore[union-attr]


def test_the_settings_go_into_the_experiment() -> None:
    """The TOML holds what the experiment takes on, to the last digit."""
    answer = find_answer(table_of([[[1.0], [0.3]], [[1.2], [0.4]]]), "error", 0.0)
    assert answer is not None
    training = answer.experiment(BASE).training
    assert (training.rule, training.learning_rate, training.momentum) == ("one-step", 0.1, 0.1)
    parsed = Experiment.parse('problem.dataset = "xor"\n' + answer.toml(), "test", Path.cwd())
    assert parsed.training.learning_rate == training.learning_rate


def test_cuts_are_the_rows_and_columns_of_the_map() -> None:
    """The cuts through a cell run along both axes, with the band of quartiles."""
    table = table_of([[[1.0, 3.0], [2.0, 2.0]], [[5.0, 7.0], [np.inf, np.inf]]])
    rates, momenta = cuts_through(table, Cell(0, 0, 0), "error", 0.0)
    assert rates.value.tolist() == [2.0, 6.0]
    assert (rates.low.tolist(), rates.high.tolist()) == ([1.5, 5.5], [2.5, 6.5])
    assert momenta.value.tolist() == [2.0, 2.0]
    assert cuts_through(table, Cell(0, 1, 0), "error", 0.0)[1].value.tolist() == [6.0, np.inf]


@pytest.mark.parametrize(
    ("measure", "held_out", "word"),
    [("speed", 0, "allowed are error"), ("epochs", 0, "target"), ("test_error", 0, "held out")],
)
def test_measures_that_do_not_apply_are_refused(measure: str, held_out: int, word: str) -> None:
    """A measure that does not exist, or that the experiment lacks what it takes, is refused in a line."""
    with pytest.raises(BadInputError, match=word):
        check_measure(measure, BASE.training, held_out=held_out)
    for known in set(MEASURES) - {"epochs"}:
        check_measure(known, BASE.training, held_out=3)


@pytest.mark.parametrize("rule", list(RULES))
def test_the_boundary_is_where_the_rate_of_convergence_is_one(rule: str) -> None:
    """On the boundary the iteration neither shrinks nor grows; just below it shrinks, just above it grows."""
    momenta = np.array([0.0, 0.2, 0.5, 0.9])
    boundary = stability_boundary(RULES[rule], momenta, EndCurvature(3.0))
    for momentum, rate in zip(momenta.tolist(), boundary.tolist(), strict=True):
        coefficients = RULES[rule].coefficients(momentum)
        assert (
            convergence_rate(coefficients, rate * 3.0 * 0.999) < 1 < convergence_rate(coefficients, rate * 3.0 * 1.001)
        )
    in_batches = stability_boundary(RULES[rule], momenta, EndCurvature(3.0, spread=3.0))
    for momentum, rate in zip(momenta.tolist(), in_batches.tolist(), strict=True):
        assert mean_square_rate(RULES[rule].coefficients(momentum), rate * 3.0, 3.0) == pytest.approx(1)
    assert (in_batches < boundary).all()
    assert np.isinf(stability_boundary(RULES[rule], momenta, EndCurvature())).all()


def test_the_curvature_of_a_ravine_is_that_of_its_formula() -> None:
    """Where a cell of the ravine ends the largest curvature is its λ₂ = 4."""
    ravine = Experiment.parse('problem.surface = "ravine"\ntraining.epochs = 30', "test", Path.cwd())
    assert curvature_at_end(ravine, Grid.of(ravine, "0.1", "0.5"), Cell(0, 0, 0)).largest == pytest.approx(
        4.0, rel=1e-6
    )


def test_online_the_boundary_is_that_of_the_mean_square() -> None:
    """Where a cell of Iris ends, single items' curvatures differ; in full batch there is nothing to differ."""
    online = Experiment.load("iris")
    full = replace(online, training=replace(online.training, batch_size="full"))
    spreads = [curvature_at_end(each, Grid.of(each, "0.1", "0.5"), Cell(0, 0, 0)).spread for each in (online, full)]
    assert spreads[0] > 2
    assert spreads[1] == 1
