"""What the worker delivers to the window, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field

from momentum_gui.gui.state import Activity
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import Frame


@dataclass(frozen=True)
class TrainingSnapshot:
    """Where a training is: its number, its frame, the settings of each run's next update.

    `experiment` is what Reset starts, and `order` the number of the last order that was carried out: a window that has
    asked for more since then knows better.
    """

    training: int
    frame: Frame
    settings: tuple[Training, ...]
    experiment: Experiment
    order: int


@dataclass(frozen=True)
class Began:
    """A training was set up."""

    setup: Setup
    snapshot: TrainingSnapshot
    engine: str


@dataclass(frozen=True)
class Restarted:
    """The same runs are at their start again, with other settings or another engine."""

    setup: Setup
    snapshot: TrainingSnapshot
    engine: str


@dataclass(frozen=True)
class Advanced:
    """Training went on to here."""

    snapshot: TrainingSnapshot


@dataclass(frozen=True)
class Rewound:
    """The training went back, or on, to here; what was recorded after this moment no longer holds."""

    snapshot: TrainingSnapshot


@dataclass(frozen=True)
class Entered:
    """The worker does something else now, with a word to the user where there is one.

    If it `stays`, the word holds until there is something else to say.
    """

    activity: Activity
    text: str = ""
    stays: bool = False


@dataclass(frozen=True)
class Refused:
    """A command was not carried out, because of bad input; everything is as it was before."""

    text: str
    order: int


@dataclass(frozen=True)
class Failed:
    """Something went wrong that should not have; training is paused. `details` is the trace for a report."""

    text: str
    details: str
    order: int


@dataclass(frozen=True)
class Answered:
    """The answer to a question."""

    answer: object = field(repr=False)
    order: int


Delivery = Began | Restarted | Advanced | Rewound | Entered | Refused | Failed | Answered
