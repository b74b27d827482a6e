"""`examples`: the built-in experiments, whose names work wherever a FILE does."""

from __future__ import annotations

import argparse

from momentum_gui.commands.shared.arguments import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("examples", help="list the built-in experiments", allow_abbrev=False)
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Print a line for each: name and title."""
    from momentum_gui.lab.experiment import Experiment, built_in_names

    names = built_in_names()
    width = max(map(len, names), default=0)
    for name in names:
        print(f"{name:{width}}  {Experiment.load(name).title}")
    return 0
