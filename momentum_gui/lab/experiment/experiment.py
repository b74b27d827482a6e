"""An experiment: problem, network, training and runs, loaded from TOML, validated, saved."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import tomli_w
from msgspec import UNSET, Struct, field
from msgspec.structs import force_setattr, replace

from momentum_gui.assets import resource
from momentum_gui.engine.rules import RULES, Rule, four, rule_of_formulas
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.data.datasets import is_path
from momentum_gui.lab.data.proposal import begun, is_table, problem_table, proposal
from momentum_gui.lab.data.text_file import read_bytes
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment.refusal import explain
from momentum_gui.lab.experiment.validation import check
from momentum_gui.lab.settings import Moment, NetworkSettings, Overrides, OwnRule, Problem, Training, View

EXACT = 2.0**53
"""Up to here a float holds every whole number."""


class Run(NamedTuple):
    """One run of an experiment, with every setting it inherits filled in."""

    name: str
    training: Training


class Experiment(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that determines a training: the same experiment gives the same numbers.

    `notes` say what to look at and what to change; `claim` is what the experiment shows, with a number.
    `view` is what the window shows first, and `session` where a saved session of it was; neither alters a number.
    """

    title: str = ""
    notes: str = ""
    claim: str = ""
    problem: Problem = Problem()
    network: NetworkSettings = field(default_factory=NetworkSettings)
    training: Training = field(default_factory=Training)
    rule: list[OwnRule] = field(default_factory=list)
    run: list[Overrides] = field(default_factory=list)
    view: View | None = None
    session: Moment | None = None

    def __post_init__(self) -> None:
        """Convert and check sections given as plain tables: `Experiment(problem={"dataset": "xor"})`.

        Sections that are structs already come from a checked experiment, and stay. Raises BadInputError.
        """
        given = {key: getattr(self, key) for key in self.__struct_fields__}
        if not any(isinstance(each, Mapping) for each in (*given.values(), *self.run)):
            return
        whole = {key: value for key, value in given.items() if value is not None}
        checked = Experiment.from_table(msgspec.to_builtins(whole), "experiment")
        for key in self.__struct_fields__:
            force_setattr(self, key, getattr(checked, key))

    @classmethod
    def load(cls, name_or_path: str | Path, changes: Sequence[str] = ()) -> Experiment:
        """Return a built-in experiment by name, or a TOML file; `-` reads standard input.

        A table (.csv, .tsv, .txt, .data, .dat) becomes an experiment with settings that suit it.

        `changes` are `section.key=value` as in `--set`. Raises BadInputError, with one line that names the file, the
        key, its value and what is allowed.
        """
        label = str(name_or_path)
        if label == "-":
            return cls.parse(decoded(read_standard_input(), "standard input"), "standard input", Path.cwd(), changes)
        path = find(label)
        if is_table(label):
            begin = {"problem": problem_table(begun(path))}
            chosen = cls._of_table(begin, label, Path.cwd(), [each for each in changes if each.startswith("problem.")])
            return cls._of_table(proposal(chosen.problem), label, Path.cwd(), changes)
        return cls.parse(decoded(read_bytes(path, label)[0], label), label, path.parent, changes)

    @classmethod
    def parse(cls, text: str, label: str, folder: Path, changes: Sequence[str] = ()) -> Experiment:
        """Return an experiment from TOML text; `label` names it in errors, `folder` is where relative data paths
        begin."""
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInputError(one_line(f"{label}: not valid TOML: {error}")) from None
        except (ValueError, RecursionError):  # Python's own limits on digits and on depth
            raise BadInputError(f"{label}: not valid TOML: a number or a nesting beyond all measure") from None
        return cls._of_table(table, label, folder, changes)

    @classmethod
    def _of_table(cls, table: dict[str, Any], label: str, folder: Path, changes: Sequence[str]) -> Experiment:
        """Return the experiment of a table, changed first, with its data file found from `folder`."""
        for change in changes:
            set_key(table, change)
        experiment = cls.from_table(table, label)
        dataset = experiment.problem.dataset
        if dataset is not None and is_path(dataset):
            try:
                located = os.path.abspath(folder / Path(dataset).expanduser())
            except RuntimeError:  # ~ of an unknown user
                raise BadInputError(one_line(f'{label}: problem.dataset = "{dataset}": no such file')) from None
            experiment = replace(experiment, problem=replace(experiment.problem, dataset=located))
        return experiment

    @classmethod
    def from_table(cls, table: Mapping[str, Any], label: str) -> Experiment:
        """Return an experiment from a parsed table; raises BadInputError."""
        try:
            experiment = msgspec.convert(with_whole_numbers(table), cls)
        except msgspec.ValidationError as error:
            raise BadInputError(one_line(f"{label}: {explain(error, table)}")) from None
        try:
            check(experiment)
        except BadInputError as error:
            raise BadInputError(one_line(f"{label}: {error}")) from None
        return experiment

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule that this experiment's runs may use, by its id: the built-in ones, then its own."""
        return rules_with(tuple(self.rule))

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
        """Return the experiment with these runs instead, each written as what it overrides."""
        view = self.view
        if view is not None and view.selected not in (None, *(run.name for run in runs)):
            view = replace(view, selected=None)
        return replace(self, run=[override(self.training, run) for run in runs], view=view)

    def save(self, path: str | Path) -> None:
        """Write the experiment as TOML; the file is replaced as a whole or not at all. Raises OSError."""
        write_atomically(path, self.to_toml(Path(path).parent))

    def to_toml(self, folder: Path | None = None) -> str:
        """Return the experiment as TOML; a data file below `folder` is written relative to it."""
        table: dict[str, Any] = msgspec.to_builtins(self)
        # Defaults are written too, so that a file says what it does whatever they become.
        table["training"] = {key: value for key, value in every_setting(self.training).items() if value not in ({}, [])}
        if self.network == NetworkSettings() and self.problem.surface is not None:
            table.pop("network", None)
        else:
            table["network"] = {key: value for key, value in every_setting(self.network).items() if value is not None}
        if self.problem.dataset is not None and is_path(self.problem.dataset) and folder is not None:
            path, here = Path(self.problem.dataset), Path(os.path.abspath(folder))
            if path.is_relative_to(here):
                table["problem"]["dataset"] = f"./{path.relative_to(here).as_posix()}"
        lists = {name: table.pop(name, []) for name in ("rule", "run")}
        text = tomli_w.dumps(table, multiline_strings=True)
        # Each one under a heading of its own, where tomli_w would put short ones in one line.
        for name, parts in lists.items():
            text += "".join(
                f"\n[[{name}]]\n" + tomli_w.dumps({name: part}).removeprefix(f"[{name}]\n") for part in parts
            )
        return text


def with_whole_numbers(value: Any) -> Any:
    """Return a table or list with each whole number that is written as a float (1e9) as an int.

    Where a setting is a float, msgspec turns it back. Numbers that a float may have rounded, and 0, stay as they are.
    """
    if isinstance(value, Mapping):
        return {key: with_whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_whole_numbers(each) for each in value]
    if isinstance(value, float) and 1 <= abs(value) <= EXACT and value.is_integer():
        return int(value)
    return value


@lru_cache(maxsize=64)
def rules_with(own: tuple[OwnRule, ...]) -> Mapping[str, Rule]:
    """Return the built-in rules and these, by id. Raises FormulaError for a formula that cannot be read."""
    rules = dict(RULES)
    for each in own:
        formulas = four(each.A, each.B, each.C, each.D)
        rules[each.id] = rule_of_formulas(each.id, each.title, formulas)
    return MappingProxyType(rules)


def find(name_or_path: str) -> Path:
    """Return the file of a built-in experiment's name, or the path itself; raises BadInputError where there is
    neither."""
    try:
        path = Path(name_or_path).expanduser()
        if path.exists() and not path.is_dir():
            return path
        folder = path.is_dir()
    except (OSError, RuntimeError):  # a name too long for a file, or ~ of an unknown user
        folder = False
    if name_or_path in built_in_names():
        return resource("experiments", f"{name_or_path}.toml")
    if folder:
        raise BadInputError(f"{name_or_path}: is a folder: an experiment is a TOML file or a built-in name")
    raise BadInputError(
        f"{name_or_path}: no such file or built-in experiment; built in are {', '.join(built_in_names())}"
    )


def one_line(text: str) -> str:
    """Return the text without line breaks, which a key or a name could bring in."""
    return " ".join(text.split("\n")).replace("\r", " ")


def read_standard_input() -> bytes:
    """Return all of standard input, as bytes. Raises BadInputError where there is none."""
    if sys.stdin is None:  # closed by whoever started the program
        raise BadInputError("standard input: is closed: no experiment can be read from it")
    return sys.stdin.buffer.read()


def decoded(raw: bytes, label: str) -> str:
    """Return the text of an experiment, with or without a byte-order mark. Raises BadInputError."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(f"{label}: not a text file: an experiment is TOML in UTF-8") from None


def built_in_names() -> list[str]:
    """Return the names of the built-in experiments, sorted."""
    return sorted(path.stem for path in resource("experiments").glob("*.toml"))


def inherit(training: Training, own: Any) -> Training:
    """[training] with what a [[run]] overrides."""
    overridden = {name: value for name in Training.__struct_fields__ if (value := getattr(own, name)) is not UNSET}
    return replace(training, **overridden)


def override(training: Training, run: Run) -> Any:
    """Return the [[run]] table that gives this run: its name, and what differs from [training]."""
    mine, inherited = every_setting(run.training), every_setting(training)
    differing = {key: getattr(run.training, key) for key in mine if mine[key] != inherited[key]}
    return Overrides(name=run.name, **differing)


def every_setting(settings: Struct) -> dict[str, Any]:
    """Return all keys and values of a section, defaults included, as plain data."""
    return {name: msgspec.to_builtins(getattr(settings, name)) for name in settings.__struct_fields__}


def set_key(table: dict[str, Any], change: str) -> None:
    """Apply one `section.key=value` to a parsed table; the value is TOML, or else a plain string.

    `training.KEY` holds for all runs: a run's own value of that key goes. `run.NAME.KEY` is for one run. The name of a
    weight goes on to the equals sign: `training.start.w1[0,0]=0.5`. Raises BadInputError.
    """
    key, equals, text = change.partition("=")
    runs = [run for run in table.get("run", []) if isinstance(run, dict)] if isinstance(table.get("run"), list) else []
    if key.strip().startswith("run."):
        table, key = named_run(table, runs, key.strip(), change)
    parts = [part.strip() for part in key.split(".")]
    if not equals or not all(parts):
        raise BadInputError(f"--set {change}: write it as section.key=value, like training.momentum=0.9")
    try:
        parsed = tomllib.loads(f"value = {text}")
        value = parsed["value"] if len(parsed) == 1 else text.strip()
    except (ValueError, RecursionError):
        value = text.strip()
    if parts[0] == "training":
        for run in runs:
            clear_key(run, parts[1:], value)
    for number, part in enumerate(parts[:-1], 1):
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            raise BadInputError(f"--set {change}: {'.'.join(parts[:number])} has no keys of its own")
        table = inner
    table[parts[-1]] = value


def named_run(
    table: dict[str, Any], runs: Sequence[dict[str, Any]], key: str, change: str
) -> tuple[dict[str, Any], str]:
    """Return the table of the run that `run.NAME.KEY` names, and KEY. Raises BadInputError for a name that no run has.

    An experiment without [[run]] tables has one run, named after its rule.
    """
    named = {str(run.get("name", f"run {number}")): run for number, run in enumerate(runs, 1)}
    if not runs:
        training = table.setdefault("training", {})
        if isinstance(training, dict):
            named = {str(training.get("rule", Training().rule)): training}
    rest = key.removeprefix("run.")
    for name in sorted(named, key=len, reverse=True):  # a name may itself hold a dot
        if rest.startswith(f"{name}."):
            return named[name], rest.removeprefix(f"{name}.")
    raise BadInputError(
        f"--set {change}: write it as run.NAME.KEY=VALUE; the runs are {', '.join(named)}, like "
        f"run.{next(iter(named), 'plain')}.momentum=0.9"
    )


def clear_key(run: dict[str, Any], parts: Sequence[str], value: Any) -> None:
    """Take a run's own value of a key of [training] away; in a table of the run's own, put the new value in."""
    if len(parts) == 1:
        run.pop(parts[0], None)
    elif len(parts) == 2 and isinstance(run.get(parts[0]), dict):
        run[parts[0]][parts[1]] = value
