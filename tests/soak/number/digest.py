"""A training as one short text: equal where its log and its weights are equal to the last bit.

`python -m tests.soak.number.digest ENGINE …` prints those of every problem, one a line, as another process finds them.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import LogWriter, WeightsWriter
from momentum_gui.lab.training.frame import Frame
from momentum_gui.lab.training.trainer import Trainer

RUNS = (
    '[[run]]\nname = "a"\n[[run]]\nname = "b"\nrule = "nesterov"\nmomentum = 0.9\n'
    '[[run]]\nname = "far"\nlearning_rate = 400.0\n[[run]]\nname = "own"\nseed = 9\n'
)
PROBLEMS = {
    "online": f'[problem]\ndataset = "iris"\ntest_fraction = 0.2\n[training]\nepochs = 4\nseed = 3\n{RUNS}',
    "batches": f'[problem]\ndataset = "moons"\nitems = 60\n[network]\nhidden = [8, 5]\nhidden_activation = "relu"\n'
    f'loss = "cross_entropy"\n[training]\nepochs = 5\nbatch_size = 7\nreduction = "sum"\nlearning_rate = 0.01\n{RUNS}',
    "surface": '[problem]\nsurface = "ravine"\nstart = [-5.0, -2.0]\n[training]\nepochs = 60\nlearning_rate = 0.05\n'
    f"{RUNS}",
}

Advance = Callable[[Trainer], Iterable[Frame]]


def load(problem: str) -> Experiment:
    """Return one of the problems."""
    return Experiment.parse(PROBLEMS[problem], problem, Path.cwd())


def by_updates(count: int) -> Advance:
    """Return how a training advances by so many updates at a time."""

    def advance(trainer: Trainer) -> Iterable[Frame]:
        while not trainer.finished:
            yield trainer.advance(count)

    return advance


USUAL = by_updates(1000)


def digest(experiment: Experiment, engine: str, advance: Advance = USUAL) -> str:
    """Train to the end; the digest of the log and of the weights at every logged epoch."""
    trainer = Trainer(experiment, engine)
    with tempfile.TemporaryDirectory() as made:
        log, weights = Path(made, "l.csv"), Path(made, "w.csv")
        with LogWriter(log, experiment) as rows, WeightsWriter(weights, trainer.setup.weight_names) as columns:
            for frame in (trainer.first_frame(), *advance(trainer)):
                rows.write(frame)
                columns.write(frame)
        # Rows of one frame are in the order of epochs, and so depend on how frames were cut.
        lines = sorted(log.read_bytes().splitlines()) + sorted(weights.read_bytes().splitlines())
    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:16]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for each in PROBLEMS:
            print(name, each, digest(load(each), name))
