"""Where the machine code of the compiled engine is kept from one start of the program to the next."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numba

BAKED_IN = ("analytic_surfaces.py", "network.py", "population.py", "report.py")
"""Modules beside this package whose codes and formulas end up in the machine code."""


def cache_home() -> Path:
    """Return the user's folder for things that can be made again: XDG_CACHE_HOME, or the platform's own."""
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path.home() / ".cache"


def sources_digest() -> str:
    """Return a name for the state of the engine's sources.

    numba's own freshness test looks at the file of the kernel only, not at the files of the functions it calls.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    compiled = Path(__file__).parent
    for source in (*(compiled.parent / name for name in BAKED_IN), *sorted(compiled.rglob("*.py"))):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def writable(folder: Path) -> bool:
    """Return whether files can be made in the folder, which is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Return where compiled kernels are kept: NUMBA_CACHE_DIR if the user set it, else below the user's cache folder.

    None where neither can be written.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    try:
        folder = Path(chosen) if chosen else cache_home() / "momentum-gui"
        folder = folder / f"engine-{sources_digest()}"
    except (OSError, RuntimeError):  # no home folder, or sources that are not files
        return None
    return folder if writable(folder) else None


def folder_for_now() -> Path | None:
    """Return a folder that goes with this process, for where nothing can be kept; None where there can be none
    either."""
    try:
        home = Path(tempfile.mkdtemp(prefix="momentum-gui-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        folder = home / f"engine-{sources_digest()}"
        folder.mkdir()
    except OSError:
        return None
    return folder


FOLDER = cache_folder() or folder_for_now()


@contextlib.contextmanager
def numba_cache_in(folder: Path) -> Iterator[None]:
    """Let numba's decorators choose this folder; the setting of other users of numba in the process stays theirs."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
