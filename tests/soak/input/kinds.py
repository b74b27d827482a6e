"""Every kind of input: how it is made, and how it is read."""

from __future__ import annotations

from pathlib import Path

from tests.soak.input.formulas import formula, some_formula
from tests.soak.input.loop import Counts, Make, Read, fuzz
from tests.soak.input.settings import experiment, python_call, some_call, some_experiment, some_session
from tests.soak.input.tables import Logs, Sweeps, own_table, some_table

KINDS = ("experiment", "session", "table", "log", "sweep", "formula", "python")


def reader(kind: str, folder: Path) -> tuple[Make, Read]:
    """Return how inputs of a kind are made and read; `folder` is for what is prepared once."""
    match kind:
        case "experiment":
            return some_experiment, experiment
        case "session":
            return some_session, experiment
        case "table":
            return some_table, own_table
        case "log":
            logs = Logs(folder)
            return logs.make, logs.read
        case "sweep":
            sweeps = Sweeps(folder)
            return sweeps.make, sweeps.read
        case "formula":
            return some_formula, formula
        case "python":
            return some_call, python_call
    raise ValueError(f"kind = {kind!r}: allowed are {', '.join(KINDS)}")


def fuzz_kind(kind: str, seeds: range, folder: Path) -> Counts:
    """Read an input of this kind for each seed, in that folder."""
    prepared = folder / "prepared"
    prepared.mkdir(exist_ok=True)
    make, read = reader(kind, prepared)
    return fuzz(kind, make, read, seeds, folder)
