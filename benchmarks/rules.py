"""The five rules beside each other: a rule is four numbers, so they cost the same."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import ours
from benchmarks.measure import alternate
from benchmarks.problems import NETWORKS, Problem
from benchmarks.rows import Missing, Row, faster
from momentum_gui.engine.rules import RULES

TITLE = "The cost of a rule, 4-7-3, online"


def rows() -> Iterator[Row | Missing]:
    """Each rule beside plain gradient descent."""
    problem = Problem(NETWORKS["4-7-3"])
    plain = ours.trainer(problem, 40, rule="plain")
    for rule in list(RULES)[1:]:
        pair = alternate(ours.trainer(problem, 40, rule=rule), plain, 40 * 150)
        row = faster(rule, "plain", pair, None)
        yield Row(row.what, row.against, row.ours, row.theirs, row.ratio, "0.97–1.03 ×", 0.97 <= pair.ratio <= 1.03)
