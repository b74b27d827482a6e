"""A trace: the last updates of one run, with the gradient and the stored step of each."""

from __future__ import annotations

from dataclasses import dataclass

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import Coefficients


@dataclass(frozen=True)
class Trace:
    """The last updates of one run, oldest first: gradients and stored are (updates, weights).

    `gradients` point downhill; `stored` is the p that each update began with; `coefficients` and `learning_rate` are
    those the updates used; `first_update` is the number of updates done before the first of them.
    """

    first_update: int
    coefficients: Coefficients
    learning_rate: float
    gradients: Floats
    stored: Floats

    @property
    def end(self) -> int:
        """The number of updates done with the last of them."""
        return self.first_update + len(self.gradients)

    @property
    def gradient_parts(self) -> Floats:
        """A·lr·g of each update, (updates, weights)."""
        return self.coefficients.a * self.learning_rate * self.gradients

    @property
    def momentum_parts(self) -> Floats:
        """B·p of each update, (updates, weights)."""
        return self.coefficients.b * self.stored

    @property
    def steps(self) -> Floats:
        """The steps taken, (updates, weights): the sum of the two parts."""
        return self.gradient_parts + self.momentum_parts
