"""From what a user gives (a name, a path, an Experiment, or arrays, and settings) to an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from momentum_gui.lab.data.arrays import hold
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.experiment.edits import validated, with_settings
from momentum_gui.lab.settings import NetworkSettings, Problem, Training

SECTIONS = {"problem": Problem, "network": NetworkSettings, "training": Training}
AMBIGUOUS = {"start": "training"}
"""Keys of two sections: the start of a training is set by weight names, that of a surface in an Experiment."""


def make_experiment(
    experiment: str | Path | Experiment | None, X: Any, y: Any, settings: Mapping[str, Any]
) -> Experiment:
    """Return the experiment meant, with settings that hold for all of its runs. Raises BadInputError."""
    if (X is None) != (y is None):
        raise BadInputError("X and y: give both, or neither")
    if experiment is None and X is None:
        raise BadInputError("experiment: give a built-in name, a path, an Experiment, or the arrays X and y")
    if isinstance(experiment, Experiment):
        made = experiment
    elif isinstance(experiment, (str, Path)):
        made = Experiment.load(experiment)
    elif experiment is None:
        made = Experiment(problem=Problem(dataset=hold(X, y), scale="standard"))
    else:
        kind = type(experiment).__name__
        raise BadInputError(f"experiment: a {kind} is not allowed: give a name, a path, an Experiment, or X= and y=")
    if X is not None and experiment is not None:
        scale, held_out = made.problem.scale, made.problem.test_fraction
        made = replace(made, problem=Problem(dataset=hold(X, y), scale=scale, test_fraction=held_out))
    return with_settings(made, by_section(settings)) if settings else made


def by_section(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings by the section of the experiment that each belongs to. Raises BadInputError for an unknown
    one."""
    found: dict[str, dict[str, Any]] = {}
    for key, value in settings.items():
        owners = [name for name, owner in SECTIONS.items() if key in owner.__struct_fields__]
        if not owners:
            known = ", ".join(key for owner in SECTIONS.values() for key in owner.__struct_fields__)
            raise BadInputError(f"{key} = {value!r}: no such setting; allowed are {known}")
        found.setdefault(AMBIGUOUS.get(key, owners[0]), {})[key] = plain(value)
    return found


def plain(value: Any) -> Any:
    """Return the value as Python's own type where it is NumPy's."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return value


def with_compared(experiment: Experiment, runs: list[Any]) -> Experiment:
    """Return the experiment with these runs: rule names, or tables of a run's name and settings. Raises
    BadInputError."""
    tables = []
    for number, run in enumerate(runs):
        if isinstance(run, str):
            table: dict[str, Any] = {"name": run, "rule": run}
        elif isinstance(run, Mapping):
            table = {key: plain(value) for key, value in run.items()}
            table.setdefault("name", named_by(table, number))
        else:
            raise BadInputError(f"runs[{number}] = {run!r}: allowed are the name of a rule, or a dict of settings")
        tables.append(table)
    if not tables:
        raise BadInputError("runs = []: allowed is one run or more")
    return validated({**msgspec.to_builtins(experiment), "run": tables})


def named_by(table: Mapping[str, Any], number: int) -> str:
    """Return a name for a run that has none: its settings, or its number."""
    return ", ".join(f"{key} {value}" if key != "rule" else str(value) for key, value in table.items()) or (
        f"run {number + 1}"
    )
