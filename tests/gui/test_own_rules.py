"""A rule of one's own in the window: every view shows it as it shows the built-in ones."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton

from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.state import Activity
from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest


@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize("title", [row.title for row in VIEWS])
def test_every_view_shows_it_with_each_switch_on_and_off(make_window: MakeWindow, title: str) -> None:
    """The experiment whose selected run follows its own rule, trained for five epochs; no view fails."""
    window = make_window(Experiment.load("own-rule", ["training.epochs=5"]))
    window.session.run()
    wait_until(lambda: window.state.activity is Activity.FINISHED, "the training has finished")
    window.views.show(title)
    at_rest(window)
    view = next(view for view in window.views.existing if view.isVisible() and view.known_rules)
    assert "qhm" in view.known_rules
    for switch in view.findChildren(QAbstractButton):
        if switch.isCheckable() and switch.isEnabled() and switch.isVisible():
            for _ in range(2):
                switch.click()
                at_rest(window)
