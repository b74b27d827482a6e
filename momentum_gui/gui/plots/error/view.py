"""The error curves of all runs: training solid, held-out thin, on a logarithmic or linear axis."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QWidget

from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.gui.plots.common.curve import Curve
from momentum_gui.gui.plots.common.event_lines import EventLines, changes
from momentum_gui.gui.plots.common.plot import Ends, Plot, plain_pen, run_pen
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme
from momentum_gui.gui.style.shapes import run_shape, shape_path
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.record import RunRecord

ERROR, TEST_ERROR = int(Measure.ERROR), int(Measure.TEST_ERROR)
ACCURACY, TEST_ACCURACY = int(Measure.ACCURACY), int(Measure.TEST_ACCURACY)
HELD_OUT_OPACITY = 0.45
"""How strong the curves of held-out items are beside those of training."""


class ErrorView(PlotView):
    """Error (or accuracy) of the visible runs against epochs or updates.

    Vertical lines mark changes of settings on the way; a cross marks where a run diverged.
    """

    title = "Error"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = QLabel()
        self.controls.addWidget(self.key)
        self.accuracy = self.add_button("Accuracy", "Show accuracy instead of error", checkable=True)
        self.updates = self.add_button("Updates", "Count updates instead of epochs", checkable=True)
        self.log = self.add_button("Log", "Logarithmic error axis", checkable=True, checked=True)
        self.plot = self.add_plot(Plot("epochs", "error"))
        self.plot.set_log_y(True)
        self._curves: list[tuple[Curve, Curve]] = []
        self.events = EventLines(self.plot)
        self._pointed_at = False
        self._crossed: list[tuple[float, float]] = []
        self._crosses = pg.ScatterPlotItem(symbol="x", size=11, pxMode=True)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._dots = pg.ScatterPlotItem(size=7, pxMode=True)
        for item, height in ((self._crosses, 20), (self._cursor, 5), (self._dots, 21)):
            item.setZValue(height)
            self.plot.addItem(item, ignoreBounds=True)
        for button in (self.accuracy, self.updates, self.log):
            button.toggled.connect(self._toggled)
        self.log.toggled.connect(self.log_toggled)
        self.plot.hovered.connect(self._hovered)

    def arrange(self) -> None:
        """A pair of curves for each run."""
        assert self.record is not None
        for pair in self._curves:
            for curve in pair:
                self.plot.removeItem(curve)
        self._curves = [(Curve(), Curve()) for _ in self.record.runs]
        for pair in self._curves:
            for curve in pair:
                self.plot.addItem(curve)
        assert self.setup is not None
        has_accuracy = self.setup.data is not None and not np.isnan(self.setup.data.items.threshold)
        self.accuracy.setVisible(has_accuracy)
        if not has_accuracy:
            self.accuracy.setChecked(False)
        self.key.setVisible(self.setup.data is not None and len(self.setup.data.test_items) > 0)
        self.recolor()

    def key_text(self) -> str:
        """Return which curves are of training and which of held-out items; empty where nothing is held out."""
        return "" if self.key.isHidden() else self.key.text()

    def recolor(self) -> None:
        """The runs' pens, and those of the marks."""
        colors = theme.current()
        for number, (training, held_out) in enumerate(self._curves):
            training.setPen(run_pen(number))
            held_out.setPen(run_pen(number, dashed=False, alpha=HELD_OUT_OPACITY))
        self._cursor.setPen(plain_pen(colors.muted, 1, Qt.PenStyle.DashLine))
        self._crosses.setPen(plain_pen(colors.bad, 2))
        self.events.recolor()
        strong, pale = colors.muted, theme.mixed(colors.plot_background, colors.muted, HELD_OUT_OPACITY).name()
        self.key.setText(
            f'<span style="color:{strong}">▬</span> training &nbsp; <span style="color:{pale}">▬</span> held out'
        )

    def redraw(self) -> None:
        """Bring curves, marks and ranges up to date."""
        assert self.record is not None
        columns = (ACCURACY, TEST_ACCURACY) if self.accuracy.isChecked() else (ERROR, TEST_ERROR)
        drawn = dict(self.runs_shown())
        end = max((run.latest.epochs * self._scale(run) for run in drawn.values()), default=0.0)
        self.plot.fit_x(0.0, max(end, 1.0))
        reached = []
        for number, pair in enumerate(self._curves):
            run = drawn.get(number)
            curves = []
            for curve, column in zip(pair, columns, strict=True):
                if run is None or np.isnan(run.measures.last[:, column]).all():
                    curve.clear()
                else:
                    curves.append((curve, None, column))
            if run is not None:
                reached.append(self.plot.draw_history(run.measures, curves, self._scale(run)))
        self._fit([ends for ends in reached if ends is not None])
        self._mark(drawn, columns[0])
        if not self._pointed_at:
            self.read_out.setText(self.note)

    @property
    def note(self) -> str:
        """Which runs have errors that a logarithmic axis cannot show; empty where there are none."""
        if not self.log.isChecked() or self.accuracy.isChecked():
            return ""
        with np.errstate(invalid="ignore"):
            names = [escaped(run.name) for _, run in self.runs_shown() if (run.measures.low[:, ERROR] <= 0).any()]
        return f"Errors of 0 or less have no place on a logarithmic axis: {', '.join(names)}" if names else ""

    def captions(self) -> list[str]:
        """Return what the plot cannot show."""
        return [self.note]

    def _scale(self, run: RunRecord) -> float:
        """Return what an epoch is on the x axis."""
        return run.latest.updates_per_epoch if self.updates.isChecked() else 1.0

    def _fit(self, reached: list[Ends]) -> None:
        """Show all that the curves have reached, as drawn."""
        if self.accuracy.isChecked():
            self.plot.fit_y(0.0, 1.0)
        elif reached:
            low, high = min(low for low, _ in reached), max(high for _, high in reached)
            self.plot.fit_y(low if self.log.isChecked() else min(0.0, low), high)

    def _mark(self, drawn: dict[int, RunRecord], column: int) -> None:
        """Changes on the way, divergences, and the moment shown."""
        runs = list(drawn.values())
        self.events.show(changes(runs, [self._scale(run) for run in runs], names=len(self._curves) > 1))
        crosses = [
            (run.diverged_at * self._scale(run), float(value))
            for run in drawn.values()
            if run.diverged_at is not None
            and np.isfinite(value := last_finite(self.plot.y_of(run.measures.high[:, column])))
        ]
        if crosses != self._crossed:
            self._crossed = crosses
            self._crosses.setData([x for x, _ in crosses], [y for _, y in crosses])
        self._cursor.setVisible(self.moment is not None)
        dots = []
        if self.moment is not None and drawn:
            first = next(iter(drawn.values()))
            self._cursor.setValue(self.moment * self._scale(first))
            for number, run in drawn.items():
                at = nearest(run.measures.position, self.moment)
                y = float(self.plot.y_of(run.measures.last[at : at + 1, column])[0])
                if np.isfinite(y):
                    dots.append(
                        {
                            "pos": (run.measures.position[at] * self._scale(run), y),
                            "brush": QColor(theme.run_color(number)),
                            "symbol": shape_path(run_shape(number), 1.0),
                            "pen": None,
                        }
                    )
        if dots or len(self._dots.data):
            self._dots.setData(dots)

    def summary(self) -> str:
        """Return each run's error now."""
        return "; ".join(
            f"{run.name}: error {number_text(run.latest.error)} at epoch {run.latest.epoch}"
            + (", diverged" if run.latest.outcome is Outcome.DIVERGED else "")
            for _, run in self.runs_shown()
        )

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Error and accuracy of the visible runs, a row a recorded epoch."""
        rows: list[list[object]] = []
        for _, run in self.runs_shown():
            for at, values in zip(run.measures.position, run.measures.last, strict=True):
                rows.append(
                    [run.name, float(at), *(float(values[c]) for c in (ERROR, ACCURACY, TEST_ERROR, TEST_ACCURACY))]
                )
        return ["run", "epoch", "error", "accuracy", "test_error", "test_accuracy"], rows

    def set_log(self, log: bool) -> None:
        """Logarithmic or linear error axis."""
        self.log.setChecked(log)

    @Slot(bool)
    def _toggled(self, _on: bool) -> None:
        accuracy = self.accuracy.isChecked()
        self.log.setEnabled(not accuracy)
        self.plot.set_log_y(self.log.isChecked() and not accuracy)
        self.plot.set_label("left", "accuracy" if accuracy else "error")
        self.plot.set_label("bottom", "updates" if self.updates.isChecked() else "epochs")
        self.plot.automatic = True
        self.redraw_now()

    @Slot(object)
    def _hovered(self, place: QPointF | None) -> None:
        self._pointed_at = place is not None
        if place is None or self.record is None:
            self.read_out.setText(self.note)
            return
        column = ACCURACY if self.accuracy.isChecked() else ERROR
        best: tuple[float, str] | None = None
        for _, run in self.runs_shown():
            if not len(run.measures):
                continue
            at = nearest(run.measures.position, place.x() / self._scale(run))
            value = run.measures.last[at, column]
            distance = abs(float(self.plot.y_of(np.array([value]))[0]) - place.y())
            if np.isfinite(distance) and (best is None or distance < best[0]):
                epoch = run.measures.position[at]
                what = (
                    f"{100 * value:.1f} % right" if self.accuracy.isChecked() else f"error {number_text(float(value))}"
                )
                best = (distance, f"{escaped(run.name)}: epoch {number_text(float(epoch), 6)}, {what}")
        self.read_out.setText(best[1] if best else "")


def last_finite(values: np.ndarray) -> float:
    """Return the last number that is one; NaN where there is none."""
    good = np.flatnonzero(np.isfinite(values))
    return float(values[good[-1]]) if len(good) else float("nan")
