"""`report` and `film`: a training as a page, and as a moving picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from momentum_gui.interface.experiments import make_experiment
from momentum_gui.interface.results import Result
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.experiment.first_look import run_to_look_at
from momentum_gui.lab.recording.takes import Takes, train_in_takes
from momentum_gui.lab.training.trainer import Trainer


def report(
    experiment: str | Path | Experiment | Result, path: str | Path, *, X: Any = None, y: Any = None, **settings: Any
) -> Path:
    """Write a training as one self-contained page (.html), or its table of runs for LaTeX (.tex); the file's path.

    The other arguments are those of `train`; of a `Result` the same training is done again. Raises BadInputError,
    OSError where it cannot be written, ImportError where Qt is missing.
    """
    from momentum_gui.gui.export.report.page import save_report
    from momentum_gui.gui.paper.report_form import TAKES, check_report

    check_report(path)
    save_report(path, takes_of(experiment, TAKES, X, y, settings))
    return Path(path)


def film(
    experiment: str | Path | Experiment | Result, path: str | Path, *,
    view: str | Sequence[str] = ("error-surface", "error"), seconds: float = 8.0, fps: float = 20.0,
    size: tuple[int, int] = (720, 480), theme: str = "light", X: Any = None, y: Any = None, **settings: Any,
) -> Path:  # fmt: skip
    """Write a training as a moving picture, .gif, .png or .mp4, of one view or of more side by side; the file's path.

    `size` is in pixels. The other arguments are those of `train`; of a `Result` the same training is done again. Raises
    BadInputError, OSError where it cannot be written, ImportError where Qt, Pillow or imageio-ffmpeg is missing.
    """
    from momentum_gui.gui.export.film import save_film
    from momentum_gui.gui.paper.film_form import FILMS, FilmForm
    from momentum_gui.gui.paper.form import PictureForm

    if Path(path).suffix.lower() not in FILMS:
        raise BadInputError(f"{path}: allowed are names that end in {', '.join(FILMS)}")
    if theme not in ("light", "dark"):
        raise BadInputError(f"theme = {theme!r}: allowed are light and dark")
    views = (view,) if isinstance(view, str) else tuple(view)
    picture = PictureForm((float(size[0]), float(size[1])), "px", theme="dark" if theme == "dark" else "light")
    form = FilmForm(views, seconds, fps, picture)
    if form.of_window:
        raise BadInputError("view window: allowed here are single views; momentum-gui film draws the whole window")
    save_film(path, takes_of(experiment, form.frames, X, y, settings), form)
    return Path(path)


def takes_of(
    experiment: str | Path | Experiment | Result, count: int, X: Any, y: Any, settings: dict[str, Any]
) -> Takes:
    """Return a training in takes. Raises BadInputError."""
    chosen = experiment.experiment if isinstance(experiment, Result) else experiment
    made = make_experiment(chosen, X, y, settings)
    return train_in_takes(Trainer(made), count, run_to_look_at(made))
