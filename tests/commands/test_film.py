"""`film`: a moving picture that other programs read, of views side by side or of the whole window."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from momentum_gui.cli import main
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.takes import train_in_takes
from momentum_gui.lab.training.trainer import Trainer

SMALL = ["--seconds", "1", "--fps", "6", "--size", "300x200px"]
XOR = ["film", "xor", "--set", "training.epochs=40"]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    """Run in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def pictures(path: str) -> list[np.ndarray]:
    """Every picture of a film that Pillow reads."""
    with Image.open(path) as film:
        found = []
        for number in range(film.n_frames):  # type: ignore[attr-defined]
            film.seek(number)
            found.append(np.asarray(film.convert("RGB")).astype(int))
        return found


def test_a_gif_moves_from_start_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    """So many pictures of so many pixels, which last as long as was asked for; the path grows."""
    assert main([*XOR, "--out", "x.gif", *SMALL]) == 0
    assert capsys.readouterr().out.startswith("x.gif: 6 pictures, 1 s, ")
    found = pictures("x.gif")
    assert len(found) == 6
    assert {picture.shape for picture in found} == {(200, 300, 3)}
    assert all((one != other).any() for one, other in pairwise(found))
    with Image.open("x.gif") as film:
        assert film.info["duration"] == pytest.approx(1000 / 6, abs=10)
        assert film.info["loop"] == 0


def test_an_animated_png_of_one_view_in_the_dark() -> None:
    """The view and the theme that were asked for."""
    assert main([*XOR, "--out", "x.png", "--view", "Predictions", "--theme", "dark", *SMALL]) == 0
    found = pictures("x.png")
    assert len(found) > 1
    assert np.median(found[-1]) < 140
    assert found[-1][0, 0].max() < 60


def test_an_mp4_lasts_as_long_as_was_asked_for() -> None:
    """Also where a training has fewer moments than pictures were asked for."""
    command = ["film", "ravine", "--set", "training.epochs=4", "--out", "x.mp4", "--seconds", "2", "--fps", "10"]
    assert main([*command, "--size", "320x240px", "--view", "error", "--view", "steps", "--view", "gains"]) == 0
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", "x.mp4", "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "320x240" in told
    assert "Duration: 00:00:02.0" in told
    assert re.findall(r"frame= *(\d+)", told)[-1] == "5"


def test_the_whole_window() -> None:
    """It is drawn in a width that cuts nothing, and made smaller."""
    assert (
        main([*XOR, "--out", "w.gif", "--view", "window", "--seconds", "1", "--fps", "2", "--size", "480x300px"]) == 0
    )
    found = pictures("w.gif")
    assert {picture.shape for picture in found} == {(300, 480, 3)}
    assert len(found) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "x.avi"], "--out x.avi: allowed are names that end in .gif, .png, .apng, .mp4"),
        (["--out", "x.gif", "--seconds", "0"], "--seconds = 0: allowed is a number above 0, up to 120"),
        (["--out", "x.gif", "--fps", "many"], "--fps many: allowed is a number"),
        (["--out", "x.gif", "--view", "nothing"], "view nothing: allowed are error-surface, sweep"),
        (["--out", "x.gif", "--view", "window", "--view", "error"], "allowed is no other view beside it"),
        (["--out", "x.gif", "--size", "8000x8000px"], "are too many: allowed are fewer, or smaller ones"),
        (["--out", "none/x.gif"], "none"),
    ],
)
def test_what_cannot_be_is_one_line(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is written."""
    assert main([*XOR, *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(Path.cwd().iterdir()) == []


def test_takes_have_the_numbers_of_the_training(xor: Experiment) -> None:
    """Trained in pieces within epochs, the record has the epochs of a training in one go; each take is a moment."""
    takes = train_in_takes(Trainer(xor, "numpy"), 31, selected=1)
    whole = Trainer(xor, "numpy")
    frame = whole.advance_epochs(max(run.training.epochs for run in xor.runs))
    assert np.array_equal(takes.record.runs[1].latest.weights, frame.runs[1].weights)
    assert takes.moments[0] == 0
    assert takes.moments[-1] == frame.epochs
    assert [taken.epochs for taken in takes.frames] == list(takes.moments)
    assert all(one < other for one, other in pairwise(takes.moments))
    with pytest.raises(ValueError, match="allowed is 2 or more"):
        train_in_takes(Trainer(xor, "numpy"), 1)
