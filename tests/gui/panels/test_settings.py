"""The settings panel: what it refuses, in its own words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from momentum_gui.gui.panels.settings import in_titles
from momentum_gui.gui.widgets.entries import TextEntry
from momentum_gui.gui.widgets.rich_text import shortened
from momentum_gui.lab.experiment import Experiment
from tests.gui.conftest import MakeWindow, at_rest


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('network.hidden[0] = "3 4": allowed is', 'Hidden layers = "3 4": allowed is'),
        ("training.epochs = 0: allowed is", "Epochs = 0: allowed is"),
        ("run[2].momentum = 1.5: allowed is", "Momentum = 1.5: allowed is"),
        ("problem: give either dataset or surface", "problem: give either dataset or surface"),
        ("no such file", "no such file"),
    ],
)
def test_a_refusal_names_the_field(given: str, said: str) -> None:
    """The title that stands beside the field takes the place of the key in a file; all else stays."""
    assert in_titles(given) == said


@pytest.mark.usefixtures("leaves_nothing")
def test_a_refusal_goes_with_the_next_success(make_window: MakeWindow, xor: Experiment) -> None:
    """A number far beyond the range is refused in one line below its section, until a good one is entered."""
    window = make_window(xor)
    panel = window.settings_panel.training
    entry = panel.entries["epochs"]
    assert isinstance(entry, TextEntry)
    for text, problem in (("99999999999999999999", True), ("50", False)):
        entry.selectAll()
        QTest.keyClicks(entry, text)
        QTest.keyClick(entry, Qt.Key.Key_Return)
        at_rest(window)
        assert bool(panel.problem) is problem
        assert panel.problem.startswith("Epochs = 99999999999999999999: allowed is") is problem
        assert "\n" not in panel.problem


def test_a_long_name_is_shortened_in_its_middle() -> None:
    """Beginning and end of a name tell it apart; a short one stays."""
    assert shortened("heavy ball 0.9") == "heavy ball 0.9"
    assert shortened("a" * 200 + "z", 9) == "aaaa…aaaz"
