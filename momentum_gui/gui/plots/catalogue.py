"""Which views there are, by area of the window and title: to add a view, add a row."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import cast

from momentum_gui.gui.plots.common.view import View
from momentum_gui.lab.errors import BadInputError


@dataclass(frozen=True)
class ViewRow:
    """One view of the window."""

    area: str
    title: str
    module: str
    name: str

    @property
    def name_on_disk(self) -> str:
        """How files and the command line call it: error-surface."""
        return self.title.lower().replace(" ", "-")

    def make(self) -> View:
        """Return a new view; its module is loaded now."""
        module = importlib.import_module(f"momentum_gui.gui.plots.{self.module}")
        return cast(View, getattr(module, self.name)())


VIEWS = (
    ViewRow("centre", "Error surface", "surface.view", "SurfaceView"),
    ViewRow("centre", "Sweep", "sweep.view", "SweepView"),
    ViewRow("upper", "Error", "error.view", "ErrorView"),
    ViewRow("upper", "Predictions", "predictions.view", "PredictionsView"),
    ViewRow("upper", "Network", "network.view", "DiagramView"),
    ViewRow("lower", "Steps", "steps.view", "StepsView"),
    ViewRow("lower", "Gains", "gains.view", "GainsView"),
    ViewRow("lower", "One update", "one_update.view", "ArithmeticView"),
    ViewRow("centre", "Theory", "theory.view", "TheoryView"),
    ViewRow("centre", "Data", "data.view", "DataView"),
)


def view_named(name: str) -> ViewRow:
    """Return the view of a name like error-surface, or of a title. Raises BadInputError, naming those there are."""
    wanted = name.strip().lower().replace(" ", "-")
    for row in VIEWS:
        if row.name_on_disk == wanted:
            return row
    raise BadInputError(f"view {name}: allowed are {', '.join(row.name_on_disk for row in VIEWS)}")
