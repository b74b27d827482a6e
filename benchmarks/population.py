"""A sweep: many runs at once, beside JAX's vmap, NumPy and one run after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import ours
from benchmarks.measure import alternate, installed
from benchmarks.problems import NETWORKS, Problem
from benchmarks.rows import Missing, Row, faster
from momentum_gui.engine.arrays import Floats

TITLE = "A sweep of 41 × 41 runs, online, per network update"


def grid(side: int = 41) -> tuple[Floats, Floats]:
    """Learning rates and momenta of a sweep, (side²,) each."""
    rates, momenta = np.meshgrid(np.geomspace(1e-3, 0.1, side), np.linspace(0, 0.9, side))
    return rates.ravel(), momenta.ravel()


def rows() -> Iterator[Row | Missing]:
    """JAX for each network, and the program's other ways for the Iris-like one."""
    rates, momenta = grid()
    for name, sizes in NETWORKS.items():
        problem = Problem(sizes)
        if installed("jax") is None:
            yield Missing(f"{name} beside JAX", "jax is not installed")
            continue
        from benchmarks import peers_jax

        mine = ours.population_trainer(problem, rates, momenta, 1)
        theirs = peers_jax.population_trainer(problem, rates, momenta, 1)
        yield faster(name, "JAX vmap of lax.scan, jit", alternate(mine, theirs, 150 * len(rates)), 4)
    problem = Problem(NETWORKS["4-7-3"])
    mine = ours.population_trainer(problem, rates, momenta, 1)
    updates = 150 * len(rates)
    yield faster(
        "4-7-3", "the same runs one by one", alternate(mine, ours.trainer(problem, 20), updates, 20 * 150), None
    )
    numpy = ours.population_trainer(problem, rates, momenta, 1, engine="numpy")
    yield faster("4-7-3", "this program's NumPy engine", alternate(mine, numpy, updates), None)
