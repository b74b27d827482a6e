"""Holds the direction of imports: what each floor may know, and what a plain command loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
SCREEN = {"PySide6", "shiboken6", "pyqtgraph"}
# What takes long to load and what most commands do without.
SLOW = SCREEN | {"numba", "rich", "distributed", "contourpy", "PIL"}


def loaded_by(module: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after importing `module`."""
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_imports_point_down() -> None:
    """The contracts under [tool.importlinter] in pyproject.toml hold for every import, lazy ones too."""
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Every module can be read after those that it imports, lazy imports and those for types counted."""
    graph = grimp.build_graph("momentum_gui", exclude_type_checking_imports=False, cache_dir=None)
    waiting = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while done := {module for module, imported in waiting.items() if not imported}:
        waiting = {module: imported - done for module, imported in waiting.items() if module not in done}
    assert not waiting, f"in a circle, or above one: {sorted(waiting)}"


@pytest.mark.parametrize("module", ["momentum_gui.cli", "momentum_gui.__main__"])
def test_a_plain_command_loads_nothing_slow(module: str) -> None:
    """`momentum-gui --help` answers at once: Qt, numba and rich load when a command needs them."""
    assert not loaded_by(module) & SLOW


@pytest.mark.parametrize(
    "module", ["momentum_gui.engine", "momentum_gui.lab.training.trainer", "momentum_gui.lab.experiment"]
)
def test_engine_and_lab_load_no_screen(module: str) -> None:
    """Training works on a machine without Qt."""
    assert not loaded_by(module) & SCREEN
