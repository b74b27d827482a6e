"""Data sets made from arrays: held in memory under a name of their content, and learned from like any other."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.data.generated import BuiltIn, Raw
from momentum_gui.lab.data.own_data import MOST_CLASSES, check_size
from momentum_gui.lab.errors import BadInputError

LARGEST = 1e100
"""Beyond this a number's square, and so the error of an item, may overflow; as in a CSV file."""
HELD: dict[str, BuiltIn] = {}
"""The data sets made from arrays in this process, by name."""


def hold(X: Any, y: Any) -> str:
    """Keep copies of inputs (items, inputs) and targets (items,) or (items, outputs); the data set's name.

    Text, true/false and whole numbers as a one-dimensional `y` are classes, one-hot in sorted order; other numbers are
    a regression. DataFrames keep their columns' names. The same arrays have the same name. Raises BadInputError.
    """
    raw = raw_of(X, y)
    digest = hashlib.sha256(repr((raw.input_names, raw.output_names, raw.classes)).encode())
    digest.update(raw.inputs.tobytes())
    digest.update(raw.targets.tobytes())
    name = f"arrays-{digest.hexdigest()[:16]}"
    HELD[name] = BuiltIn(name, "Arrays", "Inputs and targets given from Python.", "arrays", lambda _name: raw)
    return name


def release(name: str) -> None:
    """Forget a data set made from arrays."""
    HELD.pop(name, None)


def raw_of(X: Any, y: Any) -> Raw:
    """Return the arrays as the data of a problem. Raises BadInputError."""
    inputs = numbers(X, "X")
    if inputs.ndim != 2 or inputs.shape[1] < 1:
        raise BadInputError(f"X: has the shape {inputs.shape}: allowed is (items, inputs)")
    if len(inputs) < 2:
        raise BadInputError(f"X: has {len(inputs)} items: at least 2 are needed")
    try:
        targets = np.asarray(y)
    except ValueError:
        raise BadInputError("y: its rows differ in length: allowed is one target for each item") from None
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim not in (1, 2) or len(targets) != len(inputs):
        raise BadInputError(f"y: has the shape {targets.shape}: allowed is one target for each of {len(inputs)} items")
    names = column_names(X, inputs.shape[1], "x")
    if targets.ndim == 1 and targets.dtype.kind in "OUSTbiu" and not holds_fractions(targets):
        return class_data(inputs, targets, names)
    values = numbers(targets, "y")
    values = values[:, None] if values.ndim == 1 else values
    if (values == values[0]).all():
        raise BadInputError(f"y: holds only the one value {values[0].tolist()}: a target needs at least two")
    classes = values.shape[1] > 1 and bool(np.isin(values, (0.0, 1.0)).all() and (values.sum(axis=1) == 1).all())
    return Raw(inputs, values, names, column_names(y, values.shape[1], "y"), classes)


def holds_fractions(targets: np.ndarray) -> bool:
    """Return whether an array of objects holds floats, and no text."""
    return targets.dtype.kind == "O" and all(isinstance(value, float) for value in targets.tolist())


def class_data(inputs: Floats, labels: np.ndarray, names: tuple[str, ...]) -> Raw:
    """Return the data with one output for each distinct label, in sorted order. Raises BadInputError."""
    if labels.dtype.kind == "O":
        if any(label is None or label != label for label in labels.tolist()):
            raise BadInputError("y: a label is missing: every item needs one")
        labels = labels.astype(str)
    classes, class_of = np.unique(labels, return_inverse=True)
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise BadInputError(f"y: holds {len(classes)} different classes: allowed are 2 to {MOST_CLASSES}")
    check_size(len(classes), len(labels), "y: one output for each class")
    return Raw(inputs, np.eye(len(classes))[class_of], names, tuple(map(str, classes.tolist())), classes=True)


def numbers(values: Any, name: str) -> Floats:
    """Return the values as float64. Raises BadInputError where one is no number, not finite, or too large."""
    try:
        kind = np.asarray(values).dtype.kind
        if kind in "cmM":  # complex numbers, spans and moments of time, of which NumPy makes a number in silence
            raise TypeError(kind)
        array = np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise BadInputError(f"{name}: holds what is no number: allowed are finite numbers") from None
    if array.size and not np.isfinite(array).all():
        raise BadInputError(f"{name}: holds a NaN or an infinity: allowed are finite numbers")
    if array.size and np.abs(array).max() > LARGEST:
        raise BadInputError(f"{name}: holds a number beyond ±{LARGEST:g}: allowed is up to that")
    return array


def column_names(table: Any, count: int, letter: str) -> tuple[str, ...]:
    """Return the names of a DataFrame's columns or of a Series, or x1, x2, …"""
    columns = getattr(table, "columns", None)
    if columns is not None and len(columns) == count:
        return tuple(map(str, columns))
    name = getattr(table, "name", None)
    if count == 1:
        return (letter if name is None else str(name),)
    return tuple(f"{letter}{number}" for number in range(1, count + 1))
