"""Arguments that several commands share: the experiment FILE, and `--set`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from momentum_gui.lab.errors import BadInputError
from momentum_gui.printable import visible

if TYPE_CHECKING:
    from momentum_gui.gui.paper.form import PictureForm
    from momentum_gui.lab.experiment import Experiment

FILE_HELP = (
    "an experiment: a TOML file, a table to learn from (.csv), the name of a built-in example, or - for standard input"
)

Commands = Any
"""What `add_subparsers` gives; argparse has no public name for its type."""


def add_file(parser: argparse.ArgumentParser) -> None:
    """FILE and `--set KEY=VALUE …`."""
    parser.add_argument("file", metavar="FILE", nargs="?", help=FILE_HELP)
    parser.add_argument(
        "--set",
        dest="changes",
        metavar="SECTION.KEY=VALUE",
        nargs="+",
        action="extend",
        default=[],
        help="change a setting, like training.momentum=0.9, which holds for all runs; run.NAME.KEY=VALUE, like "
        "run.plain.momentum=0.5, is for one run",
    )


def claim_file(arguments: argparse.Namespace) -> str:
    """FILE, also where it comes after the values of `--set` and was taken for one. Raises BadInputError."""
    if arguments.file is None:
        stray = [change for change in arguments.changes if "=" not in change]
        if len(stray) != 1:
            raise BadInputError(f"FILE is missing: {FILE_HELP}")
        arguments.file = stray[0]
        arguments.changes.remove(stray[0])
    return str(arguments.file)


def load_experiment(arguments: argparse.Namespace) -> Experiment:
    """Return the experiment that FILE and `--set` ask for. Raises BadInputError."""
    from momentum_gui.lab.experiment import Experiment

    label = claim_file(arguments)
    experiment = Experiment.load(label, arguments.changes)
    print_origin(label, experiment, arguments.changes)
    return experiment


def print_origin(label: str, experiment: Experiment, changes: Sequence[str] = ()) -> None:
    """Say where the data are where the experiment does not lie beside them: whoever sent it may have named any file."""
    from momentum_gui.lab.experiment.origin import data_outside

    if (place := data_outside(label, experiment, changes)) is not None:
        print_notes(label, [f"learns from {place}, outside the folder of the experiment"])


def print_notes(label: str, notes: Iterable[str]) -> None:
    """Print how the data were read to standard error, a line each."""
    if sys.stderr is not None:
        for note in notes:
            print(visible(f"{label}: note: {note}"), file=sys.stderr)


def add_form(parser: argparse.ArgumentParser) -> None:
    """Declare `--size`, `--dpi` and `--theme` of pictures."""
    parser.add_argument(
        "--size",
        metavar="WxH",
        help="the size of pictures: 85x60mm, a journal's column, or 1200x800px; by default as on a screen, in twice as "
        "many pixels",
    )
    parser.add_argument(
        "--dpi", metavar="N", help="dots an inch of pictures: by default 300 where the size is in mm, else 96"
    )
    parser.add_argument(
        "--theme", metavar="light|dark", default="light", help="the colours of pictures: light (the default) or dark"
    )


def form_of(arguments: argparse.Namespace) -> PictureForm:
    """Return the form of pictures that `--size`, `--dpi` and `--theme` ask for. Raises BadInputError."""
    from momentum_gui.gui.paper.form import PictureForm, read_size

    if arguments.theme not in ("light", "dark"):
        raise BadInputError(f"--theme {arguments.theme}: allowed are light and dark")
    try:
        dpi = None if arguments.dpi is None else float(arguments.dpi)
    except ValueError:
        raise BadInputError(f"--dpi {arguments.dpi}: allowed is a number of dots an inch, like 300") from None
    try:
        size, unit = (None, "px") if arguments.size is None else read_size(arguments.size)
        return PictureForm(size, unit, dpi, arguments.theme)  # type: ignore[arg-type]
    except BadInputError as error:
        raise BadInputError(f"--{error}") from None
