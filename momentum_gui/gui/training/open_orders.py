"""What the window has asked of the worker and the worker has not answered yet, and what will hold once it has."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from momentum_gui.gui.state import WindowState
from momentum_gui.gui.training.commands import ChangeSettings, Command, Open, Order
from momentum_gui.gui.training.deliveries import TrainingSnapshot
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training


@dataclass(frozen=True)
class Asked:
    """An order that was given: by which part of the window, and what to do with the answer."""

    order: Order
    origin: str
    then: Callable[[Any], None] | None = None


class OpenOrders:
    """The orders that are not carried out yet, on top of the experiment that the worker last reported.

    So an order is held against the newest experiment, and a run that is meant now is found again under the number that
    it will have when the order is carried out.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._accepted = experiment
        self._settings: tuple[Training, ...] = ()
        self._asked: deque[Asked] = deque()  # oldest first
        self._numbers = itertools.count(1)
        self._last_change = 0

    @property
    def accepted(self) -> Experiment:
        """The experiment that the worker last reported: what Reset starts by then."""
        return self._accepted

    @property
    def newest(self) -> Experiment:
        """The experiment after everything that was asked for."""
        return experiment_after(self._accepted, [asked.order.command for asked in self._asked])

    @property
    def newest_of_runs(self) -> Experiment:
        """The newest experiment with the runs as they are; one with other runs is shown with their training."""
        commands = [asked.order.command for asked in self._asked]
        same_runs = itertools.takewhile(lambda command: not command.replaces_runs, commands)
        return experiment_after(self._accepted, same_runs)

    def add(self, command: Command, origin: str, then: Callable[[Any], None] | None = None) -> Order:
        """Return the command as an order. Raises BadInputError, with nothing ordered, where it is not allowed."""
        command.applied(self.newest)
        order = Order(next(self._numbers), command)
        self._asked.append(Asked(order, origin, then))
        if isinstance(command, ChangeSettings):
            self._last_change = order.number
        return order

    def numbers_of(self, runs: Iterable[int]) -> tuple[int, ...] | None:
        """Return the numbers that runs have once all orders are carried out; None if one is gone then."""
        numbers: list[int] = []
        for run in runs:
            followed: int | None = run
            for asked in self._asked:
                followed = None if followed is None else asked.order.command.follow(followed)
            if followed is None:
                return None
            numbers.append(followed)
        return tuple(numbers)

    def accept(self, snapshot: TrainingSnapshot) -> list[Asked]:
        """Take the worker's word for what holds; return what was asked for and is thereby carried out."""
        self._accepted, self._settings = snapshot.experiment, snapshot.settings
        return self.answered(snapshot.order)

    def answered(self, order: int) -> list[Asked]:
        """Return what was asked for up to an order, which is no longer open."""
        done = []
        while self._asked and self._asked[0].order.number <= order:
            done.append(self._asked.popleft())
        return done

    def settings_to_show(self, shown: tuple[Training, ...], snapshot: TrainingSnapshot) -> tuple[Training, ...]:
        """Return the runs' settings: as reported, or as shown while a later change of them is under way."""
        return snapshot.settings if snapshot.order >= self._last_change else shown

    @property
    def settings_taken_back(self) -> tuple[Training, ...] | None:
        """The runs' settings without an order that was refused; None while another change of them is under way."""
        changing = any(isinstance(asked.order.command, ChangeSettings) for asked in self._asked)
        return None if changing else self._settings


def experiment_after(experiment: Experiment, commands: Iterable[Command]) -> Experiment:
    """Return the experiment after commands; those that it does not allow are left out, as the worker does."""
    for command in commands:
        try:
            experiment = command.applied(experiment)
        except BadInputError:
            continue
    return experiment


def carried_over(
    before: WindowState, done: list[Command], experiment: Experiment, names: list[str]
) -> tuple[int, tuple[bool, ...]]:
    """Return the selected run, and which are visible, after commands that led to a training with these runs."""
    numbers: list[int | None] = list(range(len(before.visible)))  # where the runs shown before are now
    chosen: int | None = before.selected
    hidden: set[str] = set()
    for command in done:
        numbers = [None if number is None else command.follow(number) for number in numbers]
        wish = command.chosen(experiment)
        chosen = wish if wish is not None else None if chosen is None else command.follow(chosen)
        if isinstance(command, Open):
            hidden = set(command.hidden)
    visible = [name not in hidden for name in names]
    for was_visible, number in zip(before.visible, numbers, strict=True):
        if number is not None and number < len(names):
            visible[number] = was_visible
    if chosen is None:  # the selected run is gone: take the one in its place
        chosen = before.selected
    return max(0, min(chosen, len(names) - 1)), tuple(visible)
