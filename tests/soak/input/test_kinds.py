"""Holds that nothing that is read brings the program down: each kind of input, changed at random."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.input.kinds import KINDS, fuzz_kind

INPUTS = 500


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_accepted_or_refused_in_one_line(kind: str, tmp_path: Path) -> None:
    """No other error, no hang; a second reader agrees on every number. `make soak` tries far more of them."""
    counts = fuzz_kind(kind, range(INPUTS), tmp_path)
    assert counts.faults == []
    assert counts.inputs == INPUTS
    assert counts.accepted > 0
    assert (counts.compared > 0) == (kind in ("table", "log", "sweep", "formula"))
