"""The network view: a click follows a weight, its value can be edited, steps are coloured at past moments too."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.plots.network.view import DiagramView
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("patient_looks")


def stepped(make_window: MakeWindow, experiment: Experiment, updates: int) -> tuple[MainWindow, DiagramView]:
    """A window after so many updates, the network in front."""
    window = make_window(experiment)
    window.session.step(updates)
    window.wake()
    wait_until(lambda: window.session.record.latest.runs[0].update == updates, "the steps are done")  # type: ignore[union-attr]
    view = window.views.show("Network")
    at_rest(window)
    assert isinstance(view, DiagramView)
    return window, view


def click_on(view: DiagramView, weight: int) -> None:
    """Click on the middle of a weight's line."""
    layout = view.canvas._laid_out()
    line = next(line for line in layout.lines if line.weight == weight)
    middle = (line.start + line.end) / 2
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(middle.x()), round(middle.y())))


def test_a_click_follows_a_weight_in_all_views(make_window: MakeWindow, xor: Experiment) -> None:
    """Name and value stand below the drawing, and the other views look at the same weight."""
    window, view = stepped(make_window, xor, 6)
    gains = window.views.show("Gains")
    weight = view.canvas.network.weight_names.index("w2[1,0]")  # type: ignore[union-attr]
    click_on(view, weight)
    assert view.name.whole == "w2[1,0]"
    now = window.session.record.runs[window.state.selected].latest.weights[weight]  # type: ignore[union-attr]
    assert float(view.value.text()) == float(f"{now:.8g}")
    assert gains.followed == weight  # type: ignore[attr-defined]


def test_a_weight_is_edited_and_nonsense_is_refused(make_window: MakeWindow, xor: Experiment) -> None:
    """A number typed becomes the weight; what is none is told in one line and changes nothing."""
    window, view = stepped(make_window, xor, 6)
    view.follow("b1[0]")
    weight = view.canvas.network.weight_names.index("b1[0]")  # type: ignore[union-attr]

    def entered(text: str) -> None:
        view.value.setFocus()
        view.value.selectAll()
        QTest.keyClicks(view.value, text)
        QTest.keyClick(view.value, Qt.Key.Key_Return)

    before = window.session.record.runs[window.state.selected].latest.weights[weight]  # type: ignore[union-attr]
    entered("half")
    assert "a weight is a number" in view.problem.text()
    at_rest(window)
    assert window.session.record.runs[window.state.selected].latest.weights[weight] == before  # type: ignore[union-attr]
    entered("-0.25")
    wait_until(
        lambda: window.session.record.runs[window.state.selected].latest.weights[weight] == -0.25,  # type: ignore[union-attr]
        "the weight is set",
    )
    assert view.problem.text() == ""


def test_steps_of_a_past_moment_are_those_taken_then(make_window: MakeWindow, xor: Experiment) -> None:
    """The colours by last step follow the timeline; at the start no step has been taken."""
    window, view = stepped(make_window, xor, 24)
    frame = Trainer(xor, "numpy").advance(12).runs[window.state.selected]
    assert frame.trace is not None
    present = np.array(view.canvas.steps)
    window.timeline.moment_chosen.emit(3.0)
    wait_until(lambda: view.canvas.steps is not None and not np.array_equal(view.canvas.steps, present), "looked at")
    assert_array_equal(view.canvas.steps, frame.trace.steps[-1])
    window.timeline.moment_chosen.emit(0.0)
    wait_until(lambda: view.canvas.steps is None, "no step led to the start")
