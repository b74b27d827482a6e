"""What is wrong with a setting, and what is allowed, told from the declarations in settings.py."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from momentum_gui.lab.settings import Moment, NetworkSettings, Overrides, OwnRule, Problem, Training, View

SECTIONS: dict[str, Any] = {
    "problem": Problem,
    "network": NetworkSettings,
    "training": Training,
    "rule": OwnRule,
    "run": Overrides,
    "view": View,
    "session": Moment,
}
TOP_LEVEL = {
    "title": "a text",
    "notes": "a text",
    "claim": "a text",
    "rule": "a list of tables, each headed [[rule]]",
    "run": "a list of tables, each headed [[run]]",
}


def explain(error: msgspec.ValidationError, table: Mapping[str, Any]) -> str:
    """Return a validation error as key = value: what is allowed."""
    message, _, place = str(error).partition(" - at `$")
    steps = [step for step in re.split(r"[.\[\]`]+", place) if step and step != "..."]
    if unknown := re.match(r"Object contains unknown field `(.*)`", message, re.DOTALL):
        place = key_text([*steps, unknown[1]])
        allowed = ", ".join(keys_of(steps))
        return f"{place} = {shown(value_at(table, [*steps, unknown[1]]))}: unknown key; allowed are {allowed}"
    if missing := re.match(r"Object missing required field `(.*)`", message):
        return f"{key_text([*steps, missing[1]])}: missing, and required"
    allowed = allowed_at(steps) or message.replace("Expected ", "").replace("`", "")
    return f"{key_text(steps)} = {shown(value_at(table, steps))}: allowed is {allowed}"


def key_text(steps: Sequence[str]) -> str:
    """Return a key's place as a user writes it: run[1].rule, counted from 0 as in the message of the parser."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", ".".join(steps))


def value_at(table: Any, steps: Sequence[str]) -> Any:
    """Return the value at this place, or the last one on the way to it."""
    for step in steps:
        if isinstance(table, Mapping):
            table = table.get(step)
        elif isinstance(table, list) and step.isdigit() and int(step) < len(table):
            table = table[int(step)]
        else:
            break
    return table


def shown(value: Any) -> str:
    """Return a value much as TOML shows it, in one line; cut short where it is long."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (bool, int, float, str, list, dict)):
        text = json.dumps(value, ensure_ascii=False, default=str)
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def keys_of(steps: Sequence[str]) -> tuple[str, ...]:
    """Return the keys that this place may have."""
    if not steps:
        return ("title", "notes", "claim", *SECTIONS)
    return owner_of(steps).__struct_fields__


def allowed_at(steps: Sequence[str]) -> str:
    """Return what a setting's declaration says is allowed; empty where it says nothing."""
    names = [step for step in steps if not step.isdigit()]
    if len(names) < 2:
        return TOP_LEVEL.get(names[0] if names else "", "a table of keys and values")
    *way, key = names
    allowed = allowed_values(owner_of(way))
    return allowed.get(key) or allowed.get(way[-1], "")


def owner_of(steps: Sequence[str]) -> type[Struct]:
    """Return the innermost table of settings on the way along these steps."""
    names = [step for step in steps if not step.isdigit()]
    owner: type[Struct] = SECTIONS[names[0]]
    for name in names[1:]:
        declared = next((each.type for each in fields(owner) if each.encode_name == name), None)
        owner = inner_table(declared) or owner
    return owner


def allowed_values(owner: type[Struct]) -> dict[str, str]:
    """Each key of a struct with what its declaration allows."""
    return {
        info.encode_name: note.extra["allowed"]
        for info in fields(owner)
        for note in notes_of(info.type)
        if isinstance(note, msgspec.Meta) and note.extra
    }


def notes_of(declared: Any) -> tuple[Any, ...]:
    """Return the annotations of a type, or of the parts of a union."""
    own = getattr(declared, "__metadata__", ())
    return (*own, *(note for part in getattr(declared, "__args__", ()) for note in getattr(part, "__metadata__", ())))


def inner_table(declared: Any) -> type[Struct] | None:
    """Return the table of settings that a type holds: itself, or within a list, a union or an annotation."""
    if isinstance(declared, type) and issubclass(declared, Struct):
        return declared
    parts = (getattr(declared, "__origin__", None), *getattr(declared, "__args__", ()))
    return next((found for part in parts if part is not None and (found := inner_table(part)) is not None), None)
