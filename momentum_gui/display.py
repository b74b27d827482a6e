"""Whether a window can open here, found out without Qt: without a display Qt would abort the whole program."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from momentum_gui.missing import library_missing

INSTEAD = "use `momentum-gui train` or `momentum-gui snapshot`, which need no display"


class NoDisplayError(Exception):
    """Why no window can open, and what to do instead, in one line."""


def check_display(environment: Mapping[str, str] = os.environ) -> None:
    """Raises NoDisplayError where Qt would find no display, or not the libraries that it needs for one."""
    platform = chosen_platform(environment)
    if not sys.platform.startswith("linux") or platform not in ("", "xcb", "wayland"):
        return  # other systems have a display, other platforms of Qt need none
    wayland = wayland_answers(environment) if platform in ("", "wayland") else None
    if wayland is True:
        return
    if platform == "wayland":
        raise NoDisplayError(f"no display: no Wayland compositor answers; {INSTEAD}")
    name = environment.get("DISPLAY", "")
    if not name:
        unset = "DISPLAY is not set" if wayland is False else "neither DISPLAY nor WAYLAND_DISPLAY is set"
        raise NoDisplayError(f"no display: {unset}; {INSTEAD}")
    if (missing := missing_library("libxcb.so.1")) is not None or (missing := missing_for_qt("libqxcb.so")) is not None:
        raise NoDisplayError(f"no display: {library_missing(missing)}; or {INSTEAD}")
    if not x_server_answers(name):
        raise NoDisplayError(f"no display: no X server answers at DISPLAY={name}; {INSTEAD}")


def chosen_platform(environment: Mapping[str, str]) -> str:
    """Return the first of the platforms named in QT_QPA_PLATFORM that Qt has; empty where none is named.

    Raises NoDisplayError where Qt has none of them.
    """
    names = [part.partition(":")[0] for part in environment.get("QT_QPA_PLATFORM", "").split(";")]
    if not any(names) or any(key in environment for key in ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH")):
        return names[0]
    there = qt_platforms()
    known = [name for name in names if not there or name in there or name.partition("-")[0] in there]
    if not known:
        raise NoDisplayError(
            f"no display: QT_QPA_PLATFORM={environment['QT_QPA_PLATFORM']}: Qt has no such platform here, only "
            f"{', '.join(sorted(there))}; unset it, or {INSTEAD}"
        )
    return known[0]


def qt_platforms() -> set[str]:
    """Return the names of Qt's platform plugins, empty where they are not found."""
    files = (path.stem for folder in plugin_folders() for path in folder.glob("*q*.*"))
    return {name.removeprefix("lib").removeprefix("q") for name in files}


def use_offscreen() -> None:
    """Let Qt draw without a display, whatever platform the user has chosen for windows; before Qt is loaded."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def wayland_answers(environment: Mapping[str, str]) -> bool | None:
    """Return whether the compositor named in the environment takes a connection; None where none is named."""
    name = environment.get("WAYLAND_DISPLAY", "")
    if not name:
        return None
    address = os.path.join(environment.get("XDG_RUNTIME_DIR", ""), name)  # an absolute name stays as it is
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True


def x_server_answers(name: str) -> bool:
    """Return whether an X server takes a connection at this display; libxcb must be there.

    A connection that was taken stays open to the end of the program: an X server whose last client leaves starts again,
    and would for a moment refuse Qt.
    """
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(name.encode(), None)
    if xcb.xcb_connection_has_error(connection) == 0:
        return True
    xcb.xcb_disconnect(connection)
    return False


def missing_library(name: str) -> str | None:
    """Return the library that the system's loader misses when it loads this one; None where all is there."""
    try:
        ctypes.CDLL(name)
    except OSError as error:
        return str(error).partition(":")[0]
    return None


def missing_for_qt(plugin: str) -> str | None:
    """Return the library that one of Qt's platform plugins misses; None where it is complete, or not found to be
    asked."""
    for folder in plugin_folders():
        if (folder / plugin).is_file():
            return missing_library(str(folder / plugin))
    return None


def plugin_folders() -> list[Path]:
    """Return the folders of Qt's platform plugins in PySide6, without loading it."""
    spec = importlib.util.find_spec("PySide6")
    inside = (spec.submodule_search_locations or ()) if spec is not None else ()
    return [path for folder in inside for path in (Path(folder, "Qt", "plugins", "platforms"),) if path.is_dir()]
