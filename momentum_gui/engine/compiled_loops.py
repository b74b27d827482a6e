"""Forward, backward and update of one run as explicit loops, compiled: the same maths as `numpy_engine`."""

from __future__ import annotations

import math

import numpy as np

from momentum_gui.engine.compiled_cache import compiled, kernel

LINEAR, TANH, LOGISTIC, RELU, SOFTMAX = range(5)
SQUARED_ERROR, SQUARED_ERROR_ELEMENTWISE, CROSS_ENTROPY = range(3)
RUNNING, CONVERGED, DIVERGED = 0, 2, 3
TINY = np.finfo(np.float64).tiny


@compiled
def activate(code, net):
    units = len(net)
    if code == TANH:
        for j in range(units):
            net[j] = math.tanh(net[j])
    elif code == LOGISTIC:
        for j in range(units):
            z = math.exp(-abs(net[j]))
            net[j] = (1.0 if net[j] >= 0.0 else z) / (1.0 + z)
    elif code == RELU:
        for j in range(units):
            net[j] = 0.0 if net[j] < 0.0 else net[j]
    elif code == SOFTMAX:
        largest = net[0]
        for j in range(1, units):
            if not net[j] <= largest:
                largest = net[j]
        total = 0.0
        for j in range(units):
            net[j] = math.exp(net[j] - largest)
            total += net[j]
        for j in range(units):
            net[j] /= total


@compiled
def slope(code, output):
    if code == TANH:
        return 1.0 - output * output
    if code == LOGISTIC or code == SOFTMAX:
        return output * (1.0 - output)
    if code == RELU:
        return 1.0 if output > 0.0 else 0.0
    return 1.0


@compiled
def forward(sizes, hidden, last, weights, a):
    """Fill in the activations a (layers, widest), whose first row holds the inputs."""
    offset = 0
    for layer in range(len(sizes) - 1):
        n, m = sizes[layer], sizes[layer + 1]
        above = a[layer + 1]
        for j in range(m):
            above[j] = weights[offset + n * m + j]
        for i in range(n):
            x = a[layer, i]
            for j in range(m):
                above[j] += x * weights[offset + i * m + j]
        activate(last if layer == len(sizes) - 2 else hidden, above[:m])
        offset += (n + 1) * m


@compiled
def output_delta(code, loss, output, target, delta):
    m = len(target)
    if loss == CROSS_ENTROPY:
        total = 1.0
        if code == SOFTMAX:
            total = 0.0
            for k in range(m):
                total += target[k]
        for k in range(m):
            delta[k] = target[k] - output[k] * total
    elif code == SOFTMAX and loss == SQUARED_ERROR:
        dot = 0.0
        for k in range(m):
            dot += output[k] * (target[k] - output[k])
        for k in range(m):
            delta[k] = output[k] * (target[k] - output[k] - dot)
    else:
        for k in range(m):
            delta[k] = slope(code, output[k]) * (target[k] - output[k])


@compiled
def add_gradient(sizes, hidden, last, loss, weights, target, scale, a, delta, gradient):
    """Add scale × the downhill gradient of the item whose activations are a; delta (2, widest) is working space."""
    depth = len(sizes) - 1
    m = sizes[depth]
    output_delta(last, loss, a[depth], target, delta[0])
    for k in range(m):
        delta[0, k] *= scale
    offset = len(weights)
    now = 0
    for layer in range(depth - 1, -1, -1):
        n, m = sizes[layer], sizes[layer + 1]
        offset -= (n + 1) * m
        for i in range(n):
            below = 0.0
            x = a[layer, i]
            for j in range(m):
                gradient[offset + i * m + j] += x * delta[now, j]
                below += delta[now, j] * weights[offset + i * m + j]
            delta[1 - now, i] = below * slope(hidden, x) if layer else below
        for j in range(m):
            gradient[offset + n * m + j] += delta[now, j]
        now = 1 - now


@compiled
def item_loss(code, loss, output, target):
    m = len(target)
    total = 0.0
    if loss != CROSS_ENTROPY:
        for k in range(m):
            total += (target[k] - output[k]) * (target[k] - output[k])
        return 0.5 * total
    for k in range(m):
        o, t = output[k], target[k]
        total += t * math.log(TINY if o < TINY else o)
        if code != SOFTMAX:
            total += (1.0 - t) * math.log(TINY if 1.0 - o < TINY else 1.0 - o)
    return -total


@compiled
def largest_index(values, m):
    best = 0
    for k in range(1, m):
        if math.isnan(values[best]):
            return best
        if not values[k] <= values[best]:
            best = k
    return best


@compiled
def evaluate(sizes, hidden, last, loss, weights, inputs, targets, threshold, a):
    """Mean loss and share of right answers over the items."""
    count, n, m = len(inputs), sizes[0], sizes[-1]
    if count == 0:
        return np.nan, np.nan
    total, right = 0.0, 0
    for item in range(count):
        for i in range(n):
            a[0, i] = inputs[item, i]
        forward(sizes, hidden, last, weights, a)
        output = a[len(sizes) - 1]
        total += item_loss(last, loss, output, targets[item])
        if m == 1:
            right += (output[0] > threshold) == (targets[item, 0] > threshold)
        else:
            right += largest_index(output, m) == largest_index(targets[item], m)
    return total / count, np.nan if math.isnan(threshold) else right / count


@kernel
def network_errors(sizes, hidden, last, loss, weights, inputs, targets, threshold, error, share):
    a = np.empty((len(sizes), sizes.max()))
    for run in range(len(weights)):
        error[run], share[run] = evaluate(
            sizes, hidden, last, loss, weights[run], inputs, targets, threshold, a
        )


@kernel
def network_outputs(sizes, hidden, last, weights, inputs, outputs):
    a = np.empty((len(sizes), sizes.max()))
    for run in range(len(weights)):
        for item in range(len(inputs)):
            for i in range(sizes[0]):
                a[0, i] = inputs[item, i]
            forward(sizes, hidden, last, weights[run], a)
            for k in range(sizes[-1]):
                outputs[run, item, k] = a[len(sizes) - 1, k]


@kernel
def network_gradients(sizes, hidden, last, loss, weights, inputs, targets, mean, gradient):
    a = np.empty((len(sizes), sizes.max()))
    delta = np.empty((2, sizes.max()))
    scale = 1.0 / len(inputs) if mean else 1.0
    for run in range(len(weights)):
        gradient[run] = 0.0
        for item in range(len(inputs)):
            for i in range(sizes[0]):
                a[0, i] = inputs[item, i]
            forward(sizes, hidden, last, weights[run], a)
            add_gradient(
                sizes, hidden, last, loss, weights[run], targets[item], scale, a, delta, gradient[run]
            )


@compiled
def update(lr, rule, g, w, p, step):
    """step = A·lr·g + B·p,  p = C·lr·g + D·p,  w += step; the square of the momentum part B·p."""
    A, B, C, D = rule[0], rule[1], rule[2], rule[3]
    momentum_part = 0.0
    for i in range(len(w)):
        part = B * p[i]
        step[i] = A * lr * g[i] + part
        p[i] = C * lr * g[i] + D * p[i]
        w[i] += step[i]
        momentum_part += part * part
    return momentum_part


@compiled
def step_measures(g, step, last_step, momentum_part, out):
    gg, ss, ll, sl = 0.0, 0.0, 0.0, 0.0
    for i in range(len(g)):
        gg += g[i] * g[i]
        ss += step[i] * step[i]
        ll += last_step[i] * last_step[i]
        sl += step[i] * last_step[i]
    out[4] = math.sqrt(gg)
    out[5] = math.sqrt(ss)
    out[6] = math.sqrt(momentum_part)
    out[7] = sl / (math.sqrt(ss) * math.sqrt(ll))


@compiled
def beyond(weights, limit):
    for i in range(len(weights)):
        if not abs(weights[i]) <= limit:
            return True
    return False


@kernel
def train_network(
    sizes, hidden, last, loss, inputs, targets, threshold, test_inputs, test_targets, trained, batch_size, mean,
    limit, all_weights, all_stored, all_last_step, learning_rate, coefficients, target_error, order_of_run, epochs,
    outcome, orders, first_update, updates, measured, measures, kept, traced_gradients, traced_stored,
):  # fmt: skip
    a = np.empty((len(sizes), sizes.max()))
    delta = np.empty((2, sizes.max()))
    count = len(inputs)
    per_epoch = (count + batch_size - 1) // batch_size
    size = all_weights.shape[1]
    g, last_step, row_of_measures = np.empty(size), np.empty(size), np.empty(8)
    traced = traced_gradients.shape[1]
    for run in range(len(all_weights)):
        w, p, step = all_weights[run], all_stored[run], all_last_step[run]
        lr, rule = learning_rate[run], coefficients[run]
        for number in range(updates):
            if outcome[run] != RUNNING:
                break
            epoch, within = divmod(first_update + number, per_epoch)
            start = within * batch_size
            stop = min(start + batch_size, count)
            scale = 1.0 / (stop - start) if mean else 1.0
            g[:] = 0.0
            for place in range(start, stop):
                item = orders[order_of_run[run], epoch, place]
                for i in range(sizes[0]):
                    a[0, i] = inputs[item, i]
                forward(sizes, hidden, last, w, a)
                add_gradient(sizes, hidden, last, loss, w, targets[item], scale, a, delta, g)
            for i in range(size):
                g[i] *= trained[i]
            row = number - (updates - traced)
            if row >= 0:
                traced_gradients[run, row] = g
                traced_stored[run, row] = p
            last_step[:] = step
            part = update(lr, rule, g, w, p, step)
            if within < per_epoch - 1:
                continue
            epochs[run] += 1
            diverged = beyond(w, limit)
            if kept.shape[1]:
                kept[run, epoch] = w
            if measured[epoch] or diverged or target_error[run] > 0.0:
                row_of_measures[0], row_of_measures[1] = evaluate(
                    sizes, hidden, last, loss, w, inputs, targets, threshold, a
                )
                reached = not diverged and target_error[run] > 0.0 and row_of_measures[0] <= target_error[run]
                if diverged:
                    outcome[run] = DIVERGED
                elif reached:
                    outcome[run] = CONVERGED
                if measured[epoch] or diverged or reached:
                    row_of_measures[2], row_of_measures[3] = evaluate(
                        sizes, hidden, last, loss, w, test_inputs, test_targets, threshold, a
                    )
                    step_measures(g, step, last_step, part, row_of_measures)
                    measures[run, epoch] = row_of_measures
