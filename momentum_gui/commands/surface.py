"""`surface`: the error surface of an experiment on a plane in weight space, as data and as a picture."""

from __future__ import annotations

import argparse
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from momentum_gui.commands.shared.arguments import Commands, add_file, form_of, load_experiment
from momentum_gui.display import use_offscreen
from momentum_gui.lab.errors import BadInputError

if TYPE_CHECKING:
    from momentum_gui.engine.analysis.plane import Plane
    from momentum_gui.engine.arrays import Floats
    from momentum_gui.gui.paper.form import PictureForm
    from momentum_gui.lab.experiment import Experiment

LEAST, MOST, POINTS = 2, 4001, 101
INTERRUPTED = 130


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("surface", help="the error surface as data and picture", allow_abbrev=False)
    # argparse takes what begins with a minus for an option unless it is a number; so is -2:2:-1:1, for --range.
    parser._negative_number_matcher = re.compile(r"-[\d.]")
    add_file(parser)
    parser.add_argument(
        "--plane",
        metavar="P",
        help="weights:NAME,NAME (two weights, like weights:w1[0,0],b1[0]; the others are held), pca (of the paths of "
        "all runs), random (two filter-normalised directions), three or three:RUN,RUN (through the start and the ends "
        "of two runs, the first two); by default the surface itself, the only two weights that train, or pca",
    )
    parser.add_argument("--at", default="end", metavar="M", help="hold the other weights at start, end or best (end)")
    parser.add_argument("--run", dest="run_name", metavar="NAME", help="of this run (the first)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the random directions (that of the training)")
    parser.add_argument("--range", metavar="X0:X1:Y0:Y1", help="what to show (by default what shows the paths)")
    parser.add_argument("--csv", metavar="S.csv", help="write x,y,error for every point")
    parser.add_argument("--plot", metavar="S.png", help="draw it, with the paths: .png, .svg, .pdf")
    parser.add_argument(
        "--size",
        metavar="N|WxH",
        action="append",
        default=[],
        help=f"N: points along each side ({POINTS}); WxH: of the picture, like 85x60mm or 1200x800px",
    )
    parser.add_argument("--dpi", metavar="N", help="dots an inch of the picture: 300 where its size is in mm, else 96")
    parser.add_argument("--theme", metavar="light|dark", default="light", help="the colours of the picture (light)")
    parser.add_argument("--engine", default="auto", metavar="E", help="auto, compiled, numpy")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, evaluate the grid, write. Raises BadInputError before anything is written, OSError where writing fails."""
    import numpy as np

    from momentum_gui.commands.shared.interrupt import Interrupt
    from momentum_gui.commands.train import make_trainer, train
    from momentum_gui.engine.analysis.grid import refined_errors
    from momentum_gui.lab.surface.planes import Choice, Travel, default_range, make_plane, parse_range

    experiment = load_experiment(arguments)
    points, form = sizes_of(arguments)
    check(arguments, experiment)
    wanted = parse_range(arguments.range) if arguments.range is not None else None
    run_number = find_run(arguments.run_name, experiment)
    trainer = make_trainer(experiment, arguments)
    choice, travel = Choice.parse(arguments.plane, trainer.setup), Travel()
    with Interrupt() as interrupt:
        if trains(arguments, choice.kind):
            train(trainer, travel, interrupt)
        else:
            travel.write(trainer.first_frame())
        if interrupt.asked:
            return INTERRUPTED
        center, paths = travel.weights(run_number, arguments.at), travel.paths()
        seed = experiment.runs[run_number].training.seed if arguments.seed is None else arguments.seed
        plane = make_plane(choice, trainer.setup, center, travel, seed)
        x0, x1, y0, y1 = default_range(plane, trainer.setup, paths) if wanted is None else wanted
        xs, ys = np.linspace(x0, x1, points), np.linspace(y0, y1, points)
        task = trainer.setup.task(experiment.runs[run_number].training)
        cancelled = partial(getattr, interrupt, "asked")
        errors = next(refined_errors(trainer.engine, task, plane, xs, ys, cancelled, first_stride=1), None)
    if errors is None or interrupt.asked:
        return INTERRUPTED
    if arguments.csv is not None:
        from momentum_gui.lab.surface.surface_csv import save_surface

        save_surface(arguments.csv, xs, ys, errors)
    if arguments.plot is not None:
        use_offscreen()
        from momentum_gui.gui.export.pictures import save_surface_plot

        save_surface_plot(trainer.setup, travel.record, plane, xs, ys, errors, Path(arguments.plot), form)
    piped = arguments.csv is not None and not Path(arguments.csv).resolve().is_file()
    print(summary(plane, xs, ys, errors), file=sys.stderr if piped else sys.stdout)
    return 0


def sizes_of(arguments: argparse.Namespace) -> tuple[int, PictureForm]:
    """Return the points along each side, and the form of the picture: `--size` may give both. Raises BadInputError."""
    from momentum_gui.gui.paper.form import SIZE_HELP

    points: list[str] = []
    pictures: list[str] = []
    for size in arguments.size:
        (pictures if re.search("[x×]", size, re.IGNORECASE) else points).append(size)
    for given, what in ((points, "points"), (pictures, "size of the picture")):
        if len(given) > 1:
            raise BadInputError(f"--size {given[1]}: {what} given already: {given[0]}")
    count = points[0] if points else str(POINTS)
    if not count.isascii() or not count.isdecimal() or not LEAST <= int(count) <= MOST:
        raise BadInputError(
            f"--size {count}: allowed is a whole number from {LEAST} to {MOST}, of points along each side, or for the "
            f"picture {SIZE_HELP}"
        )
    arguments.size = pictures[0] if pictures else None
    return int(count), form_of(arguments)


def trains(arguments: argparse.Namespace, kind: str) -> bool:
    """Return whether what is asked for needs the training: a path to show or to cover, or a state that comes of it."""
    if arguments.plot is not None or kind in ("pca", "three"):
        return True
    if kind == "surface":
        return False
    return arguments.at != "start" or (kind == "weights" and arguments.range is None)


def check(arguments: argparse.Namespace, experiment: Experiment) -> None:
    """Raises BadInputError for options out of range, and for files that cannot be written or would be lost."""
    from momentum_gui.commands.shared.outputs import check_drawing, check_plot, sources
    from momentum_gui.lab.atomic_file import check_writable
    from momentum_gui.lab.surface.planes import MOMENTS

    if arguments.at not in MOMENTS:
        raise BadInputError(f"--at {arguments.at}: allowed are {', '.join(MOMENTS)}")
    if arguments.seed is not None and not 0 <= arguments.seed < 2**32:
        raise BadInputError(f"--seed {arguments.seed}: allowed is a whole number from 0 to {2**32 - 1}")
    if arguments.csv is not None:
        check_writable(arguments.csv, "--csv")
    if arguments.plot is not None:
        check_plot(arguments.plot)
    needed = sources(arguments.file, experiment)
    for key, path in (("--csv", arguments.csv), ("--plot", arguments.plot)):
        if path is not None and os.path.realpath(path) in needed:
            raise BadInputError(f"{key} {path}: would overwrite {needed[os.path.realpath(path)]}: choose another name")
    files = [os.path.realpath(path) for path in (arguments.csv, arguments.plot) if path is not None]
    if len(files) == 2 and files[0] == files[1]:
        raise BadInputError(f"--plot {arguments.plot}: is the file of --csv too: choose another name")
    if arguments.plot is not None:
        check_drawing(arguments.plot)


def find_run(name: str | None, experiment: Experiment) -> int:
    """Return the number of the run of that name, or of the first. Raises BadInputError."""
    names = [run.name for run in experiment.runs]
    if name is not None and name not in names:
        raise BadInputError(f"--run {name}: allowed are {', '.join(names)}")
    return 0 if name is None else names.index(name)


def summary(plane: Plane, xs: Floats, ys: Floats, errors: Floats) -> str:
    """Return two lines of text: what the plane shows, and where its error is least."""
    import numpy as np

    shown = f"{plane.label_x} from {xs[0]:g} to {xs[-1]:g}, {plane.label_y} from {ys[0]:g} to {ys[-1]:g}"
    finite = np.where(np.isfinite(errors), errors, np.inf)
    row, column = np.unravel_index(np.argmin(finite), errors.shape)
    least = "no finite error anywhere"
    if np.isfinite(finite[row, column]):
        least = f"least error {errors[row, column]:.6g} at {xs[column]:.4g}, {ys[row]:.4g}"
    return f"{plane.sentence}\n{shown}; {least}"
