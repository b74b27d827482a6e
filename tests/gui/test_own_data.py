"""Tables of the user's own in the window: chosen by a dialog, kept in the experiment, noticed when they change."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

HEAD = "id,length,width,kind\n"
ROWS = [f"{n},{n % 7 + 0.5},{n * 3 % 5}.25,{'abc'[n % 3]}\n" for n in range(1, 61)]


def button(widget: QWidget, text: str) -> QPushButton:
    """The button with this text."""
    (found,) = [each for each in widget.findChildren(QPushButton) if each.text() == text]
    return found


def take(window: MainWindow, *, keep: bool = False) -> None:
    """Accept the dialog as it is."""
    dialog = window.data.dialog
    assert dialog is not None
    if keep:
        dialog.kept.click()
    shown = window.session.setup
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    wait_until(lambda: window.session.setup is not shown, "the data are open")
    window.session.pause()
    at_rest(window)


def data_of(window: MainWindow) -> tuple[str, ...]:
    """The inputs of the training shown."""
    setup = window.session.setup
    assert setup is not None
    assert setup.data is not None
    return setup.data.input_names


def opened(window: MainWindow, path: Path, *, keep: bool = False) -> None:
    """Open a table as if it was dropped, and accept what is proposed."""
    window.files.open_path(path)
    take(window, keep=keep)


def test_a_table_gets_settings_that_suit_it(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Network, rates and held-out share are proposed, not those of the example that was open; notes are shown."""
    (tmp_path / "t.csv").write_text(HEAD + "".join(ROWS))
    window = make_window(xor)
    opened(window, tmp_path / "t.csv")
    experiment = window.session.experiment
    assert experiment.title == "t"
    assert experiment.training.batch_size == 1
    assert experiment.problem.test_fraction == 0.2
    assert data_of(window) == ("length", "width")
    panel = window.settings_panel.problem
    assert "numbers the rows" in panel.notes.text()
    assert panel.entries["task"].isVisibleTo(panel)
    assert not panel.entries["scale_target"].isVisibleTo(panel)


def test_settings_may_stay(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """With “kept as they are” only the data are others, and that can be undone."""
    (tmp_path / "t.csv").write_text(HEAD + "".join(ROWS))
    window = make_window(xor)
    opened(window, tmp_path / "t.csv", keep=True)
    assert data_of(window) == ("length", "width")
    assert [run.training.learning_rate for run in window.session.experiment.runs] == [
        run.training.learning_rate for run in xor.runs
    ]
    window.actions_["undo"].trigger()
    wait_until(lambda: window.session.experiment.problem.dataset == "xor", "the data before")


def test_another_problem_drops_what_belongs_to_the_table(
    make_window: MakeWindow, xor: Experiment, tmp_path: Path
) -> None:
    """Columns, task and checksum go when a built-in data set is chosen, which would refuse them."""
    (tmp_path / "t.csv").write_text(HEAD + "".join(ROWS))
    window = make_window(xor)
    opened(window, tmp_path / "t.csv")
    choice = window.settings_panel.problem.choice
    index = choice.findText("Iris flowers")
    choice.setCurrentIndex(index)
    choice.activated.emit(index)
    wait_until(lambda: len(data_of(window)) == 4, "Iris")
    assert window.settings_panel.problem.problem == ""
    assert window.session.experiment.problem.checksum is None


def test_a_table_in_use_is_not_asked_about_again(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Opened again it is open already; once it has changed it is asked about, with the choices made before."""
    path = tmp_path / "t.csv"
    path.write_text(HEAD + "".join(ROWS))
    window = make_window(xor)
    opened(window, path)
    window.files.open_path(path)
    assert window.data.dialog is None
    assert "is open" in window.status.message.whole
    path.write_text(HEAD + "".join(ROWS[:50]))
    window.files.open_path(path)
    assert window.data.dialog is not None
    assert window.data.dialog.choices.problem.target == window.session.experiment.problem.target
    window.data.dialog.reject()
    assert window.data.dialog is None


def test_a_change_of_the_file_is_noticed(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """While it is open, whether written anew or replaced; it is read again at a click, with the choices made."""
    path = tmp_path / "t.csv"
    path.write_text(HEAD + "".join(ROWS))
    window = make_window(xor)
    opened(window, path)
    again = button(window.settings_panel.problem, "Read again")
    for count in (50, 40):
        assert not again.isVisible()
        other = tmp_path / "other.csv"
        other.write_text(HEAD + "".join(ROWS[:count]))
        other.replace(path)
        wait_until(again.isVisible, "the change is noticed")
        before = window.session.setup
        again.click()
        wait_until(lambda before=before: window.session.setup is not before, "it is read again")  # type: ignore[misc]
        at_rest(window)
        data = window.session.setup.data  # type: ignore[union-attr]
        assert data is not None
        assert len(data.items) + len(data.test_items) == count


def test_a_change_between_two_sessions_is_noticed(make_window: MakeWindow, tmp_path: Path, xor: Experiment) -> None:
    """A saved experiment whose table is another one by now says so, on the command line too."""
    path = tmp_path / "t.csv"
    path.write_text(HEAD + "".join(ROWS))
    window = make_window(xor)
    opened(window, path)
    window.session.experiment.save(tmp_path / "e.toml")
    path.write_text(HEAD + "".join(ROWS[:50]))
    again = Experiment.load(tmp_path / "e.toml")
    assert any("another one" in note for note in Setup.of(again).notes)
    window.open_experiment(Experiment.load("iris"))
    window.open_experiment(again)
    wait_until(lambda: bool(window.session.setup.notes), "it is open")  # type: ignore[union-attr]
    at_rest(window)
    wait_until(button(window.settings_panel.problem, "Read again").isVisible, "the change is told")


def test_a_choice_that_is_given_up(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Cancelled, the window shows the problem before."""
    (tmp_path / "t.csv").write_text(HEAD + "".join(ROWS))
    window = make_window(xor)
    choice = window.settings_panel.problem.choice
    shown = choice.currentIndex()
    choice.setCurrentIndex(choice.findText("Own CSV file …"))
    window.data.ask(str(tmp_path / "t.csv"))
    assert window.data.dialog is not None
    window.data.dialog.reject()
    assert choice.currentIndex() == shown
    assert window.session.experiment == xor
