"""Holds `--set`: a key of [training] holds for all runs, `run.NAME.KEY` for one."""

from __future__ import annotations

import pytest

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment


def test_training_holds_for_all_runs_and_run_for_one() -> None:
    """A run's own value goes; the named run alone changes, in the order in which the changes are given."""
    assert [run.training.momentum for run in Experiment.load("iris", ["training.momentum=0.9"]).runs] == [0.9, 0.9]
    changes = ["training.momentum=0.9", "run.plain.momentum=0.1", "run.plain.start.w1[0,0]=0.25"]
    plain, other = Experiment.load("iris", changes).runs
    assert (plain.training.momentum, other.training.momentum) == (0.1, 0.9)
    assert (plain.training.start, other.training.start) == ({"w1[0,0]": 0.25}, {})


def test_a_name_that_no_run_has_is_refused() -> None:
    """With the names there are."""
    with pytest.raises(BadInputError, match="the runs are plain, momentum"):
        Experiment.load("iris", ["run.fast.momentum=0.9"])


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "bell\x07"])
def test_control_characters_in_names_are_refused(name: str) -> None:
    """In one line that holds none of them."""
    with pytest.raises(BadInputError) as caught:
        Experiment(problem={"dataset": "xor"}, run=[{"name": name}])  # type: ignore[arg-type]
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [("epochs=1e9", "epochs", 1_000_000_000), ("seed=2.0", "seed", 2), ("batch_size=4e0", "batch_size", 4)],
)
def test_a_whole_number_may_be_written_as_a_float(change: str, key: str, value: int) -> None:
    """It is then a whole number; where a setting is a float, it stays one."""
    experiment = Experiment.load("xor", [f"training.{change}", "training.learning_rate=2.0"])
    found = getattr(experiment.training, key)
    assert (found, type(found)) == (value, int)
    assert type(experiment.training.learning_rate) is float
