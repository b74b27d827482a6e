"""The downhill gradient of one weight vector over many items, compiled, with items in the lanes."""

from __future__ import annotations

from typing import Any

from momentum_gui.engine.compiled_cache import compiled, inlined, kernel
from momentum_gui.engine.compiled_items import CROSS_ENTROPY, SQUARED_ERROR, forward
from momentum_gui.engine.compiled_lanes import (
    fill,
    fma,
    keep,
    lanes8,
    lanes16,
    load,
    repeat,
    store,
    store_totals4,
)
from momentum_gui.engine.compiled_layout import (
    ABOVE,
    BELOW,
    BIAS,
    CODE,
    INPUTS,
    ITEM_LANES,
    OFFSET,
    START,
    UNITS,
    WIDE_LANES,
    WIDTH,
    Shape,
    unpad,
)
from momentum_gui.engine.compiled_math import SOFTMAX, slope

PANEL = 128  # items whose activations are kept for the way back: with 100 units they fill 100 kB
STRIDE = PANEL + 8  # from one unit's activations to the next's: a power of two would crowd them into a few cache sets


@inlined
def output_delta(
    code: int, loss: int, m: int, o: Any, o0: int, stride: int, t: Any, t0: int, gap: int, d: Any, d0: int, count: int
) -> None:
    """−∂E/∂net of each output into d, for each of the first `count` items in the lanes; 0 in the other lanes."""
    like = lanes16()
    mixed = like
    if code == SOFTMAX and loss == CROSS_ENTROPY:
        for k in range(m):
            mixed = mixed + load(like, t, t0 + k * gap)
    elif code == SOFTMAX and loss == SQUARED_ERROR:
        for k in range(m):
            output = load(like, o, o0 + k * stride)
            mixed = fma(output, load(like, t, t0 + k * gap) - output, mixed)
    for k in range(m):
        target, output = load(like, t, t0 + k * gap), load(like, o, o0 + k * stride)
        delta = target - output
        if loss == CROSS_ENTROPY:
            if code == SOFTMAX:
                delta = target - output * mixed
        elif code == SOFTMAX and loss == SQUARED_ERROR:
            delta = output * (delta - mixed)
        else:
            delta = slope(code, output) * delta
        store(d, d0 + k * stride, keep(delta, count, 0.0))


@inlined
def delta_below(n: int, m: int, matrix: int, hidden: int, w: Any, d: Any, above: int, a: Any, below: int) -> None:
    """δ of the layer below, slope · Σⱼ δⱼ·wᵢⱼ for its n units i, for one set of lanes."""
    like = lanes16()
    i = 0
    while i < n:
        wi, b0 = matrix + i * m, below + i * STRIDE
        s0, s1, s2, s3 = like, like, like, like
        if i + 4 <= n:  # four sums at once hide each other's waiting
            for j in range(m):
                delta = load(like, d, above + j * STRIDE)
                s0 = fma(repeat(like, w, wi + j), delta, s0)
                s1 = fma(repeat(like, w, wi + m + j), delta, s1)
                s2 = fma(repeat(like, w, wi + 2 * m + j), delta, s2)
                s3 = fma(repeat(like, w, wi + 3 * m + j), delta, s3)
            store(d, b0, s0)
            store(d, b0 + STRIDE, s1)
            store(d, b0 + 2 * STRIDE, s2)
            store(d, b0 + 3 * STRIDE, s3)
            i += 4
        else:
            for j in range(m):
                s0 = fma(repeat(like, w, wi + j), load(like, d, above + j * STRIDE), s0)
            store(d, b0, s0)
            i += 1
    for i in range(n):
        b0 = below + i * STRIDE
        store(d, b0, load(like, d, b0) * slope(hidden, load(like, a, b0)))


@inlined
def add_by_items(
    n: int, m: int, start: int, width: int, bias: int, a: Any, below: int, d: Any, above: int, count: int, gradient: Any
) -> None:
    """Add aᵀ·δ and Σδ of a layer to the gradient: each weight a sum over lanes of items. For narrow layers."""
    like = lanes16()
    for i in range(n + 1):
        row = start + i * width if i < n else bias
        for j in range(0, m, 4):
            d0, at = above + j * STRIDE, row + j
            s0, s1, s2, s3 = like, like, like, like
            for c in range(0, count, ITEM_LANES):
                ai = fill(like, 1.0)
                if i < n:
                    ai = load(like, a, below + i * STRIDE + c)
                s0 = fma(ai, load(like, d, d0 + c), s0)
                s1 = fma(ai, load(like, d, d0 + STRIDE + c), s1)
                s2 = fma(ai, load(like, d, d0 + 2 * STRIDE + c), s2)
                s3 = fma(ai, load(like, d, d0 + 3 * STRIDE + c), s3)
            before = (gradient[at], gradient[at + 1], gradient[at + 2], gradient[at + 3])
            store_totals4(gradient, at, s0, s1, s2, s3)
            for k in range(4):
                gradient[at + k] += before[k]


@inlined
def add_by_units(
    n: int, m: int, start: int, width: int, bias: int, a: Any, below: int, d: Any, above: int, count: int,
    gradient: Any, turned: Any,
) -> None:  # fmt: skip
    """Add aᵀ·δ and Σδ of a layer to the gradient: lanes of its units, item by item. For wide layers.

    turned: PANEL · width of space, for δ item by item.
    """
    like = lanes8()
    for item in range(count):
        for j in range(m):
            turned[item * width + j] = d[above + j * STRIDE + item]
        for j in range(m, width):
            turned[item * width + j] = 0.0
    for j in range(0, width, WIDE_LANES):
        s0 = load(like, gradient, bias + j)
        for item in range(count):
            s0 = s0 + load(like, turned, item * width + j)
        store(gradient, bias + j, s0)
        i = 0
        while i < n:
            row, ai = start + i * width + j, below + i * STRIDE
            s0 = load(like, gradient, row)
            if i + 8 <= n:  # eight sums at once hide each other's waiting
                s1, s2 = load(like, gradient, row + width), load(like, gradient, row + 2 * width)
                s3, s4 = load(like, gradient, row + 3 * width), load(like, gradient, row + 4 * width)
                s5, s6 = load(like, gradient, row + 5 * width), load(like, gradient, row + 6 * width)
                s7 = load(like, gradient, row + 7 * width)
                for item in range(count):
                    delta, at = load(like, turned, item * width + j), ai + item
                    s0 = fma(repeat(like, a, at), delta, s0)
                    s1 = fma(repeat(like, a, at + STRIDE), delta, s1)
                    s2 = fma(repeat(like, a, at + 2 * STRIDE), delta, s2)
                    s3 = fma(repeat(like, a, at + 3 * STRIDE), delta, s3)
                    s4 = fma(repeat(like, a, at + 4 * STRIDE), delta, s4)
                    s5 = fma(repeat(like, a, at + 5 * STRIDE), delta, s5)
                    s6 = fma(repeat(like, a, at + 6 * STRIDE), delta, s6)
                    s7 = fma(repeat(like, a, at + 7 * STRIDE), delta, s7)
                store(gradient, row, s0)
                store(gradient, row + width, s1)
                store(gradient, row + 2 * width, s2)
                store(gradient, row + 3 * width, s3)
                store(gradient, row + 4 * width, s4)
                store(gradient, row + 5 * width, s5)
                store(gradient, row + 6 * width, s6)
                store(gradient, row + 7 * width, s7)
                i += 8
            else:
                for item in range(count):
                    s0 = fma(repeat(like, a, ai + item), load(like, turned, item * width + j), s0)
                store(gradient, row, s0)
                i += 1


def space_needed(shape: Shape) -> int:
    """How many numbers `add_gradient` works in."""
    return 3 * STRIDE * shape.activations


@compiled
def add_gradient(shape: Any, w: Any, x: Any, t: Any, at: int, gap: int, count: int, space: Any, gradient: Any) -> None:
    """Add the downhill gradient of up to PANEL items, in padded rows.

    Their inputs i lie from x[at + i·gap] on, their targets k from t[at + k·gap] on. space: `space_needed`, at first
    zeros: δ stays zero where no unit is.
    """
    plan, panel = shape.plan, STRIDE * shape.activations
    a, d, turned = space, space[panel:], space[2 * panel :]
    last = len(plan) - 1
    m, code, o0 = plan[last, UNITS], plan[last, CODE], plan[last, ABOVE] * STRIDE
    for c in range(0, count, ITEM_LANES):
        forward(plan, w, x, at + c, gap, a, c, STRIDE)
        output_delta(code, shape.loss, m, a, o0 + c, STRIDE, t, at + c, gap, d, o0 + c, count - c)
    for layer in range(last, -1, -1):
        n, m, start, width, bias = (
            plan[layer, INPUTS], plan[layer, UNITS], plan[layer, START], plan[layer, WIDTH], plan[layer, BIAS]
        )  # fmt: skip
        below, above = plan[layer, BELOW] * STRIDE, plan[layer, ABOVE] * STRIDE
        if shape.lanes == WIDE_LANES and m >= WIDE_LANES:
            add_by_units(n, m, start, width, bias, a, below, d, above, count, gradient, turned)
        else:
            add_by_items(n, m, start, width, bias, a, below, d, above, count, gradient)
        if layer > 0:
            matrix, hidden = plan[layer, OFFSET], plan[layer - 1, CODE]
            for c in range(0, count, ITEM_LANES):
                delta_below(n, m, matrix, hidden, w, d, above + c, a, below + c)


@kernel
def all_gradients(
    shape: Any, data: Any, weights: Any, begin: int, end: int, scale: float, gradients: Any, space: Any, gradient: Any
) -> None:
    """scale × the summed downhill gradient of the weight vectors begin … end − 1, into gradients (R, W).

    space: `space_needed(shape)` zeros; gradient: shape.padded_weights numbers of space.
    """
    for run in range(begin, end):
        for i in range(len(gradient)):
            gradient[i] = 0.0
        for item in range(0, data.items, PANEL):
            count = min(PANEL, data.items - item)
            add_gradient(
                shape, weights[run], data.columns, data.target_columns, item, data.padded_count, count, space, gradient
            )
        unpad(shape.plan, gradient, 1, shape.padded_weights, gradients[run : run + 1])
        for i in range(shape.weights):
            gradients[run, i] *= scale
