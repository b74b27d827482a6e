"""The error surface with the paths of all runs: where they are, where the gradient and where momentum carry them."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from momentum_gui.engine.engines import ready
from momentum_gui.engine.plane import Plane, Range
from momentum_gui.engine.population import Floats, Outcome, Task
from momentum_gui.gui.background import Background
from momentum_gui.gui.plots.plot import Plot
from momentum_gui.gui.plots.surface_asking import STILL_SECONDS, STILL_SIZE, SurfaceAsking
from momentum_gui.gui.plots.surface_laying import PlaneLaying
from momentum_gui.gui.plots.surface_mouse import SurfaceMouse
from momentum_gui.gui.plots.surface_paths import PathItems, StepArrows
from momentum_gui.gui.plots.surface_picture import SurfacePicture
from momentum_gui.gui.plots.surface_planes import PlaneChoice, last_finite, paths
from momentum_gui.gui.plots.surface_range import SurfaceRange, around_paths, around_starts
from momentum_gui.gui.plots.surface_start import StartEntry
from momentum_gui.gui.plots.surface_tracks import Track, points, projected
from momentum_gui.gui.plots.surface_words import arrow_words, axis_words, place_words, standing_words, summary_words
from momentum_gui.gui.plots.surface_work import Evaluated, error_here, is_quick
from momentum_gui.gui.plots.view import PlotView
from momentum_gui.lab.record import Record
from momentum_gui.lab.setup import Setup

__all__ = ["STILL_SIZE", "SurfaceView"]

LIVE_SECONDS = 0.2
"""Changes that follow one another more quickly than this are drawn plainly."""

START_BESIDE = 500
"""From this width on, in pixels, the start stands beside the buttons."""


class SurfaceView(PlotView):
    """The surface in a plane of weight space, live. A click, a dragged marker or two numbers set where runs start.

    `start_chosen` carries weight names with values, and whether only the selected run is meant (Shift held). A
    surface that was evaluated already may be `given`; it is then the only one shown.
    """

    title = "Error surface"
    start_chosen = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None, given: Evaluated | None = None) -> None:
        super().__init__(parent)
        self.given = given
        self.choice, self.start = PlaneChoice(), StartEntry()
        self._lay_out()
        self.background = Background(self, "surface")
        self.evaluated: Evaluated | None = None
        self._asking, self._laying = SurfaceAsking(self.background), PlaneLaying(self.choice)
        self._task: Task | None = None
        self._paths: list[PathItems] = []
        self._tracks: dict[int, Track] = {}
        self._version, self._advanced, self._live = -1, 0.0, False
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(int(1000 * STILL_SECONDS) + 50)
        self._connect()

    def _lay_out(self) -> None:
        box = self.layout()
        assert isinstance(box, QVBoxLayout)
        box.insertWidget(0, self.choice)
        self.controls.insertWidget(0, self.start)
        self.controls.removeWidget(self.read_out)
        self.controls.insertStretch(1, 1)
        self.log = self.add_button("Log", "Colours by the logarithm of the error", checkable=True, checked=True)
        self.contours = self.add_button("Contours", "Lines of equal error", checkable=True, checked=True)
        self.equal = self.add_button("1:1", "The same scale along both axes", checkable=True)
        self.follow_point = self.add_button("Follow", "Keep the selected run in the middle", checkable=True)
        self.fit_button = self.add_button("Fit", "Show all paths (or double-click)")
        self.plot = self.add_plot(Plot("", ""), 1)
        self.range = SurfaceRange(self.plot)
        self.picture = SurfacePicture(self.plot)
        self.arrows = StepArrows(self.plot)
        self.state, self.key, self.sentence = QLabel(), QLabel(), QLabel()
        self.sentence.setProperty("muted", True)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing() + 6)
        self.mouse = SurfaceMouse(self.plot, self.key, self.read_out, self._words_at)
        self.marker, self.clicks = self.mouse.marker, self.mouse.clicks
        for label in (self.state, self.key, self.read_out, self.sentence):
            label.setContentsMargins(8, 0, 8, 0)
            label.setMinimumWidth(10)
        for widget in (self.state, self.mouse.line, self.sentence):
            self.body.addWidget(widget)

    def _connect(self) -> None:
        self._still.timeout.connect(self._refine)
        self.choice.chosen.connect(self._plane_chosen)
        self.start.entered.connect(self._start_entered)
        self.log.toggled.connect(self._log_toggled)
        self.contours.toggled.connect(self._contours_toggled)
        self.equal.toggled.connect(self._equal_toggled)
        self.follow_point.toggled.connect(self._view_toggled)
        self.fit_button.clicked.connect(self.plot.fit)
        self.background.done.connect(self._evaluated)
        self.background.failed.connect(self._failed)
        self.plot.fitted.connect(self._fit)
        self.mouse.chosen.connect(self._start_at)
        self.plot.getPlotItem().getViewBox().sigRangeChanged.connect(self._range_changed)

    @property
    def plane(self) -> Plane | None:
        """The plane that is drawn."""
        return self._laying.plane

    @property
    def busy(self) -> bool:
        """Whether a surface is being evaluated, or a finer one is about to be."""
        return self._asking.pending or self.background.busy or self._still.isActive()

    # What the window says.

    def begin(self, setup: Setup, record: Record) -> None:
        """Show a new training; the plane chosen stays where it still makes sense."""
        names = setup.weight_names
        if (
            self.setup is None
            or self.setup.weight_names != names
            or (self.setup.surface is None) != (setup.surface is None)
            or setup.surface is not None
        ):
            self.choice.offer(setup)
            self.equal.setChecked(False)
        self.choice.offer_runs(record, min(self.selected, len(record.runs) - 1))
        self._task = setup.task(setup.experiment.runs[0].training)
        self._forget_surface()
        super().begin(setup, record)

    def arrange(self) -> None:
        """Items for each run; a range that shows where they start."""
        assert self.record is not None
        for items in self._paths:
            items.remove()
        self._paths = [PathItems(self.plot, number) for number in range(len(self.record.runs))]
        self.plot.automatic = True
        self._lay_plane()
        self._fit()

    def recolor(self) -> None:
        """The theme's colours for what outlives a redraw."""
        self.picture.recolor()

    def end(self) -> None:
        """End the background work."""
        self._asking.pending = False
        self._still.stop()
        self.clicks.stop()
        self.background.close()

    def set_selected(self, run: int) -> None:
        """Another run is looked at: planes go through its states, unless others were chosen."""
        if self.record is not None and 0 <= run < len(self.record.runs):
            self.choice.offer_runs(self.record, run)
        super().set_selected(run)

    def follow(self, name: str) -> None:
        """Put a weight that was chosen elsewhere on the x axis."""
        if self.choice.follow(name):
            self._plane_chosen()

    def redraw_now(self) -> None:
        """Draw what the record holds; while it grows quickly, its description waits."""
        if self._live and self.record is not None:
            self.redraw()
        else:
            super().redraw_now()

    def redraw(self) -> None:
        """Bring plane, paths, arrows and words up to date, and ask for the surface anew where it has changed."""
        assert self.record is not None
        now = time.monotonic()
        if self.record.version != self._version:
            self._live = now - self._advanced < LIVE_SECONDS
            self._version, self._advanced = self.record.version, now
        elif now - self._advanced > LIVE_SECONDS:
            self._live = False
        if self._live:
            self._still.start()  # in case nothing else brings the view up to date
        self._lay_plane()
        if self.plane is None:
            return
        self._tracks = projected(self.plane, self.runs_shown(), self.moment, live=self._live)
        if self.plot.automatic:
            self._keep_in_sight()
        self._draw_paths()
        self._request()
        self._tell()

    # The plane and its range.

    def _here(self) -> Floats:
        """The selected run's weights (W,) at the moment shown, or the last of them that were numbers."""
        assert self.run is not None
        here = self.run.weights_at(self.moment)
        return here if np.isfinite(here).all() else last_finite(self.run.path.vectors)

    def _lay_plane(self) -> None:
        """The plane as it is to be now."""
        assert self.setup is not None
        assert self.record is not None
        before = self.plane
        if self.given is not None:
            if before is not None:
                return
            self._laying.take(self.given.wanted.plane)
        else:
            runs = [run for _, run in self.runs_shown()] or self.record.runs
            looked_at = (self.moment, self.visible_runs)
            changed = self._laying.lay(self.setup, self.record, runs, self.selected, self._here(), looked_at)
            if self._laying.put_off:
                self._still.start()
            if not changed:
                return
        plane = self.plane
        assert plane is not None
        self.range.touch()
        self.plot.set_label("bottom", axis_words(plane.label_x, plane.share_x))
        self.plot.set_label("left", axis_words(plane.label_y, plane.share_y))
        self.choice.show_shares(plane)
        if before is None or (plane.label_x, plane.label_y) != (before.label_x, before.label_y):
            self.picture.clear()

    def _home(self) -> Range:
        """The range that shows the paths; of an analytic surface its domain and the starts."""
        assert self.setup is not None
        assert self.plane is not None
        if self.given is not None:
            return self.given.wanted.range
        if self.setup.surface is not None:
            starts = [run.path.vectors[0] for _, run in self.runs_shown() if len(run.path)]
            return around_starts(self.setup.surface, np.array(starts).reshape(-1, 2))
        return around_paths(*self._points())

    def _points(self) -> tuple[Floats, Floats]:
        """All recorded points of the paths that the range is to show, on the plane."""
        assert self.plane is not None
        runs = [run for _, run in self.runs_shown() if len(run.path)]
        if not runs:
            return np.zeros(1), np.zeros(1)
        vectors = paths(runs)
        x, y, _ = self.plane.project(np.clip(vectors[np.isfinite(vectors).all(axis=1)], -1e150, 1e150))
        return x, y

    @Slot()
    def _fit(self) -> None:
        if self.plane is not None:
            self.range.show(self._home())

    def _keep_in_sight(self) -> None:
        """Widen the range in leaps when a path is about to leave it, or keep the selected run in the middle."""
        assert self.plane is not None
        assert self.setup is not None
        if self.follow_point.isChecked():
            x, y, _ = self.plane.project(np.clip(self._here(), -1e12, 1e12)[None])
            self.range.follow(float(x[0]), float(y[0]))
        elif self.given is not None:
            self._fit()
        elif self.setup.surface is not None:
            if not self.range.holds(self._home()):
                self._fit()
        elif self.range.is_left_by(*(points(self._tracks) or self._points())):
            self._fit()

    # The surface, evaluated in the background.

    def _request(self) -> None:
        """Ask for the surface of the present plane and range, unless that is what is drawn or under way."""
        assert self.plane is not None
        if self._task is None or self.run is None:
            return
        if self.given is None:
            self._asking.ask(self._task, self.plane, self.range.shown, self.range.changed, self.evaluated)
        elif self.evaluated is None:
            self._evaluated(self.given)

    @Slot(object)
    def _evaluated(self, evaluated: Evaluated) -> None:
        self._asking.note(evaluated)
        drawn, plane = evaluated.wanted.plane, self.plane
        if plane is None or (drawn.kind, drawn.label_x, drawn.label_y) != (plane.kind, plane.label_x, plane.label_y):
            return
        self.evaluated = evaluated
        self.picture.show(evaluated.errors, evaluated.wanted.range, contours=self.contours.isChecked())
        if self.given is not None:
            return
        if drawn is not plane or evaluated.wanted.range != self.range.shown:
            self._request()
        elif evaluated.wanted.size < STILL_SIZE:
            self._still.start()

    def _forget_surface(self) -> None:
        self._laying.forget()
        self.evaluated = None
        self.picture.clear()
        self._asking.forget()

    @Slot(str)
    def _failed(self, problem: str) -> None:
        self._asking.pending = False
        self.sentence.setText(f"The surface cannot be drawn: {problem}")

    @Slot()
    def _refine(self) -> None:
        """Nothing has changed for a while: lay the plane through the paths as they are now, on the finer grid."""
        self.redraw_now()

    # Paths and words.

    def _draw_paths(self) -> None:
        assert self.plane is not None
        drawn = dict(self.runs_shown())
        for number, items in enumerate(self._paths):
            track = self._tracks.get(number)
            items.set_visible(track is not None)
            if track is not None:
                diverged = drawn[number].latest.outcome is Outcome.DIVERGED and self.moment is None
                items.show_track(
                    track.x,
                    track.y,
                    track.distance,
                    selected=number == self.selected,
                    ended_badly=diverged,
                    live=self._live,
                )
        self.marker.setVisible(self.selected in drawn)
        if self.run is not None and len(self.run.path):
            x, y, _ = self.plane.project(self.run.path.vectors[:1])
            self.marker.stand(float(x[0]), float(y[0]), self.selected)
            self.start.show_start(float(x[0]), float(y[0]))
        self._draw_arrows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= START_BESIDE
        box = self.layout()
        assert isinstance(box, QVBoxLayout)
        beside = self.controls.indexOf(self.start) >= 0
        if wide != beside:  # where there is no room beside the buttons, the start stands above them
            (box if wide else self.controls).removeWidget(self.start)
            (self.controls.insertWidget(0, self.start) if wide else box.insertWidget(1, self.start))
            self.start.setContentsMargins(0 if wide else 8, 0, 0, 0)

    def _draw_arrows(self) -> None:
        """The step that led to the moment shown, from where it began: what is known of it is exact, not foretold."""
        assert self.plane is not None
        selected = dict(self.runs_shown()).get(self.selected)
        known = None if selected is None else selected.update_at(self.moment)
        if known is None or not len(known[1].gradients):
            self.arrows.hide()
            return
        weights, trace = known
        with np.errstate(all="ignore"):
            gradient_part, momentum_part = trace.gradient_parts[-1], trace.momentum_parts[-1]
            begun = weights - (gradient_part + momentum_part)
        self.arrows.draw(self.plane, begun, gradient_part, momentum_part)

    def _tell(self) -> None:
        """Say what is seen: true error, the surface's error there, the distance; what is held fixed."""
        if self.plane is None or self.run is None:
            return
        self.state.setText(standing_words(self.run, self.moment, self._here(), self.plane, self._error_on_plane))
        self.key.setText(arrow_words(self.arrows))
        self.sentence.setText(self.plane.sentence)

    def _error_on_plane(self, x: float, y: float) -> float | None:
        """The surface's error at a point: evaluated there where that is quick, else read off the picture."""
        assert self.plane is not None
        if self._task is not None and is_quick(self._task):
            with np.errstate(all="ignore"):
                return float(self._asking.engine.task_errors(self._task, self.plane.weights_at(x, y))[0])
        found = self.picture.error_at(x, y)
        return None if found is None else found[0]

    def _words_at(self, x: float, y: float) -> str:
        """Weights, error and gradient at a point of the plane; "" outside the picture."""
        found = self.picture.error_at(x, y)
        if found is None or self.plane is None or self.evaluated is None:
            return ""
        if self._task is None or not is_quick(self._task):
            return place_words(self.plane, x, y, found) + " (from the picture)"
        if self.given is None:
            found = error_here(replace(self.evaluated.wanted, plane=self.plane, engine=ready()), x, y)
        return place_words(self.plane, x, y, found)

    def summary(self) -> str:
        """Where the runs stand, and what the plane leaves out."""
        return "" if self.plane is None else summary_words(self.plane, [run for _, run in self.runs_shown()])

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """The surface as drawn: x, y, error."""
        return ["x", "y", "error"], [] if self.evaluated is None else self.evaluated.rows()

    # What the mouse and the buttons do.

    @Slot(float, float)
    def _start_entered(self, x: float, y: float) -> None:
        self._start_at(QPointF(x, y), False)

    @Slot(object, bool)
    def _start_at(self, point: QPointF, selected_only: bool) -> None:
        """Tell the weights of a start at a point of the plane."""
        if self.plane is None or self.setup is None:
            return
        start = {self.plane.label_x: point.x(), self.plane.label_y: point.y()}
        if self.plane.kind not in ("weights", "surface"):
            weights = self.plane.weights_at(point.x(), point.y())[0]
            start = {name: float(weight) for name, weight in zip(self.setup.weight_names, weights, strict=True)}
        self.start_chosen.emit(start, selected_only)

    @Slot()
    def _plane_chosen(self) -> None:
        self._forget_surface()
        if self.record is not None:
            self.plot.automatic = True
            self._lay_plane()
            self._fit()
            self.redraw_now()

    @Slot(bool)
    def _log_toggled(self, on: bool) -> None:
        self.picture.log, self.picture.levels = on, None
        self._show_again()

    @Slot(bool)
    def _contours_toggled(self, _on: bool) -> None:
        self._show_again()

    def _show_again(self) -> None:
        if self.evaluated is not None:
            self._evaluated(self.evaluated)

    @Slot(bool)
    def _equal_toggled(self, on: bool) -> None:
        self.plot.getPlotItem().getViewBox().setAspectLocked(on)
        self._fit()

    @Slot(bool)
    def _view_toggled(self, _on: bool) -> None:
        self.plot.automatic = True
        self.redraw_now()

    @Slot()
    def _range_changed(self) -> None:
        self.range.touch()
        if not self.range.setting and self.record is not None and self.plane is not None:
            self._draw_paths()
            self._request()
            self._still.start()
