"""The downhill gradient of one weight vector over many items, compiled, with items in the lanes."""

from __future__ import annotations

from typing import Any

from momentum_gui.engine.compiled.jit import compiled, inlined, kernel
from momentum_gui.engine.compiled.kernels.arithmetic import add_to_mix, mixes, output_gradient
from momentum_gui.engine.compiled.kernels.evaluate import (
    forward,
    take_columns,
    weighted_sums,
)
from momentum_gui.engine.compiled.layout import (
    ABOVE,
    BELOW,
    BIAS,
    CODE,
    INPUTS,
    ITEM_LANES,
    START,
    UNITS,
    WIDTH,
    Shape,
    pad,
    unpad,
)
from momentum_gui.engine.compiled.simd.lanes import (
    add_totals4,
    fill,
    fma,
    keep,
    lanes4,
    lanes16,
    load,
    store,
)
from momentum_gui.engine.compiled.simd.math import slope

PANEL = 128  # items whose activations are kept for the way back: with 100 units they fill 100 kB
STRIDE = PANEL + 8  # from one unit's activations to the next's: a power of two would crowd them into a few cache sets


@inlined
def output_delta(
    code: int, loss: int, m: int, o: Any, o0: int, stride: int, t: Any, t0: int, gap: int, scale: float,
    d: Any, d0: int, count: int,
) -> None:  # fmt: skip
    """scale × −∂E/∂net of each output into d, for the first `count` items in the lanes; 0 in the other lanes."""
    like = lanes16()
    mix = like
    if mixes(code, loss):
        for k in range(m):
            mix = add_to_mix(loss, load(like, t, t0 + k * gap), load(like, o, o0 + k * stride), mix)
    for k in range(m):
        target, output = load(like, t, t0 + k * gap), load(like, o, o0 + k * stride)
        delta = output_gradient(code, loss, target, output, mix, scale)
        store(d, d0 + k * stride, keep(delta, count, 0.0))


@inlined
def delta_below(
    n: int, m: int, start: int, width: int, hidden: int, w: Any, d: Any, above: int, a: Any, below: int
) -> None:
    """δ of the layer below, slope · Σⱼ δⱼ·wᵢⱼ for its n units i, for one set of lanes."""
    like = lanes16()
    weighted_sums(m, n, w, start, width, 1, -1, d, above, d, below, STRIDE)
    for i in range(n):
        b0 = below + i * STRIDE
        store(d, b0, load(like, d, b0) * slope(hidden, load(like, a, b0)))


@inlined
def add_products(
    n: int, m: int, start: int, width: int, bias: int, a: Any, below: int, d: Any, above: int, count: int, gradient: Any
) -> None:
    """Add aᵀ·δ and Σδ of a layer to the gradient: each weight a sum over lanes of items."""
    like = lanes4()
    for j in range(0, m, 4):
        d0 = above + j * STRIDE
        d1, d2, d3 = d0 + STRIDE, d0 + 2 * STRIDE, d0 + 3 * STRIDE
        i = -1
        while i < n:
            s0, s1, s2, s3 = like, like, like, like
            if i >= 0 and i + 3 <= n:
                a0 = below + i * STRIDE
                a1, a2 = a0 + STRIDE, a0 + 2 * STRIDE
                t0, t1, t2, t3 = like, like, like, like
                u0, u1, u2, u3 = like, like, like, like
                for c in range(0, count, 4):
                    x, y, z = load(like, a, a0 + c), load(like, a, a1 + c), load(like, a, a2 + c)
                    delta = load(like, d, d0 + c)
                    s0, t0, u0 = fma(x, delta, s0), fma(y, delta, t0), fma(z, delta, u0)
                    delta = load(like, d, d1 + c)
                    s1, t1, u1 = fma(x, delta, s1), fma(y, delta, t1), fma(z, delta, u1)
                    delta = load(like, d, d2 + c)
                    s2, t2, u2 = fma(x, delta, s2), fma(y, delta, t2), fma(z, delta, u2)
                    delta = load(like, d, d3 + c)
                    s3, t3, u3 = fma(x, delta, s3), fma(y, delta, t3), fma(z, delta, u3)
                at = start + i * width + j
                add_totals4(gradient, at, s0, s1, s2, s3)
                add_totals4(gradient, at + width, t0, t1, t2, t3)
                add_totals4(gradient, at + 2 * width, u0, u1, u2, u3)
                i += 3
            else:
                for c in range(0, count, 4):
                    x = fill(like, 1.0)
                    if i >= 0:
                        x = load(like, a, below + i * STRIDE + c)
                    s0, s1 = fma(x, load(like, d, d0 + c), s0), fma(x, load(like, d, d1 + c), s1)
                    s2, s3 = fma(x, load(like, d, d2 + c), s2), fma(x, load(like, d, d3 + c), s3)
                at = bias + j
                if i >= 0:
                    at = start + i * width + j
                add_totals4(gradient, at, s0, s1, s2, s3)
                i += 1


def space_needed(shape: Shape) -> int:
    """Return how many numbers `add_gradient` works in."""
    return 2 * STRIDE * shape.activations


@inlined
def take_panel(n: int, columns: Any, at: int, gap: int, count: int, space: Any) -> None:
    """Copy the n inputs of up to PANEL items from columns to where `add_gradient` wants them."""
    for c in range(0, count, ITEM_LANES):
        take_columns(n, columns, at + c, gap, space, c, STRIDE)


@compiled
def add_gradient(
    shape: Any, w: Any, t: Any, at: int, gap: int, count: int, scale: float, space: Any, gradient: Any
) -> None:
    """Add scale × the downhill gradient of up to PANEL items; weights and gradient have padded rows.

    Their inputs i lie from space[i·STRIDE] on, their targets k from t[at + k·gap] on. space: `space_needed`, at first
    zeros: δ stays zero where no unit is.
    """
    plan, panel = shape.plan, STRIDE * shape.activations
    a, d = space, space[panel:]
    last = len(plan) - 1
    m, code, o0 = plan[last, UNITS], plan[last, CODE], plan[last, ABOVE] * STRIDE
    for c in range(0, count, ITEM_LANES):
        forward(plan, False, w, a, c, STRIDE)
        output_delta(code, shape.loss, m, a, o0 + c, STRIDE, t, at + c, gap, scale, d, o0 + c, count - c)
    for layer in range(last, -1, -1):
        n, m, start, width, bias = (
            plan[layer, INPUTS], plan[layer, UNITS], plan[layer, START], plan[layer, WIDTH], plan[layer, BIAS]
        )  # fmt: skip
        below, above = plan[layer, BELOW] * STRIDE, plan[layer, ABOVE] * STRIDE
        add_products(n, m, start, width, bias, a, below, d, above, count, gradient)
        if layer > 0:
            hidden = plan[layer - 1, CODE]
            for c in range(0, count, ITEM_LANES):
                delta_below(n, m, start, width, hidden, w, d, above + c, a, below + c)


@kernel
def all_gradients(
    shape: Any, data: Any, weights: Any, begin: int, end: int, scale: float, gradients: Any, space: Any, padded: Any
) -> None:
    """scale × the summed downhill gradient of the weight vectors begin … end − 1, into gradients (R, W).

    space: `space_needed(shape)` zeros; padded: 2 · shape.padded_weights zeros.
    """
    plan, size, gap = shape.plan, shape.padded_weights, data.padded_count
    w, gradient = padded, padded[size:]
    for run in range(begin, end):
        pad(plan, weights[run : run + 1], 1, size, w)
        for i in range(size):
            gradient[i] = 0.0
        for item in range(0, data.items, PANEL):
            count = min(PANEL, data.items - item)
            take_panel(plan[0, INPUTS], data.columns, item, gap, count, space)
            add_gradient(shape, w, data.target_columns, item, gap, count, scale, space, gradient)
        unpad(plan, gradient, 1, size, gradients[run : run + 1])
