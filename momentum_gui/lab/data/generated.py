"""The built-in data: classic problems for back-propagation, computed by formula, and the Iris table.

What is drawn at random has a fixed seed of its own, so that a data set is the same for every seed of a training.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.errors import BadInputError

SEED = 1986
SPREAD_ITEMS = 200


@dataclass(frozen=True)
class Raw:
    """Data before scaling and splitting: inputs (items, inputs), targets (items, outputs) and the columns' names.

    `classes` says that the rows of targets are one-hot, and then names the classes in `output_names`; `regression`
    that two distinct target values are numbers all the same, and `may_be_classes` that the numbers of the target may be
    meant as classes. An input is NaN where its value is missing. `notes` say what was skipped or left out, and why.
    `lines` are the lines of the file where the items are, and `checksum` is the file's SHA-256.
    """

    inputs: Floats
    targets: Floats
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    classes: bool = False
    regression: bool = False
    may_be_classes: bool = False
    notes: tuple[str, ...] = ()
    lines: NDArray[np.int64] | None = None
    checksum: str = ""

    def with_notes(self, notes: Iterable[str]) -> Raw:
        """Return the same data with these notes."""
        return replace(self, notes=tuple(notes))


@dataclass(frozen=True)
class BuiltIn:
    """A built-in data set: the name to write in an experiment, and what it is.

    `sizes` are the numbers that may follow the name, shown as in `parity-N`. `noise` is the default spread of a data
    set that takes `problem.items` and `problem.noise`, and None where neither applies.
    """

    name: str
    title: str
    description: str
    source: str
    make: Callable[..., Raw]
    sizes: str = ""
    noise: float | None = None

    @property
    def form(self) -> str:
        """How it is written: `xor`, `parity-N`."""
        return self.name + self.sizes


def bits(count: int) -> Floats:
    """Return all patterns of 0 and 1, (2^count, count), counting upwards."""
    places = np.arange(count)[::-1]
    return (np.arange(2**count)[:, None] >> places & 1).astype(np.float64)


def numbered(count: int, letter: str = "x") -> tuple[str, ...]:
    """x1, x2, …"""
    return tuple(f"{letter}{number}" for number in range(1, count + 1))


def parity(count: int) -> Raw:
    """1 where an odd number of the inputs are 1."""
    inputs = bits(count)
    return Raw(inputs, inputs.sum(axis=1, keepdims=True) % 2, numbered(count), ("odd",))


def encoder(count: int) -> Raw:
    """One-hot patterns that are to be given back."""
    return Raw(np.eye(count), np.eye(count), numbered(count), numbered(count, "y"), classes=True)


def two_classes(first: Floats, second: Floats, noise: float) -> Raw:
    """Points of the plane (x, y): the first class is 0, the second 1, all moved by normal noise."""
    inputs = np.concatenate((first, second))
    inputs = inputs + np.random.default_rng(SEED).normal(0.0, 1.0, inputs.shape) * noise
    targets = np.repeat((0.0, 1.0), (len(first), len(second)))[:, None]
    return Raw(inputs, targets, ("x", "y"), ("class",))


def on_circle(angle: Floats) -> Floats:
    """Return the points (cos, sin) of the unit circle, (points, 2)."""
    return np.stack((np.cos(angle), np.sin(angle)), axis=1)


def moons(items: int, noise: float) -> Raw:
    """Return two half circles that reach into each other."""
    upper = on_circle(np.linspace(0, np.pi, items - items // 2))
    lower = on_circle(np.linspace(0, np.pi, items // 2))
    return two_classes(upper, np.array([1.0, 0.5]) - lower, noise)


def circles(items: int, noise: float) -> Raw:
    """Return a circle of radius ½ inside one of radius 1."""
    outer = on_circle(np.linspace(0, 2 * np.pi, items - items // 2, endpoint=False))
    inner = on_circle(np.linspace(0, 2 * np.pi, items // 2, endpoint=False))
    return two_classes(outer, 0.5 * inner, noise)


def spirals(items: int, noise: float) -> Raw:
    """Return two spirals of three turns: angle i·π/16 at radius (104 − i)/104, i from 0 to 96 along the arm."""

    def arm(points: int) -> Floats:
        i = np.linspace(0, 96, points)[:, None]
        return np.asarray((104 - i) / 104 * on_circle(i[:, 0] * np.pi / 16))

    return two_classes(arm(items - items // 2), -arm(items // 2), noise)


def sine(items: int, noise: float) -> Raw:
    """Return one period of y = sin x."""
    x = np.linspace(-np.pi, np.pi, items)[:, None]
    y = np.sin(x) + np.random.default_rng(SEED).normal(0.0, 1.0, x.shape) * noise
    return Raw(x, y, ("x",), ("y",))


def sized(name: str, text: str, low: int, high: int) -> int:
    """Return the N of parity-N or encoder-N; raises BadInputError outside low … high."""
    if not low <= int(text) <= high:
        raise BadInputError(f'problem.dataset = "{name}": the number must be from {low} to {high}')
    return int(text)


def make_parity(name: str) -> Raw:
    """parity or parity-N."""
    return parity(sized(name, name.partition("-")[2] or "4", 2, 10))


def make_encoder(name: str) -> Raw:
    """encoder, encoder-N or encoder-N-M-N."""
    return encoder(sized(name, name.split("-")[1] if "-" in name else "8", 2, 64))


def hidden_of(name: str) -> int | None:
    """Return the M of encoder-N-M-N, which the network's hidden layer must have; None for every other name.

    Raises BadInputError where the two N differ.
    """
    if not (match := re.fullmatch(r"encoder-(\d+)-(\d+)-(\d+)", name)):
        return None
    if match[1] != match[3]:
        raise BadInputError(f'problem.dataset = "{name}": an encoder has as many outputs as inputs')
    return int(match[2])


GENERATED: tuple[BuiltIn, ...] = (
    BuiltIn("xor", "Exclusive or", "1 where the two inputs differ.",
            "Rumelhart, Hinton, Williams, Learning internal representations by error propagation, 1986",
            lambda name: parity(2)),
    BuiltIn("parity", "Parity", "1 where an odd number of N inputs (4, or 2 to 10) are 1.",
            "Minsky, Papert, Perceptrons, 1969", make_parity, "-N"),
    BuiltIn("encoder", "Encoder", "N patterns (8, or 2 to 64) through a narrow hidden layer and back.",
            "Ackley, Hinton, Sejnowski, A learning algorithm for Boltzmann machines, 1985", make_encoder, "-N-M-N"),
    BuiltIn("moons", "Two moons", "Two half circles that reach into each other.",
            "the layout of scikit-learn's make_moons", moons, noise=0.1),
    BuiltIn("circles", "Two circles", "A circle inside a larger one.",
            "the layout of scikit-learn's make_circles", circles, noise=0.05),
    BuiltIn("spirals", "Two spirals", "Two arms of three turns, wound into each other.",
            "Lang, Witbrock, Learning to tell two spirals apart, 1988; radius scaled to 1", spirals, noise=0.0),
    BuiltIn("sine", "Sine", "One period of sin x, from x alone: a regression.", "y = sin x", sine, noise=0.05),
)  # fmt: skip
