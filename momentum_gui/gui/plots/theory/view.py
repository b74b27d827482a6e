"""What theory says of the runs: how near each is to its rule's bound, and which settings would be best."""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from momentum_gui.engine.analysis.batch_curvature import BatchCurvature
from momentum_gui.engine.analysis.convergence import Best, gauge, predicted_rate
from momentum_gui.engine.analysis.curvature import Curvatures, gradient_scale
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import choose, ready
from momentum_gui.engine.task import Task
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.one_update.view import read_number
from momentum_gui.gui.plots.theory.chart import Chart, ChartWanted, chart
from momentum_gui.gui.plots.theory.gauges import GaugeRow, Gauges
from momentum_gui.gui.plots.theory.map import Dot, MapPlot, TheoryMap
from momentum_gui.gui.plots.theory.sharpness import SharpnessPlot, measure_sharpness, sharpness_plot
from momentum_gui.gui.plots.theory.words import (
    COLORS,
    REGIME_NAMES,
    REGIME_WORDS,
    SHARPNESS_WORDS,
    batch_text,
    rate_text,
    settings_text,
    shortcut_text,
)
from momentum_gui.gui.plots.theory.work import Measured, measure, measured_rate, range_of
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.rich_text import PlainLabel, escaped

FULL_BATCH, IN_BATCHES = "lr·λmax and bound", "lr·λmax and bound, in the mean square"
REFRESH_SECONDS = 0.5
"""How often curvatures are measured again while runs train; less often where that takes long."""


class TheoryView(PlotView):
    """Gauges of lr·λmax, measured at the runs' weights; a map of convergence for any rule; best settings in words."""

    title = "Theory"
    pause = 0.1  # gauges and words need not be quicker

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rule = QComboBox()
        self.rule.setToolTip("The rule whose map is drawn")
        self.rule.setAccessibleName("Rule of the map")
        ignore_wheel(self.rule)
        self._offer_rules()
        self.lowest, self.highest = QLineEdit(), QLineEdit()
        self.read_out.hide()
        self.controls.insertWidget(0, self.rule)
        for place, (text, field, tip) in enumerate(
            (("λmin", self.lowest, "The least curvature"), ("λmax", self.highest, "The greatest curvature"))
        ):
            field.setToolTip(f"{tip} that the map takes: as measured, or a number of your own")
            field.setAccessibleName(tip)
            field.setMaximumWidth(88)
            field.setMinimumWidth(50)
            label = QLabel(text)
            label.setBuddy(field)
            self.controls.insertWidget(1 + 2 * place, label)
            self.controls.insertWidget(2 + 2 * place, field)
            field.textEdited.connect(self._curvature_edited)
        self.controls.addStretch(1)
        self.measure_button = self.add_button("Measured", "Take the curvatures measured at the selected run's weights")
        self.measure_button.setCheckable(True)
        self.measure_button.setChecked(True)
        self.over_time = self.add_button("Sharpness", "Show λmax against epochs in place of the map", checkable=True)
        self._build()
        self.background = Background(self, "theory")
        self.background.done.connect(self._measured)
        self.background.failed.connect(self._not_measured)
        self.charts = Background(self, "chart")
        self.charts.done.connect(self._charted)
        self.charts.failed.connect(self._not_charted)
        self.tracker = Background(self, "sharpness")
        self.tracker.done.connect(self._tracked)
        self.tracker.failed.connect(self._not_tracked)
        self._tracking = False
        self._measuring = self._charting = False  # until the result has arrived, later than the end of the work
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.redraw_now)
        self.found: dict[int, Curvatures] = {}
        self.batches: dict[int, BatchCurvature] = {}
        self.range: tuple[float, float, str] | None = None
        self._engine = "auto"
        self._tasks: dict[int, Task] = {}
        self._asked: dict[int, Floats] = {}
        self._finished = -math.inf
        self._pause = REFRESH_SECONDS
        self._asked_for_chart = self._chart_seconds = 0.0
        self._own_rule = False
        self._wanted: ChartWanted | None = None
        self.rule.activated.connect(self._rule_chosen)
        self.measure_button.clicked.connect(self._use_measured)
        self.equal.clicked.connect(self._want_equal_rate)
        self.plot.hovered.connect(self._hovered)
        self.curves.hovered.connect(self._hovered_curve)
        self.over_time.toggled.connect(self._switched)

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        head = QHBoxLayout()
        self.heading = heading = QLabel(FULL_BATCH)
        heading.setProperty("heading", True)
        self.equal = QPushButton("Compare at equal effective rate")
        self.equal.setToolTip("Add a plain run whose learning rate moves as far under a steady gradient")
        heading.setMinimumWidth(10)
        head.addWidget(heading, 1)
        head.addWidget(self.equal)
        self.gauges = Gauges()
        self.detail = PlainLabel()
        self.detail.setProperty("muted", True)
        self.words = QLabel()
        for label in (self.detail, self.words):
            label.setWordWrap(True)
            label.setMinimumWidth(10)
        column.addLayout(head)
        column.addWidget(self.gauges)
        self.plot = MapPlot("learning rate", "momentum")
        self.plot.setAccessibleName("Convergence over learning rate and momentum")
        self.plot.fitted.connect(self._fit)
        self.plots.append(self.plot)
        self.map = TheoryMap(self.plot)
        self.curves = sharpness_plot()
        self.curves.fitted.connect(self.redraw_now)
        self.curves.hide()
        self.plots.append(self.curves)
        self.sharpness = SharpnessPlot(self.curves)
        column.addWidget(self.plot, 1)
        column.addWidget(self.curves, 1)
        column.addWidget(self.detail)
        column.addWidget(self.words)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(area)

    def set_engine(self, name: str) -> None:
        """Measure with this engine, the compiled one only once it is compiled."""
        self._engine = name

    def end(self) -> None:
        """End the background work."""
        self._later.stop()
        self._measuring = self._charting = self._tracking = False
        self.background.close()
        self.tracker.close()
        self.charts.close()

    @property
    def busy(self) -> bool:
        """Whether a measurement or a map is under way or still to come."""
        return self._measuring or self._charting or self._tracking or self._later.isActive()

    def recolor(self) -> None:
        """The colours of the map's lines and labels."""
        self.map.recolor()
        self.sharpness.recolor()

    def _offer_rules(self) -> None:
        """Offer the rules that there are; the one chosen stays where it still exists."""
        rules = self.known_rules
        if [self.rule.itemData(index) for index in range(self.rule.count())] == list(rules):
            return
        chosen = self.rule.currentData()
        self.rule.clear()
        for rule in rules.values():
            self.rule.addItem(rule.title, rule.id)
        self.rule.setCurrentIndex(max(0, self.rule.findData(chosen)))

    def arrange(self) -> None:
        """Forget what was measured; the settings of the map that were chosen stay."""
        assert self.setup is not None
        self._offer_rules()
        self.background.cancel()
        self.tracker.cancel()
        self._measuring = self._tracking = False
        runs = self.setup.experiment.runs
        self._tasks = {number: self.setup.task(run.training) for number, run in enumerate(runs)}
        self.found, self.batches, self._asked, self._finished = {}, {}, {}, -math.inf
        self.sharpness.arrange(len(runs))
        if not self._own_rule and self.run is not None:
            self.rule.setCurrentIndex(self.rule.findData(self.run.latest.rule))
        if self.measure_button.isChecked():
            self.range = None
            self.lowest.clear()
            self.highest.clear()

    def select(self) -> None:
        """Draw the map of the selected run's rule, until another rule is chosen."""
        self._own_rule = False

    def redraw(self) -> None:
        """Bring gauges, map and words up to date, and ask for curvatures again where weights have changed."""
        run = self.run
        assert run is not None
        if not self._own_rule:
            self.rule.setCurrentIndex(self.rule.findData(run.latest.rule))
        if self.measure_button.isChecked() and self.selected in self.found:
            self._take_measured(self.found[self.selected])
        self._draw_gauges()
        self._draw_map()
        if self.over_time.isChecked():
            self._draw_sharpness()
        self._tell()
        self._request()

    # What is measured.

    def _request(self) -> None:
        """Measure at the weights of the visible runs, unless that is what is known or under way."""
        shown = [(number, run) for number, run in self.runs_shown() if number in self._tasks]
        weights = {number: run.weights_at(self.moment) for number, run in shown}
        if self.run is not None and self.selected in self._tasks:
            weights[self.selected] = self.run.weights_at(self.moment)
        same = weights.keys() <= self._asked.keys() and all(
            np.array_equal(each, self._asked[number], equal_nan=True) for number, each in weights.items()
        )
        if same or self._measuring:
            return
        wait = self._finished + self._pause - time.monotonic()
        if wait > 0:
            if not self._later.isActive():
                self._later.start(int(1000 * wait) + 1)
            return
        self._asked, self._measuring = weights, True
        engine = choose(self._engine) if self._engine == "numpy" else ready()
        tasks = {number: self._tasks[number] for number in weights}
        self.background.request(lambda cancelled: measure(engine, tasks, weights, cancelled))

    @Slot(object)
    def _measured(self, measured: Measured) -> None:
        self._measuring = False
        self.found = {**self.found, **measured.found}
        self.batches = {**self.batches, **measured.batches}
        self._finished = time.monotonic()
        self._pause = max(REFRESH_SECONDS, 3 * max(measured.seconds, self._chart_seconds))
        self.redraw_now()

    @Slot(str)
    def _not_measured(self, problem: str) -> None:
        self._measuring = False
        self._finished = time.monotonic()
        self.detail.setText(f"The curvatures could not be measured: {problem}")

    def _take_measured(self, found: Curvatures) -> None:
        self.range = range_of(found)
        texts = ("", "") if self.range is None else tuple(f"{value:.4g}" for value in self.range[:2])
        for field, text in zip((self.lowest, self.highest), texts, strict=True):
            if field.text() != text:
                field.setText(text)
                field.setCursorPosition(0)

    # What is drawn.

    def _scale(self) -> float:
        task = self._tasks.get(self.selected)
        return 1.0 if task is None else gradient_scale(task)

    def _spread(self, run: int) -> float:
        """Return the measured spread of the curvature over a run's batches; 1 in full batch and until it is known."""
        found = self.batches.get(run)
        return found.spread if found is not None and found.spread > 1 else 1.0

    def _draw_gauges(self) -> None:
        rows = []
        for number, run in self.runs_shown():
            found, task, latest = self.found.get(number), self._tasks.get(number), run.latest
            known = None
            if found is not None and task is not None:
                coefficients = latest.coefficients
                scale, spread = gradient_scale(task), self._spread(number)
                known = gauge(coefficients, latest.learning_rate, found.largest, scale, spread)
            rows.append(GaugeRow(number, run.name, known))
        self.gauges.show_rows(tuple(rows))
        in_batches = any(row.gauge is not None and row.gauge.spread > 1 for row in rows)
        self.heading.setText(IN_BATCHES if in_batches else FULL_BATCH)

    def _draw_map(self) -> None:
        """Mark best settings and runs on the map, and ask for another map where this one is of other settings."""
        self.plot.setVisible(self.range is not None and not self.over_time.isChecked())
        if self.range is None:
            return
        rule, scale = self.rule.currentData(), self._scale()
        runs = self.runs_shown()
        rates = sorted({run.latest.learning_rate for _, run in runs})
        low, high = self.range[0] * scale, self.range[1] * scale
        wanted = ChartWanted(
            self.known_rules[rule], low, high, (rates[0], rates[-1]) if rates else (), self._spread(self.selected)
        )
        if wanted != self._wanted:
            self._wanted, self._charting, self._asked_for_chart = wanted, True, time.monotonic()
            self.charts.request(lambda cancelled: chart(wanted))
        dots = [
            Dot(number, run.latest.learning_rate, run.latest.momentum if run.latest.rule != "plain" else 0.0,
                run.latest.rule == rule, number == self.selected)
            for number, run in runs
        ]  # fmt: skip
        # The map's own rule above the others, and the selected run above all.
        self.map.mark(self.best, sorted(dots, key=lambda dot: (dot.filled, dot.selected)))

    def _draw_sharpness(self) -> None:
        """Draw λmax over time as far as it is known, and have what is missing measured."""
        shown = [(number, run) for number, run in self.runs_shown() if number in self._tasks]
        self.sharpness.draw(shown, self.known_rules, self._tasks, {number: self._spread(number) for number, _ in shown})
        moments = self.sharpness.missing(shown)
        if moments and not self._tracking:
            self._tracking = True
            engine = choose(self._engine) if self._engine == "numpy" else ready()
            tasks = dict(self._tasks)
            self.tracker.request(lambda cancelled: measure_sharpness(engine, tasks, moments, cancelled))

    @Slot(object)
    def _tracked(self, found: list[tuple[int, float, float]]) -> None:
        self._tracking = False
        self.sharpness.take(found)
        self.redraw_now()

    @Slot(str)
    def _not_tracked(self, problem: str) -> None:
        self._tracking = False
        self.detail.setText(f"The sharpness could not be measured: {problem}")

    @property
    def best(self) -> Best | None:
        """The best settings of the rule chosen, by the map drawn; None until it is drawn."""
        drawn = self.map.chart
        known = drawn is not None and self.range is not None and drawn.wanted.rule.id == self.rule.currentData()
        return drawn.best if drawn is not None and known else None

    @Slot(object)
    def _charted(self, made: Chart) -> None:
        self._charting = made.wanted != self._wanted
        self._chart_seconds = time.monotonic() - self._asked_for_chart
        self.map.show(made)
        self.redraw_now()

    @Slot(str)
    def _not_charted(self, problem: str) -> None:
        self._charting = False
        self.detail.setText(f"The map could not be made: {problem}")

    def _tell(self) -> None:
        """Best settings, and the predicted rate beside the measured one."""
        run = self.run
        assert run is not None
        title = self.known_rules[self.rule.currentData()].title
        words = []
        if self.range is None:
            known = self.selected in self.found
            words.append("The error bends upwards in no direction here." if known else "Measuring the curvatures …")
        else:
            if self.best is not None:
                words.append(f"<b>Best for {escaped(title)}</b> (star): {settings_text(self.best)}.")
            latest, scale = run.latest, self._scale()
            coefficients = latest.coefficients
            low, high = self.range[0] * scale, self.range[1] * scale
            predicted, regime = predicted_rate(
                coefficients, latest.learning_rate, low, high, self._spread(self.selected)
            )
            measured = measured_rate(run)
            words.append(
                f"<b>{escaped(run.name)}</b>: predicted {rate_text(predicted)} ({REGIME_NAMES[regime]}), "
                f"measured {rate_text(measured) if math.isfinite(measured) else 'not yet'} by its gradients."
            )
            if self.measure_button.isChecked() and self.range[2]:
                words.append(self.range[2])
        words += self._remarks()
        self.words.setText(" ".join(words))
        self.equal.setEnabled(run.latest.rule != "plain")
        if not self.detail.text():
            self._hovered(None)

    def _remarks(self) -> list[str]:
        """Return what is to be known of the selected run's batches and of its loss."""
        task = self._tasks.get(self.selected)
        if task is None:
            return []
        return [text for text in (batch_text(task, self.batches.get(self.selected)), shortcut_text(task)) if text]

    def key_text(self) -> str:
        """Return what the plot is of."""
        if self.over_time.isChecked():
            return SHARPNESS_WORDS
        if self.range is None:
            return ""
        low, high = (number_text(value, 3) for value in self.range[:2])
        return f"Map of {self.known_rules[self.rule.currentData()].title}, curvatures λmin {low} to λmax {high}"

    def captions(self) -> list[str]:
        """Return what the plot does not say by itself: colours, gauges, best settings, batches."""
        gauges = [f"{escaped(row.name)}: {escaped(row.sentence)}" for row in self.gauges.rows]
        if self.over_time.isChecked():
            return [*gauges, *self._remarks()]
        colors = f"{COLORS} Hatched: divergent. Star: the best settings. Hollow dots: runs of other rules."
        return [colors, *gauges, self.words.text()]

    def summary(self) -> str:
        """Return the gauges in words, and the best settings."""
        words = [f"{row.name}: {row.words}" for row in self.gauges.rows]
        if self.best is not None:
            words.append(f"best {settings_text(self.best)}")
        return "; ".join(words)

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return the map, a row a cell: rule, curvatures, spread; learning rate, momentum, convergence rate, regime.

        Of sharpness over time: run, epoch, λmax.
        """
        rows: list[list[object]] = []
        if self.over_time.isChecked():
            for number, run in self.runs_shown():
                x, y = self.sharpness.table(number)
                rows += [[run.name, float(epoch), float(value)] for epoch, value in zip(x, y, strict=True)]
            return ["run", "epoch", "sharpness"], rows
        drawn = self.map.chart
        if drawn is not None and self.range is not None:
            wanted = drawn.wanted
            of = [wanted.rule.id, wanted.smallest, wanted.largest, wanted.spread]
            for at, momentum in enumerate(drawn.momenta):
                for column, learning_rate in enumerate(drawn.rates):
                    cell = float(drawn.map.rates[at, column]), REGIME_NAMES[int(drawn.map.regimes[at, column])]
                    rows.append([*of, float(learning_rate), float(momentum), *cell])
        head = ["rule", "smallest_curvature", "largest_curvature", "spread"]
        return [*head, "learning_rate", "momentum", "rate", "regime"], rows

    def point_text(self, learning_rate: float, momentum: float) -> str:
        """Return what the map says of one place."""
        assert self.range is not None
        rule, scale = self.known_rules[self.rule.currentData()], self._scale()
        low, high = self.range[0] * scale, self.range[1] * scale
        spread = self._spread(self.selected)
        rate, regime = predicted_rate(rule.coefficients(momentum), learning_rate, low, high, spread)
        half = f", halves in {number_text(math.log(0.5) / math.log(rate), 3)} updates" if 0 < rate < 1 else ""
        return (
            f"rate {number_text(learning_rate, 3)}, momentum {number_text(momentum, 3)}: "
            f"{rate_text(rate)} an update{half}; {REGIME_WORDS[regime]}"
        )

    # What the user does.

    @Slot()
    def _fit(self) -> None:
        if self.map.chart is not None:
            self.map.show(self.map.chart)
        self.redraw_now()

    @Slot(object)
    def _hovered(self, place: QPointF | None) -> None:
        found = None if place is None or self.range is None else self.map.at(place)
        if found is None:
            self.detail.setText(COLORS)
        else:
            self.detail.setText(self.point_text(*found))

    @Slot(bool)
    def _switched(self, over_time: bool) -> None:
        self.curves.setVisible(over_time)
        self.plot.setVisible(not over_time and self.range is not None)
        self.detail.setText(SHARPNESS_WORDS if over_time else COLORS)
        self.redraw_now()

    @Slot(object)
    def _hovered_curve(self, place: QPointF | None) -> None:
        words = SHARPNESS_WORDS
        if place is not None:
            near = []
            for number, run in self.runs_shown():
                x, y = self.sharpness.table(number)
                if len(x):
                    at = int(np.abs(x - place.x()).argmin())
                    near.append((abs(float(y[at]) - place.y()), f"{run.name}: λmax {y[at]:.4g} at epoch {x[at]:g}"))
            words = min(near)[1] if near else words
        self.detail.setText(words)

    @Slot(int)
    def _rule_chosen(self, _index: int) -> None:
        self._own_rule = True
        self.redraw_now()

    @Slot(str)
    def _curvature_edited(self, _text: str) -> None:
        """Take over curvatures of the user's own; what is not allowed is marked, and changes nothing."""
        self.measure_button.setChecked(False)
        values = []
        for field in (self.lowest, self.highest):
            value, _ = read_number(field.text(), "learning_rate")  # allowed is what is allowed there: above 0
            mark(field, refused=value is None)
            values.append(value)
        low, high = values
        if low is not None and high is not None:
            mark(self.lowest, refused=low > high)
            if low <= high:
                self.range = (low, high, "")
        self.redraw_now()

    @Slot()
    def _use_measured(self) -> None:
        self.measure_button.setChecked(True)
        self._asked = {}
        for field in (self.lowest, self.highest):
            mark(field, refused=False)
        self.redraw_now()

    @Slot()
    def _want_equal_rate(self) -> None:
        self.equal_rate_wanted.emit(self.selected)


def mark(field: QLineEdit, *, refused: bool) -> None:
    """Mark a field as refused, or no longer."""
    if bool(field.property("refused")) != refused:
        field.setProperty("refused", refused)
        field.style().unpolish(field)
        field.style().polish(field)
