"""Reads a text file whole or its beginning: refuses what is no regular file or too large, and finds its encoding."""

from __future__ import annotations

import codecs
import hashlib
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from momentum_gui.lab.errors import BadInputError

MOST_BYTES = 256_000_000
"""Larger files are refused before anything is read."""
PEEK_BYTES = 20_000
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Text:
    """The text of a file, the encoding it was read with, whether it is only the file's beginning, and notes.

    `checksum` is the SHA-256 of the bytes that were read.
    """

    text: str
    encoding: str
    partial: bool = False
    notes: tuple[str, ...] = ()
    checksum: str = ""


def read_text(path: Path, label: str, encoding: str | None = None, most: int | None = None) -> Text:
    """Return the text of a file, or of its first `most` bytes.

    A byte-order mark decides the encoding; without one it is `encoding`, or else UTF-8, or else Windows-1252 (with a
    note). Raises BadInputError, in one line that names the file.
    """
    raw, size = read_bytes(path, label, most)
    text = decode(raw, label, encoding, partial=len(raw) < size)
    return replace(text, checksum=hashlib.sha256(raw).hexdigest())


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises BadInputError, in one line that names the file."""
    return hashlib.sha256(read_bytes(path, str(path))[0]).hexdigest()


def read_bytes(path: Path, label: str, most: int | None = None) -> tuple[bytes, int]:
    """Return the bytes of a regular file, at most `most` of them, and how many it has. Raises BadInputError."""
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise BadInputError(f"{label}: is a folder: a file is needed")
        if not stat.S_ISREG(facts.st_mode):
            raise BadInputError(f"{label}: is a device or a pipe: a regular file is needed")
        if facts.st_size > MOST_BYTES:
            size = facts.st_size / 1e6
            raise BadInputError(f"{label}: has {size:.0f} MB: allowed are up to {MOST_BYTES / 1e6:.0f} MB")
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES if most is None else most)
    except FileNotFoundError:
        raise BadInputError(f"{label}: no such file") from None
    except OSError as error:
        raise BadInputError(f"{label}: cannot be read: {error.strerror}") from None
    return raw, facts.st_size


def decode(raw: bytes, label: str, encoding: str | None, *, partial: bool) -> Text:
    """Return the text of these bytes; `partial` allows a character to be cut off at the end. Raises BadInputError."""
    notes: tuple[str, ...] = ()
    wanted = encoding or "utf-8"
    for mark, name in MARKS:
        if raw.startswith(mark):
            if encoding is not None and not name.startswith(encoding):
                raise BadInputError(f'{label}: problem.encoding = "{encoding}": the file is marked as {name.upper()}')
            raw, wanted = raw[len(mark) :], name
            notes = () if name == "utf-8" else ("read as UTF-16",)
            encoding = name
            break
    else:
        if encoding == "utf-16":
            wanted = "utf-16-le"  # as the systems that leave out the mark write it
    if b"\0" in raw and not wanted.startswith("utf-16"):
        raise BadInputError(
            f"{label}: is not a text file, or is UTF-16 without a mark: "
            'a CSV file in UTF-8 is needed, or problem.encoding = "utf-16"'
        )
    try:
        text = codecs.getincrementaldecoder(wanted)().decode(raw, final=not partial)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        if encoding is not None:
            raise BadInputError(f"{label}: line {line} is not text in {wanted.upper()}: set problem.encoding") from None
        try:
            text, wanted = raw.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:
            raise BadInputError(
                f"{label}: line {line} is not text in UTF-8 or Windows-1252: save it as CSV in UTF-8"
            ) from None
        notes = ("not UTF-8, read as Windows-1252 (cp1252); if letters are wrong, set problem.encoding",)
    text = text.removesuffix("\x1a")
    if control := CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise BadInputError(f"{label}: line {line} holds a control character: it is not a text file")
    return Text(text, wanted, partial, notes)


def first_lines(path: Path, encoding: str | None = None, most: int = 50) -> list[str]:
    """Return the first lines of a file as far as they can be shown, each up to 200 characters."""
    try:
        if not path.is_file():
            return []
        with path.open("rb") as file:
            raw = file.read(PEEK_BYTES)
    except OSError:
        return []
    mark = next((name for sign, name in MARKS if raw.startswith(sign)), encoding or "utf-8")
    text = CONTROL.sub("·", raw.decode(mark, errors="replace").lstrip("\ufeff"))
    return [line[:200] for line in text.splitlines()[:most]]
