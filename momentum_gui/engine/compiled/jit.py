"""The decorators that compile a function with numba: a kernel that Python calls, or a part of one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numba

from momentum_gui.engine.compiled import cache as kept

PLAIN = {"nogil": True, "error_model": "numpy"}
INNER = {**PLAIN, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that other compiled functions call."""
    return once_for_all_constants(numba.njit(**INNER)(function))


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into each of its callers."""
    return once_for_all_constants(numba.njit(**INNER, forceinline=True)(function))


def once_for_all_constants(dispatcher: Any) -> Any:
    """Let numba compile the function once for all numbers: for it, each constant argument has a type of its own."""
    compile_for = dispatcher.compile

    def compile_without_constants(kinds: Any) -> Any:
        return compile_for(tuple(numba.types.unliteral(kind) for kind in kinds))

    dispatcher.compile = compile_without_constants
    return dispatcher


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, without the GIL; keep the machine code where a folder can be written."""
    if kept.FOLDER is not None:
        with contextlib.suppress(RuntimeError, OSError), kept.numba_cache_in(kept.FOLDER):
            dispatcher = numba.njit(**PLAIN, cache=True)(function)
            forgive_io(dispatcher)
            return dispatcher
    return numba.njit(**PLAIN)(function)


def forgive_io(dispatcher: Any) -> None:
    """Let a full disk, a vanished folder or a damaged file cost the cache, not the training that needs the kernel."""
    cache = dispatcher._cache
    load, save = cache.load_overload, cache.save_overload

    def load_overload(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception:  # a damaged file can raise anything while it is unpickled
            return None

    def save_overload(*arguments: Any) -> None:
        with contextlib.suppress(Exception):  # to save, numba first reads the index, which can be damaged too
            save(*arguments)

    cache.load_overload, cache.save_overload = load_overload, save_overload
