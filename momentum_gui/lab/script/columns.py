"""The runs' settings in a script: one constant where all runs agree, a key of each run's table where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 116


@dataclass(frozen=True)
class Column:
    """One setting of all runs, as Python source: `texts` has one value a run.

    A `per_run` setting is in each run's table even where all runs agree. `is_name` says that the texts are names of
    functions, which need no constant.
    """

    key: str
    texts: tuple[str, ...]
    per_run: bool = False
    is_name: bool = False

    @property
    def is_shared(self) -> bool:
        """Whether one constant holds for all runs."""
        return not self.per_run and len(set(self.texts)) == 1

    @property
    def use(self) -> str:
        """Return how the program reads the setting."""
        if not self.is_shared:
            return f'run["{self.key}"]'
        return self.texts[0] if self.is_name else self.key.upper()

    @property
    def is_constant(self) -> bool:
        """Whether the program has a constant for the setting."""
        return self.is_shared and not self.is_name

    def is_everywhere(self, text: str) -> bool:
        """Return whether every run has this value."""
        return set(self.texts) == {text}


def constant_lines(columns: Sequence[Column]) -> list[str]:
    """Return the line that sets the constants, if there are any."""
    constants = [column for column in columns if column.is_constant]
    if not constants:
        return []
    return [f"{', '.join(each.use for each in constants)} = {', '.join(each.texts[0] for each in constants)}"]


def run_table(columns: Sequence[Column], names: Sequence[str]) -> list[str]:
    """Return the lines of RUNS, a table for each run with what is its own."""
    own = [column for column in columns if not column.is_shared]
    lines = ["RUNS = ["]
    for number, name in enumerate(names):
        cells = [f"name={quoted(name)}", *(f"{column.key}={column.texts[number]}" for column in own)]
        lines += wrapped([f"{cell}, " for cell in cells[:-1]] + cells[-1:])
    return [*lines, "]"]


def quoted(text: str) -> str:
    """Return a text as source."""
    return f'"{text}"' if text.isprintable() and not set(text) & set('"\\') else repr(text)


def wrapped(cells: Sequence[str]) -> list[str]:
    """Return one run's table as source, on as many lines as it needs."""
    lines = ["    dict("]
    for cell in cells:
        if len(lines[-1]) + len(cell) > WIDTH and lines[-1].strip() != "dict(":
            lines[-1] = lines[-1].rstrip()
            lines.append("         ")
        lines[-1] += cell
    lines[-1] += "),"
    return lines
