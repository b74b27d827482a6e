"""Step sizes: how large the gradient part, the momentum part and the whole step of one run are, and how they align."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.population import Measure
from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.curves import Curve, Curves, Level
from momentum_gui.gui.plots.marks import Entry
from momentum_gui.gui.plots.ticks import number_text
from momentum_gui.gui.plots.time_view import TimeView, finite_range
from momentum_gui.lab.record import RunRecord

PARTS: tuple[tuple[str, str, int, tuple[float, ...]], ...] = (
    ("step", "step", int(Measure.STEP_NORM), ()),
    ("gradient part", "gradient_part", RunRecord.GRADIENT_PART, (6.0, 4.0)),
    ("momentum part", "momentum_part", int(Measure.MOMENTUM_NORM), (2.0, 3.0)),
)
"""Name, ink, column of the record, dash: as the arrows on the error surface have them."""


class StepsView(TimeView):
    """The norms of the selected run's last update in each epoch, and below, the cosine between its last two steps."""

    title = "Step sizes"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.norm_chart = Chart("epoch", "size of the step", stretch=3.0)
        self.norm_chart.y.log = True
        self.cosine_chart = Chart("epoch", "cosine", stretch=1.0)
        self.cosine_chart.y.set_range(-1.05, 1.05)
        self.cosine_chart.y.fixed = True
        self.norms, self.cosines = Curves(), Curves()
        self.norm_chart.layers = [self.events, self.norms, self.cursor_line]
        self.cosine_chart.layers = [Level(0.0), self.cosines, self.cursor_line]
        self.figure.charts = [self.norm_chart, self.cosine_chart]
        self.controls.addStretch(1)

    def arrange(self) -> None:
        super().arrange()
        self.norm_chart.y.low, self.norm_chart.y.high = 0.0, 1e-9

    def runs(self) -> list[tuple[int, RunRecord]]:
        """The selected run, whether it is visible elsewhere or not."""
        return [] if self.record is None else [(self.selected, self.record.runs[self.selected])]

    def redraw(self, *, live: bool) -> None:
        self.redraw_time()
        number, run = self.runs()[0]
        factor = self.factor(run)
        curves = []
        for name, ink, column, dash in PARTS:
            x, y = run.measures.curve(column)
            if column == Measure.MOMENTUM_NORM and len(y) and not np.nanmax(np.nan_to_num(y)) > 0:
                continue  # a rule without momentum has no such part
            curves.append(Curve(x * factor, y, ink, name, dash, number))
        self.norms.curves = curves
        x, y = run.measures.curve(Measure.COSINE)
        self.cosines.curves = [Curve(x * factor, y, number, "cosine of successive steps", (), number)]
        self.figure.legend.entries = [
            Entry(run.name, number),
            *(Entry(curve.name, curve.ink, curve.dash, width=1.5) for curve in curves),
        ]
        lows, highs = [], []
        for _, _, column, _ in PARTS:
            values = np.concatenate((run.measures.low[:, column], run.measures.high[:, column]))
            low, high = finite_range(values[values > 1e-300])
            if np.isfinite(low):
                lows.append(low)
                highs.append(high)
        if lows:
            # A step that vanishes must not squeeze all others together.
            self.set_y_range(self.norm_chart, max(min(lows), 1e-12 * max(highs)), max(highs))

    def summary(self) -> str:
        if self.record is None:
            return ""
        _, run = self.runs()[0]
        measures = run.measures.last
        if len(measures) == 0 or not np.isfinite(measures[-1, Measure.STEP_NORM]):
            return f"Step sizes of {run.name}: no update has been made yet."
        last = measures[-1]
        return (
            f"Step sizes of {run.name} at epoch {number_text(float(run.measures.position[-1]))}: "
            f"gradient part {number_text(float(last[RunRecord.GRADIENT_PART]))}, "
            f"momentum part {number_text(float(last[Measure.MOMENTUM_NORM]))}, "
            f"step {number_text(float(last[Measure.STEP_NORM]))}; "
            f"cosine with the step before {number_text(float(last[Measure.COSINE]), 3)}."
        )

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        columns = [
            int(Measure.GRADIENT_NORM),
            RunRecord.GRADIENT_PART,
            int(Measure.MOMENTUM_NORM),
            int(Measure.STEP_NORM),
            int(Measure.COSINE),
        ]
        names = ["gradient_norm", "gradient_part", "momentum_norm", "step_norm", "cosine"]
        rows = [row for _, run in self.runs() for row in self.column_rows(run, columns)]
        return ["run", "epoch", "update", *names], rows
