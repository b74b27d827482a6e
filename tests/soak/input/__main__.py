"""`python -m tests.soak.input --count 100000 [--kind table]`: a line of figures for each kind, then the faults."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.soak.input.kinds import KINDS, fuzz_kind

SHOWN = 4


def main() -> int:
    """Fuzz, tell; the exit status is 1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--kind", choices=KINDS, action="append", default=[])
    arguments = parser.parse_args()
    faults = 0
    for kind in arguments.kind or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            counts = fuzz_kind(kind, range(arguments.first, arguments.first + arguments.count), Path(folder))
        print(counts, flush=True)
        for fault in counts.faults[:SHOWN]:
            print(fault, file=sys.stderr)
        faults += len(counts.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
