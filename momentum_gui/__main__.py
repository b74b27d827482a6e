"""The one door: `python -m momentum_gui`, `momentum-gui` and `python main.py` all come in here."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line with the arguments of this process; returns its exit status."""
    from momentum_gui import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
