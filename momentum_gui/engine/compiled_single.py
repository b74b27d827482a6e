"""Training of one run, online or in small batches, compiled, with the units of a layer in the lanes.

The maths is that of `numpy_engine`. Sums over a layer's inputs run in their order, sums over units as the tree of
`compiled_lanes.total`; `compiled_population` sums in the same orders, and so gives the same bits.
"""

from __future__ import annotations

import math
from typing import Any

from momentum_gui.engine.compiled_cache import inlined, kernel, pasted
from momentum_gui.engine.compiled_epoch import RUNNING, end_epoch, momentum_square, wanted, within_limit
from momentum_gui.engine.compiled_items import CROSS_ENTROPY, SQUARED_ERROR
from momentum_gui.engine.compiled_lanes import (
    count_of,
    fill,
    fma,
    keep,
    lanes4,
    lanes8,
    largest,
    load,
    repeat,
    row_products,
    store,
    total,
    where_less,
)
from momentum_gui.engine.compiled_layout import (
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
from momentum_gui.engine.compiled_math import LINEAR, SOFTMAX, activate, exp, slope


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
        power = keep(exp(load(like, y, y0 + c) - top), m - c, 0.0)
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
    mixed = like
    if code == SOFTMAX and loss == CROSS_ENTROPY:
        for c in range(0, width, lanes):
            mixed = mixed + load(like, t, t0 + c)
        mixed = total(mixed)
    elif code == SOFTMAX and loss == SQUARED_ERROR:
        for c in range(0, width, lanes):
            output = load(like, o, o0 + c)
            mixed = fma(output, load(like, t, t0 + c) - output, mixed)
        mixed = total(mixed)
    for c in range(0, width, lanes):
        target, output = load(like, t, t0 + c), load(like, o, o0 + c)
        delta = target - output
        if loss == CROSS_ENTROPY:
            if code == SOFTMAX:
                delta = target - output * mixed
        elif code == SOFTMAX and loss == SQUARED_ERROR:
            delta = output * (delta - mixed)
        else:
            delta = slope(code, output) * delta
        if scale != 1.0:
            delta = delta * scale
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
            store(p, at, fma(g, C, stored * D))
            store(w, at, fma(g, A, fma(stored, B, load(A, w, at))))


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
def update_from_gradient(
    gradient: Any, trained: Any, w: Any, p: Any, step: Any, A: Any, B: Any, C: Any, D: Any
) -> None:
    """One update of all weights from their gradient, which is set to 0 where a weight is frozen; keeps the step."""
    for at in range(0, len(w), count_of(A)):
        g = load(A, gradient, at) * load(A, trained, at)
        stored = load(A, p, at)
        store(gradient, at, g)
        store(step, at, fma(g, A, stored * B))
        store(p, at, fma(g, C, stored * D))
        store(w, at, fma(g, A, fma(stored, B, load(A, w, at))))


def space_needed(shape: Shape) -> int:
    """How many numbers `train` works in."""
    return 6 * shape.padded_weights + (2 + ITEM_LANES) * shape.activations


@pasted
def train(
    like: Any, members: Any, runs: Any, shape: Any, data: Any, test: Any, trained: Any, batch_size: int, mean: bool,
    space: Any, natural: Any,
) -> None:  # fmt: skip
    """Train the runs that members names over the span, one after the other, in place; `like` has the lanes.

    space: `space_needed(shape)` zeros to work in; natural: (5, weights) for weights in natural order.
    """
    plan, loss, lanes = shape.plan, shape.loss, count_of(like)
    depth, size = len(plan), shape.padded_weights
    count, inputs, targets = data.count, data.inputs, data.targets
    inputs_width = plan[0, ABOVE]
    targets_width = (plan[depth - 1, UNITS] + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    outputs, outputs_width, outputs_place = plan[depth - 1, UNITS], plan[depth - 1, WIDTH], plan[depth - 1, ABOVE]
    last_code = plan[depth - 1, CODE]
    per_epoch = (count + batch_size - 1) // batch_size
    traced, updates = runs.traced_gradients.shape[1], runs.updates
    w, p, gradient = space[:size], space[size : 2 * size], space[2 * size : 3 * size]
    step, last_step, mask = space[3 * size : 4 * size], space[4 * size : 5 * size], space[5 * size : 6 * size]
    units = shape.activations
    a, d, wide = space[6 * size :], space[6 * size + units :], space[6 * size + 2 * units :]
    pad(plan, trained, mask)
    frozen = False
    for i in range(len(trained)):
        frozen = frozen or not trained[i]
    for member in range(len(members)):
        run = members[member]
        for i in range(5 * size):  # a run before that diverged leaves inf and nan where no weight is
            space[i] = 0.0
        for i in range(2 * units):
            a[i] = 0.0
        lr = runs.learning_rate[run]
        A, B = fill(like, runs.coefficients[run, 0] * lr), fill(like, runs.coefficients[run, 1])
        C, D = fill(like, runs.coefficients[run, 2] * lr), fill(like, runs.coefficients[run, 3])
        pad(plan, runs.weights[run], w)
        pad(plan, runs.stored[run], p)
        pad(plan, runs.last_step[run], step)
        order = runs.orders[runs.order_of_run[run]]
        epoch, within = divmod(runs.first_update, per_epoch)
        for number in range(updates):
            row = number - (updates - traced)
            # A step is stored only where someone asks for it: in the last two updates of an epoch or of the span.
            plain = within < per_epoch - 2 and number < updates - 1 and row < 0 and not frozen
            fused = plain and batch_size == 1
            begin = within * batch_size
            end = min(begin + batch_size, count)
            scale = 1.0 / (end - begin) if mean else 1.0
            for place in range(begin, end):
                item = order[epoch, place]
                for i in range(0, inputs_width, lanes):
                    store(a, i, load(like, inputs, item * inputs_width + i))
                for layer in range(depth):
                    width, code, y0 = plan[layer, WIDTH], plan[layer, CODE], plan[layer, ABOVE]
                    start, bias = plan[layer, START], plan[layer, BIAS]
                    forward(like, plan[layer, INPUTS], width, start, bias, w, a, plan[layer, BELOW], y0)
                    if code == SOFTMAX:
                        softmax(like, plan[layer, UNITS], width, a, y0)
                    elif code != LINEAR:
                        for c in range(y0, y0 + width, lanes):
                            store(a, c, activate(code, load(like, a, c)))
                output_delta(
                    like, last_code, loss, outputs, outputs_width, a, outputs_place, targets, item * targets_width, scale, d
                )
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
                momentum_part = 0.0
                if within == per_epoch - 1 or row >= 0:
                    unpad(plan, p, natural[0])
                    momentum_part = momentum_square(runs.coefficients[run, 1], natural[0])
                    if row >= 0:
                        copy(natural[0], runs.traced_stored[run, row])
                copy(step, last_step)
                update_from_gradient(gradient, mask, w, p, step, A, B, C, D)
                if row >= 0:
                    unpad(plan, gradient, runs.traced_gradients[run, row])
            within += 1
            if within == per_epoch:
                within = 0
                inside = within_limit(w)
                runs.epochs[run] += 1
                if runs.kept_weights.shape[1]:
                    unpad(plan, w, runs.kept_weights[run, epoch])
                if wanted(runs, run, epoch, inside):
                    unpad(plan, w, natural[1])
                    unpad(plan, gradient, natural[2])
                    unpad(plan, step, natural[3])
                    unpad(plan, last_step, natural[4])
                    end_epoch(
                        runs, run, epoch, inside, shape, data, test,
                        natural[1], natural[2], natural[3], natural[4], momentum_part, wide,
                    )  # fmt: skip
                    if runs.outcome[run] != RUNNING:
                        break
                epoch += 1
        unpad(plan, w, runs.weights[run])
        unpad(plan, p, runs.stored[run])
        unpad(plan, step, runs.last_step[run])


@kernel
def train_narrow(
    members: Any, runs: Any, shape: Any, data: Any, test: Any, trained: Any, batch_size: int, mean: bool,
    space: Any, natural: Any,
) -> None:  # fmt: skip
    """`train` with four units side by side."""
    train(lanes4(), members, runs, shape, data, test, trained, batch_size, mean, space, natural)


@kernel
def train_wide(
    members: Any, runs: Any, shape: Any, data: Any, test: Any, trained: Any, batch_size: int, mean: bool,
    space: Any, natural: Any,
) -> None:  # fmt: skip
    """`train` with eight units side by side."""
    train(lanes8(), members, runs, shape, data, test, trained, batch_size, mean, space, natural)
