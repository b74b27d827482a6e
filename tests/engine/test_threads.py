"""Work is shared out among threads where that is worth while, and not where a thread is to do it alone."""

from __future__ import annotations

import threading

import pytest

from momentum_gui.engine import threads as sharing
from momentum_gui.engine.threads import SHARED_WORK, alone, share_out, useful_threads


def test_alone_holds_for_the_thread_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within `alone` one thread is all that is useful, however much there is to do; in other threads it is not so."""
    monkeypatch.setattr(sharing, "thread_count", lambda: 3)
    assert (useful_threads(SHARED_WORK), useful_threads(SHARED_WORK + 1)) == (1, 3)
    seen: list[int] = []
    with alone():
        assert useful_threads(100 * SHARED_WORK) == 1
        other = threading.Thread(target=lambda: seen.append(useful_threads(100 * SHARED_WORK)))
        other.start()
        other.join()
        with alone():
            pass
        assert useful_threads(100 * SHARED_WORK) == 1
    assert seen == [3]
    assert useful_threads(100 * SHARED_WORK) == 3


def test_parts_are_done_side_by_side_and_troubles_are_told() -> None:
    """Each part is done once, the first in the thread that asks; what goes wrong in another thread is raised here."""
    threads: dict[int, str] = {}
    share_out([0, 1, 2], lambda part: threads.update({part: threading.current_thread().name}))
    assert sorted(threads) == [0, 1, 2]
    assert threads[0] == threading.current_thread().name
    assert len(set(threads.values()) - {threads[0]}) == 1

    def fail(part: int) -> None:
        if part == 1:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        share_out([0, 1], fail)
