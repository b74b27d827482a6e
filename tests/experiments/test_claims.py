"""Holds what the built-in experiments claim: every number is measured again, over several seeds or starts."""

from __future__ import annotations

import pytest

from momentum_gui.lab.evidence.claims import CLAIMS, main
from momentum_gui.lab.experiment import Experiment, built_in_names


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_the_claim_holds(name: str) -> None:
    """Each number of the claim lies within its bounds, and stands in the experiment's own words."""
    experiment = Experiment.load(name)
    checks = list(CLAIMS[name](experiment))
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


def test_the_claims_can_be_measured_by_anyone(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m momentum_gui.lab.evidence.claims NAME` prints each number with its bounds; another name is refused."""
    assert main(["large-rate"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 4 and all(" ok " in line for line in printed)
    assert main(["larger-rate"]) == 2
    assert capsys.readouterr().err.startswith("larger-rate: no such claim; there are ")
