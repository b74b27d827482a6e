"""The choice of engine where numba is missing, broken or switched off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, **environment: str) -> str:
    """Return what a fresh interpreter prints, with these environment variables besides."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("fault", "environment", "said"),
    [
        ("", {"NUMBA_DISABLE_JIT": "1"}, "NUMBA_DISABLE_JIT"),
        ("", {"NUMBA_NUM_THREADS": "0"}, "cannot be imported"),
        ("sys.modules['llvmlite'] = None; ", {}, "cannot be imported"),
        ("import numba; del numba.config; ", {}, "cannot be imported"),
        ("import numba; numba.njit = lambda **_: 1 / 0; ", {}, "cannot be imported"),
    ],
    ids=["switched off", "no threads", "broken", "empty", "fails when called"],
)
def test_where_numba_does_not_work_numpy_trains(fault: str, environment: dict[str, str], said: str) -> None:
    """ "auto" falls back to NumPy; "compiled" is refused in one line with the reason."""
    code = (
        f"import sys; {fault}from momentum_gui.engine.interface import choose\n"
        "print(choose().name)\n"
        "try:\n    choose('compiled')\nexcept ValueError as error:\n    print(error)"
    )
    name, refusal = python(code, **environment).splitlines()
    assert name == "numpy"
    assert refusal.startswith("engine = 'compiled': ") and said in refusal
