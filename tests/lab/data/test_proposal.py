"""What is proposed for a table: it trains without diverging, and tells more than the mean does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from momentum_gui.assets import resource
from momentum_gui.engine.population import Outcome
from momentum_gui.lab.data import datasets
from momentum_gui.lab.data.generated import Raw
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.trainer import Trainer


def table(number: int) -> str:
    """A table of random size whose target follows its inputs, with noise: numbers for even numbers, else classes."""
    rng = np.random.default_rng([7, number])
    items, inputs, classes = int(rng.integers(12, 400)), int(rng.integers(1, 24)), int(rng.integers(2, 6))
    x = rng.normal(size=(items, inputs)) * 10.0 ** rng.uniform(-3, 4, inputs) + rng.normal(size=inputs)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    signal = np.tanh(z @ rng.normal(size=(inputs, 3)) / np.sqrt(inputs)) @ rng.normal(size=3)
    noisy = signal + 0.3 * signal.std() * rng.normal(size=items)
    if number % 2:
        cut = np.quantile(noisy, np.linspace(0, 1, classes + 1)[1:-1])
        target = ["abcdef"[place] for place in np.searchsorted(cut, noisy)]
    else:
        target = [f"{value:.6g}" for value in 1000 * noisy + 65000]
    lines = [",".join([*(f"{value:.6g}" for value in row), y]) for row, y in zip(x, target, strict=True)]
    return "\n".join([",".join([*(f"x{place}" for place in range(inputs)), "y"]), *lines, ""])


@pytest.mark.parametrize("number", range(24))
def test_what_is_proposed_learns(tmp_path: Path, number: int) -> None:
    """Whatever the table's size, scale and task: no run diverges, and each is better than a constant answer."""
    (tmp_path / "t.csv").write_text(table(number))
    trainer = Trainer(Experiment.load(tmp_path / "t.csv"))
    frame = trainer.advance_epochs(trainer.experiment.training.epochs)
    data = trainer.setup.data
    assert data is not None
    mean = data.items.targets.mean(axis=0)
    constant = -(mean * np.log(mean)).sum() if data.has_classes else 0.5 * data.items.targets.var(axis=0).sum()
    for run in frame.runs:
        assert run.outcome is not Outcome.DIVERGED
        assert run.error < 0.9 * constant


def test_a_table_is_an_experiment() -> None:
    """Wherever an experiment is: scaled inputs, a share held out, two runs that share all but the rule."""
    experiment = Experiment.load(resource("datasets", "wine.csv"))
    assert experiment.title == "wine"
    assert (experiment.problem.scale, experiment.problem.test_fraction) == ("standard", 0.2)
    assert (experiment.network.loss, experiment.network.initialization) == ("cross_entropy", "glorot")
    assert [run.name for run in experiment.runs] == ["plain", "momentum"]
    assert experiment.training.batch_size == 1
    plain, momentum = (run.training for run in experiment.runs)
    assert plain.learning_rate == momentum.learning_rate


def test_changes_hold_before_the_table_is_read(tmp_path: Path) -> None:
    """What a table needs to be read at all, such as what to do with missing values, can be set at once."""
    (tmp_path / "t.csv").write_text("a,b,c\n1,2,3.5\n2,,4.5\n3,5,6.5\n4,4,7.0\n")
    with pytest.raises(BadInputError, match='line 3, column "b": a missing value'):
        Experiment.load(tmp_path / "t.csv")
    changes = ["problem.missing=mean", "training.epochs=7", "problem.scale_target=minmax"]
    experiment = Experiment.load(tmp_path / "t.csv", changes)
    assert (experiment.problem.missing, experiment.problem.scale_target) == ("mean", "minmax")
    assert experiment.training.epochs == 7


def test_a_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another scaling, share or network does not read it again; another column or another file does."""
    path = tmp_path / "t.csv"
    path.write_text(table(3))
    reads: list[Path] = []
    whole = datasets.from_csv

    def counted(path: Path, *rest: Any) -> Raw:
        reads.append(path)
        return whole(path, *rest)

    monkeypatch.setattr(datasets, "from_csv", counted)
    experiment = Experiment.load(path)
    Setup.of(experiment)
    Setup.of(Experiment.load(path, ["network.hidden=[3]", "problem.test_fraction=0.5", "problem.scale=minmax"]))
    assert len(reads) == 1
    Experiment.load(path, ['problem.inputs=["x0"]'])
    assert len(reads) == 2
    path.write_text(table(5))
    Experiment.load(path)
    assert len(reads) == 3


def test_a_file_that_changed_is_told(tmp_path: Path) -> None:
    """A checksum in the experiment is that of the file when its columns were chosen."""
    path = tmp_path / "t.csv"
    path.write_text(table(3))
    data = Setup.of(Experiment.load(path)).data
    assert data is not None
    kept = Experiment.load(path, [f"problem.checksum={data.checksum}"])
    assert Setup.of(kept).notes == ()
    path.write_text(table(3).replace("x0", "first"))
    assert Setup.of(kept).notes == (datasets.CHANGED,)
    with pytest.raises(BadInputError, match="64 digits from 0 to f"):
        Experiment.load(path, ["problem.checksum=abc"])
