"""Plots as PNG, SVG, PDF, and their data as CSV: a file is written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QPoint, QSizeF

from momentum_gui.gui.export.page import Layout, posed, widened
from momentum_gui.gui.paper.devices import PICTURES, Figure, kind, save_figure
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.view import View
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.errors import BadInputError

__all__ = ["PICTURES", "export_view", "save_picture", "save_table"]

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A text cell that begins with one of these would be taken for a formula by a spreadsheet."""


def export_view(view: View, path: str | Path, form: PictureForm | None = None) -> None:
    """Write a view's plot, or for `.csv` its data, as the path's suffix says.

    Raises BadInputError for another suffix, OSError where it cannot be written; the file is then as it was before.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        save_table(view, path)
    else:
        save_picture(view, path, form)


def save_table(view: View, path: str | Path) -> None:
    """Write a view's data as CSV. Raises OSError."""
    header, rows = view.export_table()
    write_atomically(path, table_text(header, rows))


def table_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV after RFC 4180 with `\\n`: numbers at full precision, NaN empty, no text that is a
    formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """Return one cell: text that a spreadsheet would execute gets a leading apostrophe; numbers never."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(RISKY) else value
    return "" if value != value else value


def save_picture(view: View, path: str | Path, form: PictureForm | None = None) -> None:
    """Write a view's plot as PNG, SVG or PDF; by default as large as on the screen and in the light theme.

    Raises BadInputError for another suffix or where there is nothing to draw, OSError where it cannot be written.
    """
    chosen = form or PictureForm()
    pixels = chosen.scale if kind(path) == ".png" else None
    with posed(view, chosen) as room, figure_of(view, room, chosen, pixels) as figure:
        save_figure(figure, path, chosen)


@contextmanager
def figure_of(
    view: View, room: QSizeF | None, form: PictureForm, pixels: float | None, *, captions: bool = True
) -> Iterator[Figure]:
    """A view that is posed, as a figure: its form for paper, its plots with the words around them, or as it is seen.

    `pixels` are those of the picture for each of the screen's, None for a drawing. Raises BadInputError where there is
    nothing to draw.
    """
    figure = view.figure(room)
    if figure is not None:
        yield figure
    elif isinstance(view, PlotView) and view.plots:
        with widened(view, (pixels or 1.0) * form.line_width):
            image = view.painted(pixels or 1.0)
            if image is not None and pixels is None:
                raise BadInputError("a 3D picture is made of pixels: save it as .png, or turn 3D off before")
            layout = Layout(view, image, form.type_size, captions=captions)
            yield Figure(layout.size, layout.paint)
    else:
        yield Figure(QSizeF(view.size()), lambda painter: view.render(painter, QPoint()))
