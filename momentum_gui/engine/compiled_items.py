"""One weight vector on many items, compiled, with items in the lanes: outputs, errors and gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from momentum_gui.engine.compiled_cache import compiled, inlined, kernel
from momentum_gui.engine.compiled_lanes import (
    fill,
    first,
    fma,
    keep,
    lanes16,
    load,
    repeat,
    store,
    store_totals4,
    total,
    where_beats,
    where_equal,
    where_less,
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
    WIDTH,
    unpad,
)
from momentum_gui.engine.compiled_math import LINEAR, SOFTMAX, activate, exp, log, slope
from momentum_gui.engine.network import Loss

SQUARED_ERROR, SQUARED_ERROR_ELEMENTWISE, CROSS_ENTROPY = (int(loss) for loss in Loss)
TINY = float(np.finfo(np.float64).tiny)
PANEL = 128  # items whose activations are kept for the way back: with 100 units they fill 100 kB


@inlined
def forward(plan: Any, w: Any, inputs: Any, at: int, gap: int, a: Any, place: int, stride: int) -> None:
    """Activations of all layers for one set of lanes.

    Input i lies at inputs[at + i·gap]; the activation u of the plan goes to a[place + u·stride].
    """
    for i in range(plan[0, INPUTS]):
        store(a, place + i * stride, load(lanes16(), inputs, at + i * gap))
    for layer in range(len(plan)):
        n, m, code, matrix = plan[layer, INPUTS], plan[layer, UNITS], plan[layer, CODE], plan[layer, OFFSET]
        x0, y0 = place + plan[layer, BELOW] * stride, place + plan[layer, ABOVE] * stride
        bias = matrix + n * m
        j = 0
        while j + 4 <= m:
            s0, s1, s2, s3 = (
                repeat(lanes16(), w, bias + j),
                repeat(lanes16(), w, bias + j + 1),
                repeat(lanes16(), w, bias + j + 2),
                repeat(lanes16(), w, bias + j + 3),
            )
            for i in range(n):
                xi, row = load(lanes16(), a, x0 + i * stride), matrix + i * m + j
                s0 = fma(repeat(lanes16(), w, row), xi, s0)
                s1 = fma(repeat(lanes16(), w, row + 1), xi, s1)
                s2 = fma(repeat(lanes16(), w, row + 2), xi, s2)
                s3 = fma(repeat(lanes16(), w, row + 3), xi, s3)
            store(a, y0 + j * stride, s0)
            store(a, y0 + (j + 1) * stride, s1)
            store(a, y0 + (j + 2) * stride, s2)
            store(a, y0 + (j + 3) * stride, s3)
            j += 4
        while j < m:
            s = repeat(lanes16(), w, bias + j)
            for i in range(n):
                s = fma(repeat(lanes16(), w, matrix + i * m + j), load(lanes16(), a, x0 + i * stride), s)
            store(a, y0 + j * stride, s)
            j += 1
        if code == SOFTMAX:
            softmax(m, a, y0, stride)
        elif code != LINEAR:
            for j in range(m):
                store(a, y0 + j * stride, activate(code, load(lanes16(), a, y0 + j * stride)))


@inlined
def softmax(m: int, y: Any, y0: int, stride: int) -> None:
    """exp of each output over the sum of all, with the largest taken off first."""
    largest = load(lanes16(), y, y0)
    for k in range(1, m):
        value = load(lanes16(), y, y0 + k * stride)
        largest = where_less(largest, value, value, largest)
    powers = fill(lanes16(), 0.0)
    for k in range(m):
        power = exp(load(lanes16(), y, y0 + k * stride) - largest)
        store(y, y0 + k * stride, power)
        powers = powers + power
    share = 1.0 / powers
    for k in range(m):
        store(y, y0 + k * stride, load(lanes16(), y, y0 + k * stride) * share)


@inlined
def losses(code: int, loss: int, m: int, o: Any, o0: int, stride: int, t: Any, t0: int, gap: int) -> Any:
    """The loss of each item in the lanes."""
    sum_ = fill(lanes16(), 0.0)
    if loss != CROSS_ENTROPY:
        for k in range(m):
            difference = load(lanes16(), t, t0 + k * gap) - load(lanes16(), o, o0 + k * stride)
            sum_ = fma(difference, difference, sum_)
        return sum_ * 0.5
    for k in range(m):
        target, output = load(lanes16(), t, t0 + k * gap), load(lanes16(), o, o0 + k * stride)
        sum_ = fma(target, log(where_less(output, TINY, TINY, output)), sum_)
        if code != SOFTMAX:
            other = 1.0 - output
            sum_ = fma(1.0 - target, log(where_less(other, TINY, TINY, other)), sum_)
    return sum_ * -1.0


@inlined
def right(m: int, threshold: float, o: Any, o0: int, stride: int, labels: Any) -> Any:
    """1 for each item in the lanes whose class is right, else 0."""
    best = load(lanes16(), o, o0)
    if m == 1:
        return where_equal(where_less(threshold, best, 1.0, 0.0), labels, 1.0, 0.0)
    number = fill(lanes16(), 0.0)
    for k in range(1, m):
        output = load(lanes16(), o, o0 + k * stride)
        number = where_beats(output, best, float(k), number)
        best = where_beats(output, best, output, best)
    return where_equal(number, labels, 1.0, 0.0)


@compiled
def measure(shape: Any, data: Any, w: Any, a: Any) -> tuple[float, float]:
    """Mean loss and share of right answers of the weights w over the items; a: ITEM_LANES · activations of space."""
    if data.items == 0:
        return math.nan, math.nan
    plan, kind, count, gap, threshold = shape.plan, shape.loss, data.items, data.padded_count, data.threshold
    columns, target_columns, labels = data.columns, data.target_columns, data.labels
    last = len(plan) - 1
    m, code, o0 = plan[last, UNITS], plan[last, CODE], plan[last, ABOVE] * ITEM_LANES
    loss, hits = fill(lanes16(), 0.0), fill(lanes16(), 0.0)
    for item in range(0, count, ITEM_LANES):
        forward(plan, w, columns, item, gap, a, 0, ITEM_LANES)
        item_loss = losses(code, kind, m, a, o0, ITEM_LANES, target_columns, item, gap)
        loss = loss + keep(item_loss, count - item, 0.0)
        hit = right(m, threshold, a, o0, ITEM_LANES, load(lanes16(), labels, item))
        hits = hits + keep(hit, count - item, 0.0)
    share = first(total(hits)) / count
    return first(total(loss)) / count, math.nan if math.isnan(threshold) else share


@kernel
def all_errors(shape: Any, data: Any, weights: Any, begin: int, end: int, error: Any, share: Any, a: Any) -> None:
    """Measure the weight vectors begin … end − 1 of weights (R, W)."""
    for run in range(begin, end):
        error[run], share[run] = measure(shape, data, weights[run], a)


@kernel
def all_outputs(shape: Any, data: Any, weights: Any, begin: int, end: int, outputs: Any, a: Any) -> None:
    """The outputs (R, N, O) of the weight vectors begin … end − 1."""
    last = len(shape.plan) - 1
    o0 = shape.plan[last, ABOVE] * ITEM_LANES
    for run in range(begin, end):
        for item in range(0, data.items, ITEM_LANES):
            forward(shape.plan, weights[run], data.columns, item, data.padded_count, a, 0, ITEM_LANES)
            for lane in range(min(ITEM_LANES, data.items - item)):
                for k in range(shape.plan[last, UNITS]):
                    outputs[run, item + lane, k] = a[o0 + k * ITEM_LANES + lane]


@inlined
def output_delta(
    code: int, loss: int, m: int, o: Any, o0: int, stride: int, t: Any, t0: int, gap: int, d: Any, d0: int, count: int
) -> None:
    """−∂E/∂net of each output into d, for each of the first `count` items in the lanes; 0 in the other lanes."""
    mixed = fill(lanes16(), 0.0)
    if code == SOFTMAX and loss == CROSS_ENTROPY:
        for k in range(m):
            mixed = mixed + load(lanes16(), t, t0 + k * gap)
    elif code == SOFTMAX and loss == SQUARED_ERROR:
        for k in range(m):
            output = load(lanes16(), o, o0 + k * stride)
            mixed = fma(output, load(lanes16(), t, t0 + k * gap) - output, mixed)
    for k in range(m):
        target, output = load(lanes16(), t, t0 + k * gap), load(lanes16(), o, o0 + k * stride)
        if loss == CROSS_ENTROPY:
            delta = target - output
            if code == SOFTMAX:
                delta = target - output * mixed
        elif code == SOFTMAX and loss == SQUARED_ERROR:
            delta = output * (target - output - mixed)
        else:
            delta = slope(code, output) * (target - output)
        store(d, d0 + k * stride, keep(delta, count, 0.0))


@compiled
def add_gradient(
    shape: Any, w: Any, x: Any, t: Any, at: int, gap: int, count: int, a: Any, d: Any, padded_gradient: Any
) -> None:
    """Add the downhill gradient of up to PANEL items.

    Their inputs i lie from x[at + i·gap] on, their targets k from t[at + k·gap] on. a, d: PANEL · activations of space
    each; d zero where no unit is. The gradient lies in padded rows.
    """
    plan = shape.plan
    last = len(plan) - 1
    m, code, o0 = plan[last, UNITS], plan[last, CODE], plan[last, ABOVE] * PANEL
    for c in range(0, count, ITEM_LANES):
        forward(plan, w, x, at + c, gap, a, c, PANEL)
        output_delta(code, shape.loss, m, a, o0 + c, PANEL, t, at + c, gap, d, o0 + c, count - c)
    for layer in range(last, -1, -1):
        n, m, matrix, width = plan[layer, INPUTS], plan[layer, UNITS], plan[layer, OFFSET], plan[layer, WIDTH]
        below, above = plan[layer, BELOW] * PANEL, plan[layer, ABOVE] * PANEL
        for i in range(n + 1):
            row = plan[layer, START] + i * width if i < n else plan[layer, BIAS]
            for j in range(0, m, 4):
                d0 = above + j * PANEL
                s0, s1, s2, s3 = fill(lanes16(), 0.0), fill(lanes16(), 0.0), fill(lanes16(), 0.0), fill(lanes16(), 0.0)
                for c in range(0, count, ITEM_LANES):
                    yi = fill(lanes16(), 1.0)
                    if i < n:
                        yi = load(lanes16(), a, below + i * PANEL + c)
                    s0 = fma(yi, load(lanes16(), d, d0 + c), s0)
                    s1 = fma(yi, load(lanes16(), d, d0 + PANEL + c), s1)
                    s2 = fma(yi, load(lanes16(), d, d0 + 2 * PANEL + c), s2)
                    s3 = fma(yi, load(lanes16(), d, d0 + 3 * PANEL + c), s3)
                add_totals4(padded_gradient, row + j, s0, s1, s2, s3)
        if layer > 0:
            hidden = plan[layer - 1, CODE]
            for c in range(0, count, ITEM_LANES):
                i = 0
                while i + 4 <= n:
                    s0, s1, s2, s3 = (
                        fill(lanes16(), 0.0),
                        fill(lanes16(), 0.0),
                        fill(lanes16(), 0.0),
                        fill(lanes16(), 0.0),
                    )
                    for j in range(m):
                        dj, wi = load(lanes16(), d, above + j * PANEL + c), matrix + i * m + j
                        s0 = fma(repeat(lanes16(), w, wi), dj, s0)
                        s1 = fma(repeat(lanes16(), w, wi + m), dj, s1)
                        s2 = fma(repeat(lanes16(), w, wi + 2 * m), dj, s2)
                        s3 = fma(repeat(lanes16(), w, wi + 3 * m), dj, s3)
                    b0 = below + i * PANEL + c
                    store(d, b0, s0)
                    store(d, b0 + PANEL, s1)
                    store(d, b0 + 2 * PANEL, s2)
                    store(d, b0 + 3 * PANEL, s3)
                    i += 4
                while i < n:
                    s = fill(lanes16(), 0.0)
                    for j in range(m):
                        s = fma(repeat(lanes16(), w, matrix + i * m + j), load(lanes16(), d, above + j * PANEL + c), s)
                    store(d, below + i * PANEL + c, s)
                    i += 1
                for i in range(n):
                    b0 = below + i * PANEL + c
                    store(d, b0, load(lanes16(), d, b0) * slope(hidden, load(lanes16(), a, b0)))


@inlined
def add_totals4(gradient: Any, at: int, s0: Any, s1: Any, s2: Any, s3: Any) -> None:
    """Add the totals of four sets of lanes to gradient[at : at + 4]."""
    before = (gradient[at], gradient[at + 1], gradient[at + 2], gradient[at + 3])
    store_totals4(gradient, at, s0, s1, s2, s3)
    for k in range(4):
        gradient[at + k] += before[k]


@compiled
def data_gradient(shape: Any, data: Any, w: Any, a: Any, d: Any, padded_gradient: Any) -> None:
    """The summed downhill gradient over all items, in padded rows."""
    for i in range(len(padded_gradient)):
        padded_gradient[i] = 0.0
    for item in range(0, data.items, PANEL):
        count = min(PANEL, data.items - item)
        add_gradient(shape, w, data.columns, data.target_columns, item, data.padded_count, count, a, d, padded_gradient)


@kernel
def all_gradients(
    shape: Any, data: Any, weights: Any, begin: int, end: int, scale: float, gradient: Any, space: Any
) -> None:
    """scale × the summed downhill gradient of the weight vectors begin … end − 1."""
    panel = shape.activations * PANEL
    a, d, padded_gradient = space[:panel], space[panel : 2 * panel], space[2 * panel : 2 * panel + shape.padded_weights]
    for run in range(begin, end):
        data_gradient(shape, data, weights[run], a, d, padded_gradient)
        unpad(shape.plan, padded_gradient, 1, shape.padded_weights, gradient[run : run + 1])
        for i in range(shape.weights):
            gradient[run, i] *= scale
