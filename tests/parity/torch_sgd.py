"""Trains a case in PyTorch, with torch.nn.functional and torch.optim.SGD alone: the other side of the comparison."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tests.parity.cases import Case, Floats


def activation(name: str, net: torch.Tensor) -> torch.Tensor:
    """A layer's outputs from its net inputs (items, units)."""
    match name:
        case "softmax":
            return torch.softmax(net, dim=1)
        case "logistic":
            return torch.sigmoid(net)
        case "tanh":
            return torch.tanh(net)
        case "relu":
            return torch.relu(net)
    return net


def loss_of(
    case: Case, layers: list[tuple[torch.Tensor, torch.Tensor]], x: torch.Tensor, t: torch.Tensor
) -> torch.Tensor:
    """The loss of one batch, mean or sum over its items: ½·Σ(t−o)², or PyTorch's own cross-entropies."""
    for depth, (matrix, bias) in enumerate(layers):
        net = functional.linear(x, matrix.T, bias)
        x = activation(case.hidden_activation, net) if depth < len(layers) - 1 else net
    if case.loss == "squared_error":
        item = 0.5 * functional.mse_loss(activation(case.output_activation, x), t, reduction="none").sum(dim=1)
    elif case.output_activation == "softmax":
        item = functional.cross_entropy(x, t, reduction="none")
    else:
        item = functional.binary_cross_entropy_with_logits(x, t, reduction="none").sum(dim=1)
    return item.mean() if case.reduction == "mean" else item.sum()


def train(
    case: Case,
    weights: Floats,
    inputs: Floats,
    targets: Floats,
    orders: NDArray[np.int64],
    steps: tuple[int, float] | None = None,
) -> tuple[Floats, Floats]:
    """The weights (1 + epochs, weights) at the start and after each epoch, and the first batch's −∂E/∂w (weights,).

    With `steps`, PyTorch's StepLR multiplies the learning rate by the second number every so many epochs.
    """
    layers, offset = [], 0
    for units_in, units in zip(case.sizes[:-1], case.sizes[1:], strict=True):
        end = offset + units_in * units
        matrix = torch.tensor(weights[offset:end].reshape(units_in, units), dtype=torch.float64, requires_grad=True)
        bias = torch.tensor(weights[end : end + units], dtype=torch.float64, requires_grad=True)
        layers.append((matrix, bias))
        offset = end + units
    parameters = [tensor for layer in layers for tensor in layer]
    optimiser = torch.optim.SGD(
        parameters,
        lr=case.learning_rate,
        momentum=case.momentum,
        dampening=case.momentum if case.rule == "damped" else 0.0,
        nesterov=case.rule == "nesterov",
    )
    schedule = None if steps is None else torch.optim.lr_scheduler.StepLR(optimiser, *steps)
    x, t = torch.tensor(inputs, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)

    def flat(tensors: list[torch.Tensor]) -> Floats:
        return np.concatenate([tensor.detach().numpy().ravel() for tensor in tensors])

    rows, first_gradient = [flat(parameters)], None
    for order in orders:
        for start in range(0, len(order), case.batch_size):
            batch = torch.tensor(order[start : start + case.batch_size])
            optimiser.zero_grad()
            loss_of(case, layers, x[batch], t[batch]).backward()
            if first_gradient is None:
                first_gradient = -flat([tensor.grad for tensor in parameters if tensor.grad is not None])
            optimiser.step()
        if schedule is not None:
            schedule.step()
        rows.append(flat(parameters))
    assert first_gradient is not None
    return np.stack(rows), first_gradient
