"""The same training as plain loops in C: built with gcc -O3 -march=native when first asked for."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.problems import Problem
from momentum_gui.engine.rules import RULES

SOURCE = Path(__file__).with_name("loops.c")
COMMAND = (os.environ.get("CC", "gcc"), "-O3", "-march=native", "-shared", "-fPIC")


@functools.cache
def library() -> ctypes.CDLL:
    """The compiled loops; raises OSError or CalledProcessError where there is no working C compiler."""
    folder = Path(tempfile.mkdtemp(prefix="momentum-c-loops-"))
    target = folder / f"loops-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:8]}.so"
    subprocess.run([*COMMAND, "-o", target, SOURCE, "-lm"], check=True, capture_output=True)
    return ctypes.CDLL(str(target))


def version() -> str:
    """The compiler's name and version."""
    return subprocess.run([COMMAND[0], "--version"], check=True, capture_output=True, text=True).stdout.split("\n")[0]


def trainer(problem: Problem, epochs: int, *, rule: str = "heavy-ball") -> Callable[[], None]:
    """One run, online: calling it trains `epochs` epochs from the problem's weights."""
    loops = library()
    sizes = np.array(problem.sizes, dtype=np.int32)
    order = np.arange(problem.items, dtype=np.int32)
    coefficients = np.array(RULES[rule].coefficients(problem.momentum))
    inputs, targets = problem.inputs, problem.targets

    def train() -> None:
        loops.train(
            ctypes.c_int(len(sizes) - 1),
            pointer(sizes),
            ctypes.c_int(problem.items),
            pointer(inputs),
            pointer(targets),
            pointer(order),
            ctypes.c_long(epochs * problem.items),
            ctypes.c_double(problem.learning_rate),
            pointer(coefficients),
            pointer(problem.weights.copy()),
            pointer(np.zeros_like(problem.weights)),
        )

    return train


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    """Where the array's numbers lie; the array must live as long as the call."""
    return array.ctypes.data_as(ctypes.c_void_p)
