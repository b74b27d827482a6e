"""What the selected run's network answers: decision regions, a fitted curve, or classes against classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine, ready
from momentum_gui.engine.network import Network
from momentum_gui.engine.task import Items
from momentum_gui.gui.plots.common.plot import Plot, plain_pen
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.data.datasets import Data

GRID, CURVE = 96, 400
MOST_POINTS = 2000


@dataclass(frozen=True, eq=False)
class Answers:
    """What was computed for one picture: the outputs at the picture's points, and at the items, in that order.

    `shown` (points, outputs); `training`, `held_out` (items, outputs).
    """

    shown: Floats
    training: Floats
    held_out: Floats


def answer(engine: Engine, network: Network, weights: Floats, inputs: Floats, data: Data) -> Answers:
    """The network's outputs for the picture's points and for all items."""
    parts = [inputs, data.items.inputs, data.test_items.inputs]
    outputs = engine.outputs(network, weights[None], np.ascontiguousarray(np.concatenate(parts)))[0]
    first, second = len(inputs), len(inputs) + len(data.items)
    return Answers(outputs[:first], outputs[first:second], outputs[second:])


class PredictionsView(PlotView):
    """The selected run's answers, drawn as its problem allows: two inputs, one input, or classes against classes."""

    title = "Predictions"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = self.add_plot(Plot())
        self.background = Background(self, "predictions")
        self.background.done.connect(self._answered)
        self.plot.hovered.connect(self._hovered)
        self.answers: Answers | None = None
        self._points: Floats = np.empty((0, 0))
        self._draw: Callable[[Answers], None] | None = None
        self._items: list[object] = []
        self._asked: Floats | None = None
        self._place = QRectF()
        self._image = pg.ImageItem(axisOrder="row-major")
        self._curve = pg.PlotCurveItem()

    def end(self) -> None:
        """End the background work."""
        self.background.close()

    @property
    def busy(self) -> bool:
        """Whether answers are being computed."""
        return self.background.busy

    def arrange(self) -> None:
        """Choose the picture that the problem allows."""
        self.answers, self._asked = None, None
        self.background.cancel()
        self._lay_out()

    @property
    def _data(self) -> Data | None:
        return None if self.setup is None else self.setup.data

    @property
    def _network(self) -> Network | None:
        return None if self.setup is None else self.setup.network

    def _lay_out(self) -> None:
        """Lay out the picture for the problem shown."""
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        data = self._data
        box = self.plot.getPlotItem().getViewBox()
        box.setAspectLocked(False)
        box.invertY(False)
        for side in ("left", "bottom"):
            self.plot.getPlotItem().getAxis(side).setTicks(None)
            self.plot.getPlotItem().getAxis(side).setStyle(showValues=True)
        if data is None or self._network is None:
            self._draw, self._points = None, np.empty((0, 0))
            self.read_out.setText("An analytic surface has no data to predict.")
            self.plot.setVisible(False)
            return
        self.plot.setVisible(True)
        self.read_out.clear()
        inputs, outputs = data.items.inputs.shape[1], data.items.targets.shape[1]
        classes = not np.isnan(data.items.threshold)
        if inputs == 2 and (classes or outputs == 1):
            self._begin_regions(data)
        elif inputs == 1:
            self._begin_curve(data)
        elif classes:
            self._begin_confusion(data)
        else:
            self._begin_scatter(data)

    def redraw(self) -> None:
        """Ask for the answers of the weights as they stand, if these have changed."""
        run, data, network = self.run, self._data, self._network
        if run is None or data is None or network is None or self._draw is None:
            return
        weights = run.weights_at(self.moment)
        if self.background.busy or (self._asked is not None and np.array_equal(weights, self._asked)):
            return
        self._asked = np.array(weights)
        asked, points = self._asked, self._points
        self.background.request(lambda _cancelled: answer(ready(), network, asked, points, data))

    def recolor(self) -> None:
        """Lay the picture out again in the theme's colours."""
        if self.record is not None:
            self._lay_out()
            if self.answers is not None and self._draw is not None:
                self._draw(self.answers)

    def summary(self) -> str:
        """How many items are answered rightly."""
        return self._share_text()

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Every item with its inputs, targets and the network's outputs."""
        data = self._data
        if data is None or self.answers is None:
            return ["set"], []
        header = ["set", *data.input_names]
        header += [f"target {name}" for name in data.output_names] + [f"output {name}" for name in data.output_names]
        rows: list[list[object]] = []
        for name, items, outputs in (
            ("training", data.items, self.answers.training),
            ("held out", data.test_items, self.answers.held_out),
        ):
            raw = items.inputs * data.spread + data.center
            for line in np.concatenate((raw, items.targets, outputs), axis=1) if len(items) else []:
                rows.append([name, *(float(number) for number in line)])
        return header, rows

    # The pictures.

    def _add(self, item: object) -> None:
        self.plot.addItem(item)
        self._items.append(item)

    def _paint(self, pixels: Floats) -> None:
        """Show pixels (ny, nx, 3) of 0 to 255; pyqtgraph scales a picture to its place only once it is there."""
        self._image.setImage(pixels.astype(np.uint8), levels=(0, 255))
        self._image.setRect(self._place)

    def _begin_regions(self, data: Data) -> None:
        """Two inputs: the answer over the plane of the inputs, the items upon it."""
        low, high = padded(np.concatenate((data.items.inputs, data.test_items.inputs)))
        xs, ys = (np.linspace(low[axis], high[axis], GRID) for axis in (0, 1))
        grid_x, grid_y = np.meshgrid(xs, ys)
        self._points = np.stack((grid_x.ravel(), grid_y.ravel()), axis=1)
        raw_low, raw_high = low * data.spread + data.center, high * data.spread + data.center
        self._image = pg.ImageItem(axisOrder="row-major")
        self._place = QRectF(raw_low[0], raw_low[1], raw_high[0] - raw_low[0], raw_high[1] - raw_low[1])
        self._image.setZValue(-10)
        self._add(self._image)
        self._scatter_items(data)
        self._label(data.input_names[0], data.input_names[1])
        self.plot.setRange(
            xRange=(raw_low[0], raw_high[0]), yRange=(raw_low[1], raw_high[1]), padding=0, disableAutoRange=True
        )
        self._draw = self._draw_regions

    def _draw_regions(self, answers: Answers) -> None:
        assert self._data is not None
        outputs = np.nan_to_num(answers.shown)
        threshold = self._data.items.threshold
        background = np.array(QColor(theme.current().plot_background).getRgb()[:3], dtype=np.float64)  # type: ignore[index]
        colors = class_colors(max(2, outputs.shape[1]))
        if outputs.shape[1] == 1:
            middle = 0.0 if np.isnan(threshold) else threshold
            targets = self._data.items.targets
            reach = max(1e-9, float(np.ptp(targets)) / 2)
            sure = np.clip((outputs[:, 0] - middle) / reach, -1, 1)
            chosen = (sure > 0).astype(np.int64)
            strength = np.abs(sure)
        else:
            chosen = outputs.argmax(axis=1)
            ordered = np.sort(outputs, axis=1)
            strength = np.clip(ordered[:, -1] - ordered[:, -2], 0, 1)
        share = (0.12 + 0.43 * strength)[:, None]
        pixels = background * (1 - share) + colors[chosen] * share
        self._paint(pixels.reshape(GRID, GRID, 3))

    def _scatter_items(self, data: Data) -> None:
        """The items, training filled and held out as rings."""
        for items, filled in ((data.items, True), (data.test_items, False)):
            if not len(items):
                continue
            raw = (items.inputs * data.spread + data.center)[:MOST_POINTS]
            colors = class_colors(max(2, items.targets.shape[1]))[class_of(items)[:MOST_POINTS]]
            pens = [pg.mkPen(QColor(*map(int, color)), width=1.5) for color in colors]
            rim = pg.mkPen(theme.current().plot_background, width=0.8)
            self._add(
                pg.ScatterPlotItem(
                    raw[:, 0],
                    raw[:, 1],
                    size=7,
                    pen=rim if filled else pens,
                    brush=[QColor(*map(int, color)) for color in colors] if filled else None,
                )
            )

    def _begin_curve(self, data: Data) -> None:
        """One input: what the network answers along it, the items upon it."""
        low, high = padded(np.concatenate((data.items.inputs, data.test_items.inputs)))
        self._points = np.linspace(low[0], high[0], CURVE)[:, None]
        colors = theme.current()
        for items, filled in ((data.items, True), (data.test_items, False)):
            if len(items):
                x = (items.inputs * data.spread + data.center)[:MOST_POINTS, 0]
                pen = plain_pen(colors.muted, 1.2)
                brush = QColor(colors.muted) if filled else None
                self._add(pg.ScatterPlotItem(x, items.targets[:MOST_POINTS, 0], size=6, pen=pen, brush=brush))
        self._curve = pg.PlotCurveItem(pen=plain_pen(theme.run_color(self.selected), 2))
        self._curve.setSegmentedLineMode("on")
        self._add(self._curve)
        self._label(data.input_names[0], data.output_names[0])
        raw = self._points[:, 0] * data.spread[0] + data.center[0]
        bottom, top = padded(np.concatenate((data.items.targets, data.test_items.targets)), 0.2)
        self.plot.setRange(xRange=(raw[0], raw[-1]), yRange=(bottom[0], top[0]), padding=0, disableAutoRange=True)
        self._draw = self._draw_curve

    def _draw_curve(self, answers: Answers) -> None:
        assert self._data is not None
        x = self._points[:, 0] * self._data.spread[0] + self._data.center[0]
        self._curve.setPen(plain_pen(theme.run_color(self.selected), 2))
        self._curve.setData(x, np.clip(answers.shown[:, 0], -1e300, 1e300), connect="finite")

    def _begin_scatter(self, data: Data) -> None:
        """Numbers from many inputs: what was answered against what was wanted."""
        self._points = np.empty((0, data.items.inputs.shape[1]))
        low, high = padded(data.items.targets)
        line = pg.PlotCurveItem([low[0], high[0]], [low[0], high[0]], pen=plain_pen(theme.current().muted))
        self._add(line)
        self._dots = pg.ScatterPlotItem(size=6, pen=None)
        self._add(self._dots)
        self._label(f"wanted {data.output_names[0]}", f"answered {data.output_names[0]}")
        self.plot.setRange(xRange=(low[0], high[0]), yRange=(low[0], high[0]), padding=0, disableAutoRange=True)
        self._draw = self._draw_scatter

    def _draw_scatter(self, answers: Answers) -> None:
        assert self._data is not None
        wanted, given = self._data.items.targets[:MOST_POINTS, 0], answers.training[:MOST_POINTS, 0]
        good = np.isfinite(given) & (np.abs(given) < 1e300)
        self._dots.setData(wanted[good], given[good], brush=QColor(theme.run_color(self.selected)))

    def _begin_confusion(self, data: Data) -> None:
        """Classes from many inputs: a matrix of what was taken for what."""
        self._points = np.empty((0, data.items.inputs.shape[1]))
        names = class_names(data)
        count = len(names)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._place = QRectF(-0.5, -0.5, count, count)
        self._add(self._image)
        self._cells = []
        for row in range(count if count <= 12 else 0):
            for column in range(count):
                cell = pg.TextItem(anchor=(0.5, 0.5))
                cell.setPos(column, row)
                self._add(cell)
                self._cells.append(cell)
        self._label("answered", "right class")
        ticks = [[(number, name if len(name) <= 14 else name[:13] + "…") for number, name in enumerate(names)]]
        for side in ("left", "bottom"):
            self.plot.getPlotItem().getAxis(side).setTicks(ticks if count <= 12 else None)
        self.plot.getPlotItem().getAxis("left").setWidth(None)
        self.plot.getPlotItem().getViewBox().invertY(True)
        self.plot.setRange(xRange=(-0.5, count - 0.5), yRange=(-0.5, count - 0.5), padding=0.01, disableAutoRange=True)
        self._draw = self._draw_confusion

    def _draw_confusion(self, answers: Answers) -> None:
        assert self._data is not None
        count = len(class_names(self._data))
        training = confusion(self._data.items, answers.training, count)
        held_out = confusion(self._data.test_items, answers.held_out, count)
        share = training / np.maximum(training.sum(axis=1, keepdims=True), 1)
        colors = theme.current()
        background = np.array(QColor(colors.plot_background).getRgb()[:3], dtype=np.float64)  # type: ignore[index]
        right, wrong = (
            np.array(QColor(color).getRgb()[:3], dtype=np.float64)  # type: ignore[index]
            for color in (colors.gradient_part, colors.momentum_part)
        )
        tint = np.where(np.eye(count, dtype=np.bool_)[:, :, None], right, wrong)
        strength = (0.65 * share)[:, :, None]
        pixels = background * (1 - strength) + tint * strength
        self._paint(pixels)
        for number, cell in enumerate(self._cells):
            row, column = divmod(number, count)
            text = str(int(training[row, column]))
            if len(self._data.test_items):
                text += f" + {int(held_out[row, column])}"
            cell.setColor(colors.text)
            cell.setText(text)

    # Words.

    def _label(self, x: str, y: str) -> None:
        self.plot.set_label("bottom", x)
        self.plot.set_label("left", y)
        self.plot.getPlotItem().getAxis("left").setWidth(60)

    def _share_text(self) -> str:
        """The share of right answers, or the typical miss, on training and held-out items."""
        data, answers = self._data, self.answers
        if data is None or answers is None:
            return ""
        words = []
        for name, items, outputs in (
            ("training", data.items, answers.training),
            ("held out", data.test_items, answers.held_out),
        ):
            if not len(items):
                continue
            if np.isnan(items.threshold):
                miss = float(np.sqrt(np.mean((outputs - items.targets) ** 2)))
                words.append(f"{name}: root mean square miss {number_text(miss, 3)}")
            else:
                right = int((class_of(items) == chosen_class(items, outputs)).sum())
                words.append(f"{name}: {right} of {len(items)} right ({100 * right / len(items):.1f} %)")
        return "  ·  ".join(words)

    @Slot(object)
    def _answered(self, answers: Answers) -> None:
        if self._draw is None or answers.shown.shape[0] != len(self._points):
            return
        self.answers = answers
        self._draw(answers)
        self.read_out.setText(self._share_text())
        self.redraw()

    @Slot(object)
    def _hovered(self, place: QPointF | None) -> None:
        """Over regions and curves: the answer there."""
        if self.answers is None or self._data is None or self._network is None:
            return
        regions = self._draw == self._draw_regions
        if place is None or not regions or self._asked is None:
            self.read_out.setText(self._share_text())
            return
        raw = np.array([[place.x(), place.y()]])
        scaled = (raw - self._data.center) / self._data.spread
        outputs = ready().outputs(self._network, self._asked[None], np.ascontiguousarray(scaled))[0, 0]
        shown = ", ".join(
            f"{escaped(name)} {number_text(float(value), 3)}"
            for name, value in zip(self._data.output_names, outputs, strict=True)
        )
        self.read_out.setText(f"({number_text(place.x(), 3)}, {number_text(place.y(), 3)}): {shown}")


def padded(points: Floats, share: float = 0.12) -> tuple[Floats, Floats]:
    """The least and greatest of each column, with a margin."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, share * (high - low), 1.0)
    return low - margin, high + margin


def class_names(data: Data) -> tuple[str, ...]:
    """The names of the classes; of a single output, which side of the threshold."""
    if len(data.output_names) > 1:
        return data.output_names
    name, cut = data.output_names[0], number_text(data.items.threshold, 3)
    return f"{name} ≤ {cut}", f"{name} > {cut}"


def class_of(items: Items) -> np.ndarray:
    """The right class of each item, (items,)."""
    return chosen_class(items, items.targets)


def chosen_class(items: Items, outputs: Floats) -> np.ndarray:
    """The class that outputs (items, outputs) stand for: the largest, or which side of the threshold."""
    if outputs.shape[1] == 1:
        threshold = 0.0 if np.isnan(items.threshold) else items.threshold
        return (outputs[:, 0] > threshold).astype(np.int64)
    return np.nan_to_num(outputs).argmax(axis=1)


def confusion(items: Items, outputs: Floats, count: int) -> np.ndarray:
    """How many items of each class (rows) were taken for which (columns)."""
    matrix = np.zeros((count, count), dtype=np.int64)
    if len(items):
        np.add.at(matrix, (class_of(items), chosen_class(items, outputs)), 1)
    return matrix


def class_colors(count: int) -> Floats:
    """A colour for each class, (count, 3) of 0 to 255; they repeat after eight."""
    palette = theme.RUN_COLORS[theme.current().name]
    colors = [QColor(palette[number % len(palette)]).getRgb()[:3] for number in range(count)]  # type: ignore[index]
    return np.array(colors, dtype=np.float64)
