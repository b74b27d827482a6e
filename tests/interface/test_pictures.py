"""`mg.report` and `mg.film`: from a name or from a result, with what is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import momentum_gui as mg


@pytest.fixture(autouse=True)
def with_qt(qapp: object) -> None:
    """Pictures are drawn by Qt."""


def test_a_report_of_a_result(tmp_path: Path) -> None:
    """It has the numbers of the result."""
    result = mg.train("xor", epochs=30)
    path = mg.report(result, tmp_path / "r.html")
    page = path.read_text(encoding="utf-8")
    for run in result.runs.values():
        assert f"{run.error[-1]:.5g}" in page
    with pytest.raises(mg.BadInputError, match=r"allowed are names that end in \.html"):
        mg.report("xor", tmp_path / "r.txt")


def test_a_film_of_one_view(tmp_path: Path) -> None:
    """In the size and the length that were asked for."""
    path = mg.film("xor", tmp_path / "f.gif", view="error", seconds=1, fps=4, size=(200, 150), epochs=20)
    with Image.open(path) as film:
        assert film.size == (200, 150)
        assert film.n_frames == 4  # type: ignore[attr-defined]
    for wrong in ({"view": "none"}, {"theme": "blue"}, {"seconds": -1}, {"view": "window"}):
        with pytest.raises(mg.BadInputError):
            mg.film("xor", tmp_path / "g.gif", epochs=3, **wrong)  # type: ignore[arg-type]
    assert not (tmp_path / "g.gif").exists()
