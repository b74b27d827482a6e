"""How a file writes numbers: its decimal sign and thousands sign, decided for the whole file or refused.

A format fits when every cell that is a number in some format is a number in this one. Where all formats that fit
give every cell the same value, the file is settled. Where they differ, it is not, and the reader says how to settle it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from momentum_gui.engine.arrays import Floats

SPACES = " \u00a0\u2009\u202f"
APOSTROPHES = "'’"
SIGNS = f".,{SPACES}{APOSTROPHES}"
EXPONENT = r"(?:[eE][+-]?\d{1,4})?"
MISSING = frozenset({"", "?", "-", "na", "n/a", "#n/a", "nan", "null"})
DATE = re.compile(
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}([-/.])\d{1,2}\3\d{2,4}( \d{1,2}:\d{2}.*)?|"
    r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?",
    re.ASCII,
)
MOST_COMPARED = 1000
"""How many cells are compared in pairs to find two that exclude each other."""
CLEAN = b"0123456789.eE+-\n"


@dataclass(frozen=True)
class NumberFormat:
    """A decimal sign, and the characters that may separate thousands (empty for none)."""

    decimal: str
    thousands: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a number looks like: grouped in threes (or as in India) throughout its whole part, or not at all."""
        decimal = re.escape(self.decimal)
        fraction = rf"(?:{decimal}\d*)?" if self.decimal == "." else rf"(?:{decimal}\d+)?"
        forms = [rf"\d+{fraction}{EXPONENT}", rf"{decimal}\d+{EXPONENT}"]
        if self.thousands:
            for sign in self.thousands:
                forms.append(rf"[1-9]\d{{0,2}}(?:{re.escape(sign)}\d{{3}})+{fraction}")
            if self.thousands == ",":
                forms.append(rf"[1-9]\d?(?:,\d{{2}})+,\d{{3}}{fraction}")
        return re.compile(rf"[+\-−]?(?:{'|'.join(forms)})", re.ASCII)

    def is_number(self, cell: str) -> bool:
        """Return whether the cell is a number in this format."""
        return self.pattern.fullmatch(cell) is not None

    def value(self, cell: str) -> float:
        """Return the value of a cell that is a number in this format."""
        for sign in self.thousands:
            cell = cell.replace(sign, "")
        return float(cell.replace(self.decimal, ".").replace("−", "-"))

    def fast_values(self, cells: Collection[str]) -> Floats | None:
        """Return all values, (cells,), where every cell is plainly a number; None where one needs a closer look."""
        text = "\n".join(cells)
        if self.decimal == ",":
            if "." in text or ",\n" in text or text.endswith(",") or re.search(",[eE]", text):
                return None
            text = text.replace(",", ".")
        if not text.isascii() or text.encode().translate(None, CLEAN):
            return None
        try:
            return np.fromiter(map(float, text.split("\n")), dtype=np.float64, count=len(cells))
        except ValueError:
            return None


POINT, COMMA = NumberFormat(".", ""), NumberFormat(",", "")
FORMATS = tuple(
    NumberFormat(decimal, thousands)
    for decimal, other in ((".", ","), (",", "."))
    for thousands in ("", other, SPACES, APOSTROPHES)
)
GROUPED = {sign: re.compile(rf"[+\-−]?[1-9]\d{{0,2}}{re.escape(sign)}\d{{3}}", re.ASCII) for sign in ".,"}
"""One thousands sign, or three decimals: nobody can tell."""


def is_some_number(cell: str) -> bool:
    """Return whether the cell is a number in any format."""
    return ANY_NUMBER.fullmatch(cell) is not None


ANY_NUMBER = re.compile("|".join(f"(?:{form.pattern.pattern})" for form in FORMATS), re.ASCII)


@dataclass(frozen=True)
class Undecided(Exception):
    """No one format is right: two cells that no format reads both, or one cell with two values."""

    cells: tuple[str, ...]
    values: tuple[float, ...] = ()


def find_format(
    columns: Iterable[Collection[str]], decimal: str | None, *, point_is_usual: bool
) -> tuple[NumberFormat, list[Floats | None]]:
    """Return the format of a file whose columns are given, and the values of each column that is plainly numbers.

    Raises Undecided.

    `decimal` settles the decimal sign. `point_is_usual` takes the point for the decimal sign in a file whose only
    evidence is cells like 1.234.
    """
    telling: set[str] = set()
    fast: list[tuple[str, Floats] | None] = []
    proven: set[str] = set()
    for cells in columns:
        for form in (POINT, COMMA):
            values = form.fast_values(cells)
            if values is not None:
                used = form.decimal if any(form.decimal in cell for cell in cells) else ""
                fast.append((used, values))
                if used and used not in proven:
                    telling.update(proofs(cells, used, proven))
                break
        else:
            fast.append(None)
            telling.update(cell for cell in set(cells) if any(sign in cell for sign in SIGNS) and is_some_number(cell))
    fitting = [
        form for form in FORMATS if decimal in (None, form.decimal) and all(form.is_number(cell) for cell in telling)
    ]
    if not fitting:
        raise Undecided(conflict(telling, decimal))
    for cell in sorted(telling, key=lambda cell: (len(cell), cell)):
        readings = {form.value(cell) for form in fitting}
        if len(readings) > 1:
            if point_is_usual and all(GROUPED["."].fullmatch(other) for other in telling):
                return POINT, values_of(POINT, fast)
            raise Undecided((cell,), tuple(sorted(readings)))
    return fitting[0], values_of(fitting[0], fast)


def proofs(cells: Collection[str], decimal: str, proven: set[str]) -> set[str]:
    """Return the cells of a clean column that tell about the decimal sign: one that no thousands sign explains, or one.

    The first adds the sign to `proven`: then the other clean columns with this sign tell nothing more.
    """
    unclear: set[str] = set()
    for cell in cells:
        if decimal in cell:
            if not GROUPED[decimal].fullmatch(cell):
                proven.add(decimal)
                return {cell}
            if not unclear:
                unclear.add(cell)
    return unclear


def values_of(form: NumberFormat, fast: list[tuple[str, Floats] | None]) -> list[Floats | None]:
    """Return the values already found for each column, None where they hold in another format only.

    A column without a decimal sign has whole numbers, which are the same in all formats.
    """
    return [found[1] if found and found[0] in ("", form.decimal) else None for found in fast]


def conflict(cells: set[str], decimal: str | None) -> tuple[str, ...]:
    """Return one cell that does not fit the given decimal sign, or two cells that no format reads both."""
    ordered = sorted(cells, key=lambda cell: (len(cell), cell))[:MOST_COMPARED]
    formats = [form for form in FORMATS if decimal in (None, form.decimal)]
    for cell in ordered:
        if not any(form.is_number(cell) for form in formats):
            return (cell,)
    for number, cell in enumerate(ordered):
        for other in ordered[:number]:
            if not any(form.is_number(cell) and form.is_number(other) for form in formats):
                return other, cell
    return tuple(ordered[:2])


def has_foreign_digits(cell: str) -> bool:
    """Return whether the cell would be a number if its digits of another script were 0 to 9."""
    if cell.isascii():
        return False
    digits = "".join(str(unicodedata.decimal(sign)) if unicodedata.decimal(sign, None) is not None else sign
                     for sign in cell)  # fmt: skip
    digits = digits.replace("٫", ".").replace("٬", "")
    return digits != cell and is_some_number(digits)


def is_missing(cell: str) -> bool:
    """Return whether the cell says that its value is missing."""
    return cell.lower() in MISSING


def number_text(value: float) -> str:
    """Return a number as short as it can be written in full: 1000001, 0.1, 1e+300."""
    return str(int(value)) if value == int(value) and abs(value) < 1e16 else repr(float(value))
