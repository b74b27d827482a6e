"""Makes Qt's SVG readable everywhere: what it draws through a transform is written in the picture's own coordinates.

Qt gives lines of constant width the attribute `vector-effect="non-scaling-stroke"` inside a transformed group. Readers
that do not know it (librsvg 2.54 among them) stretch the strokes with the data, so that a line fills the plot.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
STRAIGHT = re.compile(r"\s*(?:[MLCZ]|[-+\d.eE,\s])*", re.IGNORECASE)
Matrix = tuple[float, float, float, float, float, float]


def with_plain_strokes(svg: bytes) -> bytes:
    """Return the same picture without transformed strokes of constant width. `svg` is as QSvgGenerator writes it."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg)
    for group in root.iter(f"{{{SVG}}}g"):
        matrix = matrix_of(group.get("transform", ""))
        shapes = list(group)
        if matrix is None or not any(shape.get("vector-effect") == "non-scaling-stroke" for shape in shapes):
            continue
        if all(flatten(shape, matrix) for shape in shapes):
            group.set("transform", "matrix(1,0,0,1,0,0)")
    result: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return result


def matrix_of(transform: str) -> Matrix | None:
    """Return the six numbers of `matrix(…)`; None where it is none."""
    numbers = [float(number) for number in NUMBER.findall(transform)]
    if not transform.startswith("matrix") or len(numbers) != 6:
        return None
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def flatten(shape: ElementTree.Element, matrix: Matrix) -> bool:
    """Apply the matrix to a path's, polyline's or polygon's own coordinates; False where the shape is another."""
    a, b, c, d, e, f = matrix

    def moved(text: str) -> str:
        numbers = [float(number) for number in NUMBER.findall(text)]
        points = zip(numbers[0::2], numbers[1::2], strict=True)
        return " ".join(f"{a * x + c * y + e:.6g},{b * x + d * y + f:.6g}" for x, y in points)

    attributes = {"path": "d", "polyline": "points", "polygon": "points"}
    attribute = attributes.get(shape.tag.removeprefix(f"{{{SVG}}}"))
    if attribute is None:
        return False
    text = shape.get(attribute, "")
    if not STRAIGHT.fullmatch(text):
        return False
    shape.set(attribute, in_path(text, moved) if attribute == "d" else moved(text))
    shape.attrib.pop("vector-effect", None)
    return True


def in_path(text: str, moved: Callable[[str], str]) -> str:
    """Return a path's text with the coordinates after each of its absolute letters moved."""
    return re.sub(r"([MLC])([^MLCZ]*)", lambda part: f"{part[1]}{moved(part[2])} ", text)
