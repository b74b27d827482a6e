"""The error surface with the paths of all runs: where they are, where the gradient and where momentum carry them."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from momentum_gui.engine.engines import ready
from momentum_gui.engine.plane import (
    Plane,
    Range,
    extent,
    pca,
    percent,
    random_directions,
    surface_plane,
    through_three,
    two_weights,
)
from momentum_gui.engine.population import Floats, Outcome, Task
from momentum_gui.gui import theme
from momentum_gui.gui.background import Background
from momentum_gui.gui.plots.plot import Plot
from momentum_gui.gui.plots.surface_paths import PathItems, StepArrows
from momentum_gui.gui.plots.surface_picture import SurfacePicture
from momentum_gui.gui.plots.surface_work import Evaluated, Wanted, evaluate
from momentum_gui.gui.plots.ticks import number_text
from momentum_gui.gui.plots.view import PlotView
from momentum_gui.lab.history import nearest
from momentum_gui.lab.record import RunRecord
from momentum_gui.lab.setup import Setup

PLANES = ("Two weights", "Main directions (PCA)", "Random directions", "Three states")
DEFAULT_PLANE = "Main directions (PCA)"
"""What is shown first where more than two weights train: of all planes it hides least of the paths."""
LIVE_SIZE, STILL_SIZE = 61, 141
STILL_SECONDS = 0.4
"""A surface that has not changed for so long is evaluated on the finer grid."""
REFRESH_SECONDS = 1.0
"""How often a plane laid through the paths is laid anew while they grow."""


class SurfaceView(PlotView):
    """The surface in a plane of weight space, live; a click on it sets where the runs start.

    `start_chosen` carries weight names with values, and whether only the selected run is meant (Shift held).
    """

    title = "Error surface"
    start_chosen = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Plane")
        self.kind.setToolTip("The plane in weight space that is drawn")
        self.first, self.second = QComboBox(), QComboBox()
        for box, tip in ((self.first, "The weight along x"), (self.second, "The weight along y")):
            box.setAccessibleName(tip)
            box.setToolTip(tip)
            box.setMaxVisibleItems(20)
        for place, widget in enumerate((self.kind, self.first, self.second)):
            self.controls.insertWidget(place, widget)
        self.read_out.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.log = self.add_button("Log", "Colours by the logarithm of the error", checkable=True, checked=True)
        self.contours = self.add_button("Contours", "Lines of equal error", checkable=True, checked=True)
        self.equal = self.add_button("1:1", "The same scale along both axes", checkable=True)
        self.follow_point = self.add_button("Follow", "Keep the selected run in the middle", checkable=True)
        self.fit_button = self.add_button("Fit", "Show all paths (or double-click)")
        self.plot = self.add_plot(Plot("", ""), 1)
        self.picture = SurfacePicture(self.plot)
        self.arrows = StepArrows(self.plot)
        self.state, self.key, self.sentence = QLabel(), QLabel(), QLabel()
        self.sentence.setProperty("muted", True)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing() + 6)
        for label in (self.state, self.key, self.sentence):
            label.setContentsMargins(8, 0, 8, 0)
            label.setMinimumWidth(10)
            self.body.addWidget(label)
        self.background = Background(self, "surface")
        self.plane: Plane | None = None
        self.evaluated: Evaluated | None = None
        self._task: Task | None = None
        self._paths: list[PathItems] = []
        self._plane_made = 0.0
        self._plane_version = -1
        self._changed = 0.0
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(int(1000 * STILL_SECONDS) + 50)
        self._still.timeout.connect(self._refine)
        self._fitting = False
        self.kind.activated.connect(self._plane_chosen)
        self.first.activated.connect(self._plane_chosen)
        self.second.activated.connect(self._plane_chosen)
        self.log.toggled.connect(self._log_toggled)
        self.contours.toggled.connect(self._contours_toggled)
        self.equal.toggled.connect(self._equal_toggled)
        self.follow_point.toggled.connect(self._view_toggled)
        self.fit_button.clicked.connect(self.plot.fit)
        self.background.done.connect(self._evaluated)
        self.plot.hovered.connect(self._hovered)
        self.plot.fitted.connect(self._fit)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.plot.getPlotItem().getViewBox().sigRangeChanged.connect(self._range_changed)

    # What the window says.

    def begin(self, setup: Setup, record: object) -> None:
        """Show a new training; the plane chosen stays where it still makes sense."""
        names = setup.weight_names
        if (
            self.setup is None
            or self.setup.weight_names != names
            or (self.setup.surface is None) != (setup.surface is None)
        ):
            self._offer(setup)
        self._task = setup.task(setup.experiment.runs[0].training)
        self.plane = self.evaluated = None
        self.picture.clear()
        super().begin(setup, record)  # type: ignore[arg-type]

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
        self._still.stop()
        self.background.close()

    def follow(self, name: str) -> None:
        """Put a weight that was chosen elsewhere on the x axis."""
        index = self.first.findText(name)
        if index >= 0 and self.kind.currentIndex() == 0:
            if self.second.currentIndex() == index:
                self.second.setCurrentIndex(self.first.currentIndex())
            self.first.setCurrentIndex(index)
            self._plane_chosen(0)

    def redraw(self) -> None:
        """Bring plane, paths, arrows and words up to date, and ask for the surface anew where it has changed."""
        assert self.record is not None
        self._lay_plane()
        if self.plane is None:
            return
        if self.plot.automatic:
            self._keep_in_sight()
        self._draw_paths()
        self._request()
        self._tell()

    # The plane and its range.

    def _offer(self, setup: Setup) -> None:
        """Fill the choices for a new kind of problem."""
        self.kind.clear()
        on_network = setup.surface is None
        self.kind.addItems(list(PLANES) if on_network else ["The surface"])
        for box in (self.first, self.second):
            box.clear()
            box.addItems(list(setup.weight_names))
            box.setVisible(on_network)
        if on_network and int(setup.trained().sum()) > 2:
            self.kind.setCurrentIndex(PLANES.index(DEFAULT_PLANE))
        self._enable_weights()
        first, second = first_pair(setup)
        self.first.setCurrentIndex(first)
        self.second.setCurrentIndex(second)
        self.kind.setVisible(on_network)
        self.equal.setChecked(False)

    def _enable_weights(self) -> None:
        for box in (self.first, self.second):
            box.setEnabled(self.kind.currentIndex() == 0)

    def _lay_plane(self) -> None:
        """The plane as it is to be now: through the selected run's weights, or through the paths so far."""
        run, setup = self.run, self.setup
        assert run is not None
        assert setup is not None
        assert self.record is not None
        now = time.monotonic()
        kind = self.kind.currentIndex()
        here = run.weights_at(self.moment)
        if not np.isfinite(here).all():
            here = np.nan_to_num(here, nan=0.0, posinf=1e12, neginf=-1e12)
        if setup.surface is not None:
            self.plane = self.plane or surface_plane()
        elif kind == 0:
            i, j = self.first.currentIndex(), self.second.currentIndex()
            if i == j:
                j = (i + 1) % len(setup.weight_names)
                self.second.setCurrentIndex(j)
            plane = two_weights(here, i, j, setup.weight_names, setup.trained())
            if self.plane is None or not np.array_equal(plane.origin, self.plane.origin):
                self._set_plane(plane)
        elif self.plane is None or (self.record.version != self._plane_version and self.moment is None):
            if self.plane is not None and now - self._plane_made < REFRESH_SECONDS:
                self._still.start()  # in case nothing else brings the view up to date
                return
            self._plane_version = self.record.version
            self._set_plane(self._plane_of_paths(kind, here, setup))

    def _plane_of_paths(self, kind: int, here: Floats, setup: Setup) -> Plane:
        assert self.record is not None
        runs = [run for _, run in self.runs_shown()] or self.record.runs
        if kind == 1:
            vectors = np.concatenate([run.path.vectors for run in runs])
            like = self.plane if self.plane is not None and self.plane.kind == "pca" else None
            return pca(vectors, like)
        if kind == 2:
            assert setup.network is not None
            return random_directions(setup.network, here, setup.experiment.training.seed, setup.trained())
        first, other = self.run or runs[0], next((run for run in runs if run is not self.run), None)
        start = first.path.vectors[0]
        third, name = (
            (other.latest.weights, f"the end of {other.name}")
            if other is not None
            else (first.path.vectors[len(first.path) // 2], "half-way")
        )
        states = [np.nan_to_num(state) for state in (start, first.latest.weights, third)]
        return through_three(states[0], states[1], states[2], ("the start", f"the end of {first.name}", name))

    def _set_plane(self, plane: Plane) -> None:
        changed = self.plane is None or (plane.label_x, plane.label_y) != (self.plane.label_x, self.plane.label_y)
        self.plane, self._plane_made, self._changed = plane, time.monotonic(), time.monotonic()
        self.plot.set_label("bottom", axis_label(plane.label_x, plane.share_x))
        self.plot.set_label("left", axis_label(plane.label_y, plane.share_y))
        if changed:
            self.picture.clear()

    def _points(self) -> tuple[Floats, Floats]:
        """All that the range is to show, on the plane: the runs' paths so far."""
        assert self.plane is not None
        parts = [run.path.vectors for _, run in self.runs_shown() if len(run.path)]
        if not parts:
            return np.zeros(1), np.zeros(1)
        x, y, _ = self.plane.project(np.clip(np.nan_to_num(np.concatenate(parts)), -1e150, 1e150))
        return x, y

    def _home(self) -> Range:
        """The range that shows the paths; of an analytic surface its domain, however far a run has fled."""
        assert self.setup is not None
        x, y = self._points()
        if self.setup.surface is not None:
            low_x, high_x, low_y, high_y = self.setup.surface.domain
            start = self.setup.experiment.problem.start or self.setup.surface.start
            return (
                min(low_x, start[0] * 1.1),
                max(high_x, start[0] * 1.1),
                min(low_y, start[1] * 1.1),
                max(high_y, start[1] * 1.1),
            )
        low_x, high_x, low_y, high_y = extent(x, y, 0.35)
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
        if self.follow_point.isChecked() and self.run is not None:
            x, y, _ = self.plane.project(np.nan_to_num(self.run.weights_at(self.moment))[None])
            off = max(abs(x[0] - (shown[0] + width / 2)) / width, abs(y[0] - (shown[2] + height / 2)) / height)
            if off > 0.02:
                self._show((x[0] - width / 2, x[0] + width / 2, y[0] - height / 2, y[0] + height / 2))
            return
        if self.setup is not None and self.setup.surface is not None:
            return
        x, y = self._points()
        x, y = x[np.abs(x) < 1e6], y[np.abs(y) < 1e6]
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
        still = time.monotonic() - self._changed > STILL_SECONDS
        size = STILL_SIZE if still or self.plane.exact else LIVE_SIZE
        done = self.evaluated
        if (
            done is not None
            and done.wanted.plane is self.plane
            and done.wanted.range == self._view_range()
            and (done.wanted.size >= size)
        ):
            return
        if self.background.busy:
            return
        point = np.nan_to_num(self.run.weights_at(self.moment))
        wanted = Wanted(ready(), self._task, self.plane, self._view_range(), size, point)
        self.background.request(lambda cancelled: evaluate(wanted, cancelled, self.background.done.emit))

    @Slot(object)
    def _evaluated(self, evaluated: Evaluated) -> None:
        if self.plane is None or evaluated.wanted.plane.kind != self.plane.kind:
            return
        self.evaluated = evaluated
        self.picture.show(evaluated.errors, evaluated.wanted.range, contours=self.contours.isChecked())
        self._tell()
        if evaluated.wanted.plane is not self.plane or evaluated.wanted.range != self._view_range():
            self._request()
        elif evaluated.wanted.size < STILL_SIZE:
            self._still.start()

    @Slot()
    def _refine(self) -> None:
        """Nothing has changed for a while: lay the plane through the paths as they are now, on the finer grid."""
        self.redraw_now()

    @property
    def busy(self) -> bool:
        """Whether a surface is being evaluated, or a finer one is about to be."""
        return self.background.busy or self._still.isActive()

    # Paths and words.

    def _path(self, run: RunRecord) -> Floats:
        """The weights along a run's path up to the moment shown, where it stands last."""
        vectors, position = run.path.vectors, run.path.position
        here = run.weights_at(self.moment)
        if self.moment is not None:
            vectors = vectors[: nearest(position, self.moment) + 1]
        return np.concatenate((vectors, here[None]))

    def _draw_paths(self) -> None:
        assert self.plane is not None
        shown = self._view_range()
        span = max(shown[1] - shown[0], shown[3] - shown[2])
        drawn = dict(self.runs_shown())
        for number, items in enumerate(self._paths):
            items.set_visible(number in drawn)
            if number in drawn:
                diverged = drawn[number].latest.outcome is Outcome.DIVERGED and self.moment is None
                items.draw(
                    self.plane,
                    self._path(drawn[number]),
                    span,
                    selected=number == self.selected,
                    ended_badly=diverged,
                )
        run = drawn.get(self.selected)
        trace = run.window if run is not None and self.moment is None else None
        if run is None or trace is None or not len(trace.gradients):
            self.arrows.hide()
            return
        # The last step, from where it began: what is known of it is exact, not foretold.
        begun = run.latest.weights - trace.steps[-1]
        self.arrows.draw(self.plane, begun, trace.gradient_parts[-1], trace.momentum_parts[-1])

    def _tell(self) -> None:
        """Say what is seen: true error, the surface's error there, the distance; what is held fixed."""
        if self.plane is None or self.run is None:
            return
        colors = theme.current()
        latest = self.run.latest
        words = []
        at = nearest(self.run.measures.position, self.moment) if self.moment is not None else None
        error = latest.error if at is None else float(self.run.measures.last[at, 0])
        words.append(f"<b>{self.run.name}</b>: error {number_text(error, 5)}")
        drawn = self.evaluated is not None and self.evaluated.wanted.plane is self.plane
        if self.evaluated is not None and drawn and not self.plane.exact:
            words.append(f"on this plane {number_text(self.evaluated.surface_error, 5)}")
            off = self.evaluated.distance
            words.append(f"{number_text(off, 3) if off > 1e-12 * np.linalg.norm(latest.weights) else 0} off it")
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

    def summary(self) -> str:
        """Where the runs stand, and what the plane leaves out."""
        if self.plane is None:
            return ""
        x, y = self.plane.label_x, self.plane.label_y
        places = []
        for _, run in self.runs_shown():
            at_x, at_y, _ = self.plane.project(np.nan_to_num(run.latest.weights)[None])
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
        found = self.picture.error_at(place.x(), place.y()) if place is not None else None
        if place is None or found is None or self.plane is None:
            self.read_out.clear()
            return
        error, along_x, along_y = found
        self.read_out.setText(
            f"{self.plane.label_x} {number_text(place.x(), 3)}, {self.plane.label_y} {number_text(place.y(), 3)}: "
            f"error {number_text(error, 4)}, gradient ({number_text(along_x, 2)}, {number_text(along_y, 2)})"
        )

    @Slot(object)
    def _clicked(self, event: object) -> None:
        """A click sets the start; a double click is for the range."""
        if self.plane is None or event.button() != Qt.MouseButton.LeftButton or event.double():  # type: ignore[attr-defined]
            return
        box = self.plot.getPlotItem().getViewBox()
        place = event.scenePos()  # type: ignore[attr-defined]
        if not box.sceneBoundingRect().contains(place) or self.setup is None:
            return
        point = box.mapSceneToView(place)
        start = {self.plane.label_x: point.x(), self.plane.label_y: point.y()}
        if self.plane.kind not in ("weights", "surface"):
            weights = self.plane.weights_at(point.x(), point.y())[0]
            start = {name: float(weight) for name, weight in zip(self.setup.weight_names, weights, strict=True)}
        selected_only = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)  # type: ignore[attr-defined]
        self.start_chosen.emit(start, selected_only)

    @Slot(int)
    def _plane_chosen(self, _index: int) -> None:
        self._enable_weights()
        self.plane = self.evaluated = None
        self.picture.clear()
        self.background.cancel()
        if self.record is not None:
            self.plot.automatic = True
            self._lay_plane()
            self._fit()
            self.redraw_now()

    @Slot(bool)
    def _log_toggled(self, on: bool) -> None:
        self.picture.log, self.picture.levels = on, None
        if self.evaluated is not None:
            self._evaluated(self.evaluated)

    @Slot(bool)
    def _contours_toggled(self, _on: bool) -> None:
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
            self._request()


def first_pair(setup: Setup) -> tuple[int, int]:
    """The weights to look at first: the only two that train, or two that lead to the first output."""
    trained = np.flatnonzero(setup.trained())
    if setup.network is None or len(trained) <= 2:
        return (int(trained[0]), int(trained[1])) if len(trained) == 2 else (0, 1)
    last = setup.network.layers[-1]
    to_first_output = [number for number in range(last.offset, last.matrix.stop, last.units) if number in trained]
    pair = to_first_output[:2] if len(to_first_output) > 1 else trained[:2]
    return int(pair[0]), int(pair[1])


def axis_label(label: str, share: float | None) -> str:
    """An axis's label, with the share of movement that it holds where that has a meaning."""
    return label if share is None else f"{label} ({percent(share)} of the movement)"
