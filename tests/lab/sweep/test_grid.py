"""Axes and grids of a sweep: what a range means, what is refused and how, coarse cells first, a cell alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.axis import LEARNING_RATE, MOMENTUM, Axis
from momentum_gui.lab.sweep.grid import MOST_RUNS, Cell, Grid


def xor(more: str = "") -> Experiment:
    return Experiment.parse(f'problem.dataset = "xor"\n[training]\nseed = 5\n{more}', "test", Path.cwd())


def test_a_range_has_both_ends_and_short_numbers() -> None:
    """Ranges include both ends exactly; numbers between them have no rounding tail."""
    momentum = Axis.parse(MOMENTUM, "0:0.95:20")
    assert (momentum.values[0], momentum.values[3], momentum.values[-1]) == (0.0, 0.15, 0.95)
    rate = Axis.parse(LEARNING_RATE, "0.001:1:41:log")
    assert (rate.values[0], rate.values[-1], len(rate)) == (0.001, 1.0, 41)
    assert np.allclose(rate.values, np.geomspace(0.001, 1, 41), rtol=1e-14)
    assert rate.log
    assert not momentum.log


def test_lists_and_single_numbers() -> None:
    """A list is sorted; a number alone is an axis of one value."""
    assert Axis.parse(LEARNING_RATE, "0.2, 0.05").values == (0.05, 0.2)
    assert Axis.parse(MOMENTUM, "0.9").values == (0.9,)


@given(start=st.floats(1e-6, 1e3), factor=st.floats(1.001, 1e3), count=st.integers(2, 60), log=st.booleans())
def test_an_axis_reads_back_from_its_text(start: float, factor: float, count: int, log: bool) -> None:
    """The text of an axis gives the same axis again, to the last bit: that is what resuming relies on."""
    axis = Axis.span(LEARNING_RATE, start, min(start * factor, 1e6), count, log=log)
    assert Axis.parse(LEARNING_RATE, axis.text) == axis
    assert all(np.diff(axis.values) > 0)


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        (MOMENTUM, "0.5:0.2:5", "below the end"),
        (MOMENTUM, "0.5:0.5:5", "below the end"),
        (MOMENTUM, "0:1:5", "up to, not including, 1"),
        (MOMENTUM, "1.5", "up to, not including, 1"),
        (MOMENTUM, "-0.1:0.5:5", "up to, not including, 1"),
        (MOMENTUM, "0:0.9:5:log", "above 0"),
        (LEARNING_RATE, "0:1:5:log", "above 0"),
        (LEARNING_RATE, "0:1:5", "above 0"),
        (LEARNING_RATE, "0.1:1:0", "count"),
        (LEARNING_RATE, "0.1:1:1", "count"),
        (LEARNING_RATE, "0.1:1:-3", "count"),
        (LEARNING_RATE, "0.1:1:2.5", "count"),
        (LEARNING_RATE, "0.1:1:1000000000", "count"),
        (LEARNING_RATE, "0.1:1:9" + "0" * 5000, "count"),
        (LEARNING_RATE, "0.1:1", "start:end:count"),
        (LEARNING_RATE, "0.1:1:5:cubic", "start:end:count"),
        (LEARNING_RATE, "fast", '"fast" is not a number'),
        (LEARNING_RATE, "a:b:c", '"a" is not a number'),
        (LEARNING_RATE, "", "an empty place"),
        (LEARNING_RATE, "0.1,,0.2", "an empty place"),
        (LEARNING_RATE, "0.1,0.1", "twice"),
        (LEARNING_RATE, "nan", "finite"),
        (LEARNING_RATE, "0.1:inf:5", "finite"),
        (LEARNING_RATE, "1:1.0000000000000004:9", "do not fit"),
    ],
)
def test_bad_ranges_say_what_is_allowed(kind: object, text: str, word: str) -> None:
    """Each bad range is refused in one line that names the option and says what is wrong."""
    with pytest.raises(BadInputError) as refusal:
        Axis.parse(kind, text, "--option")  # type: ignore[arg-type]
    message = str(refusal.value)
    assert message.startswith("--option ")
    assert word in message
    assert "\n" not in message


def test_too_many_trainings_are_refused_at_once() -> None:
    """A billion cells are refused before anything is allocated, with their number and the limit."""
    with pytest.raises(BadInputError, match=f"1,000,000,000 cells.*{MOST_RUNS:,}"):
        Grid.of(xor(), "0.001:1:100000:log", "0:0.9:10000")


@pytest.mark.parametrize(
    ("options", "word"),
    [({"seeds": 0}, "seeds 0"), ({"rules": ["sgd"]}, "rule sgd"), ({"rules": ["plain", "plain"]}, "once")],
)
def test_bad_seeds_and_rules(options: dict[str, object], word: str) -> None:
    """Seeds must be one or more; rules must exist, each once."""
    with pytest.raises(BadInputError, match=word):
        Grid.of(xor(), "0.1", "0.5", **options)  # type: ignore[arg-type]


def test_seeds_count_on_from_the_experiment() -> None:
    """The seeds are the experiment's, +1, +2; past the largest seed there are no more."""
    assert Grid.of(xor(), "0.1", "0.5", seeds=3).seeds == (5, 6, 7)
    late = Experiment.parse('problem.dataset = "xor"\ntraining.seed = 4294967294', "test", Path.cwd())
    assert Grid.of(late, "0.1", "0.5", seeds=2).seeds[-1] == 4294967295
    with pytest.raises(BadInputError, match="from 1 to 2"):
        Grid.of(late, "0.1", "0.5", seeds=3)


@given(rates=st.integers(1, 60), momenta=st.integers(1, 40), rules=st.integers(1, 3))
def test_coarse_cells_come_first_and_every_cell_once(rates: int, momenta: int, rules: int) -> None:
    """The order is a permutation; levels never grow along it; every cell lies in the extent of a coarser one."""
    names = ["plain", "one-step", "nesterov"][:rules]
    rate = "0.1" if rates == 1 else f"0.001:1:{rates}:log"
    grid = Grid.of(xor(), rate, "0.5" if momenta == 1 else f"0:0.9:{momenta}", rules=names)
    order = grid.coarse_to_fine()
    assert sorted(order.tolist()) == list(range(grid.cells))
    levels = np.tile(grid.levels().ravel(), rules)[order]
    assert (np.diff(levels) <= 0).all()
    top = int(levels[0])
    high, wide = grid.extent(top)
    covered = np.zeros((rates, momenta), dtype=bool)
    for row, column in np.argwhere(grid.levels() == top):
        covered[row : row + high, column : column + wide] = True
    assert covered.all()
    assert (high == 1 or rates // high >= 4) and (wide == 1 or momenta // wide >= 4)


def test_a_cell_is_an_experiment_of_its_own() -> None:
    """A cell becomes the experiment with its settings and seed, and without the runs of the file."""
    grid = Grid.of(xor("[[run]]\nname = 'a'"), "0.1,0.2", "0.5,0.7", seeds=2, rules=["plain", "nesterov"])
    cell = grid.experiment_of(xor("[[run]]\nname = 'a'"), Cell(1, 0, 1), 1)
    training = cell.training
    assert (training.rule, training.learning_rate, training.momentum, training.seed) == ("nesterov", 0.1, 0.7, 6)
    assert len(cell.runs) == 1
    rule, rate, momentum = grid.settings(np.arange(grid.runs))
    run = int(np.ravel_multi_index((1, 0, 1, 1), grid.shape))
    assert (rule[run], rate[run], momentum[run], grid.seed_numbers(np.array([run]))[0]) == (1, 0.1, 0.7, 1)


def test_a_box_becomes_a_finer_grid() -> None:
    """A box dragged over the map gives as many cells within it, spaced as before and never outside."""
    grid = Grid.of(xor(), "0.001:1:7:log", "0:0.9:4", seeds=2)
    finer = grid.inside((0.01, 0.1), (0.3, 2.0))
    assert (finer.learning_rate.text, finer.momentum.text) == ("0.01:0.1:7:log", "0.3:0.9:4")
    assert finer.seeds == grid.seeds
    with pytest.raises(BadInputError):
        grid.inside((0.01, 0.01), (0.3, 0.6))
