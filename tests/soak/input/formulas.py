"""Formulas of rules: what is accepted has the value that Python's own arithmetic gives, to the last bit."""

from __future__ import annotations

import ast
import math
import operator
import random
from pathlib import Path
from typing import Any

from momentum_gui.engine.formula import Formula, FormulaError
from momentum_gui.lab.errors import BadInputError
from tests.soak.input.mutants import Mutator

FORMULAS = (
    "1",
    "m",
    "1 - 0.7*m",
    "m**2",
    "-m ** -2",
    "(1 + m)/(1 − m)",
    "2e-3*(m + .5)",
    "1/(1-m)**3",
    "--m+1.",
    "m*m/m",
)
PIECES = ("m", "1", "0.5", "2e300", ".1", "+", "-", "*", "/", "**", "(", ")", " ", "−", "x", "m", "3")
TRIED = (0.0, 0.3, 0.9, 0.999)
BINARY: dict[type, Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip


def some_formula(seed: int) -> str:
    """Return a formula, changed or put together at random."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return "".join(chance.choices(PIECES, k=chance.randint(1, 12)))
    return Mutator(seed, ("m", "n", "abs", "__import__")).change(chance.choice(FORMULAS))


def formula(given: str, _folder: Path) -> int:
    """Read a formula and evaluate it. Raises BadInputError for one that is refused."""
    try:
        read = Formula(given)
    except FormulaError as error:
        raise BadInputError(str(error)) from None
    tree = ast.parse(given.strip().replace("−", "-"), mode="eval").body if parses(given) else None
    count = 0
    for m in TRIED:
        value = read(m)
        assert isinstance(value, float), value
        if tree is not None:
            expected = python_value(tree, m)
            assert value == expected or (math.isnan(value) and math.isnan(expected)), (given, m, value, expected)
            count += 1
    return count


def parses(given: str) -> bool:
    """Return whether Python takes the text for an expression: it refuses 007, which is a number here."""
    try:
        ast.parse(given.strip().replace("−", "-"), mode="eval")
    except SyntaxError:
        return False
    return True


def python_value(tree: ast.expr, m: float) -> float:
    """Return what Python's float arithmetic gives; NaN or infinite where that is no real number."""
    try:
        value = node_value(tree, m)
    except ZeroDivisionError:
        return math.nan
    except OverflowError:
        return math.inf
    return math.nan if isinstance(value, complex) else float(value)


def node_value(node: ast.expr, m: float) -> Any:
    """Return the value of a part of an expression."""
    match node:
        case ast.Constant(value=value):
            return float(value)
        case ast.Name(id="m"):
            return m
        case ast.BinOp(left=left, op=op, right=right):
            return BINARY[type(op)](node_value(left, m), node_value(right, m))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -node_value(operand, m)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return node_value(operand, m)
    raise AssertionError(f"{ast.dump(node)} should have been refused")
