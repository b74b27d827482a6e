"""Writes docs/hints.md: how often each hint is right, on labelled runs that took no part in tuning the hints.

`python -m momentum_gui.lab.evidence.hints docs/hints.md` (about half a minute); without a file it prints.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from math import nan

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.analysis.diagnostics import find_evidence, least_known_error
from momentum_gui.lab.analysis.hints import KINDS, HintFinder
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.evidence.labelled_runs import GOOD, LabelledRun, labelled_runs
from momentum_gui.lab.evidence.markdown import row
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer

LABELS = (*KINDS, GOOD)
WATCHED = 60
"""The last epochs before the labelled one, at which the hints are looked at one by one."""
EVERY = 5
"""Epochs between two measurements of the curvatures, as the window makes them now and then."""


@cache
def shown(run: LabelledRun) -> str:
    """Return the kind of the hint that the window would show first at the labelled epoch, or GOOD."""
    trainer = Trainer(run.experiment(run.epoch + 1))
    record, finder, evidence, kind = Record(trainer.first_frame()), HintFinder(), None, GOOD
    task = trainer.setup.task(trainer.experiment.runs[0].training)
    record.extend(trainer.advance_epochs(max(1, run.epoch - WATCHED)))
    while True:
        latest = record.runs[0].latest
        if latest.epoch % EVERY == 0 or latest.epoch == run.epoch:
            evidence = find_evidence(trainer.engine, task, latest.weights)
        hints = finder.look(record.runs[0], evidence, least_known_error(record, trainer.setup))
        kind = hints[0].kind if hints else GOOD
        if latest.epoch >= run.epoch or latest.outcome is not Outcome.RUNNING:
            return kind
        record.extend(trainer.advance_epochs(1))


def confusion(runs: Iterable[LabelledRun]) -> Counter[tuple[str, str]]:
    """Count the runs by (label, hint shown)."""
    return Counter((run.label, shown(run)) for run in runs)


def precision(counts: Counter[tuple[str, str]], kind: str) -> float:
    """Return the share of the runs shown `kind` for which it is right; NaN where none was shown it."""
    told = sum(count for (_, hint), count in counts.items() if hint == kind)
    return counts[kind, kind] / told if told else nan


def recall(counts: Counter[tuple[str, str]], kind: str) -> float:
    """Return the share of the runs labelled `kind` that were shown it; NaN where there are none."""
    labelled = sum(count for (label, _), count in counts.items() if label == kind)
    return counts[kind, kind] / labelled if labelled else nan


def table(counts: Counter[tuple[str, str]]) -> str:
    """Return the confusion table: a row a label, a column a hint."""
    rows = [
        row("right", *(f"says {kind}" for kind in KINDS), "says nothing", "runs"),
        row(*["---"] * (len(LABELS) + 2)),
    ]
    for label in LABELS:
        numbers = [counts[label, hint] for hint in LABELS]
        name = "no hint: the run goes well" if label == GOOD else label
        rows.append(row(name, *(str(number or "") for number in numbers), str(sum(numbers))))
    return "".join(rows)


def figures(counts: Counter[tuple[str, str]]) -> str:
    """Return precision and recall of each kind as a table."""
    rows = [row("hint", "precision", "recall"), row("---", "---", "---")]
    rows += [row(kind, f"{precision(counts, kind):.2f}", f"{recall(counts, kind):.2f}") for kind in KINDS]
    return "".join(rows)


def runs_table(runs: Iterable[LabelledRun]) -> str:
    """Return the labelled runs themselves, with what was shown."""
    rows = [row("", "problem", "settings", "epoch", "right", "shown", "why"), row(*["---"] * 7)]
    for run in runs:
        hint, half = shown(run), "held back" if run.held_back else "tuned on"
        told = hint if hint == run.label else f"**{hint}**"
        rows.append(row(half, run.problem, ", ".join(run.settings), str(run.epoch), run.label, told, run.why))
    return "".join(rows)


def document() -> str:
    """Return the whole of docs/hints.md."""
    runs = labelled_runs()
    held, tuned = (confusion(run for run in runs if run.held_back is half) for half in (True, False))
    return f"""# How often the hints are right

Written by `python -m momentum_gui.lab.evidence.hints docs/hints.md`; edit that module or `labelled_runs.csv`, not this
file.

The window says in a sentence how the selected run is doing: `momentum_gui/lab/analysis/hints.py`. To find out how often
that sentence is right, {len(runs)} runs were labelled before the hints were tuned. Each label rests on facts that the
hints' code has no part in: the run trained on, trained on from there with another rate, or the theory of its surface.

- **diverged**: the run has ended so.
- **about to diverge**: trained on, it diverges or its error grows beyond a hundred times the first; lr·λ is above the
  rule's bound.
- **oscillating**: trained on with a quarter of the rate, or half the momentum, the mean error above its floor is far
  lower over the next 24 epochs; or lr·λ is just below the bound, or the eigenvalues complex and close to 1.
- **stuck in a local minimum**: after ten times the epochs the error is the same, and a lower minimum is known.
- **converged**: after ten times the epochs the error is the same, no lower one is known, or nothing is left of it.
- **on a plateau**: the error has hardly changed over 24 epochs, and after ten times the epochs is far lower, once the
  gradient has grown again.
- **slow but sure**: the error falls at every epoch, and with ten times the rate ends at 0.8 of it or less.
- **{GOOD}**: the error falls, and neither a quarter of the rate nor ten times the rate would do much better at once.

Every second run of each label was held back: the thresholds were chosen on the other half, and on a look at what the
built-in examples show. Both halves are of the same kinds of problem, so these figures say how the hints do on networks
and surfaces like these, with other settings. Two labels of oscillating
ravines (heavy ball and damped at 0.97 of the bound) turned out to be debatable: the run zig-zags, and still no smaller
rate would be faster. They are kept, and count as missed.

A hint that is missed leaves the user without a sentence; a hint that is wrong misleads. So precision was put first.

## The half that was held back

{figures(held)}
{table(held)}
## The half that was tuned on

{figures(tuned)}
{table(tuned)}
## The runs

Settings are those of `[training]` unless another table is named; `problem` is a key of `PROBLEMS` in
`momentum_gui/lab/evidence/labelled_runs.py`.

{runs_table(runs)}"""


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
