"""Holds what a CSV file may look like, and the one line that refuses each kind that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.lab.data.csv_table import read_table
from momentum_gui.lab.errors import BadInputError

NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


def written(folder: Path, content: str | bytes) -> Path:
    """A file with this content."""
    path = folder / "data.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(folder: Path, content: str | bytes) -> str:
    """The line that refuses a file, with its numbers and labels read."""
    with pytest.raises(BadInputError) as caught:
        table = read_table(written(folder, content))
        for column in table.columns:
            if column.has_numbers:
                column.numbers()
            else:
                column.labels()
    assert str(folder / "data.csv") in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(
    rows=st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(["setosa", "a b", "größe"])), min_size=2, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    decimal=st.sampled_from([".", ","]),
    header=st.booleans(),
    quoted=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
)
def test_every_dialect_reads_back_the_same(
    tmp_path: Path,
    rows: list[tuple[float, float, str]],
    delimiter: str,
    decimal: str,
    header: bool,
    quoted: bool,
    line_end: str,
    mark: bool,
) -> None:
    """Delimiter, decimal sign, header, quotes, line ends and byte-order mark are found without being told."""
    quoted = quoted or (delimiter == "," and decimal == ",")

    def cell(value: float | str) -> str:
        text = f"{value:.3f}".replace(".", decimal) if isinstance(value, float) else value
        return f'"{text}"' if quoted else text

    lines = [delimiter.join(map(cell, row)) for row in rows]
    if header:
        lines.insert(0, delimiter.join(map(cell, ("length", "width", "kind"))))
    text = ("\ufeff" if mark else "") + line_end.join(lines) + line_end
    table = read_table(written(tmp_path, text))
    assert table.names == (("length", "width", "kind") if header else ("column 1", "column 2", "column 3"))
    for place in (0, 1):
        np.testing.assert_array_equal(table.columns[place].numbers(), [float(row[place]) for row in rows])
    assert table.columns[2].labels() == tuple(row[2] for row in rows)


def test_blank_lines_and_spaces_are_passed_over(tmp_path: Path) -> None:
    """What a person leaves in a file by hand does no harm, and line numbers stay those of the file."""
    table = read_table(written(tmp_path, "\n x , y \n\n 1 , a\n,\n2,b\n"))
    assert table.names == ("x", "y")
    assert table.columns[0].lines == (4, 6)
    assert table.columns[1].labels() == ("a", "b")


def test_a_quoted_cell_may_hold_delimiter_quote_and_line_break(tmp_path: Path) -> None:
    """RFC 4180."""
    table = read_table(written(tmp_path, 'x,y\n1,"a, ""b""\nc"\n2,d\n'))
    assert table.columns[1].labels() == ('a, "b"\nc', "d")
    assert table.columns[0].lines == (2, 4)


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    """As spreadsheets and pandas leave the heading of an index column."""
    assert read_table(written(tmp_path, ",x\n1,2\n2,3\n")).names == ("column 1", "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        (",,\n,,\n", "only empty cells"),
        ("x,y\n", "no items"),
        ("x,y\n1,2\n", "1 item: at least 2"),
        ("x,y\n1,2\n3\n", "line 3 has 1 column, but line 1 has 2"),
        ("x,y,z\n1,2,3\n1,2\n1,2,3\n", "line 3 has 2 columns, but line 1 has 3"),
        ("x,x\n1,2\n3,4\n", 'two columns are named "x"'),
        ("x,y\n1,2\nabc,4\n", 'line 3, column "x": text "abc" in a number column'),
        ("x,y\n1,2\n3,nan\n", 'line 3, column "y": a missing value ("nan")'),
        ("x,y\n1,2\n,4\n", 'line 3, column "x": a missing value'),
        ("x,y\n1,a\n3,?\n", 'line 3, column "y": a missing value ("?")'),
        ("x,y\n1,2\n3,-inf\n", 'line 3, column "y": -inf is not a finite number'),
        ("x,y\n1,2\n3,1e400\n", 'line 3, column "y": 1e400 is too large'),
        ("x;y\n1,5;2\n3.5;2\n", "decimal points and decimal commas"),
        ('x,y\n1,"2\n3,4\n', "line 2 is not valid CSV"),
        (b"x,y\n1,2\n\0\0,3\n", "is not a text file"),
        (b"x,y\n1,caf\xe9\n2,b\n", "line 2 is not text in UTF-8"),
        ("x,y\n1,2\n3,4\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    """File, line, column and what is wrong."""
    assert said in refusal(tmp_path, content)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Without a trace of the operating system's own wording."""
    with pytest.raises(BadInputError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(BadInputError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_table(tmp_path / ("a" * 5000 + ".csv"))


@given(st.binary(max_size=200))
def test_no_file_brings_the_reader_down(tmp_path: Path, content: bytes) -> None:
    """Whatever the bytes: a table of finite numbers and labels, or a BadInputError in one line."""
    try:
        table = read_table(written(tmp_path, content))
        for column in table.columns:
            assert not column.has_numbers or np.isfinite(column.numbers()).all()
    except BadInputError as error:
        assert "\n" not in str(error)
