"""Training as in the book, in NumPy: forward, backward, update, for a whole population of runs at once.

This is the reference: every other engine must give these numbers. Shapes: R runs, N items, and the flat weights of
`network.py`. A layer's activations are (R, N, units).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analytic_surfaces import downhill as surface_downhill
from momentum_gui.engine.analytic_surfaces import evaluate
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Activation, Layer, Loss, Network
from momentum_gui.engine.population import WEIGHT_LIMIT, Outcome, Population
from momentum_gui.engine.report import Measure, Report, Span
from momentum_gui.engine.task import Items, SurfaceTask, Task

name = "numpy"


def activate(activation: Activation, net: Floats) -> Floats:
    """Return a layer's outputs from its net inputs (…, units)."""
    match activation:
        case Activation.LINEAR:
            return net
        case Activation.TANH:
            return np.tanh(net)
        case Activation.LOGISTIC:
            power = np.exp(-np.abs(net))  # 1/(1+exp(−net)), without overflow and with small outputs exact
            return np.where(net < 0.0, power, 1.0) / (1.0 + power)
        case Activation.RELU:
            return np.maximum(net, 0.0)
        case Activation.SOFTMAX:
            powers = np.exp(net - net.max(axis=-1, keepdims=True))
            return powers / powers.sum(axis=-1, keepdims=True)


def slope(activation: Activation, output: Floats) -> Floats:
    """Return the derivative of an elementwise activation, from its output."""
    match activation:
        case Activation.TANH:
            return 1.0 - output * output
        case Activation.LOGISTIC | Activation.SOFTMAX:
            return output * (1.0 - output)
        case Activation.RELU:
            return (output > 0.0).astype(np.float64)
        case Activation.LINEAR:
            return np.ones_like(output)


def layer_weights(layer: Layer, weights: Floats) -> tuple[Floats, Floats]:
    """Return the matrices (R, inputs, units) and biases (R, 1, units) of one layer of every run."""
    matrix = weights[:, layer.matrix].reshape(-1, layer.inputs, layer.units)
    return matrix, weights[:, None, layer.bias]


def forward(network: Network, weights: Floats, inputs: Floats) -> list[Floats]:
    """Return every layer's activations, the inputs first: inputs (N, I) or (R, N, I), the rest (R, N, units)."""
    activations = [inputs]
    for layer in network.layers:
        matrix, bias = layer_weights(layer, weights)
        activations.append(activate(layer.activation, activations[-1] @ matrix + bias))
    return activations


def output_delta(network: Network, output: Floats, target: Floats) -> Floats:
    """−∂E/∂net at the output layer, item by item: (R, N, O)."""
    difference = target - output
    softmax = network.output_activation is Activation.SOFTMAX
    if network.loss is Loss.CROSS_ENTROPY:
        return target - output * target.sum(axis=-1, keepdims=True) if softmax else difference
    if softmax and network.loss is Loss.SQUARED_ERROR:
        return output * (difference - (output * difference).sum(axis=-1, keepdims=True))
    return slope(network.output_activation, output) * difference


def gradients(network: Network, weights: Floats, inputs: Floats, targets: Floats, *, mean: bool = True) -> Floats:
    """Return the downhill gradient −∂E/∂w over the items, (R, W): their mean, or their sum.

    Back-propagation (Rumelhart, Hinton, Williams 1986): with δ of a layer, its matrix's part is aᵀ·δ for the
    activations a below, its biases' part Σδ, and the δ below is slope·(δ·Wᵀ). `inputs` and `targets` are (N, …) for
    all runs or (R, N, …) for each its own.
    """
    activations = forward(network, weights, inputs)
    delta = output_delta(network, activations[-1], targets)
    if mean:
        delta = delta / inputs.shape[-2]
    gradient = np.empty_like(weights)
    for depth in range(len(network.layers) - 1, -1, -1):
        layer, below = network.layers[depth], activations[depth]
        gradient[:, layer.matrix] = (np.swapaxes(below, -1, -2) @ delta).reshape(len(weights), -1)
        gradient[:, layer.bias] = delta.sum(axis=-2)
        if depth:
            matrix, _ = layer_weights(layer, weights)
            delta = slope(network.hidden_activation, below) * (delta @ np.swapaxes(matrix, -1, -2))
    return gradient


def losses(network: Network, output: Floats, target: Floats) -> Floats:
    """Return the loss of each item: (R, N)."""
    if network.loss is not Loss.CROSS_ENTROPY:
        difference = target - output
        return 0.5 * (difference * difference).sum(axis=-1)
    tiny = np.finfo(np.float64).tiny
    item = target * np.log(np.maximum(output, tiny))
    if network.output_activation is not Activation.SOFTMAX:
        item = item + (1.0 - target) * np.log(np.maximum(1.0 - output, tiny))
    return -item.sum(axis=-1)


def hits(items: Items, output: Floats) -> Floats:
    """Return the share of items whose class is right, (R,): the largest output, or which side of the threshold."""
    if np.isnan(items.threshold):
        return np.full(len(output), np.nan)
    if output.shape[-1] == 1:
        right = (output > items.threshold) == (items.targets > items.threshold)
        return right[..., 0].mean(axis=-1)
    return (output.argmax(axis=-1) == items.targets.argmax(axis=-1)).mean(axis=-1)


def errors(network: Network, weights: Floats, items: Items) -> tuple[Floats, Floats]:
    """Mean loss and share of right answers over the items, (R,) each; NaN where there are no items or classes."""
    if len(items) == 0:
        return np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        output = forward(network, weights, items.inputs)[-1]
        error = losses(network, output, items.targets).mean(axis=-1)
        # Where the answers are no numbers, no class is the largest.
        return error, np.where(np.isnan(error), np.nan, hits(items, output))


def outputs(network: Network, weights: Floats, inputs: Floats) -> Floats:
    """Return the network's answers: (R, N, O) for inputs (N, I)."""
    return forward(network, weights, inputs)[-1]


def task_errors(task: Task, weights: Floats) -> Floats:
    """Return the training error of each weight vector, (R,)."""
    if isinstance(task, SurfaceTask):
        return np.asarray(evaluate(task.surface, weights[:, 0], weights[:, 1]))
    return errors(task.network, weights, task.items)[0]


def task_gradients(task: Task, weights: Floats) -> Floats:
    """Return the downhill gradient of the training error (the mean over all items) at each weight vector, (R, W)."""
    if isinstance(task, SurfaceTask):
        return np.stack(surface_downhill(task.surface, weights[:, 0], weights[:, 1]), axis=-1)
    gradient = gradients(task.network, weights, task.items.inputs, task.items.targets)
    return gradient * task.trained


def update(population: Population, runs: NDArray[np.int64], gradient: Floats) -> Floats:
    """Return one update of the given runs by their rules, in place; the step taken, (runs, W)."""
    A, B, C, D = population.coefficients[runs].T[:, :, None]
    lr = population.learning_rate[runs, None]
    g, p = gradient, population.stored[runs]
    step = A * lr * g + B * p
    population.stored[runs] = C * lr * g + D * p
    population.weights[runs] += step
    return step


def train(task: Task, population: Population, span: Span, report: Report) -> None:
    """Train every running run of the population over the span, in place, filling in the report.

    A run whose weights leave ±WEIGHT_LIMIT by the end of an epoch has diverged, one at or below its target error has
    converged; both stop there, and the others go on.
    """
    traced = report.gradients.shape[1]
    for number in range(span.updates):
        runs = np.flatnonzero(population.outcome == Outcome.RUNNING)
        if len(runs) == 0:
            return
        epoch, within = divmod(span.first_update + number, task.updates_per_epoch)
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = batch_gradient(task, population, span, runs, epoch, within)
            if (row := number - (span.updates - traced)) >= 0:
                report.gradients[runs, row] = gradient
                report.stored[runs, row] = population.stored[runs]
            momentum_part = population.coefficients[runs, 1, None] * population.stored[runs]
            last_step = population.last_step[runs]
            step = population.last_step[runs] = update(population, runs, gradient)
            if within == task.updates_per_epoch - 1:
                anatomy = step_measures(gradient, step, momentum_part, last_step)
                end_epoch(task, population, runs, epoch, bool(span.measured[epoch]), anatomy, report)


def batch_gradient(
    task: Task, population: Population, span: Span, runs: NDArray[np.int64], epoch: int, within: int
) -> Floats:
    """Return the downhill gradient of one update's batch for the given runs, each in its own order of items."""
    weights = population.weights[runs]
    if isinstance(task, SurfaceTask):
        return task_gradients(task, weights)
    batch = slice(within * task.batch_size, (within + 1) * task.batch_size)
    chosen = span.orders[population.order_of_run[runs], epoch, batch]
    items = task.items
    gradient = gradients(task.network, weights, items.inputs[chosen], items.targets[chosen], mean=task.mean)
    return gradient * task.trained


def step_measures(gradient: Floats, step: Floats, momentum_part: Floats, last_step: Floats) -> Floats:
    """Return the norms of gradient, step and momentum part, and the cosine of this step with the last: (runs, 4)."""
    step_norm, last_norm = np.linalg.norm(step, axis=1), np.linalg.norm(last_step, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = (step * last_step).sum(axis=1) / (step_norm * last_norm)
    gradient_norm, momentum_norm = np.linalg.norm(gradient, axis=1), np.linalg.norm(momentum_part, axis=1)
    return np.stack((gradient_norm, step_norm, momentum_norm, cosine), axis=1)


def epoch_measures(task: Task, weights: Floats) -> Floats:
    """Error and accuracy on the training and on the held-out items: (runs, 4)."""
    if isinstance(task, SurfaceTask):
        missing = np.full(len(weights), np.nan)
        return np.stack((task_errors(task, weights), missing, missing, missing), axis=1)
    training = errors(task.network, weights, task.items)
    held_out = errors(task.network, weights, task.test_items)
    return np.stack((*training, *held_out), axis=1)


def end_epoch(
    task: Task,
    population: Population,
    runs: NDArray[np.int64],
    epoch: int,
    measured: bool,
    anatomy: Floats,
    report: Report,
) -> None:
    """Take the measures where they are wanted, and end the runs that diverged or reached their target."""
    weights, target = population.weights[runs], population.target_error[runs]
    population.epochs[runs] += 1
    diverged = ~(np.abs(weights) <= WEIGHT_LIMIT).all(axis=1)
    if measured or diverged.any() or (target > 0).any():
        measures = np.concatenate((epoch_measures(task, weights), anatomy), axis=1)
        reached = ~diverged & (target > 0) & (measures[:, Measure.ERROR] <= target)
        population.outcome[runs[diverged]] = Outcome.DIVERGED
        population.outcome[runs[reached]] = Outcome.CONVERGED
        shown = runs if measured else runs[diverged | reached]
        report.measures[shown, epoch] = measures if measured else measures[diverged | reached]
    if report.weights.shape[1]:
        report.weights[runs, epoch] = weights
