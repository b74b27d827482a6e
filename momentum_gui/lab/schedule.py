"""Schedules: what learning rate and momentum are multiplied by, as a function of the epoch.

Each kind is one short function and one row of KINDS. With the velocity rescaled they are PyTorch's StepLR,
ExponentialLR, CosineAnnealingLR and LinearLR in closed form (https://docs.pytorch.org/docs/stable/optim.html); cosine:
I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017. The ramp of the momentum:
I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep learning",
ICML 2013, equation 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from momentum_gui.lab.settings import MomentumSchedule, RateSchedule, RunSettings, Schedule, Training

SMALLEST = 1e-12
"""No factor falls below this, so that a learning rate stays above 0."""
FACTOR, EVERY, END, WARM_UP_FROM, RAMP_UPDATES = 0.5, 10, 0.01, 0.1, 250
"""What holds for a key that is left out."""
WARM_UP_KEYS = ("warm_up", "warm_up_from")


def constant(schedule: Schedule, epoch: int, epochs: int) -> float:
    """Return 1."""
    return 1.0


def step(schedule: Schedule, epoch: int, epochs: int) -> float:
    """Return factor^⌊epoch/every⌋."""
    return (schedule.factor or FACTOR) ** (epoch // (schedule.every or EVERY))


def exponential(schedule: Schedule, epoch: int, epochs: int) -> float:
    """Return factor^(epoch/every)."""
    return (schedule.factor or FACTOR) ** (epoch / (schedule.every or EVERY))


def cosine(schedule: Schedule, epoch: int, epochs: int) -> float:
    """Return end + (1 − end)·(1 + cos(π·epoch/span))/2, and `end` from there on."""
    end, span = schedule.end or END, span_of(schedule, epochs)
    return end + (1 - end) * (1 + math.cos(math.pi * min(epoch, span) / span)) / 2


def span_of(schedule: Schedule, epochs: int) -> int:
    """Return the epochs that a cosine takes: those given, or all that are left after the warm-up."""
    return schedule.epochs or max(1, epochs - (schedule.warm_up or 0))


def never(schedule: Schedule, epochs: int) -> int:
    """Return 0: a constant never changes."""
    return 0


def until_smallest(schedule: Schedule, epochs: int) -> int:
    """Return the epoch at which the powers of the factor have come to SMALLEST; 0 where the factor is 1."""
    factor, every = schedule.factor or FACTOR, schedule.every or EVERY
    return 0 if factor == 1 else every * math.ceil(math.log(SMALLEST) / math.log(factor))


class Kind(NamedTuple):
    """One kind of schedule.

    `factor_at` takes the schedule, the epoch counted from the end of the warm-up, and the epochs of the training;
    `settled_at` says from which of these epochs on the factor no longer changes. `keys` are what the kind uses.
    """

    factor_at: Callable[[Schedule, int, int], float]
    settled_at: Callable[[Schedule, int], int]
    keys: tuple[str, ...]


KINDS = {
    "constant": Kind(constant, never, WARM_UP_KEYS),
    "step": Kind(step, until_smallest, ("factor", "every", *WARM_UP_KEYS)),
    "exponential": Kind(exponential, until_smallest, ("factor", "every", *WARM_UP_KEYS)),
    "cosine": Kind(cosine, span_of, ("end", "epochs", *WARM_UP_KEYS)),
    "ramp": Kind(constant, never, ("updates",)),
}


def factor_at(schedule: RateSchedule | MomentumSchedule, epoch: int, epochs: int) -> float:
    """Return the factor in the epoch after `epoch` epochs, in a training of `epochs`; above 0, up to 1."""
    warm_up, begin = schedule.warm_up or 0, schedule.warm_up_from or WARM_UP_FROM
    if epoch < warm_up:
        return begin + (1 - begin) * epoch / warm_up
    return max(SMALLEST, KINDS[schedule.kind].factor_at(schedule, epoch - warm_up, epochs))


def next_epoch(schedule: RateSchedule | MomentumSchedule, epoch: int, epochs: int) -> int | None:
    """Return the first epoch after this one in which the factor may be another; None if it stays as it is."""
    warm_up = schedule.warm_up or 0
    stride = (schedule.every or EVERY) if schedule.kind == "step" and epoch >= warm_up else 1
    following = warm_up + ((epoch - warm_up) // stride + 1) * stride
    return following if following <= warm_up + KINDS[schedule.kind].settled_at(schedule, epochs) else None


def ramp(update: int, updates: int) -> float:
    """Return 1 − 2^(−1 − log2(⌊update/updates⌋ + 1)), which is 1/2, 3/4, 5/6, 7/8, …"""
    return 1 - 0.5 / (update // updates + 1)


class Factors(NamedTuple):
    """What the schedules make of a rate and a momentum: rate·`rate` and min(momentum, `highest`)·`momentum`."""

    rate: float
    momentum: float
    highest: float


def factors(training: Training, update: int, updates_per_epoch: int) -> Factors:
    """Return the factors for the update after `update` updates."""
    epoch, schedule = update // updates_per_epoch, training.momentum_schedule
    return Factors(
        factor_at(training.rate_schedule, epoch, training.epochs),
        factor_at(schedule, epoch, training.epochs),
        ramp(update, schedule.updates or RAMP_UPDATES) if schedule.kind == "ramp" else 1.0,
    )


def in_force(training: Training, base: RunSettings, update: int, updates_per_epoch: int) -> RunSettings:
    """Return the settings for the update after `update` updates: `base` with rate and momentum as scheduled."""
    now = factors(training, update, updates_per_epoch)
    momentum = min(base.momentum, now.highest) * now.momentum
    return replace(base, learning_rate=base.learning_rate * now.rate, momentum=momentum)


def next_change(training: Training, momentum: float, update: int, updates_per_epoch: int) -> int | None:
    """Return the first update after this one at which a schedule may change the rate, or a momentum up to `momentum`.

    None where everything stays as it is.
    """
    epoch, schedule = update // updates_per_epoch, training.momentum_schedule
    following = [next_epoch(each, epoch, training.epochs) for each in (training.rate_schedule, schedule)]
    found = [number * updates_per_epoch for number in following if number is not None]
    updates = schedule.updates or RAMP_UPDATES
    if schedule.kind == "ramp" and ramp(update, updates) < momentum:
        found.append((update // updates + 1) * updates)
    return min(found, default=None)


def rescales(training: Training, update: int, updates_per_epoch: int) -> bool:
    """Return whether a rescaling schedule changes the learning rate at this update."""
    epoch, within = divmod(update, updates_per_epoch)
    schedule, epochs = training.rate_schedule, training.epochs
    if schedule.velocity == "keep" or within or not epoch:
        return False
    return factor_at(schedule, epoch, epochs) != factor_at(schedule, epoch - 1, epochs)
