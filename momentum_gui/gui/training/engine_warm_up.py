"""How the worker gets the compiled engine: from the cache or, the first time, compiled beside the training."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from momentum_gui.engine.interface import warm_up
from momentum_gui.gui.training.failure import one_line

if TYPE_CHECKING:
    from momentum_gui.engine.compiled.warm_up import Compilation

COMPILING = "Compiling the engine for this computer, once; until then NumPy trains, which is slower"


class EngineWarmUp:
    """Chooses the engine that trainings begin with: NumPy until the compiled one is ready.

    `compiled` is called when the compilation has ended, in a thread of its own, with whether it went well.
    """

    def __init__(self, asked: str, compiled: Callable[[bool], None]) -> None:
        self._asked = asked
        self._compiled = compiled
        self._ready = asked == "numpy" or importlib.util.find_spec("numba") is None
        self._compilation: Compilation | None = None
        self._waiting: threading.Thread | None = None

    @property
    def engine(self) -> str:
        """The engine that a training begins with now."""
        return self._asked if self._ready else "numpy"

    @property
    def is_needed(self) -> bool:
        """Whether the compiled engine is wanted, and neither ready nor being compiled."""
        return not self._ready and self._compilation is None

    @property
    def word(self) -> str:
        """What to say while the engine is being compiled; empty otherwise."""
        return COMPILING if self._compilation is not None and not self._ready else ""

    def compile_if_new(self) -> bool:
        """Begin to compile in other processes, the first time on this computer; whether that was so."""
        try:
            from momentum_gui.engine.compiled.warm_up import Compilation, is_first_time

            if not is_first_time():
                return False
            self._compilation = Compilation()
        except Exception:  # `load` says what is wrong with numba
            return False
        self._waiting = threading.Thread(target=self._wait, name="compilation")
        self._waiting.start()
        return True

    def load(self) -> str:
        """Load the compiled engine; return what there is to say if it cannot be used.

        Raises whatever went wrong where the compiled engine was asked for by name.
        """
        try:
            warm_up(self._asked)
        except Exception as error:
            if self._asked == "compiled":
                raise
            return self._use_numpy(one_line(error))
        self._ready = True
        return ""

    def give_up(self) -> str:
        """Let NumPy train for good, as the engine could not be compiled; return what there is to say.

        Raises RuntimeError where the compiled engine was asked for by name.
        """
        if self._asked == "compiled":
            self._ready = True
            raise RuntimeError("the engine could not be compiled")
        return self._use_numpy("it could not be compiled")

    def end(self) -> None:
        """Cancel the compilation, and wait for its end."""
        if self._compilation is not None and self._waiting is not None:
            self._compilation.cancel()
            self._waiting.join()

    def _use_numpy(self, why: str) -> str:
        self._asked, self._ready = "numpy", True
        return f"The compiled engine cannot be used, NumPy trains instead: {why}"

    def _wait(self) -> None:
        assert self._compilation is not None
        self._compiled(self._compilation.wait())
