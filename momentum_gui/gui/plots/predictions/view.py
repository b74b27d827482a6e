"""What the selected run's network answers: decision regions, a fitted curve, or classes against classes."""

from __future__ import annotations

import numpy as np
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import ready
from momentum_gui.engine.network import Network
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.predictions.answers import Answers, answer, quality
from momentum_gui.gui.plots.predictions.curves import AnswerCurve, AnswerScatter
from momentum_gui.gui.plots.predictions.matrix import ConfusionMatrix
from momentum_gui.gui.plots.predictions.picture import Picture
from momentum_gui.gui.plots.predictions.regions import Heights, Regions
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.widgets.rich_line import RichLine
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.data.datasets import Data

REACH = 8.0
"""How near an item a click must be, in pixels."""


class PredictionsView(PlotView):
    """The selected run's answers, drawn as its problem allows, with a key to the colours and marks below."""

    title = "Predictions"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = self.add_plot(Plot())
        self.plot.hovered.connect(self._hovered)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.key = RichLine()
        self.key.setContentsMargins(8, 0, 8, 4)
        self.body.addWidget(self.key)
        self.background = Background(self, "predictions")
        self.background.done.connect(self._answered)
        self.answers: Answers | None = None
        self.picture: Picture | None = None
        self._asked: Floats | None = None

    def end(self) -> None:
        """End the background work."""
        self.background.close()

    @property
    def busy(self) -> bool:
        """Whether answers are being computed."""
        return self.background.busy

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: an analytic surface has no network."""
        return super().is_empty or self._data is None

    @property
    def _data(self) -> Data | None:
        return None if self.setup is None else self.setup.data

    @property
    def _network(self) -> Network | None:
        return None if self.setup is None else self.setup.network

    # Drawing.

    def select(self) -> None:
        """Begin the picture that the problem allows, for another run: no answer of the run before stays."""
        self.answers, self._asked = None, None
        self.background.cancel()
        self._lay_out()

    def recolor(self) -> None:
        """Lay the picture out again in the theme's colours, with the answers that are known."""
        if self.record is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        if self.picture is not None:
            self.picture.remove()
            self.picture = None
        data = self._data
        self.plot.setVisible(data is not None)
        self.key.setVisible(data is not None)
        if data is None:
            self.read_out.setText("An analytic surface has no data to predict.")
            return
        self.read_out.clear()
        self.picture = picture_for(data)(self.plot, data, theme.run_color(self.selected))
        self.key.setText(" &nbsp; ".join(self.picture.key()))
        if self.answers is not None:
            self.picture.draw(self.answers)

    def redraw(self) -> None:
        """Ask for the answers of the present weights, if these have changed."""
        run, data, network, picture = self.run, self._data, self._network, self.picture
        if run is None or data is None or network is None or picture is None or self.background.busy:
            return
        weights = np.array(run.weights_at(self.moment))
        if self._asked is not None and np.array_equal(weights, self._asked):
            return
        self._asked, points = weights, picture.points
        self.background.request(lambda _cancelled: answer(ready(), network, weights, points, data))

    def redraw_at_rest(self) -> None:
        """Draw the answers of the present weights now: what is exported does not wait for a thread."""
        run, data, network, picture = self.run, self._data, self._network, self.picture
        if run is None or data is None or network is None or picture is None:
            return
        weights = np.array(run.weights_at(self.moment))
        if self.answers is None or not np.array_equal(weights, self.answers.weights, equal_nan=True):
            self.background.cancel()
            self._asked = weights
            self._take(answer(ready(), network, weights, picture.points, data))

    @Slot(object)
    def _answered(self, answers: Answers) -> None:
        if self.picture is None or len(answers.shown) != len(self.picture.points):
            return
        self._take(answers)
        self.redraw()

    def _take(self, answers: Answers) -> None:
        assert self.picture is not None
        self.answers = answers
        self.picture.draw(answers)
        self.read_out.setText(self.summary())
        self.describe(self.summary())

    # Words and data.

    def summary(self) -> str:
        """Return how many items are answered rightly."""
        return "" if self._data is None or self.answers is None else quality(self._data, self.answers)

    def legend(self) -> list[str]:
        """Return the run whose answers are drawn: colours are those of classes here."""
        return [] if self.run is None else [f"<b>{escaped(self.run.name)}</b>"]

    def key_text(self) -> str:
        """Return what colours and marks mean."""
        return self.key.text()

    def captions(self) -> list[str]:
        """Return how good the answers are."""
        return [self.summary()]

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return every item with its inputs, targets and the network's outputs, in the units of the data."""
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
            raw, targets = data.inputs_in_units(items.inputs), data.outputs_in_units(items.targets)
            for line in np.concatenate((raw, targets, outputs), axis=1) if len(items) else []:
                rows.append([name, *(float(number) for number in line)])
        return header, rows

    @Slot(object)
    def _hovered(self, place: QPointF | None) -> None:
        """Over a plane of inputs: the answer there."""
        answers, data, network, picture = self.answers, self._data, self._network, self.picture
        if answers is None or data is None or network is None or picture is None:
            return
        if place is None or not picture.any_place:
            self.read_out.setText(self.summary())
            return
        scaled = (np.array([[place.x(), place.y()]]) - data.center) / data.spread
        outputs = data.outputs_in_units(
            ready().outputs(network, answers.weights[None], np.ascontiguousarray(scaled))[0]
        )[0]
        shown = ", ".join(
            f"{escaped(name)} {number_text(float(value), 3)}"
            for name, value in zip(data.output_names, outputs, strict=True)
        )
        self.read_out.setText(f"({number_text(place.x(), 3)}, {number_text(place.y(), 3)}): {shown}")

    @Slot(object)
    def _clicked(self, event: MouseClickEvent) -> None:
        """On an item: show its row in the data."""
        answers, data, picture = self.answers, self._data, self.picture
        if answers is None or data is None or picture is None or event.button() != Qt.MouseButton.LeftButton:
            return
        box = self.plot.getPlotItem().getViewBox()
        across, along = box.viewPixelSize()
        here = box.mapSceneToView(event.scenePos())
        found, nearest = None, REACH
        for places, first in zip(picture.places(answers), (0, len(data.items)), strict=True):
            if not len(places):
                continue
            away = np.hypot((places[:, 0] - here.x()) / across, (places[:, 1] - here.y()) / along)
            place = int(np.nan_to_num(away, nan=np.inf).argmin())
            if away[place] < nearest:
                found, nearest = first + place, float(away[place])
        if found is not None:
            self.item_chosen.emit(found)


def picture_for(data: Data) -> type[Picture]:
    """Return the kind of picture for a data set."""
    inputs, outputs = data.items.inputs.shape[1], data.items.targets.shape[1]
    if inputs == 2 and data.has_classes:
        return Regions
    if inputs == 2 and outputs == 1:
        return Heights
    if inputs == 1:
        return AnswerCurve
    return ConfusionMatrix if data.has_classes else AnswerScatter
