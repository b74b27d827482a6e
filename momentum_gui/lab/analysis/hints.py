"""Hints in plain words about how a run goes, each with the measure behind it; they come and go calmly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.analysis.diagnostics import Evidence, Signs, read_signs
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
"""A hint comes or goes when its cause has held, or been gone, over so many epochs."""

FAR_BELOW = 0.3
"""Below this share of the bound it is not the curvature of the mean error that makes a run jump."""


@dataclass(frozen=True)
class Hint:
    """One hint: its kind (one of KINDS), what it says and advises, and the numbers behind it."""

    kind: str
    text: str
    measure: str


class HintFinder:
    """The hints of one run, as time goes on.

    Two things keep them calm. A hint that is shown holds on to weaker signs than those that brought it up, and a change
    must last STEADY_EPOCHS before it shows, unless the run has ended.
    """

    def __init__(self) -> None:
        self._shown: dict[str, Hint] = {}
        self._pending: dict[str, float] = {}
        self._position = 0.0
        self._events = 0

    def look(
        self, record: RunRecord, evidence: Evidence | None = None, least_known: float = float("nan")
    ) -> tuple[Hint, ...]:
        """The hints that hold now, most urgent first, two at most.

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
        signs = read_signs(record, evidence)
        found = {} if signs is None else judge(signs, frame.outcome, least_known, frozenset(self._shown), evidence)
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
    signs: Signs,
    outcome: Outcome,
    least_known: float = float("nan"),
    shown: frozenset[str] = frozenset(),
    evidence: Evidence | None = None,
) -> dict[str, Hint]:
    """The hints that the signs speak for, by kind; for a kind that is shown weaker signs suffice."""

    def over(kind: str, value: float, enter: float, leave: float) -> bool:
        return value >= (leave if kind in shown else enter)

    def under(kind: str, value: float, enter: float, leave: float) -> bool:
        return value <= (leave if kind in shown else enter)

    found: dict[str, Hint] = {}
    at_rest = outcome is Outcome.CONVERGED or rests(signs, evidence, least_known, under)
    if at_rest:
        excess = (signs.error + signs.base - least_known) / max(signs.first + signs.base - least_known, 1e-300)
        if over(STUCK, excess, 0.05, 0.03) and outcome is not Outcome.CONVERGED:
            found[STUCK] = stuck(signs, least_known)
        else:
            found[CONVERGED] = converged(signs, outcome)
        return found
    beyond = signs.gauge is not None and over(DIVERGING, signs.gauge.ratio, 1.0, 0.9)
    if beyond or over(DIVERGING, signs.growth, 1.25, 1.1):
        found[DIVERGING] = diverging(signs)
    if over(OSCILLATING, signs.turning, 0.5, 0.35):
        found[OSCILLATING] = turning_back(signs)
    elif over(OSCILLATING, signs.ups, 0.3, 0.2) and over(OSCILLATING, signs.jumps, 0.05, 0.03):
        found[OSCILLATING] = jumping(signs)
    if not found:
        flat = under(PLATEAU, abs(signs.fall), 0.02, 0.05)
        if evidence is not None and bends_down(evidence):  # the error may itself be near 0 at a surface's saddle
            flat = flat or under(PLATEAU, signs.jumps * signs.error, 1e-4 * signs.first, 1e-3 * signs.first)
        if is_slow(signs, over, under):
            found[SLOW] = slow(signs)
        elif flat:
            found[PLATEAU] = plateau(signs, evidence)
    return found


Test = Callable[[str, float, float, float], bool]


def rests(signs: Signs, evidence: Evidence | None, least_known: float, under: Test) -> bool:
    """Whether the run has come to rest: no error left, or no slope and no change, and no way down left.

    In full batch the gradient vanishes there. With smaller batches it never does, and a plateau looks the same from
    the history alone: then only the gradient over all items and the curvatures can tell.
    """
    if evidence is not None and bends_down(evidence):
        return False
    below = max(0.0, signs.base - least_known)  # NaN, where nothing is known, gives 0
    if under(CONVERGED, signs.error + below, 1e-9 * (signs.first + below), 1e-8 * (signs.first + below)):
        return True
    if signs.full_batch:
        # Near a saddle the slope is small too, so that more is asked for where the curvatures are not known.
        enough = 1e-3 if evidence is not None else 1e-5
        return under(CONVERGED, signs.slope, enough, 3 * enough) and under(CONVERGED, abs(signs.fall), 0.005, 0.02)
    still = under(CONVERGED, abs(signs.fall), 0.005, 0.03) and under(CONVERGED, signs.jumps, 0.02, 0.05)
    return still and signs.potential == signs.potential and under(CONVERGED, signs.potential, 1e-3, 5e-3)


def bends_down(evidence: Evidence) -> bool:
    """Whether there is a direction in which the error bends downwards: a saddle, and so a way down."""
    return not evidence.smallest > -1e-4 * abs(evidence.largest)


def is_slow(signs: Signs, over: Test, under: Test) -> bool:
    """Whether the error falls steadily, and so little that a larger rate would pay."""
    sure = under(SLOW, signs.ups, 0.05, 0.15) and under(SLOW, signs.fall_per_epoch, 0.02, 0.03)
    if not sure or signs.fall <= 1e-6:
        return False
    if signs.gauge is not None:
        # A far larger rate would be stable, and show. Single items bend more than their mean, hence the lower share.
        small = 0.05 if signs.full_batch else 0.01
        return under(SLOW, signs.gauge.ratio, small, 2 * small) and over(SLOW, signs.fall_per_epoch, 5e-4, 2e-4)
    if signs.full_batch:  # the path is straight, and hardly less steep than at its start
        return over(SLOW, signs.straight, 0.95, 0.9) and over(SLOW, signs.slope, 0.5, 0.3)
    return over(SLOW, signs.error, 0.5 * signs.first, 0.4 * signs.first)


def percent(share: float) -> str:
    """A share as a percentage with two digits that mean something."""
    return f"{100 * share:.2g} %" if share < 0.095 else f"{100 * share:.0f} %"


def bound_text(signs: Signs) -> str:
    """The gauge in short, where it is known."""
    known = signs.gauge
    return "" if known is None else f"; lr·λmax = {known.curvature_rate:.3g} of {known.bound:.3g}"


def diverged(record: RunRecord) -> Hint:
    """The run is over."""
    frame = record.latest
    text = "Diverged: the steps overshot and grew until the weights left all bounds. Lower the learning rate."
    return Hint(DIVERGED, text, f"after {frame.epochs:g} epochs, at rate {frame.learning_rate:g}")


def diverging(signs: Signs) -> Hint:
    """Error and steps grow, or the rate is over the bound where the run is now."""
    if signs.growth >= 1.1:
        text = "Error and steps grow: about to diverge. Lower the learning rate."
        return Hint(DIVERGING, text, f"the error is {signs.growth:.3g} times the greatest before{bound_text(signs)}")
    text = (
        "The learning rate is at the limit of what the steepest direction here allows: about to diverge, "
        "unless the error bends less further on. Lower it to be safe."
    )
    return Hint(DIVERGING, text, bound_text(signs)[2:])


def turning_back(signs: Signs) -> Hint:
    """Full batch: the steps zig-zag."""
    text = (
        "Oscillating: most of each step undoes the one before, across the steepest direction. "
        "A smaller learning rate would go straighter."
    )
    return Hint(OSCILLATING, text, f"{percent(signs.turning)} of the movement turns back at once{bound_text(signs)}")


def jumping(signs: Signs) -> Hint:
    """The error goes up and down from epoch to epoch."""
    text = "Oscillating: the error jumps up and down. A smaller learning rate would calm it."
    if signs.full_batch:
        text = "Oscillating: momentum carries the run past the minimum and back. Less momentum would calm it."
    elif signs.gauge is not None and signs.gauge.ratio < FAR_BELOW:
        text = (
            "Oscillating: single items pull the error up and down, though the rate is far below the bound. "
            "A smaller learning rate or larger batches would calm it."
        )
    measure = f"it changes by {percent(signs.jumps)} per row, {percent(signs.ups)} of that upwards{bound_text(signs)}"
    return Hint(OSCILLATING, text, measure)


def stuck(signs: Signs, least_known: float) -> Hint:
    """At rest, while a lower error is known."""
    text = (
        "Stuck in a local minimum: no slope is left here, though a lower error exists. "
        "Another start may find it; momentum helps only if the run still has speed when it comes past."
    )
    return Hint(
        STUCK, text, f"error {signs.error + signs.base:.4g}, while {least_known:.4g} is known{slope_text(signs)}"
    )


def converged(signs: Signs, outcome: Outcome) -> Hint:
    """At rest."""
    if outcome is Outcome.CONVERGED:
        return Hint(CONVERGED, "Converged: the target error is reached.", f"error {signs.error + signs.base:.4g}")
    text = "Converged: the error no longer changes; gradient and momentum have died away together."
    if signs.error <= 1e-8 * signs.first and signs.base == 0:
        text = "Converged: no error is left."
    elif signs.slope > 3e-3:
        text = "Converged: the error no longer changes from epoch to epoch."
    return Hint(CONVERGED, text, f"error {signs.error + signs.base:.4g}{slope_text(signs)}")


def slope_text(signs: Signs) -> str:
    """The slope left, where it says something."""
    return f"; the gradient is {percent(signs.slope)} of its greatest" if signs.slope <= 3e-3 else ""


def plateau(signs: Signs, evidence: Evidence | None) -> Hint:
    """Flat, and not at rest."""
    text = "On a plateau: the error hardly changes, but this is not the end. Wait, or raise learning rate or momentum."
    measure = f"the error changes by {signs.jumps * signs.error:.2g} an epoch{bound_text(signs)}"
    if evidence is not None and bends_down(evidence):
        measure += f"; λmin = {evidence.smallest:.2g}, a way down"
    return Hint(PLATEAU, text, measure)


def slow(signs: Signs) -> Hint:
    """Sure, and slow."""
    text = "Slow but sure: the error falls all the time, but little. A larger learning rate would be faster."
    return Hint(SLOW, text, f"the error falls by {percent(signs.fall_per_epoch)} an epoch{bound_text(signs)}")
