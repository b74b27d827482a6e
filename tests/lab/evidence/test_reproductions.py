"""Holds the published figures with one exact value, and that docs/reproductions.md tells of them as they are now."""

from __future__ import annotations

import pytest

from momentum_gui.lab.evidence.published import FIGURES, Figure
from momentum_gui.lab.evidence.reproductions import exact_table, measured_rate
from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "reproductions.md"


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure.what}, {figure.settings}")
def test_the_published_figure_comes_out(figure: Figure) -> None:
    """What this program measures has every digit that was published."""
    assert figure.measure() == figure.published


def test_the_document_is_up_to_date() -> None:
    """The table in docs/reproductions.md is the one that is measured now, row by row."""
    assert exact_table() in DOCUMENT.read_text(encoding="utf-8")


def test_training_converges_at_the_published_rates() -> None:
    """Trained at Distill's best settings, plain descent shrinks by 0.980 an update, the heavy ball by nearly 0.818."""
    assert measured_rate("plain", 1.980198, 0.0)[1] == pytest.approx(0.980, abs=0.0005)
    assert 0.818 <= measured_rate("heavy-ball", 3.305785, 0.669421)[1] < 0.825
