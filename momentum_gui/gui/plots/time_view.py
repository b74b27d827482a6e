"""What the plots over time share: epochs or updates along x, events, divergences, the cursor, the read-out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.population import Floats, Outcome
from momentum_gui.gui.plots.base import PlotView
from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.curves import (
    Cursor,
    Curve,
    Curves,
    Events,
    draw_read_out,
    merged_events,
    on_axis,
)
from momentum_gui.gui.plots.painting import Style
from momentum_gui.gui.plots.ranges import follow, grown_end
from momentum_gui.gui.plots.ticks import number_text
from momentum_gui.lab.record import RunRecord


class TimeView(PlotView):
    """Charts one above the other with a common x axis of epochs or updates."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.in_updates = False
        self.events = Events()
        self.cursor_line = Cursor()
        self._hovered: tuple[Chart, Curve, int] | None = None
        self.canvas.overlay = self.paint_overlay
        self.updates_button = self.button("updates", "Count updates instead of epochs along the x axis", checkable=True)
        self.updates_button.toggled.connect(self.set_in_updates)

    @Slot(bool)
    def set_in_updates(self, in_updates: bool) -> None:
        """Count updates, or epochs, along x."""
        if in_updates == self.in_updates:
            return
        self.in_updates = in_updates
        self.updates_button.setChecked(in_updates)
        for chart in self.figure.charts:
            chart.x.automatic = True
            chart.x.low, chart.x.high = 0.0, 1.0
        self.refresh()

    def factor(self, run: RunRecord) -> float:
        """By what an epoch of this run is multiplied for the x axis."""
        return float(run.latest.updates_per_epoch) if self.in_updates else 1.0

    def arrange(self) -> None:
        self._hovered = None
        for chart in self.figure.charts:
            chart.fit()
            chart.x.low, chart.x.high = 0.0, 1.0

    def redraw_time(self) -> None:
        """Bring x axes, events and cursor up to date."""
        assert self.record is not None and self.setup is not None
        shown = self.runs() or list(enumerate(self.record.runs))
        charts = [chart for chart in self.figure.charts if chart.visible]
        planned = max(
            run.training.epochs * self.factor(self.record.runs[n]) for n, run in enumerate(self.setup.experiment.runs)
        )
        reached = max(run.latest.epochs * self.factor(run) for _, run in shown)
        finished = all(run.latest.outcome != Outcome.RUNNING for run in self.record.runs)
        first = charts[0]
        if first.x.automatic:
            first.x.set_range(0.0, max(1e-3, grown_end(first.x.high, reached, planned, finished=finished)))
        for number, chart in enumerate(charts):
            chart.x.log = False
            chart.x.limits = (0.0, max(10.0, 2.0 * max(planned if planned < 1e6 else 0.0, reached)))
            chart.x.low, chart.x.high = first.x.low, first.x.high
            chart.show_x_labels = number == len(charts) - 1
            chart.x.label = "update" if self.in_updates else "epoch"
        self.events.marks = merged_events(self._events(), len(self.runs()))
        run = self.record.runs[self.selected]
        self.cursor_line.x = None if self.moment is None else self.moment * self.factor(run)

    def _events(self) -> Iterator[tuple[int, float, str, str]]:
        for number, run in self.runs():
            for event in run.events:
                yield number, event.epochs * self.factor(run), run.name, event.text

    def set_y_range(self, chart: Chart, least: float, greatest: float) -> None:
        """Let the chart show values from least to greatest, unless the user set its range."""
        if not (np.isfinite(least) and np.isfinite(greatest)):
            return
        if chart.y.log:
            low, high = (float(on_axis(value, log=True)) for value in (least, greatest))
            chart.y.limits = (-320.0, 308.0)
            follow(chart.y, low, high)
        else:
            chart.y.limits = (-1e300, 1e300)
            follow(chart.y, min(0.0, least), greatest)

    @Slot()
    def zoomed(self) -> None:
        """All charts follow the x axis that was moved."""
        charts = [chart for chart in self.figure.charts if chart.visible]
        moved = next((chart for chart in charts if chart.x.range != charts[-1].x.range), charts[0])
        if len(charts) > 1 and moved is charts[0] and charts[-1].x.automatic != charts[0].x.automatic:
            moved = charts[0] if not charts[0].x.automatic else charts[-1]
        for chart in charts:
            chart.x.low, chart.x.high, chart.x.automatic = moved.x.low, moved.x.high, moved.x.automatic

    @Slot(object)
    def hover(self, at: QPointF | None) -> None:
        found = None
        chart = None if at is None or self.figure.message else self.figure.chart_at(at)
        if at is not None and chart is not None and chart.rect.contains(at):
            for layer in chart.layers:
                if isinstance(layer, Curves) and (near := layer.nearest(chart, at)) is not None:
                    found = (chart, *near)
        if found is not None or self._hovered is not None:
            self._hovered = found
            self.canvas.update()

    def paint_overlay(self, painter: QPainter, style: Style) -> None:
        """The read-out at the mouse."""
        if self._hovered is None:
            return
        chart, curve, index = self._hovered
        if index >= len(curve.x):
            return
        value = float(curve.y[index])
        at = chart.pixel(float(curve.x[index]), float(on_axis(value, log=chart.y.log)))
        if not chart.rect.contains(at):
            return
        word = "update" if self.in_updates else "epoch"
        text = f"{word} {number_text(float(curve.x[index]), 10)}: {number_text(value)}"
        draw_read_out(painter, chart, at, [(curve.name, curve.ink), (text, "plot_foreground")], style)

    def column_rows(self, run: RunRecord, columns: list[int]) -> list[list[object]]:
        """The table's rows of one run: its name, epoch, update, and these columns; where rows were put together,
        the last of each bucket."""
        measures = run.measures
        return [
            [run.name, number_or_blank(position), round(position * run.latest.updates_per_epoch)]
            + [number_or_blank(value) for value in row]
            for position, row in zip(measures.position.tolist(), measures.last[:, columns].tolist(), strict=True)
        ]


def number_or_blank(value: float) -> object:
    """A number for a table: whole ones without a point, NaN as an empty cell."""
    if value != value:
        return ""
    return int(value) if abs(value) < 1e15 and value == int(value) else value


def finite_range(values: Floats) -> tuple[float, float]:
    """The least and greatest of the finite values; NaN, NaN where there are none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (float("nan"), float("nan"))
