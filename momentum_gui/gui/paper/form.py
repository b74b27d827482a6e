"""The form of a picture: size, resolution, theme and type. It knows nothing of Qt: the command line asks for it too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from momentum_gui.lab.errors import BadInputError

SCREEN_DPI = 96
"""Dots an inch of a screen, in which views are laid out."""
FINE_DPI = 300
"""Dots an inch where the size is in millimetres and nothing else is said, as journals want."""
INCH = 25.4
"""Millimetres."""
SCALE = 2.0
"""Pixels of a picture for each of the screen's, where no size is given."""
LEAST_DPI, MOST_DPI = 30, 2400
MOST_PIXELS = 20_000
"""The longest side of a picture."""
LEAST_POINTS = 60.0
"""The shortest side of a picture, in pixels of a screen: there is no room for anything in less."""
PAPER_POINTS = 8.0
"""The size of type where the size is in millimetres."""
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*[x×]\s*(\d+(?:\.\d+)?)\s*(mm|px)?", re.IGNORECASE)
SIZE_HELP = "WIDTHxHEIGHT in mm or px, like 85x60mm or 1200x800px"

Unit = Literal["mm", "px"]


@dataclass(frozen=True)
class PictureForm:
    """How a picture is made. Without a size it is as large as on the screen, in twice as many pixels.

    `size` is width and height in `unit`; `dpi` the dots an inch, by default 300 for millimetres and 96 for pixels.
    `theme` is light or dark; `type_points` the size of type in points, by default 8 for millimetres and the screen's
    otherwise; `line_width` is how many times as wide lines are. Raises BadInputError for what cannot be.
    """

    size: tuple[float, float] | None = None
    unit: Unit = "px"
    dpi: float | None = None
    theme: Literal["light", "dark"] = "light"
    type_points: float | None = None
    line_width: float = 1.0

    def __post_init__(self) -> None:
        if self.dpi is not None and not LEAST_DPI <= self.dpi <= MOST_DPI:
            raise BadInputError(f"dpi = {self.dpi:g}: allowed is a number from {LEAST_DPI} to {MOST_DPI}")
        if self.size is None:
            return
        if max(self.pixels or (0, 0)) > MOST_PIXELS:
            raise BadInputError(
                f"size = {self.size_text}: that is {self.pixels_text}: allowed are up to {MOST_PIXELS} pixels a side"
            )
        if min(self.layout_size or (0.0, 0.0)) < LEAST_POINTS:
            least = LEAST_POINTS / SCREEN_DPI * (INCH if self.unit == "mm" else self.resolution)
            raise BadInputError(f"size = {self.size_text}: allowed are at least {least:.0f} {self.unit} a side")

    @property
    def resolution(self) -> float:
        """Dots an inch."""
        if self.dpi is not None:
            return self.dpi
        if self.size is None:
            return SCALE * SCREEN_DPI
        return FINE_DPI if self.unit == "mm" else SCREEN_DPI

    @property
    def scale(self) -> float:
        """Pixels of the picture for each of the screen's."""
        return self.resolution / SCREEN_DPI

    @property
    def layout_size(self) -> tuple[float, float] | None:
        """Width and height in pixels of a screen, in which it is laid out; None for the size on the screen."""
        if self.size is None:
            return None
        per_unit = SCREEN_DPI / INCH if self.unit == "mm" else SCREEN_DPI / self.resolution
        return self.size[0] * per_unit, self.size[1] * per_unit

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height in pixels of the picture; None for the size on the screen."""
        if self.size is None:
            return None
        per_unit = self.resolution / INCH if self.unit == "mm" else 1.0
        return max(1, round(self.size[0] * per_unit)), max(1, round(self.size[1] * per_unit))

    @property
    def type_size(self) -> float | None:
        """The size of type in points; None for the screen's."""
        return self.type_points or (PAPER_POINTS if self.size is not None and self.unit == "mm" else None)

    @property
    def size_text(self) -> str:
        """The size as it is written."""
        return "" if self.size is None else f"{self.size[0]:g}x{self.size[1]:g}{self.unit}"

    @property
    def pixels_text(self) -> str:
        """The size in pixels, in words."""
        return "" if self.pixels is None else f"{self.pixels[0]} × {self.pixels[1]} pixels"


def read_size(text: str) -> tuple[tuple[float, float], Unit]:
    """Return width and height, and their unit, of a text like 85x60mm; without a unit they are pixels.

    Raises BadInputError.
    """
    match = SIZE.fullmatch(text.strip())
    if match is None or min(float(match[1]), float(match[2])) <= 0:
        raise BadInputError(f"size = {text}: allowed is {SIZE_HELP}")
    return (float(match[1]), float(match[2])), "mm" if (match[3] or "px").lower() == "mm" else "px"
