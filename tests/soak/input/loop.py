"""Gives one kind of input to its reader, very often, and counts what comes of it."""

from __future__ import annotations

import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from momentum_gui.lab.errors import BadInputError

MOST_SECONDS = 20.0
"""An input that takes longer counts as one that hangs."""
MOST_LETTERS = 1000
"""A refusal that is longer is not read by anybody."""

Make = Callable[[int], Any]
Read = Callable[[Any, Path], int]
"""Takes one input and a folder; returns how many numbers a second reader agreed on. Raises BadInputError, or what is a
fault."""


@dataclass
class Counts:
    """What came of the inputs of one kind."""

    kind: str
    inputs: int = 0
    accepted: int = 0
    compared: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    megabytes: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kind:12} {self.inputs:7} inputs, {self.accepted:7} accepted, {self.compared:9} numbers compared, "
            f"{len(self.faults)} faults, slowest {self.slowest:.2f} s, +{self.megabytes:.0f} MB, {self.seconds:.0f} s"
        )


def fuzz(kind: str, make: Make, read: Read, seeds: range, folder: Path) -> Counts:
    """Read an input for each seed. A fault is anything but acceptance or a refusal in one short line."""
    counts = Counts(kind)
    memory = peak_megabytes()
    began = time.perf_counter()
    for seed in seeds:
        given = make(seed)
        before = time.perf_counter()
        try:
            with time_limit(MOST_SECONDS):
                counts.compared += read(given, folder)
            counts.accepted += 1
        except BadInputError as error:
            if trouble := refusal_trouble(str(error)):
                counts.faults.append(f"{kind} {seed}: {trouble}: {str(error)[:300]!r}")
        except Exception:
            counts.faults.append(
                f"{kind} {seed}: {repr(given)[-700:]}\n{''.join(traceback.format_exc().splitlines(keepends=True)[-5:])}"
            )
        counts.slowest = max(counts.slowest, time.perf_counter() - before)
        counts.inputs += 1
    counts.seconds = time.perf_counter() - began
    counts.megabytes = peak_megabytes() - memory
    return counts


def refusal_trouble(text: str) -> str:
    """Return what is wrong with a refusal; empty where it is one short line."""
    if "\n" in text or "\r" in text:
        return "several lines"
    if len(text) > MOST_LETTERS:
        return "too long"
    return "" if text.strip() else "empty"


def peak_megabytes() -> float:
    """Return the most memory that this process has ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in what takes longer."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
