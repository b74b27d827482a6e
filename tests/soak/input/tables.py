"""Tables that pandas reads too, as a second and independent reader of every number: own data, logs, sweeps."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from momentum_gui.assets import resource
from momentum_gui.lab.data.csv_table import Table, read_table
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.columns import COLUMNS
from momentum_gui.lab.recording.log import LogWriter, read_log
from momentum_gui.lab.sweep.csv_file import SweepFile
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.runner import Sweep
from momentum_gui.lab.training.trainer import Trainer
from tests.soak.input.mutants import Mutator

IRIS = resource("datasets", "iris.csv").read_text().splitlines(keepends=True)
TABLES = (
    "".join(IRIS[:1] + IRIS[1::8]),
    "".join(IRIS[:1] + IRIS[1::8]).replace(",", ";").replace(".", ","),
    "".join(IRIS[1::8]).replace(",", "\t"),
    "id|sum|share\n1|1,234|0.5\n2|12,345,678.5|0.25\n3|7|1e-3\n4|1,000|-2\n",
    'a, b ,"c, d",e\n1,2,"x ""y""",\n3,-4.5e3,z,?\n5,6,x,7\n8,9,z,10\n',
    "# made by hand\nt [s];u [V]\n0;1\n1;2\n2;5\n3;7\n",
)
WORDS = ("a", "b", "x", "setosa", "NA", "nan", "1990", "inf", "true", "2024-01-01")
READERS = {",": ",", ";": ";", "\t": "\t", "|": "|"}


def some_table(seed: int) -> bytes:
    """Return a table of one's own, changed at random."""
    return Mutator(seed, WORDS).spoil(TABLES[seed % len(TABLES)])


def own_table(given: bytes, folder: Path) -> int:
    """Read a table; every number is finite, and the one that pandas reads. Raises BadInputError."""
    path = folder / "own.csv"
    path.write_bytes(given)
    try:
        table = read_table(path)
    except BadInputError as error:
        assert "own.csv" in str(error), f"does not name the file: {error}"
        raise
    numbers = {column.name: column.numbers(allow_missing=True) for column in table.columns if column.has_numbers}
    assert all(not np.isinf(values).any() for values in numbers.values())
    return agreed(table, numbers, given)


def agreed(table: Table, numbers: dict[str, np.ndarray], given: bytes) -> int:
    """Return how many numbers pandas reads alike; 0 where it reads another shape, or texts."""
    dialect = table.dialect
    if dialect.separator not in READERS or not numbers:
        return 0
    form = next(column.format for column in table.columns if column.has_numbers)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = pd.read_csv(
                io.BytesIO(given), sep=dialect.separator, encoding=dialect.encoding or "utf-8", decimal=form.decimal,
                thousands=form.thousands if len(form.thousands) == 1 else None, index_col=False,
                header=0 if dialect.header else None, skipinitialspace=True,
            )  # fmt: skip
    except (ValueError, UnicodeError, OverflowError, TypeError):
        return 0
    if theirs.shape != (table.rows, len(table.columns)):
        return 0
    count = 0
    for column, name in zip(table.columns, theirs.columns, strict=True):
        read = theirs[name]
        if column.name in numbers and pd.api.types.is_numeric_dtype(read) and not pd.api.types.is_bool_dtype(read):
            mine, other = numbers[column.name], read.to_numpy(dtype=np.float64)
            same(mine, other, column.name)
            count += int(np.isfinite(mine).sum())
    return count


def same(mine: np.ndarray, other: np.ndarray, name: str) -> None:
    """Hold two readings to one another; pandas rounds numbers of extreme size one unit off in the last place."""
    np.testing.assert_allclose(mine, other, rtol=3e-16, atol=1e-320, err_msg=name)


class Logs:
    """Logs of a small training, changed at random."""

    def __init__(self, folder: Path) -> None:
        text = 'problem.dataset="iris"\n[training]\nepochs=4\n[[run]]\nname="a, b"\n'
        text += '[[run]]\nname="far"\nlearning_rate=1e6\n'
        trainer = Trainer(Experiment.parse(text, "log", folder), "numpy")
        with LogWriter(folder / "l.csv", trainer.experiment) as log:
            frame = trainer.first_frame()
            log.write(frame)
            while not trainer.finished:
                log.write(trainer.advance_epochs(1))
        self.text = (folder / "l.csv").read_text()

    def make(self, seed: int) -> bytes:
        """Return a log, changed at random."""
        return Mutator(seed, (*COLUMNS, "nan", "inf")).spoil(self.text)

    def read(self, given: bytes, folder: Path) -> int:
        """Read a log; pandas reads the same numbers. Raises BadInputError."""
        path = folder / "log.csv"
        path.write_bytes(given)
        try:
            runs = read_log(path)
        except BadInputError as error:
            assert "log.csv" in str(error), f"does not name the file: {error}"
            raise
        theirs = pd.read_csv(
            io.BytesIO(given), dtype={"run": str}, keep_default_na=False, index_col=False,
            na_values={name: ["", "nan"] for name in COLUMNS[3:]},
        )  # fmt: skip
        assert sum(len(run.rows) for run in runs) == len(theirs)
        return sum(self._compare(run, theirs) for run in runs)

    def _compare(self, run: Any, theirs: pd.DataFrame) -> int:
        own = theirs[theirs["run"].isin([run.name, f"'{run.name}"])]
        mine = {
            "epoch": run.rows.epoch, "update": run.rows.update, "learning_rate": run.rows.learning_rate,
            "momentum": run.rows.momentum,
        }  # fmt: skip
        mine |= {name: run.rows.measures[:, at] for at, name in enumerate(COLUMNS[5:])}
        for name, values in mine.items():
            other = own[name] if pd.api.types.is_numeric_dtype(own[name]) else own[name].replace("", "nan")
            same(values, other.to_numpy(dtype=np.float64), name)
        return sum(len(values) for values in mine.values())


class Sweeps:
    """The files of a small sweep, one of them changed at random."""

    def __init__(self, folder: Path) -> None:
        text = 'problem.dataset="xor"\nnetwork.hidden=[2]\n[training]\nepochs=3\nseed=5\n'
        self.experiment = Experiment.parse(text, "sweep", folder)
        self.grid = Grid.of(self.experiment, "0.1:1:3:log", "0:0.9:3", seeds=2)
        sweep = Sweep(self.experiment, self.grid, engine="numpy", workers=1)
        self.shared = sweep.shared
        file = SweepFile(folder / "S.csv", self.experiment, self.shared, self.grid)
        file.begin()
        for result in sweep.results():
            file.add(result)
        part = (folder / "S.csv.part").read_text()
        file.finish()
        self.texts = {name: (folder / name).read_text() for name in ("S.csv", "S.toml")} | {"S.csv.part": part}
        self.whole = file.table

    def make(self, seed: int) -> tuple[str, dict[str, bytes]]:
        """Return the files of a sweep, and which was changed: the table, the part or the settings."""
        changed = ("S.csv", "S.csv.part", "S.toml")[seed % 3]
        kept = {"S.toml": self.texts["S.toml"].encode()}
        kept[changed if changed != "S.toml" else "S.csv"] = self.texts[
            "S.csv" if changed == "S.toml" else changed
        ].encode()
        return changed, kept | {changed: Mutator(seed, ("converged", "nan", "xor", "plain")).spoil(self.texts[changed])}

    def read(self, given: tuple[str, dict[str, bytes]], folder: Path) -> int:
        """Read what an earlier sweep left; the numbers are those in the file, as pandas reads them. Raises
        BadInputError."""
        changed, files = given
        for name in self.texts:
            (folder / name).unlink(missing_ok=True)
        for name, raw in files.items():
            (folder / name).write_bytes(raw)
        try:
            found = SweepFile(folder / "S.csv", self.experiment, self.shared, self.grid).table
        except BadInputError as error:
            assert "S." in str(error), f"does not name the file: {error}"
            raise
        known = np.flatnonzero(found.known)
        name = next(name for name in files if name != "S.toml")
        raw = files[name][: files[name].rfind(b"\n") + 1]
        if not len(known):
            return 0
        theirs = texts(raw)
        rates, momenta = self.grid.settings(known)[1:]
        seeds = [self.grid.seeds[number] for number in self.grid.seed_numbers(known)]
        rows = {
            (float(rate), float(momentum), int(number)): error  # the last of a setting counts
            for rate, momentum, number, error in zip(
                theirs["learning_rate"], theirs["momentum"], theirs["seed"], theirs["error"], strict=True
            )
        }
        assert len(rows) == len(known), changed
        for run, key in zip(known, zip(rates.tolist(), momenta.tolist(), seeds, strict=True), strict=True):
            np.testing.assert_equal(found.error[run], float(rows[key] or "nan"))
        return len(known)


def texts(raw: bytes) -> pd.DataFrame:
    """Return a table as pandas splits it, all cells as texts."""
    return pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_filter=False, index_col=False)
