"""A small SVG of error curves, for notebooks."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np

from momentum_gui.engine.arrays import Floats

WIDTH, HEIGHT, EDGE = 360, 140, 8
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's colours, told apart by the colour-blind too."""
MOST_POINTS = 400


def curve_svg(curves: Mapping[str, tuple[np.ndarray, Floats]]) -> str:
    """Return the curves by name, (epochs, errors) each, on a logarithmic axis where all errors are above 0."""
    finite = np.concatenate([errors[np.isfinite(errors)] for _, errors in curves.values()] or [np.empty(0)])
    if not len(finite):
        return ""
    logarithmic = bool((finite > 0).all())
    scaled = np.log10(finite) if logarithmic else finite
    low, high = float(scaled.min()), float(scaled.max())
    last = max(1, max(int(epochs[-1]) for epochs, _ in curves.values()))
    parts = []
    for number, (name, (epochs, errors)) in enumerate(curves.items()):
        kept = np.flatnonzero(np.isfinite(errors))
        kept = kept[:: max(1, len(kept) // MOST_POINTS)]
        values = np.log10(errors[kept]) if logarithmic else errors[kept]
        x = EDGE + (WIDTH - 2 * EDGE) * epochs[kept] / last
        y = EDGE + (HEIGHT - 2 * EDGE) * (high - values) / ((high - low) or 1.0)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        color = COLORS[number % len(COLORS)]
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5">'
            f"<title>{html.escape(name)}</title></polyline>"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="Error against epochs">{"".join(parts)}</svg>'
    )
