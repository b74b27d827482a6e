"""`rules`: the kinds of momentum, each as four numbers, with what follows from them."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from momentum_gui.commands.shared.arguments import Commands
from momentum_gui.lab.errors import BadInputError

if TYPE_CHECKING:
    from momentum_gui.engine.rules import Rule

MOMENTUM = 0.75
"""The factor shown where none is asked for: the default of an experiment."""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("rules", help="the momentum rules: coefficients, gains, bounds", allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", nargs="?", help="an experiment, whose own rules are shown as well")
    parser.add_argument("--momentum", metavar="M", type=float, default=MOMENTUM, help=f"the factor ({MOMENTUM})")
    parser.add_argument(
        "--curvature",
        metavar=("L1", "L2"),
        type=float,
        nargs=2,
        help="also the best settings on a quadratic with curvatures from L1 to L2",
    )
    parser.add_argument(
        "--spread",
        metavar="K",
        type=float,
        default=1.0,
        help="E[h²]/E[h]² of the batches' curvature h: also the bounds of stability in the mean square (1: full batch)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table of rules. Raises BadInputError."""
    momentum = arguments.momentum
    if not 0 <= momentum < 1:
        raise BadInputError(f"--momentum {momentum}: allowed is a number from 0 up to, not including, 1")
    from momentum_gui.engine.analysis.convergence import MOST_CONDITION

    curvature = sorted(arguments.curvature) if arguments.curvature is not None else None
    if curvature is not None and not (curvature[0] > 0 and math.isfinite(curvature[1])):
        raise BadInputError(f"--curvature {curvature[0]} {curvature[1]}: allowed are two finite numbers above 0")
    if curvature is not None and curvature[1] / MOST_CONDITION > curvature[0]:
        apart = f"{MOST_CONDITION:g}"
        raise BadInputError(
            f"--curvature {curvature[0]} {curvature[1]}: allowed are two at most a factor {apart} apart"
        )
    spread = arguments.spread
    if not 1 <= spread < math.inf:
        raise BadInputError(f"--spread {spread}: allowed is a finite number from 1, since E[h²] is at least E[h]²")
    from momentum_gui.engine.rules import RULES

    rules: Mapping[str, Rule] = RULES
    if arguments.file is not None:
        from momentum_gui.lab.experiment import Experiment

        rules = Experiment.load(arguments.file).rules
    facts = rule_facts(momentum, curvature, spread, rules)
    if arguments.json:
        given = {"momentum": momentum, "spread": spread} | ({"curvature": curvature} if curvature is not None else {})
        print(json.dumps(given | {"rules": facts}))
    else:
        print_table(momentum, curvature, spread, facts)
    return 0


def rule_facts(
    momentum: float, curvature: list[float] | None, spread: float, rules: Mapping[str, Rule]
) -> list[dict[str, Any]]:
    """Return the facts of each rule at this momentum factor, with its best settings at these curvatures.

    `bound_mean_square` is the largest lr·E[h] stable in the mean square at this spread. A bound is None where there
    is none.
    """
    from momentum_gui.engine.analysis.mean_square import mean_square_bound
    from momentum_gui.engine.rules import gains, half_life, stability_bound

    best = {}
    if curvature is not None:
        from momentum_gui.engine.analysis.convergence import best_settings

        best = {rule.id: best_settings(rule, *curvature) for rule in rules.values()}
    facts = []
    for rule in rules.values():
        coefficients = rule.coefficients(momentum)
        bound, mean_square = stability_bound(coefficients), mean_square_bound(coefficients, spread)
        fact = {
            "rule": rule.id,
            "title": rule.title,
            "formula": rule.formula,
            "known_from": rule.known_from,
            "coefficients": dict(zip("ABCD", coefficients, strict=True)),
            "gains": gains(coefficients)._asdict(),
            "bound": bound if math.isfinite(bound) else None,
            "bound_mean_square": mean_square if math.isfinite(mean_square) else None,
            "half_life": half_life(coefficients),
        }
        if rule.id in best:
            fact["best"] = asdict(best[rule.id])
        facts.append(fact)
    return facts


def print_table(momentum: float, curvature: list[float] | None, spread: float, facts: list[dict[str, Any]]) -> None:
    """Print the facts as text."""
    print("With the downhill gradient g and one stored vector p, each update is")
    print("    step = A·lr·g + B·p,   p = C·lr·g + D·p,   w += step")
    print(f"At momentum μ = {momentum:g}; it is stable on curvature λ while lr·λ stays below the bound.")
    if spread != 1:
        print(f"Mean square: the bound of lr·E[h] where the batches' curvature h has E[h²] = {spread:g}·E[h]².")
    print("Half-life: updates until half of a past gradient's effect is gone.\n")
    heads = ["rule", "A", "B", "C", "D", "steady gain", "alternating", "bound"]
    if spread != 1:
        heads.append("mean square")
    if curvature is not None:
        heads += ["best rate", "best μ", "convergence"]
    heads.append("half-life")
    rows = []
    for fact in facts:
        bounds = [fact["bound"]] if spread == 1 else [fact["bound"], fact["bound_mean_square"]]
        numbers = [*fact["coefficients"].values(), *fact["gains"].values()]
        numbers += [math.inf if bound is None else bound for bound in bounds]
        if curvature is not None:
            numbers += fact["best"].values()
        numbers.append(fact["half_life"])
        rows.append([fact["rule"], *(f"{number:.4g}" for number in numbers)])
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row, last in zip([heads, *rows], ["known from", *(fact["known_from"] for fact in facts)], strict=True):
        cells = [
            f"{row[0]:{widths[0]}}",
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        print("  ".join([*cells, last]))
    if curvature is not None:
        print(f"\nBest for curvatures from {curvature[0]:g} to {curvature[1]:g}: the rate and momentum for which the")
        print("slowest direction converges fastest; each update leaves that share of the distance to the minimum.")
