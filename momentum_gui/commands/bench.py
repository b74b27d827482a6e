"""`bench`: how fast this machine trains, in microseconds."""

from __future__ import annotations

import argparse
import json

from momentum_gui.commands.shared.arguments import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("bench", help="measure this machine's speed", allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    from momentum_gui.lab.bench import measure

    measured = measure()
    if arguments.json:
        print(json.dumps(measured))
        return 0
    for key, value in measured.items():
        if isinstance(value, dict):
            print(key.replace("_", " "))
            for name, figure in value.items():
                print(f"  {name:14}{figure:10.3f} µs")
        elif isinstance(value, float):
            print(f"{key.replace('_', ' '):16}{value:10.3f} µs")
        else:
            print(f"{key.replace('_', ' '):16}{value}")
    return 0
