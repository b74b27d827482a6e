"""Training of one run, online or in small batches, compiled, with the units of a layer in the lanes.

The maths is that of `numpy_engine`. Sums over a layer's inputs run in their order, sums over units as the tree of
`lanes.total`; `population.py` sums in the same orders, and so gives the same bits.
"""

from __future__ import annotations

import math
from typing import Any

from momentum_gui.engine.compiled.epoch import (
    BEFORE,
    GIVEN,
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
    within_limit,
)
from momentum_gui.engine.compiled.jit import inlined, kernel
from momentum_gui.engine.compiled.kernels.arithmetic import add_to_mix, mixes, next_stored, next_weight, output_gradient
from momentum_gui.engine.compiled.layout import (
    ABOVE,
    BELOW,
    BIAS,
    CODE,
    INPUTS,
    ITEM_LANES,
    ROW_LANES,
    START,
    UNITS,
    WIDTH,
    Shape,
    copy,
    pad,
    unpad,
)
from momentum_gui.engine.compiled.simd.lanes import (
    as_many,
    count_of,
    fill,
    fma,
    keep,
    largest,
    load,
    repeat,
    row_products,
    store,
    total,
    where_less,
)
from momentum_gui.engine.compiled.simd.math import LINEAR, SOFTMAX, activate, lanes_exp, slope


@inlined
def forward(like: Any, n: int, width: int, start: int, bias: int, w: Any, a: Any, x0: int, y0: int) -> None:
    """Net inputs of a layer, b + Σᵢ xᵢ·wᵢ a row of weights at a time, from a[x0] on to a[y0] on."""
    lanes = count_of(like)
    c = 0
    while c + 4 * lanes <= width:  # four sums at once hide each other's waiting
        s0, s1 = load(like, w, bias + c), load(like, w, bias + c + lanes)
        s2, s3 = load(like, w, bias + c + 2 * lanes), load(like, w, bias + c + 3 * lanes)
        for i in range(n):
            xi, row = repeat(like, a, x0 + i), start + i * width + c
            s0 = fma(xi, load(like, w, row), s0)
            s1 = fma(xi, load(like, w, row + lanes), s1)
            s2 = fma(xi, load(like, w, row + 2 * lanes), s2)
            s3 = fma(xi, load(like, w, row + 3 * lanes), s3)
        store(a, y0 + c, s0)
        store(a, y0 + c + lanes, s1)
        store(a, y0 + c + 2 * lanes, s2)
        store(a, y0 + c + 3 * lanes, s3)
        c += 4 * lanes
    while c < width:
        s = load(like, w, bias + c)
        for i in range(n):
            s = fma(repeat(like, a, x0 + i), load(like, w, start + i * width + c), s)
        store(a, y0 + c, s)
        c += lanes


@inlined
def softmax(like: Any, m: int, width: int, y: Any, y0: int) -> None:
    """exp of each output over the sum of all, with the largest taken off first; 0 beyond the m outputs."""
    lanes = count_of(like)
    top = keep(load(like, y, y0), m, -math.inf)
    for c in range(lanes, width, lanes):
        value = keep(load(like, y, y0 + c), m - c, -math.inf)
        top = where_less(top, value, value, top)
    top = largest(top)
    powers = like
    for c in range(0, width, lanes):
        power = keep(lanes_exp(load(like, y, y0 + c) - top), m - c, 0.0)
        store(y, y0 + c, power)
        powers = powers + power
    powers = total(powers)
    for c in range(0, width, lanes):
        store(y, y0 + c, load(like, y, y0 + c) / powers)


@inlined
def output_delta(
    like: Any, code: int, loss: int, m: int, width: int, o: Any, o0: int, t: Any, t0: int, scale: float, d: Any
) -> None:
    """scale × −∂E/∂net of each output, into d at the outputs' place; 0 beyond the m outputs."""
    lanes = count_of(like)
    mix = like
    if mixes(code, loss):
        for c in range(0, width, lanes):
            mix = add_to_mix(loss, load(like, t, t0 + c), load(like, o, o0 + c), mix)
        mix = total(mix)
    for c in range(0, width, lanes):
        target, output = load(like, t, t0 + c), load(like, o, o0 + c)
        delta = output_gradient(code, loss, target, output, mix, scale)
        store(d, o0 + c, keep(delta, m - c, 0.0))


@inlined
def delta_below(
    like: Any, n: int, width: int, start: int, hidden: int, w: Any, d: Any, d0: int, a: Any, a0: int
) -> None:
    """δ of the layer below, slope · Σⱼ δⱼ·wᵢⱼ for its n units i; 0 beyond them."""
    for i in range(0, n, count_of(like)):
        below = row_products(like, d, d0, w, start + i * width, width) * slope(hidden, load(like, a, a0 + i))
        store(d, a0 + i, keep(below, n - i, 0.0))


@inlined
def update_layer(
    n: int, width: int, start: int, bias: int, w: Any, p: Any, a: Any, x0: int, d: Any, d0: int,
    A: Any, B: Any, C: Any, D: Any,
) -> None:  # fmt: skip
    """w += A·g + B·p, p = C·g + D·p with the gradient g = xᵢ·δⱼ of one item, which need not be stored."""
    for c in range(0, width, count_of(A)):
        delta = load(A, d, d0 + c)
        for i in range(n + 1):
            at = bias + c
            g = delta
            if i < n:
                at = start + i * width + c
                g = delta * repeat(A, a, x0 + i)
            stored = load(A, p, at)
            store(p, at, next_stored(g, stored, C, D))
            store(w, at, next_weight(load(A, w, at), g, stored, A, B))


@inlined
def add_layer_gradient(
    like: Any, n: int, width: int, start: int, bias: int, gradient: Any, a: Any, x0: int, d: Any, d0: int, fresh: bool
) -> None:
    """Add xᵢ·δⱼ of one item to the gradient, or put it there if the gradient is fresh."""
    for c in range(0, width, count_of(like)):
        delta = load(like, d, d0 + c)
        for i in range(n + 1):
            at, xi = bias + c, fill(like, 1.0)
            if i < n:
                at, xi = start + i * width + c, repeat(like, a, x0 + i)
            g = delta * xi
            if not fresh:
                g = fma(delta, xi, load(like, gradient, at))
            store(gradient, at, g)


@inlined
def update_from_gradient(size: int, space: Any, A: Any, B: Any, C: Any, D: Any) -> None:
    """One update of all weights from their gradient, which is set to 0 where a weight is frozen; fills all rows."""
    for at in range(0, size, count_of(A)):
        g = load(A, space, GRADIENT * size + at) * load(A, space, TRAINED * size + at)
        stored, w = load(A, space, P * size + at), load(A, space, W * size + at)
        store(space, LAST_STEP * size + at, load(A, space, STEP * size + at))
        store(space, BEFORE * size + at, stored)
        store(space, GRADIENT * size + at, g)
        store(space, STEP * size + at, fma(g, A, stored * B))
        store(space, P * size + at, next_stored(g, stored, C, D))
        store(space, W * size + at, next_weight(w, g, stored, A, B))


def space_needed(shape: Shape) -> int:
    """Return how many numbers `train` works in."""
    return ROWS * shape.padded_weights + (2 + ITEM_LANES) * shape.activations


@kernel
def train(
    lanes: Any, members: Any, runs: Any, shape: Any, data: Any, test: Any, frozen: bool, batch_size: int, mean: bool,
    space: Any, natural: Any,
) -> None:  # fmt: skip
    """Train the runs that members names over the span, one after the other, in place.

    lanes: a tuple of shape.lanes numbers. space: `space_needed(shape)` numbers to work in; natural: (ROWS, weights),
    whose row TRAINED is given; frozen: whether it has a 0.
    """
    like, step_by = as_many(lanes), len(lanes)
    plan, loss, depth, size = shape.plan, shape.loss, len(shape.plan), shape.padded_weights
    count, inputs, targets = data.items, data.inputs, data.targets
    inputs_width = plan[0, ABOVE]
    outputs, outputs_width, outputs_place = plan[depth - 1, UNITS], plan[depth - 1, WIDTH], plan[depth - 1, ABOVE]
    targets_width = (outputs + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    last_code = plan[depth - 1, CODE]
    per_epoch = (count + batch_size - 1) // batch_size
    traced, updates = runs.traced_gradients.shape[1], runs.updates
    w, p, gradient = space[W * size :], space[P * size :], space[GRADIENT * size :]
    a, d = space[ROWS * size :], space[ROWS * size + shape.activations :]
    wide = space[ROWS * size + 2 * shape.activations :]
    for member in range(len(members)):
        run = members[member]
        lr = runs.learning_rate[run]
        A, B = fill(like, runs.coefficients[run, 0] * lr), fill(like, runs.coefficients[run, 1])
        C, D = fill(like, runs.coefficients[run, 2] * lr), fill(like, runs.coefficients[run, 3])
        for i in range(ROWS * size + 2 * shape.activations):  # a run before may have left nan where no weight is
            space[i] = 0.0
        copy(runs.weights[run], natural[W])
        copy(runs.stored[run], natural[P])
        copy(runs.last_step[run], natural[STEP])
        pad(plan, natural, GIVEN, size, space)
        order = runs.orders[runs.order_of_run[run]]
        epoch, within = divmod(runs.first_update, per_epoch)
        for number in range(updates):
            row, last = number - (updates - traced), number == updates - 1
            # A step is stored only where someone asks for it: in the last two updates of an epoch, and in the last.
            fused = within < per_epoch - 2 and not last and row < 0 and not frozen and batch_size == 1
            begin = within * batch_size
            end = min(begin + batch_size, count)
            scale = 1.0 / (end - begin) if mean else 1.0
            for place in range(begin, end):
                item = order[epoch, place]
                for i in range(0, inputs_width, step_by):
                    store(a, i, load(like, inputs, item * inputs_width + i))
                for layer in range(depth):
                    width, code, y0 = plan[layer, WIDTH], plan[layer, CODE], plan[layer, ABOVE]
                    start, bias = plan[layer, START], plan[layer, BIAS]
                    forward(like, plan[layer, INPUTS], width, start, bias, w, a, plan[layer, BELOW], y0)
                    if code == SOFTMAX:
                        softmax(like, plan[layer, UNITS], width, a, y0)
                    elif code != LINEAR:
                        for c in range(y0, y0 + width, step_by):
                            store(a, c, activate(code, load(like, a, c)))
                target = item * targets_width
                output_delta(like, last_code, loss, outputs, outputs_width, a, outputs_place, targets, target, scale, d)
                for layer in range(depth - 1, -1, -1):
                    n, width, x0, d0 = plan[layer, INPUTS], plan[layer, WIDTH], plan[layer, BELOW], plan[layer, ABOVE]
                    start, bias = plan[layer, START], plan[layer, BIAS]
                    if layer > 0:
                        delta_below(like, n, width, start, plan[layer - 1, CODE], w, d, d0, a, x0)
                    if fused:
                        update_layer(n, width, start, bias, w, p, a, x0, d, d0, A, B, C, D)
                    else:
                        add_layer_gradient(like, n, width, start, bias, gradient, a, x0, d, d0, place == begin)
            if not fused:
                update_from_gradient(size, space, A, B, C, D)
            within += 1
            ends, inside = within == per_epoch, True
            if ends:
                within = 0
                runs.epochs[run] += 1
                inside = within_limit(w[:size])
            if row >= 0 or last or (ends and asked_for(runs, run, epoch, inside)):
                unpad(plan, space, ROWS, size, natural)
                record(runs, run, row, ends, epoch, inside, last, shape, data, test, natural, wide)
                if runs.outcome[run] != RUNNING:
                    break
            if ends:
                epoch += 1
