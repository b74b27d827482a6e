"""Lines of words that are shortened where there is little room, and never cut in mid-word."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.widgets.elided_box import ElidedBox
from momentum_gui.gui.widgets.rich_line import RichLine

LONG = '<b>heavy ball</b>: error 0.0049975 &nbsp;·&nbsp; <span style="color:#c00">on this plane</span> 0.0050499'
SHORT = "<b>heavy ball</b>: 0.0049975"


def plain(line: QLabel) -> str:
    """What a label shows, without its markup."""
    document = QTextDocument()
    document.setHtml(QLabel.text(line))
    return document.toPlainText().replace("\xa0", " ")


def test_what_fits_is_shown_whole(qtbot: QtBot) -> None:
    """With room the line is shown as it is, and has no tooltip."""
    line = RichLine()
    qtbot.addWidget(line)
    line.resize(900, 20)
    line.show_words(LONG, SHORT)
    assert QLabel.text(line) == line.text() == LONG
    assert line.toolTip() == ""


def test_fewer_words_come_first_then_an_ellipsis(qtbot: QtBot) -> None:
    """With less room fewer words are shown, with still less the line ends after a word with …; the tooltip has all."""
    line = RichLine()
    qtbot.addWidget(line)
    line.show_words(LONG, SHORT)
    line.resize(line.fontMetrics().horizontalAdvance("heavy ball: 0.0049975") + 30, 20)
    line._fit()
    assert QLabel.text(line) == SHORT
    assert line.text() == LONG
    assert line.toolTip() == f"<qt>{LONG}</qt>"
    for width in range(60, 140, 7):
        line.resize(width, 20)
        line._fit()
        shown = plain(line)
        assert shown.endswith("…")
        assert set(shown.split()) <= {"heavy", "ball:", "…"}
        assert line.fontMetrics().horizontalAdvance(shown) <= 1.2 * width  # bold is a little wider


def test_a_line_asks_for_no_room(qtbot: QtBot) -> None:
    """However long the words, they do not widen the window; with a tooltip of its own, the line keeps it."""
    line = RichLine("word " * 100)
    qtbot.addWidget(line)
    line.setToolTip("more")
    line.resize(50, 20)
    line._fit()
    assert line.sizePolicy().horizontalPolicy().name == "Ignored"
    assert line.toolTip() == "more"
    line.clear()
    assert line.text() == QLabel.text(line) == ""


def test_a_list_tells_the_whole_of_what_was_chosen(qtbot: QtBot) -> None:
    """What is chosen in a narrow list can be read in its tooltip."""
    box = ElidedBox("State 1")
    qtbot.addWidget(box)
    assert box.toolTip() == "State 1"
    box.addItems(["start of heavy ball", "end of plain"])
    box.setCurrentIndex(1)
    assert box.toolTip() == "State 1: end of plain"
    box.resize(60, 24)
    box.grab()


def test_labels_of_axes_fit_their_axes(qtbot: QtBot) -> None:
    """A low plot has a shorter label at its side, a very low one none, so that two plots' labels never meet."""
    plot = Plot("epochs", "")
    qtbot.addWidget(plot)
    plot.set_label("left", "size of step", "size")
    plot.show()
    for height, left, below in ((300, "size of step", True), (80, "size", False), (30, "", False)):
        plot.resize(400, height)
        plot.grab()
        axes = plot.y_axis, plot.x_axis
        assert (axes[0].label.isVisible(), axes[1].label.isVisible()) == (bool(left), below)
        if left:
            assert axes[0].labelText == left
            label = axes[0].label.mapRectToScene(axes[0].label.boundingRect())
            assert label.top() >= -6
            assert label.bottom() <= height + 6
