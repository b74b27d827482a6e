"""What a run's last updates consist of: gradient and momentum parts, effective gains, agreement, oscillation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import Coefficients, half_life
from momentum_gui.lab.steps.trace import Trace


@dataclass(frozen=True, eq=False)
class Anatomy:
    """One update, weight by weight: gradient_part + momentum_part = step, each (weights,).

    `agree` (weights,) is 1 where the two parts have the same sign, −1 where they differ, 0 where one of them is 0.
    `agreement` is the share of those that have both whose parts agree; NaN where none has.
    """

    update: int
    gradient_part: Floats
    momentum_part: Floats
    step: Floats
    agree: NDArray[np.int8]
    agreement: float


def anatomy(trace: Trace, row: int = -1) -> Anatomy:
    """Return the anatomy of one update of a trace, by default the last; `update` counts those done with it."""
    with np.errstate(over="ignore", invalid="ignore"):  # of a run that diverges
        gradient_part, momentum_part = trace.gradient_parts[row], trace.momentum_parts[row]
        step = gradient_part + momentum_part
        agree = np.nan_to_num(np.sign(gradient_part) * np.sign(momentum_part)).astype(np.int8)
    both = int(np.count_nonzero(agree))
    return Anatomy(
        update=trace.first_update + range(len(trace.gradients))[row] + 1,
        gradient_part=gradient_part,
        momentum_part=momentum_part,
        step=step,
        agree=agree,
        agreement=float((agree > 0).sum() / both) if both else float("nan"),
    )


@dataclass(frozen=True, eq=False)
class Norms:
    """The lengths of each update's parts and step, (updates,), and the cosine of each step with the one before it.

    `cosine` is NaN for the first update, and where a step has length 0.
    """

    gradient_part: Floats
    momentum_part: Floats
    step: Floats
    cosine: Floats


def norms(trace: Trace) -> Norms:
    """Return the norms over a trace."""
    steps = trace.steps
    cosine = np.full(len(steps), np.nan)
    with np.errstate(all="ignore"):  # a diverging run's lengths may overflow: then they are infinite
        gradient, momentum, lengths = (
            np.linalg.norm(vectors, axis=1) for vectors in (trace.gradient_parts, trace.momentum_parts, steps)
        )
        cosine[1:] = (steps[1:] * steps[:-1]).sum(axis=1) / (lengths[1:] * lengths[:-1])
    return Norms(gradient, momentum, lengths, np.where(np.isfinite(cosine), cosine, np.nan))


def effective_gain(trace: Trace) -> Floats:
    """By how much the rule multiplies lr·g, measured weight by weight over the trace: (weights,).

    The method: for each weight, the slope of the line through the origin that fits step against lr·g best,

        gain = Σ step·(lr·g) / Σ (lr·g)²

    over the updates of the sliding window: the last 64 (`trace_window`; fewer in a network of more than 512
    weights), or those since the training began or rule, rate, momentum or a weight were changed. Large gradients so
    weigh more than small ones, and one near 0 does no harm, as it would to a mean of ratios. For a gradient that stays
    the same it is the rule's steady gain A + B·C/(1−D), for one that flips its sign each time the alternating one
    A − B·C/(1+D), both exactly once p has settled. Until then it lies between the two limits in a window that begins
    with the training, and differs from its limit by what p still lacks in a later one. It leaves the limits where a
    gradient fades while its step goes on. NaN where a weight had no gradient.
    """
    # Relative to the largest, so that squares of very small or large gradients keep their digits.
    with np.errstate(all="ignore"):
        scaled = trace.learning_rate * trace.gradients
        relative = scaled / np.abs(scaled).max(axis=0)
        ratio = (trace.steps / np.abs(scaled).max(axis=0) * relative).sum(axis=0) / (relative * relative).sum(axis=0)
    return np.where(np.isfinite(ratio), ratio, np.nan)


def sign_changes(trace: Trace) -> Floats:
    """For each weight the share of successive steps between which its sign changes, (weights,): 1 is a zig-zag.

    NaN where no two successive steps were other than 0.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        signs = np.sign(trace.steps)
        pairs = signs[1:] * signs[:-1]
        counted = (pairs != 0).sum(axis=0)
        return np.where(counted > 0, (pairs < 0).sum(axis=0) / counted, np.nan)


def oscillation(trace: Trace) -> float:
    """Return how much of the movement turns back at once, from 0 (straight on) to 1 (all of it, at each update).

    The share of Σ|sₜ·sₜ₋₁| that is negative, over all weights and updates: the sign changes, weighted by the size of
    the steps. NaN with fewer than two updates or no movement.
    """
    steps = trace.steps
    if len(steps) < 2:
        return float("nan")
    largest = np.abs(steps).max()
    if not (np.isfinite(largest) and largest > 0):
        return float("nan")
    products = (steps[1:] / largest) * (steps[:-1] / largest)
    total = np.abs(products).sum()
    return float(-products[products < 0].sum() / total) if total > 0 else float("nan")


@dataclass(frozen=True)
class HalfLife:
    """How long until half of a past gradient's effect on the steps is gone: in updates, items and epochs."""

    updates: float
    items: float
    epochs: float


def momentum_half_life(coefficients: Coefficients, batch_size: int, updates_per_epoch: int) -> HalfLife:
    """Return the half-life of momentum for runs with this batch size; 0 where nothing is stored."""
    updates = half_life(coefficients)
    return HalfLife(updates, updates * batch_size, updates / updates_per_epoch)
