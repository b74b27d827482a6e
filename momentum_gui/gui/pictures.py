"""Pictures for the command line, drawn without a window and without a display."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from momentum_gui.engine.engines import choose
from momentum_gui.engine.plane import Plane, Range
from momentum_gui.engine.population import Floats
from momentum_gui.gui import theme
from momentum_gui.gui.export import kind, save_picture
from momentum_gui.gui.plots.error import ErrorView
from momentum_gui.gui.plots.surface import SurfaceView
from momentum_gui.gui.plots.surface_work import Evaluated, Wanted
from momentum_gui.gui.plots.view import PlotView
from momentum_gui.lab.record import Record
from momentum_gui.lab.setup import Setup

WIDTH, HEIGHT = 800, 560


def save_training_plot(record: Record, path: str | Path, setup: Setup) -> None:
    """Draw the error curves of all runs. Raises BadInputError for a suffix that is no picture's, OSError."""
    kind(path)
    application = off_screen()
    view = ErrorView()
    try:
        view.resize(WIDTH, HEIGHT)
        view.begin(setup, record)
        save_picture(view, path, chosen=theme.LIGHT)
    finally:
        let_go(application, view)


def save_surface_plot(
    setup: Setup, record: Record | None, plane: Plane, xs: Floats, ys: Floats, errors: Floats, path: str | Path
) -> None:
    """Draw an evaluated surface, errors (len(ys), len(xs)), with the paths of all runs on its plane.

    Raises BadInputError for a suffix that is no picture's, OSError.
    """
    kind(path)
    application = off_screen()
    view = GivenSurface(plane, xs, ys, errors)
    try:
        view.resize(WIDTH, round(0.85 * WIDTH))
        if record is not None:
            view.begin(setup, record)
        save_picture(view, path, chosen=theme.LIGHT)
    finally:
        let_go(application, view)


class GivenSurface(SurfaceView):
    """A surface that is evaluated already: plane, range and errors are given, nothing is asked for."""

    def __init__(self, plane: Plane, xs: Floats, ys: Floats, errors: Floats) -> None:
        super().__init__()
        self.background.close()  # nothing is to be evaluated
        self._given = plane
        self._errors = np.array(errors)
        self._extent: Range = (float(xs[0]), float(xs[-1]), float(ys[0]), float(ys[-1]))

    def _lay_plane(self) -> None:
        if self.plane is not self._given:
            self._set_plane(self._given)

    def _home(self) -> Range:
        return self._extent

    def _keep_in_sight(self) -> None:
        self._show(self._extent)

    def _request(self) -> None:
        if self.evaluated is not None or self.run is None or self._task is None:
            return
        point = np.nan_to_num(self.run.latest.weights)
        wanted = Wanted(choose("numpy"), self._task, self._given, self._extent, len(self._errors), point)
        x, y, distance = self._given.project(point[None])
        here = wanted.engine.task_errors(self._task, self._given.weights_at(x, y))
        self._evaluated(Evaluated(wanted, self._errors, float(here[0]), float(distance[0])))


def off_screen() -> QApplication:
    """The QApplication, without a display if there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    made = QApplication(["momentum-gui"])
    theme.set_theme("light")
    return made


def let_go(application: QApplication, view: PlotView) -> None:
    """Delete a view that was never shown, before the application may go."""
    if isinstance(view, SurfaceView):
        view.background.close()
    view.close()
    view.deleteLater()
    application.sendPostedEvents(view, 0)
