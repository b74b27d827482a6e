"""Descent on an analytic two-weight surface, compiled: an epoch is one update."""

from __future__ import annotations

import math

from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.compiled.jit import compiled, kernel
from momentum_gui.engine.population import Outcome

RUNNING, CONVERGED, DIVERGED = int(Outcome.RUNNING), int(Outcome.CONVERGED), int(Outcome.DIVERGED)


def chosen_by_code(functions, otherwise):
    """One compiled function of (code, x, y, k) that calls the code-th of the functions."""
    chosen = otherwise
    for code, function in reversed(list(enumerate(functions))):
        chosen = either(code, compiled(function), chosen)
    return chosen


def either(code, function, otherwise):
    def chosen(wanted, x, y, k):
        if wanted == code:
            return function(x, y, k)
        return otherwise(wanted, x, y, k)

    # numba tells functions apart by name and a count, which starts again in each process: two of one name, one of them
    # from the cache that another process wrote, could be taken for one another.
    chosen.__qualname__ = f"chosen_{code}_{function.py_func.__name__}"
    return compiled(chosen)


@compiled
def no_value(code, x, y, k):
    return math.nan


@compiled
def no_gradient(code, x, y, k):
    return math.nan, math.nan


value = chosen_by_code([surface.value for surface in SURFACES.values()], no_value)
gradient = chosen_by_code([surface.gradient for surface in SURFACES.values()], no_gradient)


@kernel
def train_surface(
    code, k, limit, weights, stored, last_step, learning_rate, coefficients, target_error, epochs, outcome,
    first_update, updates, measured, measures, kept, traced_gradients, traced_stored,
):  # fmt: skip
    traced = traced_gradients.shape[1]
    for run in range(len(weights)):
        lr = learning_rate[run]
        A, B, C, D = coefficients[run, 0], coefficients[run, 1], coefficients[run, 2], coefficients[run, 3]
        wx, wy = weights[run, 0], weights[run, 1]
        px, py = stored[run, 0], stored[run, 1]
        sx, sy = last_step[run, 0], last_step[run, 1]
        for number in range(updates):
            if outcome[run] != RUNNING:
                break
            epoch = first_update + number
            up_x, up_y = gradient(code, wx, wy, k)
            gx, gy = -up_x, -up_y
            row = number - (updates - traced)
            if row >= 0:
                traced_gradients[run, row, 0], traced_gradients[run, row, 1] = gx, gy
                traced_stored[run, row, 0], traced_stored[run, row, 1] = px, py
            lx, ly = sx, sy
            mx, my = B * px, B * py
            sx, sy = A * lr * gx + mx, A * lr * gy + my
            px, py = C * lr * gx + D * px, C * lr * gy + D * py
            wx += sx
            wy += sy
            epochs[run] += 1
            if kept.shape[1]:
                kept[run, epoch, 0], kept[run, epoch, 1] = wx, wy
            diverged = not (abs(wx) <= limit and abs(wy) <= limit)
            if measured[epoch] or diverged or target_error[run] > 0.0:
                error = value(code, wx, wy, k)
                reached = not diverged and target_error[run] > 0.0 and error <= target_error[run]
                if diverged:
                    outcome[run] = DIVERGED
                elif reached:
                    outcome[run] = CONVERGED
                if measured[epoch] or diverged or reached:
                    row_of_measures = measures[run, epoch]
                    row_of_measures[0] = error
                    row_of_measures[4] = math.sqrt(gx * gx + gy * gy)
                    row_of_measures[5] = math.sqrt(sx * sx + sy * sy)
                    row_of_measures[6] = math.sqrt(mx * mx + my * my)
                    lengths = math.sqrt(sx * sx + sy * sy) * math.sqrt(lx * lx + ly * ly)
                    row_of_measures[7] = (sx * lx + sy * ly) / lengths
        weights[run, 0], weights[run, 1] = wx, wy
        stored[run, 0], stored[run, 1] = px, py
        last_step[run, 0], last_step[run, 1] = sx, sy


@kernel
def surface_errors(code, k, weights, errors):
    for run in range(len(weights)):
        errors[run] = value(code, weights[run, 0], weights[run, 1], k)


@kernel
def surface_gradients(code, k, weights, gradients):
    for run in range(len(weights)):
        x, y = gradient(code, weights[run, 0], weights[run, 1], k)
        gradients[run, 0], gradients[run, 1] = -x, -y
