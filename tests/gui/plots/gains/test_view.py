"""The gains view: what it draws and says is what lab.measures finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from momentum_gui.engine.rules import RULES, gains
from momentum_gui.gui.plots.gains.view import GainsView
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.steps.step_parts import anatomy, effective_gain
from momentum_gui.lab.training.trainer import Trainer
from tests.gui.plots.showing import begin, select


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[GainsView]:
    if not theme.is_set() or theme.current().name != "light":  # costs as much as there are widgets
        theme.set_theme("light")
    view = GainsView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    yield view


def trained(updates: int = 20, hidden: int = 3, **network: object) -> tuple[Trainer, Record]:
    """Three runs on XOR after some updates."""
    table = {
        "problem": {"dataset": "xor"},
        "network": {"hidden": [hidden], "output_activation": "logistic", **network},
        "training": {"epochs": 100, "learning_rate": 0.3, "momentum": 0.6, "seed": 2},
        "run": [{"name": "plain", "rule": "plain"}, {"name": "source"}, {"name": "heavy", "rule": "heavy-ball"}],
    }
    trainer = Trainer(Experiment.from_table(table, "test"), "numpy")
    record = Record(trainer.first_frame())
    for _ in range(updates):
        record.extend(trainer.advance(1))
    return trainer, record


@pytest.mark.parametrize("run", [0, 1, 2])
def test_bars_are_the_measured_gains_between_the_limits_of_the_rule(view: GainsView, run: int) -> None:
    """Each bar is as high as lab.measures says, and the two lines lie at the rule's gains."""
    trainer, record = trained()
    begin(view, trainer.setup, record)
    select(view, run)
    window = record.runs[run].window
    assert window is not None
    expected = effective_gain(window)
    good = np.isfinite(expected)
    assert good.any()
    np.testing.assert_array_equal(view._bars.opts["height"], expected[good])
    limits = gains(RULES[record.runs[run].latest.rule].coefficients(record.runs[run].latest.momentum))
    assert view._limits[0].value() == limits.steady
    assert view._limits[1].value() == limits.alternating
    assert view._limits[1].isVisible() == (limits.steady != limits.alternating)


def test_pointing_at_a_bar_tells_weight_gain_and_parts(view: GainsView) -> None:
    """The read-out names the weight and the numbers of its last step; it goes when the mouse leaves."""
    trainer, record = trained()
    begin(view, trainer.setup, record)
    select(view, 2)
    window = record.runs[2].window
    assert window is not None
    last, names = anatomy(window), trainer.setup.weight_names
    assert len(view._weights) == len(names)
    for weight in (0, 7, len(names) - 1):
        view._bar_hovered(QPointF(float(view._places[weight]), 0.1))
        text = view.detail.text()
        assert text.startswith(f"{names[weight]}: ")
        gain = effective_gain(window)[weight]
        if np.isfinite(gain):
            assert float(text.partition("gain ")[2].partition(";")[0].replace("−", "-")) == pytest.approx(
                gain, rel=1e-3
            )
        agrees = {1: "same sign", -1: "opposite signs", 0: "no two signs"}[int(last.agree[weight])]
        assert text.endswith(agrees)
    view._bar_hovered(None)
    assert "Point at a bar" in view.detail.text()


def test_many_weights_are_heat_maps_whose_cells_are_the_gains(view: GainsView) -> None:
    """Beyond 60 weights each layer is a matrix: inputs down, units across, biases last; each cell is one weight."""
    trainer, record = trained(hidden=20)
    begin(view, trainer.setup, record)
    select(view, 1)
    assert view.as_matrices
    assert view.plot.isHidden()
    assert not view.matrix_plot.isHidden()
    window = record.runs[1].window
    assert window is not None
    expected, names = effective_gain(window), trainer.setup.weight_names
    for matrix in view.matrices.matrices:
        rows, columns = matrix.image.image.shape
        assert (rows, columns) == (matrix.layer.inputs + 1, matrix.layer.units)
        for row in range(rows):
            for column in range(columns):
                x = matrix.left + (column + 0.5) / columns * matrix.width
                weight = view.matrices.weight_at(x, (row + 0.5) / rows)
                assert weight is not None
                assert matrix.image.image[row, column] == pytest.approx(expected[weight], rel=1e-6, nan_ok=True)
    first = view.matrices.matrices[0]
    assert names[view.matrices.weight_at(first.left, 0.999) or 0] == "w1[0,0]"
    assert names[view.matrices.weight_at(first.left, 0.001) or 0] == "b1[0]"


def test_weights_without_a_gradient_are_shown_as_such(view: GainsView) -> None:
    """Before the first update no weight has a gain: circles, no bars, and the limits all the same."""
    trainer, record = trained(updates=3)
    begin(view, trainer.setup, record)
    assert view._bars.isVisible()
    trainer, record = trained(updates=0)
    begin(view, trainer.setup, record)
    assert not view._bars.isVisible()
    assert len(view._missing.data) == len(trainer.setup.weight_names)


def test_only_trained_weights_are_drawn_and_a_followed_one_stands_out(view: GainsView) -> None:
    """Frozen weights have no bar; `follow` tells of a weight and gives its bar a border."""
    trainer, record = trained(train_only=["w1[0,0]", "b1[1]", "w2[2,0]"])
    begin(view, trainer.setup, record)
    select(view, 1)
    assert [trainer.setup.weight_names[weight] for weight in view._weights] == ["w1[0,0]", "b1[1]", "w2[2,0]"]
    view.follow("b1[1]")
    assert view.detail.text().startswith("b1[1]: ")
    widths = [
        pen.widthF()
        for pen, weight in zip(view._bars.opts["pens"], view._weights, strict=True)
        if weight == view.followed
    ]
    assert widths == [2.0]


def test_the_sentence_gives_limits_half_life_and_agreement(view: GainsView) -> None:
    """Heavy ball, μ 0.6: from 1/(1+μ) = 0.625 to 1/(1−μ) = 2.5, half-life ln ½ / ln 0.6 items."""
    trainer, record = trained()
    begin(view, trainer.setup, record)
    select(view, 2)
    text = view.sentence.text()
    assert "gains from 0.625" in text
    assert "to 2.5 (steady)" in text
    assert "1.36 items (0.34 epochs)" in text
    window = record.runs[2].window
    assert window is not None
    assert f"{100 * anatomy(window).agreement:.0f} % of the weights" in text


def test_the_table_has_a_row_for_each_trained_weight(view: GainsView) -> None:
    """Gradient part and momentum part add up to the step in every row."""
    trainer, record = trained()
    begin(view, trainer.setup, record)
    select(view, 1)
    header, rows = view.export_table()
    assert header[:3] == ["run", "weight", "gain"]
    assert [row[1] for row in rows] == list(trainer.setup.weight_names)
    for row in rows:
        assert row[3] + row[4] == row[5]  # type: ignore[operator]
