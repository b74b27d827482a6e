"""What a network answers: its outputs at the points of a picture and at all items, and the classes that they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.network import Network
from momentum_gui.engine.task import Items
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.lab.data.datasets import Data


@dataclass(frozen=True, eq=False)
class Answers:
    """The network's outputs at some weights, in the units of the data.

    `shown` (points, outputs) are those of a picture's points, `training` and `held_out` (items, outputs) of the items.
    """

    weights: Floats
    shown: Floats
    training: Floats
    held_out: Floats


def answer(engine: Engine, network: Network, weights: Floats, points: Floats, data: Data) -> Answers:
    """Return the outputs for a picture's points (points, inputs), as the network sees them, and for all items."""
    parts = [points, data.items.inputs, data.test_items.inputs]
    outputs = data.outputs_in_units(
        engine.outputs(network, weights[None], np.ascontiguousarray(np.concatenate(parts)))[0]
    )
    first, second = len(points), len(points) + len(data.items)
    return Answers(weights, outputs[:first], outputs[first:second], outputs[second:])


def class_names(data: Data) -> tuple[str, ...]:
    """Return the names of the classes; of a single output, which side of the threshold."""
    if len(data.output_names) > 1:
        return data.output_names
    name, cut = data.output_names[0], number_text(data.items.threshold, 3)
    return f"{name} ≤ {cut}", f"{name} > {cut}"


def class_of(items: Items) -> NDArray[np.int64]:
    """Return the right class of each item, (items,)."""
    return chosen_class(items, items.targets)


def chosen_class(items: Items, outputs: Floats) -> NDArray[np.int64]:
    """Return the class that outputs (items, outputs) mean: the largest, or which side of the threshold."""
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > items.threshold).astype(np.int64)
    return np.nan_to_num(outputs).argmax(axis=1)


def confusion(items: Items, outputs: Floats, count: int) -> NDArray[np.int64]:
    """Return how many items of each class (rows) were taken for which (columns)."""
    matrix = np.zeros((count, count), dtype=np.int64)
    if len(items):
        np.add.at(matrix, (class_of(items), chosen_class(items, outputs)), 1)
    return matrix


def quality(data: Data, answers: Answers) -> str:
    """Return the share of right answers, or the typical miss, on training and held-out items."""
    words = []
    for name, items, outputs in (
        ("training", data.items, answers.training),
        ("held out", data.test_items, answers.held_out),
    ):
        if not len(items):
            continue
        if np.isnan(items.threshold):
            with np.errstate(over="ignore", invalid="ignore"):  # of a run that diverges
                miss = float(np.sqrt(np.mean((outputs - data.outputs_in_units(items.targets)) ** 2)))
            words.append(f"{name}: root mean square miss {number_text(miss, 3)}")
        else:
            right = int((class_of(items) == chosen_class(items, outputs)).sum())
            words.append(f"{name}: {right} of {len(items)} right ({100 * right / len(items):.1f} %)")
    return "  ·  ".join(words)
