"""Pictures for the command line: drawn without a window, with what they are to show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from momentum_gui.engine.analysis.grid import grid_errors
from momentum_gui.engine.analysis.plane import surface_plane
from momentum_gui.gui.export import pictures
from momentum_gui.gui.style import theme
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import ROOT

RAVINE = """
[problem]
surface = "ravine"
[training]
rule = "plain"
learning_rate = 0.4
epochs = 30
"""


@pytest.fixture
def trained() -> tuple[Trainer, Record]:
    """A ravine descended for 30 updates."""
    trainer = Trainer(Experiment.parse(RAVINE, "ravine", Path()), "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance_epochs(30))
    return trainer, record


def colors(path: Path) -> np.ndarray:
    """A picture's colours, (rows, columns, 3)."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull()
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1]


@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_training_is_drawn(qtbot: QtBot, trained: tuple[Trainer, Record], tmp_path: Path, suffix: str) -> None:
    """The error curves are written, and no window is left."""
    trainer, record = trained
    path = tmp_path / f"p{suffix}"
    pictures.save_training_plot(record, path, trainer.setup)
    start = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix]
    assert path.read_bytes().startswith(start)
    if suffix == ".png":
        ink = np.array(QColor(theme.RUN_COLORS["light"][0]).getRgb()[:3])
        assert (np.abs(colors(path).astype(int) - ink).sum(axis=2) < 60).sum() > 500


@pytest.mark.usefixtures("leaves_nothing")
def test_a_surface_is_drawn_from_the_errors_given(
    qtbot: QtBot, trained: tuple[Trainer, Record], tmp_path: Path
) -> None:
    """The picture shows the errors that it was given: other errors, another picture; no thread is left."""
    trainer, record = trained
    xs, ys = np.linspace(-6, 6, 41), np.linspace(-3, 3, 41)
    task = trainer.setup.task(trainer.experiment.runs[0].training)
    errors = grid_errors(trainer.engine, task, surface_plane(), xs, ys)
    flat = np.ones_like(errors)
    drawn = []
    for name, values in (("a.png", errors), ("b.png", flat)):
        pictures.save_surface_plot(trainer.setup, record, surface_plane(), xs, ys, values, tmp_path / name)
        drawn.append(len(np.unique(colors(tmp_path / name)[300:900, 300:1200].reshape(-1, 3), axis=0)))
    assert drawn[0] > 3 * drawn[1] > 0


@pytest.mark.usefixtures("leaves_nothing")
def test_a_surface_names_every_run_and_what_is_left_out(
    qtbot: QtBot, trained: tuple[Trainer, Record], tmp_path: Path
) -> None:
    """The run by its name, and the sentence on the plane, are part of the picture."""
    trainer, record = trained
    xs, ys = np.linspace(-6, 6, 21), np.linspace(-3, 3, 21)
    errors = np.add.outer(ys**2, xs**2)
    pictures.save_surface_plot(trainer.setup, record, surface_plane(), xs, ys, errors, tmp_path / "p.svg")
    text = (tmp_path / "p.svg").read_text()
    assert "plain" in text
    assert "nothing is left out" in text


def test_another_suffix_is_refused_before_anything_is_drawn(trained: tuple[Trainer, Record], tmp_path: Path) -> None:
    """One line, nothing written."""
    trainer, record = trained
    with pytest.raises(BadInputError, match="allowed are"):
        pictures.save_training_plot(record, tmp_path / "p.bmp", trainer.setup)
    assert list(tmp_path.iterdir()) == []


def test_no_display_is_needed(tmp_path: Path) -> None:
    """In a process without display and without an application, the picture is drawn and the process ends well."""
    experiment = tmp_path / "ravine.toml"
    experiment.write_text(RAVINE)
    code = (
        "import sys; from momentum_gui.lab.experiment import Experiment\n"
        "from momentum_gui.lab.training.trainer import Trainer; from momentum_gui.lab.recording.record import Record\n"
        "from momentum_gui.gui.export.pictures import save_training_plot\n"
        "trainer = Trainer(Experiment.load(sys.argv[1]), 'numpy'); record = Record(trainer.first_frame())\n"
        "record.extend(trainer.advance_epochs(30)); save_training_plot(record, sys.argv[2], trainer.setup)\n"
    )
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-c", code, str(experiment), str(tmp_path / "p.png")],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert colors(tmp_path / "p.png").shape[1] == 2 * pictures.WIDTH
