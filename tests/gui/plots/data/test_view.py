"""The data view: every item as it is and as the network gets it, with ranges and counts; items chosen elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from momentum_gui.gui.plots.data.view import DataView
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest
from tests.gui.plots.showing import begin


def shown(qtbot: QtBot, experiment: Experiment) -> tuple[DataView, Trainer]:
    """The view of a training at its start."""
    trainer = Trainer(experiment, "numpy")
    view = DataView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    begin(view, trainer.setup, Record(trainer.first_frame()))
    return view, trainer


def row(view: DataView, item: int) -> list[str]:
    """The cells of an item."""
    return [view.model.index(item, place).data() for place in range(view.model.columnCount())]


def test_iris_as_it_is_and_as_the_network_gets_it(qtbot: QtBot) -> None:
    """Items in the units of the data, then scaled; least, mean and greatest above; how many of each species."""
    view, trainer = shown(qtbot, Experiment.load("iris"))
    data = trainer.setup.data
    assert data is not None
    numbers = np.array([[float(cell) for cell in row(view, item)[2:6]] for item in range(len(data.items))])
    assert np.allclose(numbers, data.items.inputs * data.spread + data.center, rtol=1e-5)
    assert row(view, 0)[1] == "training"
    assert row(view, view.model.rowCount() - 1)[1] == "held out"
    assert {row(view, item)[6] for item in range(150)} == {"setosa", "versicolor", "virginica"}
    assert "setosa 40 + 10" in view.counts.text()
    least = [view.summary_model.index(0, place).data() for place in range(2, 6)]
    assert [float(cell) for cell in least] == pytest.approx(numbers.min(axis=0), rel=1e-3)
    view.show_item(7)
    view.units.setCurrentIndex(1)
    view.units.activated.emit(1)
    assert float(row(view, 3)[2].replace("−", "-")) == pytest.approx(data.items.inputs[3, 0], rel=1e-4)
    assert view.items.currentIndex().row() == 7


def test_lines_of_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    """Each item of a table has its line of the file, also where lines are left out; so has the export."""
    (tmp_path / "t.csv").write_text("# note\na,b\n1,2.5\n2,?\n3,4.5\n4,1.5\n")
    view, _ = shown(qtbot, Experiment.load(tmp_path / "t.csv", ["problem.missing=drop"]))
    tips = [view.model.index(item, 0).data(Qt.ItemDataRole.ToolTipRole) for item in range(3)]
    assert tips == ["line 3 of the file", "line 5 of the file", "line 6 of the file"]
    header, rows = view.export_table()
    assert header == ["item", "set", "line", "a", "target b"]
    assert rows == [[1, "training", 3, 1.0, 2.5], [2, "training", 5, 3.0, 4.5], [3, "training", 6, 4.0, 1.5]]


def test_a_surface_has_no_data(qtbot: QtBot) -> None:
    """That is said, and there is nothing to export."""
    view, _ = shown(qtbot, Experiment.load("ravine"))
    assert view.is_empty
    assert view.empty.isVisible()
    assert view.export_table() == (["item", "set"], [])


def test_an_item_that_is_clicked_shows_its_row(make_window: MakeWindow) -> None:
    """On its mark in Predictions, or on its number in One update."""
    window = make_window(Experiment.load("moons"))
    window.actions_["step"].trigger()
    wait_until(lambda: window.session.record.latest.runs[0].update == 1, "an update")  # type: ignore[union-attr]
    at_rest(window)
    predictions = window.views.show("Predictions")
    wait_until(lambda: predictions.answers is not None, "the answers")  # type: ignore[attr-defined]
    at_rest(window)
    data = window.session.setup.data  # type: ignore[union-attr]
    assert data is not None
    plot = predictions.plot  # type: ignore[attr-defined]
    box = plot.getPlotItem().getViewBox()
    inputs = data.inputs_in_units(data.items.inputs)
    alone = int(np.argmax(np.sort(np.linalg.norm(inputs[:, None] - inputs[None], axis=2), axis=1)[:, 1]))
    place = plot.mapFromScene(box.mapViewToScene(QPointF(*inputs[alone].tolist())))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    shown_view = window.views.of_title("Data")
    assert isinstance(shown_view, DataView)
    wait_until(lambda: shown_view.items.currentIndex().row() == alone, "its row")
    assert shown_view.isVisible()
    update = window.views.show("One update")
    at_rest(window)
    number = int(update.item.text().partition("Item ")[2].partition("<")[0])  # type: ignore[attr-defined]
    update.item.linkActivated.emit(str(number - 1))  # type: ignore[attr-defined]
    assert shown_view.items.currentIndex().row() == number - 1
