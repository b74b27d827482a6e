"""A whole sweep of Iris, as the command trains it: blocks, measures, outcomes and all, beside what peers would do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import alternate, installed
from benchmarks.population import grid
from benchmarks.problems import Problem
from benchmarks.rows import Missing, Row, faster
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.runner import Sweep

TITLE = "A sweep of Iris, 41 × 41 cells, 3 seeds, online, per network update"
SIDE, SEEDS, ITEMS, EPOCHS, SHORT = 41, 3, 150, 200, 20
PEERS_SIDE = {"scikit-learn": 4, "torch": 41}


def iris(epochs: int) -> Callable[[], None]:
    """The sweep with so many epochs."""
    text = f"""
        problem = {{ dataset = "iris", scale = "standard" }}
        network = {{ hidden = [5], output_activation = "softmax" }}
        training = {{ rule = "heavy-ball", epochs = {epochs} }}
    """
    experiment = Experiment.parse(text, "sweep", Path.cwd())
    cells = Grid.of(experiment, f"0.001:0.1:{SIDE}:log", f"0:0.9:{SIDE}", seeds=SEEDS)

    def train() -> None:
        for _ in Sweep(experiment, cells).results():
            pass

    return train


def rows() -> Iterator[Row | Missing]:
    """The same network and number of runs in JAX; smaller grids, per update, where a peer takes too long."""
    mine, updates = iris(SHORT), SIDE * SIDE * SEEDS * ITEMS * SHORT
    problem = Problem((4, 5, 3))
    if installed("jax") is None:
        yield Missing("beside JAX", "jax is not installed")
    else:
        from benchmarks import peers_jax

        rates, momenta = (values.repeat(SEEDS) for values in grid(SIDE))
        theirs = peers_jax.population_trainer(problem, rates, momenta, 1)
        pair = alternate(mine, theirs, updates, ITEMS * len(rates))
        yield faster("4-5-3", "JAX vmap of lax.scan, jit", pair, 4)
    from benchmarks import peers_sweep

    if installed("torch") is None:
        yield Missing("beside PyTorch", "torch is not installed")
    else:
        rates, momenta = (values.repeat(SEEDS) for values in grid(PEERS_SIDE["torch"]))
        pair = alternate(mine, peers_sweep.pytorch(problem, rates, momenta, 1), updates, ITEMS * len(rates))
        yield faster("4-5-3", "PyTorch vmap of grad", pair, None)
    if installed("scikit-learn") is None or installed("joblib") is None:
        yield Missing("beside scikit-learn", "scikit-learn or joblib is not installed")
    else:
        rates, momenta = grid(PEERS_SIDE["scikit-learn"])
        jobs = os.cpu_count() or 1
        peer = peers_sweep.scikit_learn(problem, rates, momenta, 1, jobs)
        pair = alternate(mine, peer, updates, ITEMS * len(rates))
        yield faster("4-5-3", f"scikit-learn, batch 1, joblib with {jobs} processes", pair, None)
    began = time.perf_counter()
    iris(EPOCHS)()
    seconds = time.perf_counter() - began
    runs = SIDE * SIDE * SEEDS
    yield Row(f"the whole sweep: {runs:,} trainings of {EPOCHS} epochs", "", f"{seconds:.1f} s", "", "", "", None)
