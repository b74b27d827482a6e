"""Measures how reliable the program is and writes docs/reliability.md: `python -m tests.soak.reliability`.

INPUTS, KILLS and CYCLES of the environment say how much is tried. The monkey (`tests.soak.monkey`) is run by itself.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
INPUTS = os.environ.get("INPUTS", "20000")
KILLS = os.environ.get("KILLS", "40")
CYCLES = os.environ.get("CYCLES", "1000")
PARTS: tuple[tuple[str, str, list[str]], ...] = (
    (
        "What is read",
        "Real files and random settings are changed at random and read. Each is accepted, or refused in one "
        "line that names the file; anything else is a fault, and so is an answer after 20 s. pandas reads the"
        " same tables and logs, Python's own arithmetic the same formulas: every number that both read must "
        "be the same (in tables to the last place).",
        ["tests.soak.input", "--count", INPUTS],
    ),
    (
        "A disk that gives out",
        "Each call that opens, writes, flushes, renames or removes a file fails once, with half of its bytes "
        "written. The command must end with one line that says why; tables end with whole rows, other files "
        "are the old or the new one, and no temporary file stays.",
        ["tests.soak.fault.full"],
    ),
    (
        "Killed",
        "SIGKILL at a random moment. A log has whole rows but for a last one that may be cut; a sweep goes on"
        " to the very bytes of one that nobody killed; a saved session is one of those that were saved. What "
        "is lost is the time between the last row in the file and the kill. A hidden temporary file may stay "
        "beside a file that was being saved.",
        ["tests.soak.fault.killed", KILLS],
    ),
    (
        "The same bits",
        "Log and weights of three problems (online, batches, a surface; four runs, one of them diverging), by"
        " both engines. Between processors numbers may differ: exponentials, sums and fused multiplications "
        "are rounded in another order there, by about 1e-16 an update, and a training that oscillates "
        "enlarges that. The last lines are measured with this processor told to be a plain one.",
        ["tests.soak.number.same"],
    ),
    (
        "Divergence",
        "Infinities, NaN, overflow, saturation, denormal numbers and negative zeros. The run that diverges is"
        " told as such, with a row for each epoch, and the others train on; no warning reaches the terminal.",
        ["tests.soak.number.divergence"],
    ),
    (
        "Started, paused, stepped, reset, closed",
        "Trainings of the window, used for a moment and closed at a random one.",
        ["tests.soak.cycles", CYCLES],
    ),
)


def measured(arguments: list[str]) -> tuple[str, bool]:
    """Run one script; what it printed, and whether it found no fault."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr, done.returncode == 0


def main() -> int:
    """Measure all parts and write the page; the exit status is 1 where there was a fault."""
    today = datetime.date.today().isoformat()
    text = (
        "# Reliability\n\nWhat was tried against this program, and what came of it. `python -m tests.soak.reliability` "
        f"measures and writes this page; `make soak` tries more. Measured on {today} with Python "
        f"{platform.python_version()} on {platform.system()} {platform.machine()}.\n"
    )
    fine = True
    for title, words, arguments in PARTS:
        print(title, flush=True)
        told, good = measured(arguments)
        fine = fine and good
        text += f"\n## {title}\n\n{words}\n\n    python -m {' '.join(arguments)}\n\n"
        text += "".join(f"    {line}".rstrip() + "\n" for line in told.splitlines())
    PAGE.write_text(text, encoding="utf-8")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
