"""Writes docs/reproductions.md: published figures beside what this program measures.

`python -m momentum_gui.lab.evidence.reproductions docs/reproductions.md` (about a minute); without a file it prints.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path

import numpy as np

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.evidence.claim import with_change
from momentum_gui.lab.evidence.markdown import row
from momentum_gui.lab.evidence.published import DISTILL, FIGURES, path
from momentum_gui.lab.evidence.seeds import Starts, over_seeds
from momentum_gui.lab.experiment import Experiment

NATURE = "[Rumelhart, Hinton, Williams, Nature 1986](https://doi.org/10.1038/323533a0)"
EARLIER = "An earlier reproduction (source not kept)"
SNNS = "[SNNS, encoder.README](https://github.com/mwri/snns/blob/master/examples/encoder.README)"
AUTHOR = "McCaffrey, Neural Network Momentum: its program"


@dataclass(frozen=True)
class Sample:
    """A figure that depends on random starts: `published` in words and as the number that is compared, if any.

    `measure` gives what is found here, in words and as a number; `remark` says what to make of the two.
    """

    source: str
    what: str
    settings: str
    published: str
    number: float
    measure: Callable[[], tuple[str, float]]
    remark: str


def spread(starts: Starts) -> tuple[str, float]:
    """Return how many converged, in how many epochs: in words, and the median."""
    solved = starts.ended(Outcome.CONVERGED)
    epochs = starts.epochs[solved]
    median = float(np.median(epochs))
    return f"{solved.sum()} of {len(solved)} solved, median {median:,.0f} ({epochs.min():,}–{epochs.max():,})", median


def built_in(name: str, run: str, seeds: int, *changes: str) -> tuple[str, float]:
    """Return the spread of one run of a built-in experiment with settings changed, over the seeds from 0 on."""
    experiment = with_change(Experiment.load(name), "training.seed=0", "training.log_every=1000000", *changes)
    chosen = experiment.with_runs([own for own in experiment.runs if own.name == run])
    return spread(over_seeds(chosen, seeds)[run])


ENCODER = """
[problem]
dataset = "encoder-8-3-8"
[network]
hidden = [3]
hidden_activation = "logistic"
output_activation = "logistic"
weight_range = 1.0
[training]
epochs = 5000
target_error = 0.01
log_every = 5000
"""


def encoder(rule: str, learning_rate: float, momentum: float) -> tuple[str, float]:
    """Return the encoder at SNNS's rates, online, 20 seeds."""
    text = f"{ENCODER}rule = '{rule}'\nlearning_rate = {learning_rate}\nmomentum = {momentum}\n"
    (starts,) = over_seeds(Experiment.parse(text, "encoder", Path()), 20).values()
    return spread(starts)


def iris(name: str) -> tuple[str, float]:
    """For how many of 20 seeds momentum is at the lower error after 50 epochs."""
    runs = over_seeds(Experiment.load(name), 20)
    lower = int((runs["momentum"].final_errors < runs["plain"].final_errors).sum())
    return f"momentum lower for {lower} of 20 seeds", float(lower)


def measured_rate(rule: str, learning_rate: float, momentum: float) -> tuple[str, float]:
    """Return the factor per update by which the distance shrinks from update 300 to 400, curvatures 0.01 and 1."""
    surface = "surface = 'ravine'\nstart = [-5.0, -2.0]\nparameters = [0.01, 1.0]"
    distance = np.linalg.norm(path(surface, rule, learning_rate, momentum, 400), axis=1)
    rate = float((distance[399] / distance[299]) ** (1 / 100))
    return f"{rate:.3f}", rate


SAMPLES: tuple[Sample, ...] = (
    Sample(
        NATURE,
        "symmetry 6-2-1, sweeps until solved",
        "heavy ball, full batch, rate 0.1, μ 0.9, ±0.3; error ≤ 0.005, up to 20,000; seeds 0 to 19",
        "1,425 in their one run",
        1425,
        lambda: built_in("symmetry", "heavy ball", 20, "training.epochs=20000"),
        "same order; starts differ by more than a factor of 10",
    ),
    Sample(
        EARLIER,
        "the same",
        "the same",
        "18 of 20 solved, median 2,208",
        2208,
        lambda: built_in("symmetry", "heavy ball", 20, "training.epochs=20000"),
        "agrees, with other starts",
    ),
    Sample(
        EARLIER,
        "XOR 2-2-1, epochs until solved",
        "heavy ball, full batch, mean of the gradients, rate 0.5, μ 0.9, ±0.5; error ≤ 0.02, up to 5,000; "
        "seeds 0 to 29",
        "25 of 30 solved, median 730 (474–2,489)",
        730,
        lambda: built_in("xor", "heavy ball", 30, "training.target_error=0.02", "training.reduction=mean"),
        "same order",
    ),
    Sample(
        EARLIER,
        "the same",
        "the same, sum of the gradients",
        "the same",
        730,
        lambda: built_in("xor", "heavy ball", 30, "training.target_error=0.02"),
        "it does not say which: mean or sum makes a factor of 3",
    ),
    Sample(
        SNNS,
        "encoder 8-3-8, cycles, plain",
        "online, rate 2.0, ±1; error ≤ 0.01; seeds 0 to 19",
        "750",
        750,
        lambda: encoder("plain", 2.0, 0.0),
        "same order; their criterion is not stated",
    ),
    Sample(
        SNNS,
        "encoder 8-3-8, cycles, momentum",
        "online, rate 0.8, heavy ball μ 0.6; the same",
        "300",
        300,
        lambda: encoder("heavy-ball", 0.8, 0.6),
        "**the gain is not reproduced**: 0.8/(1−0.6) = 2.0 is the plain run's rate; theirs also has flat-spot "
        "elimination (0.1)",
    ),
    Sample(
        AUTHOR,
        "Iris 4-5-3, raw features, error after 50 epochs",
        "online, rate 0.05, one-step μ 0.75, ±0.01, 120 items; seeds 0 to 19",
        "momentum is ahead (no figure)",
        nan,
        lambda: iris("iris-raw"),
        "**not reproduced**: about even at epoch 50, though ahead at epoch 10",
    ),
    Sample(
        AUTHOR,
        "the same, features scaled `standard`",
        "the same",
        "momentum is ahead (no figure)",
        nan,
        lambda: iris("iris"),
        "holds",
    ),
    Sample(
        DISTILL,
        "best plain descent, as trained",
        "rate 1.980198, updates 300 to 400",
        "0.980",
        0.980,
        lambda: measured_rate("plain", 1.980198, 0.0),
        "agrees",
    ),
    Sample(
        DISTILL,
        "best heavy ball, as trained",
        "rate 3.305785, μ 0.669421, updates 300 to 400",
        "0.818",
        0.818,
        lambda: measured_rate("heavy-ball", 3.305785, 0.669421),
        "a little slower: at the optimum the two roots coincide, and the distance is n·0.818ⁿ",
    ),
)
"""The published figures that depend on starts, or on how long one measures."""


def exact_table() -> str:
    """Return the table of the exact figures, each measured again."""
    table = row("where", "what", "settings", "published", "here", "agreement") + row(*["---"] * 6)
    for figure in FIGURES:
        here = figure.measure()
        verdict = "all digits" if here == figure.published else "**differs**"
        table += row(figure.source, figure.what, figure.settings, figure.published, here, verdict)
    return table


def sample_table() -> str:
    """Return the table of the figures that depend on starts, each measured again."""
    table = row("where", "what", "settings here", "published", "here", "here / published", "") + row(*["---"] * 7)
    for sample in SAMPLES:
        here, number = sample.measure()
        ratio = "" if isnan(sample.number) else f"{number / sample.number:.3g}"
        table += row(sample.source, sample.what, sample.settings, sample.published, here, ratio, sample.remark)
    return table


def document() -> str:
    """Return the whole of docs/reproductions.md."""
    return f"""# Published figures, reproduced

Written by `python -m momentum_gui.lab.evidence.reproductions docs/reproductions.md`; edit that module and
`published.py`, not this file. A test measures the exact figures again and compares this table with them.

## Exact

Figures with one value, to all digits that are printed.

{exact_table()}
Notes:

- McCaffrey's article first calls its gradient 2.78; with 2.78 the sums would be 3.5878 and 3.6098. Its sums are those
  of 2.70.
- Orr's third value is the heavy ball's. The one-step rule gives −0.24: the two rules part at the third step.
- Distill's page prints 2√β for the modulus of the complex roots; the true one is √β, which gives its own figures.
- scikit-learn adds an L2 penalty (alpha = 0.0001) to loss and gradient, which this program has not; for these rows it
  is added around this program's gradient and update. With alpha = 0 both give 0.096925, 0.049489 and 0.049413, the
  last after 144 iterations instead of 143. It starts from scikit-learn's own initial weights (Glorot's draw from
  random_state 0, checked bit for bit); weights along the way agree to 1e-9 (`tests/parity`).

## From random starts, or in the limit

Figures that depend on the draw of the initial weights, or on how long one measures. The number compared is the median
of the epochs, or the rate.

{sample_table()}
"Solved" is an error (½·Σ(t−o)², mean over the items) at or below the value given. SNNS's authors ask that their cycles
not be used to compare simulators; they are here to show what momentum is, and is not, responsible for.

## Not reproduced

- SNNS's `xor` 2-1-1 (2000 → 100 cycles with momentum) has shortcut connections from inputs to output; this program's
  networks have none.
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
