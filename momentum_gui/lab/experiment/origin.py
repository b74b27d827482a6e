"""Where an experiment's data lie: an experiment that came from others may name any file of this computer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from momentum_gui.lab.data.datasets import is_path
from momentum_gui.lab.data.proposal import is_table
from momentum_gui.lab.experiment.experiment import Experiment, find


def data_outside(name_or_path: str | Path, experiment: Experiment, changes: Sequence[str] = ()) -> Path | None:
    """Return the file that an experiment learns from where that is not in its own folder or below, links followed.

    None where it is, and where the user named it: as the table itself, or in a change as of `--set`.
    """
    label, dataset = str(name_or_path), experiment.problem.dataset
    if dataset is None or not is_path(dataset) or is_table(label):
        return None
    if any(change.partition("=")[0].strip() == "problem.dataset" for change in changes):
        return None
    folder = Path.cwd() if label == "-" else find(label).parent
    place = Path(os.path.realpath(dataset))
    return None if place.is_relative_to(os.path.realpath(folder)) else place
