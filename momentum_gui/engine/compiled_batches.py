"""Training of one run in batches of many items, compiled, with the items of a batch in the lanes."""

from __future__ import annotations

from typing import Any

from momentum_gui.engine import compiled_gradients
from momentum_gui.engine.compiled_cache import kernel
from momentum_gui.engine.compiled_epoch import (
    BEFORE,
    GRADIENT,
    LAST_STEP,
    RUNNING,
    STEP,
    TRAINED,
    P,
    W,
    asked_for,
    record,
    within_limit,
)
from momentum_gui.engine.compiled_gradients import PANEL, STRIDE, add_gradient
from momentum_gui.engine.compiled_layout import INPUTS, ROW_LANES, UNITS, Shape, copy, unpad


def space_needed(shape: Shape, inputs: int, outputs: int) -> int:
    """How many numbers `train` works in."""
    return compiled_gradients.space_needed(shape) + shape.padded_weights + STRIDE * (inputs + outputs)


@kernel
def train(
    members: Any, runs: Any, shape: Any, data: Any, test: Any, frozen: bool, batch_size: int, mean: bool,
    space: Any, natural: Any,
) -> None:  # fmt: skip
    """Train the runs that members names over the span, one after the other, in place.

    space: `space_needed(shape, …)` zeros to work in; natural: (ROWS, weights), whose row TRAINED is given.
    """
    plan, weights, count = shape.plan, shape.weights, data.items
    n, m = plan[0, INPUTS], plan[len(plan) - 1, UNITS]
    inputs, targets, columns, target_columns = data.inputs, data.targets, data.columns, data.target_columns
    inputs_width = (n + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    targets_width = (m + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    per_epoch = (count + batch_size - 1) // batch_size
    traced, updates = runs.traced_gradients.shape[1], runs.updates
    size, rest = shape.padded_weights, space[3 * STRIDE * shape.activations :]
    padded_gradient, gathered, gathered_targets = rest, rest[size:], rest[size + n * STRIDE :]
    w, p, step, trained = natural[W], natural[P], natural[STEP], natural[TRAINED]
    gradient, last_step, before = natural[GRADIENT], natural[LAST_STEP], natural[BEFORE]
    for member in range(len(members)):
        run = members[member]
        lr = runs.learning_rate[run]
        A, B = runs.coefficients[run, 0] * lr, runs.coefficients[run, 1]
        C, D = runs.coefficients[run, 2] * lr, runs.coefficients[run, 3]
        copy(runs.weights[run], w)
        copy(runs.stored[run], p)
        copy(runs.last_step[run], step)
        order = runs.orders[runs.order_of_run[run]]
        epoch, within = divmod(runs.first_update, per_epoch)
        for number in range(updates):
            begin = within * batch_size
            end = min(begin + batch_size, count)
            scale = 1.0 / (end - begin) if mean else 1.0
            for i in range(size):
                padded_gradient[i] = 0.0
            for first in range(begin, end, PANEL):
                items = min(PANEL, end - first)
                x, t, at, gap = columns, target_columns, first, data.padded_count
                if per_epoch > 1:  # else it is all items: they lie ready, and their order does not matter
                    x, t, at, gap = gathered, gathered_targets, 0, STRIDE
                    for lane in range(items):
                        item = order[epoch, first + lane]
                        for i in range(n):
                            gathered[i * STRIDE + lane] = inputs[item * inputs_width + i]
                        for k in range(m):
                            gathered_targets[k * STRIDE + lane] = targets[item * targets_width + k]
                add_gradient(shape, w, x, t, at, gap, items, space, padded_gradient)
            unpad(plan, padded_gradient, 1, size, natural[GRADIENT:])
            for i in range(weights):
                g = gradient[i] * scale * trained[i]
                last_step[i], before[i], gradient[i] = step[i], p[i], g
                step[i] = A * g + B * p[i]
                p[i] = C * g + D * p[i]
                w[i] += step[i]
            row, last = number - (updates - traced), number == updates - 1
            within += 1
            ends, inside = within == per_epoch, True
            if ends:
                within = 0
                runs.epochs[run] += 1
                inside = within_limit(w)
            if row >= 0 or last or (ends and asked_for(runs, run, epoch, inside)):
                record(runs, run, row, ends, epoch, inside, last, shape, data, test, natural, space)
                if runs.outcome[run] != RUNNING:
                    break
            if ends:
                epoch += 1
