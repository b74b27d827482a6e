"""Paths laid over the surface: cut off at the edges of the picture, in steps so small that they follow the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analysis.plane import Range
from momentum_gui.engine.arrays import Floats

FINE = 96
"""Steps are divided until the parts are no longer than the picture's side by this number, given points enough."""
MOST_MARKS = 60
DASH = 0.011
"""The length of a dash that is as long as a line is wide; the landscape's longer side is 2."""
LONGEST_DASHED = 60.0
"""A path longer than that lies on itself: dashes would not be seen."""


@dataclass(frozen=True, eq=False)
class Draped:
    """Points x, y of the plane along a path, and whether it `goes_on` from each to the next without a gap.

    `marks` says which points are recorded moments that get a mark; `start` and `present` are the numbers of the first
    and the last point, None if that lies outside the picture.
    """

    x: Floats
    y: Floats
    goes_on: NDArray[np.bool_]
    marks: NDArray[np.bool_]
    start: int | None
    present: int | None


def draped(x: Floats, y: Floats, range_: Range, most: int) -> Draped:
    """Return a path x, y (n,), cut off at a range and divided finely; of about `most` points."""
    if len(x) > most:
        kept = np.append(np.arange(0, len(x) - 1, -(-len(x) // most)), len(x) - 1)
        x, y = x[kept], y[kept]
    left, right, low, high = range_
    points = np.stack(((x - left) / (right - left), (y - low) / (high - low)), axis=1)
    inside: NDArray[np.bool_] = np.asarray(((points >= 0) & (points <= 1)).all(axis=1))
    stride = 1 << max(0, math.ceil(math.log2(max(1, len(x)) / MOST_MARKS)))  # doubles: marks stay where they are
    marked: NDArray[np.bool_] = np.zeros(len(x), dtype=bool)
    marked[:-1:stride] = True
    begun, by = points[:-1], np.diff(points, axis=0)
    enter, leave = cut(begun, by)
    crossing = leave > enter
    lengths = np.linalg.norm(by, axis=1) * np.where(crossing, leave - enter, 0.0)
    fine = min(float(FINE), most / max(1e-9, float(lengths.sum())))
    parts = np.where(crossing, np.maximum(np.ceil(lengths * fine), 1), 0).astype(int)
    # Each step gives its own beginning and what lies between; its end too, if no other step begins there.
    last = crossing & ((leave < 1) | (np.arange(len(parts)) == len(parts) - 1))
    counts = parts + last
    step = np.repeat(np.arange(len(parts)), counts)
    within = np.arange(len(step)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = enter[step] + (leave - enter)[step] * (within / np.maximum(parts[step], 1))
    goes_on: NDArray[np.bool_] = np.asarray(within < parts[step])
    whole: NDArray[np.bool_] = np.asarray((within == 0) & (enter[step] == 0.0))
    laid_x, laid_y = x[step] + share * np.diff(x)[step], y[step] + share * np.diff(y)[step]
    marks = whole & marked[step]
    start = 0 if len(step) and inside[0] and crossing[0] else None
    present = len(step) - 1 if len(step) and inside[-1] and crossing[-1] else None
    # A path of one point, or one that begins or ends on the very edge, has no step to place it by.
    alone = [end for end, found in ((0, start), (-1, present)) if found is None and inside[end]]
    if alone:
        if start is None and inside[0]:
            start = len(laid_x)
        if present is None and inside[-1]:
            present = len(laid_x) + len(alone) - 1
        laid_x, laid_y = np.append(laid_x, x[alone]), np.append(laid_y, y[alone])
        nothing = np.zeros(len(alone), dtype=bool)
        goes_on, marks = np.concatenate((goes_on, nothing)), np.concatenate((marks, nothing))
    return Draped(laid_x, laid_y, goes_on, marks, start, present)


def cut(begun: Floats, by: Floats) -> tuple[Floats, Floats]:
    """Return where steps (n, 2) from some points enter and leave the square from 0 to 1, as shares of the step.

    A step that misses it enters after it leaves. (Liang and Barsky's clipping.)
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        to_low, to_high = -begun / by, (1 - begun) / by
    still = by == 0
    outside = still & ((begun < 0) | (begun > 1))
    first = np.where(still, np.where(outside, np.inf, -np.inf), np.minimum(to_low, to_high))
    final = np.where(still, np.where(outside, -np.inf, np.inf), np.maximum(to_low, to_high))
    return np.maximum(first.max(axis=1), 0.0), np.minimum(final.min(axis=1), 1.0)


def dashed(path: Draped, range_: Range, dash: tuple[float, ...]) -> Draped:
    """Return a path in dashes (in widths of the line; () = solid), whose ends become points of it."""
    across, along = 2 * path.x / (range_[1] - range_[0]), 2 * path.y / (range_[3] - range_[2])
    lengths = np.where(path.goes_on[:-1], np.hypot(np.diff(across), np.diff(along)), 0.0)
    whole = float(lengths.sum())
    if not dash or not 0 < whole <= LONGEST_DASHED:
        return path
    pattern = np.cumsum(dash) * DASH
    at = np.concatenate(([0.0], np.cumsum(lengths)))
    edges = (np.arange(math.ceil(whole / pattern[-1]))[:, None] * pattern[-1] + pattern).ravel()
    edges = edges[edges < whole]
    step = np.searchsorted(at, edges, "right") - 1
    share, after = (edges - at[step]) / lengths[step], step + 1
    x = np.insert(path.x, after, path.x[step] + share * np.diff(path.x)[step])
    y = np.insert(path.y, after, path.y[step] + share * np.diff(path.y)[step])
    at, goes_on = np.insert(at, after, edges), np.insert(path.goes_on, after, path.goes_on[step])
    middle = (at[:-1] + at[1:]) / 2
    goes_on[:-1] &= np.searchsorted(pattern, middle % pattern[-1], "right") % 2 == 0

    def moved(number: int | None) -> int | None:
        return None if number is None else number + int(np.searchsorted(after, number, "right"))

    return Draped(x, y, goes_on, np.insert(path.marks, after, False), moved(path.start), moved(path.present))
