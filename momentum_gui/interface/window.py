"""`show`: open the window with an experiment or a result, from a script, a prompt or a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from momentum_gui.display import NoDisplayError, check_display
from momentum_gui.interface.experiments import make_experiment
from momentum_gui.lab.experiment import Experiment
from momentum_gui.missing import missing, require

_open: list[Any] = []
"""Windows shown beside a Qt loop that runs: nobody else may hold them."""


def show(experiment: str | Path | Experiment | Any | None = "iris", **settings: Any) -> Any:
    """Open the window with an experiment, or with that of a result; start Qt where none runs.

    Without a Qt application this returns None when the window is closed. Beside one (a notebook with `%gui qt`, a
    program of one's own) it returns the window at once. Raises BadInputError, and RuntimeError where there is no
    display or Qt is not installed.
    """
    inner = getattr(experiment, "experiment", experiment)
    made = make_experiment(inner, None, None, settings)
    try:
        require("contourpy")
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise RuntimeError(f"the window cannot open: {missing(error)}") from None
    beside = QApplication.instance() is not None
    if not beside:
        try:
            check_display()  # Qt itself would end Python
        except NoDisplayError as error:
            raise RuntimeError(str(error)) from None
    from momentum_gui.gui.app import application
    from momentum_gui.gui.main_window import MainWindow

    qt = application()
    window = MainWindow(made)
    window.show()
    if beside:
        _open.append(window)
        window.session.closed.connect(lambda: _open.remove(window))
        return window
    window.session.closed.connect(qt.quit)  # its work has ended too; the script goes on from here
    qt.setQuitOnLastWindowClosed(False)
    qt.exec()
    return None
