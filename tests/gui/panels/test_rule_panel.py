"""The panel of rule and rates: what a new rate does to the velocity, chosen once for the window."""

from __future__ import annotations

import pytest

from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def test_the_choice_of_velocity_holds_for_every_later_change(make_window: MakeWindow, xor: Experiment) -> None:
    """Chosen in the list, it holds for changes from panel and table, in this experiment and the next."""
    window = make_window(xor)
    entry = window.settings_panel.rule.velocity
    assert entry.currentData() == "keep"
    entry.setCurrentIndex(entry.findData("rescale"))
    entry.activated.emit(entry.currentIndex())
    assert window.state.velocity == "rescale"
    window.session.step(9)
    wait_until(lambda: window.state.record is not None and window.state.record.latest.position == 9, "nine updates")
    window.settings_panel.rule.rate.edited.emit("learning_rate", 0.125)
    window.runs.edit_cell(1 - window.state.selected, "learning_rate", 0.25)
    told: list[Experiment] = []
    window.session.ask_experiment(told.append)
    wait_until(lambda: bool(told), "the experiment is told")
    changes = {c.learning_rate: (c.update, c.velocity) for run in told[0].runs for c in run.training.change}
    assert changes == {0.125: (9, "rescale"), 0.25: (9, "rescale")}
    window.session.load(xor)
    wait_until(lambda: window.state.record is not None and window.state.record.latest.position == 0, "it begins again")
    assert entry.currentData() == "rescale"
