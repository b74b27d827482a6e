"""The export of the log: whole or not at all, with progress, and cancelled when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from momentum_gui.gui.export.log_export import LogExport, write_log
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import read_log
from momentum_gui.lab.steps.log_columns import LogChoice
from tests.conftest import wait_until


def test_up_to_a_moment(xor: Experiment, tmp_path: Path) -> None:
    """A training that is at epoch 10 has a log with 11 rows a run, and tells how far it is on the way."""
    shares: list[float] = []
    path = write_log(xor, 10 * 4, tmp_path / "log.csv", "numpy", shares.append, lambda: False)
    assert path == tmp_path / "log.csv"
    assert path.read_text().count("\n") == 1 + 2 * 11
    assert shares[-1] == 1.0
    assert Experiment.load(tmp_path / "log.toml") == xor


def test_cancelled(xor: Experiment, tmp_path: Path) -> None:
    """A log that is given up leaves what was there before, and nothing else."""
    (tmp_path / "log.csv").write_text("before")
    assert write_log(xor, 1000, tmp_path / "log.csv", "numpy", lambda share: None, lambda: True) is None
    assert (tmp_path / "log.csv").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_with_what_was_chosen(xor: Experiment, tmp_path: Path) -> None:
    """The columns after the fixed ones, and the anatomy beside the log, whole; neither where the choice cannot be."""
    choice = LogChoice.of(["gain"], parts=True, weights=["b1[0]"])
    write_log(xor, 10 * 4, tmp_path / "log.csv", "numpy", lambda share: None, lambda: False, choice)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log-anatomy.csv", "log.csv", "log.toml"]
    assert read_log(tmp_path / "log.csv")[1].columns == ("gain",)
    assert (tmp_path / "log-anatomy.csv").read_text().count(",b1[0],") == 2 * 10
    with pytest.raises(BadInputError, match="no such weight"):
        write_log(
            xor, 40, tmp_path / "x.csv", "numpy", lambda share: None, lambda: False, LogChoice.of([], True, ["w"])
        )
    assert len(list(tmp_path.iterdir())) == 3


def test_a_link_stays_a_link_and_a_private_log_private(xor: Experiment, tmp_path: Path) -> None:
    """What lay at the path is written to, as with any other file."""
    (tmp_path / "real.csv").write_text("before")
    (tmp_path / "real.csv").chmod(0o600)
    (tmp_path / "log.csv").symlink_to(tmp_path / "real.csv")
    write_log(xor, 40, tmp_path / "log.csv", "numpy", lambda share: None, lambda: False)
    assert (tmp_path / "log.csv").is_symlink()
    assert len(read_log(tmp_path / "real.csv")) == 2
    assert (tmp_path / "real.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("leaves_nothing")
def test_in_the_background(qtbot: QtBot, xor: Experiment, tmp_path: Path) -> None:
    """It is written without holding up the window; where nothing can be written that is said at once."""
    export = LogExport()
    with qtbot.waitSignal(export.done, timeout=10_000) as done:
        export.start(xor, 40, tmp_path / "log.csv", "numpy")
        assert export.busy
    assert done.args == [tmp_path / "log.csv"]
    assert not export.busy
    with pytest.raises(BadInputError, match="missing"):
        export.start(xor, 40, tmp_path / "missing" / "log.csv", "numpy")
    export.start(xor, 40, tmp_path / "other.csv", "numpy")
    export.cancel()
    wait_until(lambda: not export._background.busy, "it is given up")
    assert not export.busy
    export.close()
    export.deleteLater()
