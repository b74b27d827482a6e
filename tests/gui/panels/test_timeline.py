"""The timeline: any recorded moment is shown, played back at any speed, and left again for the present."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from momentum_gui.gui.panels.timeline import PLAY_SECONDS, STEPS, Timeline
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    """The timeline of a training of 40 epochs."""
    theme.set_theme("light")
    made = Timeline()
    qtbot.addWidget(made)
    follow(made, trained(40))
    return made


def trained(epochs: int) -> WindowState:
    """The state after a training of this many epochs."""
    experiment = edits.with_settings(Experiment.load("ravine"), {"training": {"epochs": epochs}})
    trainer = Trainer(experiment, "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance_epochs(epochs))
    return WindowState.of_record(trainer.setup, record)


def follow(timeline: Timeline, state: WindowState) -> None:
    """Show a state, and then the moments that the timeline asks for, as the window does."""
    timeline.show_state(state)
    timeline.moment_chosen.connect(lambda epochs: timeline.show_state(replace(state, moment=epochs)))


def told(timeline: Timeline) -> list[float | None]:
    """The moments that are told from now on."""
    moments: list[float | None] = []
    timeline.moment_chosen.connect(moments.append)
    return moments


def test_sliding(timeline: Timeline) -> None:
    """The slider's place is a share of the training so far; at its end is the present."""
    moments = told(timeline)
    timeline.slider.setValue(STEPS // 4)
    timeline.slider.setValue(STEPS)
    assert moments == [10.0, None]


@pytest.mark.parametrize("place", range(len(PLAY_SECONDS)))
def test_playing_at_any_speed(timeline: Timeline, place: int) -> None:
    """The whole recording takes as long as was chosen, however long the training was."""
    timeline.pace.setCurrentIndex(place)
    timeline.show_moment(0.0)
    timeline.play_for(PLAY_SECONDS[place] / 8)
    assert timeline.moment == pytest.approx(5.0)


def test_playing_ends_at_the_present(timeline: Timeline) -> None:
    """At the end of the recording, playing stops and the present is shown."""
    moments = told(timeline)
    timeline.pace.setCurrentIndex(len(PLAY_SECONDS) - 1)
    timeline.show_moment(39.9)
    timeline.play.click()
    assert timeline.is_playing
    wait_until(lambda: not timeline.is_playing, "the end is reached")
    assert moments[-1] is None
    assert timeline.moment is None
    assert not timeline.play.isChecked()


def test_playing_begins_at_the_start(timeline: Timeline) -> None:
    """From the present, playing begins at the start; stopping keeps the moment."""
    moments = told(timeline)
    timeline.play.click()
    assert moments == [0.0]
    wait_until(lambda: len(moments) > 3, "it plays")
    timeline.play.click()
    assert not timeline.is_playing
    assert timeline.moment == moments[-1] > 0  # type: ignore[operator]
    assert moments == sorted(moments)  # type: ignore[type-var]


def test_the_present_ends_playing(timeline: Timeline) -> None:
    """Going on with the training ends the playback."""
    timeline.play.click()
    timeline.show_present()
    assert not timeline.is_playing


def test_nothing_to_play_before_training(qtbot: QtBot) -> None:
    """Without a recording there is nothing to play."""
    made = Timeline()
    qtbot.addWidget(made)
    assert not made.play.isEnabled()
    made.show_state(trained(1))
    assert made.play.isEnabled()
