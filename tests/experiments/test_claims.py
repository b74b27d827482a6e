"""Holds what the built-in examples claim on a few seeds or starts; docs/claims.md has it on many."""

from __future__ import annotations

import pytest

from momentum_gui.lab.evidence.claims import CLAIMS, FRESH, document, measured
from momentum_gui.lab.evidence.seeds import Draw
from momentum_gui.lab.experiment import Experiment, built_in_names
from tests.conftest import ROOT

FEW = Draw(6, 3000)


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_the_claim_holds(name: str) -> None:
    """Each number of the claim is within its bounds, and in the example's own words."""
    experiment = Experiment.load(name)
    checks = list(CLAIMS[name](experiment, FEW))
    assert checks
    for check in checks:
        assert check.said in experiment.claim, f"the file does not say {check.said!r}"
        assert check.holds, f"{check.said}: measured {check.value}, allowed {check.low} … {check.high}"


def test_every_experiment_has_a_title_notes_and_a_measured_claim() -> None:
    """A user who opens an example reads what to look at, what to change, and what it shows."""
    assert set(CLAIMS) == set(built_in_names())
    assert len(CLAIMS) >= 12
    for name in built_in_names():
        experiment = Experiment.load(name)
        assert experiment.title and experiment.claim, name
        assert "ook at" in experiment.notes, f"{name}: what to look at"
        assert "hange" in experiment.notes or "Try" in experiment.notes, f"{name}: what to change"


def test_the_document_has_every_claim_and_no_failure() -> None:
    """docs/claims.md quotes each claim as the file has it now, with its numbers, and all of them hold."""
    text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    for name in built_in_names():
        assert Experiment.load(name).claim.strip() in text, f"{name}: write docs/claims.md again"
    assert "**fails**" not in text
    for name in ("large-rate", "own-csv", "ravine"):
        (section,) = document(measured([name], FRESH), FRESH).split("\n## ")[1:]
        assert section.strip() in text, f"{name}: write docs/claims.md again"
