"""The CSV of a sweep: columns and order, resuming after any cut, refusing other settings, a whole file at the end."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.block import NUMBERS
from momentum_gui.lab.sweep.csv_file import SweepFile
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.runner import Sweep
from momentum_gui.lab.training.trainer import Trainer

HEADER = "learning_rate,momentum,seed,outcome,epochs,error,accuracy"


def xor(**training: object) -> Experiment:
    experiment = Experiment.parse(
        'problem.dataset = "xor"\nnetwork.hidden = [2]\n[training]\nepochs = 8\nseed = 5', "test", Path.cwd()
    )
    return replace(experiment, training=replace(experiment.training, **training))


def grid_of(experiment: Experiment, rules: tuple[str, ...] = ()) -> Grid:
    return Grid.of(experiment, "0.01:1:6:log", "0:0.9:10", seeds=2, rules=rules)


def swept(path: Path, experiment: Experiment, grid: Grid, blocks: int | None = None, engine: str = "numpy") -> int:
    """Sweep into a file, at most so many blocks of it, as if then interrupted; how many runs were trained."""
    sweep = Sweep(experiment, grid, engine=engine, workers=1)
    file = SweepFile(path, experiment, sweep.shared, grid)
    sweep = Sweep(experiment, grid, known=file.table, shared=sweep.shared, workers=1)
    sweep._seconds_per_run = 1.0  # small blocks
    trained = 0
    file.begin()
    with contextlib.closing(file), contextlib.closing(sweep.results()) as results:
        for number, result in enumerate(results, 1):
            file.add(result)
            trained += len(result)
            sweep._seconds_per_run = 1.0
            if number == blocks:
                break
        file.finish()
    return trained


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks also for a small grid."""
    monkeypatch.setattr("momentum_gui.lab.sweep.runner.LEAST_RUNS", {"numpy": 16, "compiled": 16})


def test_a_finished_sweep_is_one_file_in_grid_order(tmp_path: Path) -> None:
    """Header as in the contract, a row a cell and seed in grid order, numbers that read back as those of `train`."""
    experiment = xor()
    grid = grid_of(experiment)
    path = tmp_path / "S.csv"
    assert swept(path, experiment, grid) == grid.runs
    text = path.read_bytes().decode()
    assert text.startswith(HEADER + "\n")
    assert "\r" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(float(row["learning_rate"]), float(row["momentum"]), int(row["seed"])) for row in rows] == [
        (rate, momentum, seed)
        for rate in grid.learning_rate.values
        for momentum in grid.momentum.values
        for seed in grid.seeds
    ]
    row = rows[77]
    settings = {"learning_rate": float(row["learning_rate"]), "momentum": float(row["momentum"])}
    alone = Trainer(xor(**settings, seed=int(row["seed"])), "numpy").advance_epochs(8).runs[0]
    assert (float(row["error"]), float(row["accuracy"]), row["outcome"]) == (alone.error, alone.accuracy, "finished")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["S.csv", "S.toml"]


def test_several_rules_have_a_column_in_front(tmp_path: Path) -> None:
    """With several rules a leading column says which."""
    experiment = xor()
    swept(tmp_path / "S.csv", experiment, grid_of(experiment, ("plain", "nesterov")))
    lines = (tmp_path / "S.csv").read_text().splitlines()
    assert lines[0] == f"rule,{HEADER}"
    assert (lines[1].split(",")[0], lines[-1].split(",")[0]) == ("plain", "nesterov")
    assert swept(tmp_path / "S.csv", experiment, grid_of(experiment, ("plain", "nesterov"))) == 0


def test_the_experiment_beside_it_can_be_trained(tmp_path: Path) -> None:
    """S.toml loads as the experiment, and its first line is the command's options."""
    experiment = xor()
    swept(tmp_path / "S.csv", experiment, grid_of(experiment))
    assert Experiment.load(tmp_path / "S.toml") == experiment
    first = (tmp_path / "S.toml").read_text().splitlines()[0]
    assert "--learning-rate 0.01:1:6:log --momentum 0:0.9:10 --seeds 2 --rule one-step" in first


@pytest.mark.parametrize("cut", [0, 1, 17])
def test_an_interrupted_sweep_goes_on_without_repeating(tmp_path: Path, cut: int) -> None:
    """Resumed after a cut, even within a line, it trains what is missing and ends with the bytes of one go."""
    experiment = xor()
    grid = grid_of(experiment)
    swept(tmp_path / "whole.csv", experiment, grid)
    path, part = tmp_path / "S.csv", tmp_path / "S.csv.part"
    before = swept(path, experiment, grid, blocks=3)
    assert 0 < before < grid.runs
    assert not path.exists()
    if cut:
        part.write_bytes(part.read_bytes()[:-cut])
    kept = before if not cut else before - 2  # the cell that was cut is trained again, with both seeds
    assert swept(path, experiment, grid) == grid.runs - kept
    assert path.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not part.exists()


def test_resuming_restores_every_measure(tmp_path: Path) -> None:
    """The part file holds held-out measures and areas too, bit for bit, inf and missing numbers included."""
    experiment = Experiment.parse(
        'problem.dataset = "sine"\nproblem.items = 20\nproblem.test_fraction = 0.3\ntraining.epochs = 30',
        "t",
        Path.cwd(),
    )
    grid = Grid.of(experiment, "0.01:1000:5:log", "0:0.9:4", seeds=2)
    sweep = Sweep(experiment, grid, engine="numpy")
    file = SweepFile(tmp_path / "S.csv", experiment, sweep.shared, grid)
    file.begin()
    for result in sweep.results():
        file.add(result)
    file.close()
    again = SweepFile(tmp_path / "S.csv", experiment, sweep.shared, grid)
    assert {"diverged", "finished"} <= set(sweep.table.outcomes())
    for name in ("outcome", "epochs", *NUMBERS):
        assert np.array_equal(getattr(again.table, name), getattr(sweep.table, name), equal_nan=True), name


@pytest.mark.parametrize(
    ("changes", "momentum", "word"),
    [
        ({"epochs": 9}, "0:0.9:10", r"training.epochs = 8, not 9"),
        ({"seed": 6}, "0:0.9:10", r"training.seed = 5, not 6"),
        ({}, "0:0.8:10", r"--momentum 0:0.9:10 .* not .*--momentum 0:0.8:10"),
    ],
)
@pytest.mark.parametrize("blocks", [2, None])
def test_other_settings_are_refused(
    tmp_path: Path, changes: dict[str, object], momentum: str, word: str, blocks: int | None
) -> None:
    """A sweep under other settings leaves the files of the first as they are, whether that was done or not."""
    swept(tmp_path / "S.csv", xor(), grid_of(xor()), blocks)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    other = xor(**changes)
    with pytest.raises(BadInputError, match=word):
        swept(tmp_path / "S.csv", other, Grid.of(other, "0.01:1:6:log", momentum, seeds=2))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_other_data_and_another_engine_are_refused(tmp_path: Path) -> None:
    """Rows of other items, or of an engine whose last digits may differ, are not mixed with new ones."""
    data = tmp_path / "data.csv"
    data.write_text("x,y\n" + "".join(f"{n / 10},{n / 5}\n" for n in range(12)))
    experiment = Experiment.parse('problem.dataset = "data.csv"\ntraining.epochs = 3', "test", tmp_path)
    grid = grid_of(experiment)
    swept(tmp_path / "S.csv", experiment, grid, 2)
    data.write_text(data.read_text().replace("0.1,", "0.11,"))
    with pytest.raises(BadInputError, match="items"):
        swept(tmp_path / "S.csv", experiment, grid)


def test_foreign_files_are_not_touched(tmp_path: Path) -> None:
    """A CSV that is no sweep's is refused; a TOML file of that name stays, and the experiment goes beside it."""
    experiment = xor()
    (tmp_path / "S.csv").write_text("mine\n")
    with pytest.raises(BadInputError, match=r"no S\.toml says what sweep it is of"):
        swept(tmp_path / "S.csv", experiment, grid_of(experiment))
    assert (tmp_path / "S.csv").read_text() == "mine\n"
    (tmp_path / "T.toml").write_text("# mine\n")
    swept(tmp_path / "T.csv", experiment, grid_of(experiment), 2)
    swept(tmp_path / "T.csv", experiment, grid_of(experiment))
    assert (tmp_path / "T.toml").read_text() == "# mine\n"
    assert Experiment.load(tmp_path / "T.sweep.toml") == experiment


def test_other_files_in_both_places_are_refused(tmp_path: Path) -> None:
    """Where both names that the experiment could take belong to other files, neither is overwritten."""
    experiment = xor()
    for name in ("T.toml", "T.sweep.toml"):
        (tmp_path / name).write_text("# mine\n")
    with pytest.raises(BadInputError, match=r"T\.toml and .*T\.sweep\.toml, other files"):
        swept(tmp_path / "T.csv", experiment, grid_of(experiment))
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == dict.fromkeys(
        ("T.toml", "T.sweep.toml"), "# mine\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_two_sweeps_do_not_write_one_file(tmp_path: Path) -> None:
    """While a sweep writes, the same one started once more is refused in a line; afterwards it goes on."""
    experiment = xor()
    grid = grid_of(experiment)
    path = tmp_path / "S.csv"
    swept(path, experiment, grid, 2)
    shared = Sweep(experiment, grid, engine="numpy").shared
    first = SweepFile(path, experiment, shared, grid)
    first.begin()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(BadInputError, match=r"S\.csv\.part: another sweep is writing it"):
        swept(path, experiment, grid)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    first.close()
    swept(path, experiment, grid)
    assert path.is_file()


@pytest.mark.parametrize("spoiled", ["0.01,0.0,5,finished,8\n", "0.02,0.0,5,finished,8,0.1,0.5,,,0.1\n", "a,b\n"])
def test_rows_that_are_not_of_the_sweep_are_refused(tmp_path: Path, spoiled: str) -> None:
    """A part file that was edited is refused, with the line, instead of being believed."""
    experiment = xor()
    swept(tmp_path / "S.csv", experiment, grid_of(experiment), 2)
    part = tmp_path / "S.csv.part"
    count = part.read_bytes().count(b"\n")
    part.write_text(part.read_text() + spoiled)
    with pytest.raises(BadInputError, match=f"line {count + 1} is not a row of this sweep"):
        swept(tmp_path / "S.csv", experiment, grid_of(experiment))


def test_a_full_disk_leaves_whole_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a block cannot be written in full none of it is, and the sweep can go on from there."""
    experiment = xor()
    grid = grid_of(experiment)
    path = tmp_path / "S.csv"
    swept(path, experiment, grid, 1)
    before = (tmp_path / "S.csv.part").read_bytes()

    class Full(io.FileIO):
        def write(self, data: object) -> int:
            super().write(bytes(data)[:50])  # type: ignore[call-overload]
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("momentum_gui.lab.sweep.csv_file.io.FileIO", Full)
        with pytest.raises(OSError, match=r"No space left on device: .*S\.csv\.part"):
            swept(path, experiment, grid)
    assert (tmp_path / "S.csv.part").read_bytes() == before
    swept(path, experiment, grid)
    assert path.is_file()
