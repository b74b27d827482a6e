"""From [problem] to arrays: built-in data or the user's CSV, one-hot classes, scaling, the held-out share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from momentum_gui.assets import resource
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.task import Items
from momentum_gui.lab.data.arrays import HELD
from momentum_gui.lab.data.csv_rows import Watch
from momentum_gui.lab.data.generated import GENERATED, SPREAD_ITEMS, BuiltIn, Raw, hidden_of
from momentum_gui.lab.data.last_read import LastRead, version_of
from momentum_gui.lab.data.number_format import number_text
from momentum_gui.lab.data.own_data import from_csv, one_hot
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem

SPLIT_SEED = 20
"""Which items are held out is drawn with this seed, so that it is the same for every seed of a training."""
CHANGED = "the file is another one than when its columns were chosen"
AFTER_READING = {"scale": "none", "scale_target": "none", "test_fraction": 0.0, "checksum": None}
"""What a table is read without: the rest of a problem decides what is read."""


@dataclass(frozen=True)
class Data:
    """What a network learns from, ready for an engine.

    `items` and `test_items` (0 rows where none are held out) have scaled inputs: scaled = (raw − center) /
    spread, both (inputs,), 0 and 1 without scaling. `input_names` and `output_names` are as in the data; one-hot
    outputs are named after their classes. `output_activation` is the one the experiment gives, or else softmax
    for classes, linear for numbers. A regression's targets are scaled like the inputs, by `target_center` and
    `target_spread`, both (outputs,): errors are in scaled units. `notes` say, a line each, what was skipped, left out
    or read in a way that a user should know.
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
    target_center: Floats
    target_spread: Floats
    notes: tuple[str, ...] = ()
    may_be_classes: bool = False
    lines: NDArray[np.int64] | None = None
    test_lines: NDArray[np.int64] | None = None
    checksum: str = ""

    @property
    def has_scaled_targets(self) -> bool:
        """Whether targets, outputs and errors are in scaled units."""
        return bool((self.target_center != 0).any() or (self.target_spread != 1).any())

    def inputs_in_units(self, inputs: Floats) -> Floats:
        """Return scaled inputs (items, inputs) in the units of the data."""
        return inputs * self.spread + self.center

    def outputs_in_units(self, outputs: Floats) -> Floats:
        """Return scaled targets or outputs (items, outputs) in the units of the data."""
        return outputs * self.target_spread + self.target_center

    @property
    def has_classes(self) -> bool:
        """Whether the outputs mean classes, so that accuracy has a meaning."""
        return not np.isnan(self.items.threshold)


def table_of(file: str, target: str, *, classes: bool = False, folder: str = "datasets") -> Callable[..., Raw]:
    """Return how to make a data set from a table in resources, as the user's own CSV would be read."""
    task: Literal["auto", "classification"] = "classification" if classes else "auto"

    def make(_name: str) -> Raw:
        made = from_csv(resource(folder, file), Problem(target=[target], task=task), None)
        return replace(made, notes=(), lines=None, checksum="")

    return make


TABLES = (
    BuiltIn("iris", "Iris flowers",
            "Three species told apart by the lengths and widths of sepals and petals; 150 flowers.",
            "Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics 7, 1936",
            table_of("iris.csv", "species")),
    BuiltIn("wine", "Wines",
            "Three growers told apart by 13 chemical measurements; 178 wines. Scale the inputs.",
            "Aeberhard, Forina, Wine, UCI Machine Learning Repository, 1992 (CC BY 4.0)",
            table_of("wine.csv", "cultivar")),
    BuiltIn("cancer", "Breast cancer",
            "Malignant or benign, from 30 measurements of cell nuclei; 569 samples. Scale the inputs.",
            "Wolberg, Mangasarian, Street, Breast Cancer Wisconsin (Diagnostic), UCI, 1993 (CC BY 4.0)",
            table_of("cancer.csv", "diagnosis")),
    BuiltIn("digits", "Handwritten digits",
            "Ten digits from 8 × 8 pixels of 0 to 16; 500 images.",
            "Alpaydin, Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (CC BY 4.0)",
            table_of("digits.csv", "digit", classes=True)),
    BuiltIn("stopping", "Stopping distances",
            "How far a car of the 1920s goes on, in feet, from its speed in mph: a regression; 50 cars.",
            "Ezekiel, Methods of Correlation Analysis, Wiley, 1930; R's cars",
            table_of("stopping.csv", "distance_ft", folder="experiments")),
)  # fmt: skip
BUILT_IN: dict[str, BuiltIn] = {built_in.name: built_in for built_in in (TABLES[0], *GENERATED, *TABLES[1:])}


def is_path(dataset: str) -> bool:
    """Return whether a data set is named as a file rather than as a built-in."""
    return dataset.lower().endswith((".csv", ".tsv", ".txt", ".data", ".dat")) or "/" in dataset or "\\" in dataset


def find_built_in(dataset: str) -> BuiltIn:
    """Return the built-in data set that is meant. Raises BadInputError, naming those there are."""
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
    """Return the pattern of the numbers that may follow a built-in's name and a hyphen."""
    return {"-N": r"\d{1,4}", "-N-M-N": r"\d{1,4}(-\d{1,5}-\d{1,4})?"}.get(built_in.sizes, r"(?!)")


def prepare(problem: Problem, output_activation: str | None, watch: Watch | None = None) -> Data:
    """Return the data of a problem, scaled and split; the file that was read last is not read again.

    Raises BadInputError, and ReadCancelled where `watch` asks for it.

    A target of two numbers (xor, parity, moons, circles, spirals, or a CSV column with two distinct numbers) is
    one output, cut halfway between them; where the output activation is softmax or left out it becomes two one-hot
    outputs. Text labels, and numbers with a softmax output, are one-hot classes in sorted order. Other numbers are
    a regression.
    """
    dataset = problem.dataset or ""
    if not is_path(dataset):
        built_in = find_built_in(dataset)
        return scaled_and_split(make(built_in, problem), problem, output_activation, built_in.title, built_in.source)
    path = Path(dataset).expanduser()
    wanted = (structs.replace(problem, **AFTER_READING), output_activation, version_of(path))
    if (raw := LAST_READ.find(wanted)) is None:
        raw = from_csv(path, problem, output_activation, watch)
        LAST_READ.keep(wanted, raw)
    if problem.checksum not in (None, raw.checksum):
        raw = raw.with_notes((CHANGED, *raw.notes))
    return scaled_and_split(raw, problem, output_activation, path.stem, str(path))


LAST_READ: LastRead[Raw] = LastRead()


def scaled_and_split(raw: Raw, problem: Problem, output_activation: str | None, title: str, source: str) -> Data:
    """Return data from raw items: classes as outputs, inputs and targets scaled, a share held out."""
    threshold = float("nan")
    if raw.classes:
        threshold = 0.5
    elif not raw.regression and raw.targets.shape[1] == 1 and len(values := np.unique(raw.targets)) == 2:
        if output_activation in (None, "softmax"):
            names = tuple(f"{raw.output_names[0]} {number_text(value)}" for value in values)
            raw = one_hot(raw, raw.targets[:, 0], names).with_notes(raw.notes)
            threshold = 0.5
        else:
            threshold = float(values.mean())
    classes = not np.isnan(threshold)
    class_of = np.unique(raw.targets, axis=0, return_inverse=True)[1].reshape(-1) if classes else None
    test = held_out(len(raw.inputs), problem.test_fraction, class_of)
    raw_inputs = filled(raw, ~test)
    center, spread = scaling(raw_inputs[~test], problem.scale)
    inputs = (raw_inputs - center) / spread
    if classes and problem.scale_target != "none":
        raise BadInputError(
            f'problem.scale_target = "{problem.scale_target}": the targets are classes: allowed is none'
        )
    target_center, target_spread = scaling(raw.targets[~test], problem.scale_target)
    targets = (raw.targets - target_center) / target_spread
    notes = raw.notes
    if problem.scale_target != "none":
        notes += ("targets are scaled: errors are in scaled units",)

    def part(chosen: NDArray[np.bool_]) -> Items:
        return Items(frozen(inputs[chosen]), frozen(targets[chosen]), threshold)

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
        target_center=frozen(target_center),
        target_spread=frozen(target_spread),
        notes=notes,
        may_be_classes=raw.may_be_classes and not classes,
        lines=None if raw.lines is None else raw.lines[~test],
        test_lines=None if raw.lines is None else raw.lines[test],
        checksum=raw.checksum,
    )


def make(built_in: BuiltIn, problem: Problem) -> Raw:
    """Return a built-in data set, with the problem's `items` and `noise` where it has them. Raises BadInputError."""
    assert problem.dataset is not None
    for key in ("target", "inputs", "encoding", "separator", "decimal", "header", "checksum"):
        if getattr(problem, key) is not None:
            raise BadInputError(f"problem.{key}: only for a CSV file; the columns of {built_in.name} are fixed")
    if problem.task != "auto" or problem.missing != "refuse":
        key = "task" if problem.task != "auto" else "missing"
        raise BadInputError(f'problem.{key} = "{getattr(problem, key)}": only for a CSV file')
    if built_in.noise is not None:
        noise = built_in.noise if problem.noise is None else problem.noise
        return built_in.make(problem.items or SPREAD_ITEMS, noise)
    for key in ("items", "noise"):
        if getattr(problem, key) is not None:
            having = ", ".join(other.name for other in BUILT_IN.values() if other.noise is not None)
            raise BadInputError(f"problem.{key} = {getattr(problem, key)}: only for the data sets {having}")
    return built_in.make(problem.dataset)


def filled(raw: Raw, training: NDArray[np.bool_]) -> Floats:
    """Return the inputs with each missing value as its column's mean over the training items. Raises BadInputError."""
    missing = np.isnan(raw.inputs)
    if not missing.any():
        return raw.inputs
    known = ~missing[training]
    counts = known.sum(axis=0)
    if (empty := np.flatnonzero(counts == 0)).size:
        name = raw.input_names[int(empty[0])]
        raise BadInputError(f'problem.missing = "mean": no training item has a value for "{name}"')
    means = np.where(known, raw.inputs[training], 0.0).sum(axis=0) / counts
    return np.where(missing, means, raw.inputs)


def held_out(count: int, fraction: float, class_of: NDArray[np.integer] | None) -> NDArray[np.bool_]:
    """Return which items are held out, (count,) of bool: that fraction of all, and as nearly as can be of each class.

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
    """Return the values as a C-contiguous float64 array of its own that nobody can change."""
    array = np.array(values, dtype=np.float64, order="C")
    array.flags.writeable = False
    return array
