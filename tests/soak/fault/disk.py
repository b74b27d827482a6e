"""A disk of which one call fails: the n-th of all that open, write, flush, rename or change a file."""

from __future__ import annotations

import builtins
import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CALLS = ("replace", "fsync", "chmod", "unlink", "ftruncate", "mkdir")
"""Functions of `os` that change files."""


class Disk:
    """Counts calls; the one of number `fails` (from 1) raises OSError, half of its bytes written where it writes."""

    def __init__(self, folder: Path, fails: int, error: int = errno.ENOSPC) -> None:
        self.folder, self.fails, self.error = str(folder), fails, error
        self.calls = 0
        self.failed = ""

    def tick(self, what: str) -> None:
        """Count a call. Raises OSError where it is to fail."""
        self.calls += 1
        if self.calls == self.fails:
            self.failed = what
            raise OSError(self.error, os.strerror(self.error))

    def is_ours(self, path: Any) -> bool:
        """Return whether a path lies in the folder that is watched."""
        return isinstance(path, (str, os.PathLike)) and os.path.abspath(path).startswith(self.folder)


@contextmanager
def faulty(disk: Disk) -> Iterator[None]:
    """Let all that Python code does to files in the disk's folder go through it."""
    real_open, real_raw, real_temporary = builtins.open, io.FileIO, tempfile.mkstemp
    real_calls = {name: getattr(os, name) for name in CALLS}

    class Raw(io.FileIO):
        def write(self, raw: Any) -> int:
            try:
                disk.tick("write")
            except OSError:
                super().write(memoryview(raw)[: len(raw) // 2])
                raise
            return super().write(raw)

        def truncate(self, size: int | None = None) -> int:
            disk.tick("truncate")
            return super().truncate(size)

    def make_raw(file: Any, mode: str = "r", *rest: Any, **more: Any) -> io.FileIO:
        if isinstance(file, int) or not disk.is_ours(file) or mode.strip("b") == "r":
            return real_raw(file, mode, *rest, **more)
        disk.tick("open")
        return Raw(file, mode, *rest, **more)

    def open_faulty(
        file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, *rest: Any, **more: Any
    ) -> Any:
        ours = isinstance(file, int) or disk.is_ours(file)
        if not ours or not set(mode) & set("wax+") or more.get("opener") is not None:
            return real_open(file, mode, buffering, encoding, *rest, **more)
        if not isinstance(file, int):
            disk.tick("open")
        raw = Raw(file, mode.replace("b", "").replace("t", ""))
        if buffering == 0:
            return raw
        buffered = io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding or "utf-8", *rest[:1], newline="")

    def temporary(*rest: Any, **more: Any) -> tuple[int, str]:
        if disk.is_ours(more.get("dir")):
            disk.tick("mkstemp")
        return real_temporary(*rest, **more)

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **more: Any) -> Any:
            if isinstance(path, int) or disk.is_ours(path):
                disk.tick(name)
            return real(path, *rest, **more)

        return call

    builtins.open, io.open, io.FileIO, tempfile.mkstemp = open_faulty, open_faulty, make_raw, temporary  # type: ignore[assignment]
    for name, real in real_calls.items():
        setattr(os, name, watched(name, real))
    try:
        yield
    finally:
        builtins.open, io.open, io.FileIO, tempfile.mkstemp = real_open, real_open, real_raw, real_temporary  # type: ignore[misc]
        for name, real in real_calls.items():
            setattr(os, name, real)
