"""Starts, pauses, steps, resets and closes trainings at random moments: `python -m tests.soak.cycles 5000`."""

from __future__ import annotations

import gc
import os
import random
import sys
import threading
import time
from collections.abc import Callable

from momentum_gui.gui.app import application, prepare_offscreen
from momentum_gui.gui.snapshot import process_until
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.experiment import Experiment, edits
from tests.soak.input.loop import peak_megabytes

WAIT_SECONDS = 30.0


def cycle(experiment: Experiment, chance: random.Random) -> float:
    """Use a session for a moment and close it; the seconds that closing took. Raises TimeoutError where it hangs."""
    session = Session(engine="numpy")
    session.load(experiment)
    acts: tuple[Callable[[], object], ...] = (
        session.run, session.pause, session.reset, lambda: session.step(chance.randint(1, 5)),
    )  # fmt: skip
    for _ in range(chance.randint(1, 6)):
        chance.choice(acts)()
        end = time.monotonic() + chance.choice((0.0, 0.001, 0.005))
        process_until(lambda end=end: (session.take(), time.monotonic() > end)[1], WAIT_SECONDS)
    began = time.perf_counter()
    session.close()
    if not process_until(lambda: session.is_closed, WAIT_SECONDS):
        raise TimeoutError("a session does not close")
    return time.perf_counter() - began


def cycles(count: int, seed: int = 1) -> str:
    """Do so many cycles; what was found, in a line. Raises AssertionError for threads or handles that are left."""
    prepare_offscreen()
    application()
    experiment = edits.with_settings(Experiment.load("xor"), {"training": {"epochs": 1_000_000}})
    chance = random.Random(seed)
    longest = max(cycle(experiment, chance) for _ in range(20))
    gc.collect()
    threads, handles, memory = threading.active_count(), len(os.listdir("/proc/self/fd")), peak_megabytes()
    for _ in range(count):
        longest = max(longest, cycle(experiment, chance))
    gc.collect()
    assert threading.active_count() == threads
    assert abs(len(os.listdir("/proc/self/fd")) - handles) <= 2
    grown = peak_megabytes() - memory
    return f"{count} cycles, closed within {longest:.2f} s, memory +{grown:.0f} MB, no thread or handle left"


if __name__ == "__main__":
    print(cycles(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
