"""Writes docs/advice.md: what sweeps say of the settings they recommend, beside what seeds unseen by them find.

`python -m momentum_gui.lab.evidence.advice docs/advice.md` (some minutes); without a file it prints.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.answer import Answer, find_answer
from momentum_gui.lab.sweep.axis import Axis
from momentum_gui.lab.sweep.confirming.confirmer import Confirmer
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.measures import run_values, spread
from momentum_gui.lab.sweep.runner import Sweep

UNSEEN, FIRST_UNSEEN = 60, 1_000_000
"""The settings are judged from this many seeds, far from all that a sweep uses."""
CELLS, SEEDS = (31, 20), 3
PLAIN_CELLS = (9, 8)
SAID_RATIO, QUARTILE_RATIO = 1.5, 2.0
SWEEPS = (("heavy-ball", 0), ("one-step", 100), ("nesterov", 200))
"""The rule and the first seed of each problem's sweeps."""


@dataclass(frozen=True)
class Problem:
    """A built-in experiment, with settings changed, swept from its learning rate over `down` to that times `up`."""

    name: str
    experiment: str
    changes: tuple[str, ...] = ()
    down: float = 50.0
    up: float = 20.0

    def grid(self, rule: str, seed: int, cells: tuple[int, int], seeds: int) -> tuple[Experiment, Grid]:
        """Return the experiment with its first seed, and a grid of some cells."""
        experiment = Experiment.load(self.experiment, [*self.changes, f"training.seed={seed}"])
        rate = experiment.training.learning_rate
        rates = f"{rate / self.down:.3g}:{rate * self.up:.3g}:{cells[0]}:log"
        return experiment, Grid.of(experiment, rates, f"0:0.95:{cells[1]}", seeds=seeds, rules=[rule])


ONLINE = ("training.batch_size=1", "training.order=shuffled", "training.target_error=0", "training.epochs=1000")
MAIN = (Problem("iris", "iris"), Problem("moons", "moons"), Problem("xor", "xor"), Problem("sine", "sine"))
OTHERS = (
    Problem("iris, raw features", "iris-raw"),
    Problem("encoder 8-3-8", "encoder", ("training.target_error=0", "training.epochs=600")),
    Problem("spirals, 60 epochs", "spirals", ("training.epochs=60",)),
    Problem("xor, online", "xor", ONLINE),
)


@dataclass(frozen=True)
class Verdict:
    """One sweep: its answer; the quartiles found on unseen seeds; the best upper quartile of a plain grid there; the
    median found where the grid alone would have sent one; the time with the confirmation over the grid's.
    """

    problem: str
    rule: str
    answer: Answer
    found: tuple[float, float, float]
    plain: float
    grid_found: float
    time_ratio: float

    @property
    def holds(self) -> bool:
        """Whether the number said is that found."""
        return near(self.answer.value, self.found[1])

    @property
    def good(self) -> bool:
        """Whether three of four unseen seeds end about as well as with the best of a plain grid."""
        return self.found[2] <= QUARTILE_RATIO * self.plain


def near(said: float, found: float) -> bool:
    """Return whether two numbers are within a ratio of 1.5."""
    return bool(max(said, found) <= SAID_RATIO * min(said, found))


def errors(experiment: Experiment, grid: Grid) -> Floats:
    """Train a grid to its end: the final errors, (rules, learning rates, momenta, seeds)."""
    sweep = Sweep(experiment, grid)
    for _ in sweep.results():
        pass
    return run_values(sweep.table, "error", experiment.training.target_error)


def verdict(
    problem: Problem, rule: str, seed: int, cells: tuple[int, int] = CELLS, plain: tuple[int, int] = PLAIN_CELLS
) -> Verdict | None:
    """Sweep a problem and judge the answer on unseen seeds; None where no cell succeeded."""
    experiment, grid = problem.grid(rule, seed, cells, SEEDS)
    sweep = Sweep(experiment, grid)
    began = time.perf_counter()
    for _ in sweep.results():
        pass
    swept = time.perf_counter()
    confirmation = Confirmer(sweep, "error").run()
    ratio = (time.perf_counter() - began) / (swept - began)
    answer = find_answer(sweep.table, "error", experiment.training.target_error, confirmation)
    if answer is None:
        return None

    def unseen(learning_rate: float, momentum: float) -> Floats:
        one = Grid.of(judged, repr(learning_rate), repr(momentum), seeds=UNSEEN, rules=[rule])
        return errors(judged, one).ravel()

    judged, plain_grid = problem.grid(rule, FIRST_UNSEEN, plain, UNSEEN)
    low, median, high = (float(part) for part in spread(unseen(answer.learning_rate, answer.momentum)))
    best = float(spread(errors(judged, plain_grid))[2].min())
    rates: Axis = grid.learning_rate
    grid_alone = unseen(rates.values[answer.grid_cell.learning_rate], grid.momentum.values[answer.grid_cell.momentum])
    return Verdict(problem.name, rule, answer, (low, median, high), best, float(np.median(grid_alone)), ratio)


def row(*cells: object) -> str:
    """Return a row of a Markdown table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the table of said against found."""
    text = row(
        "problem", "rule", "recommended", "said (fresh seeds)", "found (60 unseen)", "upper quartile found",
        "best of 72 cells", "grid alone said", "and found", "time", "",
    ) + row(*["---"] * 11)  # fmt: skip
    for one in verdicts:
        answer = one.answer
        seeds = 0 if answer.confirmation is None else answer.confirmation.seeds
        marks = [*(["said is off"] * (not one.holds)), *(["quartile is off"] * (not one.good))]
        text += row(
            one.problem, one.rule, f"{answer.learning_rate:.3g}, {answer.momentum:.3g}",
            f"{answer.value:.3g} ({seeds})", f"{one.found[1]:.3g}", f"{one.found[2]:.3g}", f"{one.plain:.3g}",
            f"{answer.grid_value:.3g}", f"{one.grid_found:.3g}", f"× {one.time_ratio:.2f}", ", ".join(marks) or "holds",
        )  # fmt: skip
    return text


def counts(verdicts: Sequence[Verdict]) -> str:
    """Return how many of the sweeps hold, in a sentence."""
    holds, good = sum(one.holds for one in verdicts), sum(one.good for one in verdicts)
    alone = sum(near(one.answer.grid_value, one.grid_found) for one in verdicts)
    return (
        f"Of {len(verdicts)} sweeps {holds} say a number within {SAID_RATIO:g} × of the median found (the grid alone: "
        f"{alone}), and {good} recommend settings whose upper quartile is within {QUARTILE_RATIO:g} × of the best of a "
        f"plain grid of {PLAIN_CELLS[0] * PLAIN_CELLS[1]} cells, itself chosen on the very seeds it is judged by."
    )


def document() -> str:
    """Return the whole of docs/advice.md."""
    parts = {
        problems: [v for p in problems for r, s in SWEEPS if (v := verdict(p, r, s))] for problems in (MAIN, OTHERS)
    }
    return f"""# What a sweep says, and what is found

Written by `python -m momentum_gui.lab.evidence.advice docs/advice.md`; edit that module, not this file.

Each sweep has {CELLS[0]} × {CELLS[1]} cells and {SEEDS} seeds; its answer is confirmed as by default
(`docs/sweeps.md`). Then the recommended settings are trained from {UNSEEN} seeds that the sweep has not seen, from
{FIRST_UNSEEN:,} on. Numbers are final errors. "Time" is that of the whole over that of the grid alone.

## Four problems

{counts(parts[MAIN])}

{table(parts[MAIN])}
## Others

{counts(parts[OTHERS])}

{table(parts[OTHERS])}
XOR online is the hard case: about a quarter of the seeds end on a plateau whatever the settings, so the upper quartile
lies at the edge between two outcomes that are a thousand times apart, and moves with the seeds.
"""


def main(arguments: list[str]) -> int:
    """Write the document to the file named, or print it."""
    text = document()
    if arguments:
        write_atomically(arguments[0], text)
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
