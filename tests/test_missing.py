"""What is missing from an installation is one line that says where to install it, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_gui.commands.shared.progress import Progress
from momentum_gui.missing import missing

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("module", "arguments", "status"),
    [
        ("contourpy", ["surface", "iris", "--size", "5", "--plot", "s.png"], 1),
        ("contourpy", ["snapshot", "xor", "--out", "pictures"], 1),
        ("contourpy", ["open", "xor"], 69),
        ("PySide6", ["train", "xor", "--plot", "e.png"], 1),
        ("PySide6", ["sweep", "xor", "--learning-rate", "0.1", "--momentum", "0", "--plot", "s.png"], 1),
        ("PySide6", ["open", "xor"], 69),
        ("PySide6", ["snapshot", "xor", "--out", "pictures"], 69),
        ("pyqtgraph", ["open", "xor"], 69),
        ("msgspec", ["train", "xor"], 1),
    ],
)
def test_a_missing_package_is_one_line(module: str, arguments: list[str], status: int, tmp_path: Path) -> None:
    """It names the package and the Python that has not got it; nothing is trained, nothing is written."""
    code = (
        f"import sys; sys.modules[{module!r}] = None\nfrom momentum_gui.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    package = {"PySide6": "PySide6-Essentials"}.get(module, module)
    assert done.stderr.startswith("momentum-gui: ")
    assert done.stderr.endswith(f"{package} is not installed for {sys.executable}: install it there\n")
    assert done.stderr.count("\n") == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_without_rich_there_is_a_line_instead_of_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work goes on."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress("training", 3) as progress:
        progress.show(1, "error 0.1")
    assert capsys.readouterr().err == (
        f"momentum-gui: no progress bar: rich is not installed for {sys.executable}: install it there\n"
    )


def test_a_missing_library_of_the_system_is_named() -> None:
    """As the loader names it; other errors are told as they are, in one line."""
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert missing(error).startswith("the library libEGL.so.1 is missing: install the system's package that has it")
    assert missing(ImportError("DLL load failed\nwhile importing QtCore")) == "DLL load failed while importing QtCore"
