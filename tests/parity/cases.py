"""The trainings that are compared with PyTorch: networks, losses, batches and momentum, and the data for each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ITEMS = 13
EPOCHS = 40
MOMENTUM = 0.8
SIZES = {1: (4, 3), 2: (4, 5, 3), 3: (4, 5, 4, 3), 4: (4, 5, 4, 3, 3)}
"""The networks by their number of layers of weights."""
BATCHES = {"online": 1, "mini-batch": 5, "full": ITEMS}
"""Items an update; 13 items in batches of 5 leave a last batch of 3."""
RULES = ("plain", "heavy-ball", "damped", "nesterov")
"""The rules that torch.optim.SGD has. The one-step rule is not among them."""


@dataclass(frozen=True)
class Case:
    """One training: what PyTorch and this program are both told to do."""

    rule: str
    batch: str
    loss: str
    layers: int
    hidden_activation: str
    output_activation: str
    reduction: str
    order: str

    @property
    def name(self) -> str:
        """The case in words, for test ids and as the key of its reference data."""
        return f"{self.rule}-{self.batch}-{self.loss}-{self.output_activation}-{self.layers}-{self.order}"

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of each layer, inputs first."""
        return SIZES[self.layers]

    @property
    def batch_size(self) -> int:
        """Items in one update; the last batch of an epoch may be shorter."""
        return BATCHES[self.batch]

    @property
    def learning_rate(self) -> float:
        """Large enough to move far in 40 epochs, small enough not to diverge where gradients are summed."""
        return 0.02 if self.reduction == "sum" else {"online": 0.05, "mini-batch": 0.2, "full": 0.5}[self.batch]

    @property
    def momentum(self) -> float:
        """μ; 0 for the plain rule."""
        return 0.0 if self.rule == "plain" else MOMENTUM


def all_cases() -> list[Case]:
    """Every rule × batch × loss, each with two depths so that all four meet every rule and batch; activations vary."""
    cases: list[Case] = []
    for (r, rule), (b, batch), (e, loss) in product(
        enumerate(RULES), enumerate(BATCHES), enumerate(("squared_error", "cross_entropy"))
    ):
        for layers in (1, 3) if (r + b + e) % 2 == 0 else (2, 4):
            number = len(cases)
            outputs = ("softmax", "linear", "logistic", "tanh") if e == 0 else ("softmax", "logistic")
            cases.append(
                Case(
                    rule,
                    batch,
                    loss,
                    layers,
                    hidden_activation=("tanh", "logistic", "relu")[(number // 4 + layers) % 3],
                    output_activation=outputs[(number // 2 + b) % len(outputs)],
                    reduction="sum" if number % 5 == 4 else "mean",
                    order="sequential" if (number + r) % 2 else "given",
                )
            )
    return cases


STEPS = (15, 0.3)
"""A schedule of the learning rate: every 15 epochs it is multiplied by 0.3."""


SCHEDULES = {
    "StepLR": {"kind": "step", "every": 7, "factor": 0.3},
    "ExponentialLR": {"kind": "exponential", "every": 1, "factor": 0.9},
    "CosineAnnealingLR": {"kind": "cosine", "end": 0.05},
    "LinearLR": {"warm_up": 6, "warm_up_from": 0.25},
    "SequentialLR": {"kind": "cosine", "end": 0.05, "warm_up": 6, "warm_up_from": 0.25},
}
"""PyTorch's schedulers as this program writes them; torch_rates.py makes the same ones there."""
SCHEDULED_RATE = 0.3


def stepped_cases() -> list[Case]:
    """One case of every rule and batch size, its items as they come."""
    chosen: dict[tuple[str, str], Case] = {}
    for case in all_cases():
        if case.order == "sequential":
            chosen.setdefault((case.rule, case.batch), case)
    return list(chosen.values())


def items() -> tuple[Floats, Floats]:
    """The data of all cases: inputs (13, 4) and one-hot targets (13, 3)."""
    random = np.random.default_rng(1986)
    inputs = random.normal(size=(ITEMS, 4)).round(3)
    return inputs, np.eye(3)[np.arange(ITEMS) % 3]


def orders(case: Case) -> NDArray[np.int64]:
    """The order of items in each epoch, (40, 13): drawn anew for each epoch ("given"), or as they come."""
    random = np.random.default_rng(7)
    drawn = np.stack([random.permutation(ITEMS) for _ in range(EPOCHS)])
    return drawn if case.order == "given" else np.sort(drawn)


def initial_weights(case: Case) -> Floats:
    """The flat weights a case starts from: each layer's matrix row by row as (inputs, units), then its biases."""
    count = sum((inputs + 1) * units for inputs, units in zip(case.sizes[:-1], case.sizes[1:], strict=True))
    return np.random.default_rng([case.layers, 3]).uniform(-0.7, 0.7, count)
