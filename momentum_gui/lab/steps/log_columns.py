"""What a log may hold besides its fixed columns: declared here once, for command line, window, writing and help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.rules import Coefficients, Gains, gains, stability_bound
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.step_parts import (
    Anatomy,
    HalfLife,
    anatomy,
    effective_gain,
    momentum_half_life,
    oscillation,
    sign_changes,
)
from momentum_gui.lab.steps.trace import Trace

ALL = "all"
PARTS = ("gradient_part", "momentum_part", "step", "agree", "gain")
"""What the anatomy gives for each weight."""

SHARPNESS_WHERE = "Sharpness and its bound are those at the weights of the epoch logged."
WHERE = (
    "All of them describe the last update of the epoch logged, gains of the window that ends with it: the last 64 "
    "updates (fewer in a network of more than 512 weights), or those since the start or a change of rule, rate, "
    "momentum or weights. " + SHARPNESS_WHERE
)
SLOWER = "Training halts at each logged epoch for them, and so takes longer."


def unknown() -> float:
    """Return NaN: nothing measures it."""
    return np.nan


@dataclass(frozen=True, eq=False)
class Dissected:
    """What columns are computed from: a run's window, which ends with the update in question (None before the first
    one), its coefficients, its batch size and the updates in its epoch; what measures λmax of the mean training error
    at its weights, and its learning rate, times the batch size where gradients are summed. Each measure is taken at
    most once.
    """

    trace: Trace | None
    coefficients: Coefficients
    batch_size: int
    updates_per_epoch: int
    measure_sharpness: Callable[[], float] = unknown
    learning_rate: float = np.nan

    @cached_property
    def last(self) -> Anatomy | None:
        """The anatomy of the last update."""
        return None if self.trace is None else anatomy(self.trace)

    @cached_property
    def weight_gains(self) -> Floats:
        """The effective gain of each weight that has one, (weights,) or fewer."""
        if self.trace is None:
            return np.empty(0)
        found = effective_gain(self.trace)
        return found[np.isfinite(found)]

    @cached_property
    def limits(self) -> Gains:
        """The rule's two limits."""
        return gains(self.coefficients)

    @cached_property
    def life(self) -> HalfLife:
        """Momentum's half-life."""
        return momentum_half_life(self.coefficients, self.batch_size, self.updates_per_epoch)

    def of_window(self, measure: Callable[[Trace], float]) -> float:
        """Return a measure of the window; NaN before the first update."""
        if self.trace is None:
            return np.nan
        with np.errstate(all="ignore"):
            return measure(self.trace)

    def of_gains(self, measure: Callable[[Floats], np.floating]) -> float:
        """Return a measure of the gains; NaN where no weight has one."""
        return float(measure(self.weight_gains)) if len(self.weight_gains) else np.nan


@dataclass(frozen=True)
class Column:
    """A column of the log that can be chosen: its name, its title among those of its group, what it tells, and how
    that is found.
    """

    name: str
    group: str
    title: str
    meaning: str
    value: Callable[[Dissected], float]


def mean_changes(trace: Trace) -> float:
    """Return the sign changes of the steps, the mean over the weights that moved."""
    changes = sign_changes(trace)
    known = changes[np.isfinite(changes)]
    return float(known.mean()) if len(known) else np.nan


STEPS, GAIN, LIFE, SHARPNESS = "Steps", "Effective gain", "Half-life of momentum", "Sharpness"
CHOICES = (
    Column(
        "gradient_part_norm",
        STEPS,
        "Gradient part",
        "length of the update's gradient part A·lr·g",
        lambda run: run.of_window(lambda trace: float(np.linalg.norm(trace.gradient_parts[-1]))),
    ),
    Column(
        "agreement",
        STEPS,
        "Agreement in sign",
        "share of the weights whose two parts have the same sign, of those that have both",
        lambda run: np.nan if run.last is None else run.last.agreement,
    ),
    Column(
        "sign_changes",
        STEPS,
        "Sign changes",
        "share of the window's successive steps between which a weight turns back, the mean over the weights",
        lambda run: run.of_window(mean_changes),
    ),
    Column(
        "oscillation",
        STEPS,
        "Oscillation",
        "share of the window's movement that turns back at once",
        lambda run: run.of_window(oscillation),
    ),
    Column("gain", GAIN, "Median", "effective gain, the median over the weights", lambda run: run.of_gains(np.median)),
    Column("gain_least", GAIN, "Least", "the least effective gain of a weight", lambda run: run.of_gains(np.min)),
    Column(
        "gain_greatest", GAIN, "Greatest", "the greatest effective gain of a weight", lambda run: run.of_gains(np.max)
    ),
    Column(
        "gain_alternating",
        GAIN,
        "Alternating limit",
        "the rule's gain for a gradient that flips its sign each time",
        lambda run: run.limits.alternating,
    ),
    Column(
        "gain_steady",
        GAIN,
        "Steady limit",
        "the rule's gain for a gradient that stays the same",
        lambda run: run.limits.steady,
    ),
    Column(
        "gain_updates",
        GAIN,
        "Updates in the window",
        "updates in the window over which gains are measured",
        lambda run: np.nan if run.trace is None else float(len(run.trace.gradients)),
    ),
    Column("half_life_updates", LIFE, "In updates", "momentum's half-life in updates", lambda run: run.life.updates),
    Column("half_life_items", LIFE, "In items", "momentum's half-life in items", lambda run: run.life.items),
    Column("half_life_epochs", LIFE, "In epochs", "momentum's half-life in epochs", lambda run: run.life.epochs),
    Column(
        "sharpness",
        SHARPNESS,
        "Greatest curvature",
        "λmax: the greatest eigenvalue of the training error's Hessian",
        lambda run: run.measure_sharpness(),
    ),
    Column(
        "sharpness_bound",
        SHARPNESS,
        "Bound",
        "the λmax at which the rule's full-batch stability ends: its bound over the learning rate",
        lambda run: stability_bound(run.coefficients) / run.learning_rate,
    ),
)
"""The columns, in the order in which they are written."""
BY_NAME = {column.name: column for column in CHOICES}


@dataclass(frozen=True)
class LogChoice:
    """What was chosen: `columns` of the log by name, in the order of CHOICES; `parts`, whether each weight's anatomy
    is wanted; `weights`, of which weights, by name (none named: of all that train).
    """

    columns: tuple[str, ...] = ()
    parts: bool = False
    weights: tuple[str, ...] = ()

    @classmethod
    def of(cls, columns: Iterable[str], parts: bool = False, weights: Iterable[str] = ()) -> LogChoice:
        """Return the choice of these columns, `all` standing for every one. Raises BadInputError for one that is
        unknown."""
        named = set(columns)
        for name in named:
            if name not in BY_NAME and name != ALL:
                raise BadInputError(f'--columns "{name}": no such column; allowed are {", ".join(BY_NAME)}, or {ALL}')
        chosen = tuple(name for name in BY_NAME if name in named or ALL in named)
        return cls(chosen, parts, tuple(dict.fromkeys(weights)))

    @property
    def is_plain(self) -> bool:
        """Whether nothing is wanted besides the fixed columns."""
        return not (self.columns or self.parts)

    def numbers(self, setup: Setup, key: str = "--weight") -> np.ndarray:
        """Return the numbers of the weights whose anatomy is wanted, (chosen,).

        Raises BadInputError for an unknown name; `key` says where it was given.
        """
        if self.weights:
            return np.array([setup.index(name, key) for name in self.weights], dtype=np.int64)
        return np.flatnonzero(setup.trained() if self.parts else np.zeros(0))

    def values(self, run: Dissected) -> Floats:
        """Return the chosen columns' values, (columns,)."""
        return np.array([BY_NAME[name].value(run) for name in self.columns], dtype=np.float64)


PLAIN = LogChoice()
"""Nothing besides."""


def parts_of(trace: Trace, weights: np.ndarray) -> Floats:
    """PARTS of the window's last update, for these weights: (chosen, 5)."""
    last = anatomy(trace)
    whole = (last.gradient_part, last.momentum_part, last.step, last.agree, effective_gain(trace))
    return np.stack([np.asarray(part, dtype=np.float64)[weights] for part in whole], axis=1)
