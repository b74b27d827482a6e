"""`python -m benchmarks [GROUP …] [--out FILE]`: measures, prints, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from benchmarks.measure import installed, machine
from benchmarks.rows import GROUPS, Missing, Row, group

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
PACKAGES = ("numpy", "numba", "jax", "scikit-learn", "torch", "PySide6-Essentials", "pyqtgraph", "matplotlib")
INTRODUCTION = """\
# Benchmarks

Each row measures this program and a peer alternately in one process; the ratio is the median over pairs of
neighbouring measurements, with its quartiles in brackets. Times are medians. Both sides compute in double precision,
from the same weights, over the same items in the same order.

Repeat it with `make bench` (its own environment, peers installed by name), or a group of rows with
`python -m benchmarks online`.
"""


def main() -> int:
    """Measure the groups asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; default all")
    parser.add_argument("--out", type=Path, help=f"where to write the table; default {DOCUMENT.name} for all groups")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.groups if name not in GROUPS]
    if unknown:
        parser.error(f"{unknown[0]}: allowed are {', '.join(GROUPS)}")
    parts = [INTRODUCTION, about()]
    for name in arguments.groups or GROUPS:
        parts.append(measured(name))
    out = arguments.out or (None if arguments.groups else DOCUMENT)
    if out is not None:
        out.write_text("\n".join(parts), encoding="utf-8")
        print(f"written: {out}")
    return 0


def about() -> str:
    """The machine and the versions."""
    versions = [f"{name} {found}" for name in PACKAGES if (found := installed(name)) is not None]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{machine()}. {', '.join(versions)}{compiler()}. Measured on {today}.\n"


def compiler() -> str:
    """The C compiler, where there is one."""
    from benchmarks import c_loops

    try:
        return f", {c_loops.version()}"
    except (OSError, ValueError):
        return ""


def measured(name: str) -> str:
    """The table of a group, also printed row by row while it is measured."""
    title, rows, notes = group(name)
    print(f"\n{title}", flush=True)
    lines = [f"## {title}\n", "| what | against | here | there | ratio | goal | |", "|---|---|---|---|---|---|---|"]
    missing = []
    for row in rows():
        if isinstance(row, Missing):
            missing.append(f"Not measured: {row.what} ({row.reason}).")
            print(f"  {missing[-1]}", file=sys.stderr, flush=True)
            continue
        lines.append(f"| {' | '.join(cells(row))} |")
        print("  " + "  ".join(cell for cell in cells(row) if cell), flush=True)
    return "\n".join([*lines, "", *missing, *([notes] if notes else []), ""])


def cells(row: Row) -> list[str]:
    """The row's texts; the last says whether the goal is met."""
    verdict = {True: "met", False: "not met", None: ""}[row.met]
    return [row.what, row.against, row.ours, row.theirs, row.ratio, row.goal, verdict]


if __name__ == "__main__":
    raise SystemExit(main())
