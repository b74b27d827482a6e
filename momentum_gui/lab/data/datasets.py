"""From [problem] to arrays: built-in data or the user's CSV, one-hot classes, scaling, the held-out share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from momentum_gui.assets import resource
from momentum_gui.engine.population import Floats, Items
from momentum_gui.lab.data.arrays import HELD
from momentum_gui.lab.data.csv_table import DELIMITERS, Column, read_table
from momentum_gui.lab.data.generated import GENERATED, SPREAD_ITEMS, BuiltIn, Raw, hidden_of
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem

SPLIT_SEED = 20
"""Which items are held out is drawn with this seed, so that it is the same for every seed of a training."""
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Data:
    """What a network learns from, ready for an engine.

    `items` and `test_items` (0 rows where none are held out) have scaled inputs: scaled = (raw − center) /
    spread, both (inputs,), 0 and 1 without scaling. `input_names` and `output_names` are as in the data; one-hot
    outputs are named after their classes. `output_activation` is the one the experiment gives, or else softmax
    for classes, linear for numbers.
    """

    title: str
    source: str
    items: Items
    test_items: Items
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    output_activation: str
    center: Floats
    spread: Floats

    @property
    def has_classes(self) -> bool:
        """Whether the outputs stand for classes, so that accuracy has a meaning."""
        return not np.isnan(self.items.threshold)


def make_iris(_name: str) -> Raw:
    """The Iris table, as the user's own CSV would be read."""
    return from_csv(resource("datasets", "iris.csv"), ["species"], "softmax")


IRIS = BuiltIn(
    "iris",
    "Iris flowers",
    "Three species told apart by the lengths and widths of sepals and petals; 150 flowers.",
    "Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics 7, 1936",
    make_iris,
)
BUILT_IN: dict[str, BuiltIn] = {built_in.name: built_in for built_in in (IRIS, *GENERATED)}


def is_path(dataset: str) -> bool:
    """Whether a data set is named as a file rather than as a built-in."""
    return dataset.lower().endswith((".csv", ".tsv", ".txt")) or "/" in dataset or "\\" in dataset


def find_built_in(dataset: str) -> BuiltIn:
    """The built-in data set that is meant. Raises BadInputError, naming those there are."""
    if dataset in HELD:
        return HELD[dataset]
    if dataset.startswith("arrays-"):
        raise BadInputError(f'problem.dataset = "{dataset}": arrays of another Python process, not to be had here')
    built_in = BUILT_IN.get(dataset.partition("-")[0])
    sizes = dataset.partition("-")[2]
    if built_in is None or ("-" in dataset and not re.fullmatch(allowed_sizes(built_in), sizes)):
        names = ", ".join(built_in.form for built_in in BUILT_IN.values())
        raise BadInputError(f'problem.dataset = "{dataset}": allowed is {names}, or a path to a .csv file')
    hidden_of(dataset)
    return built_in


def allowed_sizes(built_in: BuiltIn) -> str:
    """The pattern of the numbers that may follow a built-in's name and a hyphen."""
    return {"-N": r"\d{1,4}", "-N-M-N": r"\d{1,4}(-\d{1,5}-\d{1,4})?"}.get(built_in.sizes, r"(?!)")


def prepare(problem: Problem, output_activation: str | None) -> Data:
    """The data of a problem, scaled and split. Raises BadInputError.

    A target of two numbers (xor, parity, moons, circles, spirals, or a CSV column with two distinct numbers) is
    one output, cut halfway between them; where the output activation is softmax or left out it becomes two one-hot
    outputs. Text labels, and numbers with a softmax output, are one-hot classes in sorted order. Other numbers are
    a regression.
    """
    dataset = problem.dataset or ""
    if is_path(dataset):
        path = Path(dataset).expanduser()
        raw, title, source = from_csv(path, problem.target, output_activation), path.stem, str(path)
    else:
        built_in = find_built_in(dataset)
        raw, title, source = make(built_in, problem), built_in.title, built_in.source
    threshold = float("nan")
    if raw.classes:
        threshold = 0.5
    elif raw.targets.shape[1] == 1 and len(values := np.unique(raw.targets)) == 2:
        if output_activation in (None, "softmax"):
            names = tuple(f"{raw.output_names[0]} {value:g}" for value in values)
            raw = one_hot(raw, raw.targets[:, 0], names)
            threshold = 0.5
        else:
            threshold = float(values.mean())
    classes = not np.isnan(threshold)
    class_of = np.unique(raw.targets, axis=0, return_inverse=True)[1].reshape(-1) if classes else None
    test = held_out(len(raw.inputs), problem.test_fraction, class_of)
    center, spread = scaling(raw.inputs[~test], problem.scale)
    inputs = (raw.inputs - center) / spread

    def part(chosen: NDArray[np.bool_]) -> Items:
        return Items(frozen(inputs[chosen]), frozen(raw.targets[chosen]), threshold)

    return Data(
        title=title,
        source=source,
        items=part(~test),
        test_items=part(test),
        input_names=raw.input_names,
        output_names=raw.output_names,
        output_activation=output_activation or ("softmax" if classes else "linear"),
        center=frozen(center),
        spread=frozen(spread),
    )


def make(built_in: BuiltIn, problem: Problem) -> Raw:
    """A built-in data set, with the problem's `items` and `noise` where it has them. Raises BadInputError."""
    assert problem.dataset is not None
    if problem.target is not None:
        raise BadInputError(f"problem.target: only for a CSV file; the target of {built_in.name} is fixed")
    if built_in.noise is not None:
        noise = built_in.noise if problem.noise is None else problem.noise
        return built_in.make(problem.items or SPREAD_ITEMS, noise)
    for key in ("items", "noise"):
        if getattr(problem, key) is not None:
            having = ", ".join(other.name for other in BUILT_IN.values() if other.noise is not None)
            raise BadInputError(f"problem.{key} = {getattr(problem, key)}: only for the data sets {having}")
    return built_in.make(problem.dataset)


def from_csv(path: Path, target: list[str] | None, output_activation: str | None) -> Raw:
    """The items of a CSV file; `target` names the columns to predict, by default the last. Raises BadInputError."""
    table = read_table(path)
    wanted = [table.names[-1]] if target is None else target
    for number, name in enumerate(wanted):
        if name not in table.names:
            names = ", ".join(f'"{other}"' for other in table.names[:20])
            names += ", …" if len(table.names) > 20 else ""
            raise BadInputError(f'{table.label}: problem.target = "{name}": no such column; there are {names}')
        if name in wanted[:number]:
            raise BadInputError(f'{table.label}: problem.target names the column "{name}" twice')
    given = [column for column in table.columns if column.name not in wanted]
    if len(table.columns) == 1:
        signs = ", ".join(DELIMITERS.values())
        raise BadInputError(f"{table.label}: has only one column: allowed are 2 or more, told apart by {signs}")
    if not wanted or not given:
        what = "inputs" if wanted else "targets"
        raise BadInputError(f"{table.label}: no column is left for the {what}: allowed are 1 or more of each")
    targets = [column for name in wanted for column in table.columns if column.name == name]
    raw = Raw(
        inputs=np.stack([column.numbers() for column in given], axis=1),
        targets=np.empty((0, 0)),
        input_names=tuple(column.name for column in given),
        output_names=tuple(wanted),
    )
    if len(targets) == 1:
        return with_target(raw, targets[0], output_activation)
    return with_targets(raw, targets)


def with_target(raw: Raw, column: Column, output_activation: str | None) -> Raw:
    """The data with one target column: one-hot classes, or a number. Raises BadInputError."""
    place = f'{column.label}: column "{column.name}"'
    if column.has_numbers:
        values = column.numbers()
        names, classes = np.unique(values), output_activation == "softmax"
        if len(names) < 2:
            raise BadInputError(f"{place} holds only the one value {names[0]:g}: a target needs at least two")
        if not classes:
            return Raw(raw.inputs, values[:, None], raw.input_names, raw.output_names)
        texts = tuple(f"{name:g}" for name in names)
    else:
        values = np.array(column.labels())
        names = np.unique(values)
        if len(names) < 2:
            raise BadInputError(f'{place} holds only one class, "{names[0]}": at least two are needed')
        texts = tuple(str(name) for name in names)
    if len(names) > MOST_CLASSES:
        raise BadInputError(f"{place} holds {len(names)} different classes: allowed are up to {MOST_CLASSES}")
    return one_hot(raw, values, texts)


def with_targets(raw: Raw, columns: list[Column]) -> Raw:
    """The data with several target columns: numbers, or classes where every row is one-hot. Raises BadInputError."""
    if text := next((column for column in columns if not column.has_numbers), None):
        raise BadInputError(
            f'{text.label}: column "{text.name}" holds text: text labels are allowed as the only target column'
        )
    targets = np.stack([column.numbers() for column in columns], axis=1)
    classes = bool(np.isin(targets, (0.0, 1.0)).all() and (targets.sum(axis=1) == 1).all())
    return Raw(raw.inputs, targets, raw.input_names, raw.output_names, classes)


def one_hot(raw: Raw, values: NDArray[np.generic], names: tuple[str, ...]) -> Raw:
    """The data with one output for each distinct value, in sorted order."""
    class_of = np.unique(values, return_inverse=True)[1]
    return Raw(raw.inputs, np.eye(len(names))[class_of], raw.input_names, names, classes=True)


def held_out(count: int, fraction: float, class_of: NDArray[np.integer] | None) -> NDArray[np.bool_]:
    """Which items are held out, (count,) of bool: that fraction of all, and as nearly as can be of each class.

    Every class keeps an item to train on. The shares are rounded by largest remainder.
    """
    test = np.zeros(count, dtype=np.bool_)
    if fraction == 0:
        return test
    class_of = np.zeros(count, dtype=np.int64) if class_of is None else class_of
    sizes = np.bincount(class_of)
    shares = sizes * fraction
    taken = np.floor(shares).astype(np.int64)
    wanted = max(1, round(count * fraction))
    for number in np.argsort(taken - shares, kind="stable")[: max(0, wanted - taken.sum())]:
        taken[number] += 1
    taken = np.minimum(taken, np.maximum(sizes - 1, 0))
    random = np.random.default_rng(SPLIT_SEED)
    for number, share in enumerate(taken):
        test[random.permutation(np.flatnonzero(class_of == number))[:share]] = True
    return test


def scaling(inputs: Floats, scale: str) -> tuple[Floats, Floats]:
    """Center and spread of each input, (inputs,): mean and standard deviation, or least value and range.

    A constant input has its value as center and 1 as spread.
    """
    if scale == "none":
        return np.zeros(inputs.shape[1]), np.ones(inputs.shape[1])
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    constant = low == high
    reach = np.where(constant, 1.0, high - low)
    if scale == "minmax":
        return low, reach
    # Taken relative to the range, so that neither tiny nor large columns lose their deviation in the squares.
    relative = (inputs - low) / reach
    center, spread = low + reach * relative.mean(axis=0), reach * relative.std(axis=0)
    return np.where(constant, low, center), np.where(constant, 1.0, spread)


def frozen(values: Floats) -> Floats:
    """The values as a C-contiguous float64 array of its own that nobody can change."""
    array = np.array(values, dtype=np.float64, order="C")
    array.flags.writeable = False
    return array
