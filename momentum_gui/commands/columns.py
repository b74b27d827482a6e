"""`columns`: the data dictionary, what every column of the tables means that the program writes."""

from __future__ import annotations

import argparse
import json
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

from momentum_gui.commands.shared.arguments import Commands

if TYPE_CHECKING:
    from momentum_gui.lab.recording.columns import ColumnFact

WIDTH = 110


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "columns", help="explain the columns of logs, weights, anatomies and sweeps", allow_abbrev=False
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object: a list of columns for each table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the columns of each table: name, type, unit and meaning."""
    tables = dictionary()
    if arguments.json:
        print(json.dumps({name: [asdict(fact) for fact in facts] for name, (_, facts) in tables.items()}, indent=2))
        return 0
    print("\n\n".join("\n".join(text_of(heading, facts)) for heading, facts in tables.values()))
    return 0


def dictionary() -> dict[str, tuple[str, list[ColumnFact]]]:
    """Return each table's heading and columns, by the table's name."""
    from momentum_gui.lab.recording.columns import ANATOMY, LOG, NUMBER, WEIGHTS, ColumnFact
    from momentum_gui.lab.steps.log_columns import CHOICES
    from momentum_gui.lab.sweep.columns import SWEEP

    chosen = [ColumnFact(column.name, NUMBER, "", column.meaning) for column in CHOICES]
    return {
        "log": ("The log (train --log), a row for each run and logged epoch:", list(LOG)),
        "columns": ("Further columns of the log (train --columns), empty where they do not apply:", chosen),
        "weights": ("The weights (train --weights), a row for each run and logged epoch:", list(WEIGHTS)),
        "anatomy": ("The anatomy (train --anatomy), a row for each run, logged epoch and weight:", list(ANATOMY)),
        "sweep": ("A sweep (sweep --csv), a row for each cell and seed:", list(SWEEP)),
    }


def text_of(heading: str, facts: list[ColumnFact]) -> list[str]:
    """Return a table's heading and a paragraph for each column."""
    width, kind = max(len(fact.name) for fact in facts), max(len(fact.type) for fact in facts)
    lines = [heading]
    for fact in facts:
        unit = f" [{fact.unit}]" if fact.unit else ""
        first = f"  {fact.name:{width}}  {fact.type:{kind}}  "
        lines += textwrap.wrap(
            fact.meaning + unit, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False
        )
    return lines
