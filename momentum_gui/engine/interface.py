"""The choice of engine: one set of functions, in NumPy and compiled."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from typing import Protocol, cast

from momentum_gui.engine.network import Network
from momentum_gui.engine.population import Floats, Items, Population, Report, Span, Task

ENGINES = ("auto", "compiled", "numpy")


class Engine(Protocol):
    """What every engine offers; `numpy_engine` is the reference, and its docstrings say what each function does."""

    name: str

    def train(self, task: Task, population: Population, span: Span, report: Report) -> None: ...
    def task_errors(self, task: Task, weights: Floats) -> Floats: ...
    def task_gradients(self, task: Task, weights: Floats) -> Floats: ...
    def errors(self, network: Network, weights: Floats, items: Items) -> tuple[Floats, Floats]: ...
    def outputs(self, network: Network, weights: Floats, inputs: Floats) -> Floats: ...


def choose(name: str = "auto") -> Engine:
    """The engine of that name; "auto" is compiled where numba is installed, NumPy elsewhere.

    Raises ValueError for another name, and where "compiled" is asked for and numba is missing.
    """
    if name not in ENGINES:
        raise ValueError(f"engine = {name!r}: allowed are {', '.join(ENGINES)}")
    available = numba_is_there()
    if name == "compiled" and not available:
        raise ValueError("engine = 'compiled': numba is not installed; allowed here are auto, numpy")
    chosen = "numpy_engine" if name == "numpy" or not available else "compiled.engine"
    return cast(Engine, importlib.import_module(f"momentum_gui.engine.{chosen}"))


@cache
def numba_is_there() -> bool:
    """Whether numba can be imported; to look takes a while, so it is looked for once."""
    return importlib.util.find_spec("numba") is not None


def ready() -> Engine:
    """The fastest engine that answers without compiling first: compiled once its `warm_up` is done, else NumPy."""
    compiled = sys.modules.get("momentum_gui.engine.compiled.engine")
    return choose("compiled" if getattr(compiled, "is_warm", False) else "numpy")
