"""Holds that files are written as a whole or not at all, and that it is known beforehand where they cannot be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from momentum_gui.lab.atomic_file import check_folder, check_writable, put_in_place, write_atomically
from momentum_gui.lab.errors import BadInputError


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Bytes or text; line ends stay as they are; nothing is left beside it."""
    path = tmp_path / "a.txt"
    write_atomically(path, "zwölf\r\n")
    assert path.read_bytes() == "zwölf\r\n".encode()
    write_atomically(path, b"\x00\x01")
    assert path.read_bytes() == b"\x00\x01"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    """A new file gets what the umask allows, an old one keeps what it had, a link keeps leading to its file."""
    new, old, link = tmp_path / "new", tmp_path / "old", tmp_path / "link"
    before = os.umask(0o027)
    try:
        write_atomically(new, "n")
    finally:
        os.umask(before)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    old.write_text("o")
    old.chmod(0o604)
    link.symlink_to(old)
    write_atomically(link, "p")
    assert link.is_symlink()
    assert old.read_text() == "p"
    assert stat.S_IMODE(old.stat().st_mode) == 0o604


def test_where_writing_fails_all_is_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old content, and no temporary file."""
    path = tmp_path / "a"
    path.write_text("old")

    def full(_from: str, _to: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomically(path, "new")
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_takes_files_passes_and_is_left_alone(tmp_path: Path) -> None:
    """No error, no trace; a device passes too."""
    check_writable(tmp_path / "new.csv", "--log")
    check_folder(tmp_path, "--out")
    check_writable(os.devnull, "--log")
    assert list(tmp_path.iterdir()) == []


def test_places_that_take_no_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing folder, folder instead of a file, read-only file, folder in which nothing can be made."""
    for path, said in (
        (tmp_path / "none" / "a.csv", "does not exist"),
        (tmp_path, "is a folder"),
        (Path("/proc/a.csv"), "nothing can be written"),
        (tmp_path / ("a" * 300), "nothing can be written there: File name too long"),
    ):
        with pytest.raises(BadInputError, match=said) as caught:
            check_writable(path, "--log")
        assert str(caught.value).startswith(f"--log {path}: ")
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(BadInputError, match="is not a folder"):
        check_folder(file, "--out")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may write to any file
    with pytest.raises(BadInputError, match="is read-only"):
        check_writable(file, "--log")


def test_a_draft_takes_a_files_place_but_never_that_of_a_link_or_a_pipe(tmp_path: Path) -> None:
    """A link keeps leading to its file, which keeps its permissions; a pipe gets the bytes, or an error without a
    reader."""
    draft, file, link, pipe = (tmp_path / name for name in ("draft", "file", "link", "pipe"))
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    draft.write_text("new")
    put_in_place(draft, link)
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    os.mkfifo(pipe)
    draft.write_text("fed")
    with pytest.raises(OSError, match="No such device"):
        put_in_place(draft, pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    put_in_place(draft, pipe)
    assert os.read(reader, 10) == b"fed"
    os.close(reader)
    assert pipe.is_fifo()
    assert not draft.exists()
