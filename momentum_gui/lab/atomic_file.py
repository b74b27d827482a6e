"""Writes files so that none is ever left half written, and says beforehand where nothing can be written."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from momentum_gui.lab.errors import BadInputError


def write_atomically(path: str | Path, content: bytes | str | Iterable[bytes]) -> None:
    """Replace a file's content as a whole: it holds the old bytes or the new, whatever happens in between.

    Text is written in UTF-8 with the line ends it has; much of it may come in pieces. Raises OSError (disk full,
    say) with the file's name; the file is then as before, and nothing lies beside it.
    """
    path = Path(path)
    content = content.encode("utf-8") if isinstance(content, str) else content
    pieces = [content] if isinstance(content, bytes) else content
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, not replaced
            with open(path, "wb") as file:
                file.writelines(pieces)
        else:
            replace_file(path.resolve(), pieces)  # a link stays a link
    except RuntimeError:  # links in a circle, to a Python before 3.13
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def put_in_place(draft: Path, path: Path) -> None:
    """Make a whole file, written beside this one, its new content: a link stays a link, a device or a pipe is fed.

    A new file gets what the umask allows, an old one keeps its permissions. Raises OSError.
    """
    if path.exists() and not path.is_file():
        with open(draft, "rb") as whole, open(path, "wb", opener=without_waiting) as file:
            shutil.copyfileobj(whole, file)
        draft.unlink()
        return
    place = path.resolve()
    os.chmod(draft, place.stat().st_mode if place.exists() else 0o666 & ~umask())
    try:
        os.replace(draft, place)
    except OSError as error:
        if error.errno != errno.EXDEV:  # a link into another file system
            raise
        with open(draft, "rb") as whole:
            replace_file(place, iter(lambda: whole.read(1 << 20), b""))
        draft.unlink()


def without_waiting(path: str, flags: int) -> int:
    """Open a device or a pipe. Raises OSError where a pipe has no reader, instead of waiting for one."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    os.set_blocking(handle, True)
    return handle


def replace_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file beside this one, and put it in its place when it is whole. Raises OSError."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, path.stat().st_mode if path.exists() else 0o666 & ~umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def umask() -> int:
    """Return the permissions that this process withholds from new files; mkstemp gives fewer still."""
    current = os.umask(0o077)
    os.umask(current)
    return current


def check_writable(path: str | Path, key: str) -> None:
    """Raises BadInputError where a file cannot be written; `key` says whose it is (`--log`). Nothing is left behind."""
    path = Path(path)
    try:
        path.stat()
        found = True
    except (FileNotFoundError, NotADirectoryError):
        found = False
    except PermissionError:
        found = path.exists()
    except OSError as error:  # a name too long, or links in a circle
        raise BadInputError(f"{key} {path}: nothing can be written there: {error.strerror}") from None
    if path.is_dir():
        raise BadInputError(f"{key} {path}: is a folder: the name of a file is needed")
    if found:
        if not os.access(path, os.W_OK):
            raise BadInputError(f"{key} {path}: is read-only: choose a file that may be written")
        if not path.is_file():
            return
    check_folder(path.parent, f"{key} {path}")


def check_folder(folder: str | Path, key: str) -> None:
    """Raises BadInputError where a folder is missing or takes no new file."""
    folder = Path(folder)
    if not folder.exists():
        raise BadInputError(f"{key}: the folder {folder} does not exist: create it, or choose another")
    if not folder.is_dir():
        raise BadInputError(f"{key}: {folder} is not a folder")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadInputError(f"{key}: nothing can be written in the folder {folder}: {error.strerror}") from None
