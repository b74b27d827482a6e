"""Commands on a disk that gives out: each call that changes a file fails once, one after the other.

`python -m tests.soak.fault.full` prints how many calls of each command failed, and what was wrong.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from momentum_gui.cli import main
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import read_log
from tests.soak.fault.disk import Disk, faulty

EXPERIMENT = '[problem]\ndataset = "xor"\n[training]\nepochs = 6\n'
ENGINE = ["--engine", "numpy"]
COMMANDS: dict[str, list[str]] = {
    "train": ["train", "e.toml", "--log", "l.csv", "--weights", "w.csv", "--anatomy", "a.csv", *ENGINE],
    "train .gz": ["train", "e.toml", "--log", "l.csv.gz", *ENGINE],
    "sweep": ["sweep", "e.toml", "--learning-rate", "0.1,0.2", "--momentum", "0,0.5", "--csv", "S.csv", *ENGINE],
    "surface": ["surface", "e.toml", "--plane", "weights:w1[0,0],b1[0]", "--size", "5", "--csv", "s.csv", *ENGINE],
    "script": ["script", "e.toml", "--out", "run.py"],
}
OLD = "old\n"
REPLACED = ("s.csv", "run.py")
"""Files that hold their old content or the new, and nothing in between."""
MOST_CALLS = 400


@dataclass
class Broken:
    """How many calls of a command failed, one in each run of it, and what was wrong then."""

    command: str
    calls: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.command:10} {self.calls:4} calls failed once each, {len(self.faults)} faults"


def broken(name: str, folder: Path) -> Broken:
    """Run a command again and again, with another call failing each time, until none is left to fail."""
    found = Broken(name)
    before = Path.cwd()
    try:
        for number in range(1, MOST_CALLS):
            place = folder / f"{name.replace(' ', '')}-{number}"
            place.mkdir()
            os.chdir(place)
            Path("e.toml").write_text(EXPERIMENT)
            for old in REPLACED:
                Path(old).write_text(OLD)
            disk = Disk(place, number)
            status, said = run(COMMANDS[name], disk)
            if not disk.failed:
                break
            found.calls += 1
            if trouble := what_is_wrong(place, status, said, disk):
                found.faults.append(f"{name}, call {number} ({disk.failed}): {trouble}")
    finally:
        os.chdir(before)
    return found


def run(arguments: list[str], disk: Disk) -> tuple[int, str]:
    """Run a command on that disk; its exit status, and what it said on standard error."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()), faulty(disk):
        try:
            status = main(arguments)
        except Exception as error:
            return -1, f"{type(error).__name__}: {error}"
    return status, said.getvalue()


def what_is_wrong(folder: Path, status: int, said: str, disk: Disk) -> str:
    """Return what should not be so after a failed call; empty where all was done, or the failure told in a line."""
    lines = [line for line in said.splitlines() if ": note: " not in line]
    if status == 1 and not (len(lines) == 1 and "No space left" in lines[0]):
        return f"told as {lines}"
    if status not in (0, 1):
        return f"exit status {status}: {lines}"
    checks: list[Callable[[Path], str]] = [torn_rows, torn_files]
    if disk.failed not in ("unlink", "truncate"):  # what was to be cleared away stays then
        checks.append(left_over)
    return "".join(check(folder) for check in checks)


def torn_rows(folder: Path) -> str:
    """Return which table has half a row."""
    for table in folder.glob("*.csv"):
        if not table.read_bytes().endswith(b"\n") and table.stat().st_size:
            return f"{table.name} ends within a row. "
    log = folder / "l.csv"
    if log.exists() and log.stat().st_size:
        read_log(log)
    return ""


def torn_files(folder: Path) -> str:
    """Return which file is neither the old nor a new one."""
    for beside in (folder / "l.toml", folder / "S.toml"):
        if beside.exists():
            Experiment.load(beside)
    script = (folder / "run.py").read_text()
    surface = (folder / "s.csv").read_text()
    if script != OLD and "import numpy" not in script:
        return "run.py is torn. "
    return "s.csv is torn. " if surface != OLD and surface.count("\n") != 26 else ""


def left_over(folder: Path) -> str:
    """Return which temporary files are left."""
    left = [path.name for path in folder.glob(".*")]
    return f"{left} left behind. " if left else ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        results = [broken(name, Path(made)) for name in COMMANDS]
    for result in results:
        print(result)
        print(*result.faults[:6], sep="\n", end="\n" if result.faults else "")
    raise SystemExit(any(result.faults for result in results))
