"""The CSV log: a row per run and epoch, written as the training goes and read back; the weights likewise."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
from msgspec.structs import replace

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.report import Measure
from momentum_gui.lab.atomic_file import check_writable
from momentum_gui.lab.data.text_file import read_text
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.columns import COLUMNS
from momentum_gui.lab.recording.line_file import check_digits, is_compressed, open_lines, stem_of, unpacked, whole
from momentum_gui.lab.steps.log_columns import PARTS
from momentum_gui.lab.training.frame import Frame, Rows

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a text cell that starts with one of these; a leading ' keeps it text."""


class Writer:
    """What the log and the weights share: rows of all runs in the order of epochs, however the frames were cut."""

    def __init__(self, path: str | Path, header: Sequence[str]) -> None:
        self.path = Path(path)
        self._lines = open_lines(self.path)
        try:
            self._lines.write(",".join(text_cell(name) for name in header) + "\n")
        except OSError:
            self.close()
            raise

    def write(self, frame: Frame) -> None:
        """Add the rows of a frame, by epoch and then by run. Raises OSError."""
        runs = [run for run in frame.runs if len(run.rows)]
        parts = [self.lines(text_cell(run.name), run.rows) for run in runs]
        if len(parts) == 1:
            lines: Iterable[str] = parts[0]
        else:
            flat = [line for part in parts for line in part]
            epochs = np.concatenate([run.rows.epoch for run in runs]) if runs else np.empty(0)
            lines = [flat[number] for number in np.argsort(epochs, kind="stable")]
        if text := "".join(lines):
            self._lines.write(text)

    def lines(self, name: str, rows: Rows) -> list[str]:
        """Return one line of CSV for each row of the run of that name."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the file."""
        self._lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError) if kind is not None else nullcontext():  # the first error is the one to tell
            self.close()


class LogWriter(Writer):
    """The log of a training: `write` every frame, the first one (epoch 0) included, then `close`.

    The experiment goes beside it (`L.csv` → `L.toml`); give `close` the experiment again where it changed on the way.
    `columns` are those of the trainer's `LogChoice`, written after the fixed ones. Raises OSError where nothing can be
    written; `check_log` says so beforehand.
    """

    def __init__(self, path: str | Path, experiment: Experiment, columns: Sequence[str] = ()) -> None:
        super().__init__(path, (*COLUMNS, *columns))
        self._beside = ExperimentBeside(self.path)
        try:
            self._beside.keep(experiment)
        except OSError:
            super().close()
            raise

    def lines(self, name: str, rows: Rows) -> list[str]:
        """Return the log's line for each row: numbers as short as they can be and still read back the same."""
        error, *others = (rows.measures[:, measure] for measure in Measure)
        columns = (
            [name] * len(rows),
            map(str, rows.epoch.tolist()),
            map(str, rows.update.tolist()),
            number_cells(rows.learning_rate),
            number_cells(rows.momentum),
            number_cells(error),  # nan and inf stay: they say that a run has diverged
            *(number_cells(other, missing="") for other in others),
            *(number_cells(column, missing="") for column in rows.columns.T),
        )
        return [",".join(cells) + "\n" for cells in zip(*columns, strict=True)]

    def close(self, experiment: Experiment | None = None) -> None:
        """Close the log; `experiment` is written beside it if it is not the one there."""
        super().close()
        if experiment is not None:
            self._beside.keep(experiment)


class ExperimentBeside:
    """The experiment file that goes with a log."""

    def __init__(self, log: Path) -> None:
        self._path = experiment_path(log)
        self._kept: Experiment | None = None

    def keep(self, experiment: Experiment) -> None:
        """Write the experiment if it is not the one there. Raises OSError."""
        experiment = replace(experiment, session=None)  # what a window showed is no part of what made the log
        if self._path is not None and experiment != self._kept and not holds(self._path, experiment):
            experiment.save(self._path)
        self._kept = experiment


class WeightsWriter(Writer):
    """The weights at each logged epoch: `run,epoch,` and a column for each weight."""

    def __init__(self, path: str | Path, weight_names: Sequence[str]) -> None:
        super().__init__(path, ("run", "epoch", *weight_names))

    def lines(self, name: str, rows: Rows) -> list[str]:
        """Return the weights' line for each row."""
        wide = rows.weights.shape[1]
        cells = number_cells(rows.weights.reshape(-1))
        return [
            f"{name},{epoch},{','.join(cells[row * wide : (row + 1) * wide])}\n"
            for row, epoch in enumerate(rows.epoch.tolist())
        ]


class AnatomyWriter(Writer):
    """The last update of each logged epoch but epoch 0, a row a weight: `run,epoch,update,weight,` and PARTS."""

    def __init__(self, path: str | Path, weight_names: Sequence[str]) -> None:
        super().__init__(path, ("run", "epoch", "update", "weight", *PARTS))
        self._names = [text_cell(name) for name in weight_names]

    def lines(self, name: str, rows: Rows) -> list[str]:
        """For each of the run's rows the lines of all weights."""
        *parts, agree, gain = (rows.parts[:, :, part].reshape(-1) for part in range(len(PARTS)))
        columns = [*map(number_cells, parts), whole_cells(agree), number_cells(gain, missing="")]
        cells, wide = list(zip(*columns, strict=True)), len(self._names)
        return [
            "".join(
                f"{name},{epoch},{update},{weight},{','.join(numbers)}\n"
                for weight, numbers in zip(self._names, cells[row * wide : (row + 1) * wide], strict=True)
            )
            if epoch
            else ""
            for row, (epoch, update) in enumerate(zip(rows.epoch.tolist(), rows.update.tolist(), strict=True))
        ]


def whole_cells(values: Floats) -> list[str]:
    """Each whole number as text, NaN as nothing."""
    return ["" if value != value else str(int(value)) for value in values.tolist()]


def number_cells(values: Floats, missing: str = "nan") -> list[str]:
    """Each number as `repr` writes it, the shortest that reads back the same; `missing` replaces NaN.

    msgspec finds the same digits about ten times faster, but writes very small and very large numbers in another way,
    so those are brought into the form of `repr`.
    """
    if len(values) == 0:
        return []
    if values[0] == values[-1] and (values == values[0]).all():  # as rates mostly are
        return [repr(float(values[0]))] * len(values)
    size = np.abs(values)
    usual = ((size >= 1e-4) & (size < 1e16)) | (values == 0)
    cells = msgspec.json.encode(values.tolist()).decode()[1:-1].split(",")
    for row in np.flatnonzero(~usual).tolist():
        cells[row] = unusual_cell(float(values[row]), cells[row], missing)
    return cells


def unusual_cell(value: float, text: str, missing: str) -> str:
    """Return a number of extreme size as `repr` writes it, from the digits of `text`; NaN as `missing`."""
    if value != value:
        return missing
    if "e" in text:
        digits, exponent = text.split("e")
        return f"{digits}e{int(exponent):+03d}"
    return repr(value)


def text_cell(text: str) -> str:
    """Return a text as a CSV cell: quoted where it must be, never a formula to a spreadsheet."""
    if text.startswith(FORMULA_SIGNS):
        text = f"'{text}"
    if any(sign in text for sign in ',"\n\r'):
        text = '"' + text.replace('"', '""') + '"'
    return text


def experiment_path(log: str | Path) -> Path | None:
    """Return where the experiment of a log lies: beside it, with the suffix .toml; None beside a device or a pipe."""
    log = Path(log)
    if (log.exists() and not log.is_file()) or log.parent == Path("/dev"):  # /dev/stdout may lead to a file
        return None
    return log.with_name(f"{stem_of(log)}.toml")


def anatomy_path(log: Path) -> Path:
    """Return where the window writes the anatomy that goes with a log: beside it, `L-anatomy.csv` for `L.csv`."""
    return log.with_name(f"{stem_of(log)}-anatomy.csv{'.gz' if is_compressed(log) else ''}")


def holds(path: Path, experiment: Experiment) -> bool:
    """Return whether a file holds this experiment already; it may have comments that must not be lost."""
    if not path.is_file():
        return False
    try:
        return Experiment.load(os.path.abspath(path)) == experiment
    except BadInputError:
        return False


def check_log(path: str | Path, key: str = "--log") -> None:
    """Raises BadInputError where a log, or the experiment beside it, cannot be written."""
    check_writable(path, key)
    beside = experiment_path(path)
    if beside == Path(path):
        raise BadInputError(f"{key} {path}: the experiment is written under this name: choose one that ends in .csv")
    if beside is not None:
        check_writable(beside, key)


@dataclass(frozen=True)
class LoggedRun:
    """The rows of one run in a log; a log has no weights, so theirs are (rows, 0). `columns` names those chosen."""

    name: str
    rows: Rows
    columns: tuple[str, ...] = ()


def is_log(header: str) -> bool:
    """Return whether a file's first line is that of a log, with columns chosen besides or without."""
    return (header.rstrip("\r\n") + ",").startswith(",".join(COLUMNS) + ",")


def read_log(path: str | Path) -> tuple[LoggedRun, ...]:
    """Return the runs of a log in order of appearance, NaN where a cell is empty. Raises BadInputError."""
    label = str(path)
    text = unpacked(Path(path), label) if is_compressed(path) else read_text(Path(path), label, "utf-8").text
    lines = csv.reader(io.StringIO(text, newline=""))
    cells: dict[str, list[list[float]]] = {}
    counts: dict[str, list[tuple[int, int]]] = {}
    try:
        header = tuple(next(lines, ()))
        if header[: len(COLUMNS)] != COLUMNS:
            raise BadInputError(f"{label}: is not a log: its first line must be {','.join(COLUMNS)}")
        for row in lines:
            name, epoch, update, *numbers = row
            if len(row) != len(header):
                raise ValueError("wrong number of cells")
            check_digits(row[1:])
            cells.setdefault(name, []).append([float(number or "nan") for number in numbers])
            counts.setdefault(name, []).append((whole(epoch), whole(update)))
    except BadInputError:
        raise
    except (ValueError, csv.Error):
        raise BadInputError(f"{label}: line {lines.line_num} is not a row of a log") from None
    chosen = header[len(COLUMNS) :]
    return tuple(logged(name, np.array(counts[name], dtype=np.int64), np.array(cells[name]), chosen) for name in cells)


def logged(name: str, counts: np.ndarray, numbers: Floats, chosen: tuple[str, ...]) -> LoggedRun:
    """Return one run from its columns: counts (rows, 2) of epochs and updates, numbers (rows, 2 + measures +
    chosen)."""
    own_name = name[1:] if name.startswith("'") and name[1:].startswith(FORMULA_SIGNS) else name
    rows = Rows(
        epoch=counts[:, 0],
        update=counts[:, 1],
        learning_rate=numbers[:, 0],
        momentum=numbers[:, 1],
        measures=np.ascontiguousarray(numbers[:, 2 : 2 + len(Measure)]),
        gradient_part=np.full(len(counts), np.nan),
        weights=np.empty((len(counts), 0)),
        columns=np.ascontiguousarray(numbers[:, 2 + len(Measure) :]),
        parts=np.empty((len(counts), 0, len(PARTS))),
    )
    return LoggedRun(own_name, rows, chosen)
