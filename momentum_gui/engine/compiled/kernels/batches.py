"""Training of one run in batches of many items, compiled, with the items of a batch in the lanes."""

from __future__ import annotations

from typing import Any

from momentum_gui.engine.compiled.epoch import (
    GIVEN,
    GRADIENT,
    ROWS,
    RUNNING,
    STEP,
    P,
    W,
    asked_for,
    record,
    within_limit,
)
from momentum_gui.engine.compiled.jit import inlined, kernel
from momentum_gui.engine.compiled.kernels import gradients as compiled_gradients
from momentum_gui.engine.compiled.kernels.arithmetic import next_stored, next_weight
from momentum_gui.engine.compiled.kernels.gradients import PANEL, STRIDE, add_gradient, take_panel
from momentum_gui.engine.compiled.kernels.single import update_from_gradient
from momentum_gui.engine.compiled.layout import INPUTS, ITEM_LANES, ROW_LANES, UNITS, Shape, copy, pad, unpad
from momentum_gui.engine.compiled.simd.lanes import count_of, fill, lanes4, load, store


@inlined
def update(size: int, space: Any, A: Any, B: Any, C: Any, D: Any) -> None:
    """One update of all weights from their gradient, which stores no more than it needs."""
    for at in range(0, size, count_of(A)):
        g, stored = load(A, space, GRADIENT * size + at), load(A, space, P * size + at)
        store(space, P * size + at, next_stored(g, stored, C, D))
        store(space, W * size + at, next_weight(load(A, space, W * size + at), g, stored, A, B))


def space_needed(shape: Shape, outputs: int) -> int:
    """Return how many numbers `train` works in."""
    panels = compiled_gradients.space_needed(shape) + STRIDE * outputs
    return ROWS * shape.padded_weights + panels + ITEM_LANES * shape.activations


@kernel
def train(
    members: Any, runs: Any, shape: Any, data: Any, test: Any, frozen: bool, batch_size: int, mean: bool,
    space: Any, natural: Any,
) -> None:  # fmt: skip
    """Train the runs that members names over the span, one after the other, in place.

    space: `space_needed(shape, …)` numbers to work in; natural: (ROWS, weights), whose row TRAINED is given; frozen:
    whether it has a 0.
    """
    plan, count, size = shape.plan, data.items, shape.padded_weights
    n, m = plan[0, INPUTS], plan[len(plan) - 1, UNITS]
    inputs, targets, columns, target_columns = data.inputs, data.targets, data.columns, data.target_columns
    inputs_width = (n + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    targets_width = (m + ROW_LANES - 1) // ROW_LANES * ROW_LANES
    per_epoch = (count + batch_size - 1) // batch_size
    traced, updates = runs.traced_gradients.shape[1], runs.updates
    w, gradient, panels = space[W * size :], space[GRADIENT * size :], space[ROWS * size :]
    gathered = panels[2 * STRIDE * shape.activations :]
    wide = gathered[m * STRIDE :]
    for member in range(len(members)):
        run = members[member]
        lr = runs.learning_rate[run]
        A, B = fill(lanes4(), runs.coefficients[run, 0] * lr), fill(lanes4(), runs.coefficients[run, 1])
        C, D = fill(lanes4(), runs.coefficients[run, 2] * lr), fill(lanes4(), runs.coefficients[run, 3])
        for i in range(len(space)):  # a run before may have left nan where no weight is
            space[i] = 0.0
        copy(runs.weights[run], natural[W])
        copy(runs.stored[run], natural[P])
        copy(runs.last_step[run], natural[STEP])
        pad(plan, natural, GIVEN, size, space)
        order = runs.orders[runs.order_of_run[run]]
        epoch, within = divmod(runs.first_update, per_epoch)
        for number in range(updates):
            row, last = number - (updates - traced), number == updates - 1
            begin = within * batch_size
            end = min(begin + batch_size, count)
            scale = 1.0 / (end - begin) if mean else 1.0
            for i in range(size):
                gradient[i] = 0.0
            for first in range(begin, end, PANEL):
                items = min(PANEL, end - first)
                if per_epoch == 1:  # it is all items: they lie ready, and their order does not matter
                    take_panel(n, columns, first, data.padded_count, items, panels)
                    t, at, gap = target_columns, first, data.padded_count
                else:
                    t, at, gap = gathered, 0, STRIDE
                    for lane in range(items):
                        item = order[epoch, first + lane]
                        for i in range(n):
                            panels[i * STRIDE + lane] = inputs[item * inputs_width + i]
                        for k in range(m):
                            gathered[k * STRIDE + lane] = targets[item * targets_width + k]
                add_gradient(shape, w, t, at, gap, items, scale, panels, gradient)
            # A step is stored only where someone asks for it: in the last two updates of an epoch, and in the last.
            if within < per_epoch - 2 and not last and row < 0 and not frozen:
                update(size, space, A, B, C, D)
            else:
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
