"""Schedules in the panel of rule and rates: chosen, typed, refused, undone, drawn, and said for the moment shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.widgets.schedules import ScheduleEntry
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import MomentumSchedule, RateSchedule
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def choose(window: MainWindow, entry: ScheduleEntry, title: str) -> None:
    """Choose a kind from the list, as a user does, and wait until the selected run has it."""
    entry.kinds.setCurrentIndex(entry.kinds.findText(title))
    entry.kinds.activated.emit(entry.kinds.currentIndex())
    key = entry.setting.key
    wait_until(lambda: getattr(window.state.run_settings, key).kind == title.lower(), f"{title} holds")


def typed(entry: ScheduleEntry, text: str) -> None:
    """Type a schedule in the line of keys."""
    entry.keys.selectAll()
    QTest.keyClicks(entry.keys, text)
    QTest.keyClick(entry.keys, Qt.Key.Key_Return)


def test_a_schedule_is_chosen_for_the_selected_run_or_for_all(make_window: MakeWindow, xor: Experiment) -> None:
    """The list gives the kind with its first keys, the line below changes them, and undo takes it back."""
    window = make_window(xor)
    at_rest(window)
    panel = window.settings_panel.rule
    entry, selected = panel.schedules["rate_schedule"], window.state.selected
    assert panel.curve.isHidden() and entry.keys.isHidden()
    choose(window, entry, "Step")
    typed(entry, "step, every = 3, factor = 0.25, velocity = rescale")
    wanted = RateSchedule(kind="step", every=3, factor=0.25, velocity="rescale")
    wait_until(lambda: window.state.run_settings.rate_schedule == wanted, "the typed schedule holds")
    schedules = [run.training.rate_schedule for run in window.state.experiment.runs]
    assert schedules[selected] == wanted
    assert schedules.count(RateSchedule()) == len(schedules) - 1
    assert not panel.curve.isHidden()
    panel.together.setChecked(True)
    choose(window, panel.schedules["momentum_schedule"], "Ramp")
    assert {run.training.momentum_schedule.kind for run in window.state.experiment.runs} == {"ramp"}
    assert window.state.experiment.training.momentum_schedule.kind == "ramp"
    window.session.history.undo()
    wait_until(lambda: window.state.run_settings.momentum_schedule == MomentumSchedule(), "the ramp is undone")
    assert {run.training.momentum_schedule for run in window.state.experiment.runs} == {MomentumSchedule()}
    assert window.state.experiment.runs[selected].training.rate_schedule == wanted


def test_a_wrong_schedule_is_refused_below_the_panel(make_window: MakeWindow, xor: Experiment) -> None:
    """One line with the setting's title, what was typed and what is allowed; the line is marked."""
    window = make_window(xor)
    at_rest(window)
    panel = window.settings_panel.rule
    entry = panel.schedules["rate_schedule"]
    choose(window, entry, "Cosine")
    for text, said in (
        ("cosine, end = 2", "Rate schedule.end = 2: allowed is a number above 0, up to 1"),
        ("cosine, every = 3", 'Rate schedule.every = 3: not for kind "cosine"; allowed are end, epochs,'),
    ):
        typed(entry, text)
        assert panel.problem.startswith(said)
        assert entry.keys.property("refused")
    typed(entry, "cosine, end = 0.2")
    wait_until(lambda: window.state.run_settings.rate_schedule.end == 0.2, "the typed schedule holds")
    assert not panel.problem


def test_the_curves_follow_the_schedules_and_the_moment(make_window: MakeWindow) -> None:
    """The curve has the log's values, and the line below it says what is in force at the moment on the timeline."""
    table = {
        "problem": {"dataset": "xor"},
        "training": {
            "rule": "heavy-ball",
            "learning_rate": 0.4,
            "momentum": 0.8,
            "epochs": 6,
            "rate_schedule": {"kind": "step", "every": 2, "factor": 0.5},
            "momentum_schedule": {"kind": "ramp", "updates": 8},
        },
    }
    window = make_window(Experiment.from_table(table, "test"))
    at_rest(window)
    curve = window.settings_panel.rule.curve
    assert curve.curves == {
        "learning_rate": [0.4, 0.4, 0.2, 0.2, 0.1, 0.1],
        "momentum": [0.5, 0.5, 0.75, 0.75, 0.8, 0.8],
    }
    assert curve.words == "In force: rate 0.4, momentum 0.5"
    window.session.step(24)
    wait_until(lambda: curve.words == "In force: rate 0.1, momentum 0.8", "the last update's values are said")
    window.session.store.update(moment=2.0)
    assert curve.words == "In force: rate 0.2, momentum 0.75"
    assert not curve.grab().isNull()
