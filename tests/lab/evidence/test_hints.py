"""Holds that the hints are right about labelled runs, and that docs/hints.md says how often."""

from __future__ import annotations

import pytest

from momentum_gui.lab.analysis.hints import KINDS
from momentum_gui.lab.evidence.hints import LABELS, confusion, precision, recall, shown
from momentum_gui.lab.evidence.labelled_runs import labelled_runs
from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "hints.md"
SHORT = 130
"""Runs of more epochs are left to the command that writes the document."""


def test_the_labelled_runs_cover_every_hint() -> None:
    """Every kind has at least 7 runs held back, and every label a reason."""
    runs = labelled_runs()
    assert len(runs) >= 80 and {run.label for run in runs} == set(LABELS)
    for label in LABELS:
        assert sum(run.held_back for run in runs if run.label == label) >= 7, label
    assert all(run.why for run in runs)


def test_the_hints_are_right_about_runs_that_took_no_part_in_tuning() -> None:
    """On the short ones of the half held back, precision is at least 0.9 and recall 0.8 for every kind they have."""
    runs = [run for run in labelled_runs() if run.held_back and run.epoch <= SHORT]
    counts = confusion(runs)
    assert len(runs) >= 50
    for kind in {run.label for run in runs} & set(KINDS):
        assert precision(counts, kind) >= 0.9, (kind, counts)
        assert recall(counts, kind) >= 0.8, (kind, counts)


@pytest.mark.parametrize("number", range(0, len(labelled_runs()), 29))
def test_the_document_says_what_is_shown(number: int) -> None:
    """Rows of docs/hints.md, one in 29, name the hint that is shown now."""
    run = labelled_runs()[number]
    settings = ", ".join(run.settings)
    (line,) = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if f"| {settings} |" in line
               and f"| {run.problem} |" in line and f"| {run.epoch} |" in line]  # fmt: skip
    assert line.split(" | ")[5].strip("*") == shown(run)
