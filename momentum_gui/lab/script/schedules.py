"""The schedules of a script, each a short function of the epoch with its numbers written in."""

from __future__ import annotations

from momentum_gui.lab import schedule as schedules
from momentum_gui.lab.script.numbers import number
from momentum_gui.lab.settings import MomentumSchedule, RateSchedule

FORMULAS = {
    "constant": "1.0",
    "step": "max(1e-12, {factor} ** (epoch // {every}))",
    "exponential": "max(1e-12, {factor} ** (epoch / {every}))",
    "cosine": "max(1e-12, {end} + (1 - {end}) * (1 + np.cos(np.pi * min(epoch, {span}) / {span})) / 2)",
    "ramp": "1.0",
}
"""What each kind multiplies by in the epoch counted from the end of the warm-up."""


def factor_source(name: str, schedule: RateSchedule | MomentumSchedule, epochs: int) -> list[str]:
    """Return the function `name(epoch)` of a schedule's factor in a training of that many epochs."""
    formula = FORMULAS[schedule.kind].format(
        factor=number(schedule.factor or schedules.FACTOR),
        every=schedule.every or schedules.EVERY,
        end=number(schedule.end or schedules.END),
        span=schedules.span_of(schedule, epochs),
    )
    lines = [f"def {name}(epoch):"]
    if schedule.warm_up:
        begin = number(schedule.warm_up_from or schedules.WARM_UP_FROM)
        lines += [
            f"    if epoch < {schedule.warm_up}:  # warm-up",
            f"        return {begin} + (1 - {begin}) * epoch / {schedule.warm_up}",
        ]
        if schedule.kind != "constant":
            lines.append(f"    epoch = epoch - {schedule.warm_up}")
    return [*lines, f"    return {formula}"]


def momentum_source(name: str, schedule: MomentumSchedule, epochs: int) -> list[str]:
    """Return the function `name(m, epoch, update)` of the momentum in force."""
    if schedule.kind == "ramp":
        updates = schedule.updates or schedules.RAMP_UPDATES
        return [
            f"def {name}(m, epoch, update):  # Sutskever et al., 2013, equation 5",
            f"    return min(m, 1 - 0.5 / (update // {updates} + 1))",
        ]
    *head, last = factor_source(name, schedule, epochs)
    lines = [line.replace("(epoch):", "(m, epoch, update):").replace("return ", "return m * (") for line in head]
    lines = [line + ")" if "return" in line else line for line in lines]
    return [*lines, last.replace("return ", "return m * ")]
