"""Holds that numbers do not depend on surroundings, and that divergence in every form ends as it should.

`make soak` tries more of both.
"""

from __future__ import annotations

import pytest

from tests.soak.number.digest import PROBLEMS
from tests.soak.number.divergence import FORMS, trouble
from tests.soak.number.same import ENGINES, SURROUNDINGS, alone, cut_differently, elsewhere, here


def test_surroundings_change_no_bit() -> None:
    """Another process with another hash seed, locale, number of threads and Python's optimisation on."""
    assert elsewhere(SURROUNDINGS["all of them"], ["compiled"]) == here(["compiled"])


@pytest.mark.parametrize("engine", ENGINES)
def test_pieces_saving_and_company_change_no_bit(engine: str) -> None:
    """Batches of a deeper network: cut, wound back, saved and loaded, each run alone and among thirty-two."""
    assert "batches" in PROBLEMS
    assert cut_differently("batches", engine) == []
    assert alone("batches", engine) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_divergence_is_told_in_every_form(engine: str) -> None:
    """Infinities, NaN, overflow in softmax, saturation, denormal numbers, negative zeros: no warning, no other row."""
    assert {form: found for form in FORMS if (found := trouble(form, engine))} == {}
