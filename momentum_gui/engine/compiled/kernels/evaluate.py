"""One weight vector on many items, compiled, with items in the lanes: outputs and errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from momentum_gui.engine.compiled.jit import compiled, inlined, kernel
from momentum_gui.engine.compiled.kernels.arithmetic import CROSS_ENTROPY
from momentum_gui.engine.compiled.layout import (
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
)
from momentum_gui.engine.compiled.simd.lanes import (
    fill,
    first,
    fma,
    keep,
    lanes8,
    lanes16,
    load,
    repeat,
    store,
    total,
    where_equal,
    where_less,
)
from momentum_gui.engine.compiled.simd.math import LINEAR, SOFTMAX, activate, lanes_exp, lanes_log

TINY = float(np.finfo(np.float64).tiny)


@inlined
def weighted_sums(
    n: int, m: int, w: Any, first: int, unit_step: int, input_step: int, bias: int, x: Any, x0: int, y: Any, y0: int,
    stride: int,
) -> None:  # fmt: skip
    """yⱼ = bⱼ + Σᵢ xᵢ·wᵢⱼ of m units j with n inputs i, for one set of lanes; without bⱼ where bias is below 0.

    wᵢⱼ lies at w[first + i·input_step + j·unit_step], bⱼ at w[bias + j], xᵢ from x[x0 + i·stride] on, yⱼ likewise.
    """
    like, j = lanes8(), 0
    while j + 6 <= m:
        for half in range(0, ITEM_LANES, 8):  # six sums of 8 lanes fill the registers; more would not fit
            s0, s1, s2, s3, s4, s5 = like, like, like, like, like, like
            if bias >= 0:
                s0, s1, s2 = repeat(like, w, bias + j), repeat(like, w, bias + j + 1), repeat(like, w, bias + j + 2)
                s3, s4, s5 = repeat(like, w, bias + j + 3), repeat(like, w, bias + j + 4), repeat(like, w, bias + j + 5)
            at, xi = first + j * unit_step, x0 + half
            for _ in range(n):
                value = load(like, x, xi)
                s0 = fma(repeat(like, w, at), value, s0)
                s1 = fma(repeat(like, w, at + unit_step), value, s1)
                s2 = fma(repeat(like, w, at + 2 * unit_step), value, s2)
                s3 = fma(repeat(like, w, at + 3 * unit_step), value, s3)
                s4 = fma(repeat(like, w, at + 4 * unit_step), value, s4)
                s5 = fma(repeat(like, w, at + 5 * unit_step), value, s5)
                at += input_step
                xi += stride
            yj = y0 + j * stride + half
            store(y, yj, s0)
            store(y, yj + stride, s1)
            store(y, yj + 2 * stride, s2)
            store(y, yj + 3 * stride, s3)
            store(y, yj + 4 * stride, s4)
            store(y, yj + 5 * stride, s5)
        j += 6
    while j < m:
        s = lanes16()
        if bias >= 0:
            s = repeat(s, w, bias + j)
        at, xi = first + j * unit_step, x0
        for _ in range(n):
            s = fma(repeat(s, w, at), load(s, x, xi), s)
            at += input_step
            xi += stride
        store(y, y0 + j * stride, s)
        j += 1


@inlined
def take_columns(n: int, columns: Any, at: int, gap: int, a: Any, place: int, stride: int) -> None:
    """Copy n columns for one set of lanes: column i from columns[at + i·gap] on to a[place + i·stride] on."""
    for i in range(n):
        store(a, place + i * stride, load(lanes16(), columns, at + i * gap))


@inlined
def forward(plan: Any, natural: bool, w: Any, a: Any, place: int, stride: int) -> None:
    """Activations of all layers for one set of lanes, whose inputs are there.

    The activation u of the plan is at a[place + u·stride]; natural: whether the weights are, or have padded rows.
    """
    for layer in range(len(plan)):
        n, m, code = plan[layer, INPUTS], plan[layer, UNITS], plan[layer, CODE]
        first, width, bias = plan[layer, START], plan[layer, WIDTH], plan[layer, BIAS]
        if natural:
            first, width = plan[layer, OFFSET], m
            bias = first + n * m
        y0 = place + plan[layer, ABOVE] * stride
        weighted_sums(n, m, w, first, 1, width, bias, a, place + plan[layer, BELOW] * stride, a, y0, stride)
        if code == SOFTMAX:
            softmax(m, a, y0, stride)
        elif code != LINEAR:
            for j in range(m):
                store(a, y0 + j * stride, activate(code, load(lanes16(), a, y0 + j * stride)))


@inlined
def softmax(m: int, y: Any, y0: int, stride: int) -> None:
    """exp of each output over the sum of all, with the largest taken off first."""
    like = lanes16()
    largest = load(like, y, y0)
    for k in range(1, m):
        value = load(like, y, y0 + k * stride)
        largest = where_less(largest, value, value, largest)
    powers = fill(like, 0.0)
    for k in range(m):
        power = lanes_exp(load(like, y, y0 + k * stride) - largest)
        store(y, y0 + k * stride, power)
        powers = powers + power
    share = 1.0 / powers
    for k in range(m):
        store(y, y0 + k * stride, load(like, y, y0 + k * stride) * share)


@inlined
def losses(code: int, loss: int, m: int, o: Any, o0: int, stride: int, t: Any, t0: int, gap: int) -> Any:
    """Return the loss of each item in the lanes."""
    like = lanes16()
    sum_ = fill(like, 0.0)
    if loss != CROSS_ENTROPY:
        for k in range(m):
            difference = load(like, t, t0 + k * gap) - load(like, o, o0 + k * stride)
            sum_ = fma(difference, difference, sum_)
        return sum_ * 0.5
    for k in range(m):
        target, output = load(like, t, t0 + k * gap), load(like, o, o0 + k * stride)
        sum_ = fma(target, lanes_log(where_less(output, TINY, TINY, output)), sum_)
        if code != SOFTMAX:
            other = 1.0 - output
            sum_ = fma(1.0 - target, lanes_log(where_less(other, TINY, TINY, other)), sum_)
    return sum_ * -1.0


@inlined
def right(m: int, threshold: float, o: Any, o0: int, stride: int, labels: Any) -> Any:
    """1 for each item in the lanes whose class is right, else 0."""
    like = lanes16()
    best = load(like, o, o0)
    if m == 1:
        return where_equal(where_less(threshold, best, 1.0, 0.0), labels, 1.0, 0.0)
    number = fill(like, 0.0)
    for k in range(1, m):
        output = load(like, o, o0 + k * stride)
        number = where_less(best, output, float(k), number)
        best = where_less(best, output, output, best)
    return where_equal(number, labels, 1.0, 0.0)


@compiled
def measure(shape: Any, data: Any, w: Any, a: Any) -> tuple[float, float]:
    """Mean loss and share of right answers of the weights w over the items; a: ITEM_LANES · activations of space."""
    like = lanes16()
    if data.items == 0:
        return math.nan, math.nan
    plan, kind, count, gap, threshold = shape.plan, shape.loss, data.items, data.padded_count, data.threshold
    columns, target_columns, labels = data.columns, data.target_columns, data.labels
    last = len(plan) - 1
    m, code, o0 = plan[last, UNITS], plan[last, CODE], plan[last, ABOVE] * ITEM_LANES
    loss, hits = fill(like, 0.0), fill(like, 0.0)
    for item in range(0, count, ITEM_LANES):
        take_columns(plan[0, INPUTS], columns, item, gap, a, 0, ITEM_LANES)
        forward(plan, True, w, a, 0, ITEM_LANES)
        item_loss = losses(code, kind, m, a, o0, ITEM_LANES, target_columns, item, gap)
        loss = loss + keep(item_loss, count - item, 0.0)
        hit = right(m, threshold, a, o0, ITEM_LANES, load(like, labels, item))
        hits = hits + keep(hit, count - item, 0.0)
    error, share = first(total(loss)) / count, first(total(hits)) / count
    # Where the answers are no numbers, no class is the largest.
    return error, math.nan if math.isnan(threshold) or math.isnan(error) else share


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
            take_columns(shape.plan[0, INPUTS], data.columns, item, data.padded_count, a, 0, ITEM_LANES)
            forward(shape.plan, True, weights[run], a, 0, ITEM_LANES)
            for lane in range(min(ITEM_LANES, data.items - item)):
                for k in range(shape.plan[last, UNITS]):
                    outputs[run, item + lane, k] = a[o0 + k * ITEM_LANES + lane]
