"""The dialog for the log: it offers every column, refuses what cannot be, and the window remembers what was ticked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from momentum_gui.gui.panels.log_dialog import LogDialog
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import COLUMNS, read_log
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.log_columns import BY_NAME, CHOICES, PLAIN, LogChoice
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow


def dialog_for(qtbot: QtBot, experiment: Experiment, choice: LogChoice) -> tuple[LogDialog, list[LogChoice]]:
    """A dialog, and what it chooses."""
    chosen: list[LogChoice] = []
    dialog = LogDialog(None, choice, Setup.of(experiment))
    qtbot.addWidget(dialog)
    dialog.chosen.connect(chosen.append)
    dialog.show()
    return dialog, chosen


def test_it_shows_a_choice_and_gives_it_back(qtbot: QtBot, xor: Experiment) -> None:
    """A box for every column, ticked as they were chosen; what is ticked then is what comes out."""
    before = LogChoice.of(["gain", "half_life_items"], parts=True, weights=["w1[0,0]", "b2[0]"])
    dialog, chosen = dialog_for(qtbot, xor, before)
    assert list(dialog.boxes) == list(BY_NAME)
    for column in CHOICES:
        assert column.meaning in dialog.boxes[column.name].toolTip()
    dialog._choose()
    assert chosen == [before]


def test_all_none_and_weights_as_they_are_typed(qtbot: QtBot, xor: Experiment) -> None:
    """Names with spaces or commas between them; without the anatomy no weights are asked for."""
    dialog, chosen = dialog_for(qtbot, xor, PLAIN)
    assert not dialog.weights.isEnabled()
    dialog._tick_all()
    assert dialog.weights.isEnabled()
    dialog.weights.setText("w1[0, 1],b1[0]  w2[1,0];")
    dialog._choose()
    assert chosen[0] == LogChoice.of(["all"], parts=True, weights=["w1[0,1]", "b1[0]", "w2[1,0]"])
    dialog._tick_none()
    dialog._choose()
    assert chosen[1] == PLAIN


def test_a_weight_that_is_none_is_refused(qtbot: QtBot, xor: Experiment) -> None:
    """In words, below the boxes; the dialog stays, and nothing is chosen."""
    dialog, chosen = dialog_for(qtbot, xor, LogChoice.of([], parts=True))
    dialog.weights.setText("w1[0,0] w5[2,2]")
    dialog._choose()
    assert dialog.isVisible()
    assert 'Weights = "w5[2,2]": no such weight' in dialog.problem.text()
    assert not chosen


def test_the_window_remembers_what_was_ticked(
    make_window: MakeWindow, xor: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is written with it, and the next dialog begins with it."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "log.csv"), ""))
    window = make_window(xor)
    window.session.step_epoch()
    window.wake()
    wait_until(lambda: window.session.record.latest.epochs == 1, "an epoch is done")  # type: ignore[union-attr]

    def dialog() -> LogDialog:
        return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, LogDialog))

    window.files.choose_log()
    dialog().boxes["agreement"].setChecked(True)
    dialog().parts.setChecked(True)
    dialog()._choose()
    wait_until(lambda: (tmp_path / "log.toml").is_file(), "the log is written", 20.0)
    assert read_log(tmp_path / "log.csv")[0].columns == ("agreement",)
    assert (tmp_path / "log-anatomy.csv").read_text().count("\n") == 1 + 2 * 9
    wait_until(lambda: not any(isinstance(w, LogDialog) for w in QApplication.topLevelWidgets()), "it is gone")
    window.files.choose_log()
    assert dialog().boxes["agreement"].isChecked()
    assert dialog().parts.isChecked()
    dialog()._tick_none()
    dialog()._choose()
    wait_until(lambda: not window.files.log_export.busy, "the log is written", 20.0)
    wait_until(lambda: (tmp_path / "log.csv").read_text().startswith(",".join(COLUMNS) + "\n"), "it is plain", 20.0)
