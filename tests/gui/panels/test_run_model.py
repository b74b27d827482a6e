"""The model of the runs table: it answers for every cell, role and value."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt

from momentum_gui.lab.experiment import Experiment
from tests.gui.conftest import MakeWindow

VALUES: tuple[object, ...] = (None, True, 7, 2.5, "x", Qt.CheckState.PartiallyChecked, [], {}, object())


@pytest.mark.usefixtures("leaves_nothing")
def test_every_cell_takes_every_role_and_value(make_window: MakeWindow, xor: Experiment) -> None:
    """What a cell cannot be, it refuses without an exception; a cell that does not exist holds nothing."""
    model = make_window(xor).runs_panel.model
    model.blockSignals(True)
    cells = [model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())]
    for cell in [*cells, QModelIndex()]:
        for role in Qt.ItemDataRole:
            model.data(cell, role)
            for value in VALUES:
                assert not model.setData(cell, value, role)
    assert model.data(QModelIndex()) is None
    assert model.flags(QModelIndex()) == Qt.ItemFlag.NoItemFlags
