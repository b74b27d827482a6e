"""Names that look like markup: every part of the window shows them as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsTextItem, QGraphicsView, QLabel, QWidget
from pytestqt.qtbot import QtBot

from momentum_gui.gui.panels.run_dialog import RunDialog
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.widgets.elided_box import ElidedBox
from momentum_gui.gui.widgets.message import Message
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

MARKUP = '<img src="file:///etc/hostname"><b>x</b>'


def shown(text: str, *, rich: bool) -> str:
    """What a text looks like to a reader."""
    if not rich:
        return text
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText()


def shown_texts(widget: QWidget) -> Iterator[tuple[str, str, str]]:
    """Each text of a widget and those in it that holds the planted name: where, as given, as shown."""
    for each in (widget, *widget.findChildren(QWidget)):
        texts = [("tooltip", each.toolTip(), GuiQt.mightBeRichText(each.toolTip()))]
        if isinstance(each, QLabel):
            form = each.textFormat()
            rich = form is Qt.TextFormat.RichText
            rich |= form is Qt.TextFormat.AutoText and GuiQt.mightBeRichText(each.text())
            texts.append(("text", each.text(), rich))
        if isinstance(each, QGraphicsView) and each.scene() is not None:
            for item in each.scene().items():
                if isinstance(item, QGraphicsTextItem):
                    texts.append(("label", item.toHtml(), True))
        for what, text, rich in texts:
            if "hostname" in text:
                yield f"{what} of {type(each).__name__} in {type(each.parent()).__name__}", text, shown(text, rich=rich)


@pytest.fixture
def planted(tmp_path: Path) -> Experiment:
    """Two runs, a rule and three columns with names that look like markup."""
    quoted = MARKUP.replace('"', '""')
    rows = "\n".join(f"{x / 10},{(x * 7 % 10) / 10},{'ab'[x % 2]}{MARKUP[4:9].strip()}" for x in range(20))
    path = tmp_path / "planted.csv"
    path.write_text(f'"{quoted}","{quoted}2","{quoted}3"\n{rows}\n')
    return Experiment.from_table(
        {
            "problem": {"dataset": str(path)},
            "network": {"hidden": [2]},
            "training": {"epochs": 3, "seed": 1},
            "rule": [{"id": "own", "A": "1", "B": "m", "C": "1", "D": "m", "title": f"{MARKUP} rule"}],
            "run": [{"name": MARKUP, "rule": "own"}, {"name": f"{MARKUP} & 2", "rule": "plain"}],
        },
        "planted",
    )


@pytest.mark.usefixtures("leaves_nothing")
def test_names_that_look_like_markup_are_shown_as_text(make_window: MakeWindow, planted: Experiment) -> None:
    """In no view, panel, tooltip, axis or message does a name turn into a picture or into bold letters."""
    window = make_window(planted)
    window.resize(1500, 1000)
    window.actions_["step_epoch"].trigger()
    wait_until(lambda: window.session.record.latest.runs[0].update > 0, "an epoch")  # type: ignore[union-attr]
    places: set[str] = set()
    for title in [row.title for row in VIEWS]:
        view = window.views.show(title)
        at_rest(window)
        for plot in view.findChildren(Plot):
            centre = plot.viewport().rect().center()
            QTest.mouseMove(plot.viewport(), centre - QPoint(9, 9))
            QTest.mouseMove(plot.viewport(), centre)
        at_rest(window)
        for place, text, seen in shown_texts(window):
            places.add(place)
            assert "<img" in seen, (title, place, text)
    window.status.say(f"{MARKUP} is not a run", problem=True)
    assert [seen for _, _, seen in shown_texts(window.status)]
    assert all("<img" in seen for _, _, seen in shown_texts(window.status))
    assert len(places) > 5, places


def test_small_widgets_show_names_as_text(qtbot: QtBot) -> None:
    """A list that is shortened, a line that is painted, and the dialog for a fork too."""
    box = ElidedBox("State 1")
    box.addItem(f"end of {MARKUP}")
    line = Message()
    line.show_text(MARKUP)
    dialog = RunDialog(None, "fork", Training(), 0, 2.0, MARKUP)
    for widget in (box, line, dialog):
        qtbot.addWidget(widget)
        texts = list(shown_texts(widget))
        assert texts
        assert all("<img" in seen for _, _, seen in texts), texts
