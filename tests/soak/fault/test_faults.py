"""Holds that nothing is torn where the program is killed at a random moment, or any one call of the disk fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.fault.full import COMMANDS, broken

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork, and files that are open while they are removed")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_call_that_fails_is_told_and_tears_nothing(command: str, tmp_path: Path) -> None:
    """Exit status 1 and one line that says why, or the work is done; tables end with whole rows, other files are old or
    new, and no temporary file stays."""
    found = broken(command, tmp_path)
    assert found.faults == []
    assert found.calls >= 5


def test_what_is_killed_leaves_whole_rows_and_goes_on() -> None:
    """Logs, sweeps and saved sessions, in a process that may be forked. `make soak` kills far more often."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.fault.killed", "2"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" 0 faults") == 4
