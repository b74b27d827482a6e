"""The snapshot: the real window's picture, every plot's, and the log of what it trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from momentum_gui.gui import snapshot
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import LogWriter
from momentum_gui.lab.training.trainer import Trainer


@pytest.mark.usefixtures("leaves_nothing", "qapp")
def test_pictures_and_log(xor: Experiment, tmp_path: Path) -> None:
    """All files are there; the window has its size and theme; the log has the bytes of a training without a window."""
    paths = snapshot.take(xor, tmp_path, (1100, 700), "dark")
    assert [path.name for path in paths[:1]] + [paths[-1].name] == ["window.png", "log.csv"]
    names = {path.stem for path in paths}
    assert {row.title.lower().replace(" ", "-") for row in VIEWS} - names <= {"sweep"}  # no sweep was asked for
    assert all(path.stat().st_size > 500 for path in paths)
    picture = QImage(str(paths[0]))
    assert (picture.width(), picture.height()) == (1100, 700)
    assert picture.pixelColor(picture.width() // 2, 40) == QColor(theme.DARK.window)
    trainer = Trainer(xor)
    with LogWriter(tmp_path / "alone.csv", xor) as log:
        log.write(trainer.first_frame())
        while not trainer.finished:
            log.write(trainer.advance_epochs(9))
    assert (tmp_path / "log.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()
