"""The learning rates of PyTorch's schedulers over some epochs: the other side of the comparison."""

from __future__ import annotations

import numpy as np
import torch
from torch.optim import lr_scheduler

from tests.parity.cases import EPOCHS, Floats


def rates(name: str, base: float) -> Floats:
    """The learning rate in each of the epochs, (epochs,), under one of the schedules of cases.SCHEDULES."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    match name:
        case "StepLR":
            schedule = lr_scheduler.StepLR(optimiser, 7, 0.3)
        case "ExponentialLR":
            schedule = lr_scheduler.ExponentialLR(optimiser, 0.9)
        case "CosineAnnealingLR":
            schedule = lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS, base / 20)
        case "LinearLR":
            schedule = lr_scheduler.LinearLR(optimiser, 0.25, 1.0, 6)
        case _:
            warm_up = lr_scheduler.LinearLR(optimiser, 0.25, 1.0, 6)
            cosine = lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS - 6, base / 20)
            schedule = lr_scheduler.SequentialLR(optimiser, [warm_up, cosine], [6])
    found = []
    for _ in range(EPOCHS):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return np.array(found)
