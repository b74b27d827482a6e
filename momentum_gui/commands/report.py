"""`report`: a training as one page to hand in, or its table of runs for LaTeX."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

from momentum_gui.commands.shared.arguments import Commands, add_file, load_experiment
from momentum_gui.display import NoDisplayError, use_offscreen
from momentum_gui.lab.errors import BadInputError
from momentum_gui.missing import is_own, missing

INTERRUPTED = 130


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "report", help="one self-contained page: settings, figures, theory, the run in motion", allow_abbrev=False
    )
    add_file(parser)
    parser.add_argument(
        "--out", metavar="R.html", required=True, help="the file to write: .html, or .tex for a table of the runs"
    )
    parser.add_argument("--engine", default="auto", metavar="E", help="auto, compiled, numpy")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train and write. Raises BadInputError before anything is written, OSError where writing fails."""
    from momentum_gui.commands.shared.interrupt import Interrupt
    from momentum_gui.commands.shared.outputs import sources
    from momentum_gui.commands.shared.progress import Progress
    from momentum_gui.commands.train import make_trainer
    from momentum_gui.gui.paper.report_form import TAKES, check_report
    from momentum_gui.lab.atomic_file import check_writable
    from momentum_gui.lab.experiment.first_look import run_to_look_at
    from momentum_gui.lab.recording.takes import train_in_takes

    experiment = load_experiment(arguments)
    check_report(arguments.out, "--out")
    check_writable(arguments.out, "--out")
    if (needed := sources(arguments.file, experiment).get(os.path.realpath(arguments.out))) is not None:
        raise BadInputError(f"--out {arguments.out}: would overwrite {needed}: choose another name")
    trainer = make_trainer(experiment, arguments)
    use_offscreen()
    try:
        from momentum_gui.gui.export.report.page import save_report
    except ImportError as error:
        if is_own(error):
            raise
        raise NoDisplayError(f"no pictures can be drawn here: {missing(error)}") from None
    with Interrupt() as interrupt, Progress("writing", 1.0) as progress:
        takes = train_in_takes(trainer, TAKES, run_to_look_at(experiment), cancelled=lambda: interrupt.asked)
        if interrupt.asked:
            return INTERRUPTED
        save_report(arguments.out, takes, progress.show)
    print(f"{arguments.out}: {math.ceil(Path(arguments.out).stat().st_size / 1000)} kB")
    return 0
