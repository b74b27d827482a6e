"""Training of many runs at once, online or in small batches, compiled, with runs in the lanes.

Runs are trained in blocks of RUN_LANES. Within a block weights lie as (weights, lanes), in natural order; a block is
trained over the whole span before the next. Each lane does what `single.py` does, in the same order, so a run
has the same bits in a population of thousands as alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from momentum_gui.engine.compiled.epoch import (
    BEFORE,
    GRADIENT,
    LAST_STEP,
    ROWS,
    RUNNING,
    STEP,
    TRAINED,
    P,
    W,
    asked_for,
    record,
)
from momentum_gui.engine.compiled.jit import compiled, inlined, kernel
from momentum_gui.engine.compiled.kernels.arithmetic import add_to_mix, mixes, next_stored, next_weight, output_gradient
from momentum_gui.engine.compiled.layout import (
    ABOVE,
    BELOW,
    CODE,
    INPUTS,
    ITEM_LANES,
    OFFSET,
    ROW_LANES,
    UNITS,
    Shape,
)
from momentum_gui.engine.compiled.simd.lanes import (
    absolute,
    fill,
    fma,
    lanes8,
    lanes32,
    load,
    repeat,
    store,
    where_less,
)
from momentum_gui.engine.compiled.simd.math import LINEAR, SOFTMAX, activate, lanes_exp, slope
from momentum_gui.engine.population import WEIGHT_LIMIT

RUN_LANES = 32
PIECE = 8
"""So many of them at a time where a computation holds many values: those of all would not fit the registers."""

BEYOND_LIMIT = float(np.nextafter(WEIGHT_LIMIT, np.inf))

lanes, piece = lanes32, lanes8


@inlined
def forward(n: int, m: int, code: int, offset: int, w: Any, a: Any, below: int, above: int) -> None:
    """Activations of a layer's m units from its n inputs, in every lane."""
    bias = offset + n * m
    j = 0
    while j < m:
        at, y = (bias + j) * RUN_LANES, (above + j) * RUN_LANES
        if j + 4 <= m:  # four sums at once hide each other's waiting
            s0, s1 = load(lanes(), w, at), load(lanes(), w, at + RUN_LANES)
            s2, s3 = load(lanes(), w, at + 2 * RUN_LANES), load(lanes(), w, at + 3 * RUN_LANES)
            for i in range(n):
                xi, row = load(lanes(), a, (below + i) * RUN_LANES), (offset + i * m + j) * RUN_LANES
                s0 = fma(xi, load(lanes(), w, row), s0)
                s1 = fma(xi, load(lanes(), w, row + RUN_LANES), s1)
                s2 = fma(xi, load(lanes(), w, row + 2 * RUN_LANES), s2)
                s3 = fma(xi, load(lanes(), w, row + 3 * RUN_LANES), s3)
            store(a, y, s0)
            store(a, y + RUN_LANES, s1)
            store(a, y + 2 * RUN_LANES, s2)
            store(a, y + 3 * RUN_LANES, s3)
            j += 4
        else:
            s = load(lanes(), w, at)
            for i in range(n):
                s = fma(
                    load(lanes(), a, (below + i) * RUN_LANES), load(lanes(), w, (offset + i * m + j) * RUN_LANES), s
                )
            store(a, y, s)
            j += 1
    if code != LINEAR and code != SOFTMAX:
        for y in range(above * RUN_LANES, (above + m) * RUN_LANES, PIECE):
            store(a, y, activate(code, load(piece(), a, y)))


@inlined
def tree_total(tree: int, sums: Any) -> Any:
    """((0+1)+(2+3))+((4+5)+(6+7)) of the rows of sums, or its first half where the tree has four leaves."""
    s0, s1 = load(lanes(), sums, 0), load(lanes(), sums, RUN_LANES)
    s2, s3 = load(lanes(), sums, 2 * RUN_LANES), load(lanes(), sums, 3 * RUN_LANES)
    half = (s0 + s1) + (s2 + s3)
    if tree > 4:
        s4, s5 = load(lanes(), sums, 4 * RUN_LANES), load(lanes(), sums, 5 * RUN_LANES)
        s6, s7 = load(lanes(), sums, 6 * RUN_LANES), load(lanes(), sums, 7 * RUN_LANES)
        half = half + ((s4 + s5) + (s6 + s7))
    return half


@inlined
def softmax(m: int, tree: int, y: Any, above: int, sums: Any) -> None:
    """exp of each output over the sum of all, with the largest taken off first."""
    top = load(lanes(), y, above * RUN_LANES)
    for k in range(1, m):
        value = load(lanes(), y, (above + k) * RUN_LANES)
        top = where_less(top, value, value, top)
    for r in range(tree):
        store(sums, r * RUN_LANES, lanes())
    for k in range(m):
        at, leaf = (above + k) * RUN_LANES, k % tree * RUN_LANES
        store(y, at, load(lanes(), y, at) - top)
        for c in range(at, at + RUN_LANES, PIECE):
            store(y, c, lanes_exp(load(piece(), y, c)))
        store(sums, leaf, load(lanes(), sums, leaf) + load(lanes(), y, at))
    powers = tree_total(tree, sums)
    for k in range(m):
        at = (above + k) * RUN_LANES
        store(y, at, load(lanes(), y, at) / powers)


@inlined
def output_delta(
    code: int, loss: int, m: int, tree: int, o: Any, above: int, t: Any, scale: float, d: Any, sums: Any
) -> None:
    """scale × −∂E/∂net of each output, into d at the outputs' place."""
    mix = lanes()
    if mixes(code, loss):
        for r in range(tree):
            store(sums, r * RUN_LANES, lanes())
        for k in range(m):
            leaf, target = k % tree * RUN_LANES, load(lanes(), t, k * RUN_LANES)
            output = load(lanes(), o, (above + k) * RUN_LANES)
            store(sums, leaf, add_to_mix(loss, target, output, load(lanes(), sums, leaf)))
        mix = tree_total(tree, sums)
    for k in range(m):
        at = (above + k) * RUN_LANES
        target, output = load(lanes(), t, k * RUN_LANES), load(lanes(), o, at)
        store(d, at, output_gradient(code, loss, target, output, mix, scale))


@inlined
def leaf_sum(first: int, tree: int, m: int, w: Any, row: int, d: Any, above: int) -> Any:
    """Σ δⱼ·wⱼ over j = first, first + tree, first + 2·tree, …"""
    s = load(lanes(), d, (above + first) * RUN_LANES) * load(lanes(), w, (row + first) * RUN_LANES)
    for j in range(first + tree, m, tree):
        s = fma(load(lanes(), d, (above + j) * RUN_LANES), load(lanes(), w, (row + j) * RUN_LANES), s)
    return s


@inlined
def delta_below(
    n: int, m: int, tree: int, offset: int, hidden: int, w: Any, d: Any, above: int, a: Any, below: int
) -> None:
    """δ of the layer below, slope · Σⱼ δⱼ·wᵢⱼ for its n units i; leaves of the tree that hold no unit are left out."""
    for i in range(n):
        row = offset + i * m
        s = leaf_sum(0, tree, m, w, row, d, above)
        if m > 1:
            s = s + leaf_sum(1, tree, m, w, row, d, above)
        if m > 2:
            pair = leaf_sum(2, tree, m, w, row, d, above)
            if m > 3:
                pair = pair + leaf_sum(3, tree, m, w, row, d, above)
            s = s + pair
        if tree > 4 and m > 4:
            half = leaf_sum(4, tree, m, w, row, d, above)
            if m > 5:
                half = half + leaf_sum(5, tree, m, w, row, d, above)
            if m > 6:
                pair = leaf_sum(6, tree, m, w, row, d, above)
                if m > 7:
                    pair = pair + leaf_sum(7, tree, m, w, row, d, above)
                half = half + pair
            s = s + half
        at = (below + i) * RUN_LANES
        store(d, at, s * slope(hidden, load(lanes(), a, at)))


@inlined
def update_layer(
    n: int, m: int, offset: int, w: Any, p: Any, a: Any, below: int, d: Any, above: int, rates: Any
) -> None:
    """w += A·g + B·p, p = C·g + D·p with the gradient g = xᵢ·δⱼ of one item, which need not be stored."""
    for i in range(n + 1):
        for c in range(0, RUN_LANES, PIECE):
            A, B = load(piece(), rates, c), load(piece(), rates, RUN_LANES + c)
            C, D = load(piece(), rates, 2 * RUN_LANES + c), load(piece(), rates, 3 * RUN_LANES + c)
            xi = fill(piece(), 1.0)
            if i < n:
                xi = load(piece(), a, (below + i) * RUN_LANES + c)
            for j in range(m):
                at = (offset + i * m + j) * RUN_LANES + c
                g = load(piece(), d, (above + j) * RUN_LANES + c) * xi
                stored = load(piece(), p, at)
                store(p, at, next_stored(g, stored, C, D))
                store(w, at, next_weight(load(piece(), w, at), g, stored, A, B))


@inlined
def add_layer_gradient(
    n: int, m: int, offset: int, gradient: Any, a: Any, below: int, d: Any, above: int, fresh: bool
) -> None:
    """Add xᵢ·δⱼ of one item to the gradient, or put it there if the gradient is fresh."""
    for i in range(n + 1):
        xi = fill(lanes(), 1.0)
        if i < n:
            xi = load(lanes(), a, (below + i) * RUN_LANES)
        for j in range(m):
            at, delta = (offset + i * m + j) * RUN_LANES, load(lanes(), d, (above + j) * RUN_LANES)
            g = delta * xi
            if not fresh:
                g = fma(delta, xi, load(lanes(), gradient, at))
            store(gradient, at, g)


@inlined
def update_from_gradient(size: int, space: Any, trained: Any, A: Any, B: Any, C: Any, D: Any) -> None:
    """One update of all weights from their gradient, which is set to 0 where a weight is frozen; fills all rows."""
    for i in range(len(trained)):
        at = i * RUN_LANES
        g, stored = load(lanes(), space, GRADIENT * size + at) * trained[i], load(lanes(), space, P * size + at)
        w = load(lanes(), space, W * size + at)
        store(space, LAST_STEP * size + at, load(lanes(), space, STEP * size + at))
        store(space, BEFORE * size + at, stored)
        store(space, GRADIENT * size + at, g)
        store(space, STEP * size + at, fma(g, A, stored * B))
        store(space, P * size + at, next_stored(g, stored, C, D))
        store(space, W * size + at, next_weight(w, g, stored, A, B))


@inlined
def within_limit(weights: int, w: Any) -> Any:
    """1 in the lanes whose weights are all numbers within ±WEIGHT_LIMIT, else 0."""
    inside = fill(lanes(), 1.0)
    for i in range(weights):
        inside = where_less(absolute(load(lanes(), w, i * RUN_LANES)), BEYOND_LIMIT, inside, 0.0)
    return inside


@compiled
def take_in(rows: Any, run: int, space: Any, lane: int) -> None:
    """Copy a run's row of (runs, weights) into its lane of a block."""
    for i in range(rows.shape[1]):
        space[i * RUN_LANES + lane] = rows[run, i]


@compiled
def give_back(space: Any, lane: int, natural: Any) -> None:
    """Copy a lane of all rows of a block to natural (ROWS, weights)."""
    rows, weights = natural.shape
    for k in range(rows):
        for i in range(weights):
            natural[k, i] = space[(k * weights + i) * RUN_LANES + lane]


def space_needed(shape: Shape) -> int:
    """Return how many numbers `train` works in."""
    rows = ROWS * shape.weights + 3 * shape.activations + ROW_LANES + 5
    return rows * RUN_LANES + shape.activations * ITEM_LANES


@kernel
def train(
    members: Any, runs: Any, shape: Any, data: Any, test: Any, frozen: bool, batch_size: int, mean: bool,
    space: Any, natural: Any,
) -> None:  # fmt: skip
    """Train the runs that members names over the span, in place; best if runs of one order of items are neighbours.

    space: `space_needed(shape)` numbers to work in; natural: (ROWS, weights), whose row TRAINED is given; frozen:
    whether it has a 0.
    """
    plan, loss, tree, weights = shape.plan, shape.loss, shape.lanes, shape.weights
    depth, count, inputs, targets = len(plan), data.items, data.inputs, data.targets
    n0, hidden = plan[0, INPUTS], plan[0, CODE]
    m, last_code, above = plan[depth - 1, UNITS], plan[depth - 1, CODE], plan[depth - 1, ABOVE]
    inputs_width = (n0 + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    targets_width = (m + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    per_epoch = (count + batch_size - 1) // batch_size
    traced, updates, orders = runs.traced_gradients.shape[1], runs.updates, runs.orders
    size, units = weights * RUN_LANES, shape.activations * RUN_LANES
    w, p, gradient = space[W * size :], space[P * size :], space[GRADIENT * size :]
    rest = space[ROWS * size :]
    a, d, t, sums = rest, rest[units:], rest[2 * units :], rest[3 * units :]
    rates = rest[3 * units + ROW_LANES * RUN_LANES :]
    wide = rates[5 * RUN_LANES :]
    trained = natural[TRAINED].copy()
    alive, order = np.empty(RUN_LANES, np.bool_), np.empty(RUN_LANES, np.int64)
    for block in range(0, len(members), RUN_LANES):
        one_order, living = True, min(RUN_LANES, len(members) - block)
        for lane in range(RUN_LANES):
            alive[lane] = lane < living
            run = members[block + lane] if lane < living else members[block]
            for k in range(4):
                rates[k * RUN_LANES + lane] = runs.coefficients[run, k]
            rates[lane] *= runs.learning_rate[run]
            rates[2 * RUN_LANES + lane] *= runs.learning_rate[run]
            order[lane] = runs.order_of_run[run]
            one_order = one_order and order[lane] == order[0]
            take_in(runs.weights, run, w, lane)
            take_in(runs.stored, run, p, lane)
            take_in(runs.last_step, run, space[STEP * size :], lane)
        A, B = load(lanes(), rates, 0), load(lanes(), rates, RUN_LANES)
        C, D = load(lanes(), rates, 2 * RUN_LANES), load(lanes(), rates, 3 * RUN_LANES)
        epoch, within = divmod(runs.first_update, per_epoch)
        for number in range(updates):
            row, last = number - (updates - traced), number == updates - 1
            # A step is stored only where someone asks for it: in the last two updates of an epoch, and in the last.
            fused = within < per_epoch - 2 and not last and row < 0 and not frozen and batch_size == 1
            begin = within * batch_size
            end = min(begin + batch_size, count)
            scale = 1.0 / (end - begin) if mean else 1.0
            for place in range(begin, end):
                if one_order:
                    item = orders[order[0], epoch, place]
                    for i in range(n0):
                        store(a, i * RUN_LANES, repeat(lanes(), inputs, item * inputs_width + i))
                    for k in range(m):
                        store(t, k * RUN_LANES, repeat(lanes(), targets, item * targets_width + k))
                else:
                    for lane in range(RUN_LANES):
                        item = orders[order[lane], epoch, place]
                        for i in range(n0):
                            a[i * RUN_LANES + lane] = inputs[item * inputs_width + i]
                        for k in range(m):
                            t[k * RUN_LANES + lane] = targets[item * targets_width + k]
                for layer in range(depth):
                    n, units_here, code = plan[layer, INPUTS], plan[layer, UNITS], plan[layer, CODE]
                    forward(n, units_here, code, plan[layer, OFFSET], w, a, plan[layer, BELOW], plan[layer, ABOVE])
                if last_code == SOFTMAX:
                    softmax(m, tree, a, above, sums)
                output_delta(last_code, loss, m, tree, a, above, t, scale, d, sums)
                for layer in range(depth - 1, -1, -1):
                    n, units_here, offset = plan[layer, INPUTS], plan[layer, UNITS], plan[layer, OFFSET]
                    x0, d0 = plan[layer, BELOW], plan[layer, ABOVE]
                    if layer > 0:
                        delta_below(n, units_here, tree, offset, hidden, w, d, d0, a, x0)
                    if fused:
                        update_layer(n, units_here, offset, w, p, a, x0, d, d0, rates)
                    else:
                        add_layer_gradient(n, units_here, offset, gradient, a, x0, d, d0, place == begin)
            if not fused:
                update_from_gradient(size, space, trained, A, B, C, D)
            within += 1
            ends = within == per_epoch
            if ends:
                within = 0
                store(rates, 4 * RUN_LANES, within_limit(weights, w))
            if ends or row >= 0 or last:
                for lane in range(RUN_LANES):
                    if alive[lane]:
                        run, inside = members[block + lane], not ends or rates[4 * RUN_LANES + lane] > 0.0
                        runs.epochs[run] += ends
                        if row >= 0 or last or asked_for(runs, run, epoch, inside):
                            give_back(space, lane, natural)
                            record(runs, run, row, ends, epoch, inside, last, shape, data, test, natural, wide)
                            if runs.outcome[run] != RUNNING:
                                alive[lane] = False
                                living -= 1
                if living == 0:
                    break
            if ends:
                epoch += 1
