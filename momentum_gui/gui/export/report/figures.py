"""The figures of a report: the window's own views as SVG that stands in a page, each with names of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from momentum_gui.gui.export.page import posed
from momentum_gui.gui.export.plot_file import figure_of
from momentum_gui.gui.export.stage import Stage
from momentum_gui.gui.paper.devices import svg
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.plots.common.view import View
from momentum_gui.lab.recording.takes import Takes

VIEWS = ("error", "error-surface", "steps", "gains", "theory", "predictions", "network")
FORM = PictureForm((170, 105), "mm", type_points=8.0)
TALL = PictureForm((170, 150), "mm", type_points=8.0)
WORDY = frozenset({"error-surface", "theory"})
"""Views with many words below their plots."""
DECLARATION = re.compile(r"<\?xml[^>]*\?>\s*")
SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"')
NAMES = re.compile(r'(\bid="|url\(#|xlink:href="#|\bhref="#)')


@dataclass(frozen=True)
class DrawnView:
    """A view's title, its picture as SVG, and a sentence about it."""

    title: str
    svg: str
    summary: str


def draw(takes: Takes) -> Iterator[DrawnView]:
    """Draw the views of a training that have something to show, one after another, as they are at its end."""
    with Stage(list(VIEWS), takes.setup, takes.record, takes.selected) as stage:
        stage.show(None)
        for name, view in zip(VIEWS, stage.views, strict=True):
            if not view.is_empty:
                yield DrawnView(view.title, picture(stage, view, name), view.summary())


def picture(stage: Stage, view: View, name: str) -> str:
    """Return one view as SVG for use within a page."""
    form = TALL if name in WORDY else FORM
    with posed(view, form) as room:
        stage.settle()
        view.redraw_at_rest()
        with figure_of(view, room, form, None) as figure:
            return for_page(svg(figure, form).decode(), name)


def for_page(drawing: str, name: str) -> str:
    """Return an SVG file as a part of a page: as wide as there is room, with ids that no other part has."""
    inside = DECLARATION.sub("", drawing)
    inside = SIZE.sub(r"\1", inside, count=1)
    return NAMES.sub(lambda match: f"{match[1]}{name}-", inside)
