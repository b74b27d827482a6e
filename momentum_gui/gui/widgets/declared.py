"""Settings as they were declared: title, meaning, what is allowed, and how a value is shown and typed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, inspect

from momentum_gui.lab.settings import NetworkSettings, Problem, Training

SECTIONS: dict[str, type[Struct]] = {"problem": Problem, "network": NetworkSettings, "training": Training}

WORDS = {
    "relu": "ReLU",
    "minmax": "0 to 1",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    ".": "Point",
    ",": "Comma",
    "squared_error_elementwise": "Squared error, elementwise",
}
"""How a choice is shown, where capitalising it does not do."""


@dataclass(frozen=True)
class Declared:
    """One setting: its section and key, the words of its declaration, and its choices if it has a fixed set of them.

    `default` is what holds where the setting is left out; `optional` says that it may be None,
    `whole` that its numbers are whole ones.
    """

    section: str
    key: str
    title: str
    description: str
    allowed: str
    choices: tuple[str, ...]
    optional: bool
    default: Any
    kind: type[inspect.Type]
    of_texts: bool
    whole: bool

    @property
    def tooltip(self) -> str:
        """Meaning, range and the key's name in a file."""
        return f"{self.description}\nAllowed: {self.allowed}\n{self.section}.{self.key}"

    def shown(self, value: Any) -> str:
        """Return the value as text for an entry."""
        if value is None:
            return ""
        if isinstance(value, float):
            return number_text(value)
        if isinstance(value, Struct):
            table = msgspec.to_builtins(value)
            keys = [f"{key} = {self.shown(each)}" for key, each in table.items() if key != "kind"]
            return ", ".join([getattr(value, "kind", ""), *keys])
        if isinstance(value, dict):
            return ", ".join(f"{name} = {number_text(number)}" for name, number in value.items())
        if isinstance(value, (list, tuple)):
            return ", ".join(self.shown(each) for each in value)
        return str(value)

    def parsed(self, text: str) -> Any:
        """Return what was typed, as a value of the setting; text that is none is given back, for validation to
        refuse."""
        text = text.strip()
        if not text and (self.optional or self.kind in (inspect.ListType, inspect.DictType)):
            return None if self.optional else ({} if self.kind is inspect.DictType else [])
        if self.kind is inspect.ListType:
            return [part if self.of_texts else self._number(part) for part in parts_of(text)]
        if self.kind is inspect.StructType:
            kind, *keys = parts_of(text) or [""]
            pairs = [part.partition("=") for part in keys]
            return {"kind": kind, **{name.strip(): number_of(value) for name, _, value in pairs}}
        if self.kind is inspect.DictType:
            pairs = [part.partition("=") for part in parts_of(text)]
            return {name.strip(): number_of(value) for name, _, value in pairs}
        return text if self.kind is inspect.StrType else self._number(text)

    def _number(self, text: str) -> Any:
        """Return what `number_of` reads; 1e3 as the whole number 1000 where whole numbers are meant."""
        value = number_of(text)
        return int(value) if self.whole and isinstance(value, float) and value.is_integer() else value


@cache
def declared(section: str, key: str) -> Declared:
    """Return the declaration of `section`.`key`."""
    info = next(each for each in fields_of(section) if each.name == key)
    assert isinstance(info.type, inspect.Metadata)
    words, inner = info.type.extra_json_schema or {}, info.type.type
    allowed = str((info.type.extra or {})["allowed"])
    parts = inner.types if isinstance(inner, inspect.UnionType) else (inner,)
    optional = any(isinstance(part, inspect.NoneType) for part in parts)
    parts = tuple(part for part in parts if not isinstance(part, inspect.NoneType))
    choices: tuple[str, ...] = ()
    if len(parts) == 1 and isinstance(parts[0], inspect.LiteralType):
        # msgspec sorts them; the declaration has them in an order that makes sense.
        order = [choice.strip('"') for choice in allowed.split(", ")]
        choices = tuple(sorted((str(value) for value in parts[0].values), key=order.index))
    default = info.default if info.default is not msgspec.NODEFAULT else None
    if default is None and info.default_factory is not msgspec.NODEFAULT:
        default = info.default_factory()
    of_texts = isinstance(parts[0], inspect.ListType) and isinstance(parts[0].item_type, inspect.StrType)
    kinds = (parts[0].item_type,) if isinstance(parts[0], inspect.ListType) else parts
    whole = any(isinstance(kind, inspect.IntType) for kind in kinds)
    whole = whole and not any(isinstance(kind, inspect.FloatType) for kind in kinds)
    return Declared(
        section,
        key,
        words["title"],
        words["description"],
        allowed,
        choices,
        optional,
        default,
        type(parts[0]),
        of_texts,
        whole,
    )


@cache
def fields_of(section: str) -> tuple[inspect.Field, ...]:
    """Return the declared keys of a section, in order."""
    info = inspect.type_info(SECTIONS[section])
    assert isinstance(info, inspect.StructType)
    return info.fields


def choice_text(choice: str) -> str:
    """Return a choice in words."""
    return WORDS.get(choice) or choice.replace("_", " ").capitalize()


def number_text(value: float) -> str:
    """Return a number in as few digits as tell it apart."""
    text = f"{value:.12g}"
    return text if float(text) == value else repr(value)


def number_of(text: str) -> Any:
    """Return a whole number or a number; the text itself where it is neither. A decimal comma is taken for a point."""
    text = text.strip().replace("−", "-")
    readings: tuple[Callable[[str], Any], ...] = (int, float, lambda each: float(each.replace(",", ".")))
    for reading in readings:
        try:
            return reading(text)
        except ValueError:
            continue
    return text.strip("\"'")


def finite_number(text: str) -> float | None:
    """Return a finite number that was typed, with a decimal point or comma; None for anything else."""
    value = number_of(text)
    if isinstance(value, str):
        return None
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond all floats
        return None
    return number if math.isfinite(number) else None


def parts_of(text: str) -> list[str]:
    """Return the parts between commas, those within brackets apart: w1[0,0], b1[0] are two."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            return [str(part) for part in json.loads(text)]
        except ValueError:
            text = text[1:-1]
    parts, depth, current = [], 0, ""
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        if sign in ",;" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [part.strip() for part in (*parts, current) if part.strip()]
