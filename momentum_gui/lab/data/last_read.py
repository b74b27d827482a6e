"""What was read last from a file, to be used again while neither the question nor the file has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class LastRead(Generic[T]):
    """Keeps one answer, and what was asked for it."""

    def __init__(self) -> None:
        self._kept: tuple[object, T] | None = None

    def find(self, wanted: object) -> T | None:
        """Return the answer kept, if it is to this question."""
        kept = self._kept
        return kept[1] if kept is not None and kept[0] == wanted else None

    def keep(self, wanted: object, answer: T) -> None:
        """Keep an answer in the place of the one before."""
        self._kept = (wanted, answer)


def version_of(path: Path) -> tuple[int, ...]:
    """Return what changes whenever a file is written; () where there is no file."""
    try:
        facts = path.stat()
    except OSError:
        return ()
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
