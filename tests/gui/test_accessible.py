"""What a screen reader says of the window's controls."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenuBar,
    QScrollBar,
    QSlider,
    QTabBar,
    QWidget,
)

from momentum_gui.gui.panels.run_dialog import RunDialog
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

LEAST = 24
"""How large a target must be each way, in pixels (WCAG 2.2)."""
TARGETS = (QAbstractButton, QComboBox, QLineEdit, QSlider, QAbstractSpinBox)
KINDS = (QComboBox, QLineEdit, QSlider, QAbstractSpinBox)


@pytest.mark.usefixtures("leaves_nothing")
def test_every_list_field_and_slider_has_a_name(make_window: MakeWindow, xor: Experiment) -> None:
    """In all panels, views and the dialog for a run, each control says what it is for."""
    window = make_window(xor)
    for row in VIEWS:
        window.views.show(row.title)
        at_rest(window)
    dialog = RunDialog(window, "new", Training(), 0, None, "plain")
    controls = [each for each in window.findChildren(QWidget) if isinstance(each, KINDS)]
    assert dialog.name in controls
    assert len(controls) > 30
    nameless = [
        f"{type(each).__name__} {each.toolTip()[:40]!r} in {type(each.parent()).__name__}"
        for each in controls
        if not each.accessibleName()
    ]
    assert nameless == []


def test_everything_can_be_hit(make_window: MakeWindow, xor: Experiment) -> None:
    """Whatever is pressed, dragged or typed into is at least 24 pixels wide and high, in every view."""
    window = make_window(xor)
    small: set[str] = set()
    for row in VIEWS:
        window.views.show(row.title)
        at_rest(window)
        for each in window.findChildren(QWidget):
            is_part = isinstance(each.parent(), (QAbstractSpinBox, QComboBox, QTabBar, QMenuBar, QScrollBar, QLineEdit))
            if (
                isinstance(each, TARGETS)
                and each.isVisible()
                and not is_part
                and min(each.width(), each.height()) < LEAST
            ):
                small.add(f"{type(each).__name__} {each.accessibleName()} {each.width()} x {each.height()}")
    assert small == set()


def test_sliders_say_their_value(make_window: MakeWindow, xor: Experiment) -> None:
    """A slider's description has its value in words, as it changes; not the ticks of its way."""
    window = make_window(xor)
    rate = next(each for each in window.findChildren(QSlider) if each.accessibleName() == "Learning rate")
    assert rate.accessibleDescription() == "Learning rate 0.5"
    rate.setValue(rate.maximum())
    assert rate.accessibleDescription() == "Learning rate 10"
    window.actions_.speed.slider.setValue(0)
    assert window.actions_.speed.slider.accessibleDescription() == "1 update/s"
    assert window.timeline.slider.accessibleDescription() == "epoch 0"


def test_every_label_leads_to_its_field(make_window: MakeWindow, xor: Experiment) -> None:
    """Each setting's label is the buddy of its field, so that a screen reader names it on every platform."""
    window = make_window(xor)
    named = {each.buddy() for each in window.settings_panel.findChildren(QLabel) if each.buddy() is not None}
    for section in window.settings_panel.sections.values():
        for entry in getattr(section, "entries", {}).values():
            assert entry in named, entry.accessibleName()


def test_plots_describe_themselves(make_window: MakeWindow, xor: Experiment) -> None:
    """Where the focus is in a plot, its name and what it shows can be heard."""
    window = make_window(xor)
    for row in VIEWS:
        view = window.views.show(row.title)
        at_rest(window)
        wait_until(lambda view=view: not view.busy, "the view is drawn")  # type: ignore[misc]
        for plot in view.findChildren(Plot):
            if plot.isVisible() and view.summary():  # before the first update some have nothing to say
                assert plot.accessibleName(), row.title
                assert plot.accessibleDescription(), row.title
