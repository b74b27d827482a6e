"""Holds, in a small form, that what a sweep says of its advice is what seeds that it has not seen find."""

from __future__ import annotations

from momentum_gui.lab.evidence.advice import Problem, table, verdict

SMALL = (
    Problem("iris", "iris", ("training.epochs=15",)),
    Problem("sine", "sine", ("training.epochs=60",)),
    Problem("moons", "moons", ("training.epochs=25",)),
)


def test_what_is_said_is_what_is_found() -> None:
    """On three problems the number said is within 1.5 × of the median found, the settings as good as a grid's best."""
    verdicts = [verdict(problem, "heavy-ball", 0, cells=(16, 10), plain=(5, 4)) for problem in SMALL]
    found = [one for one in verdicts if one is not None]
    assert len(found) == len(SMALL)
    assert all(one.holds and one.good for one in found), table(found)
