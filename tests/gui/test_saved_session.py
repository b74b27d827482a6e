"""Saved sessions: opened again, the window stands at the same moment, with the same numbers, run and hidden runs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from momentum_gui.gui.main_window import MainWindow
from momentum_gui.gui.panels import run_model
from momentum_gui.gui.state import Activity
from momentum_gui.lab.experiment import Experiment, edits
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def position(window: MainWindow) -> int:
    """Where the training of a window stands."""
    return -1 if window.session.record is None else window.session.record.latest.position


def saved(make_window: MakeWindow, experiment: Experiment, path: Path) -> MainWindow:
    """A window trained for 9 updates, changed, trained for 5 more; its session saved with a run hidden."""
    window = make_window(experiment)
    window.session.step(9)
    wait_until(lambda: position(window) == 9, "nine updates")
    window.runs.change((1,), {"learning_rate": 0.25, "rule": "heavy-ball"})
    window.session.step(5)
    wait_until(lambda: position(window) == 14, "five more")
    model = window.runs_panel.model
    model.setData(model.index(1, run_model.NAME), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    window.select(0)
    at_rest(window)
    window.files.save_session(path)
    wait_until(path.is_file, "the session is saved")
    return window


def is_same_moment(window: MainWindow, other: MainWindow) -> None:
    """Numbers, settings, selection and hidden runs agree, to the last bit."""
    assert window.session.record is not None
    assert other.session.record is not None
    for run, twin in zip(window.session.record.runs, other.session.record.runs, strict=True):
        np.testing.assert_array_equal(run.latest.weights, twin.latest.weights)
        np.testing.assert_array_equal(run.latest.stored, twin.latest.stored)
        # Within an epoch a curve has points where training paused, or a chunk ended; both have all epochs.
        common, mine, others = np.intersect1d(run.measures.position, twin.measures.position, return_indices=True)
        assert set(common) >= {0.0, 1.0, 2.0, 3.0}
        np.testing.assert_array_equal(run.measures.last[mine, 0], twin.measures.last[others, 0])
        assert run.latest.update == twin.latest.update
    settings = [(each.rule, each.learning_rate) for each in window.session.settings]
    assert settings == [(each.rule, each.learning_rate) for each in other.session.settings]
    assert (window.state.selected, window.state.visible) == (other.state.selected, other.state.visible)


def test_a_session_comes_back(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """A window that is opened with a saved session stands where the other stood, paused, changes included."""
    path = tmp_path / "session.toml"
    window = saved(make_window, xor, path)
    assert tomllib.loads(path.read_text())["session"] == {"position": 14, "selected": "plain", "hidden": ["momentum"]}
    other = make_window(Experiment.load(path))
    wait_until(lambda: position(other) == 14, "the same moment")
    at_rest(other)
    assert other.session.state is Activity.PAUSED
    is_same_moment(window, other)
    assert other.session.experiment.session is None


def test_a_session_is_opened_in_an_open_window(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """Opened where another experiment trains, too; an experiment that is opened after it shows all its runs."""
    path, plain = tmp_path / "session.toml", tmp_path / "plain.toml"
    window = saved(make_window, xor, path)
    xor.save(plain)
    other = make_window(edits.with_settings(xor, {"network": {"hidden": [3]}}))
    other.files.open_path(path)
    wait_until(lambda: position(other) == 14, "the same moment")
    at_rest(other)
    is_same_moment(window, other)
    other.files.open_path(plain)
    wait_until(lambda: position(other) == 0 and other.session.state is Activity.READY, "the start")
    at_rest(other)
    assert other.state.visible == (True, True)
    assert other.state.selected == 1


def test_a_session_that_is_wrong(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """A session of runs that are not there is refused in one line, and the window stays as it is."""
    path = tmp_path / "session.toml"
    path.write_text(xor.to_toml() + '\n[session]\nhidden = ["third"]\n')
    window = make_window(xor)
    window.files.open_path(path)
    assert window.status.message.whole.endswith(
        'session.hidden: no run is called "third"; the runs are plain, momentum'
    )
    assert window.session.experiment == xor


def test_a_session_while_the_engine_is_prepared(make_window: MakeWindow, xor: Experiment, tmp_path: Path) -> None:
    """The compiled engine takes over at the moment that was saved, not at the start."""
    path = tmp_path / "session.toml"
    window = saved(make_window, xor, path)
    other = make_window(Experiment.load(path), engine="auto")
    wait_until(lambda: position(other) == 14, "the same moment", 60.0)
    at_rest(other)
    assert other.session.record is not None
    assert window.session.record is not None
    for run, twin in zip(window.session.record.runs, other.session.record.runs, strict=True):
        np.testing.assert_allclose(run.latest.weights, twin.latest.weights, rtol=0, atol=1e-12)
