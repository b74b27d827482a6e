"""`script`: where the program goes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import momentum_gui as mg
from momentum_gui.cli import main


def test_the_program_goes_to_standard_output_or_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Both are the same, and what `mg.script` returns; `--set` is heeded."""
    path = tmp_path / "run.py"
    assert main(["script", "xor", "--set", "training.epochs=7"]) == 0
    shown = capsys.readouterr().out
    assert main(["script", "xor", "--set", "training.epochs=7", "--out", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == shown == mg.script("xor", epochs=7)
    assert "EPOCHS" in shown


@pytest.mark.parametrize(
    ("out", "said"),
    [("none/run.py", "the folder none does not exist"), ("own.toml", "would overwrite the experiment")],
)
def test_what_cannot_be_written_is_refused(
    out: str, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line and 2; the experiment is not overwritten by its program."""
    monkeypatch.chdir(tmp_path)
    Path("own.toml").write_text('[problem]\ndataset = "xor"\n')
    assert main(["script", "own.toml", "--out", out]) == 2
    assert said in capsys.readouterr().err
    assert Path("own.toml").read_text().startswith("[problem]")


def test_what_cannot_be_set_up_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """As in `train`."""
    assert main(["script", "xor", "--set", "network.train_only=['w9[0,0]']"]) == 2
    assert "xor: network.train_only" in capsys.readouterr().err
