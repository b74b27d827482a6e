"""The error surface as a landscape, in numbers: ground, colours, contours, and the paths that lie on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from momentum_gui.engine.analysis.plane import Range
from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.surface.contours import contour_lines
from momentum_gui.gui.plots.surface.image import values_of
from momentum_gui.gui.plots.surface.view3d.draped import Draped

HIGH = 1.0
"""How high the landscape rises from the lowest level to the highest; its longer side is 2."""
LIGHT = np.array([-0.45, -0.35, 0.82]) / np.linalg.norm([-0.45, -0.35, 0.82])
"""Where the light comes from: from the left, in front and above, from any point of view."""
SHADE = 0.5
"""How dark a slope gets that is turned away from the light."""
LIFT = 0.004
"""Contours are drawn so much above the ground, of which they would else be half buried."""


@dataclass(frozen=True)
class Box:
    """The box around the landscape: x and y over a range, upwards the error or its log10 between two levels."""

    range: Range
    levels: tuple[float, float]
    log: bool
    equal: bool = False

    @property
    def sides(self) -> tuple[float, float]:
        """Half of the lengths along x and y: 1 and 1, or as the range's if one unit is to be as long along both."""
        width, depth = self.range[1] - self.range[0], self.range[3] - self.range[2]
        longest = max(width, depth)
        return (width / longest, depth / longest) if self.equal else (1.0, 1.0)

    def across(self, x: Floats) -> Floats:
        """Return where x is, along the box."""
        return (2 * (x - self.range[0]) / (self.range[1] - self.range[0]) - 1) * self.sides[0]

    def along(self, y: Floats) -> Floats:
        """Return where y is, along the box."""
        return (2 * (y - self.range[2]) / (self.range[3] - self.range[2]) - 1) * self.sides[1]

    def height_of(self, values: Floats) -> Floats:
        """Return how high a value is (the log10 of an error if `log`); what is below the lowest level lies on the
        floor."""
        low, high = self.levels
        return np.maximum(HIGH * (values - low) / (high - low), 0.0)

    def places(self, x: Floats, y: Floats, errors: Floats) -> Floats:
        """Points (n, 3) of the box for points x, y of the plane with these errors; NaN high where that is no number."""
        return np.stack((self.across(x), self.along(y), self.height_of(values_of(errors, log=self.log))), axis=-1)


@dataclass(frozen=True, eq=False)
class Ground:
    """The surface: points (n, 3), triangles (m, 3) of them, colours (n, 4) from 0 to 255; contours (k, 2, 3)."""

    points: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    colors: NDArray[np.uint8]
    contours: Floats


@dataclass(frozen=True, eq=False)
class RunShape:
    """A run: pieces of line (k, 2, 3), marks (m, 3), its start and its present position (3,), None outside."""

    number: int
    pieces: Floats
    marks: Floats
    start: Floats | None
    present: Floats | None
    selected: bool
    diverged: bool


def ground(errors: Floats, box: Box, *, contours: bool) -> Ground:
    """Return the surface of errors (ny, nx), with holes where there is no number."""
    ny, nx = errors.shape
    values = values_of(errors, log=box.log)
    x, y = np.meshgrid(
        box.across(np.linspace(box.range[0], box.range[1], nx)), box.along(np.linspace(box.range[2], box.range[3], ny))
    )
    points = np.stack((x, y, box.height_of(values)), axis=-1)
    triangles = triangles_of(ny, nx)
    good = np.isfinite(values).ravel()
    if not good.all():
        triangles = triangles[good[triangles].all(axis=1)]
    lines = np.zeros((0, 2, 3))
    if contours and good.any():
        lines = contours_on(values, box)
    colors = colors_of(points)
    points[~np.isfinite(points)] = 0.0  # of no triangle, and yet seen by the graphics card
    return Ground(points.reshape(-1, 3).astype(np.float32), triangles, colors.reshape(-1, 4), lines)


def colors_of(points: Floats) -> NDArray[np.uint8]:
    """Return the colour map by height, darker where a slope is turned away from the light: points (ny, nx, 3)."""
    heights = points[..., 2]
    table = pg.colormap.get("viridis").getLookupTable(nPts=256)
    shares = np.nan_to_num(np.clip(heights / HIGH, 0.0, 1.0))
    plain = table[np.round(255 * shares).astype(int)][..., :3]
    with np.errstate(invalid="ignore"):
        slope_y, slope_x = np.gradient(np.nan_to_num(heights), points[:, 0, 1], points[0, :, 0])
    normal = np.stack((-slope_x, -slope_y, np.ones_like(slope_x)), axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    bright = 1.0 - SHADE * (1.0 - np.clip(normal @ LIGHT, 0.0, 1.0))
    colors = np.full((*heights.shape, 4), 255, dtype=np.uint8)
    colors[..., :3] = np.round(plain * bright[..., None])
    return colors


@lru_cache(maxsize=4)
def triangles_of(ny: int, nx: int) -> NDArray[np.uint32]:
    """Return the triangles of a grid, two in each of its fields, by the numbers of their corners."""
    first = (np.arange(ny - 1)[:, None] * nx + np.arange(nx - 1)).ravel()
    lower = np.stack((first, first + 1, first + nx), axis=1)
    upper = np.stack((first + nx, first + 1, first + nx + 1), axis=1)
    return np.concatenate((lower, upper)).astype(np.uint32)


def contours_on(values: Floats, box: Box) -> Floats:
    """Return the contour lines of values (ny, nx) as pieces (k, 2, 3) on the ground."""
    pieces = []
    for line in contour_lines(values, box.range, box.levels, log=box.log):
        across, along = box.across(line.points[:, 0]), box.along(line.points[:, 1])
        height = np.full(len(across), box.height_of(np.array(line.level)) + LIFT)
        placed, on = np.stack((across, along, height), axis=1), line.goes_on[:-1].astype(bool)
        pieces.append(np.stack((placed[:-1][on], placed[1:][on]), axis=1))
    return np.concatenate(pieces) if pieces else np.zeros((0, 2, 3))


def run_shape(number: int, draped: Draped, errors: Floats, box: Box, *, selected: bool, diverged: bool) -> RunShape:
    """Return a run's path, draped over the plane, at the true errors there (one for each of its points)."""
    places = box.places(draped.x, draped.y, errors)
    good: NDArray[np.bool_] = np.asarray(np.isfinite(places).all(axis=1))
    goes_on: NDArray[np.bool_] = np.asarray(draped.goes_on & good & np.append(good[1:], False))
    on = goes_on[:-1]
    pieces = np.stack((places[:-1][on], places[1:][on]), axis=1)
    marks = places[draped.marks & good]
    start = places[draped.start] if draped.start is not None and good[draped.start] else None
    present = places[draped.present] if draped.present is not None and good[draped.present] else None
    return RunShape(number, pieces, marks, start, present, selected, diverged)


@dataclass(frozen=True, eq=False)
class Scene:
    """All there is to see: the ground in its box, the runs on it, and the numbers along the three axes."""

    box: Box
    ground: Ground
    runs: tuple[RunShape, ...]
    labels: tuple[str, str, str]
