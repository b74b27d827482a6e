"""One weight's update written out in numbers, term by term, by every rule from the same state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from momentum_gui.engine.rules import RULES, Rule


@dataclass(frozen=True)
class State:
    """What an update of one weight starts from: the downhill gradient g, the stored p, the weight w, lr and μ."""

    learning_rate: float
    momentum: float
    gradient: float
    stored: float
    weight: float


SOURCE_EXAMPLE = State(learning_rate=0.01, momentum=0.5, gradient=2.70, stored=0.044, weight=3.56)
"""The arithmetic of McCaffrey's article: 3.56 + 0.027 + 0.022 = 3.609. It first says 2.78, but adds 0.027."""


@dataclass(frozen=True)
class Arithmetic:
    """One rule's update: gradient_part A·lr·g, momentum_part B·p, step their sum; new_weight and new_stored.

    `lines` say the same in numbers.
    """

    rule: str
    gradient_part: float
    momentum_part: float
    step: float
    new_weight: float
    new_stored: float
    lines: tuple[str, ...]


def arithmetic(rule: str, state: State, rules: Mapping[str, Rule] = RULES) -> Arithmetic:
    """Return the update of one weight by the rule of that id. Raises KeyError for a rule that does not exist."""
    a, b, c, d = rules[rule].coefficients(state.momentum)
    lr, g, p, w = state.learning_rate, state.gradient, state.stored, state.weight
    gradient_part, momentum_part = a * lr * g, b * p
    step = gradient_part + momentum_part
    new_weight, new_stored = w + step, c * lr * g + d * p
    lines = (
        f"gradient part  A·lr·g = {number(a)}·{number(lr)}·{number(g)} = {number(gradient_part)}",
        f"momentum part  B·p = {number(b)}·{number(p)} = {number(momentum_part)}",
        f"weight  {number(w)} {signed(gradient_part)} {signed(momentum_part)} = {number(new_weight)}",
        f"stored  C·lr·g + D·p = {number(c)}·{number(lr)}·{number(g)} + {number(d)}·{number(p)} = {number(new_stored)}",
    )
    return Arithmetic(rule, gradient_part, momentum_part, step, new_weight, new_stored, lines)


def all_rules(state: State, rules: Mapping[str, Rule] = RULES) -> tuple[Arithmetic, ...]:
    """Return the update by every rule, from the same state, in the order of the rules."""
    return tuple(arithmetic(rule, state, rules) for rule in rules)


def number(value: float) -> str:
    """Return a number as one would write it: up to seven digits, a proper minus, in brackets where that follows a
    sign."""
    text = f"{value:.7g}"
    return f"(−{text[1:]})" if text.startswith("-") else text


def signed(value: float) -> str:
    """Return a term of a sum: + 0.027, − 0.022."""
    return f"− {-value:.7g}" if value < 0 else f"+ {value:.7g}"
