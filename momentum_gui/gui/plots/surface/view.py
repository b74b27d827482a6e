"""The error surface with the paths of all runs: where they are, where the gradient and where momentum carry them."""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, QSizeF, QTimer, Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.task import Task
from momentum_gui.gui.plots.surface.captions import axis_words, summary_words
from momentum_gui.gui.plots.surface.evaluation import STILL_SECONDS, STILL_SIZE, Evaluated
from momentum_gui.gui.plots.surface.layout import SurfaceLayout
from momentum_gui.gui.plots.surface.projection import Track, projected
from momentum_gui.gui.state import WindowState
from momentum_gui.lab.setup import Setup

__all__ = ["STILL_SIZE", "SurfaceView"]

WORDS_SECONDS = 0.25
"""How often the words below change while things move: faster than this nobody reads them."""
LIVE_SECONDS = 0.2
"""Changes that follow one another more quickly than this are drawn plainly."""


class SurfaceView(SurfaceLayout):
    """The surface in a plane of weight space, live. A click, a dragged marker or two numbers set where runs start.

    A surface that was evaluated already may be `given`; it is then the only one shown.
    """

    title = "Error surface"

    def __init__(self, parent: QWidget | None = None, given: Evaluated | None = None) -> None:
        super().__init__(parent, given)
        self._offered: Setup | None = None  # the set-up whose weights the plane's choices name
        self._task: Task | None = None
        self._tracks: dict[int, Track] = {}
        self._version, self._advanced, self._live = -1, 0.0, False
        self._is_new = False  # whether the surface evaluated last is still to be shown
        self._shown_in = QSizeF()  # the size of the picture that was shown last
        self._captioned: tuple[object, float] = None, 0.0
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(int(1000 * STILL_SECONDS) + 50)
        self._connect()

    def _connect(self) -> None:
        self._still.timeout.connect(self._refine)
        self.picker.chosen.connect(self._plane_chosen)
        self.start.entered.connect(self._start_entered)
        self.log.toggled.connect(self._log_toggled)
        self.contours.toggled.connect(self._contours_toggled)
        self.equal.toggled.connect(self._equal_toggled)
        self.follow_point.toggled.connect(self._view_toggled)
        self.fit_button.clicked.connect(self.plot.fit)
        self.queue.done.connect(self._evaluated)
        self.queue.failed.connect(self._failed)
        self.plot.fitted.connect(self._fit)
        self.mouse.chosen.connect(self._start_at)
        self.view3d.toggled.connect(self._view3d_toggled)
        self.view3d.fitted.connect(self.plot.fit)
        self.plot.getPlotItem().getViewBox().sigRangeChanged.connect(self._range_changed)

    @property
    def busy(self) -> bool:
        """Whether a surface is being evaluated, or a finer one is about to be."""
        return self.queue.busy or self._still.isActive()

    @property
    def has_news(self) -> bool:
        """Whether a surface has come that is still to be shown."""
        return self._is_new

    # What the window says.

    def arrange(self) -> None:
        """Make items for each run, and show where they start; the plane chosen stays where it still makes sense."""
        setup, record = self.setup, self.record
        assert setup is not None
        assert record is not None
        self._forget_surface()  # first of all: what follows may move the range, and draw
        if self._offered is None or not is_alike(self._offered, setup):
            self.picker.offer(setup)
            self.equal.setChecked(False)
        self._offered = setup
        self.picker.offer_runs(record, self.selected)
        self._task = setup.task(setup.experiment.runs[0].training)
        self.lines.set_task(self._task)
        self.items.arrange(len(record.runs))
        self.plot.automatic = True
        self._update_plane()
        self._fit()

    def recolor(self) -> None:
        """The theme's colours for what outlives a redraw."""
        self.image.recolor()

    def end(self) -> None:
        """End the background work, and the 3D picture."""
        self._still.stop()
        super().end()

    def select(self) -> None:
        """Lay planes through the states of the selected run, unless others were chosen."""
        assert self.record is not None
        self.picker.offer_runs(self.record, self.selected)

    def follow(self, name: str) -> None:
        """Put a weight that was chosen elsewhere on the x axis."""
        if self.picker.follow(name):
            self._plane_chosen()

    def redraw_now(self) -> None:
        """Draw what the record holds; while it grows quickly, its description waits."""
        if self._live and self.record is not None:
            self.redraw()
        else:
            super().redraw_now()

    def redraw_at_rest(self) -> None:
        """Draw as finely as when nothing moves, for paper."""
        self._live, self._advanced = False, -LIVE_SECONDS
        self.redraw_now()

    def redraw(self) -> None:
        """Bring plane, paths, arrows and words up to date, and request the surface again where it has changed."""
        assert self.record is not None
        now = time.monotonic()
        if self.record.version != self._version:
            self._live = now - self._advanced < LIVE_SECONDS
            self._version, self._advanced = self.record.version, now
        elif now - self._advanced > LIVE_SECONDS:
            self._live = False
        if self._live:
            self._still.start()  # in case nothing else brings the view up to date
        self._update_plane()
        if self.plane is None:
            return
        at = self.shown
        self._tracks = projected(self.plane, at.runs_shown, self.moment, live=self._live)
        if self.plot.automatic:
            self.viewport.keep(at, self._tracks, follow=self.follow_point.isChecked())
        resized = not self._live and self.evaluated is not None and self._shown_in != self._picture_size
        if self._is_new or resized:  # values on contours keep apart in pixels
            self._show_picture()
        self._draw(at)
        self._request()
        about = (self.selected, self.moment, self.plane.sentence)
        if not self._live or about != self._captioned[0] or now - self._captioned[1] > WORDS_SECONDS:
            self._captioned = about, now
            self.lines.show(at, self.plane, self.arrows, in_3d=self.view3d.on)

    # The plane and its range.

    def _update_plane(self) -> None:
        """Bring the plane up to date."""
        before = self.plane
        changed = self.viewport.update(self.shown)
        if self.viewport.is_update_due:
            self._still.start()
        plane = self.plane
        if not changed or plane is None:
            return
        self.plot.set_label("bottom", axis_words(plane.label_x, plane.share_x), plane.label_x)
        self.plot.set_label("left", axis_words(plane.label_y, plane.share_y), plane.label_y)
        self.picker.show_shares(plane)
        if before is None or (plane.label_x, plane.label_y) != (before.label_x, before.label_y):
            self.image.clear()

    @Slot()
    def _fit(self) -> None:
        if self.setup is not None:
            self.viewport.fit(self.shown)
            self.view3d.face()

    # The surface, evaluated in the background.

    def _request(self) -> None:
        """Ask for the surface of the present plane and range, unless that is what is drawn or under way."""
        assert self.plane is not None
        if self._task is None or self.run is None:
            return
        if self.given is None:
            shown, changed = self.viewport.range, self.viewport.changed
            self.queue.request(self._task, self.plane, shown, changed, self.evaluated, live=self._live)
        elif self.evaluated is None:
            self._evaluated(self.given)

    @Slot(object)
    def _evaluated(self, evaluated: Evaluated) -> None:
        drawn, plane = evaluated.request.plane, self.plane
        if plane is None or (drawn.kind, drawn.label_x, drawn.label_y) != (plane.kind, plane.label_x, plane.label_y):
            return
        self.evaluated = evaluated
        if self._live:
            self._is_new = True  # it is shown together with where the runs are by then, painted once
        else:
            self._show_picture()
            if self.view3d.on:
                self._draw(self.shown)
        if self.given is not None:
            return
        if drawn is not plane or evaluated.request.range != self.viewport.range:
            self._request()
        elif evaluated.request.size < STILL_SIZE:
            self._still.start()

    @property
    def _picture_size(self) -> QSizeF:
        return self.plot.getPlotItem().getViewBox().size()

    def _show_picture(self) -> None:
        assert self.evaluated is not None
        self._is_new, self._shown_in = False, self._picture_size
        range_ = self.evaluated.request.range
        self.image.show(self.evaluated.errors, range_, contours=self.contours.isChecked(), live=self._live)

    def _forget_surface(self) -> None:
        self.viewport.forget()
        self.evaluated, self._is_new = None, False
        self.image.clear()
        self.view3d.clear()
        self.queue.cancel()

    @Slot(str)
    def _failed(self, problem: str) -> None:
        self.sentence.setText(f"The surface cannot be drawn: {problem}")

    @Slot()
    def _refine(self) -> None:
        """Nothing has changed for a while: lay the plane through the paths as they are now, on the finer grid."""
        self.redraw_now()

    # Drawing and words.

    def _draw(self, at: WindowState) -> None:
        """Draw the runs, flat or in 3D."""
        assert self.plane is not None
        start = self.items.draw(at, self.plane, self._tracks, live=self._live)
        if start is not None:
            self.start.show_start(*start)
        self.draw_3d(at, live=self._live)

    def summary(self) -> str:
        """Return where the runs are, and what the plane leaves out."""
        return "" if self.plane is None else summary_words(self.plane, [run for _, run in self.runs_shown()])

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return the surface as drawn: x, y, error."""
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
            self._update_plane()
            self._fit()
            self.redraw_now()

    @Slot(bool)
    def _log_toggled(self, on: bool) -> None:
        self.image.set_log(on)
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
    def _view3d_toggled(self) -> None:
        if self.record is not None:
            self._show_again()
            self.redraw_now()

    @Slot()
    def _range_changed(self) -> None:
        self.viewport.touch()
        if not self.viewport.is_moving_itself and self.record is not None and self.plane is not None:
            self._draw(self.shown)
            self._request()
            self._still.start()


def is_alike(before: Setup, now: Setup) -> bool:
    """Return whether a plane chosen for one set-up makes sense for another: both are of one network's weights."""
    return before.surface is None and now.surface is None and before.weight_names == now.weight_names
