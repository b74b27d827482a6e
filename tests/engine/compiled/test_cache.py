"""Compiled kernels are kept where a folder can be written, and work where none can, or the disk is full."""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core.caching import IndexDataCacheFile

from momentum_gui.engine.compiled import cache as compiled_cache
from momentum_gui.engine.compiled import jit
from momentum_gui.engine.compiled import warm_up as compiled_start


def twice(x: float) -> float:
    """Something to compile."""
    return 2 * x


def test_a_function_is_compiled_once_for_all_constants() -> None:
    """Kernels call it with 1, 2 or a variable: compiling it for each would cost seconds at the first start."""
    inner = jit.inlined(twice)

    @numba.njit
    def outer(x: int) -> int:
        return inner(1) + inner(2) + inner(x)

    assert outer(3) == 12
    assert len(inner.signatures) == 1


@pytest.fixture
def no_user_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the user had not set NUMBA_CACHE_DIR."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)


@pytest.mark.usefixtures("no_user_setting")
def test_the_cache_is_below_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME/momentum-gui/engine-…; another state of the sources has another folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = compiled_cache.cache_folder()
    assert folder is not None and folder.is_dir() and folder.parent == tmp_path / "momentum-gui"
    monkeypatch.setattr(compiled_cache, "sources_digest", lambda: "other")
    assert compiled_cache.cache_folder() == tmp_path / "momentum-gui" / "engine-other"


@pytest.mark.usefixtures("no_user_setting")
def test_without_a_writable_folder_there_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder that cannot be made is no error, and kernels compile all the same."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compiled_cache.cache_folder() is None
    monkeypatch.setattr(compiled_cache, "FOLDER", None)
    assert jit.kernel(twice)(2.0) == 4.0


def test_kernels_are_kept_and_numbas_own_setting_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second dispatcher loads what the first has compiled."""
    monkeypatch.setattr(compiled_cache, "FOLDER", tmp_path)
    before = numba.config.CACHE_DIR
    first, second = jit.kernel(twice), jit.kernel(twice)
    assert before == numba.config.CACHE_DIR
    assert first(2.0) == 4.0 and list(tmp_path.rglob("*.nbc"))
    assert second(2.0) == 4.0 and sum(second.stats.cache_hits.values()) == 1


def test_a_full_disk_costs_the_cache_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be saved, or is damaged, is compiled."""
    monkeypatch.setattr(compiled_cache, "FOLDER", tmp_path)

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(IndexDataCacheFile, "save", full)
        assert jit.kernel(twice)(2.0) == 4.0
    assert not list(tmp_path.rglob("*.nbc"))
    assert jit.kernel(twice)(2.0) == 4.0
    for kept in tmp_path.rglob("*.nbc"):
        kept.write_bytes(b"damaged")
    assert jit.kernel(twice)(2.0) == 4.0


def test_where_nothing_can_be_kept_a_folder_goes_with_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be written while the process lives, is where the compiling processes write, and is gone at its end."""
    gone: list[tuple[Any, ...]] = []

    def register(*what: Any, **_: object) -> None:
        gone.append(what)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("atexit.register", register)
    folder = compiled_cache.folder_for_now()
    assert folder is not None
    assert compiled_cache.writable(folder)
    remove, home = gone[0]
    assert home == folder.parent
    environments: list[dict[str, str]] = []

    def compile_at_once(*_: object, env: dict[str, str], **__: object) -> Finished:
        environments.append(env)
        return Finished(0)

    monkeypatch.setattr(compiled_start, "FOLDER", folder)
    monkeypatch.setattr("subprocess.Popen", compile_at_once)
    assert compiled_start.is_first_time()
    assert compiled_start.Compilation().wait()
    assert not compiled_start.is_first_time()
    for environment in environments:
        monkeypatch.setenv("NUMBA_CACHE_DIR", environment["NUMBA_CACHE_DIR"])
        assert compiled_cache.cache_folder() == folder
    remove(home)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"", b"damaged"])
def test_a_damaged_cache_costs_the_cache_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    """Every file of the cache is emptied or overwritten, the index too: the kernel compiles, and saving is skipped."""
    monkeypatch.setattr(compiled_cache, "FOLDER", tmp_path)
    assert jit.kernel(twice)(2.0) == 4.0
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".nbi" for path in files)
    for path in files:
        path.write_bytes(damage)
    assert jit.kernel(twice)(2.0) == 4.0


def test_other_codes_of_the_network_have_another_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels hold the numbers of network.py's enums: renumbering one must not load old machine code."""
    engine = Path(compiled_cache.__file__).parent.parent
    copied = shutil.copytree(engine, tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(compiled_cache, "__file__", str(copied / "compiled" / "cache.py"))
    before, network = compiled_cache.sources_digest(), copied / "network.py"
    network.write_text(network.read_text("utf-8").replace("TANH = 1", "TANH = 9"), "utf-8")
    assert compiled_cache.sources_digest() != before


class Start:
    """A start of the program whose compiling is watched."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path | None, succeeds: bool) -> None:
        self.here, self.elsewhere = 0, 0
        monkeypatch.setattr(compiled_start, "FOLDER", folder)
        monkeypatch.setattr(compiled_start, "PARTS", (self.compile_here,) * 2)
        monkeypatch.setattr("subprocess.Popen", lambda *_, **__: self.started(succeeds))

    def compile_here(self) -> None:
        self.here += 1

    def started(self, succeeds: bool) -> Finished:
        self.elsewhere += 1
        return Finished(0 if succeeds else 1)


@dataclass
class Finished:
    """A process that has ended."""

    code: int

    def wait(self) -> int:
        return self.code


def test_other_processes_compile_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first start compiles elsewhere and loads; the next only loads."""
    start = Start(monkeypatch, tmp_path, succeeds=True)
    compiled_start.prepare()
    compiled_start.prepare()
    assert (start.here, start.elsewhere) == (4, 2)


def test_where_other_processes_cannot_compile_this_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache nothing is started; processes that fail are tried again at the next start."""
    start = Start(monkeypatch, None, succeeds=True)
    compiled_start.prepare()
    assert (start.here, start.elsewhere) == (2, 0)
    start = Start(monkeypatch, tmp_path, succeeds=False)
    compiled_start.prepare()
    compiled_start.prepare()
    assert (start.here, start.elsewhere) == (4, 4)


def test_a_program_without_an_interpreter_compiles_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen bundle has no python to start."""
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert not compiled_start.Compilation().wait()
