"""Holds the numbers that `rules` prints: coefficients, gains, bounds, and the best settings of published cases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from momentum_gui.cli import main


def rules(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What `rules … --json` tells, by rule."""
    assert main(["rules", *arguments, "--json"]) == 0
    return {fact["rule"]: fact for fact in json.loads(capsys.readouterr().out)["rules"]}


def test_coefficients_gains_and_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    """At μ = ½, worked out by hand from the table of the five rules."""
    facts = rules(capsys, "--momentum", "0.5")
    assert {rule: tuple(fact["coefficients"].values()) for rule, fact in facts.items()} == {
        "plain": (1, 0, 0, 0),
        "one-step": (1, 0.5, 1, 0),
        "heavy-ball": (1, 0.5, 1, 0.5),
        "damped": (0.5, 0.5, 0.5, 0.5),
        "nesterov": (1.5, 0.25, 1, 0.5),
    }
    assert {rule: fact["bound"] for rule, fact in facts.items()} == pytest.approx(
        {"plain": 2, "one-step": 2, "heavy-ball": 3, "damped": 6, "nesterov": 1.5}
    )
    assert {rule: fact["half_life"] for rule, fact in facts.items()} == pytest.approx(
        {"plain": 0, "one-step": 1, "heavy-ball": 1, "damped": 1, "nesterov": 1}
    )
    assert facts["one-step"]["gains"] == {"steady": 1.5, "alternating": 0.5}
    assert facts["heavy-ball"]["gains"] == pytest.approx({"steady": 2, "alternating": 2 / 3})


def test_the_best_settings_are_those_of_distill(capsys: pytest.CaptureFixture[str]) -> None:
    """Goh, Why Momentum Really Works, 2017: curvatures 0.01 and 1, in either order."""
    for pair in (("0.01", "1"), ("1", "0.01")):
        facts = rules(capsys, "--curvature", *pair)
        assert list(facts["plain"]["best"].values()) == pytest.approx([1.980, 0, 0.980], abs=5e-4)
        assert list(facts["heavy-ball"]["best"].values()) == pytest.approx([3.306, 0.669, 0.818], abs=5e-4)


def test_the_table_has_a_line_for_each_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """With the same numbers, as text."""
    assert main(["rules", "--momentum", "0.9", "--curvature", "0.01", "1"]) == 0
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if line.startswith("heavy-ball"))
    assert line.split()[1:11] == ["1", "0.9", "1", "0.9", "10", "0.5263", "3.8", "3.306", "0.6694", "0.8182"]


def test_curvatures_too_far_apart_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Beyond a factor of 10^10 the best settings have no digits left; up to there they are near their limit."""
    assert main(["rules", "--curvature", "1e-33", "1"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "factor 1e+10" in error
    assert rules(capsys, "--curvature", "1e-10", "1")["one-step"]["best"]["learning_rate"] == pytest.approx(3, rel=1e-3)


def test_a_spread_adds_the_bound_of_the_mean_square(capsys: pytest.CaptureFixture[str]) -> None:
    """Single items from a normal distribution, K = 3: 2/3 for plain, 0.38/3.9 for the heavy ball at 0.9; K = 1 is the
    bound itself; below 1 there is no spread."""
    facts = rules(capsys, "--spread", "3", "--momentum", "0.9")
    assert facts["plain"]["bound_mean_square"] == pytest.approx(2 / 3)
    assert facts["heavy-ball"]["bound_mean_square"] == pytest.approx(0.38 / 3.9)
    assert all(fact["bound_mean_square"] == fact["bound"] for fact in rules(capsys).values())
    assert main(["rules", "--spread", "3", "--momentum", "0.9"]) == 0
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if line.startswith("heavy-ball"))
    assert line.split()[7:9] == ["3.8", "0.09744"] and "mean square" in out
    for refused in ("0.5", "inf", "nan"):
        assert main(["rules", "--spread", refused]) == 2
        assert "--spread" in capsys.readouterr().err
