"""An experiment that was opened asks before it reads a file from outside its folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def asked(window: MainWindow) -> QMessageBox:
    """Return the question that is open."""
    box = window.files.outside_data.box
    assert box is not None
    return box


def test_data_from_elsewhere_are_read_only_when_allowed(
    make_window: MakeWindow, xor: Experiment, tmp_path: Path
) -> None:
    """The question names the file; Cancel leaves all as it was; once allowed, the file is not asked about again."""
    private, file = tmp_path / "private.csv", tmp_path / "received" / "e.toml"
    private.write_text("x,y\n1,2\n2,4\n3,5\n4,9\n")
    file.parent.mkdir()
    file.write_text('title = "sent"\n[problem]\ndataset = "../private.csv"\n')
    window = make_window(xor)
    before = window.session.experiment
    window.files.open_path(file)
    assert str(private) in asked(window).text()
    asked(window).button(QMessageBox.StandardButton.Cancel).click()
    wait_until(lambda: window.files.outside_data.box is None, "the question is gone")
    assert window.session.experiment == before
    window.files.open_path(file)
    next(each for each in asked(window).buttons() if each.text() == "Read it").click()
    wait_until(lambda: window.session.experiment.title == "sent", "the experiment is open")
    window.files.open_path(file)
    assert window.files.outside_data.box is None
