"""Text files that hold whole lines at every moment, plain or compressed as their names say."""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from momentum_gui.lab.data.text_file import MOST_BYTES, read_bytes
from momentum_gui.lab.errors import BadInputError

COMPRESSED = ".gz"
LARGEST_COUNT = 2**63 - 1
MEMBER_LETTERS = 1 << 16
"""A compressed file grows by whole gzip members of about this many letters …"""
MEMBER_SECONDS = 1.0
"""… or, where they come slowly, of the lines of this time: no more is lost where the program is killed."""


def is_compressed(path: str | Path) -> bool:
    """Return whether a file's name says that it is compressed by gzip."""
    return Path(path).suffix.lower() == COMPRESSED


def stem_of(path: Path) -> str:
    """Return a table's name without its suffix: L for L.csv, L.csv.gz and L.parquet."""
    return Path(path.stem).stem if is_compressed(path) else path.stem


def open_lines(path: Path) -> LineFile:
    """Return the file of this name, empty, open for writing. Raises OSError."""
    return CompressedLineFile(path) if is_compressed(path) else LineFile(path)


class LineFile:
    """A text file that holds whole lines at every moment, even where the program or the disk gives out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115 - open as long as the training goes
        self._size = 0

    def write(self, lines: str) -> None:
        """Add whole lines. Raises OSError (disk full, say) with none of them half written."""
        self._write(lines.encode())

    def _write(self, raw: bytes) -> None:
        done = 0
        self.check_there()
        try:
            while done < len(raw):
                done += self._file.write(raw[done:])
        except OSError as error:
            with suppress(OSError):  # a device or a pipe cannot be cut back
                self._file.truncate(self._size)
                self._file.seek(self._size)
            raise OSError(error.errno, error.strerror, str(self._path)) from None
        self._size += len(raw)

    def check_there(self) -> None:
        """Raise OSError where the file was removed or replaced, so that what is written is lost."""
        if self._file.closed:
            return
        facts = os.fstat(self._file.fileno())
        if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 0:
            raise OSError(errno.ENOENT, "was removed while it was being written", str(self._path))

    def close(self) -> None:
        """Close the file; doing so twice is harmless. Raises OSError where it was removed."""
        try:
            self.check_there()
        finally:
            self._file.close()


class CompressedLineFile(LineFile):
    """The same lines compressed by gzip. At every moment the file is whole; the newest lines may be still to come."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._waiting: list[str] = []
        self._letters = 0
        self._flushed = time.monotonic()

    def write(self, lines: str) -> None:
        """Add whole lines. Raises OSError where some cannot be written."""
        self._waiting.append(lines)
        self._letters += len(lines)
        if self._letters >= MEMBER_LETTERS or time.monotonic() - self._flushed >= MEMBER_SECONDS:
            self._flush()

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        text, self._waiting, self._letters = "".join(self._waiting), [], 0
        if text:
            self._write(gzip.compress(text.encode(), 6, mtime=0))

    def close(self) -> None:
        """Write what waits and close the file; doing so twice is harmless. Raises OSError."""
        try:
            self._flush()
        finally:
            super().close()


def unpacked(path: Path, label: str, most: int = MOST_BYTES) -> str:
    """Return the text of a compressed file, or its first `most` bytes where that is fewer. Raises BadInputError."""
    try:
        with gzip.open(io.BytesIO(read_bytes(path, label)[0])) as file:
            raw = file.read(most)
        return raw.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise BadInputError(f"{label}: is not a text compressed by gzip") from None


def check_digits(cells: Sequence[str]) -> None:
    """Raise ValueError for what Python takes for a number and no program writes: 1_000, digits of other scripts."""
    text = "".join(cells)
    if not text.isascii() or "_" in text or " " in text:
        raise ValueError("not a number as programs write them")


def whole(cell: str) -> int:
    """Return a count. Raises ValueError for what is none, or one that no training reaches."""
    number = int(cell)
    if abs(number) > LARGEST_COUNT:
        raise ValueError("too large for a count")
    return number
