"""An error surface of 101 × 101 points on 150 items, beside JAX's vmap and NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import ours
from benchmarks.measure import alternate, installed
from benchmarks.problems import NETWORKS, Problem
from benchmarks.rows import Missing, Row, faster

TITLE = "An error surface of 101 × 101 points on 150 items, per point and item"


def rows() -> Iterator[Row | Missing]:
    """Each network beside JAX; the Iris-like one beside NumPy, too."""
    for name, sizes in NETWORKS.items():
        problem = Problem(sizes)
        points = np.random.default_rng(0).normal(size=(101 * 101, problem.network.weight_count))
        mine = ours.surface(problem, points)
        if installed("jax") is None:
            yield Missing(f"{name} beside JAX", "jax is not installed")
        else:
            from benchmarks import peers_jax

            yield faster(
                name, "JAX vmap, jit", alternate(mine, peers_jax.surface(problem, points), 150 * len(points)), 2
            )
        if name == "4-7-3":
            some = points[:: len(points) // 500]
            numpy = ours.surface(problem, some, engine="numpy")
            pair = alternate(mine, numpy, 150 * len(points), 150 * len(some))
            yield faster(name, "this program's NumPy engine", pair, None)
