"""`film`: a training as a moving picture, GIF, animated PNG or MP4."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from momentum_gui.commands.shared.arguments import Commands, add_file, add_form, form_of, load_experiment
from momentum_gui.display import NoDisplayError, use_offscreen
from momentum_gui.lab.errors import BadInputError
from momentum_gui.missing import is_own, missing, require

if TYPE_CHECKING:
    from momentum_gui.gui.paper.film_form import FilmForm

INTERRUPTED = 130
PACKAGES = {"gif": "PIL", "png": "PIL", "mp4": "imageio_ffmpeg"}


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "film", help="a moving picture of the training: GIF, animated PNG, MP4", allow_abbrev=False
    )
    add_file(parser)
    parser.add_argument("--out", metavar="F.gif", required=True, help="the file to write: .gif, .png, .mp4")
    parser.add_argument(
        "--view",
        metavar="V",
        action="append",
        default=[],
        help="a view, like error-surface, or window for all; repeat it for more side by side (error-surface and error)",
    )
    parser.add_argument("--seconds", metavar="S", default="8", help="how long it is (%(default)s)")
    parser.add_argument("--fps", metavar="N", default="20", help="pictures a second (%(default)s)")
    add_form(parser)
    parser.add_argument("--engine", default="auto", metavar="E", help="auto, compiled, numpy")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, draw, write. Raises BadInputError before anything is written, OSError where writing fails."""
    from momentum_gui.commands.shared.interrupt import Interrupt
    from momentum_gui.commands.shared.progress import Progress
    from momentum_gui.commands.train import make_trainer
    from momentum_gui.lab.experiment.first_look import run_to_look_at
    from momentum_gui.lab.recording.takes import train_in_takes

    experiment, form = load_experiment(arguments), film_form(arguments)
    check(arguments, form)
    trainer = make_trainer(experiment, arguments)
    use_offscreen()
    try:
        from momentum_gui.gui.export.film import Cancelled, save_film
        from momentum_gui.gui.snapshot import window_pictures
    except ImportError as error:
        if is_own(error):
            raise
        raise NoDisplayError(f"no pictures can be drawn here: {missing(error)}") from None
    with Interrupt() as interrupt, Progress("drawing", 1.0) as progress:
        takes = train_in_takes(trainer, form.frames, run_to_look_at(experiment), cancelled=lambda: interrupt.asked)
        drawn = window_pictures(experiment, takes.moments, form.picture) if form.of_window else None
        try:
            save_film(arguments.out, takes, form, progress.show, lambda: interrupt.asked, drawn)
        except Cancelled:
            return INTERRUPTED
    size = Path(arguments.out).stat().st_size / 1e6
    print(f"{arguments.out}: {len(takes.moments)} pictures, {form.seconds:g} s, {size:.2f} MB")
    return 0


def film_form(arguments: argparse.Namespace) -> FilmForm:
    """Return the form of the film that is asked for. Raises BadInputError."""
    from momentum_gui.gui.paper.film_form import SIZE, VIEWS, FilmForm
    from momentum_gui.gui.paper.form import PictureForm

    seconds, fps = number_of(arguments.seconds, "seconds"), number_of(arguments.fps, "fps")
    picture = form_of(arguments)
    if picture.size is None:
        picture = PictureForm(SIZE, "px", picture.dpi, picture.theme)
    try:
        return FilmForm(tuple(arguments.view) or VIEWS, seconds, fps, picture)
    except BadInputError as error:
        raise BadInputError(f"--{error}") from None


def number_of(text: str, option: str) -> float:
    """Return a number that an option gives. Raises BadInputError."""
    try:
        return float(text)
    except ValueError:
        raise BadInputError(f"--{option} {text}: allowed is a number") from None


def check(arguments: argparse.Namespace, form: FilmForm) -> None:
    """Raise BadInputError for a file that cannot be written, OSError where the package for its kind is missing."""
    from momentum_gui.commands.shared.outputs import sources
    from momentum_gui.gui.paper.film_form import FILMS
    from momentum_gui.lab.atomic_file import check_writable

    kind = FILMS.get(Path(arguments.out).suffix.lower())
    if kind is None:
        raise BadInputError(f"--out {arguments.out}: allowed are names that end in {', '.join(FILMS)}")
    check_writable(arguments.out, "--out")
    needed = sources(arguments.file, load_experiment(arguments))
    if (place := os.path.realpath(arguments.out)) in needed:
        raise BadInputError(f"--out {arguments.out}: would overwrite {needed[place]}: choose another name")
    try:
        require(PACKAGES[kind])
    except ModuleNotFoundError as error:
        raise OSError(f"--out {arguments.out}: {missing(error)}") from None
