"""The dialog that opens a table: what is read shows at once, roles are chosen, and what is wrong is said in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from momentum_gui.gui.data_import.choices import Choices
from momentum_gui.gui.data_import.columns import MISSING, NAME, ROLE
from momentum_gui.gui.data_import.dialog import ImportDialog
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Problem
from momentum_gui.lab.setup import Setup
from tests.conftest import wait_until

FLOWERS = "id,length,width,kind\n" + "".join(f"{n},{n % 7 + 0.5},{n * 3 % 5}.25,{'abc'[n % 3]}\n" for n in range(1, 61))


def opened(qtbot: QtBot, folder: Path, text: str, name: str = "table.csv") -> ImportDialog:
    """The dialog for a file with this text."""
    (folder / name).write_text(text)
    dialog = ImportDialog(None, Choices.for_file(folder / name))
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    return dialog


def roles(dialog: ImportDialog) -> dict[str, str]:
    """What the table of columns says each is for."""
    model = dialog.table.columns
    return {model.index(row, NAME).data(): model.index(row, ROLE).data() for row in range(model.rowCount())}


def choose(dialog: ImportDialog, key: str, value: object) -> None:
    """Choose a setting as a user does."""
    entry = dialog.entries[key]
    index = entry.findData(value)  # type: ignore[union-attr]
    assert index >= 0
    entry.setCurrentIndex(index)  # type: ignore[union-attr]
    entry.activated.emit(index)  # type: ignore[union-attr]


def set_role(dialog: ImportDialog, name: str, role: str) -> None:
    """Choose a column's role in its cell."""
    model = dialog.table.columns
    row = next(row for row in range(model.rowCount()) if model.index(row, NAME).data() == name)
    assert model.setData(model.index(row, ROLE), role)


def ok(dialog: ImportDialog) -> bool:
    """Whether the table can be learned from as things are."""
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def learned(dialog: ImportDialog) -> Experiment:
    """Press OK, and return the experiment that is proposed."""
    found: list[Experiment] = []
    dialog.proposed.connect(found.append)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    wait_until(lambda: bool(found), "the experiment")
    assert not dialog.isVisible()
    return found[0]


def test_what_is_found_shows_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    """Kinds and roles of columns, the first rows, what is left out and why, and what would be learned."""
    dialog = opened(qtbot, tmp_path, FLOWERS)
    assert roles(dialog) == {"id": "Leave out", "length": "Input", "width": "Input", "kind": "Target"}
    assert dialog.task.text() == "Classification with 3 classes: “kind” from 2 columns, 60 rows"
    assert "numbers the rows" in dialog.notes.text()
    assert [dialog.rows.rows.index(0, place).data() for place in range(4)] == ["1", "1.5", "3.25", "b"]
    assert dialog.entries["separator"].currentText() == "Found: comma"  # type: ignore[union-attr]
    assert ok(dialog)


def test_what_is_proposed_learns(qtbot: QtBot, tmp_path: Path) -> None:
    """The experiment has the choices, a share held out, two runs, and the file's checksum; it is valid as it is."""
    dialog = opened(qtbot, tmp_path, FLOWERS)
    set_role(dialog, "width", "left out")
    experiment = learned(dialog)
    problem = experiment.problem
    assert (problem.inputs, problem.target, problem.scale) == (["length"], ["kind"], "standard")
    assert problem.test_fraction == 0.2
    assert [run.name for run in experiment.runs] == ["plain", "momentum"]
    setup = Setup.of(experiment)
    assert setup.data is not None
    assert setup.data.checksum == problem.checksum
    assert setup.notes == ()


def test_another_target(qtbot: QtBot, tmp_path: Path) -> None:
    """A new target takes the place of the one before, which becomes an input; a regression scales its targets."""
    dialog = opened(qtbot, tmp_path, FLOWERS)
    set_role(dialog, "length", "target")
    assert roles(dialog) == {"id": "Leave out", "length": "Target", "width": "Input", "kind": "Input"}
    assert dialog.task.text().startswith("Regression: “length” from 2 columns")
    assert dialog.choices.problem.scale_target == "standard"
    set_role(dialog, "length", "left out")
    assert dialog.problem.text() == "no target would be left: choose another target first"
    assert roles(dialog)["length"] == "Target"


def test_dialects_are_changed_and_seen(qtbot: QtBot, tmp_path: Path) -> None:
    """Where two readings are possible the file's lines show, and the preview follows what settles it."""
    dialog = opened(qtbot, tmp_path, 'a,b\n"1,234",5\n"2,345",6\n"3,456",7\n')
    assert "decimal" in dialog.problem.text()
    assert not ok(dialog)
    assert dialog.rows.rows.index(1, 0).data() == '"1,234",5'
    choose(dialog, "decimal", ",")
    assert dialog.problem.text() == ""
    assert dialog.preview is not None
    assert dialog.preview.columns[0].kind == "number"
    assert ok(dialog)
    experiment = learned(dialog)
    data = Setup.of(experiment).data
    assert data is not None
    assert np.allclose(np.sort(data.items.inputs[:, 0] * data.spread + data.center), [1.234, 2.345, 3.456])


def test_missing_values_are_to_be_settled(qtbot: QtBot, tmp_path: Path) -> None:
    """They are counted, and until it is said what to do with them nothing is learned."""
    dialog = opened(qtbot, tmp_path, "mpg,cyl,hp,origin\n18.0,8,130,1\n15.0,8,?,1\n24.0,4,95,3\n")
    model = dialog.table.columns
    assert [model.index(row, MISSING).data() for row in range(4)] == ["", "", 1, ""]
    assert "“hp”" in dialog.problem.text()
    assert not ok(dialog)
    choose(dialog, "missing", "mean")
    assert ok(dialog)
    assert learned(dialog).problem.missing == "mean"


def test_whole_numbers_are_asked_about(qtbot: QtBot, tmp_path: Path) -> None:
    """Whether 0, 1, 2 are classes is asked, and nothing is learned before it is answered."""
    text = "x,y,kind\n" + "".join(f"{n / 7:.3f},{n % 5},{n % 3}\n" for n in range(30))
    for answer, task, outputs in (("classes", "classification", 3), ("numbers", "regression", 1)):
        dialog = opened(qtbot, tmp_path, text)
        assert dialog.question.isVisible()
        assert "“kind”" in dialog.question_text.text()
        assert not ok(dialog)
        getattr(dialog, answer).click()
        assert not dialog.question.isVisible()
        experiment = learned(dialog)
        assert experiment.problem.task == task
        assert Setup.of(experiment).data.items.targets.shape[1] == outputs  # type: ignore[union-attr]


def test_what_is_wrong_further_down_is_said_in_the_dialog(qtbot: QtBot, tmp_path: Path) -> None:
    """Only the first rows are looked at; what the whole file has against it is told on OK, and the dialog stays."""
    text = "a,b\n" + "".join(f"{n},{n * n}\n" for n in range(1500)) + "1,2,3\n"
    dialog = opened(qtbot, tmp_path, text)
    assert ok(dialog)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    wait_until(lambda: dialog.problem.text() != "", "the refusal")
    assert dialog.problem.text().startswith("line 1502 has 3 columns")
    assert dialog.isVisible()


def test_settings_may_be_kept(qtbot: QtBot, tmp_path: Path) -> None:
    """Then the problem alone is handed on; choices made before show in the dialog."""
    (tmp_path / "t.csv").write_text(FLOWERS)
    before = Problem(dataset=str(tmp_path / "t.csv"), target=["width"], inputs=["length"], test_fraction=0.1)
    dialog = ImportDialog(None, Choices.of(before), keeps_settings=True)
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    assert roles(dialog) == {"id": "Leave out", "length": "Input", "width": "Target", "kind": "Leave out"}
    assert dialog.entries["test_fraction"].text() == "0.1"  # type: ignore[union-attr]
    found: list[Problem] = []
    dialog.chosen.connect(found.append)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    wait_until(lambda: bool(found), "the problem")
    assert found[0].target == ["width"]
    assert found[0].checksum is not None


@pytest.mark.parametrize("text", ["9", "much"])
def test_a_share_that_is_refused(qtbot: QtBot, tmp_path: Path, text: str) -> None:
    """What is typed and not allowed is said in the panel's words, and changes nothing."""
    dialog = opened(qtbot, tmp_path, FLOWERS)
    entry = dialog.entries["test_fraction"]
    entry.setText(text)  # type: ignore[union-attr]
    entry.setModified(True)  # type: ignore[union-attr]
    entry.editingFinished.emit()  # type: ignore[union-attr]
    assert dialog.problem.text().startswith("Held out = ")
    assert dialog.choices.problem.test_fraction == 0.2


def test_a_column_of_dates_can_be_left_out(qtbot: QtBot, tmp_path: Path) -> None:
    """What cannot be used is said, with all columns in view, and is settled by another role."""
    text = "day,x,y\n" + "".join(f"2020-01-{n:02d},{n},{n * n % 7}.5\n" for n in range(1, 29))
    dialog = opened(qtbot, tmp_path, text)
    assert roles(dialog) == {"day": "Input", "x": "Input", "y": "Target"}
    assert "holds dates or times" in dialog.problem.text()
    assert not ok(dialog)
    set_role(dialog, "day", "left out")
    assert dialog.problem.text() == ""
    assert learned(dialog).problem.inputs == ["x"]


def test_columns_that_are_gone(qtbot: QtBot, tmp_path: Path) -> None:
    """Where the file has lost a column that was chosen, that is said, and the columns there are can be chosen."""
    (tmp_path / "t.csv").write_text(FLOWERS)
    dialog = ImportDialog(None, Choices.of(Problem(dataset=str(tmp_path / "t.csv"), target=["colour"])))
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    assert 'problem.target = "colour": no such column' in dialog.problem.text()
    assert roles(dialog)["kind"] == "Target"
    set_role(dialog, "width", "target")
    assert ok(dialog)
