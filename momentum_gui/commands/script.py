"""`script`: the experiment as a stand-alone Python program that needs NumPy only."""

from __future__ import annotations

import argparse
import os
import sys

from momentum_gui.commands.shared.arguments import Commands, add_file, load_experiment, print_notes
from momentum_gui.lab.errors import BadInputError


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "script", help="write a stand-alone Python program that repeats the training", allow_abbrev=False
    )
    add_file(parser)
    parser.add_argument("--out", metavar="run.py", help="the file to write; standard output by default")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the program. Raises BadInputError, OSError where it cannot be written."""
    from momentum_gui.commands.shared.outputs import sources
    from momentum_gui.lab.atomic_file import check_writable, write_atomically
    from momentum_gui.lab.script.program import program
    from momentum_gui.lab.setup import Setup

    experiment = load_experiment(arguments)
    if arguments.out is not None:
        check_writable(arguments.out, "--out")
        if (needed := sources(arguments.file, experiment).get(os.path.realpath(arguments.out))) is not None:
            raise BadInputError(f"--out {arguments.out}: would overwrite {needed}: choose another name")
    try:
        setup = Setup.of(experiment)
    except BadInputError as error:
        raise BadInputError(f"{arguments.file}: {error}") from None
    print_notes(arguments.file, setup.notes)
    source = program(experiment, setup)
    if arguments.out is None:
        sys.stdout.write(source)
    else:
        write_atomically(arguments.out, source)
    return 0
