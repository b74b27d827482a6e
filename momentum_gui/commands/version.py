"""`--version`: the version, and what the program runs on here."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from typing import Any

from momentum_gui.missing import missing
from momentum_gui.version import __version__


class ShowVersion(argparse.Action):
    """Print the version, a line for the engine, one for Qt and one for Python, and leave."""

    def __init__(self, option_strings: Sequence[str], dest: str, **rest: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version, the engine and Qt, and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> None:
        print("\n".join([f"{parser.prog} {__version__}", engine(), qt(), python()]))
        parser.exit()


def engine() -> str:
    """Return the engine that trainings take here, with its versions."""
    import numpy as np

    from momentum_gui.engine.interface import choose, numba_trouble

    if choose().name == "numpy":
        return f"engine: numpy (NumPy {np.__version__}); {numba_trouble()}"
    import numba  # type: ignore[import-not-found,unused-ignore]

    return f"engine: compiled (numba {numba.__version__}, NumPy {np.__version__})"


def qt() -> str:
    """Return the Qt that the window and pictures take here, or why there is none."""
    import importlib

    try:
        core = importlib.import_module("PySide6.QtCore")
    except ImportError as error:
        return f"Qt: none; {missing(error)}"
    return f"Qt: {core.qVersion()} (PySide6 {core.__version__})"


def python() -> str:
    """Return Python and system."""
    return f"Python: {platform.python_version()} on {platform.system()} {platform.machine()}"
