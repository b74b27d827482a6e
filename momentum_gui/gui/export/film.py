"""A film of a training: views side by side at one moment after another, as GIF, animated PNG or MP4."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from momentum_gui.gui.export.page import posed
from momentum_gui.gui.export.plot_file import figure_of
from momentum_gui.gui.export.stage import Stage
from momentum_gui.gui.paper.devices import Figure, image_of
from momentum_gui.gui.paper.film_form import FILMS, FilmForm
from momentum_gui.lab.atomic_file import put_in_place, write_atomically
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.recording.takes import Takes

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS = 255
LEFT_SHARE = 0.56
"""The share of the width that the first of several views has."""
REST_SECONDS = 1.0
"""How long the last picture stays before the film begins again."""


class Cancelled(Exception):
    """The making of a film was given up; no file was written."""


@dataclass(frozen=True)
class Place:
    """Where one view is on the picture, in pixels of a screen."""

    x: float
    y: float
    width: float
    height: float


def save_film(
    path: str | Path,
    takes: Takes,
    form: FilmForm,
    progress: Callable[[float], None] = lambda share: None,
    cancelled: Callable[[], bool] = lambda: False,
    drawn: Iterator[QImage] | None = None,
) -> None:
    """Write a film of a training, of its views or of pictures that were `drawn` of its moments.

    Raises BadInputError, OSError, ImportError where a package is missing, Cancelled.
    """

    def watched() -> Iterator[QImage]:
        for number, image in enumerate(pictures(takes, form) if drawn is None else drawn):
            if cancelled():
                raise Cancelled
            progress((number + 1) / len(takes.moments))
            yield image

    write_film(Path(path), watched(), form.seconds / len(takes.moments))


def film_steps(takes: Takes, path: Path, form: FilmForm) -> Iterator[float | Callable[[], None]]:
    """Draw a film a picture at a time: the share drawn after each, and then what writes the file."""
    drawn = []
    for image in pictures(takes, form):
        drawn.append(image)
        yield len(drawn) / len(takes.moments)
    yield lambda: write_film(path, iter(drawn), form.seconds / len(takes.moments))


def write_film(path: Path, images: Iterator[QImage], beat: float) -> None:
    """Write pictures, each shown for `beat` seconds, as the path's ending says."""
    kind = FILMS[path.suffix.lower()]
    if kind == "mp4":
        write_mp4(path, images, 1 / beat)
    else:
        write_atomically(path, animated(images, beat, kind))


def pictures(takes: Takes, form: FilmForm) -> Iterator[QImage]:
    """Draw one picture after another, from the start to the end of a training."""
    page = QSizeF(*(form.picture.layout_size or (0.0, 0.0)))
    places = laid_out(len(form.views), page)
    with Stage(list(form.views), takes.setup, takes.record, takes.selected) as stage, ExitStack() as posing:
        stage.show(None)
        if all(view.is_empty for view in stage.views):
            raise BadInputError(f"view {', '.join(form.views)}: has nothing to show of this training")
        forms = [
            replace(form.picture, size=(place.width, place.height), unit="px", dpi=96.0, type_points=form.type_points)
            for place in places
        ]
        rooms = [
            posing.enter_context(posed(view, each, captions=False))
            for view, each in zip(stage.views, forms, strict=True)
        ]
        stage.settle()
        for moment, frame in zip(takes.moments, takes.frames, strict=True):
            takes.record.look_at(takes.selected, moment, frame)
            stage.show(moment)
            with ExitStack() as drawing:
                figures = [
                    drawing.enter_context(figure_of(view, room, each, 1.0, captions=False))
                    for view, room, each in zip(stage.views, rooms, forms, strict=True)
                ]
                yield image_of(Figure(page, side_by_side(figures, places)), form.picture)


def laid_out(count: int, page: QSizeF) -> list[Place]:
    """Return the places of views on a page: the first at the left, all others below one another beside it."""
    if count == 1:
        return [Place(0, 0, page.width(), page.height())]
    left = round(LEFT_SHARE * page.width())
    height = page.height() / (count - 1)
    others = [Place(left, number * height, page.width() - left, height) for number in range(count - 1)]
    return [Place(0, 0, left, page.height()), *others]


def side_by_side(figures: list[Figure], places: list[Place]) -> Callable[[QPainter], None]:
    """Return what paints figures in their places, each as large as fits."""

    def paint(painter: QPainter) -> None:
        for figure, place in zip(figures, places, strict=True):
            share = min(place.width / figure.size.width(), place.height / figure.size.height())
            painter.save()
            painter.setClipRect(QRectF(place.x, place.y, place.width, place.height))
            painter.translate(place.x, place.y)
            painter.scale(share, share)
            figure.paint(painter)
            painter.restore()

    return paint


# Files.


def animated(images: Iterator[QImage], beat: float, kind: str) -> bytes:
    """Return the pictures, each shown for `beat` seconds, as an animated GIF or PNG.

    They have one palette for all, so that what stands still takes no room.
    """
    from PIL import Image

    whole = [as_pillow(image) for image in images]
    palette = palette_of([whole[0], whole[len(whole) // 2], whole[-1]])
    drawn = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in whole]
    each = max(1, round(1000 * beat))
    durations = [each] * (len(drawn) - 1) + [each + round(1000 * REST_SECONDS)]
    file = io.BytesIO()
    options: dict[str, Any] = {"disposal": 1, "optimize": False} if kind == "gif" else {}
    drawn[0].save(
        file, format=kind.upper(), save_all=True, append_images=drawn[1:], duration=durations, loop=0, **options
    )
    return file.getvalue()


def palette_of(images: list[Image]) -> Image:
    """Return a picture with the colours that serve all of these best."""
    from PIL import Image

    together = Image.new("RGB", (images[0].width, sum(image.height for image in images)))
    for number, image in enumerate(images):
        together.paste(image, (0, number * images[0].height))
    return together.quantize(COLOURS, method=Image.Quantize.MEDIANCUT)


def as_pillow(image: QImage) -> Image:
    """Return a picture as Pillow has it."""
    from PIL import Image

    return Image.fromarray(as_array(image))


def as_array(image: QImage) -> np.ndarray:
    """Return a picture as numbers, (height, width, 3) of 0 to 255."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), dtype=np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def write_mp4(path: Path, images: Iterator[QImage], fps: float) -> None:
    """Write the pictures as MP4 (H.264), `fps` a second; the file is replaced as a whole or not at all."""
    from imageio_ffmpeg import write_frames

    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".mp4", dir=path.resolve().parent)
    os.close(handle)
    draft = Path(name)
    try:
        first = next(images)
        size = first.width() // 2 * 2, first.height() // 2 * 2  # which H.264 asks for
        writer = write_frames(str(draft), size, fps=fps, quality=8, macro_block_size=2, ffmpeg_log_level="error")
        writer.send(None)
        writer.send(np.ascontiguousarray(as_array(first)[: size[1], : size[0]]))
        for image in images:
            writer.send(np.ascontiguousarray(as_array(image)[: size[1], : size[0]]))
        writer.close()
        put_in_place(draft, path)
    finally:
        draft.unlink(missing_ok=True)
