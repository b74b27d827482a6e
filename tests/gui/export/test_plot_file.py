"""Exported plots hold what is seen, in every format, and a file is written whole or not at all."""

from __future__ import annotations

import csv
import errno
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from momentum_gui.gui.export import plot_file as export
from momentum_gui.gui.paper.devices import Figure, save_figure
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.plots.error.view import ErrorView
from momentum_gui.gui.plots.steps.view import StepsView
from momentum_gui.gui.style import theme
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.gui.plots.showing import begin

RAVINE = """
[problem]
surface = "ravine"
[training]
learning_rate = 0.4
epochs = 30
[[run]]
name = "plain"
rule = "plain"
[[run]]
name = "=1+1"
rule = "heavy-ball"
momentum = 0.5
"""


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ErrorView]:
    """Error curves of two runs, 600 × 400, never shown."""
    theme.set_theme("dark")
    trainer = Trainer(Experiment.parse(RAVINE, "ravine", Path()), "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance_epochs(30))
    made = ErrorView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    begin(made, trainer.setup, record)
    yield made
    theme.set_theme("light")


def pixels(path: Path) -> np.ndarray:
    """A picture's colours, (rows, columns, 3)."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull(), f"{path} is no picture"
    flat = np.frombuffer(image.constBits(), dtype=np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[..., 2::-1].astype(int)


def share_of(image: np.ndarray, color: str) -> float:
    """The share of pixels that are near a colour."""
    wanted = np.array(QColor(color).getRgb()[:3])
    return float((np.abs(image - wanted).sum(axis=2) < 60).mean())


def holds_the_curves(image: np.ndarray) -> None:
    """Light background, and some but not much of each run's colour: a curve, not a filled plot."""
    assert share_of(image, theme.LIGHT.plot_background) > 0.8
    for run in range(2):
        assert 0.0003 < share_of(image, theme.RUN_COLORS["light"][run]) < 0.03


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_png_is_as_large_as_asked_and_shows_the_curves(view: ErrorView, tmp_path: Path, scale: float) -> None:
    """A PNG is `scale` × the plot, light, with the runs' curves; text and lines scale with it."""
    export.save_picture(view, tmp_path / "p.png", PictureForm(dpi=96 * scale))
    image = pixels(tmp_path / "p.png")
    assert image.shape[1] == round(600 * scale)
    holds_the_curves(image)


def test_lines_and_axes_scale_with_the_picture(view: ErrorView, tmp_path: Path) -> None:
    """Three times as large, a picture has the same share of ink: neither hairlines nor huge numbers."""
    export.save_picture(view, tmp_path / "a.png", PictureForm(dpi=96))
    export.save_picture(view, tmp_path / "b.png", PictureForm(dpi=288))
    small, large = (
        float((np.abs(pixels(tmp_path / name) - 255).sum(axis=2) > 90).mean()) for name in ("a.png", "b.png")
    )
    assert large == pytest.approx(small, rel=0.35)


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="librsvg is not installed")
def test_svg_looks_the_same_in_another_program(view: ErrorView, tmp_path: Path) -> None:
    """librsvg, which knows no non-scaling strokes, shows thin curves, axes and no stray clipping."""
    export.save_picture(view, tmp_path / "p.svg")
    done = subprocess.run(
        ["rsvg-convert", str(tmp_path / "p.svg"), "-o", str(tmp_path / "p.png")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    image = pixels(tmp_path / "p.png")
    assert image.shape[1] == 600
    holds_the_curves(image)
    left = image[100:300, 55:63]
    assert (np.abs(left - 255).sum(axis=2) > 30).any(axis=1).mean() > 0.9, "the y axis is cut off"


def test_svg_has_paths_and_no_transformed_strokes(view: ErrorView, tmp_path: Path) -> None:
    """The file is SVG with lines in it; what is stroked is stroked in the picture's own coordinates."""
    export.save_picture(view, tmp_path / "p.svg")
    root = ElementTree.fromstring((tmp_path / "p.svg").read_bytes())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    groups = list(root.iter("{http://www.w3.org/2000/svg}g"))
    lines = [child for group in groups for child in group if child.tag.endswith(("path", "polyline"))]
    assert len(lines) > 10
    for group in groups:
        drawn = any(child.get("vector-effect") == "non-scaling-stroke" for child in group)
        assert not drawn or group.get("transform", "").startswith("matrix(1,0,0,1,")


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed")
def test_pdf_is_one_page_of_the_plots_size(view: ErrorView, tmp_path: Path) -> None:
    """A PDF, at 96 dots an inch, has the plot's size and its curves."""
    export.save_picture(view, tmp_path / "p.pdf")
    subprocess.run(
        ["pdftoppm", "-png", "-r", "96", "-singlefile", str(tmp_path / "p.pdf"), str(tmp_path / "p")], check=True
    )
    image = pixels(tmp_path / "p.png")
    assert abs(image.shape[1] - 600) <= 1
    holds_the_curves(image)


def test_the_screen_is_as_it_was_after_an_export(view: ErrorView, tmp_path: Path) -> None:
    """Theme, pens and labels are put back: the view looks the same before and after."""
    before = view.grab().toImage()
    for suffix in export.PICTURES:
        export.save_picture(view, tmp_path / f"p{suffix}")
    assert theme.current() is theme.DARK
    assert view.grab().toImage() == before


def test_two_plots_stand_one_above_the_other(qtbot: QtBot, view: ErrorView, tmp_path: Path) -> None:
    """A view of two plots is one picture that holds both."""
    steps = StepsView()
    qtbot.addWidget(steps)
    steps.resize(500, 400)
    assert view.setup is not None
    assert view.record is not None
    begin(steps, view.setup, view.record)
    export.save_picture(steps, tmp_path / "p.png", PictureForm(dpi=96))
    image = pixels(tmp_path / "p.png")
    dark = np.abs(image - np.array(QColor(theme.LIGHT.step).getRgb()[:3])).sum(axis=2) < 90
    height = len(image)
    assert dark[: height // 2].any()
    assert dark[height * 2 // 3 :].any()


def test_data_read_back_are_the_same_numbers(view: ErrorView, tmp_path: Path) -> None:
    """CSV has every digit, `\\n` ends, no NaN, and a name that is a formula is disarmed; numbers are left alone."""
    export.export_view(view, tmp_path / "d.csv")
    text = (tmp_path / "d.csv").read_bytes().decode()
    assert "\r" not in text
    header, *rows = csv.reader(io.StringIO(text))
    table = view.export_table()
    assert header == table[0]
    assert len(rows) == len(table[1]) == 62
    column = header.index("error")
    assert [float(row[column]) for row in rows] == [values[column] for values in table[1]]
    assert {row[0] for row in rows} == {"plain", "'=1+1"}
    assert rows[0][header.index("test_error")] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(start: str) -> None:
    """Only text gets the apostrophe: a negative number stays a number."""
    assert export.cell(start + "x") == "'" + start + "x"
    assert export.cell(-1.5) == -1.5


def test_another_suffix_is_refused_in_one_line(view: ErrorView, tmp_path: Path) -> None:
    """The message names the file and what is allowed; nothing is written."""
    with pytest.raises(BadInputError, match=r"p\.gif: allowed are .*\.png, \.svg, \.pdf") as caught:
        export.export_view(view, tmp_path / "p.gif")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [*export.PICTURES, ".csv"])
def test_a_full_disk_leaves_the_old_file(
    view: ErrorView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """If the disk is full, OSError is raised, the old content stays, and nothing lies beside it."""
    path = tmp_path / f"p{suffix}"
    path.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        export.export_view(view, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_raises(view: ErrorView, tmp_path: Path) -> None:
    """The folder is not made, and the error is an OSError that the window and the command line show."""
    with pytest.raises(OSError, match="nowhere"):
        export.export_view(view, tmp_path / "nowhere" / "p.png")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_too_large_for_memory_is_refused(tmp_path: Path, qtbot: QtBot) -> None:
    """Instead of an empty file there is an error."""

    def paint(_painter: QPainter) -> None:
        pytest.fail("there is nothing to paint on")

    with pytest.raises(OSError, match="too large"):
        save_figure(Figure(QSizeF(100_000, 100_000), paint), tmp_path / "p.png", PictureForm(dpi=960))
    assert list(tmp_path.iterdir()) == []
