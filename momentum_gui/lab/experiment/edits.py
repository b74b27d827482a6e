"""Edits of an experiment: pure functions that give the experiment with something changed, refused where not allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment.experiment import Experiment, Run
from momentum_gui.lab.settings import OwnRule, RunSettings, SettingsChange, Training

LABEL = "settings"


def with_settings(experiment: Experiment, settings: Mapping[str, Mapping[str, Any]]) -> Experiment:
    """Return the experiment with these keys set, by section; None takes a key out, to its default.

    "problem", "network" and "training" are sections, "" holds title and notes. In [training], the runs' own values of
    these keys go: the edit holds for all runs. Raises BadInputError.
    """
    table = msgspec.to_builtins(experiment)
    for section, values in settings.items():
        places = [table.setdefault(section, {}) if section else table]
        if section == "training":
            places += table.get("run", [])
        for number, place in enumerate(places):
            for key, value in values.items():
                place.pop(key, None)
                if number == 0 and value is not None:
                    place[key] = value
    return validated(table)


def with_run(
    experiment: Experiment,
    run: int,
    rule: str | None = None,
    learning_rate: float | None = None,
    momentum: float | None = None,
    *,
    start: Mapping[str, float] | None = None,
    name: str | None = None,
) -> Experiment:
    """Return the experiment with what is given changed in one run. Raises BadInputError."""
    given = {"rule": rule, "learning_rate": learning_rate, "momentum": momentum, "start": start}
    values = {key: value for key, value in given.items() if value is not None}
    old = experiment.runs[run]
    try:
        training = msgspec.convert({**msgspec.to_builtins(old.training), **values}, Training)
    except msgspec.ValidationError:
        # Said by the one place that says what is allowed.
        return validated({**msgspec.to_builtins(experiment), "training": values})
    if not experiment.run and name is None:
        return validated(msgspec.to_builtins(replace(experiment, training=training)))
    runs = list(experiment.runs)
    runs[run] = Run(old.name if name is None else name, training)
    return with_runs(experiment, runs)


def with_schedule(experiment: Experiment, runs: Sequence[int], key: str, value: Any) -> Experiment:
    """Return the experiment with `rate_schedule` or `momentum_schedule` of some runs set, as a table of keys.

    For all runs it is set in [training]. Raises BadInputError.
    """
    for_all = with_settings(experiment, {"training": {key: value}})  # refuses with the setting's key in [training]
    if set(runs) == set(range(len(experiment.runs))):
        return for_all
    changed = list(experiment.runs)
    for run in runs:
        training = msgspec.convert({**msgspec.to_builtins(changed[run].training), key: value}, Training)
        changed[run] = Run(changed[run].name, training)
    return with_runs(experiment, changed)


def with_own_rule(
    experiment: Experiment, own: OwnRule, replaces: str | None = None, runs: Sequence[int] = ()
) -> Experiment:
    """Return the experiment with a rule of one's own, at the end or in the place of another, which some runs follow.

    What followed the rule that is replaced follows the new one. Raises BadInputError.
    """
    rules = [own if each.id == replaces else each for each in experiment.rule]
    if own not in rules:
        rules.append(own)
    table = msgspec.to_builtins(replace(experiment, rule=rules))
    for place in places_of_rules(table):
        if replaces is not None and place.get("rule") == replaces:
            place["rule"] = own.id
    changed = validated(table)
    for run in runs:
        changed = with_run(changed, run, rule=own.id)
    return changed


def without_own_rule(experiment: Experiment, rule: str) -> Experiment:
    """Return the experiment without a rule of one's own. Raises BadInputError while a run follows it."""
    for run in experiment.runs:
        if rule in (run.training.rule, *(change.rule for change in run.training.change)):
            raise BadInputError(f'the rule "{rule}" is that of the run {run.name}: give that run another rule first')
    table = msgspec.to_builtins(replace(experiment, rule=[each for each in experiment.rule if each.id != rule]))
    if table.get("training", {}).get("rule") == rule:  # of no run: each has another
        del table["training"]["rule"]
    return validated(table)


def places_of_rules(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every part of an experiment's table that may name a rule."""
    for section in (table.get("training", {}), *table.get("run", [])):
        yield section
        yield from section.get("change", [])


def with_runs(experiment: Experiment, runs: Sequence[Run]) -> Experiment:
    """Return the experiment with these runs instead. Raises BadInputError where two have one name, say."""
    return validated(msgspec.to_builtins(experiment.with_runs(runs)))


def with_run_added(experiment: Experiment, run: Run) -> Experiment:
    """Return the experiment with one more run, at the end."""
    return with_runs(experiment, [*experiment.runs, run])


def with_run_removed(experiment: Experiment, run: int) -> Experiment:
    """Return the experiment without one of its runs. Raises BadInputError for the last one."""
    if len(experiment.runs) == 1:
        raise BadInputError("the last run cannot be removed: an experiment has at least one")
    return with_runs(experiment, [each for number, each in enumerate(experiment.runs) if number != run])


def new_run(origin: Training, name: str, rule: str, learning_rate: float, momentum: float) -> Run:
    """Return a run from the same start as another, under settings of its own, without that one's changes on the way."""
    return Run(name, replace(origin, rule=rule, learning_rate=learning_rate, momentum=momentum, change=[]))


def with_fork(experiment: Experiment, run: int, update: int, name: str, change: SettingsChange) -> Experiment:
    """Return the experiment with a run more, that goes as `run` up to an update and on under the change from there."""
    training = experiment.runs[run].training
    before = [past for past in training.change if past.update < update]
    same = [past for past in training.change if past.update == update]
    weights = {name: value for past in same for name, value in past.weights.items()}
    change = replace(change, update=update, weights={**weights, **change.weights})
    if update == 0:
        training = RunSettings.of(training).after(change).put_into(training)
    else:
        training = replace(training, change=[*before, change])
    return with_run_added(experiment, Run(name, training))


def free_name(experiment: Experiment, name: str) -> str:
    """Return the name, or the name with the first number that makes it a new one."""
    taken = {run.name for run in experiment.runs}
    if name not in taken:
        return name
    stem = name.rstrip("0123456789").rstrip() or name
    number = 2
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def validated(table: Mapping[str, Any]) -> Experiment:
    """Return the experiment of a table. Raises BadInputError with one line, as for a file but without its name."""
    try:
        return Experiment.from_table(table, LABEL)
    except BadInputError as error:
        raise BadInputError(str(error).removeprefix(f"{LABEL}: ")) from None
