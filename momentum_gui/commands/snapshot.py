"""`snapshot`: the real window off-screen, which trains and saves its picture, every plot and the log."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from momentum_gui.commands.shared.arguments import Commands, add_file, load_experiment
from momentum_gui.display import NoDisplayError, use_offscreen
from momentum_gui.lab.errors import BadInputError
from momentum_gui.missing import missing
from momentum_gui.printable import visible

SMALLEST, LARGEST = 320, 7680


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "snapshot", help="train in the window off-screen; save its picture, plots and log", allow_abbrev=False
    )
    add_file(parser)
    parser.add_argument("--out", metavar="DIR", required=True, help="the folder for the pictures; made if need be")
    parser.add_argument("--size", metavar="WxH", default="1440x900", help="of the window, in pixels (1440x900)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="colours of the window (light)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take the pictures and print the names of the files. Raises BadInputError."""
    from momentum_gui.lab.atomic_file import check_folder
    from momentum_gui.lab.setup import Setup

    experiment, size = load_experiment(arguments), parse_size(arguments.size)
    try:
        Setup.of(experiment)
    except BadInputError as error:
        raise BadInputError(f"{arguments.file}: {error}") from None
    folder = Path(arguments.out)
    check_folder(folder if folder.exists() else folder.parent, f"--out {folder}")
    folder.mkdir(exist_ok=True)
    use_offscreen()
    try:
        from momentum_gui.gui import snapshot
    except ImportError as error:
        raise NoDisplayError(f"the window cannot be drawn: {missing(error)}") from None
    for path in snapshot.take(experiment, folder, size, arguments.theme):
        print(visible(str(path)))
    return 0


def parse_size(text: str) -> tuple[int, int]:
    """Width and height from `1440x900`. Raises BadInputError."""
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if not match or not all(SMALLEST <= int(side) <= LARGEST for side in match.groups()):
        raise BadInputError(f"--size {text}: allowed is WIDTHxHEIGHT, each from {SMALLEST} to {LARGEST}")
    return int(match[1]), int(match[2])
