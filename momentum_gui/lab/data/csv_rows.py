"""Splits a table's text into rows: finds the separator, skips comments and blank lines, keeps the line numbers."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from momentum_gui.lab.data.number_format import is_missing, is_some_number
from momentum_gui.lab.errors import BadInputError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "white space"}
COMMENTS = ("#", "%")
MOST_COLUMNS = 10_000
MOST_CELLS = 10_000_000
SAMPLE_ROWS = 200
SAMPLE_CHARACTERS = 200_000
ROWS_BETWEEN_REPORTS = 2_000


class ReadCancelled(Exception):
    """The reading of a file was cancelled."""


@dataclass(frozen=True)
class Watch:
    """How a long reading reports and is cancelled: `progress` gets the share done, from 0 to 1."""

    progress: Callable[[float], None] = lambda share: None
    cancelled: Callable[[], bool] = lambda: False

    def report(self, share: float) -> None:
        """Report the share done. Raises ReadCancelled."""
        if self.cancelled():
            raise ReadCancelled
        self.progress(share)


@dataclass
class Lines:
    """The lines of a text as `csv.reader` takes them; skips comments where a row may begin."""

    text: str
    white_space: bool = False
    number: int = 0
    characters: int = 0
    at_row: bool = True
    comments: list[tuple[int, str]] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in io.StringIO(self.text, newline=""):
            self.number += 1
            self.characters += len(line)
            if self.at_row and line.lstrip().startswith(COMMENTS):
                self.comments.append((self.number, line.strip()))
                continue
            self.at_row = False
            yield line.strip().replace("\t", " ") + "\n" if self.white_space else line


@dataclass(frozen=True)
class Rows:
    """The rows of a table that are not blank, the line where each begins, and the comment lines left out."""

    lines: list[int]
    cells: list[list[str]]
    comments: list[tuple[int, str]]


def split(text: str, separator: str, label: str, watch: Watch | None = None, most: int | None = None,
          *, partial: bool = False) -> Rows:  # fmt: skip
    """Return the rows of a text, at most `most`; a row that `partial` text cuts off is left out. Raises BadInputError.

    Raises ReadCancelled where `watch` asks for it.
    """
    lines = Lines(text, separator == " ")
    numbers: list[int] = []
    rows: list[list[str]] = []
    total = 0
    reader = csv.reader(iter(lines), delimiter=separator, skipinitialspace=True, strict=True)
    begin = 1
    try:
        while most is None or len(rows) < most:
            lines.at_row = True
            before = lines.number
            try:
                row = [cell.strip() for cell in next(reader)]
            except StopIteration:
                break
            skipped = [number for number, _ in lines.comments if number > before]
            begin = (skipped[-1] if skipped else before) + 1
            if not any(row):
                continue
            total += len(row)
            if len(row) > MOST_COLUMNS:
                raise BadInputError(f"{label}: line {begin} has {len(row)} columns: allowed are up to {MOST_COLUMNS}")
            if total > MOST_CELLS:
                raise BadInputError(
                    f"{label}: has more than {MOST_CELLS} cells, counted to line {begin}: leave some out"
                )
            numbers.append(begin)
            rows.append(row)
            if watch is not None and len(rows) % ROWS_BETWEEN_REPORTS == 0:
                watch.report(lines.characters / len(text))
    except csv.Error as error:
        if not partial or lines.characters < len(text):
            begin = max(begin, before + 1)
            raise BadInputError(f"{label}: line {begin} is not valid CSV: {error}") from None
    else:
        if partial and rows and (most is None or len(rows) < most):
            numbers.pop()
            rows.pop()
    return Rows(numbers, rows, lines.comments)


def separator_line(text: str) -> tuple[str, str] | None:
    """Return the separator that Excel's first line `sep=;` declares, and the text after it; None without one."""
    match = re.match(r'"?sep=([,;|\t])"?[ \t]*(\r\n|\n|\r)', text, re.IGNORECASE)
    return (match[1], text[match.end() :]) if match else None


def find_separator(text: str, label: str) -> str:
    """Return the separator that splits most rows evenly, and then into the most numbers. Raises BadInputError.

    Where two separators do so equally well and give different numbers, the file is refused.
    """
    sample = text[:SAMPLE_CHARACTERS]
    cut = len(sample) < len(text)
    for line in islice(io.StringIO(sample, newline=""), SAMPLE_ROWS):
        widest = max(SEPARATORS, key=line.count)
        if widest != " " and line.count(widest) >= 4 * MOST_COLUMNS:
            raise BadInputError(f"{label}: has more than {MOST_COLUMNS} columns: allowed are up to {MOST_COLUMNS}")
    merits: dict[str, tuple[float, float]] = {}
    found: dict[str, list[list[str]]] = {}
    for separator in SEPARATORS:
        if separator not in sample and not (separator == " " and "\t" in sample):
            continue
        try:
            rows = split(sample, separator, label, most=SAMPLE_ROWS, partial=cut).cells
        except BadInputError:
            rows = readable(sample, separator, label)
        widths = Counter(len(row) for row in rows)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        if width < 2:
            continue
        # Without the first row, which may be a header, where there are others.
        cells = [cell for row in rows[1:] or rows for cell in row if not is_missing(cell)]
        numbers = sum(map(is_some_number, cells)) / max(1, len(cells))
        merits[separator], found[separator] = (count / len(rows), numbers), rows
    if not merits:
        return ","
    best = max(merits, key=lambda separator: merits[separator])
    for other in merits:
        if other != best and merits[other] == merits[best] == (1.0, 1.0) and found[other] != found[best]:
            raise BadInputError(
                f"{label}: {SEPARATORS[best]} or {SEPARATORS[other]} may separate its columns, with different numbers: "
                "set problem.separator"
            )
    return best


def readable(text: str, separator: str, label: str) -> list[list[str]]:
    """Return the rows before the first that is not valid CSV."""
    kept: list[list[str]] = []
    lines = Lines(text, separator == " ")
    reader = csv.reader(iter(lines), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        while len(kept) < SAMPLE_ROWS:
            lines.at_row = True
            row = [cell.strip() for cell in next(reader)]
            if any(row):
                kept.append(row)
    except (csv.Error, StopIteration):
        pass
    return kept
