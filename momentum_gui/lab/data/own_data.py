"""From a table to numbers: one-hot text inputs, targets as numbers or classes, missing values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.data.csv_rows import MOST_CELLS, Watch
from momentum_gui.lab.data.csv_table import Column, counted, read_table
from momentum_gui.lab.data.generated import Raw
from momentum_gui.lab.data.number_format import number_text
from momentum_gui.lab.data.roles import choose_roles, class_note, dialect_of
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem

MOST_CLASSES = 1000


def from_csv(path: Path, problem: Problem, output_activation: str | None, watch: Watch | None = None) -> Raw:
    """Return the items of a CSV file; NaN inputs where values are missing and are to be the mean.

    Raises BadInputError, and ReadCancelled where `watch` asks for it.
    """
    table = read_table(path, dialect_of(problem), watch)
    roles = choose_roles(table, problem)
    notes = [*table.notes, *roles.notes]
    used = (*roles.inputs, *roles.targets)
    keep = np.ones(table.rows, dtype=np.bool_)
    if problem.missing != "refuse":
        for column in used if problem.missing == "drop" else roles.targets:
            keep[column.missing_rows] = False
        if dropped := table.rows - int(keep.sum()):
            notes.append(f"{counted(dropped, 'line')} with a missing value left out")
        if keep.sum() < 2:
            raise BadInputError(
                f"{table.label}: {counted(int(keep.sum()), 'item')} left without those that miss a value: "
                "at least 2 are needed"
            )
    fill = problem.missing == "mean"
    if fill and (holes := sum(int(keep[column.missing_rows].sum()) for column in roles.inputs)):
        notes.append(f"{counted(holes, 'missing value')} filled with the mean over the training items")
    blocks = [input_block(column, keep, fill) for column in roles.inputs]
    width = sum(len(names) for names, _ in blocks)
    check_size(width, int(keep.sum()), f"{table.label}: the inputs (one for each distinct text)")
    inputs = np.empty((int(keep.sum()), width))
    place = 0
    for column, (names, values) in zip(roles.inputs, blocks, strict=True):
        block = inputs[:, place : place + len(names)]
        if column.has_numbers:
            block[:, 0] = values
        else:
            block[:] = 0.0
            block[np.arange(len(values)), values.astype(np.int64)] = 1.0
            if fill and (rows := np.flatnonzero(values < 0)).size:
                block[rows] = np.nan
        place += len(names)
    raw = Raw(
        inputs=inputs,
        targets=np.empty((0, 0)),
        input_names=tuple(name for names, _ in blocks for name in names),
        output_names=tuple(column.name for column in roles.targets),
        lines=np.asarray(roles.targets[0].lines, dtype=np.int64)[keep],
        checksum=table.checksum,
    )
    check_names(raw, table.label)
    if len(roles.targets) == 1:
        raw = with_target(raw, roles.targets[0], keep, problem.task, output_activation, notes)
    else:
        raw = with_targets(raw, list(roles.targets), keep, problem.task)
    return raw.with_notes(notes)


def input_block(column: Column, keep: NDArray[np.bool_], fill: bool) -> tuple[tuple[str, ...], Floats]:
    """Return the names of the inputs that a column gives, and its kept values: numbers, or the place of each text.

    The place is −1 where a text is missing and to be filled. Raises BadInputError.
    """
    allow = fill or not keep.all()
    if column.has_numbers:
        values = column.numbers(allow_missing=allow)[keep]
        return (column.name,), values
    cells = np.array(column.labels(allow_missing=allow))[keep]
    missing = set(column.cells) - column.distinct
    names = sorted(set(cells.tolist()) - missing)
    check_size(len(names), len(cells), f'{column.label}: column "{column.name}" as one input for each distinct text')
    places = {name: place for place, name in enumerate(names)}
    numbers = np.array([places.get(cell, -1) for cell in cells.tolist()], dtype=np.float64)
    return tuple(f"{column.name}={name}" for name in names), numbers


def check_size(columns: int, rows: int, what: str) -> None:
    """Raise BadInputError before an array of more numbers than allowed is made."""
    if columns * rows > MOST_CELLS:
        raise BadInputError(
            f"{what} would be {columns} × {rows} numbers: allowed are up to {MOST_CELLS}; leave columns or lines out"
        )


def check_names(raw: Raw, label: str) -> None:
    """Raise BadInputError where a one-hot input is named as a column is."""
    for number, name in enumerate(raw.input_names):
        if name in raw.input_names[:number] if "=" in name else False:
            raise BadInputError(f'{label}: two inputs are named "{name}": rename a column')


def with_target(
    raw: Raw, column: Column, keep: NDArray[np.bool_], task: str, output_activation: str | None, notes: list[str]
) -> Raw:
    """Return the data with one target column: one-hot classes, or a number. Raises BadInputError."""
    place = f'{column.label}: column "{column.name}"'
    values: NDArray[np.generic]
    allow = not keep.all()
    if column.has_numbers:
        values = column.numbers(allow_missing=allow)[keep]
        names = np.unique(values)
        if len(names) < 2:
            raise BadInputError(
                f"{place} holds only the one value {number_text(names[0])}: a target needs at least two"
            )
        if task == "regression":
            return replace(raw, targets=values[:, None], regression=True)
        if (task == "auto" and output_activation != "softmax") or (
            len(names) == 2 and output_activation not in (None, "softmax")
        ):
            note = class_note(column, values) if task == "auto" else ""
            notes += [note] if note else []
            return replace(raw, targets=values[:, None], may_be_classes=bool(note))
        texts = tuple(number_text(float(name)) for name in names)
    else:
        if task == "regression":
            raise BadInputError(f'problem.task = "regression": {place} holds text: allowed is a column of numbers')
        values = np.array(column.labels(allow_missing=allow))[keep]
        names = np.unique(values)
        if len(names) < 2:
            raise BadInputError(f'{place} holds only one class, "{names[0]}": at least two are needed')
        texts = tuple(str(name) for name in names)
    if len(names) > MOST_CLASSES:
        raise BadInputError(f"{place} holds {len(names)} different classes: allowed are up to {MOST_CLASSES}")
    check_size(len(names), len(values), f"{place} as one output for each class")
    return one_hot(raw, values, texts)


def with_targets(raw: Raw, columns: list[Column], keep: NDArray[np.bool_], task: str) -> Raw:
    """Return the data with several target columns: numbers, or classes where every row is one-hot.

    Raises BadInputError.
    """
    if text := next((column for column in columns if not column.has_numbers), None):
        raise BadInputError(
            f'{text.label}: column "{text.name}" holds text: text labels are allowed as the only target column'
        )
    targets = np.stack([column.numbers(allow_missing=not keep.all())[keep] for column in columns], axis=1)
    hot = bool(np.isin(targets, (0.0, 1.0)).all() and (targets.sum(axis=1) == 1).all())
    if task == "classification" and not hot:
        raise BadInputError(
            f'{columns[0].label}: problem.task = "classification": several target columns must hold one 1 a line, '
            "and 0 in the others"
        )
    classes = hot and task != "regression"
    return replace(raw, targets=targets, classes=classes, regression=task == "regression")


def one_hot(raw: Raw, values: NDArray[np.generic], names: tuple[str, ...]) -> Raw:
    """Return the data with one output for each distinct value, in sorted order."""
    class_of = np.unique(values, return_inverse=True)[1]
    targets = np.zeros((len(values), len(names)))
    targets[np.arange(len(values)), class_of] = 1.0
    return replace(raw, targets=targets, output_names=names, classes=True)
