"""Holds what a CSV file may look like, and the one line that refuses each kind that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.assets import resource
from momentum_gui.lab.data.csv_rows import ReadCancelled, Watch
from momentum_gui.lab.data.csv_table import Dialect, read_table
from momentum_gui.lab.data.datasets import prepare
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem

NUMBERS = st.integers(-(10**9), 10**9).map(lambda number: number / 100)
LOCALES = {
    "C": (".", ""),
    "English": (".", ","),
    "German": (",", "."),
    "Italian": (",", "."),
    "Austrian": (",", " "),
    "Polish": (",", " "),
    "French": (",", "\u202f"),
    "Swedish": (",", "\u00a0"),
    "Russian": (",", "\u00a0"),
    "Swiss": (".", "’"),
}
"""The decimal sign and the thousands sign."""


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


def in_locale(value: float, locale: str) -> str:
    """A number with two decimals as a locale writes it."""
    decimal, thousands = LOCALES[locale]
    return f"{value:,.2f}".replace(".", "D").replace(",", thousands).replace("D", decimal)


@given(
    rows=st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(["setosa", "a b", "größe"])), min_size=2, max_size=8),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    locale=st.sampled_from(sorted(LOCALES)),
    header=st.booleans(),
    quoted=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_is_read_back(
    tmp_path: Path,
    rows: list[tuple[float, float, str]],
    separator: str,
    locale: str,
    header: bool,
    quoted: bool,
    line_end: str,
    encoding: str,
) -> None:
    """Separator, number format of ten locales, header, quotes, line ends and encoding are found without being told."""
    quoted = quoted or separator in LOCALES[locale]

    def cell(value: float | str) -> str:
        text = value if isinstance(value, str) else in_locale(value, locale)
        return f'"{text}"' if quoted else text

    lines = [separator.join(map(cell, row)) for row in rows]
    if header:
        lines.insert(0, separator.join(map(cell, ("length", "width", "kind"))))
    table = read_table(written(tmp_path, (line_end.join(lines) + line_end).encode(encoding)))
    assert table.names == (("length", "width", "kind") if header else ("column 1", "column 2", "column 3"))
    for place in (0, 1):
        np.testing.assert_array_equal(table.columns[place].numbers(), [row[place] for row in rows])
    assert table.columns[2].labels() == tuple(row[2] for row in rows)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('a,b,c\n"1,234",567,x\n"12,345",3,y\n', '"1,234" may be 1.234 or 1234: set problem.decimal'),
        ('a;b\n"1,234";1\n"2,345";2\n', '"1,234" may be 1.234 or 1234'),
        ("a;b\n1.234;1\n2.345;2\n", '"1.234" may be 1.234 or 1234'),
        ("1 234,5 678\n1 234,5 679\n", "comma or white space may separate its columns"),
        ("abc,2\n3,4\n5,6\n", "set problem.header"),
        ("a,b\n٣,1\n4,2\n", "digits of another script"),
        ("a,b\n１２,1\n１３,2\n", "digits of another script"),
        ("a,b\n1,2\n#ff0000,3\n4,5\n", 'line 3 begins with "#" and has 2 cells'),
    ],
)
def test_two_possible_readings_are_refused(tmp_path: Path, content: str, said: str) -> None:
    """Never a number that another careful reader would read otherwise; the line says how to settle it."""
    assert said in refusal(tmp_path, content)


@pytest.mark.parametrize(("decimal", "first"), [(".", 1234.0), (",", 1.234)])
def test_a_given_decimal_sign_settles_it(tmp_path: Path, decimal: str, first: float) -> None:
    """The other sign separates thousands."""
    path = written(tmp_path, 'a,b\n"1,234",567\n"12,345",3\n')
    assert read_table(path, Dialect(decimal=decimal)).columns[0].numbers()[0] == first


@pytest.mark.parametrize(
    ("content", "names", "rows", "said"),
    [
        ("# made in the lab\na,b,c\n1,2,0\n2,3,1\n", ("a", "b", "c"), 2, "1 comment line skipped"),
        ("5.1   3.5   0\n4.9   3.0   0\n", ("column 1", "column 2", "column 3"), 2, ""),
        ("a,b,c,\n1,2,x,\n2,3,y,\n", ("a", "b", "c"), 2, "trailing separator"),
        ("a,b,c\n1,2,x,\n2,3,y,\n", ("a", "b", "c"), 2, "nothing behind it"),
        ("größe;b;c\n1,5;2;x\n2,5;3;y\n".encode("cp1252"), ("größe", "b", "c"), 2, "read as Windows-1252"),
        ("größe;b;c\n1,5;2;x\n2,5;3;y\n".encode("utf-16"), ("größe", "b", "c"), 2, "UTF-16"),
        ("1990;1991;1992\n1,5;2;3\n2,5;3;4\n", ("1990", "1991", "1992"), 2, "years"),
        ("t,v,c\ns,m/s,\n1,2,x\n2,4,y\n", ("t", "v", "c"), 2, "gives units (s, m/s)"),
        ("3,2,setosa,versicolor\n1,2,0\n2,3,1\n1,3,0\n", ("column 1", "column 2", "class"), 3, "the classes setosa"),
        ('"a" "b"\n"x" 5.1 2\n"y" 4.9 3\n', ("column 1", "a", "b"), 2, ""),
        ("sep=;\na;b\n1;2\n2;3\n", ("a", "b"), 2, ""),
        ("x,e\nx,p\ny,e\n", ("column 1", "column 2"), 3, "no header"),
    ],
)
def test_tables_as_they_really_come(
    tmp_path: Path, content: str | bytes, names: tuple[str, ...], rows: int, said: str
) -> None:
    """What is skipped or taken for something else than an item is said."""
    table = read_table(written(tmp_path, content))
    assert (table.names, table.rows) == (names, rows)
    assert said in " ".join(table.notes)


def test_what_is_no_regular_file_or_too_large_is_refused_at_once(tmp_path: Path) -> None:
    """A link to a device or a pipe would never end; a huge file or a million columns would take all memory."""
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("zero.csv", "pipe.csv"):
        with pytest.raises(BadInputError, match="a device or a pipe"):
            read_table(tmp_path / name)
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(BadInputError, match="1000 MB: allowed are up to 256 MB"):
        read_table(tmp_path / "huge.csv")
    assert "more than 10000 columns" in refusal(tmp_path, "1," * 1_000_000 + "1\n")


def test_reading_reports_progress_and_can_be_cancelled(tmp_path: Path) -> None:
    """Shares grow from 0 to 1; a cancelled reading ends with ReadCancelled."""
    path = written(tmp_path, "a,b\n" + "1,2\n3,4\n" * 5000)
    shares: list[float] = []
    read_table(path, watch=Watch(shares.append))
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1
    with pytest.raises(ReadCancelled):
        read_table(path, watch=Watch(cancelled=lambda: True))


@given(place=st.integers(0, 4000), put=st.sampled_from([*map(chr, range(32, 127)), "\n", '"', ",,", "1,234", "#", "é"]))
def test_a_changed_file_is_read_as_its_cells_say_or_refused(tmp_path: Path, place: int, put: str) -> None:
    """A real table with something put into it: every number is the one that its cell's text says."""
    text = resource("datasets", "iris.csv").read_text()
    place %= len(text)
    try:
        table = read_table(written(tmp_path, text[:place] + put + text[place:]))
        for column in table.columns:
            if column.has_numbers:
                for cell, value in zip(column.cells, column.numbers(), strict=True):
                    assert (
                        float(cell.replace(",", "") if table.dialect.decimal == "." else cell.replace(",", "."))
                        == value
                    )
    except BadInputError as error:
        assert "\n" not in str(error)


def test_blank_lines_and_spaces_are_passed_over(tmp_path: Path) -> None:
    """What a person leaves in a file by hand does no harm, and line numbers stay those of the file."""
    table = read_table(written(tmp_path, "\n x , y \n\n 1 , a\n,\n2,b\n"))
    assert table.names == ("x", "y")
    assert table.columns[0].lines == [4, 6]
    assert table.columns[1].labels() == ("a", "b")


def test_a_quoted_cell_may_hold_delimiter_quote_and_line_break(tmp_path: Path) -> None:
    """RFC 4180."""
    table = read_table(written(tmp_path, 'x,y\n1,"a, ""b""\nc"\n2,d\n'))
    assert table.columns[1].labels() == ('a, "b"\nc', "d")
    assert table.columns[0].lines == [2, 4]


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
        (b"x,y\n1,caf\x81\xe9\n2,b\n", "line 2 is not text in UTF-8 or Windows-1252"),
        ("x,y\n1,2\n3,4\n".encode("utf-16-le"), "UTF-16 without a mark"),
        ("x,y\n1,a\x07\n2,b\n", "line 2 holds a control character"),
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


def test_a_column_of_mostly_texts_is_text(tmp_path: Path) -> None:
    """As a car's drive: 4, f or r. It is said; where most are numbers, a text is an error."""
    rows = "".join(f"{n},{drive},{n % 5}.5\n" for n, drive in enumerate("4f4ffr4rff"))
    (tmp_path / "t.csv").write_text("n,drive,mpg\n" + rows)
    data = prepare(Problem(dataset=str(tmp_path / "t.csv"), inputs=["drive"]), None)
    assert data.input_names == ("drive=4", "drive=f", "drive=r")
    assert 'column "drive" has texts and numbers, and is read as text' in data.notes
