"""What to begin with where there is only a table: scaling, held-out share, network, rates and epochs that suit it.

docs/data.md says how each is found, and what they give on tables that took no part in finding them.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from momentum_gui.lab.data.datasets import Data, is_path, prepare
from momentum_gui.lab.settings import Problem

HELD_OUT = 0.2
FEWEST_TO_HOLD_OUT = 40
"""A table with fewer items is trained on as a whole: what is held out would be too few to tell anything."""
FEWEST_UNITS, MOST_UNITS = 4, 20
UPDATES = 60_000
"""About how many updates a training does: a moment's wait, and enough for what is to be seen."""
FEWEST_EPOCHS, MOST_EPOCHS = 5, 200
CAREFUL = 0.1
"""The learning rate times the mean of an item's squared inputs, bias included: far below what one layer can bear, as
single items are far from the mean, and a noisy target needs small steps."""
MOST_RATE = 0.02
MOMENTUM = 0.5


def begun(path: Path) -> Problem:
    """Return a table's problem as it is first put: inputs scaled, all else found."""
    return Problem(dataset=str(path), scale="standard")


def is_table(name: str) -> bool:
    """Return whether a name is that of a table on disk, by its ending."""
    return is_path(name) and Path(name).suffix.lower() not in ("", ".toml")


def fitting(items: int, *, classes: bool) -> dict[str, Any]:
    """Return the keys of a problem that depend on its data: the held-out share, and how targets are scaled."""
    return {
        "test_fraction": HELD_OUT if items >= FEWEST_TO_HOLD_OUT else 0.0,
        "scale_target": "none" if classes else "standard",
    }


def proposal(problem: Problem) -> dict[str, Any]:
    """Return the table of an experiment that suits the data of a problem. Raises BadInputError."""
    data = prepare(problem, None)
    fitted = fitting(len(data.items) + len(data.test_items), classes=data.has_classes)
    default = Problem()
    fitted = {key: value for key, value in fitted.items() if getattr(problem, key) == getattr(default, key)}
    return experiment_for(replace(problem, **fitted), data)


def experiment_for(problem: Problem, data: Data) -> dict[str, Any]:
    """Return the table of an experiment on prepared data, whatever share of them is held out."""
    return {"title": Path(problem.dataset or "").stem, "problem": problem_table(problem), **suited(data)}


def problem_table(problem: Problem) -> dict[str, Any]:
    """Return the keys of a problem that are not as by default."""
    default = Problem()
    keys = problem.__struct_fields__
    return {key: getattr(problem, key) for key in keys if getattr(problem, key) != getattr(default, key)}


def suited(data: Data) -> dict[str, Any]:
    """Return the sections of an experiment that suit prepared data: network, training, and two runs to compare."""
    inputs, outputs = data.items.inputs.shape[1], data.items.targets.shape[1]
    items = len(data.items) + len(data.test_items)
    units = min(MOST_UNITS, max(FEWEST_UNITS, math.ceil((inputs + outputs) / 2)))
    epochs = min(MOST_EPOCHS, max(FEWEST_EPOCHS, round(UPDATES / max(1, len(data.items)))))
    network: dict[str, Any] = {"hidden": [units], "initialization": "glorot"}
    if data.output_activation == "softmax":
        network["loss"] = "cross_entropy"
    training = {"learning_rate": rate(inputs), "momentum": MOMENTUM, "epochs": epochs, "seed": 1}
    runs = [{"name": "plain", "rule": "plain"}, {"name": "momentum", "rule": "one-step"}]
    sizes = ", ".join(
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((items, "item"), (inputs, "input"), (outputs, "output"))
    )
    notes = f"{sizes}. Network and rates were proposed for this table: change them and watch."
    return {"notes": notes, "network": network, "training": training, "run": runs}


def rate(inputs: int) -> float:
    """Return a careful learning rate for online training on this many scaled inputs, in one digit."""
    return float(f"{min(MOST_RATE, CAREFUL / (inputs + 1)):.0e}")
