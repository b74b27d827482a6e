"""Reads a CSV file of the user's own: finds delimiter, decimal sign and header, and says what it cannot use.

Columns are told apart by comma, semicolon or tab. A number may have a decimal point or, in the whole file, a
decimal comma. The first row is a header when none of its cells is a number. Quoted cells, blank lines, a
byte-order mark and any line ending are fine.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from momentum_gui.engine.population import Floats
from momentum_gui.lab.errors import BadInputError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null"})
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
POINT_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
COMMA_NUMBER = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?")
LARGEST = 1e100
"""Beyond this a number's square, and so the error of an item, may overflow."""
SAMPLE_ROWS = 200


@dataclass(frozen=True)
class Column:
    """One column: its name, and its cells as text with the line of the file that each stands in."""

    name: str
    cells: tuple[str, ...]
    lines: tuple[int, ...]
    decimal: str
    label: str

    @property
    def has_numbers(self) -> bool:
        """Whether any cell is a number; such a column is read as numbers, any other as text."""
        return any(is_number(cell) for cell in self.cells)

    def numbers(self) -> Floats:
        """The cells as numbers, (rows,). Raises BadInputError at the first that is not a finite number."""
        values = np.empty(len(self.cells))
        for row, cell in enumerate(self.cells):
            if not self._is_number(cell):
                raise BadInputError(f"{self._place(row)}: {self._complaint(cell)}")
            values[row] = float(cell.replace(",", ".") if self.decimal == "," else cell)
            if not abs(values[row]) <= LARGEST:
                raise BadInputError(f"{self._place(row)}: {cell} is too large: allowed is up to ±{LARGEST:g}")
        return values

    def labels(self) -> tuple[str, ...]:
        """The cells as class labels. Raises BadInputError at the first that is missing."""
        for row, cell in enumerate(self.cells):
            if cell.lower() in MISSING:
                raise BadInputError(f"{self._place(row)}: {self._complaint(cell)}")
        return self.cells

    def _is_number(self, cell: str) -> bool:
        if POINT_NUMBER.fullmatch(cell):
            return self.decimal == "." or "." not in cell
        return self.decimal == "," and COMMA_NUMBER.fullmatch(cell) is not None

    def _place(self, row: int) -> str:
        return f'{self.label}: line {self.lines[row]}, column "{self.name}"'

    def _complaint(self, cell: str) -> str:
        if cell.lower() in MISSING:
            shown = f' ("{cell}")' if cell else ""
            return f"a missing value{shown}: every cell needs one, so fill it in or remove the line"
        if INFINITE.fullmatch(cell):
            return f"{cell} is not a finite number: only finite numbers are allowed"
        shown = cell if len(cell) <= 40 else cell[:39] + "…"
        if is_number(cell):
            return f'"{shown}": decimal points and decimal commas in one file: use one of them throughout'
        return f'text "{shown}" in a number column: only the target may hold text, and then in every line'


@dataclass(frozen=True)
class Table:
    """A CSV file's columns, all equally long; `label` names the file in errors."""

    label: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def read_table(path: Path) -> Table:
    """The table in a CSV file. Raises BadInputError, in one line that names the file and the place in it."""
    label = str(path)
    text = read_text(path, label)
    if not text.strip():
        raise BadInputError(f"{label}: is empty: a CSV file with at least two rows of items is needed")
    rows = list(records(text, find_delimiter(text), label))
    if not rows:
        raise BadInputError(f"{label}: holds only empty cells: a CSV file with at least two rows of items is needed")
    first_line, first = rows[0]
    for line, row in rows:
        if len(row) != len(first):
            width = counted(len(row), "column")
            raise BadInputError(
                f"{label}: line {line} has {width}, but line {first_line} has {len(first)}: "
                "every line needs the same number"
            )
    header = not any(is_number(cell) for cell in first)
    names = [cell if header and cell else f"column {number}" for number, cell in enumerate(first, 1)]
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise BadInputError(f'{label}: two columns are named "{repeated[0]}": each needs a name of its own')
    rows = rows[1:] if header else rows
    if len(rows) < 2:
        raise BadInputError(f"{label}: has {counted(len(rows), 'item')}: at least 2 are needed")
    lines = tuple(line for line, _ in rows)
    decimal = find_decimal(cell for _, row in rows for cell in row)
    cells = zip(*(row for _, row in rows), strict=True)
    return Table(label, tuple(Column(n, c, lines, decimal, label) for n, c in zip(names, cells, strict=True)))


def read_text(path: Path, label: str) -> str:
    """The text of a file in UTF-8, with or without a byte-order mark. Raises BadInputError."""
    try:
        if path.is_dir():
            raise BadInputError(f"{label}: is a folder: a CSV file is needed")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInputError(f"{label}: no such file") from None
    except OSError as error:
        raise BadInputError(f"{label}: cannot be read: {error.strerror}") from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInputError(f"{label}: is text in UTF-16: save it as CSV in UTF-8")
    if b"\0" in raw:
        raise BadInputError(f"{label}: is not a text file: a CSV file in UTF-8 is needed")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInputError(f"{label}: line {line} is not text in UTF-8: save it as CSV in UTF-8") from None


def records(text: str, delimiter: str, label: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of the line where it begins."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for row in reader:
            stripped = [cell.strip() for cell in row]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInputError(f"{label}: line {line} is not valid CSV: {error}") from None


def find_delimiter(text: str) -> str:
    """Comma, semicolon or tab: the one that splits most rows evenly, and then into the most numbers."""

    def merit(delimiter: str) -> tuple[float, float, int]:
        rows: list[list[str]] = []
        try:
            rows.extend(row for _, row in islice(records(text, delimiter, ""), SAMPLE_ROWS))
        except BadInputError:  # what comes before the fault still tells
            pass
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
        if width < 2:
            return 0.0, 0.0, 0
        cells = [cell for row in rows for cell in row]
        return count / len(rows), sum(map(is_number, cells)) / len(cells), width

    return max(DELIMITERS, key=merit)


def find_decimal(cells: Iterator[str]) -> str:
    """The decimal sign of a file: a comma when some number has one and none has a point."""
    comma = False
    for cell in cells:
        if "." in cell and POINT_NUMBER.fullmatch(cell):
            return "."
        comma = comma or COMMA_NUMBER.fullmatch(cell) is not None
    return "," if comma else "."


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, with either decimal sign."""
    return bool(POINT_NUMBER.fullmatch(cell) or COMMA_NUMBER.fullmatch(cell))


def counted(number: int, noun: str) -> str:
    """`1 column`, `2 columns`, `no columns`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
