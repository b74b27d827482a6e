"""How a network's weights and a task's items lie in memory for the compiled loops.

Inside a kernel that trains one run, a row of a weight matrix is padded with zeros to whole lanes, and so are the rows
of a matrix whose inputs are units: lanes then need no remainders. Where lanes hold items or runs, weights keep their
natural order (that of `network.py`).
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.compiled.jit import compiled
from momentum_gui.engine.network import Network
from momentum_gui.engine.task import Items

Integers = NDArray[np.int64]

ROW_LANES = 8
"""Rows of inputs, targets and activations are padded to a multiple of this."""

NARROW_LANES, WIDE_LANES = 4, 8
"""Units of a layer side by side, in the loops that train one run: few where no layer has more than NARROW units."""

NARROW = 8

ITEM_LANES = 16
"""Items side by side, in the loops over many items of one weight vector."""

# The columns of a plan, a row for each layer of weights.
INPUTS, UNITS, CODE = 0, 1, 2  # how many, and the activation's code
OFFSET = 3  # of its first weight, in natural order
START, WIDTH, BIAS = 4, 5, 6  # of its padded matrix: the first weight, a row's length, the first bias
BELOW, ABOVE = 7, 8  # of the first of its inputs and of its units, among all activations


class Shape(NamedTuple):
    """A network for the kernels: its plan (layers, 9), its loss, the units side by side when one run is trained, and
    how many numbers its parts take.
    """

    plan: Integers
    loss: int
    lanes: int
    weights: int
    padded_weights: int
    activations: int


class Data(NamedTuple):
    """Items for the kernels.

    By item: inputs (items · padded inputs) and targets (items · padded outputs), flat. By column, for lanes of items:
    columns (inputs · padded items), target_columns (outputs · padded items) and the class of each item.
    """

    items: int
    padded_count: int
    threshold: float
    inputs: Floats
    targets: Floats
    columns: Floats
    target_columns: Floats
    labels: Floats


def padded(count: int, lanes: int) -> int:
    """Return the next multiple of the lanes."""
    return -(-count // lanes) * lanes


def shape_of(network: Network) -> Shape:
    """Return the network as the kernels see it; made once for each network."""
    made = network.__dict__.get("_compiled_shape")
    if made is not None:
        return cast(Shape, made)
    lanes = NARROW_LANES if max(network.sizes[1:]) <= NARROW else WIDE_LANES
    rows: list[tuple[int, ...]] = []
    start = below = 0
    for layer in network.layers:
        width = padded(layer.units, lanes)
        inputs = layer.inputs if not rows else padded(layer.inputs, lanes)
        above = below + padded(layer.inputs, ROW_LANES)
        bias = start + inputs * width
        code = int(layer.activation)
        rows.append((layer.inputs, layer.units, code, layer.offset, start, width, bias, below, above))
        start, below = bias + width, above
    plan = np.array(rows, dtype=np.int64)
    activations = below + padded(network.sizes[-1], ROW_LANES)
    shape = Shape(plan, int(network.loss), lanes, network.weight_count, start, activations)
    network.__dict__["_compiled_shape"] = shape
    return shape


def data_of(items: Items) -> Data:
    """Return the items as the kernels see them; made once for each set of items, whose arrays do not change."""
    made = items.__dict__.get("_compiled_data")
    if made is not None:
        return cast(Data, made)
    data = make_data(items.inputs, items.targets, items.threshold)
    items.__dict__["_compiled_data"] = data
    return data


def make_data(inputs: Floats, targets: Floats, threshold: float) -> Data:
    """Inputs (items, inputs) and targets (items, outputs) as the kernels see them."""
    count, outputs = targets.shape
    lanes = padded(count, ITEM_LANES) + ROW_LANES  # an odd number of cache lines: columns keep out of each other's way
    labels = np.zeros(lanes)
    if count:
        labels[:count] = targets[:, 0] > threshold if outputs == 1 else targets.argmax(axis=1)
    return Data(
        count,
        lanes,
        float(threshold),
        rows_of(inputs),
        rows_of(targets),
        columns_of(inputs, lanes),
        columns_of(targets, lanes),
        labels,
    )


def rows_of(rows: Floats) -> Floats:
    """Rows (items, n) padded with zeros to whole lanes of units, flat."""
    wide = np.zeros((len(rows), padded(rows.shape[1], ROW_LANES)))
    wide[:, : rows.shape[1]] = rows
    return wide.reshape(-1)


def columns_of(rows: Floats, lanes: int) -> Floats:
    """Rows (items, n) turned to flat columns (n · lanes), padded with zeros."""
    columns = np.zeros((rows.shape[1], lanes))
    columns[:, : len(rows)] = rows.T
    return columns.reshape(-1)


def working_space(count: int) -> Floats:
    """Zeros that begin at a multiple of 64 bytes, so that no load of eight doubles crosses a cache line."""
    space = np.zeros(count + ROW_LANES)
    skip = -(space.ctypes.data // space.itemsize) % ROW_LANES
    return space[skip : skip + count]


@compiled
def copy(source: Any, target: Any) -> None:
    """Copy all numbers of one flat array to another of the same size."""
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def pad(plan: Any, natural: Any, rows: int, size: int, space: Any) -> None:
    """Copy the first `rows` of natural (rows, weights) to padded weights, `size` numbers each, in space."""
    for k in range(rows):
        at = 0
        for layer in range(len(plan)):
            inputs, units, width = plan[layer, INPUTS], plan[layer, UNITS], plan[layer, WIDTH]
            for i in range(inputs + 1):
                row = k * size + (plan[layer, START] + i * width if i < inputs else plan[layer, BIAS])
                for j in range(units):
                    space[row + j] = natural[k, at]
                    at += 1


@compiled
def unpad(plan: Any, space: Any, rows: int, size: int, natural: Any) -> None:
    """Copy padded weights, `size` numbers each, in space to the first `rows` of natural (rows, weights)."""
    for k in range(rows):
        at = 0
        for layer in range(len(plan)):
            inputs, units, width = plan[layer, INPUTS], plan[layer, UNITS], plan[layer, WIDTH]
            for i in range(inputs + 1):
                row = k * size + (plan[layer, START] + i * width if i < inputs else plan[layer, BIAS])
                for j in range(units):
                    natural[k, at] = space[row + j]
                    at += 1
