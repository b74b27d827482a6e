"""The view of one update: the article's sum, the live numbers, what if, and the passes of the right item."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from momentum_gui.engine.rules import RULES
from momentum_gui.gui.plots.one_update.equation import sum_text
from momentum_gui.gui.plots.one_update.view import ArithmeticView, read_number
from momentum_gui.gui.style import theme
from momentum_gui.lab.analysis.last_update import last_state
from momentum_gui.lab.analysis.update_equation import SOURCE_EXAMPLE, State, all_rules, arithmetic
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.gui.plots.showing import begin, select


@pytest.fixture
def view(qtbot: QtBot) -> ArithmeticView:
    if not theme.is_set() or theme.current().name != "light":  # costs as much as there are widgets
        theme.set_theme("light")
    view = ArithmeticView()
    qtbot.addWidget(view)
    view.resize(700, 600)
    return view


def trained(updates: int, batch_size: int = 1, shuffled: bool = True) -> tuple[Trainer, Record]:
    """Two runs on a few Iris flowers after some updates."""
    table = {
        "problem": {"dataset": "iris", "scale": "standard"},
        "network": {"hidden": [3]},
        "training": {
            "epochs": 100,
            "learning_rate": 0.1,
            "momentum": 0.5,
            "seed": 4,
            "batch_size": batch_size,
            "order": "shuffled" if shuffled else "sequential",
        },
        "run": [{"name": "source"}, {"name": "nesterov", "rule": "nesterov", "seed": 5}],
    }
    trainer = Trainer(Experiment.from_table(table, "test"), "numpy")
    record = Record(trainer.first_frame())
    for _ in range(updates):
        record.extend(trainer.advance(1))
    return trainer, record


def cells(view: ArithmeticView) -> dict[str, list[str]]:
    """The table of rules as shown, by title."""
    model = view.rules.numbers
    rows = [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
    return {row[0]: row[1:] for row in rows}


def test_before_the_first_update_the_article_s_example_is_there(view: ArithmeticView) -> None:
    """3.56 + 0.027 + 0.022 = 3.609, and 3.587 without momentum, digit for digit."""
    trainer, record = trained(0)
    begin(view, trainer.setup, record)
    assert view.equation.accessibleName() == "3.56 + 0.027 + 0.022 = 3.609"
    assert cells(view)["One-step"] == ["0.027", "0.022", "3.609", "0.027"]
    assert cells(view)["Plain"][2] == "3.587"
    assert view.passes.isHidden()


def test_the_button_brings_the_example_and_live_brings_the_run_back(view: ArithmeticView) -> None:
    """The example may be had at any time, by its own rule; Live returns to the run's last update."""
    trainer, record = trained(7)
    begin(view, trainer.setup, record)
    select(view, 1)
    live = view.equation.accessibleName()
    view.example.click()
    assert view.equation.accessibleName() == "3.56 + 0.027 + 0.022 = 3.609"
    assert view.state == SOURCE_EXAMPLE
    assert not view.live.isChecked()
    view.live.click()
    assert view.equation.accessibleName() == live
    assert view.live.isChecked()


@pytest.mark.parametrize("run", [0, 1])
def test_the_live_numbers_are_those_of_the_run_s_last_update(view: ArithmeticView, run: int) -> None:
    """From w, g, p, lr and μ the run's rule leads to the weight and the p that the run really has."""
    trainer, record = trained(7)
    begin(view, trainer.setup, record)
    select(view, run)
    for weight, name in enumerate(trainer.setup.weight_names):
        view.follow(name)
        assert view.weight.currentText() == name
        frame = record.runs[run].latest
        assert view.state == last_state(frame, weight)
        assert view.state is not None
        result = arithmetic(frame.rule, view.state)
        assert result.new_weight == pytest.approx(frame.weights[weight], rel=1e-12, abs=1e-15)
        assert result.new_stored == pytest.approx(frame.stored[weight], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("batch_size", "shuffled"), [(1, True), (1, False), (7, True)])
@pytest.mark.parametrize("run", [0, 1])
def test_the_passes_are_those_of_the_item_the_update_followed(
    view: ArithmeticView, run: int, batch_size: int, shuffled: bool
) -> None:
    """The item's gradient is the gradient of the update; of a batch its mean is, so the first item's differs."""
    trainer, record = trained(163, batch_size, shuffled)
    begin(view, trainer.setup, record)
    select(view, run)
    window = record.runs[run].window
    assert view.passed is not None
    assert window is not None
    same = np.allclose(view.passed.gradient, window.gradients[-1], rtol=1e-9, atol=1e-15)
    assert same == (batch_size == 1)
    assert ("of the 7 in its batch" in view.item.text()) == (batch_size == 7)
    shown = view.passes.numbers.rows
    assert [row[2] for row in shown if len(row) > 1][-3:] == [float(output) for output in view.passed.layers[-1].output]
    assert [row[3] for row in shown if len(row) > 1][-3:] == [float(target) for target in view.passed.target]


def test_what_is_typed_in_is_computed_by_every_rule_and_stays(view: ArithmeticView, qtbot: QtBot) -> None:
    """A changed number shows each rule's result at once, and further updates of the run do not overwrite it."""
    trainer, record = trained(7)
    begin(view, trainer.setup, record)
    view.example.click()
    field = view.fields["momentum"]
    field.selectAll()
    qtbot.keyClicks(field, "0.75")
    assert view.equation.accessibleName() == "3.56 + 0.027 + 0.033 = 3.62"
    expected = State(0.01, 0.75, 2.70, 0.044, 3.56)
    assert view.state == expected
    for result in all_rules(expected):
        assert float(cells(view)[RULES[result.rule].title][2]) == pytest.approx(result.new_weight, rel=1e-5)
    record.extend(trainer.advance(1))
    view.redraw_now()
    assert field.text() == "0.75"
    assert view.state == expected


@pytest.mark.parametrize(
    ("key", "typed"),
    [("momentum", "1"), ("momentum", "-0.1"), ("learning_rate", "0"), ("weight", "x"), ("stored", "nan")],
)
def test_what_is_not_allowed_is_marked_and_changes_nothing(
    view: ArithmeticView, qtbot: QtBot, key: str, typed: str
) -> None:
    """A field with a value that is not allowed is marked, says what is, and the sum stays."""
    trainer, record = trained(0)
    begin(view, trainer.setup, record)
    view.example.click()
    before = view.equation.accessibleName()
    field = view.fields[key]
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    field.setText("")
    qtbot.keyClicks(field, typed)
    assert read_number(typed, key)[0] is None
    assert field.property("refused")
    assert view.note.text()
    if typed in ("x", "nan", "0", "1"):
        assert view.equation.accessibleName() == before


def test_signs_and_small_parts_are_written_as_one_would(view: ArithmeticView) -> None:
    """Minus signs stand between the terms; a part too small for the decimals is a power of ten, not 0."""
    state = State(0.1, 0.5, -0.4, -0.02, -1.25)
    assert sum_text(RULES["one-step"], state, arithmetic("one-step", state)) == "−1.25 − 0.04 − 0.01 = −1.3"
    tiny = State(0.1, 0.5, 3e-14, 0.0, 0.5)
    assert sum_text(RULES["one-step"], tiny, arithmetic("one-step", tiny)) == "0.5 + 3×10⁻¹⁵ + 0 = 0.5"
    assert sum_text(RULES["plain"], state, arithmetic("plain", state)) == "−1.25 − 0.04 = −1.29"
