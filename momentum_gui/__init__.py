"""Momentum GUI: watch what momentum does to online back-propagation.

    import momentum_gui as mg
    result = mg.train("iris", momentum=0.9)
    result.runs["momentum"].error   # one value an epoch, from epoch 0

What is public is in `__all__`, and described in docs/python.md. Each name loads when it is first used, so that the
import itself is light. `docs/architecture.md` describes the layers behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from momentum_gui.version import __version__ as __version__

if TYPE_CHECKING:
    from momentum_gui.engine.rules import RULES, Rule
    from momentum_gui.interface.pictures import film, report
    from momentum_gui.interface.results import Result, RunResult
    from momentum_gui.interface.scripts import script
    from momentum_gui.interface.surfaces import SurfaceResult, surface
    from momentum_gui.interface.sweeps import Best, SweepResult, sweep
    from momentum_gui.interface.training import compare, train, training
    from momentum_gui.interface.window import show
    from momentum_gui.lab.errors import BadInputError
    from momentum_gui.lab.experiment import Experiment
    from momentum_gui.lab.training.frame import Frame

__all__ = [
    "RULES",
    "BadInputError",
    "Best",
    "Experiment",
    "Frame",
    "Result",
    "Rule",
    "RunResult",
    "SurfaceResult",
    "SweepResult",
    "compare",
    "film",
    "report",
    "script",
    "show",
    "surface",
    "sweep",
    "train",
    "training",
]

_HOMES = {
    "RULES": "momentum_gui.engine.rules",
    "BadInputError": "momentum_gui.lab.errors",
    "Best": "momentum_gui.interface.sweeps",
    "Experiment": "momentum_gui.lab.experiment",
    "Frame": "momentum_gui.lab.training.frame",
    "Result": "momentum_gui.interface.results",
    "Rule": "momentum_gui.engine.rules",
    "RunResult": "momentum_gui.interface.results",
    "SurfaceResult": "momentum_gui.interface.surfaces",
    "SweepResult": "momentum_gui.interface.sweeps",
    "compare": "momentum_gui.interface.training",
    "film": "momentum_gui.interface.pictures",
    "report": "momentum_gui.interface.pictures",
    "script": "momentum_gui.interface.scripts",
    "show": "momentum_gui.interface.window",
    "surface": "momentum_gui.interface.surfaces",
    "sweep": "momentum_gui.interface.sweeps",
    "train": "momentum_gui.interface.training",
    "training": "momentum_gui.interface.training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
