"""Pictures for the command line, drawn without a window and without a display."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import choose
from momentum_gui.gui.export.plot_file import save_picture
from momentum_gui.gui.paper.devices import kind
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.error.view import ErrorView
from momentum_gui.gui.plots.surface.evaluation import Evaluated, SurfaceRequest
from momentum_gui.gui.plots.surface.view import SurfaceView
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style import theme
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.setup import Setup

WIDTH, HEIGHT = 800, 560


def save_training_plot(record: Record, path: str | Path, setup: Setup, form: PictureForm | None = None) -> None:
    """Draw the error curves of all runs. Raises BadInputError for a suffix that is no picture's, OSError."""
    kind(path)
    application = off_screen()
    view = ErrorView()
    try:
        view.resize(WIDTH, HEIGHT)
        view.show_state(WindowState.of_record(setup, record))
        save_picture(view, path, form)
    finally:
        let_go(application, view)


def save_surface_plot(
    setup: Setup,
    record: Record | None,
    plane: Plane,
    xs: Floats,
    ys: Floats,
    errors: Floats,
    path: str | Path,
    form: PictureForm | None = None,
) -> None:
    """Draw an evaluated surface, errors (len(ys), len(xs)), with the paths of all runs on its plane.

    Raises BadInputError for a suffix that is no picture's, OSError.
    """
    kind(path)
    application = off_screen()
    view = SurfaceView(given=evaluated(setup, plane, xs, ys, errors))
    try:
        view.resize(WIDTH, round(0.85 * WIDTH))
        if record is not None:
            view.show_state(WindowState.of_record(setup, record))
        save_picture(view, path, form)
    finally:
        let_go(application, view)


def evaluated(setup: Setup, plane: Plane, xs: Floats, ys: Floats, errors: Floats) -> Evaluated:
    """Return a surface that is evaluated already, as the view takes it."""
    extent: Range = (float(xs[0]), float(xs[-1]), float(ys[0]), float(ys[-1]))
    task = setup.task(setup.experiment.runs[0].training)
    return Evaluated(SurfaceRequest(choose("numpy"), task, plane, extent, len(errors)), np.array(errors))


def off_screen() -> QApplication:
    """Return the QApplication, without a display if there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    made = QApplication(["momentum-gui"])
    theme.set_theme("light")
    return made


def let_go(application: QApplication, view: PlotView) -> None:
    """Delete a view that was never shown, before the application may go."""
    view.end()
    view.close()
    view.deleteLater()
    application.sendPostedEvents(view, 0)
