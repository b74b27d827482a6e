"""What is missing from an installation, in one line that is true however the program was installed."""

from __future__ import annotations

import importlib.util
import sys

PACKAGES = {"OpenGL": "PyOpenGL", "PySide6": "PySide6-Essentials", "shiboken6": "PySide6-Essentials"}
"""Packages that are installed under another name than they are imported by."""


def missing(error: ImportError) -> str:
    """Return what an import did not find, and what to do: install a package for this Python, or a system library."""
    if isinstance(error, ModuleNotFoundError) and error.name is not None:
        top = error.name.partition(".")[0]
        return f"{PACKAGES.get(top, top)} is not installed for {sys.executable}: install it there"
    library, colon, _ = str(error).partition(": cannot open shared object file")
    if colon:
        return library_missing(library)
    return " ".join(str(error).split())


def library_missing(library: str) -> str:
    """Return that a library of the system is missing, and what to do."""
    return (
        f"the library {library} is missing: install the system's package that has it "
        "(on Debian and Ubuntu, `make setup` in a checkout does)"
    )


def require(package: str) -> None:
    """Raise ModuleNotFoundError where a package is not installed that is loaded only later; nothing is loaded."""
    if importlib.util.find_spec(package) is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)


def is_own(error: ImportError) -> bool:
    """Return whether what was not found is a part of this program: a mistake here, not in the installation."""
    return (error.name or "").startswith("momentum_gui")
