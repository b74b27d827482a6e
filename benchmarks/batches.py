"""Mini-batches and full batches of one run, beside JAX and the NumPy engine, whose matrix products are BLAS."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import ours
from benchmarks.measure import alternate, installed
from benchmarks.problems import Problem
from benchmarks.rows import Missing, Row, faster

TITLE = "An update by a batch, one run"
NOTES = """\
JAX shares a product of wide layers among all processors. Here a run is trained by one thread, so that its bits do not
depend on how many there are; a comparison of several runs uses the others."""

CASES = (
    ((4, 7, 3), 150, 10),
    ((4, 7, 3), 160, 32),
    ((4, 7, 3), 150, 150),
    ((4, 32, 32, 3), 160, 32),
    ((64, 32, 10), 320, 32),
    ((64, 128, 10), 1024, 128),
    ((64, 128, 10), 1024, 1024),
    ((64, 128, 128, 10), 1024, 256),
)


def rows() -> Iterator[Row | Missing]:
    """Each case beside JAX, then beside NumPy."""
    for sizes, items, batch_size in CASES:
        problem = Problem(sizes, items)
        name = f"{'-'.join(map(str, sizes))}, {batch_size} of {items} items"
        updates = items // batch_size
        epochs = max(1, round(3e6 / (items * problem.network.weight_count)))
        mine = ours.trainer(problem, epochs, batch_size)
        if installed("jax") is None:
            yield Missing(f"{name} beside JAX", "jax is not installed")
        else:
            from benchmarks import peers_jax

            theirs = peers_jax.trainer(problem, epochs, batch_size)
            yield faster(name, "JAX lax.scan, jit", alternate(mine, theirs, epochs * updates), 1)
        numpy = ours.trainer(problem, epochs, batch_size, engine="numpy")
        yield faster(name, "this program's NumPy engine (BLAS)", alternate(mine, numpy, epochs * updates), 1)
