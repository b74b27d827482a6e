"""What one key of an experiment alone cannot tell: what belongs together, and names that must exist."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.formula import Formula, FormulaError
from momentum_gui.engine.rules import RULES, Rule
from momentum_gui.lab.data.datasets import find_built_in, is_path
from momentum_gui.lab.data.generated import hidden_of
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment.refusal import shown
from momentum_gui.lab.schedule import KINDS
from momentum_gui.lab.settings import (
    Moment,
    MomentumSchedule,
    NetworkSettings,
    Overrides,
    OwnRule,
    Problem,
    RateSchedule,
    Training,
    View,
)
from momentum_gui.printable import CONTROL

MOST_WEIGHTS = 1_000_000
TRIED_MOMENTA = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
FOR_DATA = ("target", "inputs", "encoding", "separator", "decimal", "header", "items", "noise")
FOR_SURFACES = ("start", "parameters")


class NamedRun(Protocol):
    """A run with every setting it inherits filled in."""

    @property
    def name(self) -> str: ...
    @property
    def training(self) -> Training: ...


class Parts(Protocol):
    """An experiment, as far as its parts are held against one another."""

    @property
    def problem(self) -> Problem: ...
    @property
    def network(self) -> NetworkSettings: ...
    @property
    def training(self) -> Training: ...
    @property
    def rule(self) -> Sequence[OwnRule]: ...
    @property
    def run(self) -> Sequence[Overrides]: ...
    @property
    def view(self) -> View | None: ...
    @property
    def session(self) -> Moment | None: ...
    @property
    def rules(self) -> Mapping[str, Rule]: ...
    @property
    def runs(self) -> Sequence[NamedRun]: ...


def check(experiment: Parts) -> None:
    """Raises BadInputError for the first thing that does not fit."""
    problem = experiment.problem
    if (problem.dataset is None) == (problem.surface is None):
        raise BadInputError("problem: give either dataset or surface")
    for key in FOR_DATA if problem.surface is not None else FOR_SURFACES:
        if getattr(problem, key) is not None:
            other = "data set" if problem.surface is not None else "surface"
            raise BadInputError(f"problem.{key} = {getattr(problem, key)}: allowed only with a {other}")
    if problem.surface is not None:
        check_surface(problem)
    else:
        check_dataset(problem, experiment.network)
    check_network(experiment.network)
    check_own_rules(experiment)
    check_runs(experiment)
    check_session(experiment)


def check_surface(problem: Problem) -> None:
    """The surface exists, and gets as many finite parameters as its formula has."""
    if problem.surface not in SURFACES:
        raise BadInputError(f'problem.surface = "{problem.surface}": allowed is {", ".join(SURFACES)}')
    if problem.parameters is not None:
        wanted = SURFACES[problem.surface].parameters
        if len(wanted) != len(problem.parameters):
            names = f": {', '.join(wanted)}" if wanted else ""
            raise BadInputError(
                f"problem.parameters = {problem.parameters}: the surface {problem.surface} takes {len(wanted)}{names}"
            )
    check_finite("problem.parameters", problem.parameters or ())
    check_finite("problem.start", problem.start or ())


def check_dataset(problem: Problem, network: NetworkSettings) -> None:
    """A built-in data set exists; encoder-N-M-N has the hidden layer that its name says."""
    assert problem.dataset is not None
    if is_path(problem.dataset):
        if "\0" in problem.dataset:
            raise BadInputError("problem.dataset: a path with a zero character is not allowed")
        return
    find_built_in(problem.dataset)
    hidden = hidden_of(problem.dataset)
    if hidden is not None and network.hidden != [hidden]:
        raise BadInputError(f"network.hidden = {network.hidden}: {problem.dataset} needs [{hidden}]")


def check_network(network: NetworkSettings) -> None:
    """The network stays within what can be trained here; its weights are finite."""
    weights = sum(inputs * units for inputs, units in pairwise(network.hidden))
    if weights > MOST_WEIGHTS:
        raise BadInputError(
            f"network.hidden = {network.hidden}: {weights} weights are too many: allowed are up to {MOST_WEIGHTS}"
        )
    check_finite("network.initial_weights", network.initial_weights or ())


def check_own_rules(experiment: Parts) -> None:
    """Refuse a rule whose formulas cannot be read or give no numbers, or whose id another rule has."""
    taken = set(RULES)
    for number, own in enumerate(experiment.rule):
        if own.id in taken:
            raise BadInputError(f'rule[{number}].id = "{own.id}": is taken; give each rule an id of its own')
        taken.add(own.id)
        for name in ("A", "B", "C", "D"):
            text = getattr(own, name)
            if trouble := formula_trouble(text):
                raise BadInputError(f'rule[{number}].{name} = "{text}": {trouble}')


def formula_trouble(text: str) -> str:
    """Return what is wrong with a formula of a rule, in one line; empty where it can be used."""
    try:
        formula = Formula(text)
    except FormulaError as error:
        return str(error)
    for m in TRIED_MOMENTA:
        if not math.isfinite(formula(m)):
            return f"gives no finite number at m = {m:g}; allowed is what does for every m from 0 up to 1"
    return ""


def check_rule(experiment: Parts, rule: str | None, key: str) -> None:
    """Refuse a rule that this experiment does not have; None is no rule."""
    if rule is not None and rule not in experiment.rules:
        raise BadInputError(f"{key} = {shown(rule)}: allowed is {', '.join(experiment.rules)}")


def check_runs(experiment: Parts) -> None:
    """Each run has a name of its own, finite weights, and its changes in order."""
    names: set[str] = set()
    check_rule(experiment, experiment.training.rule, "training.rule")
    for number, run in enumerate(experiment.runs):
        if not run.name.strip():
            raise BadInputError(f'run[{number}].name = "{run.name}": allowed is a text that is not empty')
        if CONTROL.search(run.name):
            raise BadInputError(
                f"run[{number}].name = {run.name!a}: a line break or another control character is not allowed"
            )
        if run.name in names:
            raise BadInputError(f'run[{number}].name = "{run.name}": each run needs a name of its own')
        names.add(run.name)
        owner = f"run[{number}]" if experiment.run else "training"
        check_finite(f"{owner}.start", run.training.start.values())
        check_rule(experiment, run.training.rule, f"{owner}.rule")
        for at, change in enumerate(run.training.change):
            check_rule(experiment, change.rule, f"{owner}.change[{at}].rule")
        updates = [change.update for change in run.training.change]
        if updates != sorted(updates):
            raise BadInputError(f"{owner}.change: the updates {updates} must be in growing order")
        check_schedule(f"{owner}.rate_schedule", run.training.rate_schedule)
        check_schedule(f"{owner}.momentum_schedule", run.training.momentum_schedule)
        for change in run.training.change:
            check_finite(f"{owner}.change.weights", change.weights.values())


def check_schedule(place: str, schedule: RateSchedule | MomentumSchedule) -> None:
    """Refuse a key that the schedule's kind does not use, and a warm-up's beginning without a warm-up."""
    used = KINDS[schedule.kind].keys
    for key in schedule.__struct_fields__:
        value = getattr(schedule, key)
        if value is not None and key not in ("kind", "velocity", *used):
            raise BadInputError(
                f'{place}.{key} = {shown(value)}: not for kind "{schedule.kind}"; allowed are {", ".join(used)}'
            )
    if schedule.warm_up_from is not None and schedule.warm_up is None:
        raise BadInputError(f"{place}.warm_up_from = {schedule.warm_up_from:g}: allowed only with warm_up")


def check_session(experiment: Parts) -> None:
    """Refuse a view or a saved session that names a run which is not there."""
    names = [run.name for run in experiment.runs]
    chosen: dict[str, list[str]] = {}
    if experiment.view is not None and experiment.view.selected is not None:
        chosen["view.selected"] = [experiment.view.selected]
    if experiment.session is not None:
        chosen["session.selected"] = [experiment.session.selected or names[0]]
        chosen["session.hidden"] = experiment.session.hidden
    for key, given in chosen.items():
        for name in given:
            if name not in names:
                raise BadInputError(f'{key}: no run is called "{name}"; the runs are {", ".join(names)}')


def check_finite(key: str, numbers: Iterable[float]) -> None:
    """Raises BadInputError for a number that is not finite."""
    for number in numbers:
        if not math.isfinite(number):
            raise BadInputError(f"{key}: {number} is not allowed, only finite numbers")
