"""Every setting of an experiment, declared once: its key, type, default, range, and the words that explain it.

The experiment file, its validation, the command line's `--set`, the window's panels and the help follow from these
declarations. `extra["allowed"]` is what an error message says is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, field
from msgspec.structs import fields, replace

from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.engine.rules import RULES

Scale = Literal["none", "standard", "minmax"]
HiddenActivation = Literal["tanh", "logistic", "relu", "linear"]
OutputActivation = Literal["softmax", "logistic", "tanh", "linear"]
Velocity = Literal["keep", "rescale"]
Initialization = Literal["uniform", "glorot", "he"]
LossName = Literal["squared_error", "cross_entropy", "squared_error_elementwise"]


def meta(title: str, description: str, allowed: str, **bounds: Any) -> Meta:
    """Return the words and bounds of one setting."""
    return Meta(title=title, description=description, extra={"allowed": allowed}, **bounds)


LearningRate = Annotated[
    float, meta("Learning rate", "How far one step follows the gradient.", "a number above 0, up to 1e6", gt=0, le=1e6)
]
Momentum = Annotated[
    float,
    meta("Momentum", "The share of the previous step that is added again.", "a number from 0 up to, not including, 1",
         ge=0, lt=1),
]  # fmt: skip


class Problem(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is to be learned: a data set, or an analytic surface of two weights."""

    dataset: Annotated[
        str | None, meta("Data set", "A built-in data set, or a CSV file.", "a built-in name, or a path to a .csv file")
    ] = None
    target: Annotated[
        list[str] | None,
        meta("Target", "The CSV columns to predict; the last by default.", 'a list of column names, like ["species"]'),
    ] = None
    scale: Annotated[Scale, meta("Scaling", "How the inputs are scaled before training.", "none, standard, minmax")] = (
        "none"
    )
    test_fraction: Annotated[
        float,
        meta("Held out", "The share of items kept back from training.", "a number from 0 to 0.9", ge=0, le=0.9),
    ] = 0.0
    inputs: Annotated[
        list[str] | None,
        meta("Inputs", "The CSV columns to learn from, in this order; by default all but the target and row numbers.",
             'a list of column names, like ["length", "width"]'),
    ] = None  # fmt: skip
    missing: Annotated[
        Literal["refuse", "drop", "mean"],
        meta("Missing values", "Refuse them, leave their lines out, or fill in the mean over the training items.",
             "refuse, drop, mean"),
    ] = "refuse"  # fmt: skip
    task: Annotated[
        Literal["auto", "classification", "regression"],
        meta("Task", "Whether the target's values are classes or numbers.", "auto, classification, regression"),
    ] = "auto"
    scale_target: Annotated[
        Scale,
        meta("Target scaling", "How a regression's targets are scaled; errors are in scaled units.",
             "none, standard, minmax"),
    ] = "none"  # fmt: skip
    encoding: Annotated[
        Literal["utf-8", "utf-16", "cp1250", "cp1251", "cp1252"] | None,
        meta("Encoding", "The CSV file's encoding; found by default.", "utf-8, utf-16, cp1250, cp1251, cp1252"),
    ] = None
    separator: Annotated[
        Literal["comma", "semicolon", "tab", "bar", "space"] | None,
        meta("Separator", "What separates the CSV file's columns; found by default. space is any white space.",
             "comma, semicolon, tab, bar, space"),
    ] = None  # fmt: skip
    decimal: Annotated[
        Literal[".", ","] | None,
        meta("Decimal sign", "The CSV file's decimal sign; found by default.", '".", ","'),
    ] = None
    header: Annotated[
        bool | None,
        meta("Header", "Whether the CSV file's first row names its columns; found by default.", "true, false"),
    ] = None
    checksum: Annotated[
        Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None,
        meta("Checksum", "The SHA-256 of the CSV file when its columns were chosen; a note says when it has changed.",
             "64 digits from 0 to f"),
    ] = None  # fmt: skip
    items: Annotated[
        Annotated[int, Meta(ge=4, le=100_000)] | None,
        meta("Items", "How many items a generated data set has.", "a whole number from 4 to 100000"),
    ] = None
    noise: Annotated[
        Annotated[float, Meta(ge=0, le=10)] | None,
        meta("Noise", "The spread of a generated data set.", "a number from 0 to 10"),
    ] = None
    surface: Annotated[
        str | None, meta("Surface", "An analytic error surface of two weights.", ", ".join(SURFACES))
    ] = None
    start: Annotated[
        Annotated[list[Annotated[float, Meta(ge=-1e8, le=1e8)]], Meta(min_length=2, max_length=2)] | None,
        meta("Start", "Where on the surface training starts: x, y.", "a list of two numbers from -1e8 to 1e8"),
    ] = None
    parameters: Annotated[
        list[float] | None, meta("Parameters", "The numbers in the surface's formula.", "a list of numbers")
    ] = None


class NetworkSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The network: its hidden layers, activations, loss, and where its weights start."""

    hidden: Annotated[
        list[Annotated[int, Meta(ge=1, le=10_000)]],
        meta("Hidden layers", "Units in each hidden layer.",
             "a list of whole numbers from 1 to 10000, up to 8 of them, like [5]", max_length=8),
    ] = field(default_factory=lambda: [5])  # fmt: skip
    hidden_activation: Annotated[
        HiddenActivation, meta("Hidden activation", "What hidden units do.", "tanh, logistic, relu, linear")
    ] = "tanh"
    output_activation: Annotated[
        OutputActivation | None,
        meta("Output activation", "What output units do; by default softmax for classes, linear for numbers.",
             "softmax, logistic, tanh, linear"),
    ] = None  # fmt: skip
    loss: Annotated[
        LossName,
        meta("Loss", "The error of one item.", "squared_error, cross_entropy, squared_error_elementwise"),
    ] = "squared_error"
    initialization: Annotated[
        Initialization,
        meta("Initialization", "How the initial weights are drawn: within ± the weight range, or by each layer's size.",
             "uniform, glorot, he"),
    ] = "uniform"  # fmt: skip
    weight_range: Annotated[
        float,
        meta("Weight range", "Initial weights are uniform within ± this, with uniform initialization.",
             "a number from 0 to 100", ge=0, le=100),
    ] = 0.5  # fmt: skip
    initial_weights: Annotated[
        list[float] | None, meta("Initial weights", "All weights, in order.", "a list of numbers, one a weight")
    ] = None
    train_only: Annotated[
        Annotated[list[str], Meta(min_length=1)] | None,
        meta("Train only", "Freeze every other weight.", 'a list of weight names, like ["w1[0,0]", "b1[0]"]'),
    ] = None


class SettingsChange(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A change of settings in mid-training: it holds from the update of that number on (0 = from the start).

    What is None stays as it is. `velocity` says what becomes of the stored step where the learning rate changes: it
    keeps the old rate's scale, or is multiplied by new/old rate, as in a program that stores gradients (PyTorch).
    """

    update: Annotated[int, meta("Update", "The updates done before the change.", "a whole number, 0 or more", ge=0)]
    rule: Annotated[str | None, meta("Rule", "Which kind of momentum.", ", ".join(RULES))] = None
    learning_rate: LearningRate | None = None
    momentum: Momentum | None = None
    weights: Annotated[
        dict[str, float],
        meta("Weights", "Weights set by name at that moment.", "a table of weight names and numbers"),
    ] = field(default_factory=dict)
    velocity: Annotated[
        Velocity,
        meta("Velocity", "Whether the stored step keeps the old rate's scale, or is rescaled by new/old rate.",
             "keep, rescale"),
    ] = "keep"  # fmt: skip

    def merged(self, later: SettingsChange) -> SettingsChange:
        """Return this change and a later one at the same update as one: what the later one gives wins."""
        given = {key: value for key in RunSettings.__struct_fields__ if (value := getattr(later, key)) is not None}
        velocity = later.velocity if later.learning_rate is not None else self.velocity
        return replace(self, **given, weights={**self.weights, **later.weights}, velocity=velocity)


Change = SettingsChange


Shape = Literal["constant", "step", "exponential", "cosine"]
Share = Annotated[float, Meta(gt=0, le=1)]
Span = Annotated[int, Meta(ge=1, le=1_000_000_000)]
SHARE, SPAN = "a number above 0, up to 1", "a whole number from 1 to 1000000000"


class Schedule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A factor as a function of the epoch, after a linear warm-up; see `lab.schedule`.

    A key that is None has its kind's default; one that the kind does not use is refused.
    """

    factor: Annotated[Share | None, meta("Factor", "The factor for each `every` epochs; 0.5 by default.", SHARE)] = None
    every: Annotated[Span | None, meta("Every", "The epochs in which `factor` counts once; 10 by default.", SPAN)] = (
        None
    )
    end: Annotated[Share | None, meta("End", "The share that is left at the end; 0.01 by default.", SHARE)] = None
    epochs: Annotated[
        Span | None, meta("Epochs", "How many epochs the way down takes; by default all after the warm-up.", SPAN)
    ] = None
    warm_up: Annotated[
        Annotated[int, Meta(ge=0, le=1_000_000_000)] | None,
        meta("Warm-up", "Epochs over which the value first rises in a line; none by default.",
             "a whole number from 0 to 1000000000"),
    ] = None  # fmt: skip
    warm_up_from: Annotated[
        Share | None, meta("Warm-up from", "The share that the warm-up begins with; 0.1 by default.", SHARE)
    ] = None


class RateSchedule(Schedule, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The learning rate as a function of the epoch: `learning_rate` times the schedule's factor."""

    kind: Annotated[
        Shape, meta("Rate schedule", "How the learning rate goes on.", "constant, step, exponential, cosine")
    ] = "constant"
    velocity: Annotated[
        Velocity,
        meta("Velocity", "Whether the stored step keeps the old rate's scale, or is rescaled by new/old rate.",
             "keep, rescale"),
    ] = "keep"  # fmt: skip


class MomentumSchedule(Schedule, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The momentum as a function of the epoch: `momentum` times the factor, or a ramp up to it."""

    kind: Annotated[
        Shape | Literal["ramp"],
        meta("Momentum schedule", "How the momentum goes on.", "constant, step, exponential, cosine, ramp"),
    ] = "constant"
    updates: Annotated[
        Span | None, meta("Updates", "The updates between two steps of the ramp; 250 by default.", SPAN)
    ] = None


class Training(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to train: the rule, its rates, batches, order of items, and when to stop."""

    rule: Annotated[str, meta("Rule", "Which kind of momentum.", ", ".join(RULES))] = "one-step"
    learning_rate: LearningRate = 0.05
    momentum: Momentum = 0.75
    batch_size: Annotated[
        Annotated[int, Meta(ge=1)] | Literal["full"],
        meta("Batch size", "Items per update: 1 is online.", 'a whole number from 1, or "full"'),
    ] = 1
    reduction: Annotated[
        Literal["mean", "sum"], meta("Reduction", "How a batch's gradients are put together.", "mean, sum")
    ] = "mean"
    order: Annotated[
        Literal["shuffled", "sequential"],
        meta("Order", "The order of items: shuffled again each epoch, or as they come.", "shuffled, sequential"),
    ] = "shuffled"
    epochs: Annotated[
        int,
        meta("Epochs", "Passes through the training items.", "a whole number from 1 to 1000000000",
             ge=1, le=1_000_000_000),
    ] = 50  # fmt: skip
    target_error: Annotated[
        float, meta("Target error", "Stop at or below this error; 0 = never.", "a number, 0 or more", ge=0, le=1e300)
    ] = 0.0
    log_every: Annotated[
        int,
        meta("Log every", "Epochs between rows of the log.", "a whole number from 1 to 1000000000",
             ge=1, le=1_000_000_000),
    ] = 1  # fmt: skip
    seed: Annotated[
        int,
        meta("Seed", "Draws the initial weights and the order of items.", "a whole number from 0 to 4294967295",
             ge=0, le=4_294_967_295),
    ] = 0  # fmt: skip
    start: Annotated[
        dict[str, float],
        meta("Start", "Initial weights set by name.", "a table of weight names and numbers"),
    ] = field(default_factory=dict)
    change: Annotated[
        list[SettingsChange], meta("Changes", "Changes in mid-training.", "a list of tables, each with the key update")
    ] = field(default_factory=list)
    rate_schedule: Annotated[
        RateSchedule,
        meta("Rate schedule", "The learning rate as a function of the epoch.",
             "a table with the key kind: constant, step, exponential, cosine"),
    ] = RateSchedule()  # fmt: skip
    momentum_schedule: Annotated[
        MomentumSchedule,
        meta("Momentum schedule", "The momentum as a function of the epoch.",
             "a table with the key kind: constant, step, exponential, cosine, ramp"),
    ] = MomentumSchedule()  # fmt: skip


VIEWS = (
    "Error surface",
    "Sweep",
    "Theory",
    "Data",
    "Error",
    "Predictions",
    "Network",
    "Steps",
    "Gains",
    "One update",
)
"""The views of the window, by their titles."""
if TYPE_CHECKING:
    ViewTitle = str
else:
    ViewTitle = Literal[VIEWS]


Letters = Annotated[
    str,
    meta("Formula", "A number of the rule.", "a formula in m: numbers, m, + - * / ** and parentheses", max_length=200),
]


class OwnRule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule of one's own: its four numbers as formulas in the momentum factor m."""

    id: Annotated[
        str,
        meta("Id", "The name under which runs use the rule.",
             "a name of small letters, digits and hyphens that no other rule has", pattern="^[a-z][a-z0-9-]{0,39}$"),
    ]  # fmt: skip
    A: Letters
    B: Letters
    C: Letters
    D: Letters
    title: Annotated[str, meta("Title", "What the rule is called.", "a text of up to 60 letters", max_length=60)] = ""


class View(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to look at first; only the window looks at it, and no number depends on it."""

    front: Annotated[
        list[ViewTitle],
        meta("Views in front", "The views that the window brings to the front.", ", ".join(VIEWS)),
    ] = field(default_factory=list)
    selected: Annotated[
        str | None, meta("Selected run", "The run that is selected at first.", "the name of one of the runs")
    ] = None


class RunSettings(Struct, frozen=True):
    """The settings of a run that may change while it trains: its rule, learning rate and momentum factor."""

    rule: str
    learning_rate: float
    momentum: float

    @classmethod
    def of(cls, training: Training) -> RunSettings:
        """Return the settings that a run begins with."""
        return cls(training.rule, training.learning_rate, training.momentum)

    def put_into(self, training: Training) -> Training:
        """Return a [training] with these settings."""
        return replace(training, rule=self.rule, learning_rate=self.learning_rate, momentum=self.momentum)

    def after(self, change: SettingsChange) -> RunSettings:
        """Return the settings after a change."""
        given = {key: value for key in self.__struct_fields__ if (value := getattr(change, key)) is not None}
        return replace(self, **given) if given else self


class Moment(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a saved session was; only the window looks at it. Training itself never does."""

    position: Annotated[
        int,
        meta("Position", "The training items that each run had seen.", "a whole number from 0 to 1000000000000000",
             ge=0, le=1_000_000_000_000_000),
    ] = 0  # fmt: skip
    selected: Annotated[
        str | None, meta("Selected run", "The run that was looked at.", "the name of one of the runs")
    ] = None
    hidden: Annotated[
        list[str], meta("Hidden runs", "The runs that were not drawn.", 'a list of run names, like ["plain"]')
    ] = field(default_factory=list)


Overrides: Any = defstruct(
    "Overrides",
    [
        ("name", Annotated[str, meta("Name", "What the run is called.", "a text")] | UnsetType, UNSET),
        *((f.encode_name, f.type | UnsetType, UNSET) for f in fields(Training)),
    ],
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    module=__name__,
)
"""One [[run]]: a name, and any of Training's keys; what is unset is inherited from [training]."""
