"""`open`, and no command at all: the window."""

from __future__ import annotations

import argparse
import gc

from momentum_gui.commands.shared.arguments import FILE_HELP, Commands, print_origin
from momentum_gui.display import NoDisplayError, check_display
from momentum_gui.missing import is_own, missing, require


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("open", help="open the window with an experiment", allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", nargs="?", help=FILE_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Open the window. Raises BadInputError for a FILE that is wrong, NoDisplayError where no window can open."""
    experiment, table = None, None
    if arguments.file is not None:
        from momentum_gui.lab.data.proposal import is_table
        from momentum_gui.lab.experiment.experiment import Experiment, find

        if is_table(arguments.file):
            table = str(find(arguments.file).absolute())
        else:
            experiment = Experiment.load(arguments.file)
            print_origin(arguments.file, experiment)
    check_display()
    gc.disable()  # nothing is garbage while the window loads, and looking for it takes a tenth of that time
    try:
        require("contourpy")  # the views that need it load when they are first drawn
        from momentum_gui.gui import app

        return app.run(experiment, table)
    except ImportError as error:  # a package, or a library of the system that PySide6 links to
        if is_own(error):
            raise
        raise NoDisplayError(f"the window cannot open: {missing(error)}") from None
