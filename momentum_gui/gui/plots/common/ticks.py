"""Where an axis has its ticks and what is written at them, for linear and for logarithmic axes."""

from __future__ import annotations

import math
from dataclasses import dataclass

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Ticks:
    """Labelled ticks (position, text) and small ones between them, in the axis's own coordinate (log10 if log)."""

    major: tuple[tuple[float, str], ...]
    minor: tuple[float, ...]


def ticks(low: float, high: float, most: int, *, log: bool) -> Ticks:
    """Ticks for an axis from low to high (log10 of the values if log), with at most about `most` labels."""
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return Ticks((), ())
    return log_ticks(low, high, max(2, most)) if log else linear_ticks(low, high, max(2, most))


def nice_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 5 × a power of ten that divides the span into at most `most` parts."""
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= raw * (1 - 1e-9))


def multiples(step: float, low: float, high: float) -> list[float]:
    """Return the multiples of a step from low to high."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, min(last, first + 1000) + 1)]


def linear_ticks(low: float, high: float, most: int) -> Ticks:
    """Ticks at nice steps; the small ones divide a step by five, or by four where it begins with a 2."""
    step = nice_step(high - low, most)
    values = multiples(step, low, high)
    parts = 4 if f"{step:e}"[0] == "2" else 5
    labelled = {round(value / step) * parts for value in values}
    minor = [
        number * step / parts
        for number in range(math.ceil(low / step * parts), math.floor(high / step * parts) + 1)
        if number not in labelled
    ]
    texts = step_texts(values, step)
    return Ticks(tuple(zip(values, texts, strict=True)), tuple(minor))


def log_ticks(low: float, high: float, most: int) -> Ticks:
    """Ticks at decades, at 1 2 5, or, where the axis spans little, at nice steps of the value."""
    decades = high - low
    if decades < 0.7 and abs(high) < 300:
        inner = linear_ticks(10.0**low, 10.0**high, max(2, min(most, 6)))
        return Ticks(
            tuple((math.log10(value), text) for value, text in inner.major if value > 0),
            tuple(math.log10(value) for value in inner.minor if value > 0),
        )
    if decades < 2.2 and most >= 3 * decades:
        major = [
            power + math.log10(mantissa)
            for power in range(math.floor(low), math.ceil(high) + 1)
            for mantissa in (1, 2, 5)
            if low <= power + math.log10(mantissa) <= high
        ]
        texts = [number_text(10.0**value) for value in major]
        return Ticks(tuple(zip(major, texts, strict=True)), tuple(mantissas(low, high, (3, 4, 6, 7, 8, 9))))
    step = max(1, math.ceil(decades / most))
    step = next(nice for nice in (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500) if nice >= step)
    powers = [int(value) for value in multiples(float(step), low, high)]
    major_labels = tuple((float(power), power_text(power)) for power in powers)
    if step == 1:
        return Ticks(major_labels, tuple(mantissas(low, high, range(2, 10))) if decades <= 8 else ())
    between = range(math.ceil(low), math.floor(high) + 1)
    return Ticks(major_labels, tuple(float(power) for power in between if power % step))


def mantissas(low: float, high: float, digits: tuple[int, ...] | range) -> list[float]:
    """log10 of digit × each power of ten between low and high."""
    return [
        position
        for power in range(math.floor(low), math.ceil(high) + 1)
        for digit in digits
        if low <= (position := power + math.log10(digit)) <= high
    ]


def step_texts(values: list[float], step: float) -> list[str]:
    """Return the labels of a linear axis, all with as many decimals as the step needs."""
    largest = max((abs(value) for value in values), default=0.0)
    if largest >= 1e5 or (largest > 0 and step < 1e-4):
        digits = max(4, math.ceil(math.log10(largest / step)) + 1)
        return [number_text(value if abs(value) > step / 2 else 0.0, digits) for value in values]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{value + 0.0:.{decimals}f}".replace("-", "−") if abs(value) > step / 2 else "0" for value in values]


def power_text(power: int) -> str:
    """Return a power of ten: plain from 0.001 to 1000, else 10⁻⁵."""
    if -3 <= power <= 3:
        return f"{10.0**power:g}"
    return "10" + str(power).translate(SUPERSCRIPTS)


def number_text(value: float, digits: int = 4) -> str:
    """Return a number as read on a plot: 0.0375, 1200, 2×10⁻⁵, with at most that many digits."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        return f"{float(f'{value:.{digits}g}'):.{max(digits, 6)}g}".replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    power = "10" + str(int(exponent)).translate(SUPERSCRIPTS)
    if mantissa in ("1", "-1"):
        return power if mantissa == "1" else "−" + power
    return f"{mantissa}×{power}".replace("-", "−")
