"""The effective gain of every weight: by how much the rule multiplies its gradient, between the rule's two limits."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import Coefficients, Gains, gains
from momentum_gui.gui.plots.common.plot import Plot, plain_pen
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.common.view import TOO_FAR
from momentum_gui.gui.plots.gains.matrices import GainMatrices, LimitAxis
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.rich_text import PlainLabel, escaped
from momentum_gui.lab.steps.step_parts import Anatomy, HalfLife, anatomy, effective_gain, momentum_half_life
from momentum_gui.lab.training.frame import RunFrame

MOST_BARS = 60
"""A network that trains more weights than this is drawn as one heat map a layer."""
MOST_NAMES = 12
AXIS = "step ÷ (lr · gradient)"
SMALL = 400
"""Narrower than this, in pixels, the words above are cut to the figures."""
LAYER_COLORS = {
    "light": ("#2a8c82", "#8a5bb5", "#8a7a1f", "#b0506e"),
    "dark": ("#5cc2b6", "#b795e0", "#c9b84a", "#e08ba6"),
}
"""Colours of successive layers, apart from those of the runs."""


class GainsView(PlotView):
    """Gains of the selected run's weights over its last updates: bars, or heat maps where there are many weights.

    They show that momentum is an adaptive learning rate that differs from weight to weight.
    """

    title = "Gains"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(10)
        self.controls.replaceWidget(self.read_out, self.sentence)
        self.read_out.hide()
        self.plot = self.add_plot(Plot("", AXIS))
        self.plot.getPlotItem().getViewBox().setMouseEnabled(x=False, y=True)
        self._limit_axis = LimitAxis()
        self._limit_axis.linkToView(self.plot.getPlotItem().getViewBox())
        self.plot.getPlotItem().layout.addItem(self._limit_axis, 2, 3)
        self.matrix_plot = self.add_plot(Plot())
        self.matrices = GainMatrices(self.matrix_plot)
        self.detail = PlainLabel()
        self.detail.setProperty("muted", True)
        self.detail.setWordWrap(True)
        self.detail.setMinimumWidth(10)
        self.detail.setContentsMargins(8, 0, 8, 6)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.detail)
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.8)
        self._missing = pg.ScatterPlotItem(symbol="o", size=6, pxMode=True)
        self._zero = pg.InfiniteLine(0.0, angle=0)
        self._limits = [pg.InfiniteLine(1.0, angle=0), pg.InfiniteLine(1.0, angle=0)]
        for item in (self._bars, self._missing, self._zero, *self._limits):
            self.plot.addItem(item)
        self._was_small = False
        self.followed: int | None = None
        self.gains: Floats = np.empty(0)
        self._hovered_weight: int | None = None
        self._weights = np.empty(0, dtype=np.int64)
        self._places: Floats = np.empty(0)
        self._layers = np.empty(0, dtype=np.int64)
        self._last: Anatomy | None = None
        self.plot.hovered.connect(self._bar_hovered)
        self.matrix_plot.hovered.connect(self._cell_hovered)
        self.recolor()

    def recolor(self) -> None:
        """The pens of lines, and the colours of the heat maps."""
        colors = theme.current()
        self._zero.setPen(plain_pen(colors.border))
        self._missing.setPen(plain_pen(colors.muted))
        self._missing.setBrush(pg.mkBrush(None))
        for line, dash in zip(self._limits, (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine), strict=True):
            line.setPen(plain_pen(colors.plot_foreground, 1, dash))
        self._limit_axis.apply_theme(self.plot)
        self.matrices.recolor()

    @property
    def as_matrices(self) -> bool:
        """Whether the weights are too many for bars."""
        return len(self._weights) > MOST_BARS

    def arrange(self) -> None:
        """Places for this network's weights, by layer."""
        setup = self.setup
        assert setup is not None
        self._weights = np.flatnonzero(setup.trained())
        self.followed = self._hovered_weight = None
        layers = np.zeros(len(setup.weight_names), dtype=np.int64)
        groups: list[tuple[str, slice]] = [("x, y", slice(0, 2))]
        if setup.network is not None:
            groups = []
            for number, layer in enumerate(setup.network.layers, 1):
                layers[layer.matrix] = layers[layer.bias] = number - 1
                groups += [(f"w{number}", layer.matrix), (f"b{number}", layer.bias)]
        self._layers = layers[self._weights]
        # A gap between layers, half a one before the biases.
        places = np.full(len(setup.weight_names), np.nan)
        names: list[tuple[float, str]] = []
        at = 0.0
        for text, group in groups:
            members = self._weights[(self._weights >= group.start) & (self._weights < group.stop)]
            if not len(members):
                continue
            places[members] = at + np.arange(len(members))
            names.append((at + (len(members) - 1) / 2, text))
            at += len(members) + 0.7
        self._places = places[self._weights]
        if len(self._weights) <= MOST_NAMES:
            names = [(float(places[weight]), setup.weight_names[weight]) for weight in self._weights]
        self.plot.setVisible(not self.as_matrices)
        self.matrix_plot.setVisible(self.as_matrices)
        if self.as_matrices:
            assert setup.network is not None
            self.matrices.arrange(setup.network)
        else:
            self.plot.x_axis.setTicks([names])
            self.plot.setXRange(-0.8, max(at - 0.9, 0.8), padding=0)

    def legend(self) -> list[str]:
        """Return the run whose gains are drawn: colours are those of layers here."""
        return [] if self.run is None else [f"<b>{escaped(self.run.name)}</b>"]

    def redraw(self) -> None:
        """Bring gains, limits and words up to date. Until a past moment is trained again, the picture stays."""
        run, setup, frame = self.run, self.setup, self.frame_to_draw
        assert run is not None
        assert setup is not None
        self._last = None
        if frame is None and not run.too_far(self.moment):
            return
        self.gains = np.full(len(setup.weight_names), np.nan)
        trace = None
        if frame is not None:
            trace = frame.trace
            if trace is not None and len(trace.gradients):
                self.gains = effective_gain(trace)
                self._last = anatomy(trace)
        coefficients = coefficients_of(frame or run.latest)
        limits = gains(coefficients)
        if self.as_matrices:
            self.matrices.show(self.gains, limits, self.followed)
        else:
            self._draw_bars(limits)
        if frame is None:
            self.sentence.setText(f"<b>{escaped(run.name)}</b>: {TOO_FAR}")
        else:
            self._say(frame, limits)
        self._tell_weight()

    def _draw_bars(self, limits: Gains) -> None:
        shown = self.gains[self._weights]
        good = np.isfinite(shown)
        palette = LAYER_COLORS[theme.current().family]
        brushes, pens = [], []
        for weight, layer in zip(self._weights[good], self._layers[good], strict=True):
            color = QColor(palette[layer % len(palette)])
            faded = self.followed is not None and weight != self.followed
            color.setAlphaF(0.35 if faded else 1.0)
            brushes.append(pg.mkBrush(color))
            pens.append(plain_pen(theme.current().text, 2) if weight == self.followed else pg.mkPen(None))
        heights = np.clip(shown[good], -1e6, 1e6)
        self._bars.setVisible(bool(len(heights)))
        if len(heights):  # BarGraphItem raises where there are no bars
            self._bars.setOpts(x=self._places[good], height=heights, width=0.8, brushes=brushes, pens=pens)
        self._missing.setData(self._places[~good], np.zeros(int((~good).sum())))
        steady, alternating = limits
        self._limits[0].setValue(steady)
        self._limits[1].setValue(alternating)
        self._limits[1].setVisible(steady != alternating)
        self._limit_axis.show_limits(limits)
        # A weight whose gradient fades while its step goes on has a gain beyond all bounds: it must not set the scale.
        reach = 1.5 * max(steady - alternating, 0.5)
        low = max(float(heights.min(initial=0.0)), alternating - reach)
        high = min(float(heights.max(initial=0.0)), steady + reach)
        self.plot.fit_y(min(low, 0.0), max(high, steady) * 1.08)

    def _say(self, frame: RunFrame, limits: Gains) -> None:
        """The sentence above: limits, half-life, agreement."""
        setup = self.setup
        assert setup is not None
        task = setup.task(setup.experiment.runs[self.selected].training)
        life = momentum_half_life(coefficients_of(frame), task.batch_size, frame.updates_per_epoch)
        rule = escaped(self.known_rules[frame.rule].title)
        name = f"<b>{escaped(frame.name)}</b>, {rule} μ {number_text(frame.momentum, 3)}"
        agreement = self._last.agreement if self._last is not None else np.nan
        count = 0 if frame.trace is None else len(frame.trace.gradients)
        on_surface = setup.surface is not None
        alike = limits.steady == limits.alternating
        if self.is_small:  # the limits are beside the plot
            words = [name if alike else f"{name} · half-life {half_life_text(life, on_surface=on_surface)}"]
            words += [f"parts agree in {100 * agreement:.0f} %"] if np.isfinite(agreement) else []
            words += [f"{count} update{'s' * (count != 1)} up to {frame.update}"] if count else []
            self.sentence.setText(" · ".join(words))
            return
        words = [f"{name}:"]
        if alike:
            words.append("every gradient has the same gain, 1.")
        else:
            words.append(
                f"gains from {number_text(limits.alternating, 3)} (alternating gradient) "
                f"to {number_text(limits.steady, 3)} (steady). "
                f"Half-life of momentum: {half_life_text(life, on_surface=on_surface)}."
            )
        if np.isfinite(agreement):
            words.append(f"The two parts agree in sign in {100 * agreement:.0f} % of the weights.")
        if count:
            words.append(f"Last {count} update{'s' * (count != 1)}, up to update {frame.update}.")
        self.sentence.setText(" ".join(words))

    @property
    def is_small(self) -> bool:
        """Whether there is room for few words only."""
        return self.width() < SMALL

    def weight_text(self, weight: int) -> str:
        """Return what is known of one weight: gain, the parts of its last step, whether they agree."""
        assert self.setup is not None
        name = self.setup.weight_names[weight]
        if self._last is None:
            return f"{name}: no update yet" if self.moment is None else f"{name}: no update known"
        last = self._last
        gain = float(self.gains[weight])
        words = f"{name}: gain {number_text(gain, 4)}" if np.isfinite(gain) else f"{name}: no gradient"
        agree = {1: "same sign", -1: "opposite signs", 0: "no two signs"}[int(last.agree[weight])]
        parts = (last.gradient_part[weight], last.momentum_part[weight], last.step[weight])
        gradient_part, momentum_part, step = (number_text(float(part), 3) for part in parts)
        return f"{words}; gradient part {gradient_part}, momentum part {momentum_part}, step {step}; {agree}"

    def follow(self, name: str) -> None:
        """Highlight a weight that was chosen elsewhere."""
        if self.setup is not None and name in self.setup.weight_names:
            self.followed = self.setup.weight_names.index(name)
            self.redraw_now()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._was_small != self.is_small:
            self._was_small = self.is_small
            self.plot.set_label("left", "gain" if self.is_small else AXIS)
            self.redraw_now()
        # Of a fixed height, so that pointing at a bar does not move the bars.
        lines = 1 if self.width() > 640 else 2
        self.detail.setFixedHeight(lines * self.detail.fontMetrics().lineSpacing() + 8)

    def summary(self) -> str:
        """Limits, and the range of the gains."""
        good = self.gains[np.isfinite(self.gains)]
        if self.run is None or not len(good):
            return ""
        return (
            f"{self.run.name}: gains of {len(good)} weights from {number_text(float(good.min()))} "
            f"to {number_text(float(good.max()))}, median {number_text(float(np.median(good)))}"
        )

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return a row a trained weight: gain, and the parts of its last step."""
        rows: list[list[object]] = []
        if self.shown_frame is not None and self.run is not None and self.setup is not None and self._last is not None:
            last = self._last
            for weight in self._weights:
                numbers = (self.gains, last.gradient_part, last.momentum_part, last.step)
                rows.append([self.run.name, self.setup.weight_names[weight], *(float(n[weight]) for n in numbers)])
        return ["run", "weight", "gain", "gradient_part", "momentum_part", "step"], rows

    def _tell_weight(self) -> None:
        weight = self._hovered_weight if self._hovered_weight is not None else self.followed
        if weight is None:
            what = "cell" if self.as_matrices else "bar"
            self.detail.setText(f"Point at a {what}: the weight, its gain, and the two parts of its last step.")
        else:
            self.detail.setText(self.weight_text(weight))

    def _look_at(self, weight: int | None) -> None:
        if weight != self._hovered_weight:
            self._hovered_weight = weight
            self._tell_weight()

    @Slot(object)
    def _bar_hovered(self, place: QPointF | None) -> None:
        if place is None or not len(self._places):
            self._look_at(None)
            return
        near = int(np.argmin(np.abs(self._places - place.x())))
        self._look_at(int(self._weights[near]) if abs(self._places[near] - place.x()) <= 0.6 else None)

    @Slot(object)
    def _cell_hovered(self, place: QPointF | None) -> None:
        weight = None if place is None else self.matrices.weight_at(place.x(), place.y())
        self._look_at(weight if weight is not None and weight in self._weights else None)


def coefficients_of(frame: RunFrame) -> Coefficients:
    """Return the four numbers of a run's last updates; before the first, those of its settings."""
    return frame.coefficients if frame.trace is None else frame.trace.coefficients


def half_life_text(life: HalfLife, *, on_surface: bool) -> str:
    """Momentum's half-life in items and epochs; on a surface, where neither means anything, in updates."""
    if on_surface:
        return f"{number_text(life.updates, 3)} update{'s' * (life.updates != 1)}"
    items = f"{number_text(life.items, 3)} item{'s' * (life.items != 1)}"
    return f"{items} ({number_text(life.epochs, 2)} epochs)"
