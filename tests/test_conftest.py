"""The checks that other tests lean on do catch what they are there to catch."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

LEAKS = {
    "thread": """
        import threading
        def test_leak(leaves_nothing):
            threading.Thread(target=threading.Event().wait, args=(1,), name="forgotten").start()
    """,
    "window": """
        from PySide6.QtWidgets import QWidget
        kept = []
        def test_leak(leaves_nothing, qapp):
            kept.append(QWidget(objectName="forgotten"))
    """,
    "Qt thread": """
        from PySide6.QtCore import QThread
        kept = []
        def test_leak(leaves_nothing, qapp):
            kept.append(QThread(objectName="forgotten"))
            kept[0].start()
        def test_end():
            kept[0].quit()
            kept[0].wait()
    """,
}


@pytest.mark.parametrize("kind", LEAKS)
def test_a_leak_is_caught_and_named(kind: str, pytester: pytest.Pytester) -> None:
    """A forgotten window, thread or Qt thread fails the test that left it, and is named."""
    conftest = Path(__file__).with_name("conftest.py").read_text()
    assert "GRACE = 3.0" in conftest
    pytester.makeconftest(conftest.replace("GRACE = 3.0", "GRACE = 0.1"))
    pytester.makepyfile(LEAKS[kind])
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    result.stdout.fnmatch_lines(["*AssertionError: * left *forgotten*"])
    assert result.ret == 1


def test_tests_have_no_screen_and_no_home() -> None:
    """No test opens a window on the user's screen or writes into the user's settings."""
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert "momentum-gui-tests-" in os.environ["XDG_CONFIG_HOME"]
    assert threading.current_thread() is threading.main_thread()
