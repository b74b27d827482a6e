"""The choice of engine: one set of functions, in NumPy and compiled."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from typing import Protocol, cast

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Network
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.task import Items, Task

ENGINES = ("auto", "compiled", "numpy")
NUMPY, COMPILED = "momentum_gui.engine.numpy_engine", "momentum_gui.engine.compiled.engine"


class Engine(Protocol):
    """What every engine offers; `numpy_engine` is the reference, and its docstrings say what each function does."""

    name: str

    def train(self, task: Task, population: Population, span: Span, report: Report) -> None: ...
    def task_errors(self, task: Task, weights: Floats) -> Floats: ...
    def task_gradients(self, task: Task, weights: Floats) -> Floats: ...
    def errors(self, network: Network, weights: Floats, items: Items) -> tuple[Floats, Floats]: ...
    def outputs(self, network: Network, weights: Floats, inputs: Floats) -> Floats: ...


def choose(name: str = "auto") -> Engine:
    """Return the engine of that name; "auto" is compiled where numba works, NumPy elsewhere.

    Raises ValueError for another name, and where "compiled" is asked for and numba does not work.
    """
    if name not in ENGINES:
        raise ValueError(f"engine = {name!r}: allowed are {', '.join(ENGINES)}")
    trouble = "" if name == "numpy" else numba_trouble()
    if name == "compiled" and trouble:
        raise ValueError(f"engine = 'compiled': {trouble}; allowed here are auto, numpy")
    return cast(Engine, importlib.import_module(NUMPY if name == "numpy" or trouble else COMPILED))


@cache
def numba_trouble() -> str:
    """Return why numba cannot compile here, in one line; empty where it can. Imports numba, and so asks only once."""
    if importlib.util.find_spec("numba") is None:
        return "numba is not installed"
    try:  # a broken installation, or an environment variable that numba refuses, can raise anything
        if importlib.import_module("numba").config.DISABLE_JIT:
            return "NUMBA_DISABLE_JIT switches numba's compiler off"
        importlib.import_module(COMPILED)
    except Exception as error:
        return f"numba cannot be imported ({' '.join(str(error).split()) or type(error).__name__})"
    return ""


WARM_UP = "momentum_gui.engine.compiled.warm_up"


def warm_up(name: str = "auto") -> None:
    """Make the engine of that name ready: compile its kernels, or load them from the cache.

    The first time on a computer this takes some twenty seconds. Raises ValueError where `choose` does.
    """
    if choose(name).name == "compiled":
        importlib.import_module(WARM_UP).prepare()


def ready() -> Engine:
    """Return the fastest engine that answers without compiling first: compiled after `warm_up`, else NumPy."""
    return choose("compiled" if getattr(sys.modules.get(WARM_UP), "is_warm", False) else "numpy")
