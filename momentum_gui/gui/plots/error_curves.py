"""Error curves: how the error of every visible run falls, or does not, as it trains."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.population import Measure, Outcome
from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.curves import Curve, Curves, Divergence, Divergences
from momentum_gui.gui.plots.marks import Entry
from momentum_gui.gui.plots.ticks import number_text
from momentum_gui.gui.plots.time_view import TimeView
from momentum_gui.lab.history import nearest
from momentum_gui.lab.record import RunRecord

HELD_OUT = (5.0, 3.0)
RISE = 1e3
"""A run that diverges is followed up to so many times the greatest error of the others, then leaves the picture."""


class ErrorView(TimeView):
    """Errors (solid: training, dashed: held out) and, when asked for, accuracies of the visible runs."""

    title = "Error"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.error_chart = Chart("epoch", "error", stretch=3.0)
        self.accuracy_chart = Chart("epoch", "accuracy, %", stretch=1.3)
        self.accuracy_chart.visible = False
        self.errors, self.accuracies, self.divergences = Curves(), Curves(), Divergences()
        self.error_chart.layers = [self.events, self.errors, self.divergences, self.cursor_line]
        self.accuracy_chart.layers = [self.accuracies, self.cursor_line]
        self.figure.charts = [self.error_chart, self.accuracy_chart]
        self.log_button = self.button("log", "Logarithmic error axis", checkable=True, checked=True)
        self.log_button.toggled.connect(self.set_log)
        self.accuracy_button = self.button("accuracy", "Show the share of right answers too", checkable=True)
        self.accuracy_button.toggled.connect(self.set_accuracy)
        self.controls.addStretch(1)
        self.error_chart.y.log = True

    @Slot(bool)
    def set_log(self, log: bool) -> None:
        """Make the error axis logarithmic, or linear."""
        if log != self.error_chart.y.log:
            self.log_button.setChecked(log)
            axis = self.error_chart.y
            axis.log, axis.automatic, axis.low, axis.high = log, True, 0.0, 1e-9
            self.refresh()

    @Slot(bool)
    def set_accuracy(self, shown: bool) -> None:
        """Show or hide the accuracies."""
        if shown != self.accuracy_chart.visible:
            self.accuracy_button.setChecked(shown)
            self.accuracy_chart.visible = shown
            self.refresh()

    def arrange(self) -> None:
        super().arrange()
        self.error_chart.y.low, self.error_chart.y.high = 0.0, 1e-9
        self.accuracy_chart.y.low, self.accuracy_chart.y.high = 0.0, 100.0

    def redraw(self, *, live: bool) -> None:
        self.redraw_time()
        runs = self.runs()
        self.errors.curves = self._curves(Measure.ERROR, Measure.TEST_ERROR, 1.0)
        self.accuracies.curves = (
            self._curves(Measure.ACCURACY, Measure.TEST_ACCURACY, 100.0) if self.accuracy_chart.visible else []
        )
        self.divergences.marks = [mark for n, run in runs if (mark := self._divergence(n, run)) is not None]
        held_out = any(curve.dash for curve in self.errors.curves)
        self.figure.legend.entries = [Entry(run.name, number) for number, run in runs]
        if held_out:
            self.figure.legend.entries += [
                Entry("training", "muted", width=1.5),
                Entry("held out", "muted", HELD_OUT, width=1.5),
            ]
        self.set_y_range(self.error_chart, *self._error_range())

    def _curves(self, measure: Measure, held_out: Measure, factor: float) -> list[Curve]:
        curves = []
        for number, run in self.runs():
            for column, dash in ((held_out, HELD_OUT), (measure, ())):
                x, y = run.measures.curve(column)
                if len(y) == 0 or (np.isnan(y[0]) and np.isnan(y).all()):
                    continue
                name = f"{run.name}, held out" if dash else run.name
                scaled = y if factor == 1.0 else y * factor
                curves.append(Curve(x * self.factor(run), scaled, number, name, dash, number))
        return curves

    def _error_range(self) -> tuple[float, float]:
        """The least and greatest error to show: a diverging run is followed only so far."""
        lows, calm, wild = [], [], []
        for _, run in self.runs():
            measures = run.measures
            for column in (Measure.ERROR, Measure.TEST_ERROR):
                if len(measures) == 0:
                    continue
                low, high = measures.low[:, column], measures.high[:, column]
                good = np.isfinite(low) & np.isfinite(high)
                if self.error_chart.y.log:
                    good &= low > 0
                if not good.any():
                    continue
                lows.append(float(low[good].min()))
                first = float(measures.last[good, column][0])
                greatest = float(high[good].max())
                if run.latest.outcome == Outcome.DIVERGED or greatest > 1e6 * max(first, 1e-300):
                    calm.append(first)
                    wild.append(greatest)
                else:
                    calm.append(greatest)
        if not lows:
            return math.nan, math.nan
        rise = RISE if self.error_chart.y.log else 3.0
        return min(lows), max(max(calm), min(max(wild, default=0.0), rise * max(calm)))

    def _divergence(self, number: int, run: RunRecord) -> Divergence | None:
        if run.diverged_at is None:
            return None
        values = run.measures.last[:, Measure.ERROR]
        good = np.flatnonzero(np.isfinite(values))
        last = float(values[good[-1]]) if len(good) else math.inf
        y = last if len(good) == len(values) else math.inf
        return Divergence(run.diverged_at * self.factor(run), min(y, 1e300), number, f"{run.name} diverged")

    def summary(self) -> str:
        if self.record is None:
            return ""
        parts = []
        for _, run in self.runs():
            values = run.measures.last[:, Measure.ERROR]
            if self.moment is not None and len(values):
                at = nearest(run.measures.position, self.moment)
                error, epochs = float(values[at]), float(run.measures.position[at])
            else:
                error, epochs = run.latest.error, run.latest.epochs
            first = float(values[0]) if len(values) else math.nan
            outcome = "" if run.latest.outcome == Outcome.RUNNING else f", {run.latest.outcome.name.lower()}"
            parts.append(
                f"{run.name}: error {number_text(first)} at the start, {number_text(error)} "
                f"at epoch {number_text(round(epochs, 2))}{outcome}"
            )
        scale = "logarithmic" if self.error_chart.y.log else "linear"
        return f"Error over {'updates' if self.in_updates else 'epochs'}, {scale}. " + "; ".join(parts) + "."

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        columns = [Measure.ERROR, Measure.ACCURACY, Measure.TEST_ERROR, Measure.TEST_ACCURACY]
        rows = [row for _, run in self.runs() for row in self.column_rows(run, list(columns))]
        return ["run", "epoch", "update", *(column.name.lower() for column in columns)], rows
