"""Starts Momentum GUI from a checkout: `python main.py …` is the same as `momentum-gui …`."""

import sys

from momentum_gui.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
