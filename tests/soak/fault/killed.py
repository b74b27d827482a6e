"""Kills the program at random moments while it writes (SIGKILL), and looks at what it leaves.

Each program is a fork of this process, in which all is imported already: it is killed in its work.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

import momentum_gui.lab.sweep.runner
import momentum_gui.lab.training.trainer  # noqa: F401
from momentum_gui.cli import main
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import read_log
from momentum_gui.lab.settings import Moment

LONG = '[problem]\ndataset = "iris"\n[training]\nepochs = 1000000000\n[[run]]\nname = "a"\n[[run]]\nname = "b"\n'
SWEEP = ["sweep", "e.toml", "--learning-rate", "0.01:1:12:log", "--momentum", "0:0.9:10", "--seeds", "2"]
SWEEP += ["--confirm", "0", "--engine", "numpy", "--csv", "S.csv"]
SHORT = '[problem]\ndataset = "xor"\n[network]\nhidden = [2]\n[training]\nepochs = 400\nseed = 5\n'
MOST_SECONDS = 0.4
MOST_PATIENCE = 2.0
"""Compressed logs grow once a second: some live longer than that."""


@dataclass
class Killed:
    """What was found after so many kills. `lost` is the longest time between the last row in a file and the kill."""

    work: str
    kills: int = 0
    lost: float = 0.0
    leftovers: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.work:14} {self.kills:5} kills, {len(self.faults)} faults, at most {self.lost:.2f} s lost, "
            f"{self.leftovers} temporary files left"
        )


def killed_after(seconds: float, work: Callable[[], object]) -> tuple[bool, float]:
    """Do work in another process and kill it; whether it was still at it, and when it was killed (time.time())."""
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    time.sleep(seconds)
    now = time.time()
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), now


def log_killed(folder: Path, seeds: range, suffix: str = "csv") -> Killed:
    """Kill trainings that write a log. Its rows are whole but for a last one that may be cut, and in order."""
    found = Killed(f"log .{suffix}")
    os.chdir(folder)
    Path("e.toml").write_text(LONG)
    for seed in seeds:
        name = f"l{seed}.{suffix}"
        _, now = killed_after(
            random.Random(seed).uniform(0.05, MOST_SECONDS if suffix == "csv" or seed < 5 else MOST_PATIENCE),
            lambda name=name: main(["train", "e.toml", "--engine", "numpy", "--log", name]),
        )
        found.kills += 1
        if not Path(name).exists():  # killed before it began
            continue
        found.lost = max(found.lost, now - Path(name).stat().st_mtime)
        if trouble := log_trouble(Path(name)):
            found.faults.append(f"{name}: {trouble}")
        for made in folder.glob(f"l{seed}.*"):
            made.unlink()
    found.leftovers = len(list(folder.glob(".*")))
    return found


def log_trouble(path: Path) -> str:
    """Return what is wrong with a log that was cut; empty where every row but a last, cut one is right."""
    if path.suffix == ".csv":
        raw = path.read_bytes()
        path.write_bytes(raw[: raw.rfind(b"\n") + 1])
    if not path.stat().st_size:
        return ""
    for run in read_log(path):
        if run.rows.epoch.tolist() != list(range(len(run.rows))):
            return f"the epochs of {run.name} have a gap"
    return "" if Experiment.load(path.with_name(f"{path.name.partition('.')[0]}.toml")).runs else "no experiment"


def sweep_killed(folder: Path, seeds: range) -> Killed:
    """Kill sweeps, each again and again until it is done: its bytes are those of one that nobody killed."""
    found = Killed("sweep")
    os.chdir(folder)
    Path("e.toml").write_text(SHORT)
    work = lambda: main(SWEEP)  # noqa: E731
    whole = in_peace(work)
    for seed in seeds:
        for made in folder.glob("S.*"):
            made.unlink()
        chance = random.Random(seed)
        for _ in range(20):
            was_killed, _ = killed_after(chance.uniform(0.02, MOST_SECONDS), work)
            found.kills += was_killed
            if not was_killed:
                break
        if in_peace(work) != whole:
            found.faults.append(f"seed {seed}: other bytes than those of a sweep that nobody killed")
    found.leftovers = len(list(folder.glob(".*")))
    return found


def in_peace(work: Callable[[], object]) -> bytes:
    """Do a sweep to its end in another process; the bytes of its table."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return Path("S.csv").read_bytes()


def save_killed(folder: Path, seeds: range) -> Killed:
    """Kill the saving of a session: the file is always one of those that were saved, whole."""
    found = Killed("session save")
    os.chdir(folder)
    path = Path("session.toml")
    big = Experiment.parse(SHORT.replace("[network]", f"[network]\ninitial_weights = {[0.5] * 9}"), "s", folder)
    saved = [replace_session(big, position) for position in range(40)]

    def work() -> None:
        while True:
            for each in saved:
                each.save(path)

    for seed in seeds:
        killed_after(random.Random(seed).uniform(0.01, 0.1), work)
        found.kills += 1
        if path.exists() and Experiment.load(path) not in saved:
            found.faults.append(f"seed {seed}: not one of the sessions that were saved")
    left = list(folder.glob(".session.toml.*"))
    found.leftovers = len(left)
    return found


def replace_session(experiment: Experiment, position: int) -> Experiment:
    """Return the experiment as a session at this position."""
    return replace(experiment, notes="x" * 5000 * (position % 2), session=Moment(position=position))


def all_killed(folder: Path, count: int) -> list[Killed]:
    """Kill each kind of work so often, in folders of their own."""
    before = Path.cwd()
    seeds = range(count)
    kinds: list[Callable[[Path], Killed]] = [
        lambda place: log_killed(place, seeds),
        lambda place: log_killed(place, seeds, "csv.gz"),
        lambda place: sweep_killed(place, range(max(1, count // 3))),
        lambda place: save_killed(place, seeds),
    ]
    found = []
    try:
        for number, kind in enumerate(kinds):
            place = folder / str(number)
            place.mkdir()
            found.append(kind(place))
    finally:
        os.chdir(before)
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        results = all_killed(Path(made), int(sys.argv[1]) if len(sys.argv) > 1 else 75)
    for result in results:
        print(result)
        print(*result.faults[:5], sep="\n", end="\n" if result.faults else "")
    raise SystemExit(any(result.faults for result in results))
