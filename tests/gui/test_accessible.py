"""What a screen reader says of the window's controls."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QSlider, QWidget

from momentum_gui.gui.panels.run_dialog import RunDialog
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from tests.gui.conftest import MakeWindow, at_rest

KINDS = (QComboBox, QLineEdit, QSlider, QAbstractSpinBox)


@pytest.mark.usefixtures("leaves_nothing")
def test_every_list_field_and_slider_has_a_name(make_window: MakeWindow, xor: Experiment) -> None:
    """In all panels, views and the dialog for a run, each control says what it is for."""
    window = make_window(xor)
    for row in VIEWS:
        window.views.show(row.title)
        at_rest(window)
    dialog = RunDialog(window, "new", Training(), 0, None, "plain")
    controls = [each for each in window.findChildren(QWidget) if isinstance(each, KINDS)]
    assert dialog.name in controls
    assert len(controls) > 30
    nameless = [
        f"{type(each).__name__} {each.toolTip()[:40]!r} in {type(each.parent()).__name__}"
        for each in controls
        if not each.accessibleName()
    ]
    assert nameless == []
