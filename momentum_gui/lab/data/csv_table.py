"""Reads a table of the user's own: finds encoding, separator, number format and header, and says what it cannot use.

What is found may be given instead, in a `Dialect`. Nothing is guessed where two readings of a number are possible:
the file is refused in one line that says how to settle it. docs/data.md describes every decision.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.data.csv_rows import SEPARATORS, Rows, Watch, find_separator, separator_line, split
from momentum_gui.lab.data.number_format import (
    DATE,
    NumberFormat,
    Undecided,
    find_format,
    has_foreign_digits,
    is_missing,
    is_some_number,
    number_text,
)
from momentum_gui.lab.data.text_file import read_text
from momentum_gui.lab.errors import BadInputError

INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
LARGEST = 1e100
"""Beyond this a number's square, and so the error of an item, may overflow."""
EXACT = 2.0**53
"""From here on whole numbers are rounded."""
HEADER_ROWS = 200
"""How many rows are looked at to find a header."""
PREVIEW_BYTES = 4_000_000
UNITS = re.compile(
    r"[\[(].{0,20}[\])]|.{0,12}[/°%²³^µμΩ·].{0,12}|-|1|"
    r"([mckdhMGn]?(m|g|s|l|L|Pa|Hz|W|Wh|V|A|J|N|K|mol|bar|eV|cal|B|T|F|lx|Bq))|min|h|d|a|yr|C|F|in|ft|yd|mi|mph|kn|lb|"
    r"lbs|oz|hp|PS|cc|ppm|ppb|px|rad|deg|dB|mmHg|psi|gal|rpm|sec|hours|days|years|cm|inches|USD|EUR|GBP"
)
YEARS = range(1800, 2101)


@dataclass(frozen=True)
class Dialect:
    """How a table is written. In what is asked for, None means: find it; in what was read, all is filled in."""

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    header: bool | None = None


@dataclass(frozen=True)
class Column:
    """One column: its name, and its cells as text with the line of the file where each is.

    `named` says that the file gives the name; `known` are the values where they were found on the way.
    """

    name: str
    cells: tuple[str, ...]
    lines: Sequence[int]
    format: NumberFormat
    label: str
    named: bool = True
    known: Floats | None = field(default=None, compare=False, repr=False)

    @cached_property
    def _fast(self) -> Floats | None:
        return self.known if self.known is not None else self.format.fast_values(self.cells)

    @cached_property
    def has_numbers(self) -> bool:
        """Whether the column is one of numbers; where most of its cells are texts, it is one of texts."""
        return self._fast is not None or 0 < self._times_number >= self._times_text

    @cached_property
    def is_mixed(self) -> bool:
        """Whether some cells are numbers in a column of texts."""
        return self._fast is None and 0 < self._times_number < self._times_text

    @cached_property
    def _times_number(self) -> int:
        numbers = {c for c in self.distinct if is_some_number(c) or has_foreign_digits(c) or INFINITE.fullmatch(c)}
        return sum(cell in numbers for cell in self.cells)

    @cached_property
    def _times_text(self) -> int:
        return sum(cell in self.distinct for cell in self.cells) - self._times_number

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The distinct cells, without those that are missing."""
        distinct = set(self.cells)
        return frozenset(distinct if self._fast is not None else (c for c in distinct if not is_missing(c)))

    @property
    def is_empty(self) -> bool:
        """Whether every value is missing."""
        return self._fast is None and not self.distinct

    @property
    def is_constant(self) -> bool:
        """Whether every cell is the same, and none missing."""
        if self._fast is not None:
            return bool((self._fast == self._fast[0]).all())
        return len(set(self.cells)) == 1 and not self.is_empty

    @property
    def is_rounded(self) -> bool:
        """Whether a whole number has more digits than a double can hold."""
        if self._fast is not None and not (np.abs(self._fast) > EXACT).any():
            return False
        return any(c.isdecimal() and len(c) < 400 and int(float(c)) != int(c) for c in self.distinct if len(c) > 15)

    @cached_property
    def has_dates(self) -> bool:
        """Whether every cell that is not missing is a date or a time."""
        return not self.has_numbers and bool(self.distinct) and all(DATE.fullmatch(cell) for cell in self.distinct)

    @property
    def missing_rows(self) -> list[int]:
        """The rows whose value is missing, counted from 0."""
        if self._fast is not None:
            return []
        return [row for row, cell in enumerate(self.cells) if is_missing(cell)]

    def numbers(self, *, allow_missing: bool = False) -> Floats:
        """Return the cells as numbers, (rows,); NaN where a value is missing and may be.

        Raises BadInputError at the first that is not a finite number.
        """
        values = self._fast
        if values is None:
            known: dict[str, float] = {}
            values = np.empty(len(self.cells))
            for row, cell in enumerate(self.cells):
                value = known.get(cell)
                if value is None:
                    if allow_missing and is_missing(cell):
                        value = float("nan")
                    elif self.format.is_number(cell):
                        value = self.format.value(cell)
                    else:
                        raise BadInputError(f"{self.place(row)}: {self._complaint(cell)}")
                    known[cell] = value
                values[row] = value
        if (large := np.flatnonzero(np.abs(values) > LARGEST)).size:
            row = int(large[0])
            raise BadInputError(f"{self.place(row)}: {self.cells[row]} is too large: allowed is up to ±{LARGEST:g}")
        return values

    def labels(self, *, allow_missing: bool = False) -> tuple[str, ...]:
        """Return the cells as class labels. Raises BadInputError at the first that is missing, unless it may be."""
        if not allow_missing and (rows := self.missing_rows):
            raise BadInputError(f"{self.place(rows[0])}: {self._complaint(self.cells[rows[0]])}")
        return self.cells

    def place(self, row: int) -> str:
        """Return where a cell is, as errors name it."""
        return f'{self.label}: line {self.lines[row]}, column "{self.name}"'

    def _complaint(self, cell: str) -> str:
        if is_missing(cell):
            shown = f' ("{cell}")' if cell else ""
            return (
                f"a missing value{shown}: fill it in, or set problem.missing to "
                '"drop" (leave out the line) or "mean" (the column\'s mean)'
            )
        if INFINITE.fullmatch(cell):
            return f"{cell} is not a finite number: only finite numbers are allowed"
        shown = cell if len(cell) <= 40 else cell[:39] + "…"
        if has_foreign_digits(cell):
            return f'"{shown}" has digits of another script: write numbers with 0 to 9'
        if is_some_number(cell):
            return f'"{shown}": decimal points and decimal commas in one file: use one of them throughout'
        if DATE.fullmatch(cell):
            return f'a date "{shown}" in a number column: leave the column out of problem.inputs, or write numbers'
        return f'text "{shown}" in a number column: allowed is a number in every line, or text in every line'


@dataclass(frozen=True)
class Table:
    """A table's columns, all equally long; how it was read; what was skipped and why.

    `label` names the file in errors. `class_names` name the numbers 0, 1, … of the last column, where the file gives
    them. `partial` says that only its first rows were read. `checksum` is the SHA-256 of the bytes that were read.
    """

    label: str
    columns: tuple[Column, ...]
    dialect: Dialect = field(default_factory=Dialect)
    notes: tuple[str, ...] = ()
    partial: bool = False
    checksum: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0].cells)


def read_table(
    path: Path, dialect: Dialect | None = None, watch: Watch | None = None, most: int | None = None
) -> Table:
    """Return the table in a file, or its first `most` rows.

    Raises BadInputError, in one line that names the file and the place in it, and ReadCancelled where `watch` asks.
    """
    label, asked = str(path), dialect or Dialect()
    read = read_text(path, label, asked.encoding, None if most is None else PREVIEW_BYTES)
    if not read.text.strip():
        raise BadInputError(f"{label}: is empty: a CSV file with at least two rows of items is needed")
    text, separator, notes = read.text, asked.separator, list(read.notes)
    lines_before = 0
    if declared := separator_line(text):
        separator, text, lines_before = separator or declared[0], declared[1], 1
    separator = separator or find_separator(text, label)
    found = split(text, separator, label, watch, None if most is None else most + 3, partial=read.partial)
    rows = Rows([line + lines_before for line in found.lines], found.cells, found.comments)
    if not rows.cells:
        raise BadInputError(f"{label}: holds only empty cells: a CSV file with at least two rows of items is needed")
    if rows.comments:
        notes.append(
            f"{counted(len(rows.comments), 'comment line')} skipped (line {rows.comments[0][0] + lines_before})"
        )
        check_comments(rows, separator, label, lines_before)
    partial = read.partial or (most is not None and len(rows.cells) > most)
    table = lay_out(rows, separator, replace(asked, encoding=read.encoding), label, notes, partial=partial, most=most)
    return replace(table, checksum=read.checksum)


def check_comments(rows: Rows, separator: str, label: str, before: int) -> None:
    """Raise BadInputError for a comment after the first row that has as many cells as a row."""
    width = len(rows.cells[0])
    for line, comment in rows.comments:
        if line + before > rows.lines[0] and len(comment.split(None if separator == " " else separator)) == width > 1:
            raise BadInputError(
                f'{label}: line {line + before} begins with "{comment[0]}" and has {width} cells: '
                "remove the line if it is a comment; in a row, put another column first"
            )


def lay_out(
    rows: Rows, separator: str, asked: Dialect, label: str, notes: list[str], *, partial: bool, most: int | None
) -> Table:
    """Return the table of these rows: its header, units and number format found. Raises BadInputError."""
    lines, cells = rows.lines, rows.cells
    classes = class_header(cells, partial=partial) if asked.header is None else ()
    if classes:
        notes.append(f"line {lines[0]} gives the numbers of rows and columns and the classes {', '.join(classes)}")
        lines, cells = lines[1:], cells[1:]
    cells = even(cells, lines, label, notes)
    header = bool(asked.header) if asked.header is not None else not classes and find_header(cells, lines, label, notes)
    width = len(cells[0])
    given = cells[0] if header else [""] * width
    names = [name or f"column {number}" for number, name in enumerate(given, 1)]
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise BadInputError(
            f'{label}: two columns are named "{repeated[0]}": each needs a name of its own '
            "(or set problem.header = false)"
        )
    start = int(header)
    if header and has_units(cells):
        shown = ", ".join(cell for cell in cells[1] if cell)
        notes.append(f"line {lines[1]} gives units ({shown[:60]}) and is left out")
        start = 2
    lines, cells = lines[start:], cells[start:]
    if most is not None:
        lines, cells = lines[:most], cells[:most]
    if len(cells) < 2:
        raise BadInputError(f"{label}: has {counted(len(cells), 'item')}: at least 2 are needed")
    columns = [tuple(column) for column in zip(*cells, strict=True)]
    try:
        form, known = find_format(columns, asked.decimal, point_is_usual=separator != ";")
    except Undecided as undecided:
        raise BadInputError(f"{label}: {undecided_text(undecided, columns, lines)}") from None
    if classes:
        columns[-1], known[-1] = tuple(classes[int(cell)] for cell in columns[-1]), None
        names[-1] = "class"
    dialect = Dialect(asked.encoding, separator, form.decimal, header)
    made = tuple(
        Column(name, column, lines, form, label, named=bool(own), known=values)
        for name, column, own, values in zip(names, columns, given, known, strict=True)
    )
    return Table(label, made, dialect, tuple(notes), partial)


def undecided_text(undecided: Undecided, columns: list[tuple[str, ...]], lines: Sequence[int]) -> str:
    """Return what keeps the number format from being decided, and how to settle it."""

    def line(cell: str) -> int:
        return next(lines[column.index(cell)] for column in columns if cell in column)

    cell = undecided.cells[-1]
    if undecided.values:
        first, second = (number_text(value) for value in undecided.values)
        return (
            f'line {line(cell)}: "{cell}" may be {first} or {second}: '
            'set problem.decimal = "." or problem.decimal = ","'
        )
    other = f' beside "{undecided.cells[0]}" in line {line(undecided.cells[0])}' if len(undecided.cells) > 1 else ""
    return (
        f'line {line(cell)}: "{cell}"{other}: decimal points and decimal commas in one file: use one of them throughout'
        if other
        else f'line {line(cell)}: "{cell}" is not a number with this decimal sign: change problem.decimal'
    )


def class_header(cells: list[list[str]], *, partial: bool) -> tuple[str, ...]:
    """Return the classes that a first line `rows,columns,class,class,…` names; () where the first line is no such."""
    first, body = cells[0], cells[1:]
    if len(first) < 4 or not body or not (first[0].isdecimal() and first[1].isdecimal()):
        return ()
    names = first[2:]
    while names and not names[-1]:
        names = names[:-1]
    if len(names) < 2 or any(is_some_number(name) or is_missing(name) for name in names):
        return ()
    width = int(first[1]) + 1
    if any(len(row) != width for row in body) or not (partial or len(body) == int(first[0])):
        return ()
    wanted = {str(number) for number in range(len(names))}
    return tuple(names) if {row[-1] for row in body} <= wanted else ()


def even(cells: list[list[str]], lines: Sequence[int], label: str, notes: list[str]) -> list[list[str]]:
    """Return the rows at one width: without empty cells after a trailing separator, with a name for R's row names.

    Raises BadInputError for a row of another width.
    """
    widths = {len(row) for row in cells}
    width = max(widths)
    trailing = width > 2 and not any(row[-1] for row in cells if len(row) == width)
    if widths == {width} and trailing:
        notes.append("the last column is empty (a trailing separator) and is left out")
        return [row[:-1] for row in cells]
    if widths == {width - 1, width}:
        if trailing:
            notes.append("some lines end with a separator more than others, with nothing behind it")
            return [row[: width - 1] for row in cells]
        shorter = [row for row in cells if len(row) < width]
        if len(shorter) == 1 and shorter[0] is cells[0] and not any(map(is_some_number, cells[0])):
            return [["", *cells[0]], *cells[1:]]
    for line, row in zip(lines, cells, strict=True):
        if len(row) != len(cells[0]):
            raise BadInputError(
                f"{label}: line {line} has {counted(len(row), 'column')}, but line {lines[0]} has {len(cells[0])}: "
                "every line needs the same number"
            )
    return cells


def find_header(cells: list[list[str]], lines: Sequence[int], label: str, notes: list[str]) -> bool:
    """Return whether the first row names the columns. Raises BadInputError where it may be either."""
    first, sample = cells[0], cells[1 : HEADER_ROWS + 1]
    numbers = [is_some_number(cell) for cell in first]
    if not any(numbers):
        body = list(zip(*sample, strict=True))
        all_text = not any(is_some_number(cell) for row in sample for cell in row)
        if (
            sample
            and all_text
            and any(cell and not is_missing(cell) and cell in body[place] for place, cell in enumerate(first))
        ):
            notes.append(f"line {lines[0]} has labels that other lines have too, and is read as an item: no header")
            return False
        return True
    if are_years(first) and not any(are_years(row) for row in sample):
        notes.append(f"line {lines[0]} has years ({first[-1]} the last) and is read as the header")
        return True
    for place, cell in enumerate(first):
        below = [row[place] for row in sample if not is_missing(row[place])]
        if not numbers[place] and not is_missing(cell) and below and all(map(is_some_number, below)):
            raise BadInputError(
                f'{label}: line {lines[0]} has the text "{cell[:40]}" over numbers, and numbers besides: '
                "set problem.header = true or false"
            )
    return False


def are_years(row: list[str]) -> bool:
    """Return whether a row is years at equal steps, upwards or downwards, with or without a first cell of text."""
    years = row if is_some_number(row[0]) else row[1:]
    if len(years) < 2 or not all(re.fullmatch(r"\d{4}", cell, re.ASCII) and int(cell) in YEARS for cell in years):
        return False
    steps = set(np.diff([int(cell) for cell in years]).tolist())
    return len(steps) == 1 and 0 not in steps


def has_units(cells: list[list[str]]) -> bool:
    """Return whether the row under the header gives units: a unit or nothing over every column of numbers."""
    if len(cells) < 4:
        return False
    units, sample = cells[1], cells[2 : HEADER_ROWS + 2]
    found = False
    for place, unit in enumerate(units):
        below = [row[place] for row in sample if not is_missing(row[place])]
        over_numbers = bool(below) and any(map(is_some_number, below))
        if is_some_number(unit) and not (unit == "1" and found):
            return False
        if over_numbers and unit and not is_missing(unit):
            if not UNITS.fullmatch(unit):
                return False
            found = True
        elif not over_numbers and unit in below:
            return False
    return found


def counted(number: int, noun: str) -> str:
    """`1 column`, `2 columns`, `no columns`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def separator_names() -> str:
    """Return the separators in words, as messages list them."""
    return ", ".join(SEPARATORS.values())
