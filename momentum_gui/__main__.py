"""The one door: `python -m momentum_gui`, `momentum-gui` and `python main.py` all come in here."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line with the arguments of this process; returns its exit status."""
    # Before NumPy is loaded: on matrices as small as ours, more threads cost hundreds of times what they bring while
    # a training keeps the processors busy, and the window would freeze meanwhile.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from momentum_gui import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
