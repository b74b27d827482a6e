"""An experiment: problem, network, training and runs, loaded from TOML, validated, saved."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import tomli_w
from msgspec import UNSET, Struct, field
from msgspec.structs import fields, replace

from momentum_gui.assets import resource
from momentum_gui.engine.surfaces import SURFACES
from momentum_gui.lab.bad_input import BadInputError
from momentum_gui.lab.settings import Change, NetworkSettings, Overrides, Problem, Training


class Run(NamedTuple):
    """One run of an experiment, with every setting it inherits filled in."""

    name: str
    training: Training


class Experiment(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that determines a training: the same experiment gives the same numbers."""

    title: str = ""
    notes: str = ""
    problem: Problem = Problem()
    network: NetworkSettings = field(default_factory=NetworkSettings)
    training: Training = field(default_factory=Training)
    run: list[Overrides] = field(default_factory=list)

    @classmethod
    def load(cls, name_or_path: str | Path, changes: Sequence[str] = ()) -> Experiment:
        """A built-in experiment by name, or a TOML file; `-` reads standard input.

        `changes` are `section.key=value` as in `--set`. Raises BadInputError, with one line that names the file, the
        key, its value and what is allowed.
        """
        label = str(name_or_path)
        if label == "-":
            return cls.parse(sys.stdin.read(), "standard input", Path.cwd(), changes)
        path = find(label)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise BadInputError(f"{label}: not a text file: an experiment is TOML in UTF-8") from None
        except OSError as error:
            raise BadInputError(f"{label}: cannot be read: {error.strerror}") from None
        return cls.parse(text, label, path.parent, changes)

    @classmethod
    def parse(cls, text: str, label: str, folder: Path, changes: Sequence[str] = ()) -> Experiment:
        """An experiment from TOML text; `label` names it in errors, `folder` is where relative data paths begin."""
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInputError(f"{label}: not valid TOML: {error}") from None
        for change in changes:
            set_key(table, change)
        experiment = cls.from_table(table, label)
        dataset = experiment.problem.dataset
        if dataset is not None and is_path(dataset):
            located = os.path.abspath(folder / Path(dataset).expanduser())
            experiment = replace(experiment, problem=replace(experiment.problem, dataset=located))
        return experiment

    @classmethod
    def from_table(cls, table: Mapping[str, Any], label: str) -> Experiment:
        """An experiment from a parsed table; raises BadInputError."""
        try:
            experiment = msgspec.convert(table, cls)
        except msgspec.ValidationError as error:
            raise BadInputError(f"{label}: {explain(error, table)}") from None
        try:
            check(experiment)
        except BadInputError as error:
            raise BadInputError(f"{label}: {error}") from None
        return experiment

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs with all they inherit; an experiment without [[run]] tables has one, named after its rule."""
        if not self.run:
            return (Run(self.training.rule, self.training),)
        return tuple(
            Run(f"run {number}" if own.name is UNSET else own.name, inherit(self.training, own))
            for number, own in enumerate(self.run, 1)
        )

    def with_runs(self, runs: Sequence[Run]) -> Experiment:
        """The same experiment with these runs, each written as what it overrides."""
        return replace(self, run=[override(self.training, run) for run in runs])

    def to_toml(self, folder: Path | None = None) -> str:
        """The experiment as TOML; a data file below `folder` is written relative to it."""
        table: dict[str, Any] = msgspec.to_builtins(self)
        # The whole of [training] is written, so that a file says what it does whatever the defaults become.
        table["training"] = {
            key: value for key, value in every_setting(self.training).items() if value not in ({}, [])
        }
        if self.problem.dataset is not None and is_path(self.problem.dataset) and folder is not None:
            path = Path(self.problem.dataset)
            if path.is_relative_to(folder.resolve()):
                table["problem"]["dataset"] = path.relative_to(folder.resolve()).as_posix()
        return tomli_w.dumps(table, multiline_strings=True)


def find(name_or_path: str) -> Path:
    """The file of a built-in experiment's name, or the path itself; raises BadInputError where there is neither."""
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    built_in = resource("experiments", f"{name_or_path}.toml")
    if re.fullmatch(r"[\w.-]+", name_or_path) and built_in.is_file():
        return built_in
    if path.is_dir():
        raise BadInputError(f"{name_or_path}: is a folder: an experiment is a TOML file or a built-in name")
    raise BadInputError(
        f"{name_or_path}: no such file or built-in experiment; built in are {', '.join(built_in_names())}"
    )


def built_in_names() -> list[str]:
    """The names of the built-in experiments, sorted."""
    return sorted(path.stem for path in resource("experiments").glob("*.toml"))


def is_path(dataset: str) -> bool:
    """Whether a data set is named as a file rather than as a built-in."""
    return dataset.lower().endswith((".csv", ".tsv", ".txt")) or "/" in dataset or "\\" in dataset


def inherit(training: Training, own: Any) -> Training:
    """[training] with what a [[run]] overrides."""
    overridden = {name: value for name in Training.__struct_fields__ if (value := getattr(own, name)) is not UNSET}
    return replace(training, **overridden)


def override(training: Training, run: Run) -> Any:
    """The [[run]] table that gives this run: its name, and what differs from [training]."""
    mine, inherited = every_setting(run.training), every_setting(training)
    differing = {key: getattr(run.training, key) for key in mine if mine[key] != inherited[key]}
    return Overrides(name=run.name, **differing)


def every_setting(training: Training) -> dict[str, Any]:
    """All keys and values of [training], defaults included, as plain data."""
    return {name: msgspec.to_builtins(getattr(training, name)) for name in Training.__struct_fields__}


def set_key(table: dict[str, Any], change: str) -> None:
    """Apply one `section.key=value` to a parsed table; the value is TOML, or else a plain string."""
    key, equals, text = change.partition("=")
    parts = [part.strip() for part in key.split(".", 2 if key.startswith("training.start.") else -1)]
    if not equals or not all(parts):
        raise BadInputError(f"--set {change}: write it as section.key=value, like training.momentum=0.9")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    for part in parts[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            raise BadInputError(f"--set {change}: {part} has no keys")
        table = inner
    table[parts[-1]] = value


def explain(error: msgspec.ValidationError, table: Mapping[str, Any]) -> str:
    """A validation error as key = value: what is allowed."""
    message, _, place = str(error).partition(" - at `$")
    steps = [step for step in re.split(r"[.\[\]`]+", place) if step and step != "..."]
    if unknown := re.match(r"Object contains unknown field `(.*)`", message):
        owner = owner_of(steps)
        name = ".".join([*steps, unknown[1]])
        return f"{name}: unknown key; allowed are {', '.join(f.encode_name for f in fields(owner))}"
    if missing := re.match(r"Object missing required field `(.*)`", message):
        return f"{'.'.join([*steps, missing[1]])}: missing, and required"
    key, value = key_text(steps), value_at(table, steps)
    return f"{key} = {value}: allowed is {allowed_at(steps) or message.replace('Expected ', '').replace('`', '')}"


def key_text(steps: Sequence[str]) -> str:
    """A key's place as a user writes it: run[1].rule, counted from 0 as in the message of the parser."""
    return re.sub(r"\.(\d+)", r"[\1]", ".".join(steps))


def value_at(table: Any, steps: Sequence[str]) -> str:
    """The offending value, as TOML would show it; cut short where it is long."""
    for step in steps:
        if isinstance(table, Mapping):
            table = table.get(step)
        elif isinstance(table, list) and step.isdigit() and int(step) < len(table):
            table = table[int(step)]
        else:
            break
    text = repr(table) if not isinstance(table, str) else f'"{table}"'
    return text if len(text) <= 60 else text[:57] + "…"


def owner_of(steps: Sequence[str]) -> type[Struct]:
    """The struct whose keys are meant at this place."""
    if "change" in steps:
        return Change
    owners: dict[str, Any] = {"problem": Problem, "network": NetworkSettings, "training": Training, "run": Overrides}
    return owners.get(steps[0], Experiment) if steps else Experiment


def allowed_at(steps: Sequence[str]) -> str:
    """What a setting's declaration says is allowed; empty where it says nothing."""
    names = [step for step in steps if not step.isdigit()]
    if len(names) < 2:
        return {"title": "a text", "notes": "a text", "run": "a list of tables, each headed [[run]]"}.get(
            names[0] if names else "", "a table of keys and values"
        )
    if "change" in names and names[-1] != "change":
        owner: Any = Training if names[-1] in Training.__struct_fields__ else owner_of(steps)
    else:
        owner = {"problem": Problem, "network": NetworkSettings}.get(names[0], Training)
    key = names[1] if "change" not in names else names[-1]
    return next((allowed for name, allowed in allowed_values(owner) if name == key), "")


def allowed_values(owner: type[Struct]) -> Iterator[tuple[str, str]]:
    """Each key of a struct with what its declaration allows."""
    for info in fields(owner):
        for note in getattr(info.type, "__metadata__", ()):
            if isinstance(note, msgspec.Meta) and note.extra:
                yield info.encode_name, note.extra["allowed"]


def check(experiment: Experiment) -> None:
    """What one key alone cannot tell: what belongs together, and names that must exist. Raises BadInputError."""
    problem = experiment.problem
    if (problem.dataset is None) == (problem.surface is None):
        raise BadInputError("problem: give either dataset or surface")
    if problem.surface is not None and problem.surface not in SURFACES:
        raise BadInputError(f'problem.surface = "{problem.surface}": allowed is {", ".join(SURFACES)}')
    if problem.surface is not None and problem.parameters is not None:
        wanted = SURFACES[problem.surface].parameters
        if len(wanted) != len(problem.parameters):
            names = ", ".join(wanted) if wanted else "none"
            raise BadInputError(
                f"problem.parameters = {problem.parameters}: the surface {problem.surface} takes {len(wanted)}: {names}"
            )
    names = [run.name for run in experiment.runs]
    for number, name in enumerate(names):
        if not name.strip():
            raise BadInputError(f"run[{number}].name: a name must not be empty")
        if name in names[:number]:
            raise BadInputError(f'run[{number}].name = "{name}": each run needs a name of its own')
    numbers = [*(experiment.network.initial_weights or ()), *(problem.start or ()), *(problem.parameters or ())]
    for run in experiment.runs:
        numbers += [*run.training.start.values()]
        numbers += [value for change in run.training.change for value in change.weights.values()]
        updates = [change.update for change in run.training.change]
        if updates != sorted(updates):
            raise BadInputError(f'run "{run.name}": the changes must stand in the order of their updates')
    if any(abs(number) > 1e300 or number != number for number in numbers):
        raise BadInputError("weights, start and parameters must be finite numbers")
