"""The log as a Parquet file, where pyarrow is installed: the columns of the CSV log, with their types."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.report import Measure
from momentum_gui.lab.atomic_file import put_in_place
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.columns import COLUMNS
from momentum_gui.lab.recording.log import ExperimentBeside, LogWriter, check_log
from momentum_gui.lab.training.frame import Frame, Rows
from momentum_gui.missing import missing

SUFFIX = ".parquet"
GROUP_ROWS = 50_000
"""About as many rows are written at once."""


def is_parquet(path: str | Path) -> bool:
    """Return whether a log's name says that it is a Parquet file."""
    return Path(path).suffix.lower() == SUFFIX


def open_log(path: str | Path, experiment: Experiment, columns: Sequence[str] = ()) -> LogWriter | ParquetLog:
    """Return the log of this name, open for writing. Raises OSError."""
    return ParquetLog(path, experiment, columns) if is_parquet(path) else LogWriter(path, experiment, columns)


def check_log_file(path: str | Path, key: str = "--log") -> None:
    """Raises BadInputError where a log, or the experiment beside it, cannot be written, or pyarrow is missing."""
    check_log(path, key)
    if not is_parquet(path):
        return
    if Path(path).exists() and not Path(path).is_file():
        raise BadInputError(f"{key} {path}: Parquet needs a regular file, not a device or a pipe")
    try:
        importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise BadInputError(f"{key} {path}: {missing(error)}, or choose a name that ends in .csv or .csv.gz") from None


def check_table_name(path: str | Path, key: str) -> None:
    """Raises BadInputError where a table other than the log is wanted as Parquet."""
    if is_parquet(path):
        raise BadInputError(f"{key} {path}: allowed are names that end in .csv or .csv.gz; only the log can be Parquet")


class ParquetLog:
    """The log of a training as Parquet: `write` every frame, then `close`, which puts the whole file in its place.

    Until then, and after an error, nothing is there. The experiment goes beside it, as with a CSV log. Raises OSError.
    """

    def __init__(self, path: str | Path, experiment: Experiment, columns: Sequence[str] = ()) -> None:
        self.path = Path(path)
        self._arrow: Any = importlib.import_module("pyarrow")
        parquet: Any = importlib.import_module("pyarrow.parquet")
        texts, wholes = self._arrow.string(), self._arrow.int64()
        kinds = {"run": texts, "epoch": wholes, "update": wholes}
        names = (*COLUMNS, *columns)
        self._schema = self._arrow.schema([(name, kinds.get(name, self._arrow.float64())) for name in names])
        handle, self._draft = tempfile.mkstemp(prefix=f".{self.path.name[:100]}.", dir=self.path.parent)
        os.close(handle)
        self._waiting: list[list[Any]] = []
        self._rows = 0
        self._closed = False
        self._beside = ExperimentBeside(self.path)
        self._file: Any = None
        try:
            self._file = parquet.ParquetWriter(self._draft, self._schema)
            self._beside.keep(experiment)
        except OSError:
            self.discard()
            raise

    def write(self, frame: Frame) -> None:
        """Add the rows of a frame, by epoch and then by run. Raises OSError."""
        runs = [run for run in frame.runs if len(run.rows)]
        if not runs:
            return
        order = np.argsort(np.concatenate([run.rows.epoch for run in runs]), kind="stable")
        names = np.repeat(np.array([run.name for run in runs], dtype=object), [len(run.rows) for run in runs])
        parts = [numbers_of(run.rows) for run in runs]
        columns = [names, *(np.concatenate(column) for column in zip(*parts, strict=True))]
        self._waiting.append([column[order] for column in columns])
        self._rows += len(order)
        if self._rows >= GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        columns = [np.concatenate(column) for column in zip(*self._waiting, strict=True)]
        self._waiting, self._rows = [], 0
        # NaN is a null, as it is an empty cell in CSV; but an error that is no number says that the run has diverged.
        arrays = [
            self._arrow.array(column, kind.type, from_pandas=kind.name not in ("run", "error"))
            for column, kind in zip(columns, self._schema, strict=True)
        ]
        self._file.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self, experiment: Experiment | None = None) -> None:
        """Finish the file and put it in its place; `experiment` is written beside it if it is not the one there."""
        if self._closed:
            return
        try:
            self._flush()
            self._file.close()
            put_in_place(Path(self._draft), self.path)
        except OSError as error:
            self.discard()
            raise OSError(error.errno, error.strerror or str(error), str(self.path)) from None
        self._closed = True
        if experiment is not None:
            self._beside.keep(experiment)

    def discard(self) -> None:
        """Give up: what was written goes, and what was there before stays."""
        self._closed = True
        try:
            if self._file is not None:
                self._file.close()
        except OSError:
            pass
        Path(self._draft).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


def numbers_of(rows: Rows) -> list[Floats]:
    """Return the columns of a run's rows after its name."""
    measures = [rows.measures[:, measure] for measure in Measure]
    return [rows.epoch, rows.update, rows.learning_rate, rows.momentum, *measures, *rows.columns.T]
