"""A formula in the momentum factor m, as a user types it: numbers, m, + − * / **, parentheses, and nothing else.

It is parsed here and never given to Python: no name but m is known, so no formula can do more than arithmetic. The
precedence and the results are those of Python's own float arithmetic.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_CHARACTERS = 200
MOST_DEPTH = 50
"""Parentheses, signs and powers within one another: more than this is no formula of a rule."""

NUMBER = r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
SIGN = r"(?P<sign>\*\*|[-+*/()−])"
NAME = r"(?P<name>[^\W\d]\w*)"
TOKEN = re.compile(rf"\s*(?:{NUMBER}|{SIGN}|{NAME})")
ALLOWED = "numbers, m, + - * / ** and parentheses"

Node = Callable[[float], Any]  # a float, or what is no real number


class FormulaError(ValueError):
    """A formula that cannot be read; the text says what is wrong, where, and what is allowed."""


@dataclass(frozen=True)
class Formula:
    """A formula, ready to be evaluated at any momentum factor. Two formulas of the same text are equal."""

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "_node", Parser(self.text).parse())

    def __reduce__(self) -> tuple[type[Formula], tuple[str]]:
        return Formula, (self.text,)  # what was parsed holds functions, which cannot be pickled

    def __call__(self, m: Any) -> Any:
        """Return the value at a momentum factor, or at an array of them; NaN or ±inf where it is not a real number."""
        node: Node = self.__dict__["_node"]
        if isinstance(m, np.ndarray):
            values, places = np.unique(m, return_inverse=True)
            return np.array([self(float(value)) for value in values])[places].reshape(m.shape)
        try:
            value = node(float(m))
        except ZeroDivisionError:
            return math.nan
        except OverflowError:
            return math.inf
        return math.nan if isinstance(value, complex) else value


class Parser:
    """Reads one formula by recursive descent: sum, product, sign, power, atom, as in Python's grammar."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise FormulaError(f"{len(text)} characters: allowed are {MOST_CHARACTERS} at most")
        self._text = text
        self._tokens = list(self._read(text))
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        """Return the whole formula as a function of m. Raises FormulaError."""
        node = self._sum()
        if self._at < len(self._tokens):
            self._fail("is not expected here")
        return node

    def _read(self, text: str) -> list[tuple[str, int]]:
        tokens: list[tuple[str, int]] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            match = TOKEN.match(text, place)
            if match is None:
                start = place + len(text[place:]) - len(text[place:].lstrip())
                raise FormulaError(f'"{text[start]}" at place {start + 1}: allowed are {ALLOWED}')
            token = match.group(match.lastgroup or 0).replace("−", "-")
            start = match.start(match.lastgroup or 0)
            if match.lastgroup == "name" and token != "m":
                raise FormulaError(f'"{token}" at place {start + 1}: the only name is m; allowed are {ALLOWED}')
            tokens.append((token, start))
            place = match.end()
        return tokens

    @property
    def _token(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        """Take the next token if it is one of these; return it, or an empty text."""
        token = self._token
        if not token or token not in wanted:
            return ""
        self._at += 1
        return token

    def _fail(self, why: str) -> None:
        if self._at >= len(self._tokens):
            raise FormulaError(f"ends too early: allowed are {ALLOWED}")
        token, start = self._tokens[self._at]
        raise FormulaError(f'"{token}" at place {start + 1} {why}: allowed are {ALLOWED}')

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise FormulaError(f"more than {MOST_DEPTH} parentheses, signs or powers within one another")
        node = read()
        self._depth -= 1
        return node

    def _sum(self) -> Node:
        return self._chain(self._product, {"+": operator.add, "-": operator.sub})

    def _product(self) -> Node:
        return self._chain(self._sign, {"*": operator.mul, "/": operator.truediv})

    def _chain(self, part: Callable[[], Node], signs: dict[str, Callable[[Any, Any], Any]]) -> Node:
        """Read parts with signs between them, from left to right."""
        first = part()
        rest: list[tuple[Callable[[Any, Any], Any], Node]] = []
        while sign := self._take(*signs):
            rest.append((signs[sign], part()))

        def value(m: float) -> Any:
            result = first(m)
            for act, node in rest:
                result = act(result, node(m))
            return result

        return value if rest else first

    def _sign(self) -> Node:
        if sign := self._take("+", "-"):
            inner = self._deeper(self._sign)
            return inner if sign == "+" else lambda m: -inner(m)
        return self._power()

    def _power(self) -> Node:
        base = self._atom()
        if self._take("**"):
            exponent = self._deeper(self._sign)
            return lambda m: base(m) ** exponent(m)
        return base

    def _atom(self) -> Node:
        if self._take("("):
            inner = self._deeper(self._sum)
            if not self._take(")"):
                self._fail("is where a closing parenthesis should be" if self._token else "")
            return inner
        if self._take("m"):
            return lambda m: m
        token = self._token
        if token and (token[0].isdigit() or token[0] == "."):
            self._at += 1
            number = float(token)
            return lambda m: number
        self._fail("is where a number, m or a parenthesis should be")
        raise AssertionError
