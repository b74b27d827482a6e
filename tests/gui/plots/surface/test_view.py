"""The surface view: what it draws and says, where starts are set, and that nothing wild makes it stumble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from momentum_gui.engine.analysis.plane import surface_plane
from momentum_gui.engine.numpy_engine import task_errors, task_gradients
from momentum_gui.gui.export.page import Layout, widened
from momentum_gui.gui.export.plot_file import save_picture
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.surface.evaluation import LIVE_SIZE
from momentum_gui.gui.plots.surface.image import values_of
from momentum_gui.gui.plots.surface.paths import FARTHEST, drawn_near
from momentum_gui.gui.plots.surface.plane_picker import PCA, RANDOM, THREE, WEIGHTS, State
from momentum_gui.gui.plots.surface.projection import path_until
from momentum_gui.gui.plots.surface.start import CLICK_MILLISECONDS
from momentum_gui.gui.plots.surface.view import STILL_SIZE, SurfaceView
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.plots.showing import begin, select, show_moment, update

Shown = tuple[SurfaceView, Trainer, Record]
Show = Callable[..., Shown]


def on_surface(runs: list[dict[str, object]], surface: str = "bowl") -> Experiment:
    """Some runs on an analytic surface."""
    return Experiment.from_table({"problem": {"surface": surface}, "run": runs}, "surface")


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    """Shows an experiment after some epochs; the view's background work ends with the test."""
    views: list[SurfaceView] = []
    theme.set_theme("light")

    def make(experiment: Experiment, epochs: int = 10) -> Shown:
        trainer = Trainer(experiment, "numpy")
        record = Record(trainer.first_frame())
        if epochs:
            record.extend(trainer.advance_epochs(epochs))
        view = SurfaceView()
        views.append(view)
        qtbot.addWidget(view)
        view.resize(640, 620)
        view.show()
        begin(view, trainer.setup, record)
        settle(view)
        return view, trainer, record

    yield make
    for view in views:
        view.end()


def settle(view: SurfaceView) -> None:
    """Wait until the surface is evaluated as finely as it will be."""
    wait_until(lambda: not view.busy, "the surface is evaluated", 20.0)


def pixel(view: SurfaceView, x: float, y: float) -> QPoint:
    """Where a point of the plane is in the plot's widget."""
    place = view.plot.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y))
    return view.plot.mapFromScene(place)


def choose(view: SurfaceView, kind: int) -> None:
    """Choose a kind of plane as a user does."""
    view.picker.kind.setCurrentIndex(kind)
    view.picker.kind.activated.emit(kind)
    settle(view)


def starts_of(view: SurfaceView) -> list[tuple[dict[str, float], bool]]:
    """What the view tells of starts from now on."""
    told: list[tuple[dict[str, float], bool]] = []
    view.start_chosen.connect(lambda weights, only: told.append((weights, only)))
    return told


@pytest.mark.parametrize("kind", [WEIGHTS, PCA, RANDOM, THREE])
def test_the_surface_is_the_error_on_the_plane(show: Show, xor: Experiment, kind: int) -> None:
    """Every point of the picture is the error of the network set to those weights, on every plane."""
    view, trainer, _ = show(xor)
    choose(view, kind)
    evaluated = view.evaluated
    assert evaluated is not None
    assert evaluated.errors.shape == (STILL_SIZE, STILL_SIZE)
    row, column = 17, 101
    weights = evaluated.request.plane.weights_at(evaluated.request.xs[column], evaluated.request.ys[row])
    expected = task_errors(trainer.groups[0].task, weights)[0]
    assert evaluated.errors[row, column] == pytest.approx(expected, rel=1e-12)


def test_two_weights_are_held_where_the_selected_run_stands(show: Show, xor: Experiment) -> None:
    """As training goes on, and as another run is selected, the other weights of the plane are that run's."""
    view, trainer, record = show(xor)
    choose(view, WEIGHTS)
    others = [n for n in range(len(trainer.setup.weight_names)) if n not in view.picker.pair]
    for selected in (1, 0):
        record.extend(trainer.advance_epochs(1))
        select(view, selected)
        update(view)
        assert np.array_equal(view.plane.origin[others], record.runs[selected].latest.weights[others])
        assert record.runs[selected].name in view.sentence.text()


def test_what_is_said_of_the_plane(show: Show, xor: Experiment) -> None:
    """The line below tells true error, the surface's error at the projected point, and the distance between."""
    view, trainer, record = show(xor)
    run = record.runs[0].latest
    x, y, distance = view.plane.project(run.weights[None])
    there = task_errors(trainer.groups[0].task, view.plane.weights_at(x, y))[0]
    text = view.state.text()
    assert f"error {run.error:.5g}" in text
    assert f"on this plane {there:.5g}" in text
    assert f"{distance[0]:.3g} off it" in text


def test_hovering_tells_error_and_gradient(show: Show, xor: Experiment) -> None:
    """At the mouse are the error and the gradient evaluated there, not those of the nearest pixel."""
    view, trainer, _ = show(xor)
    choose(view, WEIGHTS)
    weights = view.plane.weights_at(0.123, -0.456)
    error = task_errors(trainer.groups[0].task, weights)[0]
    up = -task_gradients(trainer.groups[0].task, weights)[0]
    i, j = view.picker.pair
    view.plot.hovered.emit(QPointF(0.123, -0.456))
    text = view.read_out.text().replace("−", "-")
    assert f"error {error:.4g}" in text
    assert f"({number_text(up[i], 2)}, {number_text(up[j], 2)})".replace("−", "-") in text
    view.plot.hovered.emit(None)
    assert view.read_out.text() == ""


def test_a_click_sets_the_start(show: Show, xor: Experiment) -> None:
    """A click tells the two weights under it, for all runs; with Shift for the selected one."""
    view, trainer, _ = show(xor)
    choose(view, WEIGHTS)
    told = starts_of(view)
    place = pixel(view, 0.3, -0.2)
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        QTest.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, modifier, place)
        wait_until(lambda: not view.clicks.isActive(), "the click counts")
    assert [only for _, only in told] == [False, True]
    x, y = told[0][0].values()
    assert (x, y) == pytest.approx((0.3, -0.2), abs=0.02)
    names = trainer.setup.weight_names
    assert set(told[0][0]) == {names[number] for number in view.picker.pair}


def test_a_double_click_moves_no_start(show: Show, xor: Experiment) -> None:
    """A double click is for the range: training does not start again."""
    view, _, _ = show(xor)
    told = starts_of(view)
    place = QPoint(250, 180)
    viewport = view.plot.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    QTest.qWait(CLICK_MILLISECONDS + 100)
    assert told == []


def drag(view: SurfaceView, begin: QPoint, end: QPoint) -> None:
    """Drag with the left button."""
    viewport = view.plot.viewport()
    none = Qt.KeyboardModifier.NoModifier
    QTest.mouseMove(viewport, begin)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, none, begin)
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        QTest.mouseMove(viewport, begin + (end - begin) * share)
        QTest.qWait(20)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, none, end)


def test_panning_moves_no_start(show: Show, xor: Experiment) -> None:
    """A drag on the surface moves the picture, not the start."""
    view, _, _ = show(xor)
    told, before = starts_of(view), view.plot.getPlotItem().viewRange()
    drag(view, QPoint(150, 100), QPoint(250, 180))
    QTest.qWait(CLICK_MILLISECONDS + 100)
    assert told == []
    assert view.plot.getPlotItem().viewRange() != before


def test_the_start_is_dragged(show: Show) -> None:
    """The selected run's start can be taken and put elsewhere."""
    view, _, _ = show(on_surface([{"name": "a", "learning_rate": 0.1}]))
    told = starts_of(view)
    x, y = view.marker.pos()
    drag(view, pixel(view, x, y), pixel(view, x - 4, y - 3))
    wait_until(lambda: bool(told), "the start is told")
    assert tuple(told[0][0].values()) == pytest.approx((x - 4, y - 3), abs=0.2)


def test_the_start_is_typed(show: Show) -> None:
    """Two numbers set the start; what is no number is marked, and sets nothing."""
    view, _, _ = show(on_surface([{"name": "a", "learning_rate": 0.1}]))
    told = starts_of(view)
    field = view.start.along_x
    for text in ("far away", "-2,5"):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert [weights["x"] for weights, _ in told] == [-2.5]
    assert told[0][0]["y"] == float(view.start.along_y.text())


def test_a_typed_start_keeps_the_other_coordinate(show: Show, xor: Experiment) -> None:
    """Where one number is typed, the other stays what it is, to all digits, though a field shows few of them."""
    view, _, record = show(xor)
    choose(view, WEIGHTS)
    told = starts_of(view)
    view.start.along_x.selectAll()
    QTest.keyClicks(view.start.along_x, "0.5")
    QTest.keyClick(view.start.along_x, Qt.Key.Key_Return)
    assert list(told[0][0].values()) == [0.5, record.runs[0].path.vectors[0][view.picker.pair[1]]]


def test_the_start_is_refused_quietly(show: Show) -> None:
    """A field that holds no number says so, until it does."""
    view, _, _ = show(on_surface([{"name": "a", "learning_rate": 0.1}]))
    view.start.along_x.selectAll()
    QTest.keyClicks(view.start.along_x, "x")
    QTest.keyClick(view.start.along_x, Qt.Key.Key_Return)
    assert view.start.along_x.property("refused")
    assert view.start.problem.text()


def test_new_directions_are_others(show: Show, xor: Experiment) -> None:
    """The button draws two other directions; through the start they stay where they are as training goes on."""
    view, _, record = show(xor)
    choose(view, RANDOM)
    view.picker.centre.setCurrentIndex(1)
    view.picker.centre.activated.emit(1)
    before = view.plane
    assert np.array_equal(before.origin, record.runs[0].path.vectors[0])
    view.picker.new_directions.click()
    assert not np.allclose(view.plane.axis_x, before.axis_x)


def test_three_states_are_on_their_plane(show: Show, xor: Experiment) -> None:
    """The plane goes through the states chosen: start, end of the first run, end of the second."""
    view, _, record = show(xor)
    choose(view, THREE)
    states = np.stack([box.currentData().weights(record) for box in view.picker.states])
    assert np.array_equal(states[1], record.runs[0].latest.weights)
    assert np.array_equal(states[2], record.runs[1].latest.weights)
    assert view.plane.project(states)[2] == pytest.approx(np.zeros(3), abs=1e-12)
    assert "end of momentum" in view.sentence.text()
    select(view, 1)
    assert np.array_equal(view.picker.states[1].currentData().weights(record), record.runs[1].latest.weights)
    view.picker.states[0].activated.emit(0)  # chosen by hand: now it stays
    select(view, 0)
    assert view.picker.states[1].currentData() == State(1, "now")


def test_the_best_state_has_the_least_error(show: Show) -> None:
    """The best state of a run is the recorded one of least error, also where it was left again."""
    _, _, record = show(on_surface([{"name": "a", "rule": "plain", "learning_rate": 1.05, "epochs": 30}]), 5)
    assert np.array_equal(State(0, "best").weights(record), record.runs[0].path.vectors[0])


def test_back_at_the_start_the_directions_stay(show: Show, xor: Experiment) -> None:
    """Starting again does not turn the plane of the main directions to an arbitrary one."""
    view, trainer, record = show(xor)
    before = view.plane
    record.rewind(trainer.seek(0))
    update(view)
    assert view.plane is before


def test_before_anything_moved(show: Show, xor: Experiment) -> None:
    """Without a path there are no main directions, and no share of a movement is claimed."""
    view, _, _ = show(xor, 0)
    assert "Nothing has moved yet" in view.sentence.text()
    assert view.plane.share_x is None


@pytest.mark.parametrize("dark", [False, True])
def test_a_run_that_leaves_the_picture(show: Show, dark: bool) -> None:
    """An arrowhead stands at the border where it left; the range still shows the surface's domain."""
    theme.set_theme("dark" if dark else "light")
    runs = [
        {"name": "calm", "rule": "plain", "learning_rate": 0.1},
        {"name": "wild", "rule": "plain", "learning_rate": 3.0, "epochs": 2000},
    ]
    view, trainer, record = show(on_surface(runs), 5)
    record.extend(trainer.advance_epochs(1500))
    select(view, 1)
    settle(view)
    (left, right), (low, high) = view.plot.getPlotItem().viewRange()
    domain = trainer.setup.surface.domain
    assert right - left < 3 * (domain[1] - domain[0])
    wild = view._paths[1].present
    assert wild.shape_shown.startswith("head")
    at = wild.pos()
    edges = (abs(at.x() - left), abs(at.x() - right), abs(at.y() - low), abs(at.y() - high))
    assert min(edges) < 1e-6 * (right - left)
    assert "diverged at epoch" in view.state.text()
    assert view.grab().size().width() == view.width()


def test_wild_numbers_are_drawn(show: Show, recwarn: pytest.WarningsRecorder) -> None:
    """Errors of 1e308, infinity and NaN, and weights as large, raise and warn nowhere, linear or logarithmic."""
    view, _, _ = show(on_surface([{"name": "a", "learning_rate": 0.1}]))
    errors = view.evaluated.errors.copy()
    errors[:40] = 1e308
    errors[40:60], errors[60:70] = np.inf, np.nan
    for log in (True, False):
        view.log.setChecked(log)
        view.image.show(errors, view.evaluated.request.range)
        assert view.image._image.pixels.pixelColor(0, 45).alpha() == 0
        assert view.image._hatch.isVisible()
        view.plot.hovered.emit(QPointF(0.0, 0.0))
        view.grab()
    path = np.array([[1.0, 1.0], [1e308, -1e308], [np.nan, 0.0], [np.inf, 1.0]])
    view._paths[0].draw(surface_plane(), path[np.isfinite(path).all(axis=1)], selected=True, ended_badly=True)
    view.arrows.draw(surface_plane(), np.array([1e308, 0.0]), np.array([1e308, np.inf]), np.array([np.nan, 0.0]))
    view.grab()
    assert not [str(warning.message) for warning in recwarn]


def test_far_points_keep_their_direction() -> None:
    """What lies far outside is drawn nearer on the same line from the middle; what lies near stays as it is."""
    x, y = drawn_near(np.array([0.5, 3e11]), np.array([0.5, -1e11]), (-1.0, 1.0, -1.0, 1.0))
    assert (x[0], y[0]) == (0.5, 0.5)
    assert x[1] == pytest.approx(FARTHEST)
    assert y[1] / x[1] == pytest.approx(-1 / 3)


def test_values_on_contours_keep_apart(show: Show, xor: Experiment) -> None:
    """No two values stand on one another, and each stands inside the picture."""
    view, _, _ = show(xor)
    labels = view.image.contours.labels
    assert len(labels) >= 2
    turned = view.plot.viewportTransform()
    boxes = [label.deviceTransform(turned).mapRect(label.boundingRect()) for label in labels]
    inside = view.plot.getPlotItem().getViewBox().sceneBoundingRect()
    assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert all(inside.contains(box.center()) for box in boxes)


def test_values_stand_still_on_lines_that_move(show: Show, xor: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the surface moves its values stay for a moment where they can be read; at rest they are on their lines."""
    monkeypatch.setattr("momentum_gui.gui.plots.surface.contours.LABEL_SECONDS", 3600.0)
    view, _, _ = show(xor)
    picture, evaluated = view.image, view.evaluated
    assert evaluated is not None
    moved = np.roll(evaluated.errors, 4, axis=1)
    places = [(label.text, label.pos()) for label in picture.contours.labels]
    picture.show(moved, evaluated.request.range, live=True)
    assert [(label.text, label.pos()) for label in picture.contours.labels] == places
    picture.show(moved, evaluated.request.range)
    assert [(label.text, label.pos()) for label in picture.contours.labels] != places


def test_marks_keep_their_size_on_paper(show: Show, xor: Experiment) -> None:
    """In a picture of twice the size, marks and values on contours are twice as large; on the screen as before."""
    view, _, _ = show(xor)
    mark, label = view._paths[0].present, view.image.contours.labels[0]
    with widened(view, 2.0):
        assert (mark.scale(), label.scale()) == (2.0, 2.0)
    assert (mark.scale(), label.scale()) == (1.0, 1.0)


def test_runs_are_told_apart_without_colour(show: Show, xor: Experiment) -> None:
    """At rest a path has its run's dashes."""
    view, _, _ = show(xor)
    pens = [next(line.pen for line in items.lines if len(line.x_data)) for items in view._paths]
    assert [pen.style() for pen in pens] == [Qt.PenStyle.SolidLine, Qt.PenStyle.CustomDashLine]


def test_a_past_moment(show: Show, xor: Experiment) -> None:
    """At a past moment paths end there, and the error said is that of the moment."""
    view, _, record = show(xor)
    show_moment(view, 4.0)
    run = record.runs[0]
    assert len(path_until(run, view.moment)) == 6  # five recorded moments, and where it stands
    assert np.array_equal(path_until(run, view.moment)[-1], run.path.vectors[4])
    assert f"error {run.measures.last[4, 0]:.5g}" in view.state.text()


def test_controls_have_names_and_take_the_keyboard(show: Show, xor: Experiment) -> None:
    """What can be set can be reached by Tab and is named for who does not see it."""
    view, _, _ = show(xor)
    controls = (view.picker.kind, view.picker.first, view.picker.centre, *view.picker.states)
    fields = (view.start.along_x, view.start.along_y)
    assert all(control.accessibleName() for control in (*controls, *fields))
    for control in (*controls, *fields, view.picker.new_directions, view.log, view.fit_button):
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert record_names(view) <= set(view.accessibleDescription().replace(";", " ").split())


def record_names(view: SurfaceView) -> set[str]:
    """The names of the runs shown."""
    assert view.record is not None
    return {run.name for run in view.record.runs}


def advance(view: SurfaceView, trainer: Trainer, record: Record, epochs: int = 1) -> None:
    """Train on, and bring the view up to date as the window does."""
    record.extend(trainer.advance_epochs(epochs))
    update(view)


def test_a_logarithm_is_drawn_only_where_there_is_one() -> None:
    """Errors below 0 have no colour in a logarithmic picture; an error of 0 has that of the least above it."""
    errors = np.array([[1.0, 0.01, 0.0], [-0.25, -np.inf, np.inf]])
    values = values_of(errors, log=True)
    assert values[0].tolist() == [0.0, -2.0, -2.0]
    assert np.isnan(values[1]).all()
    assert np.array_equal(values_of(errors, log=False), [[1.0, 0.01, 0.0], [-0.25, np.nan, np.nan]], equal_nan=True)


def test_values_and_arrows_follow_the_size_of_the_picture(show: Show, xor: Experiment) -> None:
    """At rest, a redraw in another size puts values along their lines again, and arrows at their share of the side."""
    view, _, _ = show(xor)
    turned = [label.rotation() for label in view.image.contours.labels]
    view.resize(640, 420)
    view.grab()
    update(view)
    settle(view)
    again = [label.rotation() for label in view.image.contours.labels]
    assert again != turned
    view._show_picture()
    assert [label.rotation() for label in view.image.contours.labels] == again


def test_a_picture_on_paper_is_as_fine_while_it_trains(
    show: Show, xor: Experiment, live: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A saved picture has each run's dashes, whatever the screen shows at that moment."""
    view, trainer, record = show(xor)
    advance(view, trainer, record)
    advance(view, trainer, record)
    assert all(line.pen.style() is Qt.PenStyle.SolidLine for items in view._paths for line in items.lines)
    seen: list[Qt.PenStyle] = []
    paint = Layout.paint

    def watched(layout: Layout, painter: QPainter) -> None:
        seen.extend(line.pen.style() for line in view._paths[1].lines if len(line.x_data))
        paint(layout, painter)

    live.setattr(Layout, "paint", watched)
    save_picture(view, tmp_path / "surface.png")
    assert set(seen) == {Qt.PenStyle.CustomDashLine}


def test_marks_lie_on_the_path_while_planes_change(show: Show, xor: Experiment, live: pytest.MonkeyPatch) -> None:
    """Whatever plane is chosen while it trains, each mark is a point of the path that is drawn."""
    view, trainer, record = show(xor)
    for kind in (WEIGHTS, PCA, RANDOM, THREE):
        view.picker.kind.setCurrentIndex(kind)
        view.picker.kind.activated.emit(kind)
        advance(view, trainer, record)
        for number, items in enumerate(view._paths):
            track = view._tracks[number]
            path = set(zip(track.x, track.y, strict=True))
            assert len(items.marks.x_data)
            assert all(
                min(abs(x - a) + abs(y - b) for a, b in path) < 1e-9
                for x, y in zip(items.marks.x_data, items.marks.y_data, strict=True)
            )
    live.undo()
    settle(view)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """However slow the machine is, what follows one another is live; `undo` ends that."""
    monkeypatch.setattr("momentum_gui.gui.plots.surface.view.LIVE_SECONDS", 60.0)
    yield monkeypatch


def test_while_it_trains_a_new_surface_is_shown_together_with_the_paths(
    show: Show, xor: Experiment, live: pytest.MonkeyPatch
) -> None:
    """A surface that comes in between waits for the next redraw, and is then shown; while things move it is coarse."""
    view, trainer, record = show(xor)
    choose_weights(view)
    advance(view, trainer, record)
    wait_until(lambda: view.has_news, "a surface has come")
    assert view.evaluated is not None
    assert view.evaluated.request.size == LIVE_SIZE
    assert view.image.shown is not view.evaluated.errors
    advance(view, trainer, record)
    shown = view.image.shown
    assert shown is not None
    assert shown.shape == (LIVE_SIZE, LIVE_SIZE)
    live.undo()
    wait_until(lambda: view.image.shown is not None and len(view.image.shown) == STILL_SIZE, "it is fine at rest")
    assert not view.has_news
    settle(view)


def test_a_surface_of_two_weights_follows_the_others(show: Show, xor: Experiment, live: pytest.MonkeyPatch) -> None:
    """Each redraw shows the surface that has come, and asks for one through the weights as they are by then."""
    view, trainer, record = show(xor)
    choose_weights(view)
    pair = np.array(view.picker.pair)
    for _ in range(3):
        advance(view, trainer, record)
        wait_until(lambda: view.has_news, "a surface has come")
        now = record.runs[view.selected].latest.weights
        assert view.evaluated is not None
        assert np.array_equal(np.delete(view.evaluated.request.plane.origin, pair), np.delete(now, pair))


def choose_weights(view: SurfaceView) -> None:
    """Choose the plane of two weights, and wait for its surface."""
    view.picker.kind.setCurrentIndex(WEIGHTS)
    view.picker.kind.activated.emit(WEIGHTS)
    wait_until(lambda: view.evaluated is not None and not view.busy, "its surface is evaluated")
    view._show_again()
