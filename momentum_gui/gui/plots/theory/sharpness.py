"""Sharpness over time: λmax of each run against epochs, with the curvature at which its rule's stability ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.curvature import gradient_scale, sharpness
from momentum_gui.engine.analysis.mean_square import mean_square_bound
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.rules import Rule
from momentum_gui.engine.task import Task
from momentum_gui.gui.plots.common.curve import Curve
from momentum_gui.gui.plots.common.plot import Plot, line_pen, run_pen
from momentum_gui.gui.plots.theory.map import MapPlot
from momentum_gui.gui.style import theme
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.record import RunRecord
from momentum_gui.lab.schedule import in_force
from momentum_gui.lab.settings import MomentumSchedule, RateSchedule, RunSettings
from momentum_gui.lab.training.frame import RunFrame

MOST_POINTS = 96
"""At most this many moments of a run are measured, evenly apart in epochs."""
SLICE_SECONDS = 0.3
"""What has been measured is shown this often while more is to come."""
FAR_BOUND = 3.0
"""A bound this many times above all that was measured does not set the range: the curves would lie flat."""
SAMPLES = 256
"""The bound under a schedule is drawn from at most this many epochs."""
DASHED = (6.0, 4.0)

Known = Mapping[float, float]
"""λmax of a run by epoch."""


@dataclass(frozen=True, eq=False)
class Moment:
    """Weights to measure: of which run, and at which epoch."""

    run: int
    epoch: float
    weights: Floats


def moments_to_measure(run: RunRecord) -> dict[float, Floats]:
    """Return the weights kept nearest to evenly spaced epochs, by their own epochs, and those of the present.

    The spacing is a power of two of epochs, so that moments measured before are measured once only while a run goes on.
    """
    position = run.path.position
    latest = run.latest.epochs
    chosen = {float(latest): run.latest.weights}
    if len(position) and latest > 0:
        spacing = 2.0 ** np.ceil(np.log2(latest / MOST_POINTS))
        for at in {nearest(position, float(epoch)) for epoch in np.arange(0.0, latest, spacing)}:
            chosen[float(position[at])] = run.path.vectors[at].copy()
    return chosen


def measure_sharpness(
    engine: Engine, tasks: Mapping[int, Task], moments: list[Moment], cancelled: Callable[[], bool]
) -> list[tuple[int, float, float]] | None:
    """Return (run, epoch, λmax) of as many moments as SLICE_SECONDS allow, at least one; None if cancelled."""
    found, ends = [], time.monotonic() + SLICE_SECONDS
    for moment in moments:
        if cancelled():
            return None
        with np.errstate(all="ignore"):
            value = sharpness(engine, tasks[moment.run], moment.weights)
        found.append((moment.run, moment.epoch, value))
        if time.monotonic() > ends:
            break
    return found


def bound_line(run: RunRecord, rules: Mapping[str, Rule], task: Task, spread: float) -> tuple[Floats, Floats]:
    """Return the curvature at which stability ends against epochs, a step where settings changed or a schedule did
    so: (x, y).

    `rules` are those that the run may follow, by id. With a spread above 1 the bound is that of the mean square, at
    the spread measured now.
    """
    scale = gradient_scale(task)
    epochs, settings = settings_over_time(run.latest)
    values = [
        mean_square_bound(rules[each.rule].coefficients(each.momentum), spread) / (each.learning_rate * scale)
        for each in settings
    ]
    x = np.repeat(np.array([*epochs, max(run.latest.epochs, 1.0)]), 2)[1:-1]
    return x, np.repeat(np.array(values), 2)


def settings_over_time(latest: RunFrame) -> tuple[list[float], list[RunSettings]]:
    """Return where settings changed, in epochs from 0 on, and those in force from there; a schedule is sampled."""
    training, per_epoch = latest.training, latest.updates_per_epoch
    updates = {0, *(change.update for change in latest.changes)}
    if (training.rate_schedule, training.momentum_schedule) != (RateSchedule(), MomentumSchedule()):
        updates |= {round(epoch) * per_epoch for epoch in np.linspace(0, latest.epoch, SAMPLES)}
    places = sorted(updates)
    given = [RunSettings.of(training), *(change.after for change in latest.changes)]
    passed = [sum(change.update <= place for change in latest.changes) for place in places]
    forces = [in_force(training, given[done], at, per_epoch) for at, done in zip(places, passed, strict=True)]
    return [place / per_epoch for place in places], forces


class SharpnessPlot:
    """What is drawn in the plot: for each run a curve of λmax, and its bound as a dashed line."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.known: dict[int, dict[float, float]] = {}
        self._curves: list[tuple[Curve, Curve]] = []

    def arrange(self, runs: int) -> None:
        """Forget what was measured, and make a pair of curves for each run."""
        self.known = {}
        for pair in self._curves:
            for curve in pair:
                self.plot.removeItem(curve)
        self._curves = [(Curve(), Curve()) for _ in range(runs)]
        for pair in self._curves:
            for curve in pair:
                self.plot.addItem(curve)
        self.recolor()

    def recolor(self) -> None:
        """Take on the runs' colours."""
        for number, (curve, bound) in enumerate(self._curves):
            curve.setPen(run_pen(number, dashed=False))
            bound.setPen(line_pen(theme.run_color(number), 1.0, DASHED, 0.8))

    def missing(self, shown: list[tuple[int, RunRecord]]) -> list[Moment]:
        """Return the moments that are not measured yet, and forget those that are wanted no longer."""
        found = []
        for number, run in shown:
            known = self.known.setdefault(number, {})
            wanted = moments_to_measure(run)
            for epoch in known.keys() - wanted.keys():
                del known[epoch]
            found += [Moment(number, epoch, each) for epoch, each in wanted.items() if epoch not in known]
        # Coarse first: the moments of every run in an order that halves the gaps.
        return sorted(found, key=lambda moment: (-lowest_power(moment.epoch), moment.epoch))

    def take(self, found: list[tuple[int, float, float]]) -> None:
        """Keep what was measured."""
        for number, epoch, value in found:
            self.known.setdefault(number, {})[epoch] = value

    def table(self, number: int) -> tuple[Floats, Floats]:
        """Return what is known of a run: epochs and λmax, in order."""
        known = sorted(self.known.get(number, {}).items())
        return np.array([epoch for epoch, _ in known]), np.array([value for _, value in known])

    def draw(
        self,
        shown: list[tuple[int, RunRecord]],
        rules: Mapping[str, Rule],
        tasks: Mapping[int, Task],
        spreads: Mapping[int, float],
    ) -> None:
        """Draw what is known of the runs shown, and their bounds."""
        drawn, end, tops, bounds = dict(shown), 1.0, [], []
        for number, (curve, bound) in enumerate(self._curves):
            if number not in drawn:
                curve.clear()
                bound.clear()
                continue
            x, y = self.table(number)
            curve.set_points(x, y)
            line_x, line_y = bound_line(drawn[number], rules, tasks[number], spreads[number])
            bound.set_points(line_x, np.where(np.isfinite(line_y), line_y, np.nan))
            end = max(end, drawn[number].latest.epochs)
            tops += list(y[np.isfinite(y)])
            bounds += list(line_y[np.isfinite(line_y)])
        self.plot.fit_x(0.0, end)
        if tops:
            highest = max(*tops, 1e-12)
            near = [bound for bound in bounds if bound <= FAR_BOUND * highest]
            self.plot.fit_y(min(0.0, *tops), max(highest, *near, 0.0))


def lowest_power(epoch: float) -> float:
    """Return the greatest power of two, up to 2²⁰, that divides an epoch; 0 for one that is no whole number."""
    if epoch == 0:
        return float(1 << 20)
    whole = int(epoch)
    return float(whole & -whole) if whole == epoch else 0.0


def sharpness_plot() -> Plot:
    """Return the empty plot."""
    plot = MapPlot("epochs", "sharpness λmax")
    plot.setAccessibleName("Sharpness against epochs")
    return plot
