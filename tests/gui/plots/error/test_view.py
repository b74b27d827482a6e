"""The error view: every curve and spike, changes on the way that can be read, divergences, past moments."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from momentum_gui.gui.plots.common.event_lines import EventLines, changes
from momentum_gui.gui.plots.error.view import ErrorView
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.settings import RunSettings
from momentum_gui.lab.training.frame import AppliedChange
from momentum_gui.lab.training.trainer import Trainer
from tests.gui.plots.showing import begin, show_moment, update


def shown(qtbot: QtBot, experiment: Experiment, epochs: int = 30) -> tuple[ErrorView, Trainer, Record]:
    """A view of a training after some epochs."""
    theme.set_theme("light")
    trainer = Trainer(experiment, "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance_epochs(epochs))
    view = ErrorView()
    qtbot.addWidget(view)
    view.resize(560, 380)
    view.show()
    begin(view, trainer.setup, record)
    return view, trainer, record


def add_changes(record: Record, updates: list[int]) -> None:
    """Extend a record by a frame that reports changes of the first run's rate at these updates."""
    first, *others = record.latest.runs
    settings = [RunSettings("plain", number / 100, 0.0) for number in range(len(updates) + 1)]
    made = tuple(AppliedChange(update, *pair) for update, pair in zip(updates, pairwise(settings), strict=True))
    record.extend(replace(record.latest, runs=(replace(first, changes=made), *others)))


def test_the_curves_are_the_errors(qtbot: QtBot, xor: Experiment) -> None:
    """Each run's curve is its recorded error, as it is or as its logarithm."""
    view, _, record = shown(qtbot, xor)
    for log in (True, False):
        view.set_log(log)
        for (training, _), run in zip(view._curves, record.runs, strict=True):
            errors = run.measures.last[:, 0]
            assert np.array_equal(training.y_data, np.log10(errors) if log else errors)
            assert np.array_equal(training.x_data, run.measures.position)


def test_what_a_logarithmic_axis_cannot_show_is_said(qtbot: QtBot) -> None:
    """An error of 0 or less is named, on the screen and on paper; a linear axis shows it."""
    below = Experiment.load("global-minimum")
    view, _, record = shown(qtbot, below, 300)
    assert record.runs[0].latest.error < 0
    assert view.read_out.text() == view.captions()[0]
    assert "plain" in view.note and "heavy ball" not in view.note
    view.set_log(False)
    assert view.note == "" == view.read_out.text()


def test_held_out_curves_have_a_key_where_there_are_any(qtbot: QtBot, xor: Experiment) -> None:
    """Iris holds items out, XOR does not."""
    view, _, _ = shown(qtbot, Experiment.load("iris"), 2)
    assert "held out" in view.key_text() and view.key.isVisible()
    view, _, _ = shown(qtbot, xor, 2)
    assert view.key_text() == "" and not view.key.isVisible()


def test_changes_of_one_moment_are_said_once(qtbot: QtBot, xor: Experiment) -> None:
    """A change of all runs is one line; a change of one run says whose it is."""
    view, trainer, record = shown(qtbot, xor)
    for run in (0, 1):
        trainer.change(run, learning_rate=0.25)
    record.extend(trainer.advance_epochs(5))
    trainer.change(1, momentum=0.9)
    record.extend(trainer.advance_epochs(5))
    update(view)
    assert [line.label.toPlainText() for line in view.events.lines] == ["rate 0.25", "momentum: momentum 0.9"]
    assert [line.value() for line in view.events.lines] == [30.0, 35.0]


def test_words_do_not_run_into_one_another(qtbot: QtBot, xor: Experiment) -> None:
    """However many changes follow one another, no two words that are seen overlap."""
    view, _, record = shown(qtbot, xor)
    add_changes(record, [update * 2 for update in range(1, 40)])
    update(view)
    view.grab()  # texts are put in place when they are painted
    labels = [line.label for line in view.events.lines if line.label.isVisible()]
    assert len(labels) >= 4
    boxes = [label.textItem.mapRectToScene(label.textItem.boundingRect()) for label in labels]
    for number, box in enumerate(boxes):
        for other in boxes[:number]:
            overlap = box.intersected(other)
            assert overlap.width() < 6 or overlap.height() < 6  # the margins of a text may touch


def test_what_has_not_changed_is_not_laid_out_again(
    qtbot: QtBot, xor: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that stand are left alone: words are costly."""
    view, trainer, record = shown(qtbot, xor)
    trainer.change(0, learning_rate=0.25)
    record.extend(trainer.advance_epochs(1))
    update(view)
    touched: list[float] = []
    monkeypatch.setattr(view.events.lines[0], "setValue", touched.append)
    update(view)
    assert touched == []


def test_no_more_lines_than_can_be_read(xor: Experiment) -> None:
    """Of very many changes the last ones are shown."""
    record = Record(Trainer(xor, "numpy").first_frame())
    add_changes(record, [4 * epoch for epoch in range(500)])
    placed = changes(record.runs[:1], [1.0], names=False)
    assert len(placed) <= 40
    assert placed[-1][0] == 499.0


def test_a_divergence_is_marked(qtbot: QtBot) -> None:
    """A cross stands where a run diverged, at the last error that is a number; nothing is warned of."""
    table = {
        "problem": {"surface": "bowl"},
        "run": [{"name": "wild", "rule": "plain", "learning_rate": 3.0, "epochs": 2000}],
    }
    view, _, record = shown(qtbot, Experiment.from_table(table, "bowl"), 1500)
    x, y = view._crosses.getData()
    assert list(x) == [record.runs[0].diverged_at]
    assert np.isfinite(y).all()
    assert "diverged" in view.accessibleDescription()
    view.grab()


def test_a_past_moment_is_marked(qtbot: QtBot, xor: Experiment) -> None:
    """At a past moment a line and a dot on each curve stand there."""
    view, _, record = shown(qtbot, xor)
    show_moment(view, 12.0)
    x, y = view._dots.getData()
    assert list(x) == [12.0, 12.0]
    assert list(y) == [np.log10(run.measures.last[12, 0]) for run in record.runs]
    show_moment(view, None)
    assert len(view._dots.getData()[0]) == 0


def test_accuracy(qtbot: QtBot) -> None:
    """Where there is an accuracy it can be shown; where there is none, it is not offered."""
    table = {"problem": {"dataset": "iris", "test_fraction": 0.2}, "training": {"epochs": 3}}
    view, _, record = shown(qtbot, Experiment.from_table(table, "iris"), 3)
    view.accuracy.setChecked(True)
    assert np.array_equal(view._curves[0][0].y_data, record.runs[0].measures.last[:, 1])
    bowl, _, _ = shown(qtbot, Experiment.from_table({"problem": {"surface": "bowl"}}, "bowl"), 3)
    assert not bowl.accuracy.isVisible()


def test_lines_alone(qtbot: QtBot, xor: Experiment) -> None:
    """A plot below another shows the lines without words."""
    view, _, _ = shown(qtbot, xor)
    lines = EventLines(view.plot, words=False)
    lines.show([(3.0, "rate 1")])
    lines.recolor()
    assert lines.lines[0].value() == 3.0
