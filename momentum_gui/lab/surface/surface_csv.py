"""The error on a grid of points as a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.recording.log import number_cells


def save_surface(path: str | Path, xs: Floats, ys: Floats, errors: Floats) -> None:
    """Write `x,y,error` for each point of errors (len(ys), len(xs)), row by row, at full precision.

    Overflow stays inf or nan. Raises OSError; the file is then as it was.
    """
    x_cells, y_cells = number_cells(xs), number_cells(ys)

    def pieces() -> Iterator[bytes]:
        yield b"x,y,error\n"
        for y, row in zip(y_cells, errors, strict=True):
            cells = number_cells(np.ascontiguousarray(row))
            yield "".join(f"{x},{y},{error}\n" for x, error in zip(x_cells, cells, strict=True)).encode()

    write_atomically(path, pieces())
