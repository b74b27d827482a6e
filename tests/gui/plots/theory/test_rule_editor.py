"""The dialog for a rule of one's own: what it says as one types, and what it does to the experiment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from momentum_gui.engine.rules import RULES, gains, stability_bound
from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.plots.theory.rule_editor import RuleEditor, id_of
from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[RuleEditor]:
    """The dialog for a new rule, at momentum 0.9."""
    made = RuleEditor(None, None, RULES, 0.9)
    qtbot.addWidget(made)
    yield made
    made.reject()


def type_into(editor: RuleEditor, letter: str, text: str) -> None:
    """Replace a formula, key by key."""
    field = editor.formulas[letter]
    field.selectAll()
    QTest.keyClicks(field, text)


def ok(editor: RuleEditor) -> None:
    """Press OK."""
    QTest.mouseClick(editor.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_built_in_rule_can_be_started_from(editor: RuleEditor, rule: object) -> None:
    """Its formulas stand in the fields, and mean that rule, to the last bit."""
    assert hasattr(rule, "title")
    editor.begin_with.setCurrentText(rule.title)
    editor.begin_with.activated.emit(editor.begin_with.currentIndex())
    assert editor.rule is not None
    for m in (0.0, 0.3, 0.9, 0.99):
        assert editor.rule.coefficients(m) == rule.coefficients(m)  # type: ignore[attr-defined]


def test_gains_and_bound_follow_as_one_types(editor: RuleEditor) -> None:
    """The words are those of theory, and the map is that of the rule."""
    type_into(editor, "B", "0.5*m")
    rule = editor.rule
    assert rule is not None
    coefficients = rule.coefficients(0.9)
    assert f"{gains(coefficients).steady:g} ×" in editor.meaning.text()
    assert f"below {stability_bound(coefficients):.4g}" in editor.meaning.text()
    wait_until(lambda: editor.map.chart is not None and editor.map.chart.wanted.rule == rule, "the map is drawn")


@pytest.mark.parametrize(
    ("text", "words"),
    [("m*", "ends too early"), ("sin(m)", "allowed"), ("1/m", "no finite number at m = 0"), ("", "allowed")],
)
def test_what_is_wrong_is_said_beside_the_field(editor: RuleEditor, text: str, words: str) -> None:
    """One line below the formula; there is nothing to press OK for until it is right."""
    type_into(editor, "C", text) if text else editor.formulas["C"].clear()
    if not text:
        editor.formulas["C"].textEdited.emit("")
    assert words in editor.troubles["C"].text()
    assert not editor.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    type_into(editor, "C", "1")
    assert editor.troubles["C"].text() == ""
    assert editor.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


@pytest.mark.parametrize(
    ("title", "identity"),
    [("Half a ball", "half-a-ball"), ("Plain", "plain-2"), ("ν", "own"), ("7 up", "own-7-up"), ("x" * 60, "x" * 36)],
)
def test_an_id_is_made_from_the_name(title: str, identity: str) -> None:
    """Small letters, digits and hyphens, and none that another rule has."""
    assert id_of(title, RULES) == identity


def opened(window: MainWindow, rule: str) -> RuleEditor:
    """Open the dialog as the panel's buttons do."""
    panel = window.settings_panel.rule
    (panel.edit_rule if rule else panel.new_rule).click()
    assert window.runs.rule_editor is not None
    return window.runs.rule_editor


@pytest.mark.usefixtures("leaves_nothing")
def test_a_new_rule_is_in_the_experiment_and_the_selected_run_follows_it(make_window: MakeWindow) -> None:
    """Title and formulas are saved with it; undo takes both back, redo makes them again."""
    window = make_window(Experiment.load("xor"))
    editor = opened(window, "")
    editor.name.clear()
    QTest.keyClicks(editor.name, "Half a ball")
    type_into(editor, "B", "0.5*m")
    ok(editor)
    wait_until(lambda: window.state.run_settings.rule == "half-a-ball", "the run follows the rule")
    assert window.runs.rule_editor is None
    assert [each.title for each in window.state.experiment.rule] == ["Half a ball"]
    assert 'B = "0.5*m"' in window.state.experiment.to_toml()
    at_rest(window)
    window.session.history.undo()
    wait_until(lambda: window.state.run_settings.rule != "half-a-ball", "the rule before is back")
    assert not window.state.experiment.rule
    window.session.history.redo()
    wait_until(lambda: window.state.run_settings.rule == "half-a-ball", "the run follows the rule again")


@pytest.mark.usefixtures("leaves_nothing")
def test_a_rule_is_edited_in_place_and_removed_once_no_run_follows_it(make_window: MakeWindow) -> None:
    """An edit holds for all runs that follow the rule; to remove it is refused, in the dialog, while one does."""
    window = make_window(Experiment.load("own-rule", ["training.epochs=3"]))
    assert window.settings_panel.rule.edit_rule.isEnabled()
    editor = opened(window, "qhm")
    type_into(editor, "A", "1 - 0.5*m")
    ok(editor)
    wait_until(lambda: window.state.experiment.rule[0].A == "1 - 0.5*m", "the formula has changed")
    at_rest(window)
    editor = opened(window, "qhm")
    editor.remove.click()
    assert "give that run another rule first" in editor.problem.text()
    editor.reject()
    wait_until(lambda: window.runs.rule_editor is None, "the dialog is closed")
    window.runs.change((0,), {"rule": "damped"})
    wait_until(lambda: window.state.run_settings.rule == "damped", "the run follows another rule")
    window.runs.want_rule("qhm")
    assert window.runs.rule_editor is not None
    window.runs.rule_editor.remove.click()
    wait_until(lambda: not window.state.experiment.rule, "the rule is gone")
    window.session.history.undo()
    wait_until(lambda: len(window.state.experiment.rule) == 1, "the rule is back")


@pytest.mark.usefixtures("leaves_nothing")
def test_cancel_changes_nothing(make_window: MakeWindow) -> None:
    """Neither the experiment nor the history."""
    window = make_window(Experiment.load("xor"))
    before = window.state.experiment
    editor = opened(window, "")
    type_into(editor, "D", "0.1")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    wait_until(lambda: window.runs.rule_editor is None, "the dialog is closed")
    assert window.state.experiment == before
    assert window.session.history.undo_text == ""
