"""What an update costs as weights, items, runs and threads grow."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import numpy as np

from benchmarks import ours
from benchmarks.measure import shortest
from benchmarks.problems import Problem
from benchmarks.rows import Missing, Row
from momentum_gui.engine import threads as sharing

TITLE = "How cost grows (this program alone; best of several runs)"
NOTES = """\
An online update costs 0.1 µs whatever it trains: an item is fetched, softmax mixes the outputs. From about 500
weights on it grows in proportion, 0.65 ns a weight; beyond some 20,000 the weights and their stored steps (16 bytes
each) no longer fit into the second cache, and a weight costs twice as much. Items of a full batch cost the same from
about 100 on, where the lanes are full. Runs fill the lanes in blocks of 32 from 12 on: 16 runs cost as much as 32.
Up to thousands they stay in the caches; 10,000 and more leave them between two epochs. Threads take whole blocks of
runs, and share nothing but memory."""

ONLINE = ((1, 2, 1), (4, 7, 3), (8, 32, 4), (32, 64, 10), (64, 128, 10), (128, 256, 10), (256, 256, 128))


def rows() -> Iterator[Row | Missing]:
    """One quantity at a time."""
    for sizes in ONLINE:
        problem = Problem(sizes)
        weights = problem.network.weight_count
        epochs = max(1, round(2e6 / (150 * weights)))
        cost = shortest(ours.trainer(problem, epochs), epochs * 150)
        yield figure(f"weights: {weights:,} ({'-'.join(map(str, sizes))}), online", cost, "update", weights, "weight")
    for items in (10, 100, 1_000, 10_000, 100_000):
        problem = Problem((4, 7, 3), items)
        epochs = max(1, 30_000 // items)
        cost = shortest(ours.trainer(problem, epochs, items), epochs)
        yield figure(f"items: {items:,} in a full batch, 4-7-3", cost, "update", items, "item")
    for runs in (1, 4, 16, 100, 1_000, 10_000, 100_000):
        problem = Problem((4, 7, 3), 50)
        rates, momenta = np.geomspace(1e-3, 0.1, runs), np.linspace(0, 0.9, runs)
        epochs = max(1, 2_000 // runs)
        cost = shortest(ours.population_trainer(problem, rates, momenta, epochs), epochs * 50)
        yield figure(f"runs: {runs:,}, 4-7-3, online", cost, "update of all", runs, "run")
    problem = Problem((4, 7, 3), 50)
    rates, momenta = np.geomspace(1e-3, 0.1, 2_000), np.linspace(0, 0.9, 2_000)
    alone = None
    for threads in range(1, sharing.thread_count() + 1):
        with patch.object(sharing, "thread_count", lambda threads=threads: threads):
            cost = shortest(ours.population_trainer(problem, rates, momenta, 2), 100 * 2_000)
        alone = alone or cost
        yield Row(f"threads: {threads}, 2,000 runs of 4-7-3", "", f"{cost:.4g} µs a network update", "",
                  f"{alone / cost:.2f} × one thread", "", None)  # fmt: skip


def figure(what: str, cost: float, per: str, count: int, unit: str) -> Row:
    """The cost of the whole, and of one of what it is made of."""
    return Row(what, "", f"{cost:.4g} µs an {per}", "", f"{1000 * cost / count:.3g} ns a {unit}", "", None)
