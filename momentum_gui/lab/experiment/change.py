"""A change of settings in mid-training, checked against the declarations of settings.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment.refusal import explain
from momentum_gui.lab.settings import SettingsChange, Training


class Whole(msgspec.Struct):
    """As much of an experiment as a change needs around it to be refused as in a file."""

    training: Training


def checked_change(
    update: int,
    rule: str | None = None,
    learning_rate: float | None = None,
    momentum: float | None = None,
    weights: Mapping[str, float] | None = None,
    velocity: str = "keep",
) -> SettingsChange:
    """Return the change of what is given. Raises BadInputError with one line where a value is not allowed."""
    given: dict[str, Any] = {"rule": rule, "learning_rate": learning_rate, "momentum": momentum, "velocity": velocity}
    values = {key: value for key, value in given.items() if value is not None}
    table = {"training": {"change": [{"update": update, "weights": dict(weights or {}), **values}]}}
    try:
        return msgspec.convert(table, Whole).training.change[0]
    except msgspec.ValidationError as error:
        raise BadInputError(explain(error, table).removeprefix("training.change[0].")) from None
