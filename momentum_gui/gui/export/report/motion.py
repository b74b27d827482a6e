"""The run in motion: a surface with paths and the error curves, moved through time by a small script in the page."""

from __future__ import annotations

import base64
import html
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QImage

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.report import Measure
from momentum_gui.gui.export.stage import Stage
from momentum_gui.gui.paper.devices import encoded
from momentum_gui.gui.plots.common.ticks import ticks
from momentum_gui.gui.plots.surface.image import values_of
from momentum_gui.gui.plots.surface.view import SurfaceView
from momentum_gui.gui.style import theme
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.takes import Takes

WIDTH, HEIGHT, GAP = 360.0, 300.0, 70.0
LEFT, TOP = 56.0, 12.0
DIGITS = 6


@dataclass(frozen=True)
class Axes:
    """A chart's place in the picture, and the ends of its axes; `log` means log10 of the values along y."""

    x: float
    y: float
    low: tuple[float, float]
    high: tuple[float, float]
    log: bool = False

    def place(self, x: Floats, y: Floats) -> Floats:
        """Return where points are drawn, (points, 2)."""
        across = self.x + WIDTH * (x - self.low[0]) / ((self.high[0] - self.low[0]) or 1.0)
        along = self.y + HEIGHT * (1 - (y - self.low[1]) / ((self.high[1] - self.low[1]) or 1.0))
        return np.asarray(np.round(np.stack((across, along), axis=1), 1), dtype=np.float64)


def motion(takes: Takes) -> str:
    """Return the picture, its slider and its read-outs as HTML; without a script it shows the end."""
    record, moments = takes.record, np.array(takes.moments)
    errors = np.array(
        [
            [run.measures.last[nearest(run.measures.position, at), Measure.ERROR] for at in moments]
            for run in record.runs
        ]
    )
    parts, runs = (
        [],
        [
            {
                "name": run.name,
                "color": color(number),
                "error": numbers(errors[number]),
            }
            for number, run in enumerate(record.runs)
        ],
    )
    surface = surface_parts(takes, moments, runs)
    parts += surface
    left = LEFT + (WIDTH + GAP if surface else 0.0)
    parts += error_parts(moments, errors, runs, left)
    width = left + WIDTH + 16
    data = {"epochs": numbers(moments), "runs": runs}
    legend = " ".join(
        f'<span class="run"><i style="background:{run["color"]}"></i>{html.escape(str(run["name"]))} '
        f'<output data-run="{number}"></output></span>'
        for number, run in enumerate(runs)
    )
    return (
        f'<svg id="motion" viewBox="0 0 {width:g} {TOP + HEIGHT + 44:g}" role="img" '
        f'aria-label="Paths on the error surface and error curves at the moment chosen">{"".join(parts)}</svg>'
        f'<p class="slider"><button id="play" type="button" aria-label="Play">▶</button>'
        f'<input id="time" type="range" min="0" max="{len(moments) - 1}" value="{len(moments) - 1}" '
        f'aria-label="Moment"><output id="epoch"></output></p><p class="legend">{legend}</p>'
        f'<script type="application/json" id="moments">{safe_json(data)}</script>'
    )


def surface_parts(takes: Takes, moments: Floats, runs: list[dict[str, Any]]) -> list[str]:
    """Return the surface with the paths; each run gets its places. Empty where there is no surface to show."""
    with Stage(["error-surface"], takes.setup, takes.record, takes.selected) as stage:
        stage.show(None)
        (view,) = stage.views
        assert isinstance(view, SurfaceView)
        plane, evaluated = view.plane, view.evaluated
        if plane is None or evaluated is None:
            return []
        x0, x1, y0, y1 = evaluated.request.range
        axes = Axes(LEFT, TOP, (x0, y0), (x1, y1))
        parts = [heat(evaluated.errors, axes), frame(axes, plane.label_x, plane.label_y)]
        parts.append(f'<clipPath id="inside"><rect x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}"/></clipPath>')
        for number, (run, told) in enumerate(zip(takes.record.runs, runs, strict=True)):
            vectors = np.clip(np.array([run.weights_at(float(at)) for at in moments]), -1e150, 1e150)
            x, y, _ = plane.project(vectors)
            places = axes.place(np.clip(np.nan_to_num(x), -1e12, 1e12), np.clip(np.nan_to_num(y), -1e12, 1e12))
            places = np.clip(places, -1e5, 1e5)
            told["places"] = places.tolist()
            parts.append(
                f'<g clip-path="url(#inside)"><polyline id="path-{number}" class="path" stroke="{told["color"]}" '
                f'points="{points(places)}"/><circle id="dot-{number}" r="5" fill="{told["color"]}" '
                f'cx="{places[-1, 0]}" cy="{places[-1, 1]}"/></g>'
            )
        return parts


def heat(errors: Floats, axes: Axes) -> str:
    """Return the surface as an image in its colours."""
    values = values_of(errors, log=bool((errors[np.isfinite(errors)] > 0).all()))
    low, high = np.nanmin(values), np.nanmax(values)
    share = np.nan_to_num((values - low) / ((high - low) or 1.0), nan=1.0)
    table = pg.colormap.get("viridis").getLookupTable(nPts=256)[:, :3]
    pixels = np.ascontiguousarray(table[np.rint(255 * np.clip(share, 0, 1)).astype(int)][::-1].astype(np.uint8))
    image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], 3 * pixels.shape[1], QImage.Format.Format_RGB888)
    picture = base64.b64encode(encoded(image)).decode()
    return (
        f'<image x="{axes.x}" y="{axes.y}" width="{WIDTH}" height="{HEIGHT}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{picture}"/>'
    )


def error_parts(moments: Floats, errors: Floats, runs: list[dict[str, Any]], left: float) -> list[str]:
    """Return the error curves with a line at the moment; each run gets its places."""
    finite = errors[np.isfinite(errors)]
    if not len(finite):
        return []
    log = bool((finite > 0).all())
    values = np.where(np.isfinite(errors), errors, np.nan)
    values = np.log10(np.clip(values, 1e-300, 1e300)) if log else np.clip(values, -1e300, 1e300)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.05 * (high - low) or 0.5
    axes = Axes(left, TOP, (0.0, low - margin), (max(float(moments[-1]), 1e-9), high + margin), log)
    parts = [frame(axes, "epochs", "error")]
    for number, (row, told) in enumerate(zip(values, runs, strict=True)):
        places = axes.place(moments, np.nan_to_num(row, nan=high))
        told["curve"] = places.tolist()
        parts.append(
            f'<polyline class="whole" stroke="{told["color"]}" points="{points(places)}"/>'
            f'<polyline id="curve-{number}" class="path" stroke="{told["color"]}" points="{points(places)}"/>'
        )
    end = axes.place(moments[-1:], np.array([low]))[0, 0]
    parts.append(f'<line id="now" class="now" x1="{end}" x2="{end}" y1="{TOP}" y2="{TOP + HEIGHT}"/>')
    return parts


def frame(axes: Axes, label_x: str, label_y: str) -> str:
    """Return a chart's frame: ticks with their numbers, and what the axes are."""
    parts = [f'<rect class="frame" x="{axes.x}" y="{axes.y}" width="{WIDTH}" height="{HEIGHT}"/>']
    for at, words in ticks(axes.low[0], axes.high[0], 5, log=False).major:
        x = axes.place(np.array([at]), np.array([axes.low[1]]))[0, 0]
        parts.append(f'<text x="{x}" y="{axes.y + HEIGHT + 16}" text-anchor="middle">{html.escape(words)}</text>')
    for at, words in ticks(axes.low[1], axes.high[1], 6, log=axes.log).major:
        y = axes.place(np.array([axes.low[0]]), np.array([at]))[0, 1]
        parts.append(f'<text x="{axes.x - 6}" y="{y + 4}" text-anchor="end">{html.escape(words)}</text>')
    middle = axes.y + HEIGHT / 2
    parts.append(
        f'<text class="label" x="{axes.x + WIDTH / 2}" y="{axes.y + HEIGHT + 36}" text-anchor="middle">'
        f"{html.escape(label_x)}</text>"
        f'<text class="label" transform="translate({axes.x - 42} {middle}) rotate(-90)" text-anchor="middle">'
        f"{html.escape(label_y)}</text>"
    )
    return "".join(parts)


def color(run: int) -> str:
    """Return a run's colour on a light page."""
    with theme.using(theme.LIGHT):
        return theme.run_color(run)


def points(places: Floats) -> str:
    """Return places as a polyline has them."""
    return " ".join(f"{x:g},{y:g}" for x, y in places)


def numbers(values: Floats) -> list[float | None]:
    """Return numbers in few digits for the page; None for those that are none."""
    return [float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None for value in values.tolist()]


def safe_json(data: object) -> str:
    """Return data as JSON that may stand in a page: nothing in it ends the element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
