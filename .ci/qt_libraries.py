"""Prints the Debian packages of those system libraries that Qt needs and that are truly missing."""

from __future__ import annotations

import ctypes
import importlib.util
import subprocess
import sys
from pathlib import Path

# Shared library -> Debian package. Some are loaded only when a window opens, where `ldd` does not look.
PACKAGES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libz.so.1": "zlib1g",
}
OPENED_AT_RUN_TIME = ("libGL.so.1", "libEGL.so.1", "libxcb-cursor.so.0", "libxkbcommon-x11.so.0")


def qt_files() -> list[Path]:
    """The parts of the installed Qt that the program loads, in the wheel's own layout."""
    specification = importlib.util.find_spec("PySide6")
    if specification is None or specification.origin is None:
        return []
    qt = Path(specification.origin).parent / "Qt"
    names = ["lib/libQt6Widgets.so.6", "lib/libQt6Svg.so.6", "lib/libQt6OpenGLWidgets.so.6"]
    names += [f"plugins/platforms/libq{platform}.so" for platform in ("offscreen", "xcb")]
    return [qt / name for name in names if (qt / name).is_file()]


def not_found(files: list[Path]) -> set[str]:
    """The libraries that the loader does not find for these files."""
    listing = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False).stdout
    return {line.split()[0] for line in listing.splitlines() if line.rstrip().endswith("=> not found")}


def loads(library: str) -> bool:
    """Whether the system can load this library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def package_of(library: str) -> str:
    """The package's name here: Debian 13 renamed one of them."""
    package = PACKAGES[library]
    if package == "libglib2.0-0":
        newer = f"{package}t64"
        try:
            answer = subprocess.run(["apt-cache", "show", newer], capture_output=True, check=False)
        except FileNotFoundError:
            return package
        return newer if answer.returncode == 0 else package
    return package


def main() -> None:
    """Print the missing packages on one line; nothing when none is missing."""
    files = qt_files()
    if not files:
        return
    missing = not_found(files) | {library for library in OPENED_AT_RUN_TIME if not loads(library)}
    # A library that is not in the table belongs to one that is, and comes with its package.
    known = missing & PACKAGES.keys()
    if known:
        print(" ".join(sorted({package_of(library) for library in known})))
    elif missing:
        print(f"set-up: Qt misses {', '.join(sorted(missing))}", file=sys.stderr)


if __name__ == "__main__":
    main()
