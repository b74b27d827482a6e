"""Hints in plain words about how a run is doing, each with the numbers behind it; they come and go calmly.

How often each kind is right is measured: see docs/hints.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.analysis.diagnostics import Diagnostics, Evidence, diagnose
from momentum_gui.lab.recording.record import RunRecord

DIVERGED = "diverged"
DIVERGING = "about to diverge"
OSCILLATING = "oscillating"
STUCK = "stuck in a local minimum"
CONVERGED = "converged"
PLATEAU = "on a plateau"
SLOW = "slow but sure"
KINDS = (DIVERGED, DIVERGING, OSCILLATING, STUCK, CONVERGED, PLATEAU, SLOW)
"""Most urgent first. Of the last four, which all say how far a run has come, at most one holds."""

STEADY_EPOCHS = 3.0
"""A hint comes or goes once its cause has held, or been gone, for this many epochs."""

FAR_BELOW = 0.3
"""Below this share of the bound the curvature of the mean error does not make a run jump."""


@dataclass(frozen=True)
class Hint:
    """One hint: its kind (one of KINDS), what it says and advises, and the numbers behind it."""

    kind: str
    text: str
    measure: str


class HintFinder:
    """Finds the hints of one run as time goes on.

    Two things keep them calm: a hint that is shown stays up under weaker thresholds than those that brought it up, and
    a change must last STEADY_EPOCHS before it shows, unless the run has ended.
    """

    def __init__(self) -> None:
        self._shown: dict[str, Hint] = {}
        self._pending: dict[str, float] = {}
        self._position = 0.0
        self._events = 0

    def look(
        self, record: RunRecord, evidence: Evidence | None = None, least_known: float = float("nan")
    ) -> tuple[Hint, ...]:
        """Return the hints that hold now, most urgent first, two at most.

        `evidence` is what is known of the curvature (it may be some seconds old), `least_known` the least error that
        is known to be possible, from other runs or a surface's minima.
        """
        frame = record.latest
        if frame.epochs < self._position or len(record.events) != self._events:
            self._shown, self._pending = {}, {}
        self._position, self._events = frame.epochs, len(record.events)
        if frame.outcome is Outcome.DIVERGED:
            self._shown = {DIVERGED: diverged(record)}
            return tuple(self._shown.values())
        course = diagnose(record, evidence)
        found = {} if course is None else judge(course, frame.outcome, least_known, frozenset(self._shown), evidence)
        ended = frame.outcome is not Outcome.RUNNING
        for kind in {*found, *self._shown, *self._pending}:
            if (kind in found) == (kind in self._shown):
                self._pending.pop(kind, None)
                continue
            since = self._pending.setdefault(kind, frame.epochs)
            if ended or frame.epochs - since >= STEADY_EPOCHS:
                self._pending.pop(kind)
                if kind not in found:
                    self._shown.pop(kind)
                else:
                    self._shown[kind] = found[kind]
        self._shown |= {kind: found[kind] for kind in self._shown if kind in found}
        return tuple(self._shown[kind] for kind in KINDS if kind in self._shown)[:2]


def judge(
    course: Diagnostics,
    outcome: Outcome,
    least_known: float = float("nan"),
    shown: frozenset[str] = frozenset(),
    evidence: Evidence | None = None,
) -> dict[str, Hint]:
    """Return the hints that the diagnostics call for, by kind; a kind that is shown already needs less."""

    def over(kind: str, value: float, enter: float, leave: float) -> bool:
        return value >= (leave if kind in shown else enter)

    def under(kind: str, value: float, enter: float, leave: float) -> bool:
        return value <= (leave if kind in shown else enter)

    found: dict[str, Hint] = {}
    at_rest = outcome is Outcome.CONVERGED or rests(course, evidence, least_known, under)
    if at_rest:
        excess = (course.error + course.base - least_known) / max(course.first + course.base - least_known, 1e-300)
        if over(STUCK, excess, 0.05, 0.03) and outcome is not Outcome.CONVERGED:
            found[STUCK] = stuck(course, least_known)
        else:
            found[CONVERGED] = converged(course, outcome)
        return found
    if over(OSCILLATING, course.turning, 0.5, 0.35) and costs(course):
        found[OSCILLATING] = turning_back(course)
    elif jumps(course, over, under):
        found[OSCILLATING] = jumping(course)
    beyond = course.gauge is not None and over(DIVERGING, course.gauge.ratio, 1.0, 0.9)
    # A run that already swings, without growing, is held by walls steeper than the curvature here says.
    bounded = OSCILLATING in found and course.growth <= 1 and course.error <= course.first
    if over(DIVERGING, course.growth, 1.25, 1.1) or (beyond and not bounded):
        found[DIVERGING] = diverging(course)
    if not found:
        if is_slow(course, over, under):
            found[SLOW] = slow(course)
        elif is_flat(course, evidence, under):
            found[PLATEAU] = plateau(course, evidence)
    return found


def costs(course: Diagnostics) -> bool:
    """Return whether turning back at every step costs anything: the best settings of a rule do so too, and arrive
    fast."""
    if course.gauge is None:
        return course.fall_per_epoch < 0.35
    return course.swing >= 0.85 or course.slower_is_better or course.fall_per_epoch < 0.05


Test = Callable[[str, float, float, float], bool]


def jumps(course: Diagnostics, over: Test, under: Test) -> bool:
    """Return whether the error goes up and down from epoch to epoch and, with small batches, gets no lower.

    Online the error of a run that goes well jumps too: single items pull at it while it falls.
    """
    if not over(OSCILLATING, course.ups, 0.3, 0.2):
        return False
    if course.full_batch:
        return over(OSCILLATING, course.jumps, 0.05, 0.03) and costs(course)
    lasting = under(OSCILLATING, course.long_fall, 0.6, 0.9) or under(OSCILLATING, course.fall, 0.0, 0.2)
    return over(OSCILLATING, course.jumps, 0.22, 0.12) and lasting


def rests(course: Diagnostics, evidence: Evidence | None, least_known: float, under: Test) -> bool:
    """Return whether the run has come to rest: no error left, or no slope and no change, and no way down left.

    In full batch the gradient vanishes there. With smaller batches it never does, and a plateau looks the same from
    the history alone: then only the gradient over all items and the curvatures can tell.
    """
    if evidence is not None and bends_down(evidence):
        return False
    below = max(0.0, course.base - least_known)  # NaN, where nothing is known, gives 0
    if under(CONVERGED, course.error + below, 1e-9 * (course.first + below), 1e-8 * (course.first + below)):
        return True
    if course.full_batch:
        # Near a saddle the slope is small too, so that more is asked for where the curvatures are not known.
        enough = 1e-3 if evidence is not None else 1e-5
        level = under(CONVERGED, course.slope, enough, 3 * enough) or under(CONVERGED, course.potential, 1e-6, 1e-5)
        return level and under(CONVERGED, abs(course.fall), 0.005, 0.02)
    still = under(CONVERGED, abs(course.fall), 0.005, 0.03) and under(CONVERGED, course.jumps, 0.02, 0.05)
    return still and course.potential == course.potential and under(CONVERGED, course.potential, 1e-3, 5e-3)


def bends_down(evidence: Evidence) -> bool:
    """Return whether there is a direction in which the error bends downwards: a saddle, and so a way down."""
    return not evidence.smallest > -1e-4 * abs(evidence.largest)


def is_flat(course: Diagnostics, evidence: Evidence | None, under: Test) -> bool:
    """Return whether the error hardly changes, with much of it left."""
    if under(PLATEAU, abs(course.fall), 0.02, 0.05) and course.error >= 0.1 * course.first:
        return True
    # At a surface's saddle the error itself may be near 0.
    at_saddle = course.full_batch and evidence is not None and evidence.smallest < -0.1 * abs(evidence.largest)
    return at_saddle and under(PLATEAU, course.jumps * course.error, 1e-4 * course.first, 1e-3 * course.first)


def is_slow(course: Diagnostics, over: Test, under: Test) -> bool:
    """Return whether the error falls steadily, and so little that a larger rate would pay."""
    sure = under(SLOW, course.ups, 0.05, 0.15) and under(SLOW, course.fall_per_epoch, 0.02, 0.03)
    if not sure or course.fall <= 1e-6 or course.error < 0.1 * course.first:
        return False
    if course.gauge is not None:
        # A far larger rate would be stable, and one step of it would show. Single items bend more than their mean,
        # hence the lower share.
        small = 0.01 if course.full_batch else 0.004
        shows = over(SLOW, course.fall_per_epoch, 3e-4, 2e-4) and over(SLOW, course.potential, 1e-3, 5e-4)
        pays = over(SLOW, course.potential, 0.02, 0.01) or shows
        return under(SLOW, course.strength, small, 2 * small) and pays
    if course.full_batch:  # the path is straight, and hardly less steep than at its start
        return over(SLOW, course.straight, 0.95, 0.9) and over(SLOW, course.slope, 0.5, 0.3)
    return over(SLOW, course.error, 0.5 * course.first, 0.4 * course.first)


def percent(share: float) -> str:
    """Return a share as a percentage with two significant digits."""
    return f"{100 * share:.2g} %" if share < 0.095 else f"{100 * share:.0f} %"


def bound_text(course: Diagnostics) -> str:
    """Return the gauge in short, where it is known."""
    known = course.gauge
    return "" if known is None else f"; lr·λmax = {known.curvature_rate:.3g} of {known.bound:.3g}"


def diverged(record: RunRecord) -> Hint:
    """Say that the run is over."""
    frame = record.latest
    text = "Diverged: the steps overshot and grew without limit. Lower the learning rate."
    return Hint(DIVERGED, text, f"after {frame.epochs:g} epochs, at rate {frame.learning_rate:g}")


def diverging(course: Diagnostics) -> Hint:
    """Say that error and steps grow, or that the rate is over the bound at the run's present weights."""
    if course.growth >= 1.1:
        text = "About to diverge: the error and the steps keep growing. Lower the learning rate."
        return Hint(DIVERGING, text, f"the error is {course.growth:.3g} times its earlier maximum{bound_text(course)}")
    text = "About to diverge: the learning rate is above the stability bound at these weights. Lower it."
    return Hint(DIVERGING, text, bound_text(course)[2:])


def turning_back(course: Diagnostics) -> Hint:
    """Say that in full batch the steps zig-zag."""
    text = "Oscillating: each step mostly undoes the previous one. Lower the learning rate."
    return Hint(OSCILLATING, text, f"{percent(course.turning)} of the movement is undone at once{bound_text(course)}")


def jumping(course: Diagnostics) -> Hint:
    """Say that the error goes up and down from epoch to epoch."""
    text = "Oscillating: the error jumps up and down without getting lower. Lower the learning rate."
    if course.full_batch:
        text = "Oscillating: momentum carries the run past the minimum and back. Lower the momentum."
    elif course.gauge is not None and course.gauge.ratio < FAR_BELOW:
        text = (
            "Oscillating: the latest items pull the error up and down, and it gets no lower. "
            "Lower the learning rate, or use larger batches."
        )
    measure = (
        f"the error changes by {percent(course.jumps)} per row, {percent(course.ups)} of that upwards"
        f"{bound_text(course)}"
    )
    return Hint(OSCILLATING, text, measure)


def stuck(course: Diagnostics, least_known: float) -> Hint:
    """Say that the run is at rest while a lower error is known."""
    text = "Stuck in a local minimum: the gradient is zero here, but a lower error exists. Try another start."
    error = f"error {course.error + course.base:.4g}, while {least_known:.4g} is known{slope_text(course)}"
    return Hint(STUCK, text, error)


def converged(course: Diagnostics, outcome: Outcome) -> Hint:
    """Say that the run is at rest; the word "converged" is the table's, for a target that was reached."""
    if outcome is Outcome.CONVERGED:
        return Hint(CONVERGED, "Converged: the target error is reached.", f"error {course.error + course.base:.4g}")
    text = "At a minimum: the error no longer changes, and gradient and momentum have faded."
    if course.error <= 1e-8 * course.first and course.base == 0:
        text = "At a minimum: no error is left."
    elif course.slope > 3e-3:
        text = "At a minimum: the error no longer changes from epoch to epoch."
    return Hint(CONVERGED, text, f"error {course.error + course.base:.4g}{slope_text(course)}")


def slope_text(course: Diagnostics) -> str:
    """Return the gradient that is left, where that says something."""
    return f"; the gradient is {percent(course.slope)} of its maximum" if course.slope <= 3e-3 else ""


def plateau(course: Diagnostics, evidence: Evidence | None) -> Hint:
    """Say that the error is flat, and the run not at rest."""
    text = "On a plateau: the error hardly changes, but can still fall. Wait, or raise the learning rate or momentum."
    measure = f"the error changes by {course.jumps * course.error:.2g} an epoch{bound_text(course)}"
    if evidence is not None and bends_down(evidence):
        measure += f"; λmin = {evidence.smallest:.2g}: there is a way down"
    return Hint(PLATEAU, text, measure)


def slow(course: Diagnostics) -> Hint:
    """Say that the error falls surely, and slowly."""
    text = "Slow but sure: the error falls steadily, but little at a time. Raise the learning rate."
    return Hint(SLOW, text, f"the error falls by {percent(course.fall_per_epoch)} an epoch{bound_text(course)}")
