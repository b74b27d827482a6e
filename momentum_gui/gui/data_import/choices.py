"""What was chosen for a table so far: how it is read, what its columns are for, how it is scaled and split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from msgspec import structs

from momentum_gui.lab.data.proposal import begun, fitting
from momentum_gui.lab.data.roles import ColumnSummary, Preview
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem

FITTED = frozenset({"test_fraction", "scale_target"})
"""What follows the data until it is chosen."""


@dataclass(frozen=True)
class Choices:
    """The problem as it is chosen so far, and the keys of it that follow the data no more."""

    problem: Problem
    chosen: frozenset[str] = frozenset()

    @classmethod
    def for_file(cls, path: Path) -> Choices:
        """Return what to begin with where nothing is known of a table."""
        return cls(begun(path))

    @classmethod
    def of(cls, problem: Problem) -> Choices:
        """Return the choices that an experiment holds."""
        return cls(structs.replace(problem, checksum=None), FITTED)

    def with_value(self, key: str, value: Any) -> Choices:
        """Return the choices with another value of a key."""
        if key not in Problem.__struct_fields__:
            raise BadInputError(f"problem.{key}: unknown key")
        return Choices(structs.replace(self.problem, **{key: value}), self.chosen | {key})

    def with_role(self, names: Sequence[str], role: str, columns: Sequence[ColumnSummary]) -> Choices:
        """Return the choices with columns in another role. A new target takes the place of the one before.

        Raises BadInputError where no input or no target would be left.
        """
        roles = {column.name: column.role for column in columns}
        if role == "target":
            roles = {name: "input" if old == "target" else old for name, old in roles.items()}
        roles |= dict.fromkeys(names, role)
        targets = [name for name, its in roles.items() if its == "target"]
        inputs = [name for name, its in roles.items() if its == "input"]
        for found, what in ((targets, "target"), (inputs, "input")):
            if not found:
                raise BadInputError(f"no {what} would be left: choose another {what} first")
        return Choices(structs.replace(self.problem, target=targets, inputs=inputs), self.chosen)

    def fitted(self, preview: Preview) -> Choices:
        """Return the choices with what follows the data as these data would have it."""
        # The preview of a longer table ends at many rows: its length does not matter.
        suits = fitting(len(preview.rows), classes=preview.task.startswith("classification"))
        values = {key: value for key, value in suits.items() if key not in self.chosen}
        if not preview.task.startswith("regression"):
            values["scale_target"] = "none"
        return replace(self, problem=structs.replace(self.problem, **values))
