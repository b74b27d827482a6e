"""What is remembered: kept in a file where there is one, and only what makes sense."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray

from momentum_gui.gui.window.preferences import Memory


def test_kept_in_a_file(tmp_path: Path) -> None:
    """All that is remembered is found again by the next start."""
    memory = Memory(tmp_path / "window.ini")
    memory.theme, memory.hints, memory.folder = "dark", False, tmp_path
    memory.keep_bytes("geometry", QByteArray(b"\x00\x01geometry"))
    memory.keep_folded("network", True)
    again = Memory(tmp_path / "window.ini")
    assert (again.theme, again.hints, again.folder) == ("dark", False, tmp_path)
    assert again.bytes_of("geometry") == QByteArray(b"\x00\x01geometry")
    assert (again.folded("network"), again.folded("problem")) == (True, False)


def test_without_a_file(tmp_path: Path) -> None:
    """Without a file nothing is written, and nothing is remembered beyond the object."""
    memory = Memory()
    memory.theme = "dark"
    assert memory.theme == "dark"
    assert Memory().theme == "system"
    assert not list(tmp_path.iterdir())


def test_nonsense_in_the_file(tmp_path: Path) -> None:
    """A file that was tampered with, or a folder that is gone, gives the defaults."""
    path = tmp_path / "window.ini"
    path.write_text(f"[General]\ntheme=pink\nfolder={tmp_path / 'gone'}\ngeometry=7\n")
    memory = Memory(path)
    assert memory.theme == "system"
    assert memory.folder == Path.home()
    assert memory.bytes_of("geometry") == QByteArray()
