"""The sweep in the window: started, steered, looked at and acted on as a user does."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from momentum_gui.engine.population import Outcome
from momentum_gui.engine.rules import RULES
from momentum_gui.gui.export import plot_file as export
from momentum_gui.gui.plots.sweep.figures import coarsely_filled, figures_of
from momentum_gui.gui.plots.sweep.live_map import LiveMap
from momentum_gui.gui.plots.sweep.map import MapNumbers
from momentum_gui.gui.plots.sweep.maps import best_columns
from momentum_gui.gui.plots.sweep.runner import SweepJob
from momentum_gui.gui.plots.sweep.view import SweepView
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.flow_layout import FlowLayout
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.sweep.confirming.confirmer import Confirmer
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.runner import Sweep
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.plots import showing

RAVINE = Experiment.parse(
    """
    problem = { surface = "ravine", start = [-5.0, -2.0] }
    training = { rule = "heavy-ball", learning_rate = 0.4, momentum = 0.5, epochs = 40 }
    """,
    "ravine",
    Path(),
)
XOR = Experiment.parse(
    """
    problem = { dataset = "xor" }
    network = { hidden = [2], output_activation = "logistic" }
    training = { rule = "one-step", epochs = 100000, learning_rate = 0.5, seed = 3 }
    run = [{ name = "plain", rule = "plain" }, { name = "momentum" }]
    """,
    "xor",
    Path(),
)
MakeView = Callable[..., SweepView]


def begin(view: SweepView, experiment: Experiment) -> None:
    """Let a view show the start of an experiment."""
    trainer = Trainer(experiment, "numpy")
    showing.begin(view, trainer.setup, Record(trainer.first_frame()))


@pytest.fixture
def make_view(qtbot: QtBot) -> Iterator[MakeView]:
    """Makes views of an experiment with a small grid filled in; they end with the test."""
    views: list[SweepView] = []
    theme.set_theme("light")

    def make(experiment: Experiment = RAVINE, rates: str = "0.1,1.6,5", momenta: str = "0,0.8,5") -> SweepView:
        view = SweepView()
        qtbot.addWidget(view)
        views.append(view)
        view.set_engine("numpy")
        view.resize(640, 560)
        view.show()
        begin(view, experiment)
        for fields, text in ((view.form.learning_rate, rates), (view.form.momentum, momenta)):
            low, high, count = text.split(",")
            fields.show_range(float(low), float(high), int(count), log=fields is view.form.learning_rate)
        return view

    yield make
    for view in views:
        view.end()


def swept(view: SweepView) -> SweepView:
    """Start a sweep, and wait until it is done and drawn, theory's bound included."""
    view.steering.start.click()
    rest(view)
    return view


def rest(view: SweepView) -> None:
    """Wait until nothing is under way."""

    def at_rest() -> bool:
        job, figures = view.job, view.figures
        if job is None or view.runner.running or view.watch.busy:
            return False
        if figures is None or figures.version != job.version:
            return False
        return figures.answer is None or view.curvature.known

    wait_until(at_rest, "the sweep is at rest", 30.0)


def place(chart: LiveMap, column: float, row: float) -> QPoint:
    """Where in the viewport a cell's middle is."""
    area = chart.area
    at = QPointF(
        area.left() + (column + 0.5) * area.width() / len(chart.learning_rate),
        area.top() + (row + 0.5) * area.height() / len(chart.momentum),
    )
    return QPoint(chart.mapFromScene(chart.getPlotItem().getViewBox().mapViewToScene(at)))


def test_a_sweep_trains_every_cell_and_gives_the_answer(make_view: MakeView) -> None:
    """The table holds the numbers that the sweep alone gives, and the answer is the best of them."""
    view = swept(make_view())
    grid = Grid.of(RAVINE, "0.1:1.6:5:log", "0:0.8:5", rules=["heavy-ball"])
    alone = Sweep(RAVINE, grid, engine="numpy")
    list(alone.results())
    assert view.job is not None
    assert view.job.grid == grid
    np.testing.assert_array_equal(view.job.table.error, alone.table.error)
    assert view.figures is not None
    answer = view.figures.answer
    assert answer is not None
    assert answer.value == np.nanmin(alone.table.error)
    assert view.page.sentence.text() == answer.sentence()
    assert "25 of 25" in view.steering.state.text()


def test_the_answer_is_confirmed_on_fresh_seeds(make_view: MakeView) -> None:
    """After the grid a race: the number said is that of fresh seeds, and the same as without a window."""
    view = make_view(XOR, "0.5,2,3", "0,0.9,3")
    view.form.epochs.setText("30")
    view.form.seeds.setText("2")
    swept(view)
    assert view.job is not None
    alone = Sweep(view.job.experiment, view.job.grid, engine="numpy")
    list(alone.results())
    expected = Confirmer(alone, "error").run()
    found = view.job.confirmation
    assert found is not None
    assert expected is not None
    assert (found.cell, found.seeds) == (expected.cell, expected.seeds)
    np.testing.assert_array_equal(found.values, expected.values)
    assert f"median of {found.seeds} fresh seeds" in view.page.sentence.text()
    assert "Outline: as good" in view.page.detail.text()


def test_cancel_while_confirming_keeps_the_grids_answer(make_view: MakeView, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled race leaves the answer of the grid, which says that it is not confirmed."""
    begun, let_go = threading.Event(), threading.Event()

    def stuck(confirmer: Confirmer) -> None:
        begun.set()
        let_go.wait(20.0)

    monkeypatch.setattr(Confirmer, "run", stuck)
    view = make_view(XOR, "0.5,2,3", "0,0.9,3")
    view.form.epochs.setText("30")
    view.steering.start.click()
    wait_until(begun.is_set, "the race has begun", 20.0)
    view.watch.look()
    assert "Confirming" in view.steering.state.text()
    view.steering.cancel.click()
    let_go.set()
    rest(view)
    assert "not confirmed on fresh ones" in view.page.sentence.text()
    assert view.page.use.isEnabled()


def test_before_a_sweep_the_view_says_what_to_do(make_view: MakeView) -> None:
    """Neither a white field nor the map of another experiment: an invitation, until Start is clicked."""
    view = make_view()
    assert view.page.invitation.isVisible()
    assert view.page.invitation.text() == "Click Start to train every cell."
    swept(view)
    assert view.maps.isVisible()
    begin(view, XOR)
    assert view.page.invitation.isVisible()
    assert not view.maps.isVisible()
    view.cuts_button.click()
    assert view.page.invitation.isVisible()


def test_as_many_seeds_are_offered_as_one_waits_for(make_view: MakeView) -> None:
    """A short training is offered with many seeds, a long one with three, a surface with one."""
    view = make_view()
    assert view.form.seeds.text() == "1"
    begin(view, XOR)
    assert view.form.seeds.text() == "3"
    pytest.importorskip("numba", reason="NumPy alone has no time for more than three")
    view.set_engine("auto")
    begin(view, Experiment.load("iris"))
    assert int(view.form.seeds.text()) > 5


def test_the_boundary_is_drawn_from_the_measured_curvature(make_view: MakeView) -> None:
    """The ravine's largest curvature is 4: the heavy ball's bound 2(1+μ)/4 runs through the map."""
    view = swept(make_view())
    assert view.curvature.largest == pytest.approx(4.0)
    line = view.maps.maps[0].marks.boundary
    inside = np.isfinite(line).all(axis=1)
    assert inside.any()
    np.testing.assert_allclose(10 ** line[inside, 0], (1 + line[inside, 1]) / 2, rtol=1e-9)


def test_diverged_cells_stand_apart(make_view: MakeView) -> None:
    """A cell that diverged is hatched on grey, and its pixels are not of the scale."""
    view = make_view(rates="0.1,400,4")
    view.form.epochs.setText("400")
    swept(view)
    chart = view.maps.maps[0]
    assert chart.marks.diverged[3, 0]
    image = view.grab().toImage()
    ratio = image.devicePixelRatio()
    middle = chart.viewport().mapTo(view, place(chart, 3, 0))
    color = image.pixelColor(QPoint(round(middle.x() * ratio) + 3, round(middle.y() * ratio)))
    assert color.saturation() < 40


def test_all_rules_are_drawn_on_one_scale(make_view: MakeView) -> None:
    """Small multiples: a map for each of the five rules, with one colour bar."""
    view = make_view(rates="0.1,0.8,3", momenta="0,0.8,3")
    view.form.rule.setCurrentIndex(view.form.rule.count() - 1)
    swept(view)
    assert view.job is not None
    assert view.job.grid.rules == tuple(RULES)
    assert len(view.maps.maps) == len(RULES)
    widths = {chart.width() for chart in view.maps.maps}
    assert max(widths) - min(widths) <= 1
    assert len({tuple(chart.getPlotItem().viewRange()[0]) for chart in view.maps.maps}) == 1


def test_maps_are_used_again(make_view: MakeView) -> None:
    """A map is made once: the next sweep draws its grid on the same maps, and hides those it does not need."""
    view = make_view(rates="0.1,0.8,3", momenta="0,0.8,3")
    view.form.rule.setCurrentIndex(view.form.rule.count() - 1)
    made = list(swept(view).maps.maps)
    view.form.rule.setCurrentIndex(view.form.rule.findData("nesterov"))
    view.form.learning_rate.show_range(0.2, 0.6, 4, log=False)
    swept(view)
    assert view.maps.maps == made[:1]
    assert [chart.isVisible() for chart in made] == [True] + 4 * [False]
    assert made[0].cell_at(QPointF(0.6, 0.8)) == (3, 2)
    assert made[0].cell_at(QPointF(0.1, 0.8)) is None
    assert "Nesterov" in made[0].accessibleName()
    made[4].hovered.emit(None)  # the mouse leaves a map when that is hidden


def test_a_click_asks_for_a_run_with_the_cells_settings(make_view: MakeView, qtbot: QtBot) -> None:
    """The cell that is clicked becomes a run: its rule, learning rate and momentum are carried."""
    view = swept(make_view())
    chart = view.maps.maps[0]
    with qtbot.waitSignal(view.run_wanted, timeout=2000) as wanted:
        qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=place(chart, 1, 2))  # type: ignore[no-untyped-call]
    assert wanted.args == ["heavy-ball", pytest.approx(0.2), pytest.approx(0.4)]


def test_hovering_tells_of_the_cell(make_view: MakeView) -> None:
    """Settings, the measure and how the runs ended stand below the maps; gone when the mouse leaves."""
    view = make_view()
    view.form.seeds.setText("3")
    swept(view)
    view.maps.hover(0, QPointF(np.log10(0.2), 0.4))
    text = view.page.detail.text()
    assert all(
        part in text for part in ("Heavy ball", "0.2<", "0.4<", "median", "mean", "quartiles", "3 seeds: 3 trained")
    )
    view.maps.hover(0, None)
    assert "Ring" in view.page.detail.text()


def test_a_dragged_box_is_swept_more_finely(make_view: MakeView) -> None:
    """The box fills in the ranges, as many cells as before; the button sweeps it."""
    view = swept(make_view())
    assert not view.page.finer.isVisible()
    view.maps.box(0, QRectF(QPointF(np.log10(0.2), 0.2), QPointF(np.log10(0.4), 0.6)))
    assert view.page.finer.isVisible()
    view.page.finer.click()
    rest(view)
    assert view.job is not None
    grid = view.job.grid
    assert (grid.learning_rate.values[0], grid.learning_rate.values[-1]) == (0.2, 0.4)
    assert (grid.momentum.values[0], grid.momentum.values[-1]) == (0.2, 0.6)
    assert grid.shape == (1, 5, 5, 1)
    assert not view.page.finer.isVisible()


def test_the_answer_may_be_used(make_view: MakeView, qtbot: QtBot) -> None:
    """The button carries rule, learning rate and momentum of the best cell."""
    view = swept(make_view())
    assert view.figures is not None
    answer = view.figures.answer
    assert answer is not None
    with qtbot.waitSignal(view.settings_wanted, timeout=2000) as wanted:
        view.page.use.click()
    assert wanted.args == [answer.rule, answer.learning_rate, answer.momentum]


def test_the_map_fills_while_the_sweep_runs(make_view: MakeView) -> None:
    """Each new state of the sweep is drawn, in turn, and the last one in the end."""
    view = make_view(rates="0.1,1.6,21", momenta="0,0.8,21")
    drawn: list[int] = []
    view.watch.background.done.connect(lambda _: drawn.append(0 if view._drawn[0] is not view.figures else 1))
    view.steering.start.click()
    rest(view)
    assert drawn
    assert all(drawn)
    assert view.maps._figures is view.figures
    assert not view.maps._due


def test_the_same_state_may_be_drawn_again(make_view: MakeView) -> None:
    """Figures worked out anew from the same table take the place of the former ones."""
    view = swept(make_view())
    assert view.job is not None
    again = figures_of(view.job, "error")
    view.watch.background.done.emit(again)
    assert view.figures is again
    assert view._drawn[0] is again


def test_cancel_answers_at_once_and_keeps_what_is_done(make_view: MakeView) -> None:
    """A long sweep ends within 200 ms of Cancel; cells that were done are still there."""
    view = make_view(XOR, "0.1,1,8", "0,0.9,8")
    view.form.epochs.setText("300")
    view.steering.start.click()
    job = view.job
    assert job is not None
    wait_until(lambda: job.version > 0, "the first block is done", 30.0)
    done = job.table.known.copy()
    began = time.perf_counter()
    view.steering.cancel.click()
    wait_until(lambda: not view.runner.running, "the sweep has ended", 5.0)
    if not job.table.complete:
        assert time.perf_counter() - began < 0.2
        assert "cancelled" in view.steering.state.text()
    assert job.table.known[done].all()
    rest(view)
    assert view.figures is not None
    assert view.steering.start.isEnabled()


def test_pause_waits_and_goes_on(make_view: MakeView) -> None:
    """While paused no training is finished; afterwards the sweep comes to its end."""
    view = make_view()
    view.steering.start.click()
    view.steering.pause.setChecked(True)
    assert view.job is not None
    assert view.job.paused
    assert "paused" in view.steering.state.text()
    view.steering.pause.setChecked(False)
    rest(view)
    assert view.job.table.complete


def test_end_leaves_no_thread_in_the_midst_of_a_sweep(make_view: MakeView) -> None:
    """Closing the window ends a sweep of hours at once (left-over threads fail a test)."""
    view = make_view(XOR, "0.1,1,40", "0,0.9,40")
    view.steering.start.click()
    began = time.perf_counter()
    view.end()
    assert time.perf_counter() - began < 2.0
    assert not view.runner.running


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("first", "2", "start must lie below the end"),
        ("first", "0", "must start above 0"),
        ("count", "0", "count must be a whole number"),
        ("count", "999999", "allowed are up to"),
        ("count", "9999999999", "allowed are up to"),
        ("last", "x", "not a number"),
    ],
)
def test_bad_ranges_are_said_in_one_line(make_view: MakeView, field: str, text: str, said: str) -> None:
    """What is not allowed is said while it is typed, and cannot be started."""
    view = make_view()
    view.form.seeds.setText("9")
    entry = getattr(view.form.learning_rate, field)
    entry.setText(text)
    entry.textEdited.emit(text)
    assert said in view.page.problem.text()
    assert "\n" not in view.page.problem.text()
    assert not view.steering.start.isEnabled()


def test_a_measure_that_needs_a_target_says_so(make_view: MakeView) -> None:
    """Epochs to target without a target is refused; with one the sweep is judged by it."""
    view = make_view()
    view.form.measure.setCurrentIndex(view.form.measure.findData("epochs"))
    assert "target" in view.page.problem.text()
    view.form.target.setText("0.01")
    view.form.target.textEdited.emit("0.01")
    assert view.page.problem.text() == ""
    swept(view)
    assert view.figures is not None
    assert view.figures.answer is not None
    assert "epochs to target" in view.page.sentence.text()
    assert view.job is not None
    assert (view.job.table.outcome == Outcome.CONVERGED).any()


def test_a_new_run_keeps_the_sweep_and_a_new_problem_ends_it(make_view: MakeView) -> None:
    """Adding runs must not cost the map; a sweep of another problem would mislead."""
    view = swept(make_view())
    more = Experiment.from_table(
        {
            "problem": {"surface": "ravine", "start": [-5.0, -2.0]},
            "training": {"rule": "heavy-ball", "learning_rate": 0.4, "momentum": 0.5, "epochs": 40},
            "run": [{"name": "a"}, {"name": "b", "learning_rate": 0.1}],
        },
        "more",
    )
    begin(view, more)
    assert not view.is_empty
    begin(view, XOR)
    assert view.is_empty
    assert view.page.sentence.text() == ""


def test_cells_not_trained_yet_show_the_coarse_ones(make_view: MakeView) -> None:
    """Until a cell is trained it shows what the coarser pass says there; trained cells show their own."""
    grid = Grid.of(RAVINE, "0.1:1:11:log", "0:0.9:10")
    job = SweepJob(RAVINE, grid, "numpy")
    job.train()
    full = figures_of(job, "error")
    coarse = grid.levels() >= 1
    known = coarse[None]
    partly = MapNumbers(
        np.where(known, full.numbers.values, np.nan), full.numbers.diverged & known, True, -5.0, 0.0, True
    )
    filled = coarsely_filled(partly, known, grid)
    assert not np.isnan(filled.values).any()
    np.testing.assert_array_equal(filled.values[known], full.numbers.values[known])
    wide, high = grid.extent(1)
    assert filled.values[0, wide + 1, high + 1] == full.numbers.values[0, wide, high]


def test_cuts_run_through_the_best_cell(make_view: MakeView) -> None:
    """Along each setting the curve is the map's row or column, with the line at the best value."""
    view = swept(make_view())
    view.cuts_button.click()
    assert view.figures is not None
    answer = view.figures.answer
    assert answer is not None
    x, y = view.cuts.momentum._line.getData()
    np.testing.assert_allclose(x, answer.grid.momentum.values)
    expected = view.figures.numbers.values[0, answer.cell.learning_rate]
    shown = 10**y if view.figures.numbers.log else y
    np.testing.assert_allclose(shown[np.isfinite(expected)], expected[np.isfinite(expected)], rtol=1e-12)
    assert view.cuts.momentum._best.value() == answer.momentum


def test_cells_and_maps_are_exported(make_view: MakeView, tmp_path: Path) -> None:
    """The CSV has a row for each training, the picture is drawn for paper in the light theme."""
    view = make_view()
    with pytest.raises(BadInputError, match="no sweep"):
        export.save_picture(view, tmp_path / "none.png")
    swept(view)
    theme.set_theme("dark")
    view.apply_theme()
    export.save_table(view, tmp_path / "cells.csv")
    rows = list(csv.DictReader((tmp_path / "cells.csv").read_text().splitlines()))
    assert len(rows) == 25
    assert view.job is not None
    assert [float(row["error"]) for row in rows] == view.job.table.error.tolist()
    assert {row["outcome"] for row in rows} <= {"finished", "diverged"}
    export.save_picture(view, tmp_path / "map.png")
    image = QImage(str(tmp_path / "map.png"))
    assert image.pixelColor(2, 2) == QColor(theme.LIGHT.plot_background)
    dark = [image.pixelColor(x, y).lightness() < 110 for y in range(10, 60) for x in range(28, 500)]
    assert any(dark), "the title can be read on paper"


def test_a_narrow_flow_takes_more_lines(qtbot: QtBot) -> None:
    """Fields go on in the next line where the width ends, and none is cut off."""
    widget = QWidget()
    qtbot.addWidget(widget)
    flow = FlowLayout(widget)
    buttons = [QPushButton(f"Button {number}") for number in range(6)]
    for button in buttons:
        flow.addWidget(button)
    assert flow.heightForWidth(200) > flow.heightForWidth(2000)
    widget.resize(QSize(220, flow.heightForWidth(220)))
    widget.show()
    assert all(widget.rect().contains(button.geometry()) for button in buttons)


@pytest.mark.parametrize(
    ("count", "size", "columns"), [(1, (600, 300), 1), (5, (1500, 300), 5), (5, (900, 300), 3), (5, (300, 900), 1)]
)
def test_maps_are_laid_out_as_large_as_they_can_be(count: int, size: tuple[int, int], columns: int) -> None:
    """Wide areas put maps side by side, high ones below each other."""
    assert best_columns(count, *size) == columns


def test_a_cell_is_where_it_is_drawn(qtbot: QtBot) -> None:
    """The middle of each cell's rectangle is that cell; outside the map there is none."""
    grid = Grid.of(RAVINE, "0.1:1:4:log", "0:0.9:3")
    chart = LiveMap(grid.learning_rate, grid.momentum)
    qtbot.addWidget(chart)
    for cell in (Cell(0, 0, 0), Cell(0, 3, 2), Cell(0, 1, 1)):
        assert chart.cell_at(chart.rect_of(cell.learning_rate, cell.momentum).center()) == (
            cell.learning_rate,
            cell.momentum,
        )
    assert chart.cell_at(chart.area.topRight() + QPointF(0.1, 0.0)) is None
