"""The confirmation of a sweep: fresh seeds for the best cells, others for the winner, the same ones each time."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from momentum_gui.lab.evidence.seeds import over_seeds
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.answer import Answer, find_answer
from momentum_gui.lab.sweep.confirming.confirmation import Confirmation
from momentum_gui.lab.sweep.confirming.confirmer import Confirmer
from momentum_gui.lab.sweep.confirming.entrants import Entrants, fresh_seeds
from momentum_gui.lab.sweep.grid import LARGEST_SEED, Grid
from momentum_gui.lab.sweep.runner import Sweep

XOR = Experiment.parse(
    'problem.dataset = "xor"\nnetwork.hidden = [2]\n[training]\nepochs = 60\nseed = 5\ntarget_error = 0.1',
    "test",
    Path.cwd(),
)
RAVINE = Experiment.parse('problem.surface = "ravine"\ntraining.epochs = 20', "test", Path.cwd())


def swept(experiment: Experiment, rates: str, momenta: str, seeds: int = 2, **more: Any) -> Sweep:
    """A sweep that is done."""
    sweep = Sweep(experiment, Grid.of(experiment, rates, momenta, seeds=seeds), **more)
    for _ in sweep.results():
        pass
    return sweep


def confirmed(sweep: Sweep, measure: str = "error", hold_out: int | None = None) -> tuple[Confirmation, Answer]:
    """Its confirmation and answer."""
    found = Confirmer(sweep, measure, hold_out=hold_out).run()
    assert found is not None
    answer = find_answer(sweep.table, measure, sweep.experiment.training.target_error, found)
    assert answer is not None
    return found, answer


def test_the_number_is_that_of_seeds_that_took_no_part_in_choosing() -> None:
    """The hold-out's values are those of `train` from seeds beyond the grid's and the race's, and the answer's."""
    sweep = swept(XOR, "0.1:3:6:log", "0:0.9:4")
    found, answer = confirmed(sweep, hold_out=15)
    assert found.seeds == 15
    training = replace(
        XOR.training,
        learning_rate=answer.learning_rate,
        momentum=answer.momentum,
        seed=7 + found.race_seeds,
        rule="one-step",
    )
    alone = over_seeds(replace(XOR, training=training), 200)
    errors = next(iter(alone.values())).final_errors
    places = [start for start in range(len(errors) - 15) if np.array_equal(errors[start : start + 15], found.values)]
    assert places
    assert answer.value == np.median(found.values)
    assert (answer.low, answer.high) == pytest.approx(tuple(np.quantile(found.values, [0.25, 0.75])))


def test_the_same_sweep_is_confirmed_by_the_same_numbers() -> None:
    """Run again, read back or trained elsewhere: the confirmation is the same to the last bit."""
    sweep = swept(XOR, "0.1:3:6:log", "0:0.9:4")
    first, _ = confirmed(sweep)
    again, _ = confirmed(Sweep(XOR, sweep.grid, known=sweep.table))
    there, _ = confirmed(swept(XOR, "0.1:3:6:log", "0:0.9:4", executor=Elsewhere(), workers=2))
    for other in (again, there):
        assert (other.cell, other.middle, other.race_seeds) == (first.cell, first.middle, first.race_seeds)
        assert np.array_equal(other.values, first.values)
        assert np.array_equal(other.region, first.region)


class Elsewhere(Executor):
    """Trains at once, through pickles as another process would."""

    def submit(self, function: Any, /, *arguments: Any, **_keywords: Any) -> Future[Any]:
        future: Future[Any] = Future()
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        future.set_result(pickle.loads(pickle.dumps(function(*arguments))))
        return future


@pytest.mark.parametrize(("rates", "momenta"), [("0.5", "0.5"), ("0.1:1:5:log", "0.5"), ("0.5", "0,0.3,0.6")])
@pytest.mark.parametrize("measure", ["error", "success", "epochs", "area"])
def test_small_grids_and_all_measures(rates: str, momenta: str, measure: str) -> None:
    """One cell or one row has an answer too, with a dozen fresh seeds at least, and the region holds it."""
    sweep = swept(replace(XOR, training=replace(XOR.training, target_error=0.26)), rates, momenta, 1)
    found, answer = confirmed(sweep, measure)
    assert found.seeds >= 12
    assert found.region[found.cell]
    assert answer.cell == found.cell
    assert 0 <= found.failed <= found.seeds
    assert "fresh seeds" in answer.sentence()


def test_without_a_success_there_is_nothing_to_confirm() -> None:
    """All cells diverged, or not all are trained: no race."""
    assert Confirmer(swept(RAVINE, "50,60", "0.5", 1), "error").run() is None
    assert Confirmer(Sweep(XOR, Grid.of(XOR, "0.1", "0.5")), "error").run() is None


def test_one_seed_is_enough_where_seeds_do_not_matter() -> None:
    """A surface is trained from one fresh seed: the number is the grid's, and that of the best cell or one as good."""
    sweep = swept(RAVINE, "0.05:0.45:9", "0:0.8:5", 1)
    found, answer = confirmed(sweep)
    assert found.seeds == 1
    assert answer.value == sweep.table.by_cell(sweep.table.error)[found.cell][0]
    assert answer.value <= 1.25 * np.nanmin(sweep.table.error)
    assert "the same from a fresh seed" in answer.sentence()


def test_cancel_leaves_the_grids_answer() -> None:
    """A cancelled confirmation gives nothing, and the answer says that it is not confirmed."""
    sweep = swept(XOR, "0.1:3:6:log", "0:0.9:4")
    confirmer = Confirmer(sweep, "error")
    confirmer.cancel()
    assert confirmer.run() is None
    answer = find_answer(sweep.table, "error", 0.1, None)
    assert answer is not None
    assert "not confirmed" in answer.sentence()
    assert answer.value == answer.grid_value


def test_a_confirmation_by_another_measure_is_not_heeded() -> None:
    """What was raced for the error says nothing of the epochs."""
    sweep = swept(XOR, "0.1:3:6:log", "0:0.9:4")
    found, _ = confirmed(sweep)
    answer = find_answer(sweep.table, "epochs", 0.1, found)
    assert answer is None or answer.confirmation is None


def test_the_sentence_says_what_the_grid_would_have_claimed() -> None:
    """Fresh seeds, failures, the region, why this cell, and the grid's own claim are all in the sentence."""
    _, answer = confirmed(swept(XOR, "0.1:3:6:log", "0:0.9:4"))
    text = answer.sentence()
    for part in ("fresh seeds", "of them failed", "The grid alone would have claimed final error"):
        assert part in text


def test_entrants_train_as_their_cells() -> None:
    """The settings of an entrant are those of its cell, and the fresh seeds begin where the grid's end."""
    grid = Grid.of(XOR, "0.1:1:4:log", "0:0.9:3", seeds=2, rules=["plain", "one-step"])
    entrants = Entrants.of_cells(grid, np.array([5, 20]), fresh_seeds(grid, 3, 2))
    assert entrants.seeds == (10, 11)
    assert (entrants.cells, entrants.runs) == (2, 4)
    theirs = entrants.settings(np.arange(4))
    cells = grid.settings(np.array([5, 5, 20, 20]) * 2)
    assert all(np.array_equal(one, other) for one, other in zip(theirs, cells, strict=True))


def test_fresh_seeds_go_on_from_0_after_the_largest() -> None:
    """There is a next seed after the largest one allowed."""
    last = replace(XOR, training=replace(XOR.training, seed=LARGEST_SEED))
    assert fresh_seeds(Grid.of(last, "0.1", "0.5"), 0, 2) == (0, 1)
