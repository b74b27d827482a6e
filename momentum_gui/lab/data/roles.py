"""What each column of a table is for: input, target, or left out by default and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from momentum_gui.lab.data.csv_table import Column, Dialect, Table, counted, read_table, separator_names
from momentum_gui.lab.data.number_format import number_text
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem

ROW_NAMES = re.compile(
    r"(?i:|id|index|idx|rows?|row[ _.]?(names?|numbers?|nr|no)|nr|no|number|obs|#|unnamed: \d+|.*[ _.]id|id[ _.].*)\.?"
    r"|.*[a-z](ID|Id)"
)
SEPARATOR_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
FEWEST_UNNAMED = 10
"""A first column without a name that counts 1, 2, … is row numbers from this many rows on."""
FEWEST_ROWS_A_CLASS, MOST_LIKELY_CLASSES = 3, 20
PREVIEW_ROWS = 1000
HISTOGRAM_BINS = 12


@dataclass(frozen=True)
class Roles:
    """The columns to learn from and to predict, and a reason for each that is left out by default."""

    inputs: tuple[Column, ...]
    targets: tuple[Column, ...]
    left_out: dict[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ColumnSummary:
    """One column as a preview shows it.

    `kind` is `number`, `text`, `date` or `empty`; `role` is `input`, `target` or `left out`. `reason` says why a
    column is left out. `distinct` counts the distinct values that are not missing. `counts` is a small histogram: of
    numbers in bins of equal width from the least to the greatest, of texts from the most frequent on.
    """

    name: str
    kind: str
    role: str
    reason: str
    missing: int
    distinct: int
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Preview:
    """The first rows of a table as they are read: `rows` of cells, a summary of each column, and what was skipped.

    `refusal` says why a column cannot be used in the role that it has, and is empty where all can.
    `task` says in a few words what would be learned, and `may_be_classes` that the numbers of the target may be meant
    as classes. `partial` says that there are more rows than were looked at.
    """

    dialect: Dialect
    columns: tuple[ColumnSummary, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    task: str
    partial: bool
    may_be_classes: bool = False
    refusal: str = ""


def dialect_of(problem: Problem) -> Dialect:
    """Return how the problem says that its file is written."""
    separator = SEPARATOR_WORDS.get(problem.separator or "")
    return Dialect(problem.encoding, separator, problem.decimal, problem.header)


def separator_word(separator: str | None) -> str:
    """Return the word for a separator, as `problem.separator` has it."""
    return next((word for word, sign in SEPARATOR_WORDS.items() if sign == separator), "comma")


def preview(problem: Problem, rows: int = PREVIEW_ROWS) -> Preview:
    """Return the first rows of a problem's file and what its columns are for. Raises BadInputError.

    Only the first rows are looked at, and what they show of the number format is a proposal: the whole file decides.
    """
    table = read_table(Path(problem.dataset or "").expanduser(), dialect_of(problem), most=rows)
    roles, refusal = assign_roles(table, problem), ""
    try:
        check_roles(roles)
        doubtful = problem.task == "auto" and len(roles.targets) == 1 and roles.targets[0].has_numbers
        note = class_note(roles.targets[0], roles.targets[0].numbers(allow_missing=True)) if doubtful else ""
    except BadInputError as error:
        note, refusal = "", str(error)
    targets = {column.name for column in roles.targets}
    inputs = {column.name for column in roles.inputs}
    summaries = tuple(
        ColumnSummary(
            name=column.name,
            kind=kind_of(column),
            role="target" if column.name in targets else "input" if column.name in inputs else "left out",
            reason=roles.left_out.get(column.name, ""),
            missing=len(column.missing_rows),
            distinct=len(column.distinct),
            counts=histogram(column),
        )
        for column in table.columns
    )
    cells = tuple(zip(*(column.cells for column in table.columns), strict=True))
    task = task_sentence(roles.targets, problem)
    notes = (*table.notes, *roles.notes, *([note] if note else []))
    return Preview(table.dialect, summaries, cells, notes, task, table.partial, bool(note), refusal)


def histogram(column: Column) -> tuple[int, ...]:
    """Return how often the values of a column occur, for a picture the size of a word; () where there are none."""
    if column.is_empty:
        return ()
    if not column.has_numbers:
        times = Counter(cell for cell in column.cells if cell in column.distinct)
        return tuple(count for _, count in times.most_common(HISTOGRAM_BINS))
    try:
        values = column.numbers(allow_missing=True)
    except BadInputError:  # said where the column is used
        return ()
    return tuple(np.histogram(values[~np.isnan(values)], HISTOGRAM_BINS)[0].tolist())


def task_sentence(targets: tuple[Column, ...], problem: Problem) -> str:
    """Return what would be learned, like `classification with 3 classes`."""
    only = targets[0]
    numbers = len(targets) > 1 or only.has_numbers
    if problem.task == "classification" or (problem.task == "auto" and (not numbers or len(only.distinct) == 2)):
        return f"classification with {counted(len(only.distinct), 'class').replace('classs', 'classes')}"
    return "regression"


def kind_of(column: Column) -> str:
    """Return `number`, `text`, `date` or `empty`."""
    if column.is_empty:
        return "empty"
    return "number" if column.has_numbers else "date" if column.has_dates else "text"


def choose_roles(table: Table, problem: Problem) -> Roles:
    """Return what each column is for. Raises BadInputError for columns that do not exist or cannot be used."""
    roles = assign_roles(table, problem)
    check_roles(roles)
    return roles


def check_roles(roles: Roles) -> None:
    """Raise BadInputError for a column that cannot be used."""
    for column in (*roles.inputs, *roles.targets):
        check_usable(column, is_target=column in roles.targets)


def assign_roles(table: Table, problem: Problem) -> Roles:
    """Return what each column is for, usable or not. Raises BadInputError for columns that do not exist."""
    if len(table.columns) == 1:
        raise BadInputError(
            f"{table.label}: has only one column: allowed are 2 or more, told apart by {separator_names()}"
        )
    wanted = [table.names[-1]] if problem.target is None else problem.target
    targets = named(table, wanted, "target")
    given = None if problem.inputs is None else named(table, problem.inputs, "inputs")
    if both := [column.name for column in given or () if column.name in wanted]:
        raise BadInputError(f'{table.label}: column "{both[0]}" is both in problem.inputs and in problem.target')
    left_out: dict[str, str] = {}
    inputs: tuple[Column, ...]
    notes: list[str] = []
    if given is None:
        others = [column for column in table.columns if column.name not in wanted]
        left_out = {column.name: reason for column in others if (reason := why_left_out(column, table))}
        inputs = tuple(column for column in others if column.name not in left_out)
        if not inputs and others and targets:
            # Nothing else to learn from: row numbers are an input after all, where they are numbers.
            inputs = tuple(column for column in others if column.has_numbers)
            left_out = {name: reason for name, reason in left_out.items() if name not in {c.name for c in inputs}}
        notes += [f'column "{name}" left out: {reason}; problem.inputs chooses' for name, reason in left_out.items()]
    else:
        inputs = given
    if not inputs or not targets:
        what = "inputs" if targets else "targets"
        raise BadInputError(f"{table.label}: no column is left for the {what}: allowed are 1 or more of each")
    notes += [f'column "{column.name}" is the same in every row' for column in inputs if column.is_constant]
    notes += [
        f'column "{column.name}" has texts and numbers, and is read as text'
        for column in (*inputs, *targets)
        if column.is_mixed
    ]
    rounded = (column for column in inputs if column.has_numbers and column.is_rounded)
    notes += [f'column "{column.name}": whole numbers beyond 2^53 are rounded' for column in rounded]
    return Roles(inputs, targets, left_out, tuple(notes))


def named(table: Table, names: list[str], key: str) -> tuple[Column, ...]:
    """Return the columns of these names, in this order. Raises BadInputError."""
    for number, name in enumerate(names):
        if name not in table.names:
            there = ", ".join(f'"{other}"' for other in table.names[:20])
            there += ", …" if len(table.names) > 20 else ""
            raise BadInputError(f'{table.label}: problem.{key} = "{name}": no such column; there are {there}')
        if name in names[:number]:
            raise BadInputError(f'{table.label}: problem.{key} names the column "{name}" twice')
    return tuple(table.columns[table.names.index(name)] for name in names)


def why_left_out(column: Column, table: Table) -> str:
    """Return why a column is no input by default; empty where it is one."""
    if column.is_empty:
        return "it has no values"
    if not column.has_numbers:
        if len(column.distinct) == len(column.cells) > 2 and not column.has_dates:
            return "its texts are all different"
        return ""
    name = column.name if column.named else ""
    if not ROW_NAMES.fullmatch(name) or len(column.distinct) < len(column.cells):
        return ""
    first_of_many = column is table.columns[0] and len(column.cells) >= FEWEST_UNNAMED
    if not name and not table.dialect.header and not first_of_many:
        return ""
    try:
        values = column.numbers()
    except BadInputError:  # said where the column is used
        return ""
    if (np.diff(values) == 1).all():
        return "it numbers the rows"
    return "it names the rows" if table.dialect.header and (values == np.floor(values)).all() else ""


def check_usable(column: Column, *, is_target: bool) -> None:
    """Raise BadInputError for a column of dates, or of nothing."""
    place = f'{column.label}: column "{column.name}"'
    if column.has_dates:
        what = "predicted" if is_target else "an input"
        raise BadInputError(
            f"{place} holds dates or times, like {min(column.distinct)[:30]}, which cannot be {what}: "
            "leave it out of problem.inputs, or replace it by numbers, such as days since the first"
        )
    if column.is_empty:
        raise BadInputError(f"{place} has no values: leave it out of problem.inputs and problem.target")


def class_note(column: Column, values: np.ndarray) -> str:
    """Return the note on a target whose numbers may be meant as classes; empty where they hardly are."""
    distinct, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    whole = bool((distinct == np.floor(distinct)).all())
    if whole and 2 < len(distinct) <= MOST_LIKELY_CLASSES and counts.min() >= FEWEST_ROWS_A_CLASS:
        shown = ", ".join(number_text(value) for value in distinct[:5]) + (", …" if len(distinct) > 5 else "")
        return f'column "{column.name}" ({shown}) is read as numbers; for classes set problem.task = "classification"'
    return ""
