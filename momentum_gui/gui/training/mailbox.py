"""What crosses between window and worker: commands one way, deliveries the other, in order, and the chosen speed."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import Frame

if TYPE_CHECKING:
    from momentum_gui.gui.training.worker import Worker

PENDING_FRAMES = 8
"""The worker waits when the window has so many frames to take: a busy window slows training, never floods memory."""

FULL_SPEED = math.inf


class State(Enum):
    """What the worker is doing."""

    PREPARING = "Preparing"
    READY = "Ready"
    RUNNING = "Running"
    PAUSED = "Paused"
    FINISHED = "Finished"


class Pace:
    """How many updates a second are wanted, `FULL_SPEED` for as many as there can be.

    The window may set it while the worker runs. It is the one mutable thing besides the mailbox that both share;
    reading and writing a float is atomic.
    """

    def __init__(self, updates_per_second: float = FULL_SPEED) -> None:
        self.updates_per_second = updates_per_second


@dataclass(frozen=True)
class Standing:
    """Where a training stands: its frame, and the settings of each run's next update.

    `order` is the number of the last order that was carried out: a window that asked for more since knows better.
    """

    frame: Frame
    settings: tuple[Training, ...]
    order: int


@dataclass(frozen=True)
class Began:
    """A training was set up; `position_kept` says that it goes on where another with other runs stood."""

    experiment: Experiment
    setup: Setup
    standing: Standing
    engine: str
    position_kept: bool


@dataclass(frozen=True)
class Restarted:
    """The same runs stand at their start again, with other settings or another engine."""

    standing: Standing
    engine: str
    setup: Setup


@dataclass(frozen=True)
class Advanced:
    """Training went on to here."""

    standing: Standing


@dataclass(frozen=True)
class Rewound:
    """Time was wound back, or on, to here."""

    standing: Standing


@dataclass(frozen=True)
class Entered:
    """The worker entered a state, with a word to the user where there is something to say.

    If it `stays`, it holds until there is something else to say.
    """

    state: State
    text: str = ""
    stays: bool = False


@dataclass(frozen=True)
class Refused:
    """A command was not carried out, because of bad input; everything is as it was before."""

    text: str
    order: int


@dataclass(frozen=True)
class Failed:
    """Something went wrong that should not have; training is paused."""

    text: str


@dataclass(frozen=True)
class Answered:
    """The answer to a question."""

    answer: object
    order: int


Delivery = Began | Restarted | Advanced | Rewound | Entered | Refused | Failed | Answered
Command = Callable[["Worker"], None]


@dataclass(frozen=True)
class Order:
    """A command, and its number: orders are carried out in sequence, and what comes of one carries its number."""

    command: Command
    number: int


class Mailbox:
    """Commands from the window to the worker and deliveries back, both in order; nothing is lost or overtaken."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._orders: deque[Order] = deque()
        self._deliveries: list[Delivery] = []
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the worker is to end."""
        return self._closed

    def close(self) -> None:
        """Tell the worker to end; it does after the chunk or command that it is at."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def order(self, order: Order) -> None:
        """Ask the worker for something; it does so between two chunks of training."""
        with self._changed:
            self._orders.append(order)
            self._changed.notify_all()

    def next_order(self, until: float | None) -> Order | None:
        """The next order, waiting for it until a moment of `time.monotonic()`, or (None) without end.

        None if none came, or the mailbox was closed.
        """
        with self._changed:
            wait = None if until is None else max(0.0, until - time.monotonic())
            self._changed.wait_for(lambda: self._orders or self._closed, wait)
            return self._orders.popleft() if self._orders and not self._closed else None

    @property
    def has_orders(self) -> bool:
        """Whether the window asks for something."""
        return bool(self._orders)

    def deliver(self, delivery: Delivery) -> bool:
        """Leave something for the window; True if nothing was waiting there, so that the window must be told."""
        with self._changed:
            self._deliveries.append(delivery)
            return len(self._deliveries) == 1

    def wait_for_room(self) -> None:
        """Wait while the window has too much to take and the worker nothing else to do."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._deliveries) < PENDING_FRAMES or self._orders or self._closed)

    def take(self) -> list[Delivery]:
        """All deliveries since the last time, oldest first."""
        with self._changed:
            taken, self._deliveries = self._deliveries, []
            self._changed.notify_all()
            return taken
