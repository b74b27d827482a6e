"""Which run is looked at first, where nobody has chosen one."""

from __future__ import annotations

from momentum_gui.lab.experiment.experiment import Experiment


def run_to_look_at(experiment: Experiment) -> int:
    """Return the run to select at first: the one that session or experiment names, or one with momentum."""
    names = [run.name for run in experiment.runs]
    for chosen in (experiment.session, experiment.view):
        if chosen is not None and chosen.selected is not None:
            return names.index(chosen.selected)
    rules = experiment.rules
    momenta = [rules[run.training.rule].coefficients(run.training.momentum).b for run in experiment.runs]
    return next((number for number, momentum in enumerate(momenta) if momentum), 0)
