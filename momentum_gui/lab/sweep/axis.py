"""One axis of a sweep: the values of a learning rate or a momentum, written as `start:end:count[:log]`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from momentum_gui.lab.errors import BadInputError

MOST_VALUES = 1_000_000
FORMS = "write it as start:end:count, start:end:count:log, a list like 0.1,0.2, or a single number"


@dataclass(frozen=True)
class Kind:
    """What an axis varies: its name in [training], and which numbers are allowed."""

    name: str
    allowed: str
    allows: Callable[[float], bool]


LEARNING_RATE = Kind("learning_rate", "a number above 0, up to 1e6", lambda value: 0 < value <= 1e6)
MOMENTUM = Kind("momentum", "a number from 0 up to, not including, 1", lambda value: 0 <= value < 1)


@dataclass(frozen=True)
class Axis:
    """The values of one setting, ascending; `log` says that they are evenly spaced in the logarithm."""

    kind: Kind
    values: tuple[float, ...]
    text: str
    log: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def parse(cls, kind: Kind, text: str, key: str = "") -> Axis:
        """Return an axis from its text; `key` names it in errors (`--momentum`). Raises BadInputError in one line."""
        label = f"{key or kind.name} {text}"
        if ":" in text:
            return cls._from_range(kind, text.strip(), label)
        values = [number(part, label) for part in text.split(",")]
        for value in values:
            if not kind.allows(value):
                raise BadInputError(f"{label}: {value!r} is out of range: allowed is {kind.allowed}")
        if len(set(values)) < len(values):
            raise BadInputError(f"{label}: a value is there twice: give each once")
        values.sort()
        return cls(kind, tuple(values), ",".join(map(short, values)))

    @classmethod
    def span(cls, kind: Kind, start: float, end: float, count: int, *, log: bool = False, key: str = "") -> Axis:
        """`count` values from start to end, both included. Raises BadInputError."""
        return cls._from_range(kind, range_text(start, end, count, log), key or kind.name)

    def inside(self, low: float, high: float, count: int | None = None) -> Axis:
        """Return a finer axis between two numbers of this one, spaced as this one is. Raises BadInputError."""
        low, high = max(low, self.values[0]), min(high, self.values[-1])
        return Axis.span(self.kind, low, high, len(self) if count is None else count, log=self.log)

    @classmethod
    def _from_range(cls, kind: Kind, text: str, label: str) -> Axis:
        parts = [part.strip() for part in text.split(":")]
        if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3] not in ("log", "linear")):
            raise BadInputError(f"{label}: {FORMS}")
        start, end = number(parts[0], label), number(parts[1], label)
        log = parts[3:] == ["log"]
        if log and start <= 0:
            raise BadInputError(f"{label}: a logarithmic range must start above 0")
        for value in (start, end):
            if not kind.allows(value):
                raise BadInputError(f"{label}: {value!r} is out of range: allowed is {kind.allowed}")
        if start >= end:
            raise BadInputError(f"{label}: the start must lie below the end; for one value give the number alone")
        if not parts[2].lstrip("+").isascii() or not parts[2].lstrip("+").isdigit() or len(parts[2]) > 12:
            raise BadInputError(f"{label}: the count must be a whole number from 2 to {MOST_VALUES}")
        count = int(parts[2])
        if not 2 <= count <= MOST_VALUES:
            raise BadInputError(f"{label}: the count must be a whole number from 2 to {MOST_VALUES}")
        values = spaced(start, end, count, log)
        if any(left >= right for left, right in pairwise(values)):
            raise BadInputError(f"{label}: {count} values do not fit between {start!r} and {end!r}")
        return cls(kind, values, range_text(start, end, count, log), log)


def spaced(start: float, end: float, count: int, log: bool) -> tuple[float, ...]:
    """Return the values of a range, to 15 significant digits: 0.15 rather than 0.15000000000000002."""
    exact = np.geomspace(start, end, count) if log else np.linspace(start, end, count)
    return (start, *(float(f"{value:.15g}") for value in exact[1:-1].tolist()), end)


def number(text: str, label: str) -> float:
    """Return a finite number; raises BadInputError."""
    try:
        value = float(text)
    except ValueError:
        shown = f'"{text.strip()}"' if text.strip() else "an empty place"
        raise BadInputError(f"{label}: {shown} is not a number: {FORMS}") from None
    if not math.isfinite(value):
        raise BadInputError(f"{label}: {text.strip()} is not a finite number: {FORMS}")
    return value


def range_text(start: float, end: float, count: int, log: bool) -> str:
    """Return a range as it is written on the command line."""
    return f"{short(start)}:{short(end)}:{count}{':log' if log else ''}"


def short(value: float) -> str:
    """Return the shortest text that reads back as the number, without a needless `.0`."""
    text = repr(float(value))
    return text.removesuffix(".0")
