"""Work in the background: the newest only, in a thread that is kept for a while and takes one processor."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from momentum_gui.engine.threads import SHARED_WORK, useful_threads
from momentum_gui.gui.training import background as module
from momentum_gui.gui.training.background import Background
from tests.conftest import wait_until


@pytest.fixture
def background(qapp: object) -> Iterator[Background]:
    made = Background()
    yield made
    made.close()


def test_one_thread_serves_requests_that_follow_one_another(background: Background) -> None:
    """A request soon after the one before is done by the same thread; after a while without any it ends."""
    done: list[int] = []
    background.done.connect(done.append)
    for number in range(3):
        background.request(lambda cancelled: threading.get_ident())
        wait_until(lambda number=number: len(done) == number + 1, "it is done")
    assert len(set(done)) == 1
    wait_until(lambda: background._thread is None, "the thread ends", 10 * module.LINGER_SECONDS)
    background.request(lambda cancelled: -1)
    wait_until(lambda: done[-1] == -1, "another one is started")


def test_closing_does_not_wait_for_a_thread_that_waits(background: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that has nothing to do ends at once when the background is closed."""
    monkeypatch.setattr(module, "LINGER_SECONDS", 3600.0)
    done: list[bool] = []
    background.done.connect(done.append)
    background.request(lambda cancelled: True)
    wait_until(lambda: bool(done), "it is done")
    thread = background._thread
    assert thread is not None
    background.close()
    assert not thread.is_alive()


def test_work_takes_one_processor_unless_it_says_otherwise(background: Background) -> None:
    """The engine's threads are for the training; a request may ask for them."""
    found: list[int] = []
    background.done.connect(found.append)
    for shared in (False, True):
        background.request(lambda cancelled: useful_threads(100 * SHARED_WORK), shared=shared)
        wait_until(lambda shared=shared: len(found) == 1 + shared, "it is done")
    assert found[0] == 1
    assert found[1] == useful_threads(100 * SHARED_WORK)


def test_the_newest_request_alone_is_done(background: Background) -> None:
    """A request replaces the one that waits, and cancels the one under way."""
    done: list[str] = []
    background.done.connect(done.append)
    begun, may_end = threading.Event(), threading.Event()

    def first(cancelled: module.Cancelled) -> str | None:
        begun.set()
        may_end.wait(10)
        return None if cancelled() else "first"

    background.request(first)
    assert begun.wait(10)
    background.request(lambda cancelled: "second")
    background.request(lambda cancelled: "third")
    may_end.set()
    wait_until(lambda: not background.busy and bool(done), "all is done")
    assert done == ["third"]
