"""What all tests share: no screen, no trace in the user's folders, the same examples, nothing left behind."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from momentum_gui.lab.experiment import Experiment

ROOT = Path(__file__).resolve().parent.parent
GRACE = 3.0  # seconds that a test's threads and windows have to end after it

# Before anything imports Qt or numba: both read these once.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))  # compiled once, not once per test run
_home = tempfile.mkdtemp(prefix="momentum-gui-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
for _variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    os.environ[_variable] = str(Path(_home, _variable.lower()))

# Started in the background, or under nohup, signals are ignored, also by the programs that tests start.
for _signal, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, _handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

settings.register_profile(
    "repeatable",
    derandomize=True,  # the same examples every time, so that a red test stays red
    database=None,
    deadline=None,  # the first call compiles
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("repeatable")


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 5.0) -> None:
    """Return as soon as `condition()` holds, running Qt's events; fail naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} s in vain: {what}")
        process_qt_events()
        time.sleep(0.001)


def process_qt_events() -> None:
    """Let Qt handle what is pending, deletions too; nothing where no test has loaded Qt."""
    if "PySide6.QtWidgets" not in sys.modules:
        return
    from PySide6.QtCore import QCoreApplication, QEvent

    if QCoreApplication.instance() is not None:
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def living_threads() -> set[str]:
    """Names of the threads that run now: Python's own, and Qt's that a Python object stands for."""
    own = (t for t in threading.enumerate() if not isinstance(t, threading._DummyThread))
    names = {f"{t.name} ({t.ident})" for t in own}
    if "PySide6.QtCore" in sys.modules:
        import shiboken6
        from PySide6.QtCore import QThread

        # type() and not isinstance(): that would ask proxies of other libraries for their class.
        threads = [thing for thing in gc.get_objects() if issubclass(type(thing), QThread)]
        for thread in threads:
            if shiboken6.isValid(thread) and thread.isRunning() and thread is not QThread.currentThread():
                names.add(f"QThread {thread.objectName() or hex(id(thread))}")
    return names


def top_level_widgets() -> set[str]:
    """The windows that exist now, shown or not."""
    if "PySide6.QtWidgets" not in sys.modules:
        return set()
    from PySide6.QtWidgets import QApplication

    return {f"{type(w).__name__} {w.objectName()} ({id(w):#x})" for w in QApplication.topLevelWidgets()}


@pytest.fixture
def xor() -> Experiment:
    """XOR, 2-2-1, with and without momentum, 40 epochs of 4 updates."""
    return Experiment.from_table(
        {
            "title": "XOR",
            "problem": {"dataset": "xor"},
            "network": {"hidden": [2], "output_activation": "logistic"},
            "training": {"epochs": 40, "learning_rate": 0.5, "momentum": 0.5, "seed": 3},
            "run": [{"name": "plain", "rule": "plain"}, {"name": "momentum"}],
        },
        "xor",
    )


@pytest.fixture
def leaves_nothing() -> Iterator[None]:
    """Fails a test that ends with more windows or threads than it began with.

    Ask for it before `qtbot` (`@pytest.mark.usefixtures("leaves_nothing")` does), so that it looks last.
    """
    threads, widgets = living_threads(), top_level_widgets()
    yield
    end = time.monotonic() + GRACE
    while True:
        process_qt_events()
        gc.collect()
        new_threads, new_widgets = living_threads() - threads, top_level_widgets() - widgets
        if not (new_threads or new_widgets) or time.monotonic() > end:
            break
        time.sleep(0.01)
    assert not new_threads, f"threads left running: {sorted(new_threads)}"
    assert not new_widgets, f"windows left behind: {sorted(new_widgets)}"
