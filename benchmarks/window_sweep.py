"""The window's 60 Hz tick while it sweeps: how long the intervals of a 16 ms timer become, off-screen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measure import installed
from benchmarks.rows import Missing, Row

if TYPE_CHECKING:
    from momentum_gui.gui.plots.sweep.view import SweepView

TITLE = "The window's 16 ms tick during a sweep of Iris, 41 × 41 cells, 3 seeds, compiled engine"
SIZE = (1440, 900)
SIDE, SEEDS, EPOCHS = 41, 3, 200
TICK_MILLISECONDS = 16
SECONDS, REPETITIONS, WAIT_SECONDS = 5.0, 3, 300.0
P95_GOAL, LONGEST_GOAL = 20.0, 100.0


@dataclass
class Ticks:
    """The intervals between the ticks of one window, in milliseconds; of each, how long it waited for a processor."""

    intervals: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    _before: tuple[float, float] = (0.0, 0.0)

    def start(self) -> None:
        """Count from now."""
        self._before = time.perf_counter(), waited()

    def tick(self) -> None:
        """A tick came."""
        now, wait = time.perf_counter(), waited()
        self.intervals.append(1e3 * (now - self._before[0]))
        self.waits.append(1e3 * (wait - self._before[1]))
        self._before = now, wait

    def figures(self) -> tuple[float, float, float, float, float]:
        """Median, 95 % quantile and longest; the last two once more without the waits for a processor."""
        taken = np.array(self.intervals)
        own = taken - self.waits
        return (
            float(np.median(taken)),
            float(np.quantile(taken, 0.95)),
            float(taken.max()),
            float(np.quantile(own, 0.95)),
            float(own.max()),
        )


def waited() -> float:
    """Seconds for which the process's first thread has been ready to run and had no processor; 0 where unknown."""
    try:
        return int(Path(f"/proc/self/task/{os.getpid()}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def sweep_tick(*, sweep: bool = True, training: bool = False, rules: bool = False, seconds: float = SECONDS) -> Ticks:
    """The intervals of a precise 16 ms timer in a window of its own, for some seconds of a sweep, its start included.

    sweep: whether there is one at all. training: whether the window trains at full speed beside it. rules: whether
    all five are swept. Ends early where the sweep does. The timer is one more beside the window's: at rest that one
    stops.
    """
    from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer

    from momentum_gui.gui.app import application, prepare_offscreen
    from momentum_gui.gui.main_window import MainWindow
    from momentum_gui.gui.snapshot import process_until, without_needless_warning
    from momentum_gui.gui.state import Activity
    from momentum_gui.gui.training.pace import FULL_SPEED
    from momentum_gui.lab.experiment import Experiment

    prepare_offscreen()
    with without_needless_warning():
        application()
        experiment = Experiment.load("iris", ["training.epochs=1000000"]) if training else None
        window = MainWindow(experiment, engine="compiled")
        session = window.session
        try:
            window.resize(*SIZE)
            window.show()
            process_until(lambda: session.record is not None and session.state is Activity.READY, WAIT_SECONDS)
            view: SweepView = window.views.show("Sweep")  # type: ignore[assignment]
            prepare(view, rules=rules)
            process_until(lambda: not window.is_ticking, WAIT_SECONDS)
            if training:
                session.pace.updates_per_second = FULL_SPEED
                session.run()
                process_until(lambda: session.state is Activity.RUNNING, WAIT_SECONDS)
            ticks, timer = Ticks(), QTimer(window)
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.timeout.connect(ticks.tick)
            ticks.start()
            timer.start(TICK_MILLISECONDS)
            if sweep:
                view.steering.start.click()
            run_events(seconds, lambda: sweep and not view.runner.running)
            timer.stop()
            return ticks
        finally:
            window.close()
            process_until(lambda: session.is_closed, WAIT_SECONDS)
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def prepare(view: SweepView, *, rules: bool) -> None:
    """Fill in the sweep's form."""
    form = view.form
    form.learning_rate.show_range(0.001, 0.1, SIDE, log=True)
    form.momentum.show_range(0.0, 0.9, SIDE, log=False)
    form.seeds.setText(str(SEEDS))
    form.epochs.setText(str(EPOCHS))
    form.rule.setCurrentIndex(form.rule.count() - 1 if rules else form.rule.findData("heavy-ball"))
    form.changed.emit()


def run_events(seconds: float, over: Callable[[], bool]) -> None:
    """Run Qt's own loop, as the program does, for so long or until it is over."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    look = QTimer()
    look.timeout.connect(lambda: loop.quit() if over() else None)
    look.start(50)
    loop.exec()
    look.stop()


def rows() -> Iterator[Row | Missing]:
    """The tick with nothing else to do, which shows what else the machine does, and in each kind of sweep."""
    if installed("PySide6-Essentials") is None or installed("numba") is None:
        yield Missing("the window's tick", "PySide6 or numba is not installed")
        return
    sweep_tick(seconds=1.0)  # compiles, and loads what windows share
    cases: tuple[tuple[str, Callable[[], Ticks]], ...] = (
        ("nothing under way", lambda: sweep_tick(sweep=False)),
        ("a sweep", sweep_tick),
        ("a sweep of all five rules", lambda: sweep_tick(rules=True)),
        ("a training at full speed", lambda: sweep_tick(sweep=False, training=True)),
        ("a sweep, and a training at full speed", lambda: sweep_tick(training=True)),
    )
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name, _ in cases}
    for _ in range(REPETITIONS):  # in turn, so that what else the machine does meets all alike
        for name, measure in cases:
            found[name].append(measure().figures())
    for name, figures in found.items():
        yield row(name, np.array(figures))


def row(name: str, figures: np.ndarray) -> Row:
    """The medians over the repetitions; beside them what is left without the waits for a processor.

    Those are for what else the machine does, and for the sweep's own threads.
    """
    median, p95, longest, own_p95, own_longest = np.median(figures, axis=0).tolist()
    return Row(
        name,
        "the 60 Hz tick",
        f"median {median:.1f} ms, p95 {p95:.1f} ms, longest {longest:.0f} ms",
        "16 ms",
        f"without waits for a processor p95 {own_p95:.1f} ms, longest {own_longest:.0f} ms",
        f"p95 ≤ {P95_GOAL:g}, longest ≤ {LONGEST_GOAL:g}",
        p95 <= P95_GOAL and longest <= LONGEST_GOAL,
    )
