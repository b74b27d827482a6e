"""Which plane of weight space is drawn: the states it goes through, chosen in a row of controls, and how it is laid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from momentum_gui.engine.analysis.plane import (
    Plane,
    pca,
    percent,
    random_directions,
    surface_plane,
    through_three,
    two_weights,
)
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.report import Measure
from momentum_gui.gui.plots.surface.controls import choice_box, note, row_of, small
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.surface.planes import has_left, worth_showing

WEIGHTS, PCA, RANDOM, THREE = range(4)
KINDS = ("Two weights", "Main directions (PCA)", "Random directions", "Three states")
MOMENTS = {"start": "start", "middle": "half-way", "best": "best", "now": "end"}
"""The states of a run that a plane may go through, and how they are called."""
DETAILS_BESIDE = 560
"""From this width on, in pixels, what a kind of plane needs is beside it, however long the names."""


@dataclass(frozen=True)
class State:
    """A run's weights at one of MOMENTS."""

    run: int
    moment: str

    def weights(self, record: Record) -> Floats:
        """Return the weights (W,), finite, as near as they were kept."""
        run = record.runs[min(self.run, len(record.runs) - 1)]
        path, errors = run.path, run.measures.last[:, int(Measure.ERROR)]
        found = run.latest.weights
        if self.moment == "start":
            found = path.vectors[0]
        elif self.moment == "middle":
            found = path.vectors[nearest(path.position, run.latest.epochs / 2)]
        elif self.moment == "best" and len(errors) and not np.isnan(errors).all():
            found = path.vectors[nearest(path.position, run.measures.position[int(np.nanargmin(errors))])]
        return found if np.isfinite(found).all() else last_finite(path.vectors)

    def text(self, record: Record) -> str:
        """Return how the state is called: "start of plain"."""
        return f"{MOMENTS[self.moment]} of {record.runs[min(self.run, len(record.runs) - 1)].name}"


class PlanePicker(QWidget):
    """One row: the kind of plane, and beside it what that kind needs. `chosen` is emitted when the user changes it."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kind = choice_box("Plane", "The plane in weight space that is drawn")
        self.first = choice_box("The weight along x", "The weight along x")
        self.second = choice_box("The weight along y", "The weight along y")
        self.shares = note()
        self.centre = choice_box("Centre", "The weights that the random directions start from")
        self.new_directions = QToolButton()
        self.new_directions.setText("New directions")
        self.new_directions.setToolTip("Draw two other random directions")
        self.new_directions.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.states = [choice_box(f"State {number}", f"State {number} that the plane goes through") for number in "123"]
        self.formula = note()
        self.seed = 0
        self._names: tuple[str, ...] = ()
        self._selected, self._states_chosen = 0, False
        self._details = QStackedWidget()
        self._details.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._details.setMinimumWidth(10)  # its widest page is not the one that is seen
        rows: tuple[list[QWidget], ...] = (
            [small("x"), self.first, small("y"), self.second],
            [self.shares],
            [small("through"), self.centre, self.new_directions],
            [small("through"), *self.states],
            [self.formula],
        )
        for widgets in rows:
            self._details.addWidget(row_of(widgets))
        self._row = row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(8, 4, 8, 0)
        row.setSpacing(8)
        self.kind.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.kind, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self._details, 1)
        for box in (self.kind, self.first, self.second, self.centre):
            box.activated.connect(self._choose)
        for box in self.states:
            box.activated.connect(self._choose_state)
        self.new_directions.clicked.connect(self._draw_directions)

    @property
    def index(self) -> int:
        """The kind chosen: WEIGHTS, PCA, RANDOM or THREE."""
        return self.kind.currentIndex()

    @property
    def pair(self) -> tuple[int, int]:
        """The numbers of the two weights, never the same."""
        i, j = self.first.currentIndex(), self.second.currentIndex()
        if i == j:
            j = (i + 1) % self.second.count()
            self.second.setCurrentIndex(j)
        return i, j

    def offer(self, setup: Setup) -> None:
        """Fill the choices for a new kind of problem."""
        on_network = setup.surface is None
        self.kind.clear()
        self.kind.addItems(list(KINDS) if on_network else ["The surface"])
        self.kind.setVisible(on_network)
        for box in (self.first, self.second):
            box.clear()
            box.addItems(list(setup.weight_names))
        if on_network and int(setup.trained().sum()) > 2:
            self.kind.setCurrentIndex(PCA)  # of all planes it hides least of the paths
        first, second = first_pair(setup)
        self.first.setCurrentIndex(first)
        self.second.setCurrentIndex(second)
        if setup.surface is not None:
            self.formula.setText(setup.surface.formula)
            self.formula.setToolTip(f"{setup.surface.title}: {setup.surface.formula}. {setup.surface.source}")
        self.seed = setup.experiment.training.seed
        self._names = ()
        self._show_details()

    def offer_runs(self, record: Record, selected: int) -> None:
        """Offer the states of these runs, the selected one first; what was chosen stays where the runs are the same."""
        names = tuple(run.name for run in record.runs)
        if names == self._names and (self._states_chosen or selected == self._selected):
            return
        self._names, self._selected, self._states_chosen = names, selected, False
        runs = range(len(names))
        other = next((run for run in runs if run != selected), selected)
        last = State(other, "now") if other != selected else State(selected, "middle")
        defaults = (State(selected, "start"), State(selected, "now"), last)
        for box, default in zip(self.states, defaults, strict=True):
            box.clear()
            for state in (State(run, moment) for run in runs for moment in MOMENTS):
                box.addItem(state.text(record), state)
            box.setCurrentIndex(next(n for n in range(box.count()) if box.itemData(n) == default))
        self.centre.clear()
        for moment in ("now", "start", "best"):
            self.centre.addItem(f"the selected run's {'present' if moment == 'now' else moment}", moment)

    def follow(self, name: str) -> bool:
        """Put a weight on the x axis; whether that changed the plane."""
        index = self.first.findText(name)
        if index < 0 or self.index != WEIGHTS or not self.kind.isVisibleTo(self):
            return False
        if self.second.currentIndex() == index:
            self.second.setCurrentIndex(self.first.currentIndex())
        self.first.setCurrentIndex(index)
        return True

    def make_plane(
        self, setup: Setup, record: Record, runs: list[RunRecord], selected: int, current: Floats, like: Plane | None
    ) -> Plane:
        """Return the plane chosen, through the states as they are now.

        `current` are the selected run's weights (W,) at the moment shown, `runs` those whose paths count, `like` the
        plane before, so that a picture that is brought up to date does not flip.
        """
        if setup.surface is not None:
            return surface_plane()
        run = record.runs[selected]
        if self.index == WEIGHTS:
            return named(two_weights(current, *self.pair, setup.weight_names, setup.trained()), run)
        if self.index == PCA:
            return pca(paths(runs), like if like is not None and like.kind == "pca" else None)
        if self.index == RANDOM:
            assert setup.network is not None
            moment = self.centre.currentData()
            centre = current if moment == "now" else State(selected, moment).weights(record)
            return random_directions(setup.network, centre, self.seed, setup.trained())
        states: list[State] = [box.currentData() for box in self.states]
        a, b, c = (state.weights(record) for state in states)
        texts = tuple(f"the {state.text(record)}" for state in states)
        return through_three(a, b, c, (texts[0], texts[1], texts[2]), setup.trained())

    def show_shares(self, plane: Plane) -> None:
        """Say what share of the movement the main directions hold."""
        if plane.share_x is not None and plane.share_y is not None:
            shares = f"{percent(plane.share_x)} + {percent(plane.share_y)}"
            of = " of the movement"
            self.shares.show_words(f"{shares}{of} of the runs shown", shares + of, shares)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_details()

    def _show_details(self) -> None:
        self._details.setCurrentIndex(self.index if self.kind.count() > 1 else len(KINDS))
        self._place_details()

    def _place_details(self) -> None:
        """Put lists with long names below the kind where there is no room beside it."""
        below = self.width() < DETAILS_BESIDE and self._details.currentIndex() in (RANDOM, THREE)
        direction = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._row.direction() is not direction:
            self._row.setDirection(direction)
            self._row.setSpacing(4 if below else 8)

    @Slot()
    def _choose(self) -> None:
        self._show_details()
        self.chosen.emit()

    @Slot()
    def _choose_state(self) -> None:
        self._states_chosen = True
        self.chosen.emit()

    @Slot()
    def _draw_directions(self) -> None:
        self.seed += 1
        self.chosen.emit()


def named(plane: Plane, run: RunRecord) -> Plane:
    """Return a plane of two weights whose sentence says whose the others are."""
    if plane.exact:
        return plane
    sentence = (
        f"All weights but {plane.label_x} and {plane.label_y} are held at the values that {run.name} has at this "
        "moment; as training moves them, this surface changes too."
    )
    return replace(plane, sentence=sentence)


def paths(runs: list[RunRecord]) -> Floats:
    """Return the recorded weights of some runs (points, W), without the runs that have left, unless all have."""
    calm = [run.path.vectors for run in runs if not has_left(run)]
    return np.concatenate(calm or [worth_showing(run.path.vectors) for run in runs])


def last_finite(vectors: Floats) -> Floats:
    """Return the last of some vectors (n, W) that holds only numbers."""
    good = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    return vectors[good[-1]] if len(good) else np.zeros(vectors.shape[1])


def first_pair(setup: Setup) -> tuple[int, int]:
    """Return the weights to look at first: the only two that train, or two that lead to the first output."""
    trained = np.flatnonzero(setup.trained())
    if setup.network is None or len(trained) <= 2:
        return (int(trained[0]), int(trained[1])) if len(trained) == 2 else (0, 1)
    last = setup.network.layers[-1]
    to_first_output = [number for number in range(last.offset, last.matrix.stop, last.units) if number in trained]
    pair = to_first_output[:2] if len(to_first_output) > 1 else trained[:2]
    return int(pair[0]), int(pair[1])
