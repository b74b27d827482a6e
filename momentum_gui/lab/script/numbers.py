"""Tables of numbers as Python source: readable where they are short, compressed where they are long."""

from __future__ import annotations

import base64
import textwrap
import zlib
from collections.abc import Iterable

import numpy as np

from momentum_gui.engine.arrays import Floats

WIDTH = 112

READER = '''\
def numbers(text, columns):
    """Return the numbers of a text as a table, (rows, columns)."""'''
UNPACK = "    text = zlib.decompress(base64.b85decode(text)).decode()"
SPLIT = "    return np.array(text.split(), dtype=float).reshape(-1, columns)"


def reader(readable_lines: int) -> list[str]:
    """Return the function that reads the tables."""
    return [*READER.splitlines(), *([] if readable_lines else [UNPACK]), SPLIT]


class TooLong(Exception):
    """A table is too long to be readable."""


def number(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return repr(float(value)).removesuffix(".0")


def vector(values: Iterable[float]) -> str:
    """Return a list of numbers as source."""
    return f"[{', '.join(number(value) for value in values)}]"


def block(words: list[str], readable_lines: int) -> str:
    """Return words as a text in quotes, compressed if `readable_lines` is 0. Raises TooLong for more lines of them."""
    text = " ".join(words)
    if readable_lines == 0:
        return f'"{base64.b85encode(zlib.compress(text.encode(), 9)).decode()}"'
    if len(text) > WIDTH * readable_lines:
        raise TooLong
    lines = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return f'"{text}"' if len(lines) < 2 else '"""\n' + "\n".join(lines) + '"""'


def table(name: str, values: Floats, readable_lines: int) -> list[str]:
    """Return the line that sets a table (rows, columns) of numbers."""
    text = block([number(value) for value in values.reshape(-1)], readable_lines)
    return [f"{name} = numbers({text}, {values.shape[1]})"]


def targets(name: str, values: Floats, readable_lines: int) -> list[str]:
    """Return the line that sets the targets (items, outputs): class numbers where the rows are one-hot."""
    outputs = values.shape[1]
    if outputs > 1 and bool((np.sort(values, axis=1) == np.eye(outputs)[-1]).all()):
        labels = values.argmax(axis=1)
        if (np.diff(labels) >= 0).all():  # the items come class by class
            found, counts = np.unique(labels, return_counts=True)
            return [f"{name} = np.eye({outputs})[np.repeat({found.tolist()}, {counts.tolist()})]  # one-hot classes"]
        classes = block([str(label) for label in labels], readable_lines)
        return [f"{name} = np.eye({outputs})[numbers({classes}, 1)[:, 0].astype(int)]  # one-hot classes"]
    return table(name, values, readable_lines)


def scaled(name: str, raw: Floats, wanted: Floats, center: Floats, spread: Floats, scale: str) -> list[str]:
    """Return the lines that scale a table, (rows, columns), to the wanted values."""
    if scale == "none":
        return []
    ways = {
        "standard": (f"{name}.mean(axis=0)", f"{name}.std(axis=0)", raw.mean(axis=0), raw.std(axis=0)),
        "minmax": (f"{name}.min(axis=0)", f"np.ptp({name}, axis=0)", raw.min(axis=0), np.ptp(raw, axis=0)),
    }
    middle, reach, its_center, its_spread = ways[scale]
    with np.errstate(divide="ignore", invalid="ignore"):
        same = np.allclose((raw - its_center) / its_spread, wanted, rtol=0, atol=1e-13)
    if not same:  # a constant column, say
        middle, reach = f"np.array({vector(center)})", f"np.array({vector(spread)})"
    return [f"{name} = ({name} - {middle}) / {reach}"]
