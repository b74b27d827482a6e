"""The window: what its buttons, panels, table and timeline do to the training, and what they show of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QToolButton
from pytestqt.qtbot import QtBot

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.panels import run_model
from momentum_gui.gui.panels.run_dialog import NewRun
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.state import Activity
from momentum_gui.gui.training.pace import FULL_SPEED
from momentum_gui.gui.window.preferences import Memory
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.recording.log import LogWriter
from momentum_gui.lab.settings import VIEWS as TITLES
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def cell(window: MainWindow, row: int, column: int) -> str:
    """What a cell of the table of runs shows."""
    model = window.runs_panel.model
    return str(model.data(model.index(row, column)))


def press(window: MainWindow, name: str) -> None:
    """Trigger an action of the menus and the toolbar."""
    window.actions_[name].trigger()


def finish(window: MainWindow) -> None:
    """Run to the end at full speed."""
    window.session.pace.updates_per_second = FULL_SPEED
    press(window, "run")
    wait_until(lambda: window.session.state is Activity.FINISHED, "the training ends", 30.0)
    at_rest(window)


def type_into(entry: object, text: str) -> None:
    """Type into an entry of a panel and press Enter."""
    entry.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(entry, text)  # type: ignore[call-overload]
    QTest.keyClick(entry, Qt.Key.Key_Return)  # type: ignore[call-overload]


def test_run_pause_step_epoch_reset(make_window: MakeWindow, xor: Experiment) -> None:
    """The toolbar's actions move the training by what they say, and the window shows where it stands."""
    window = make_window(xor)
    session = window.session
    assert session.record is not None
    press(window, "step")
    wait_until(lambda: session.record.latest.runs[0].update == 1, "one update")  # type: ignore[union-attr]
    press(window, "step_epoch")
    wait_until(lambda: session.record.latest.runs[0].update == 4, "one epoch")  # type: ignore[union-attr]
    at_rest(window)
    assert cell(window, 0, run_model.EPOCH) == "1"
    assert window.status.places["epoch"].whole == "epoch 1 of 40"
    press(window, "back")
    wait_until(lambda: session.record.latest.runs[0].update == 3, "one back")  # type: ignore[union-attr]
    finish(window)
    assert cell(window, 1, run_model.OUTCOME) == "finished"
    assert window.status.places["state"].whole == "Finished"
    press(window, "reset")
    wait_until(lambda: session.state is Activity.READY, "reset")
    at_rest(window)
    assert [cell(window, 0, column) for column in (run_model.EPOCH, run_model.OUTCOME)] == ["0", ""]


def test_the_button_says_what_it_does(make_window: MakeWindow, xor: Experiment) -> None:
    """The first button runs while paused and pauses while running, by its word, and so does the space bar."""
    window = make_window(edits.with_settings(xor, {"training": {"epochs": 1_000_000}}))
    button = window.actions_.run_button
    assert button.text() == "Run"
    button.click()
    wait_until(lambda: window.session.state is Activity.RUNNING, "it runs")
    wait_until(lambda: button.text() == "Pause", "the button pauses")
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_Space)
    wait_until(lambda: window.session.state is Activity.PAUSED, "it pauses")
    assert button.text() == "Run"


def test_the_window_trains_the_same_numbers(make_window: MakeWindow, xor: Experiment) -> None:
    """What the window ends with is, bit for bit, what the Trainer ends with."""
    window = make_window(xor)
    finish(window)
    trainer = Trainer(xor, "numpy")
    while not trainer.finished:
        frame = trainer.advance_epochs(11)
    record = window.session.record
    assert record is not None
    assert [run.weights.tolist() for run in record.latest.runs] == [run.weights.tolist() for run in frame.runs]


def test_a_rate_changed_in_the_panel(make_window: MakeWindow, xor: Experiment) -> None:
    """A rate typed into the panel while it trains holds at once for the selected run: table, formula, curve."""
    window = make_window(xor)
    for _ in range(5):
        press(window, "step_epoch")
    wait_until(lambda: window.session.record.latest.epochs == 5, "five epochs")  # type: ignore[union-attr]
    assert window.state.selected == 1
    type_into(window.settings_panel.rule.rate.number, "0.25")
    assert cell(window, 1, run_model.RATE) == "0.25"
    assert cell(window, 0, run_model.RATE) == "0.5"
    press(window, "step")
    wait_until(lambda: window.session.record.latest.runs[0].update == 21, "one more")  # type: ignore[union-attr]
    record = window.session.record
    assert record is not None
    assert [event.text for event in record.runs[1].events] == ["rate 0.25"]


def test_all_runs_together(make_window: MakeWindow, xor: Experiment) -> None:
    """With the tick "All runs" a change in the panel holds for every run."""
    window = make_window(xor)
    window.settings_panel.rule.together.setChecked(True)
    type_into(window.settings_panel.rule.momentum.number, "0.875")
    assert [settings.momentum for settings in window.session.settings] == [0.875, 0.875]


def test_the_slider_gives_round_numbers(make_window: MakeWindow, xor: Experiment) -> None:
    """The sliders' values have two digits, and their whole way is allowed."""
    window = make_window(xor)
    rate, momentum = window.settings_panel.rule.rate, window.settings_panel.rule.momentum
    for step in (0, 133, 200, 400):
        rate.slider.setValue(step)
        momentum.slider.setValue(step)
        rate._settle()
        momentum._settle()
        settings = window.session.settings[1]
        assert settings.learning_rate == float(f"{settings.learning_rate:.2g}")
        assert 0 <= settings.momentum <= 0.99
    assert (settings.learning_rate, settings.momentum) == (10.0, 0.99)


def test_the_rule_in_the_panel(make_window: MakeWindow, xor: Experiment) -> None:
    """Another rule shows its formula and what it does to steady and alternating gradients."""
    window = make_window(xor)
    panel = window.settings_panel.rule
    assert "Δw = lr·g + μ·p" in panel.formula.text()
    assert "steady × 1.5, alternating × 0.5" in panel.formula.text()
    panel.rule.setCurrentIndex(panel.rule.findData("heavy-ball"))
    panel.rule.activated.emit(panel.rule.currentIndex())
    assert "p = Δw" in panel.formula.text()
    assert "steady × 2, alternating × 0.667" in panel.formula.text()
    assert cell(window, 1, run_model.RULE) == "Heavy ball"


def test_a_rate_that_is_refused(make_window: MakeWindow, xor: Experiment) -> None:
    """A wrong rate is told below its section and in the status bar, stays to be mended, and changes nothing."""
    window = make_window(xor)
    number = window.settings_panel.rule.rate.number
    for text, shown in (("0", "0"), ("-1", "-1"), ("fast", '"fast"')):
        line = f" = {shown}: allowed is a number above 0, up to 1e6"
        type_into(number, text)
        assert window.settings_panel.rule.problem == f"Learning rate{line}"
        assert window.status.message.whole == f"training.learning_rate{line}"
        assert number.text() == text
        assert window.session.experiment == xor
    type_into(number, "0.25")
    assert window.settings_panel.rule.problem == ""
    assert window.session.settings[1].learning_rate == 0.25


REFUSED = (
    ("network", "hidden", "0", "Hidden layers = 0: allowed is a list of whole numbers from 1"),
    ("network", "hidden", "two", 'Hidden layers = "two"'),
    ("network", "weight_range", "-1", "Weight range = -1: allowed is a number from 0 to 100"),
    ("network", "train_only", "w9[0,0]", 'Train only = "w9[0,0]": no such weight'),
    ("problem", "test_fraction", "2", "Held out = 2: allowed is a number from 0 to 0.9"),
    ("training", "epochs", "0", "Epochs = 0: allowed is a whole number from 1"),
    ("training", "batch_size", "few", 'Batch size = "few": allowed is a whole number from 1, or "full"'),
    ("training", "seed", "-3", "Seed = -3: allowed is a whole number from 0"),
)


def test_settings_that_are_refused(make_window: MakeWindow, xor: Experiment) -> None:
    """Each wrong setting is one line below its section; the experiment before stays, and is trained on."""
    window = make_window(xor)
    for panel, key, text, part in REFUSED:
        section = getattr(window.settings_panel, panel)
        section.set_problem("")
        type_into(section.entries[key], text)
        wait_until(lambda section=section: section.problem != "", f"{key} is refused")  # type: ignore[misc]
        assert part in section.problem
        assert "\n" not in section.problem
        assert section.entries[key].property("refused")
        assert window.session.experiment == xor
    finish(window)


def test_another_network(make_window: MakeWindow, xor: Experiment) -> None:
    """An edited network starts anew, paused, and says how large it is."""
    window = make_window(xor)
    press(window, "step_epoch")
    wait_until(lambda: window.session.record.latest.epochs == 1, "an epoch")  # type: ignore[union-attr]
    type_into(window.settings_panel.network.entries["hidden"], "3, 2")
    wait_until(lambda: len(window.session.setup.weight_names) == 20, "the new network")  # type: ignore[union-attr]
    at_rest(window)
    assert window.session.state is Activity.READY
    assert window.session.record is not None
    assert window.session.record.latest.position == 0
    assert window.settings_panel.network.summary.text() == "2–3–2–1, 20 weights"


def test_what_was_refused_is_forgotten_with_its_experiment(make_window: MakeWindow, xor: Experiment) -> None:
    """A line about a wrong setting goes when another experiment is opened."""
    window = make_window(xor)
    rate = window.settings_panel.rule.rate.number
    type_into(rate, "fast")
    assert window.status.message.whole
    window.open_experiment(Experiment.load("iris"))
    wait_until(lambda: window.session.experiment.title != xor.title, "the other experiment")
    at_rest(window)
    assert window.status.message.whole == ""
    assert window.settings_panel.rule.problem == ""
    assert rate.text() == f"{window.session.settings[0].learning_rate:g}"


def test_another_problem(make_window: MakeWindow, xor: Experiment) -> None:
    """Each data set and surface can be chosen from any other; what does not apply to it is not shown."""
    window = make_window(xor)
    choice = window.settings_panel.problem.choice
    for text, weight in (("Sine", "w1[0,0]"), ("Surface: Ravine", "x"), ("Iris flowers", "w1[3,0]")):
        index = choice.findText(text)
        choice.setCurrentIndex(index)
        choice.activated.emit(index)
        wait_until(lambda weight=weight: weight in window.session.setup.weight_names, text)  # type: ignore[union-attr, misc]
        at_rest(window)
        assert window.settings_panel.problem.problem == ""
        assert window.settings_panel.network.isHidden() == (weight == "x")
        press(window, "step")
        wait_until(lambda: window.session.record.latest.runs[1].update == 1, "it trains")  # type: ignore[union-attr]


def test_the_table_edits(make_window: MakeWindow, xor: Experiment) -> None:
    """Rule, rate, momentum and name can be edited in the table; what is not allowed is told and not taken."""
    window = make_window(xor)
    model = window.runs_panel.model
    model.setData(model.index(0, run_model.RULE), "damped")
    model.setData(model.index(0, run_model.RATE), 0.125)
    model.setData(model.index(0, run_model.MOMENTUM), 0.25)
    settings = window.session.settings[0]
    assert (settings.rule, settings.learning_rate, settings.momentum) == ("damped", 0.125, 0.25)
    model.setData(model.index(0, run_model.MOMENTUM), 1.0)
    assert "training.momentum = 1.0: allowed is" in window.status.message.whole
    assert cell(window, 0, run_model.MOMENTUM) == "0.25"
    model.setData(model.index(0, run_model.NAME), "slow")
    wait_until(lambda: cell(window, 0, run_model.NAME) == "slow", "the new name")
    model.setData(model.index(1, run_model.NAME), "slow")
    assert "each run needs a name of its own" in window.status.message.whole
    assert cell(window, 1, run_model.NAME) == "momentum"


def test_runs_added_forked_removed(make_window: MakeWindow, xor: Experiment) -> None:
    """Runs come and go in mid-training; the new one is selected, and the others keep their place."""
    window = make_window(xor)
    for _ in range(4):
        press(window, "step_epoch")
    wait_until(lambda: window.session.record.latest.epochs == 4, "four epochs")  # type: ignore[union-attr]
    window.runs.add_run(NewRun("ball", "heavy-ball", 0.5, 0.5, origin=1, epochs=None))
    wait_until(lambda: cell(window, window.state.selected, run_model.NAME) == "ball", "the new run is selected")
    wait_until(lambda: window.session.record.latest.epochs == 4, "it caught up")  # type: ignore[union-attr]
    window.runs.add_run(NewRun("fork", "plain", 0.5, 0.5, origin=1, epochs=2.0))
    wait_until(lambda: len(window.session.record.runs) == 4, "the fork is there")  # type: ignore[union-attr]
    wait_until(lambda: window.session.record.latest.epochs == 4, "it caught up")  # type: ignore[union-attr]
    window.select(0)
    window.runs.remove()
    wait_until(lambda: len(window.session.record.runs) == 3, "the first run is gone")  # type: ignore[union-attr]
    at_rest(window)
    assert [cell(window, row, run_model.NAME) for row in range(3)] == ["momentum", "ball", "fork"]
    assert window.session.record is not None
    assert window.session.record.latest.epochs == 4


def test_the_dialog_for_a_run(make_window: MakeWindow, xor: Experiment) -> None:
    """The dialog proposes a free name, says why one is refused, and closes when the run is there."""
    window = make_window(xor)
    press(window, "add")
    dialog = window.runs.dialog
    assert dialog is not None
    assert dialog.name.text() == "momentum 2"
    dialog.name.setText("plain")
    dialog._choose()
    assert "each run needs a name of its own" in dialog.problem.text()
    dialog.name.setText("third")
    dialog._choose()
    wait_until(lambda: len(window.session.record.runs) == 3, "the run is there")  # type: ignore[union-attr]
    wait_until(lambda: window.runs.dialog is None, "the dialog is gone")
    assert cell(window, 2, run_model.NAME) == "third"


def test_a_hidden_run(make_window: MakeWindow, xor: Experiment) -> None:
    """The tick hides a run in the plots, and it stays hidden when another run comes."""
    window = make_window(xor)
    model = window.runs_panel.model
    model.setData(model.index(0, run_model.NAME), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert window.state.visible == (False, True)
    window.runs.add_run(NewRun("third", "plain", 0.5, 0.5, origin=1, epochs=None))
    wait_until(lambda: len(window.session.record.runs) == 3, "the run is there")  # type: ignore[union-attr]
    assert window.state.visible == (False, True, True)


def test_the_timeline(make_window: MakeWindow, xor: Experiment) -> None:
    """The timeline shows a past moment everywhere, comes back to the present, and can wind time back to go on."""
    window = make_window(xor)
    finish(window)
    assert window.session.record is not None
    now = cell(window, 1, run_model.ERROR)
    measures = window.session.record.runs[1].measures
    then = measures.last[measures.position == 10.0][0, 0]
    window.timeline.show_moment(10.0)
    assert cell(window, 1, run_model.EPOCH) == "10"
    assert cell(window, 1, run_model.ERROR) == f"{then:.6f}"
    at_rest(window)
    assert {view.moment for view in window.views.existing if view.isVisible()} == {10.0}
    window.timeline.buttons["present"].click()
    assert cell(window, 1, run_model.ERROR) == now
    window.timeline.show_moment(10.0)
    window.timeline.buttons["here"].click()
    wait_until(lambda: window.session.record.latest.epochs == 10, "time is wound back")  # type: ignore[union-attr]
    at_rest(window)
    assert window.session.state is Activity.PAUSED
    assert window.timeline.moment is None
    finish(window)
    assert cell(window, 1, run_model.ERROR) == now


def test_scrubbing_pauses(make_window: MakeWindow, xor: Experiment) -> None:
    """Looking at the past pauses the training; running on shows the present again."""
    window = make_window(edits.with_settings(xor, {"training": {"epochs": 1_000_000}}))
    press(window, "run")
    wait_until(lambda: window.session.record.latest.epochs > 20, "it runs")  # type: ignore[union-attr]
    window.timeline.slider.setValue(window.timeline.slider.maximum() // 2)
    wait_until(lambda: window.session.state is Activity.PAUSED, "it pauses")
    assert window.timeline.moment is not None
    press(window, "run")
    assert window.timeline.moment is None


def test_the_speed(make_window: MakeWindow, xor: Experiment) -> None:
    """The slider goes from one update a second to full speed; a new experiment gets a speed to watch it at."""
    window = make_window(xor, full_speed=False)
    speed = window.actions_.speed
    assert window.session.pace.updates_per_second == speed.speed == pytest.approx(160 / 12, rel=0.1)
    speed.slider.setValue(0)
    assert (window.session.pace.updates_per_second, speed.label.text()) == (1.0, "1 update/s")
    speed.slider.setValue(speed.slider.maximum())
    assert (window.session.pace.updates_per_second, speed.label.text()) == (FULL_SPEED, "full speed")


def test_a_start_chosen_on_the_surface(make_window: MakeWindow, xor: Experiment) -> None:
    """A start that the surface view tells is the start of all runs, or of the selected one."""
    window = make_window(xor)
    view = window.views.of_title("Error surface")
    view.start_chosen.emit({"w1[0,0]": 1.5}, False)  # type: ignore[attr-defined]
    wait_until(lambda: window.session.record.latest.runs[0].weights[0] == 1.5, "it starts there")  # type: ignore[union-attr]
    view.start_chosen.emit({"w1[0,0]": -1.0}, True)  # type: ignore[attr-defined]
    wait_until(lambda: window.session.record.latest.runs[1].weights[0] == -1.0, "the selected run too")  # type: ignore[union-attr]
    assert [run.training.start for run in window.session.experiment.runs] == [{"w1[0,0]": 1.5}, {"w1[0,0]": -1.0}]


def test_files_dropped(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Experiments, data and logs open by being dropped on the window; what cannot be opened is one line."""
    window = make_window(xor)
    other = edits.with_settings(xor, {"": {"title": "Other"}, "training": {"epochs": 3}})
    other.save(tmp_path / "other.toml")
    (tmp_path / "data.csv").write_text("a,b,kind\n1,2,x\n2,1,y\n3,1,x\n1,1,y\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "other.toml"))])
    assert window.files.path_of(data) == tmp_path / "other.toml"
    window.files.open_path(tmp_path / "other.toml")
    wait_until(lambda: window.session.experiment.title == "Other", "the experiment is open")
    assert window.windowTitle() == "Other – Momentum GUI"
    window.files.open_path(tmp_path / "data.csv")
    assert window.data.dialog is not None
    window.data.dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    wait_until(lambda: window.session.setup.data.input_names == ("a", "b"), "the data are open")  # type: ignore[union-attr]
    wait_until(lambda: window.session.record.latest.position > 0, "it trains")  # type: ignore[union-attr]
    with LogWriter(tmp_path / "log.csv", other) as log:
        log.write(Trainer(other, "numpy").first_frame())
    window.files.open_path(tmp_path / "log.csv")
    wait_until(lambda: window.session.experiment == other, "the log's experiment is open")
    (tmp_path / "broken.toml").write_text("a = [")
    window.files.open_path(tmp_path / "broken.toml")
    assert "not valid TOML" in window.status.message.whole
    assert window.session.experiment == other


def test_saved_experiment(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """A saved experiment holds what was changed on the way, and opens as the same."""
    window = make_window(xor)
    press(window, "step_epoch")
    wait_until(lambda: window.session.record.latest.epochs == 1, "an epoch")  # type: ignore[union-attr]
    type_into(window.settings_panel.rule.rate.number, "0.25")
    window.files.save_experiment(tmp_path / "saved.toml")
    wait_until(lambda: window.status.message.whole == f"Saved {tmp_path / 'saved.toml'}", "it is saved")
    change = Experiment.load(tmp_path / "saved.toml").runs[1].training.change
    assert [(each.update, each.learning_rate) for each in change] == [(4, 0.25)]
    window.files.save_experiment(tmp_path / "missing" / "saved.toml")
    wait_until(lambda: "missing" in window.status.message.whole, "the failure is told")


def test_copied_as_python(make_window: MakeWindow, xor: Experiment) -> None:
    """The program on the clipboard is that of the experiment so far."""
    window = make_window(xor)
    press(window, "step_epoch")
    wait_until(lambda: window.session.record.latest.epochs == 1, "an epoch")  # type: ignore[union-attr]
    type_into(window.settings_panel.rule.rate.number, "0.25")
    press(window, "copy_script")
    wait_until(lambda: window.status.message.whole.startswith("Copied"), "it is copied")
    text = QGuiApplication.clipboard().text()
    assert "import numpy as np" in text
    assert "0.25" in text
    compile(text, "run.py", "exec")


def test_exported_log(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """The exported log has the same bytes as one written without the window, changes on the way included."""
    window = make_window(xor)
    for _ in range(3):
        press(window, "step_epoch")
    wait_until(lambda: window.session.record.latest.epochs == 3, "three epochs")  # type: ignore[union-attr]
    type_into(window.settings_panel.rule.momentum.number, "0.875")
    finish(window)
    window.files.save_log(tmp_path / "log.csv")
    wait_until(lambda: window.status.message.whole == f"Saved {tmp_path / 'log.csv'}", "it is written", 20.0)
    again = Experiment.load(tmp_path / "log.toml")
    trainer = Trainer(again, "numpy")
    with LogWriter(tmp_path / "alone.csv", again) as log:
        log.write(trainer.first_frame())
        while not trainer.finished:
            log.write(trainer.advance(13))
    text = (tmp_path / "log.csv").read_bytes()
    assert text == (tmp_path / "alone.csv").read_bytes()
    assert text.count(b"\n") == 1 + 2 * 41
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.csv", "alone.toml", "log.csv", "log.toml"]


def test_views_export(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Every plot is saved as a picture and as data by its menu; a folder that is not there is told."""
    window = make_window(xor)
    finish(window)
    for page in window.views.pages:
        view = window.views.show(page.row.title)
        wait_until(lambda: not window.views.busy, "the picture is there", 20.0)
        at_rest(window)
        for suffix, save in ((".png", window.files.save_plot), (".csv", window.files.save_plot_data)):
            path = tmp_path / f"{page.row.name}{suffix}"
            save(view, path)
            assert path.exists() == (window.status.message.whole == f"Saved {path}")
            assert path.exists() or window.status.message.whole
    for name in ("SurfaceView", "ErrorView", "StepsView"):
        assert (tmp_path / f"{name}.png").stat().st_size > 1000
        assert (tmp_path / f"{name}.csv").read_text().count("\n") > 10
    window.files.save_plot(view, tmp_path / "missing" / "plot.png")
    assert "missing" in window.status.message.whole


def test_examples(make_window: MakeWindow, xor: Experiment) -> None:
    """Every built-in experiment is in the menu, with its notes, and opens."""
    window = make_window(xor)
    menu = window.actions_.examples
    menu.aboutToShow.emit()
    entries = [action for action in menu.actions() if action.data()]
    assert len(entries) >= 5
    assert all(action.text() and action.toolTip() for action in entries)
    ravine = next(action for action in entries if action.data() == "ravine")
    window.files.open_example(ravine)
    wait_until(lambda: window.session.setup.surface is not None, "the ravine is open")  # type: ignore[union-attr]
    at_rest(window)
    assert window.settings_panel.problem.problem == ""


def test_accessible(make_window: MakeWindow, xor: Experiment) -> None:
    """Buttons without words have a name and a tooltip for those who cannot see their picture."""
    window = make_window(xor)
    for button in window.findChildren(QToolButton):
        if button.isVisible() and button.objectName() != "qt_toolbar_ext_button":
            named = button.text() or button.accessibleName() or button.toolTip()
            assert named, button


def test_remembered(make_window: MakeWindow, xor: Experiment, tmp_path: Path, qtbot: QtBot) -> None:
    """Size, folded sections, theme and hints are found again at the next start."""
    memory = Memory(tmp_path / "window.ini")
    window = make_window(xor, memory=memory)
    window.resize(900, 600)  # the off-screen platform's screen is 800 wide, and a window found again fits on it
    window.settings_panel.network.set_folded(True)
    window.set_theme("dark")
    window.actions_.hints.setChecked(False)
    window.close()
    wait_until(lambda: window.session.is_closed, "it is closed")
    again = make_window(xor, memory=Memory(tmp_path / "window.ini"))
    assert again.height() == 600
    assert again.settings_panel.network.folded
    assert not again.settings_panel.problem.folded
    assert again.memory.theme == "dark"
    assert not again.actions_.hints.isChecked()


def test_nothing_is_remembered_by_default(make_window: MakeWindow, xor: Experiment) -> None:
    """A window of a script or a test leaves no file behind."""
    import os

    window = make_window(xor)
    window.set_theme("dark")
    window.close()
    wait_until(lambda: window.session.is_closed, "it is closed")
    assert not Path(os.environ["XDG_CONFIG_HOME"], "momentum-gui").exists()


def test_an_experiment_says_what_to_look_at(make_window: MakeWindow, xor: Experiment) -> None:
    """Its views come to the front when it is opened, and its run is selected; that run may still be removed."""
    window = make_window(xor)
    window.views.show("Theory")
    window.open_experiment(Experiment.load("per-weight-rates-iris"))
    wait_until(lambda: len(window.state.settings) == 2 and window.state.run.name == "full batch", "it is open")  # type: ignore[union-attr]
    at_rest(window)
    assert window.views.of_title("Gains").isVisible()
    assert window.views.of_title("Theory").isVisible()  # another area, of which the experiment says nothing
    window.runs.remove()
    wait_until(lambda: len(window.state.settings) == 1, "it is gone")
    assert window.state.experiment.view is not None
    assert window.state.experiment.view.selected is None


def test_files_name_the_views_that_there_are() -> None:
    """What a file may bring to the front are the titles of the tabs."""
    assert sorted(row.title for row in VIEWS) == sorted(TITLES)
