"""What must not change a bit, each tried on every problem: `python -m tests.soak.number.same`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from momentum_gui.engine.report import Measure
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.frame import Frame
from momentum_gui.lab.training.trainer import Trainer
from tests.soak.number.digest import PROBLEMS, by_updates, digest, load

ROOT = Path(__file__).resolve().parents[3]
ENGINES = ("numpy", "compiled")
SURROUNDINGS: dict[str, dict[str, str]] = {
    "another process": {},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 2": {"PYTHONHASHSEED": "2"},
    "a German locale": {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    "a Turkish locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "locale C, optimised": {"LC_ALL": "C", "PYTHONOPTIMIZE": "2", "TZ": "Asia/Kathmandu"},
    "one thread": {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "two threads": {"NUMBA_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "all of them": {"PYTHONHASHSEED": "7", "LC_ALL": "tr_TR.UTF-8", "PYTHONOPTIMIZE": "2", "OMP_NUM_THREADS": "1"},
}
SAME = "the same bits cut, wound back, saved, alone, among 32"
OTHER_PROCESSORS: dict[str, dict[str, str]] = {
    "compiled for any x86-64": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "NumPy without AVX": {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR AVX2 FMA3"},
}


def elsewhere(environment: dict[str, str], engines: Iterable[str] = ENGINES) -> dict[str, str]:
    """Return the digests that another process finds, with these variables, by engine and problem."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.soak.number.digest", *engines],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in done.stdout.splitlines()}


def here(engines: Iterable[str] = ENGINES) -> dict[str, str]:
    """Return the digests of this process."""
    return {f"{engine} {problem}": digest(load(problem), engine) for engine in engines for problem in PROBLEMS}


def back_and_forth(trainer: Trainer) -> Iterable[Frame]:
    """Advance in pieces of many sizes, and after each wind back and come again, as Back and the timeline do."""
    size = 1
    while not trainer.finished:
        before = trainer.position
        yield trainer.advance(size)
        after = trainer.position
        trainer.seek((before + after) // 2)
        trainer.seek(after)
        size = size % 50 + 7


def cut_differently(problem: str, engine: str) -> list[str]:
    """Return which ways of cutting a training change a bit: pieces of one update, of seven, winding back between."""
    experiment = load(problem)
    whole = digest(experiment, engine)
    ways = {
        "by 1": by_updates(1),
        "by 7": by_updates(7),
        "by 10 million": by_updates(10_000_000),
        "back and forth": back_and_forth,
    }
    changed = [name for name, way in ways.items() if digest(experiment, engine, way) != whole]
    with tempfile.TemporaryDirectory() as made:
        experiment.save(Path(made, "e.toml"))
        if digest(Experiment.load(Path(made, "e.toml")), engine) != whole:
            changed.append("saved and loaded")
    return changed


def alone(problem: str, engine: str) -> list[str]:
    """Return which runs have other numbers alone than among the others, or among thirty-two."""
    experiment = load(problem)
    together = final(experiment, engine)
    changed = []
    for number, run in enumerate(experiment.runs):
        copies = [run._replace(name=f"{run.name} {copy}") for copy in range(32)]
        for runs in ([run], copies):
            found = final(experiment.with_runs(runs), engine)
            if not all(np.array_equal(each, together[number], equal_nan=True) for each in found):
                changed.append(f"{run.name} among {len(runs)}")
    return changed


def final(experiment: Experiment, engine: str) -> list[np.ndarray]:
    """Return each run's final weights and measures."""
    trainer = Trainer(experiment, engine)
    frames = [trainer.first_frame(), *by_updates(1000)(trainer)]
    rows = [[frame.runs[number].rows.measures for frame in frames] for number in range(len(experiment.runs))]
    return [
        np.concatenate([run.weights, np.concatenate(rows[number]).ravel()])
        for number, run in enumerate(frames[-1].runs)
    ]


def between_processors() -> dict[str, float]:
    """Return by how much the final errors differ, relative, where the processor is told to be a simpler one."""
    code = (
        "from tests.soak.number.same import errors; import sys; print(*errors(sys.argv[1]))"
    )  # fmt: skip
    found = {}
    for name, environment in OTHER_PROCESSORS.items():
        engine = "compiled" if name.startswith("compiled") else "numpy"
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", code, engine], cwd=ROOT, capture_output=True, text=True,
                check=True, env=os.environ | environment | {"NUMBA_CACHE_DIR": cache},
            )  # fmt: skip
        theirs = np.array(list(map(float, done.stdout.split())))
        mine = np.array(errors(engine))
        finite = np.isfinite(mine) & np.isfinite(theirs)
        found[name] = float(np.max(np.abs(theirs - mine)[finite] / np.abs(mine)[finite]))
    return found


def errors(engine: str) -> list[float]:
    """Return the error of every epoch of the runs that do not diverge."""
    told: list[float] = []
    for problem in PROBLEMS:
        for frame in by_updates(1000)(Trainer(load(problem), engine)):
            runs = [run for run in frame.runs if run.name != "far"]
            told += [float(value) for run in runs for value in run.rows.measures[:, Measure.ERROR]]
    return told


def main() -> int:
    """Try all of it and tell."""
    mine = here()
    changed: list[str] = []
    for name, environment in SURROUNDINGS.items():
        differing = [key for key, value in elsewhere(environment).items() if mine[key] != value]
        changed += differing
        print(f"{name:24} {differing or 'the same bits'}")
    for engine in ENGINES:
        for problem in PROBLEMS:
            differing = [*cut_differently(problem, engine), *alone(problem, engine)]
            changed += differing
            print(f"{engine + ' ' + problem:24} {differing or SAME}")
    for name, difference in between_processors().items():
        print(f"{name:24} errors differ by {difference:.1e}, relative")
    return 1 if changed else 0


if __name__ == "__main__":
    raise SystemExit(main())
