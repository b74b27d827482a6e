"""Films and reports made from the window: up to the present, with the changes on the way, and to be cancelled."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.panels.film_dialog import FilmDialog
from momentum_gui.gui.paper.film_form import FilmForm
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

SMALL = FilmForm(("error",), 1.0, 5.0, PictureForm((240.0, 160.0), "px"))


def trained(window: MainWindow, epochs: int = 3) -> None:
    """Go on for some epochs."""
    for done in range(1, epochs + 1):
        window.actions_["step_epoch"].trigger()
        wait_until(lambda done=done: window.session.record.latest.epochs >= done, "an epoch")  # type: ignore[misc, union-attr]
    at_rest(window)


def saved(window: MainWindow, path: Path) -> None:
    """Wait until a file was written."""
    wait_until(lambda: window.status.message.whole == f"Saved {path}", "it is saved", 20.0)


def test_a_film_up_to_the_present(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Of the views chosen, in the size chosen; the window stays as it was."""
    window = make_window(xor)
    trained(window)
    window.takes.form = SMALL
    window.takes.save_film(tmp_path / "f.gif")
    saved(window, tmp_path / "f.gif")
    with Image.open(tmp_path / "f.gif") as film:
        assert film.size == (240, 160)
        assert film.n_frames > 2  # type: ignore[attr-defined]
    assert window.session.record.latest.epochs == 3  # type: ignore[union-attr]


def test_a_report_up_to_the_present(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """With the numbers that the window shows, changes on the way included."""
    window = make_window(xor)
    trained(window, 2)
    window.session.change((0, 1), learning_rate=0.125)
    trained(window, 3)
    window.takes.save_report(tmp_path / "r.html")
    saved(window, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    for run in window.session.record.runs:  # type: ignore[union-attr]
        assert f"{run.latest.error:.5g}" in page
    assert "learning_rate = 0.125" in page


def test_it_can_be_cancelled(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Nothing is written, and another can be made after it."""
    window = make_window(xor)
    trained(window)
    window.takes.form = FilmForm(("error-surface",), 20.0, 20.0, PictureForm((600.0, 400.0), "px"))
    shares: list[float] = []
    window.takes.export.progressed.connect(shares.append)
    window.takes.save_film(tmp_path / "f.gif")
    wait_until(lambda: bool(shares) and shares[-1] > 0, "a picture is drawn", 20.0)
    window.takes.export.cancel()
    at_rest(window)
    assert list(tmp_path.iterdir()) == []
    window.takes.form = SMALL
    window.takes.save_film(tmp_path / "g.png")
    saved(window, tmp_path / "g.png")


def test_closed_while_a_film_is_drawn(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """The window goes at once, and leaves nothing."""
    window = make_window(xor)
    trained(window)
    shares: list[float] = []
    window.takes.export.progressed.connect(shares.append)
    window.takes.save_film(tmp_path / "f.gif")
    wait_until(lambda: bool(shares) and shares[-1] > 0, "a picture is drawn", 20.0)
    window.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Is one line in the status bar."""
    window = make_window(xor)
    for path in (tmp_path / "none" / "f.gif", tmp_path / "f.avi"):
        window.takes.save_film(path)
        assert str(path) in window.status.message.whole
    window.takes.save_report(tmp_path / "r.docx")
    assert window.status.message.whole == f"{tmp_path / 'r.docx'}: allowed are names that end in .html, .htm, .tex"
    assert list(tmp_path.iterdir()) == []


def test_the_dialog_says_what_cannot_be(qtbot: QtBot) -> None:
    """It proposes what was chosen last, refuses in one line, and gives the form on OK."""
    dialog = FilmDialog(None, [("error", "Error"), ("steps", "Steps")], SMALL)
    qtbot.addWidget(dialog)
    dialog.show()
    found: list[FilmForm] = []
    dialog.chosen.connect(found.append)
    press = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click  # type: ignore[union-attr]
    for field, wrong, right, said in (
        (dialog.seconds, "0", "2", "seconds = 0: allowed is a number above 0"),
        (dialog.fps, "many", "5", "Pictures a second = many: allowed is a number"),
        (dialog.size_text, "big", "200x100", "size = big: allowed is WIDTHxHEIGHT"),
    ):
        field.setText(wrong)
        press()
        assert dialog.problem.text().startswith(said)
        field.setText(right)
    dialog.boxes["steps"].setChecked(True)
    dialog.boxes["error"].setChecked(False)
    press()
    assert found == [FilmForm(("steps",), 2.0, 5.0, PictureForm((200.0, 100.0), "px"))]
