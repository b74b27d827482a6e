"""A rule of one's own: four formulas in an experiment file, usable wherever a rule is."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from momentum_gui.engine.rules import RULES, stability_bound
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.settings import OwnRule
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.runner import Sweep
from momentum_gui.lab.training.trainer import Trainer

WRITTEN_OUT = {
    "plain": ("1", "0", "0", "0"),
    "one-step": ("1", "m", "1", "0"),
    "heavy-ball": ("1", "m", "1", "m"),
    "damped": ("1 - m", "m", "1 - m", "m"),
    "nesterov": ("1 + m", "m*m", "1", "m"),
}


def table(*formulas: str, **others: object) -> dict[str, object]:
    """An experiment on XOR with one rule of its own, which all runs use."""
    rule = {"id": "mine", **dict(zip("ABCD", formulas, strict=True)), **others}
    return {
        "problem": {"dataset": "xor"},
        "network": {"hidden": [3], "output_activation": "logistic"},
        "training": {"epochs": 30, "learning_rate": 0.3, "momentum": 0.7, "rule": "mine", "seed": 3},
        "rule": [rule],
    }


def trained(experiment: Experiment, engine: str) -> np.ndarray:
    """The weights after the whole training."""
    trainer = Trainer(experiment, engine)
    return trainer.advance_epochs(experiment.training.epochs).runs[0].weights


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("rule", WRITTEN_OUT)
def test_a_built_in_rule_written_out(rule: str, engine: str) -> None:
    """Four formulas that say what a built-in rule does give the same weights, to the last bit."""
    own = Experiment.from_table(table(*WRITTEN_OUT[rule]), "file")
    built_in = edits.with_settings(own, {"training": {"rule": rule}})
    assert trained(own, engine).tobytes() == trained(built_in, engine).tobytes()


def test_a_sweep_of_an_own_rule() -> None:
    """Its cells have the numbers of the trainings alone, beside a built-in rule; the experiment may travel."""
    experiment = Experiment.from_table(table("1 - 0.7*m", "0.7*m", "1 - m", "m"), "file")
    grid = Grid.of(experiment, "0.1:0.5:2", "0.2:0.6:2", seeds=1, rules=("mine", "plain"))
    sweep = Sweep(pickle.loads(pickle.dumps(experiment)), grid, engine="numpy")
    for _ in sweep.results():
        pass
    for number, cell in enumerate([Cell(0, 0, 0), Cell(0, 1, 1)]):
        alone = grid.experiment_of(experiment, cell)
        error = Trainer(alone, "numpy").advance_epochs(30).runs[0].error
        place = np.ravel_multi_index((cell.rule, cell.learning_rate, cell.momentum, 0), grid.shape)
        assert sweep.table.error[place] == error, number


def test_a_change_to_an_own_rule_on_the_way() -> None:
    """A live change may name it; one that does not exist is refused and changes nothing."""
    experiment = Experiment.from_table(table("1", "m", "1", "m"), "file")
    trainer = Trainer(edits.with_settings(experiment, {"training": {"rule": "plain"}}), "numpy")
    trainer.advance(3)
    trainer.change(0, rule="mine")
    assert trainer.settings(0).rule == "mine"
    with pytest.raises(BadInputError, match=re.escape('rule = "adam": allowed is plain, one-step')):
        trainer.change(0, rule="adam")
    again = Trainer(trainer.experiment_so_far(), "numpy")
    again.advance(10)
    trainer.advance(7)
    assert trainer.first_frame().runs[0].weights.tolist() == again.first_frame().runs[0].weights.tolist()


def test_saved_and_loaded() -> None:
    """The file says what the rule is, each under a heading of its own; what is read is what was written."""
    experiment = Experiment.from_table(table("1 - 0.7*m", "0.7*m", "1 - m", "m", title="Mine"), "file")
    text = experiment.to_toml()
    assert "[[rule]]" in text
    again = Experiment.parse(text, "file", Path())
    assert again.rule == experiment.rule
    assert again.rules["mine"].title == "Mine"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"A": "1 +"}, 'rule[0].A = "1 +": ends too early'),
        ({"B": "__import__('os').system('x')"}, 'rule[0].B = "__import__('),
        ({"C": "1/m"}, 'rule[0].C = "1/m": gives no finite number at m = 0'),
        ({"D": "9**9**9"}, 'rule[0].D = "9**9**9": gives no finite number'),
        ({"id": "plain"}, 'rule[0].id = "plain": is taken'),
        ({"id": "A rule"}, 'rule[0].id = "A rule": allowed is a name of small letters'),
        ({"E": "1"}, 'rule[0].E = "1": unknown key; allowed are id, A, B, C, D, title'),
        ({"A": 1}, "rule[0].A = 1: allowed is a formula in m"),
        ({"A": "m" * 300}, "allowed is a formula in m"),
    ],
)
def test_refused(change: dict[str, object], told: str) -> None:
    """One line names the rule, the formula, what is wrong and what is allowed."""
    asked = table("1", "m", "1", "m")
    asked["rule"][0] |= change  # type: ignore[index]
    with pytest.raises(BadInputError) as refused:
        Experiment.from_table(asked, "file")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_formula_and_an_unknown_rule() -> None:
    """Both say what there must be; the rules allowed are the experiment's, its own included."""
    asked = table("1", "m", "1", "m")
    del asked["rule"][0]["D"]  # type: ignore[index]
    with pytest.raises(BadInputError, match=re.escape("rule[0].D: missing, and required")):
        Experiment.from_table(asked, "file")
    with pytest.raises(BadInputError, match=re.escape("nesterov, mine")):
        Experiment.from_table(table("1", "m", "1", "m") | {"run": [{"rule": "adam"}]}, "file")


def test_rules_that_never_forget() -> None:
    """D = 1, or more, is allowed: its gain is infinite, and its bound what the theory says."""
    rule = Experiment.from_table(table("1", "1", "1", "1"), "file").rules["mine"]
    assert stability_bound(rule.coefficients(0.5)) == stability_bound(RULES["heavy-ball"].coefficients(1.0))


def test_edits_of_own_rules() -> None:
    """A rule is added, replaced under another id with all that named it, and removed when no run follows it."""
    base = Experiment.load("iris")
    mine, other = OwnRule("mine", "1", "m", "1", "m"), OwnRule("other", "1", "0", "0", "0")
    added = edits.with_own_rule(base, mine, runs=[1])
    assert [run.training.rule for run in added.runs] == ["plain", "mine"]
    replaced = edits.with_own_rule(added, other, replaces="mine")
    assert [each.id for each in replaced.rule] == ["other"]
    assert [run.training.rule for run in replaced.runs] == ["plain", "other"]
    with pytest.raises(BadInputError, match="is that of the run momentum: give that run another rule first"):
        edits.without_own_rule(replaced, "other")
    free = edits.with_run(replaced, 1, rule="damped")
    assert not edits.without_own_rule(free, "other").rule
    with pytest.raises(BadInputError, match="is taken"):
        edits.with_own_rule(base, OwnRule("plain", "1", "0", "0", "0"))
