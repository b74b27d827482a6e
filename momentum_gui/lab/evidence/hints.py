"""Writes docs/hints.md: how often each hint is right, on labelled runs that took no part in tuning the hints.

`python -m momentum_gui.lab.evidence.hints docs/hints.md` (about half a minute); without a file it prints.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from math import nan

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.analysis.diagnostics import find_evidence, least_known_error
from momentum_gui.lab.analysis.hints import KINDS, HintFinder
from momentum_gui.lab.evidence.labelled_runs import GOOD, LabelledRun, labelled_runs
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer

LABELS = (*KINDS, GOOD)
WATCHED = 60
"""The last epochs before the labelled one, at which the hints are looked at one by one."""
EVERY = 5
"""Epochs between two measurements of the curvatures, as the window makes them now and then."""


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


def main(arguments: list[str]) -> int:
    """Write the document to the file named, or print it."""
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
