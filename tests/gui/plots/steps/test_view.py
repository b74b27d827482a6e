"""The steps view: the parts of each epoch's last update, how steps turn, and where settings were changed."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from momentum_gui.engine.report import Measure
from momentum_gui.gui.plots.steps.view import PARTS, StepsView
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.gui.plots.showing import begin, select, show_moment, update


def shown(qtbot: QtBot, experiment: Experiment, epochs: int = 30) -> tuple[StepsView, Trainer, Record]:
    """A view of the second run of a training after some epochs."""
    theme.set_theme("light")
    trainer = Trainer(experiment, "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance_epochs(epochs))
    view = StepsView()
    qtbot.addWidget(view)
    view.resize(560, 380)
    view.show()
    begin(view, trainer.setup, record)
    select(view, len(record.runs) - 1)
    return view, trainer, record


def with_epochs(experiment: Experiment, epochs: int) -> Experiment:
    """The experiment with more epochs."""
    training = replace(experiment.training, epochs=epochs)
    return replace(experiment, training=training)


def test_the_curves_are_the_selected_runs(qtbot: QtBot, xor: Experiment) -> None:
    """Norms of gradient part, momentum part and step are drawn by their logarithm; below, the cosine as it is."""
    view, _, record = shown(qtbot, xor)
    measures = record.runs[1].measures.last
    for curve, (_, column, _) in zip(view._curves, PARTS, strict=True):
        with np.errstate(divide="ignore"):
            assert np.array_equal(curve.y_data[2:], np.log10(measures[2:, column]))
    assert np.array_equal(view._cosine.y_data[1:], measures[1:, int(Measure.COSINE)])


def test_many_epochs_are_a_band_and_their_mean(qtbot: QtBot, xor: Experiment) -> None:
    """With more epochs than can be told apart a band reaches from the least to the greatest, the line is the mean."""
    view, trainer, record = shown(qtbot, with_epochs(xor, 4000))
    assert not len(view._cosine_band.x_data)
    record.extend(trainer.advance_epochs(2000))
    update(view)
    measures = record.runs[1].measures
    with np.errstate(divide="ignore"):
        steps = np.log10(measures.last[1:, int(Measure.STEP_NORM)])
    band, line = view._bands[2], view._curves[2]
    assert (np.nanmin(band.y_data), np.nanmax(band.y_data)) == (steps.min(), steps.max())
    assert len(line.x_data) == len(band.x_data) // 2
    bounds = band.y_data[2:].reshape(-1, 2)
    assert ((bounds.min(axis=1) <= line.y_data[1:]) & (line.y_data[1:] <= bounds.max(axis=1))).all()
    last = measures.position > line.x_data[-1] - 1e-9
    assert line.y_data[-1] == pytest.approx(np.log10(measures.last[last, int(Measure.STEP_NORM)]).mean())


def test_the_gradient_part_is_rate_times_gradient(qtbot: QtBot, xor: Experiment) -> None:
    """The gradient part is A·lr·|g|, which with the one-step rule is lr·|g|."""
    _, _, record = shown(qtbot, xor)
    run = record.runs[1]
    last = run.measures.last[-1]
    assert last[run.GRADIENT_PART] == run.latest.learning_rate * last[int(Measure.GRADIENT_NORM)]


def test_changes_are_marked_on_both_plots(qtbot: QtBot, xor: Experiment) -> None:
    """A change of the selected run is a line on both plots, with its words on the upper one."""
    view, trainer, record = shown(qtbot, xor)
    trainer.change(1, momentum=0.9)
    trainer.change(0, learning_rate=0.1)
    record.extend(trainer.advance_epochs(5))
    update(view)
    above, below = view.events
    assert [line.value() for line in above.lines] == [line.value() for line in below.lines] == [30.0]
    assert above.lines[0].label.toPlainText() == "momentum 0.9"


def test_both_plots_move_together(qtbot: QtBot, xor: Experiment) -> None:
    """Zooming one plot along the epochs zooms the other."""
    view, _, _ = shown(qtbot, xor)
    view.norms.setXRange(5, 9, padding=0)
    assert view.turns.getPlotItem().viewRange()[0] == [5.0, 9.0]


def test_axes_are_right_after_every_change_of_size(qtbot: QtBot, xor: Experiment) -> None:
    """What is seen of an axis is what it draws when it is told to draw anew."""
    view, _, _ = shown(qtbot, xor)
    for width, height in ((329, 269), (253, 345), (500, 269), (500, 180), (560, 700), (300, 400)):
        view.resize(width, height)
        qtbot.wait(1)
        seen = [plot.grab().toImage() for plot in view.plots]
        for plot in view.plots:
            for axis in (plot.x_axis, plot.y_axis):
                axis.picture = None
                axis.update()
        qtbot.wait(1)
        assert [plot.grab().toImage() for plot in view.plots] == seen, (width, height)


def test_a_past_moment(qtbot: QtBot, xor: Experiment) -> None:
    """A line stands at the moment on both plots, and goes with it."""
    view, _, _ = shown(qtbot, xor)
    show_moment(view, 7.0)
    assert [cursor.value() for cursor in view._cursors] == [7.0, 7.0]
    assert all(cursor.isVisible() for cursor in view._cursors)
    show_moment(view, None)
    assert not any(cursor.isVisible() for cursor in view._cursors)


def test_a_diverged_run_is_drawn(qtbot: QtBot) -> None:
    """Steps that grow beyond all numbers are drawn without a warning, twelve decades of them at most."""
    table = {
        "problem": {"surface": "bowl"},
        "run": [{"name": "wild", "rule": "plain", "learning_rate": 3.0, "epochs": 2000}],
    }
    view, _, _ = shown(qtbot, Experiment.from_table(table, "bowl"), 1500)
    low, high = view.norms.getPlotItem().viewRange()[1]
    assert np.isfinite((low, high)).all()
    assert high - low < 16
    view.grab()


def test_one_update_is_seen(qtbot: QtBot, xor: Experiment) -> None:
    """After a single update there is a mark for its step; before it the axis shows sizes that a step may have."""
    view, _, _ = shown(qtbot, xor)
    trainer = Trainer(xor, "numpy")
    record = Record(trainer.first_frame())
    begin(view, trainer.setup, record)
    assert view.norms.getPlotItem().viewRange()[1] == pytest.approx([-3.24, 0.24])
    bare = view.norms.grab().toImage()
    record.extend(trainer.advance(1))
    update(view)
    assert view.norms.grab().toImage() != bare
    size = np.log10(record.runs[1].measures.last[-1, int(Measure.STEP_NORM)])
    low, high = view.norms.getPlotItem().viewRange()[1]
    assert low < size < high


def test_the_cosines_axis_in_a_low_plot(qtbot: QtBot, xor: Experiment) -> None:
    """The numbers at the ends of the cosine's axis are written where they do not meet the one in the middle."""
    view, _, _ = shown(qtbot, xor)
    for height, numbers in ((520, ["−1", "0", "1"]), (150, ["0"])):
        view.resize(560, height)
        major = view.turns.y_axis._tickLevels[0]
        assert [text for _, text in major if text] == numbers
