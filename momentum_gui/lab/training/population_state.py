"""The state of a population as copies of its arrays, to be put back later."""

from __future__ import annotations

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Population

PARTS = ("weights", "stored", "last_step", "epochs", "outcome")


def copied(population: Population) -> tuple[Floats, ...]:
    """Return copies of a population's arrays, for `put_back`."""
    return tuple(getattr(population, part).copy() for part in PARTS)


def put_back(population: Population, arrays: tuple[Floats, ...]) -> None:
    """Copy kept arrays back into a population."""
    for part, array in zip(PARTS, arrays, strict=True):
        getattr(population, part)[...] = array
