"""The momentum rules of a script, each written out as its formula says."""

from __future__ import annotations

import re
import textwrap

from momentum_gui.engine.rules import Rule

WIDTH = 114
LEADING_ZEROS = re.compile(r"(?<![\w.])0+(?=\d)")
"""Python refuses a whole number such as 007."""


def function_name(rule: str) -> str:
    """Return the name of a rule's function in the script."""
    return "rule_" + rule.replace("-", "_")


def source(rule: Rule) -> list[str]:
    """Return the function of a rule, from its formula: the step from gradient g and stored p, and the new p."""
    formulas = rule.formula.replace("Δw", "step").replace("μ²", "m**2").replace("μ", "m")
    formulas = LEADING_ZEROS.sub("", formulas.replace("·", " * ").replace("−", "-").replace("\\", ""))
    step, _, stored = formulas.partition(",")
    head = f"def {function_name(rule.id)}(g, p, lr, m):"
    known = comment(f"{rule.title}: {rule.known_from}")
    return [
        f"{head}  # {textwrap.shorten(known, WIDTH - len(head), placeholder=' …')}",
        f"    {step}",
        f"    return step, {stored.strip().removeprefix('p = ') or '0 * g'}",
    ]


def comment(text: str) -> str:
    """Return a text as it can be in a comment: one line of printable characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
