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
