"""The analytic surface of a script: its own formulas, taken from the functions that the engine uses."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from momentum_gui.engine.analytic_surfaces import Surface
from momentum_gui.lab.errors import BadInputError


def functions(surface: Surface) -> list[list[str]]:
    """Return `value(x, y)` and `slope(x, y)`, then the `error` and the downhill `gradient` of weights w = (x, y).

    Raises BadInputError where Python has no source of the program.
    """
    return [
        plain_function(surface.value, "value", surface.k),
        plain_function(surface.gradient, "slope", surface.k),
        ["def error(w):", f'    """Return the error: {surface.formula}."""', "    return value(*w)"],
        ["def gradient(w):", '    """Return the downhill gradient."""', "    return -np.array(slope(*w))"],
    ]


def plain_function(function: Callable[..., Any], name: str, k: tuple[float, ...]) -> list[str]:
    """Return a function's source under another name, without types, its parameters k given as defaults."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError):
        raise BadInputError("script: this build of the program has no source of its surfaces") from None
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.name, definition.returns = name, None
    for argument in definition.args.args:
        argument.annotation = None
    if k:
        definition.args.defaults = [ast.Tuple([ast.Constant(value) for value in k], ast.Load())]
    else:
        definition.args.args.pop()
    return ast.unparse(ast.fix_missing_locations(definition)).splitlines()
