"""The error surface with the paths of all runs: where they are, where the gradient and where momentum carry them."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from momentum_gui.engine.engines import ready
from momentum_gui.engine.plane import Plane, Range, extent, percent
from momentum_gui.engine.population import Floats, Outcome, Task
from momentum_gui.gui import theme
from momentum_gui.gui.background import Background
from momentum_gui.gui.plots.plot import Plot
from momentum_gui.gui.plots.surface_paths import PathItems, StepArrows
from momentum_gui.gui.plots.surface_picture import SurfacePicture
from momentum_gui.gui.plots.surface_planes import PCA, RANDOM, WEIGHTS, PlaneChoice, last_finite, paths
from momentum_gui.gui.plots.surface_start import Clicks, StartEntry, StartMarker
from momentum_gui.gui.plots.surface_work import Evaluated, Wanted, error_here, evaluate, is_quick
from momentum_gui.gui.plots.ticks import number_text
from momentum_gui.gui.plots.view import PlotView
from momentum_gui.lab.history import nearest
from momentum_gui.lab.record import Record, RunRecord
from momentum_gui.lab.setup import Setup

LIVE_SIZE, STILL_SIZE = 61, 141
STILL_SECONDS = 0.4
"""A surface that has not changed for so long is evaluated on the finer grid."""
REFRESH_SECONDS = 1.0
"""How often a plane laid through the paths is laid anew while they grow."""
LAYING_SHARE = 0.02
"""At most this share of the time goes into laying planes, however large the network."""
LIVE_SECONDS = 0.2
"""Changes that follow one another more quickly than this are drawn plainly."""


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
        self.picture = SurfacePicture(self.plot)
        self.arrows = StepArrows(self.plot)
        self.marker = StartMarker(self.plot)
        self.clicks = Clicks(self.plot)
        self.state, self.key, self.sentence = QLabel(), QLabel(), QLabel()
        self.sentence.setProperty("muted", True)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing() + 6)
        # While the mouse is on the surface, what is there is said in place of the key to the arrows.
        self._line = QStackedWidget()
        self._line.addWidget(self.key)
        self._line.addWidget(self.read_out)
        self._line.setFixedHeight(self.key.fontMetrics().lineSpacing() + 4)
        for label in (self.state, self.key, self.read_out, self.sentence):
            label.setContentsMargins(8, 0, 8, 0)
            label.setMinimumWidth(10)
        for widget in (self.state, self._line, self.sentence):
            self.body.addWidget(widget)
        self.background = Background(self, "surface")
        self.plane: Plane | None = None
        self.evaluated: Evaluated | None = None
        self._task: Task | None = None
        self._asked: Wanted | None = None
        self._pending = False  # whether what was asked for last is still to come
        self._paths: list[PathItems] = []
        self._plane_made, self._laying = 0.0, 0.0
        self._laid: tuple[object, ...] = ()
        self._changed = 0.0
        self._version, self._advanced, self._live = -1, 0.0, False
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(int(1000 * STILL_SECONDS) + 50)
        self._still.timeout.connect(self._refine)
        self._fitting = False
        self.choice.chosen.connect(self._plane_chosen)
        self.start.entered.connect(self._start_entered)
        self.log.toggled.connect(self._log_toggled)
        self.contours.toggled.connect(self._contours_toggled)
        self.equal.toggled.connect(self._equal_toggled)
        self.follow_point.toggled.connect(self._view_toggled)
        self.fit_button.clicked.connect(self.plot.fit)
        self.background.done.connect(self._evaluated)
        self.background.failed.connect(self._failed)
        self.plot.hovered.connect(self._hovered)
        self.plot.fitted.connect(self._fit)
        self.clicks.clicked.connect(self._start_at)
        self.marker.dropped.connect(self._start_at)
        self.marker.sigPositionChanged.connect(self._dragged)
        self.plot.getPlotItem().getViewBox().sigRangeChanged.connect(self._range_changed)

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
        self.plane = self.evaluated = None
        self._laid = ()
        self.picture.clear()
        self._forget_asked()
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
        self._pending = False
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
        """The plane as it is to be now: through the selected run's weights, or through the paths so far."""
        setup, record = self.setup, self.record
        assert setup is not None
        assert record is not None
        if self.given is not None:
            if self.plane is None:
                self._set_plane(self.given.wanted.plane)
            return
        if setup.surface is not None and self.plane is not None:
            return
        here, index = self._here(), self.choice.index
        runs = [run for _, run in self.runs_shown()] or record.runs
        if setup.surface is None and index != WEIGHTS and self.plane is not None:
            through = self.moment if index == RANDOM else None
            asked = (index, self.selected, self.visible_runs, through)
            if self._laid == (*asked, record.version):
                return
            wait = max(REFRESH_SECONDS, self._laying / LAYING_SHARE)
            if self._laid[:-1] == asked and time.monotonic() - self._plane_made < wait:
                self._still.start()
                return
            self._laid = (*asked, record.version)
        moved = index != PCA or setup.surface is not None or has_moved(runs)
        if not moved and self.plane is not None:
            return  # back at the start: the directions of the paths before are as good as any
        began = time.perf_counter()
        plane = self.choice.lay(setup, record, runs, self.selected, here, self.plane)
        self._laying = time.perf_counter() - began
        if not moved:
            sentence = "Nothing has moved yet: any plane through the start. It turns to where the paths will lead."
            plane = replace(plane, share_x=None, share_y=None, sentence=sentence)
        if self.plane is None or not same_plane(plane, self.plane):
            self._set_plane(plane)

    def _set_plane(self, plane: Plane) -> None:
        changed = self.plane is None or (plane.label_x, plane.label_y) != (self.plane.label_x, self.plane.label_y)
        self.plane, self._plane_made, self._changed = plane, time.monotonic(), time.monotonic()
        self.plot.set_label("bottom", axis_label(plane.label_x, plane.share_x))
        self.plot.set_label("left", axis_label(plane.label_y, plane.share_y))
        self.choice.show_shares(plane)
        if changed:
            self.picture.clear()

    def _points(self) -> tuple[Floats, Floats]:
        """All that the range is to show, on the plane: the runs' paths so far."""
        assert self.plane is not None
        runs = [run for _, run in self.runs_shown() if len(run.path)]
        if not runs:
            return np.zeros(1), np.zeros(1)
        vectors = paths(runs)
        vectors = vectors[np.isfinite(vectors).all(axis=1)]
        x, y, _ = self.plane.project(np.clip(vectors, -1e150, 1e150))
        return x, y

    def _home(self) -> Range:
        """The range that shows the paths; of an analytic surface its domain and the starts, however far a run fled."""
        assert self.setup is not None
        assert self.record is not None
        if self.given is not None:
            return self.given.wanted.range
        if self.setup.surface is not None:
            low_x, high_x, low_y, high_y = self.setup.surface.domain
            starts = np.array([run.path.vectors[0] for _, run in self.runs_shown() if len(run.path)]).reshape(-1, 2)
            if len(starts):
                margin_x, margin_y = 0.05 * (high_x - low_x), 0.05 * (high_y - low_y)
                low_x, high_x = min(low_x, starts[:, 0].min() - margin_x), max(high_x, starts[:, 0].max() + margin_x)
                low_y, high_y = min(low_y, starts[:, 1].min() - margin_y), max(high_y, starts[:, 1].max() + margin_y)
            return float(low_x), float(high_x), float(low_y), float(high_y)
        low_x, high_x, low_y, high_y = extent(*self._points(), 0.35)
        # Narrower than this, rounding and single steps are all there is to be seen.
        half_x, half_y = max((high_x - low_x) / 2, 1.0), max((high_y - low_y) / 2, 1.0)
        mid_x, mid_y = (low_x + high_x) / 2, (low_y + high_y) / 2
        return mid_x - half_x, mid_x + half_x, mid_y - half_y, mid_y + half_y

    def _show(self, range_: Range) -> None:
        self._fitting = True
        self.plot.setRange(xRange=range_[:2], yRange=range_[2:], padding=0)
        self._fitting = False
        self._changed = time.monotonic()

    @Slot()
    def _fit(self) -> None:
        if self.plane is not None:
            self._show(self._home())

    def _keep_in_sight(self) -> None:
        """Widen the range in leaps when a path is about to leave it, or keep the selected run in the middle."""
        assert self.plane is not None
        shown = self._view_range()
        width, height = shown[1] - shown[0], shown[3] - shown[2]
        if self.follow_point.isChecked():
            x, y, _ = self.plane.project(np.clip(self._here(), -1e12, 1e12)[None])
            off = max(abs(x[0] - (shown[0] + width / 2)) / width, abs(y[0] - (shown[2] + height / 2)) / height)
            if off > 0.02:
                self._show((x[0] - width / 2, x[0] + width / 2, y[0] - height / 2, y[0] + height / 2))
            return
        if self.given is not None:
            self._show(self._home())
            return
        if self.setup is not None and self.setup.surface is not None:
            low_x, high_x, low_y, high_y = self._home()
            if low_x < shown[0] or high_x > shown[1] or low_y < shown[2] or high_y > shown[3]:
                self._fit()
            return
        x, y = self._points()
        if len(x) and (
            x.min() < shown[0] + 0.02 * width
            or x.max() > shown[1] - 0.02 * width
            or y.min() < shown[2] + 0.02 * height
            or y.max() > shown[3] - 0.02 * height
        ):
            self._fit()

    def _view_range(self) -> Range:
        (left, right), (low, high) = self.plot.getPlotItem().viewRange()
        return left, right, low, high

    # The surface, evaluated in the background.

    def _request(self) -> None:
        """Ask for the surface of the present plane and range, unless that is what is drawn or under way."""
        assert self.plane is not None
        if self._task is None or self.run is None:
            return
        if self.given is not None:
            if self.evaluated is None:
                self._evaluated(self.given)
            return
        still = time.monotonic() - self._changed > STILL_SECONDS
        size = STILL_SIZE if still or self.plane.exact else LIVE_SIZE
        asked = self._asked
        engine = asked.engine if asked is not None else ready()
        wanted = Wanted(engine, self._task, self.plane, self._view_range(), size)
        if self.evaluated is not None and self.evaluated.complete and is_as_good(self.evaluated.wanted, wanted):
            return
        if self.background.busy and asked is not None:
            shown = self.evaluated is not None and self.evaluated.wanted is asked
            # A live one is soon done, and better a little late than never; a large one is given up when outdated.
            if is_as_good(asked, wanted) or (asked.size == LIVE_SIZE and not shown):
                return
        wanted = replace(wanted, engine=ready())  # it may be warm by now; to look takes longer than all the rest here
        self._asked, self._pending = wanted, True
        show = self.background.done.emit
        self.background.request(lambda cancelled: evaluate(wanted, cancelled, show))

    @Slot(object)
    def _evaluated(self, evaluated: Evaluated) -> None:
        if evaluated.complete and evaluated.wanted is self._asked:
            self._pending = False
        drawn = evaluated.wanted.plane
        if self.plane is None or (drawn.kind, drawn.label_x, drawn.label_y) != (
            self.plane.kind,
            self.plane.label_x,
            self.plane.label_y,
        ):
            return
        self.evaluated = evaluated
        self.picture.show(evaluated.errors, evaluated.wanted.range, contours=self.contours.isChecked())
        if self.given is not None:
            return
        if drawn is not self.plane or evaluated.wanted.range != self._view_range():
            self._request()
        elif evaluated.wanted.size < STILL_SIZE:
            self._still.start()

    def _forget_asked(self) -> None:
        self.background.cancel()
        self._pending = False

    @Slot(str)
    def _failed(self, problem: str) -> None:
        self._pending = False
        self.sentence.setText(f"The surface cannot be drawn: {problem}")

    @Slot()
    def _refine(self) -> None:
        """Nothing has changed for a while: lay the plane through the paths as they are now, on the finer grid."""
        self.redraw_now()

    @property
    def busy(self) -> bool:
        """Whether a surface is being evaluated, or a finer one is about to be."""
        return self._pending or self.background.busy or self._still.isActive()

    # Paths and words.

    def _path(self, run: RunRecord) -> Floats:
        """The weights along a run's path up to the moment shown, where it stands last; numbers only."""
        vectors, position = run.path.vectors, run.path.position
        here = run.weights_at(self.moment)
        if self.moment is not None:
            vectors = vectors[: nearest(position, self.moment) + 1]
        vectors = np.concatenate((vectors, here[None]))
        return vectors[np.isfinite(vectors).all(axis=1)]

    def _draw_paths(self) -> None:
        assert self.plane is not None
        drawn = dict(self.runs_shown())
        for number, items in enumerate(self._paths):
            items.set_visible(number in drawn)
            if number in drawn:
                run = drawn[number]
                diverged = run.latest.outcome is Outcome.DIVERGED and self.moment is None
                items.draw(
                    self.plane,
                    self._path(run),
                    selected=number == self.selected,
                    ended_badly=diverged,
                    live=self._live,
                )
        selected = drawn.get(self.selected)
        self.marker.setVisible(selected is not None)
        if self.run is not None and len(self.run.path):
            x, y, _ = self.plane.project(self.run.path.vectors[:1])
            self.marker.stand(float(x[0]), float(y[0]), self.selected)
            self.start.show_start(float(x[0]), float(y[0]))
        trace = selected.window if selected is not None and self.moment is None else None
        if selected is None or trace is None or not len(trace.gradients):
            self.arrows.hide()
            return
        # The last step, from where it began: what is known of it is exact, not foretold.
        with np.errstate(all="ignore"):
            gradient_part, momentum_part = trace.gradient_parts[-1], trace.momentum_parts[-1]
            begun = selected.latest.weights - (gradient_part + momentum_part)
        self.arrows.draw(self.plane, begun, gradient_part, momentum_part)

    def _tell(self) -> None:
        """Say what is seen: true error, the surface's error there, the distance; what is held fixed."""
        if self.plane is None or self.run is None:
            return
        colors, run = theme.current(), self.run
        at = nearest(run.measures.position, self.moment) if self.moment is not None else None
        error = run.latest.error if at is None else float(run.measures.last[at, 0])
        words = [f"<b>{run.name}</b>: error {number_text(error, 5)}"]
        if run.diverged_at is not None and self.moment is None:
            words[0] += f", diverged at epoch {number_text(run.diverged_at, 4)}"
        here = self._here()
        if not self.plane.exact and np.abs(here).max() < 1e150:
            x, y, distance = self.plane.project(here[None])
            there = self._error_on_plane(float(x[0]), float(y[0]))
            if there is not None:
                words.append(f"on this plane {number_text(there, 5)}")
            off = float(distance[0])
            words.append(f"{number_text(off, 3) if off > 1e-12 * np.linalg.norm(here) else 0} off it")
        self.state.setText(" &nbsp;·&nbsp; ".join(words))
        scale = self.arrows.magnified
        size = f", drawn {number_text(scale, 2)} × larger" if scale > 1.05 else ""
        self.key.setText(
            f'last step: <span style="color:{colors.gradient_part}">➔ gradient part</span> + '
            f'<span style="color:{colors.momentum_part}">➔ momentum part</span> = ➔ step{size}'
            if self.arrows.visible
            else ""
        )
        self.sentence.setText(self.plane.sentence)

    def _error_on_plane(self, x: float, y: float) -> float | None:
        """The surface's error at a point: evaluated there where that is quick, else read off the picture."""
        assert self.plane is not None
        if self._task is not None and is_quick(self._task):
            with np.errstate(all="ignore"):
                engine = self._asked.engine if self._asked is not None else ready()
                return float(engine.task_errors(self._task, self.plane.weights_at(x, y))[0])
        found = self.picture.error_at(x, y)
        return None if found is None else found[0]

    def summary(self) -> str:
        """Where the runs stand, and what the plane leaves out."""
        if self.plane is None:
            return ""
        x, y = self.plane.label_x, self.plane.label_y
        places = []
        for _, run in self.runs_shown():
            at_x, at_y, _ = self.plane.project(np.nan_to_num(run.latest.weights, posinf=1e150, neginf=-1e150)[None])
            places.append(f"{run.name} at {x} {number_text(float(at_x[0]))}, {y} {number_text(float(at_y[0]))}")
        return "; ".join(places) + ". " + self.plane.sentence

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """The surface as drawn: x, y, error."""
        if self.evaluated is None:
            return ["x", "y", "error"], []
        wanted = self.evaluated.wanted
        rows: list[list[object]] = [
            [float(x), float(y), float(error)]
            for y, row in zip(wanted.ys, self.evaluated.errors, strict=True)
            for x, error in zip(wanted.xs, row, strict=True)
        ]
        return ["x", "y", "error"], rows

    # What the mouse and the buttons do.

    @Slot(object)
    def _hovered(self, place: QPointF | None) -> None:
        words = "" if place is None else self._words_at(place.x(), place.y())
        self.read_out.setText(words)
        self._line.setCurrentWidget(self.read_out if words else self.key)

    def _words_at(self, x: float, y: float) -> str:
        """Weights, error and gradient at a point of the plane; "" outside the picture."""
        found = self.picture.error_at(x, y)
        if found is None or self.plane is None or self.evaluated is None:
            return ""
        source = ""
        if self._task is None or not is_quick(self._task):
            source = " (from the picture)"
        elif self.given is None:
            found = error_here(replace(self.evaluated.wanted, plane=self.plane, engine=ready()), x, y)
        error, along_x, along_y = found
        return (
            f"{self.plane.label_x} {number_text(x, 3)}, {self.plane.label_y} {number_text(y, 3)}: "
            f"error {number_text(error, 4)}, gradient ({number_text(along_x, 2)}, {number_text(along_y, 2)}){source}"
        )

    @Slot()
    def _dragged(self) -> None:
        place = self.marker.pos()
        self.read_out.setText("start at " + self._words_at(place.x(), place.y()))
        self._line.setCurrentWidget(self.read_out)

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
        self.plane = self.evaluated = None
        self._laid = ()
        self.picture.clear()
        self._forget_asked()
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
        self._changed = time.monotonic()
        if not self._fitting and self.record is not None and self.plane is not None:
            self._draw_paths()
            self._request()
            self._still.start()


def has_moved(runs: list[RunRecord]) -> bool:
    """Whether there is any movement by which directions could be told."""
    vectors = paths(runs)
    return bool((vectors != vectors[0]).any())


def same_plane(plane: Plane, other: Plane) -> bool:
    """Whether two planes are one, in the same coordinates and with the same words."""
    return plane.sentence == other.sentence and all(
        np.array_equal(getattr(plane, part), getattr(other, part)) for part in ("origin", "axis_x", "axis_y")
    )


def is_as_good(wanted: Wanted, other: Wanted) -> bool:
    """Whether one surface is of the same plane and range as another, and at least as fine."""
    return wanted.plane is other.plane and wanted.range == other.range and wanted.size >= other.size


def axis_label(label: str, share: float | None) -> str:
    """An axis's label, with the share of movement that it holds where that has a meaning."""
    return label if share is None else f"{label} ({percent(share)} of the movement)"
