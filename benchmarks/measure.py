"""Measuring two things alternately in one process, so that what else the machine does meets both alike."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Work = Callable[[], object]

SECONDS = 3.0  # for each row
FEWEST, MOST = 7, 201  # pairs


@dataclass(frozen=True)
class Pair:
    """Ours beside a peer's: times in microseconds a unit of work, and the ratio of neighbouring measurements."""

    ours: float
    theirs: float
    ratio: float
    low: float
    high: float
    pairs: int


def alternate(ours: Work, theirs: Work, units_ours: float, units_theirs: float | None = None) -> Pair:
    """Do both in turn until the time is up; the ratio is theirs/ours, its median and quartiles over the pairs.

    units: how many units of work (updates, say) one call of each does. The times given are the medians.
    """
    units_theirs = units_theirs or units_ours
    timed(ours), timed(theirs)
    mine: list[float] = []
    other: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(mine) < FEWEST or (time.perf_counter() < end and len(mine) < MOST):
        order = (ours, theirs) if len(mine) % 2 else (theirs, ours)
        first, second = timed(order[0]), timed(order[1])
        a, b = (first, second) if order[0] is ours else (second, first)
        mine.append(a / units_ours * 1e6)
        other.append(b / units_theirs * 1e6)
    ratios = [b / a for a, b in zip(mine, other, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return Pair(statistics.median(mine), statistics.median(other), middle, low, high, len(mine))


def timed(work: Work) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def shortest(work: Work, units: float, seconds: float = 1.0) -> float:
    """Microseconds a unit of work in the best of several runs."""
    timed(work)
    times = [timed(work)]
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        times.append(timed(work))
    return min(times) / units * 1e6


def calls_for(work: Work, seconds: float = 0.02) -> int:
    """How often to repeat the work so that it takes about this long."""
    timed(work)
    return max(1, round(seconds / max(timed(work), 1e-7)))


def installed(name: str) -> str | None:
    """The version of a package, or None where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine() -> str:
    """The processor, its number of processors, and the system."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = f"{names[0]}, {len(names)} processors" if names else cpu
    return f"{cpu}; {platform.system()}; Python {platform.python_version()}"
