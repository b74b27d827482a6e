"""What the window's benchmarks measure, each in a process of its own: `python -m benchmarks.window_scenes SCENE …`.

A scene prints one JSON object. Everything is drawn off-screen, into a picture in memory as a software-drawn window is.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from momentum_gui.gui.main_window import MainWindow
    from momentum_gui.lab.experiment import Experiment

SIZE = (1440, 900)
CHUNK = 50_000
"""Updates between two looks at the clock where there is no window."""
ANSWERS = 40


def iris(runs: int) -> Experiment:
    """Iris, online, without an end in sight: one run with momentum, or a plain one beside it."""
    from momentum_gui.lab.experiment import Experiment

    text = """
        problem = { dataset = "iris", scale = "standard" }
        network = { hidden = [5], output_activation = "softmax", weight_range = 0.5 }
        training = { rule = "one-step", learning_rate = 0.01, momentum = 0.75, epochs = 100_000_000 }
    """
    if runs == 2:
        text += '\n[[run]]\nname = "momentum"\n[[run]]\nname = "plain"\nrule = "plain"\n'
    return Experiment.parse(text, "window", Path.cwd())


def opened(runs: int) -> MainWindow:
    """The window, trained at full speed."""
    from momentum_gui.engine.interface import warm_up
    from momentum_gui.gui.app import application, prepare_offscreen
    from momentum_gui.gui.snapshot import process_until, without_needless_warning

    prepare_offscreen()
    with without_needless_warning():
        from momentum_gui.gui.main_window import MainWindow
        from momentum_gui.gui.state import Activity
        from momentum_gui.gui.training.pace import FULL_SPEED

        warm_up()
        application()
        window = MainWindow(iris(runs))
        window.resize(*SIZE)
        window.show()
        gc.freeze()  # as `app.run` does
    session = window.session
    process_until(lambda: session.record is not None and session.state is Activity.READY, 60)
    session.pace.updates_per_second = FULL_SPEED
    session.run()
    return window


def moments_of(timer: Any) -> Any:
    """The moments at which a timer goes off, before anything is done about it, as `seconds`."""
    from PySide6.QtCore import QEvent, QObject

    class Watch(QObject):
        def __init__(self) -> None:
            super().__init__(timer)
            self.seconds: list[float] = []
            timer.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Timer:
                self.seconds.append(time.perf_counter())
            return False

    return Watch()


def train_until(window: MainWindow, updates: int) -> None:
    """Run the window until each run has done so many updates."""
    from momentum_gui.gui.snapshot import process_until

    record = window.session.record
    assert record is not None
    process_until(lambda: record.latest.runs[0].update >= updates, 600)


def run_for(seconds: float) -> None:
    """Let Qt's loop run."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def shut(window: MainWindow) -> None:
    """Close the window, and wait for its work to end."""
    from momentum_gui.gui.snapshot import process_until

    window.close()
    process_until(lambda: window.session.is_closed, 30)


def live(runs: int, updates: int, seconds: float, titles: str = "", plane: str = "") -> dict[str, Any]:
    """The window while it trains: intervals of its tick in ms, updates a second, surfaces evaluated and shown a second.

    `titles`: views to bring to the front, by commas. `plane`: "weights" for the plane of two weights.
    """
    window = opened(runs)
    for title in filter(None, titles.split(",")):
        window.views.show(title)
    surface: Any = window.views.of_title("Error surface")
    if plane == "weights":
        from momentum_gui.gui.plots.surface.plane_picker import WEIGHTS

        surface.choice.kind.setCurrentIndex(WEIGHTS)
        surface.choice.kind.activated.emit(WEIGHTS)
    train_until(window, updates)
    ticks = moments_of(window._timer)
    surfaces: list[float] = []
    surface.background.done.connect(lambda evaluated: surfaces.append(time.perf_counter()))
    shown, show = [0], surface.picture.show

    def counted(*arguments: Any, **how: Any) -> None:
        shown[0] += 1
        show(*arguments, **how)

    surface.picture.show = counted
    record = window.session.record
    assert record is not None
    before, began, own = record.latest.updates_done, time.perf_counter(), time.thread_time()
    run_for(seconds)
    elapsed, own = time.perf_counter() - began, time.thread_time() - own
    done = record.latest.updates_done - before
    intervals = 1000 * np.diff(ticks.seconds)
    shut(window)
    return {
        "ticks": len(intervals),
        "median": float(np.median(intervals)),
        "p95": float(np.percentile(intervals, 95)),
        "longest": float(intervals.max()),
        "frame": 1000 * own / len(intervals),
        "updates_per_second": done / elapsed,
        "surfaces_per_second": len(surfaces) / elapsed,
        "shown_per_second": shown[0] / elapsed,
    }


def alone(runs: int, seconds: float) -> dict[str, Any]:
    """The same training without a window: updates a second."""
    from momentum_gui.engine.interface import warm_up
    from momentum_gui.lab.training.trainer import Trainer

    warm_up()
    trainer = Trainer(iris(runs))
    trainer.advance(CHUNK)
    before, began = trainer.updates_done, time.perf_counter()
    while time.perf_counter() - began < seconds:
        trainer.advance(CHUNK)
    return {"updates_per_second": (trainer.updates_done - before) / (time.perf_counter() - began)}


def answers(runs: int) -> dict[str, Any]:
    """Milliseconds from a click on Pause until the window shows it, and from a new rate until the runs train by it."""
    from momentum_gui.gui.snapshot import process_until
    from momentum_gui.gui.state import Activity
    from momentum_gui.lab.training.trainer import Trainer

    changed: list[float] = []
    change = Trainer.change

    def watched(trainer: Trainer, *arguments: Any, **settings: Any) -> None:
        change(trainer, *arguments, **settings)
        changed.append(time.perf_counter())

    Trainer.change = watched  # type: ignore[method-assign, assignment]
    window = opened(runs)
    train_until(window, 200_000)
    session, record = window.session, window.session.record
    assert record is not None
    pauses, rates = [], []
    random = np.random.default_rng(0)
    for number in range(ANSWERS):
        run_for(random.uniform(0.05, 0.1))
        began = time.perf_counter()
        window.actions_.run_button.click()
        process_until(lambda: session.state is Activity.PAUSED and window.actions_.run_button.text() == "Run", 5)
        pauses.append(1000 * (time.perf_counter() - began))
        window.actions_.run_button.click()
        run_for(random.uniform(0.05, 0.1))
        rate = 0.01 + 1e-4 * (number + 1)
        began = time.perf_counter()
        session.change((0,), learning_rate=rate)
        process_until(lambda rate=rate: record.latest.runs[0].learning_rate == rate, 5)
        rates.append(1000 * (changed[-1] - began))
    shut(window)
    return {
        "pause": float(np.percentile(pauses, 95)),
        "longest_pause": max(pauses),
        "rate": float(np.percentile(rates, 95)),
        "longest_rate": max(rates),
    }


def memory(few: int, many: int) -> dict[str, Any]:
    """Megabytes of the process with the window open after few updates and after many."""
    window = opened(1)
    train_until(window, few)
    run_for(2)
    before = resident()
    train_until(window, many)
    after = resident()
    shut(window)
    return {"before": before, "after": after}


def resident() -> float:
    """The memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def painted() -> None:
    """Start the program, as `commands.open_window` does, and leave at once when its window was painted."""
    gc.disable()
    from momentum_gui.gui.app import application, prepare_offscreen

    prepare_offscreen()
    application()
    from momentum_gui.gui.main_window import MainWindow

    window = MainWindow()
    window.resize(*SIZE)
    leave_when_painted(window)


def bare() -> None:
    """Start a bare window with one pyqtgraph plot and leave at once when it was painted."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])
    window = QMainWindow()
    plot = pg.PlotWidget()
    plot.plot([0, 1], [0, 1])
    window.setCentralWidget(plot)
    window.resize(*SIZE)
    leave_when_painted(window, application)


def leave_when_painted(window: Any, *kept: object) -> Any:
    """Show the window, and end the process when all of it has been painted."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, lambda: os._exit(0))
            return False

    watch = Watch()
    application = QCoreApplication.instance()
    assert application is not None
    application.installEventFilter(watch)  # all widgets of a window are painted at one go
    window.show()
    application.exec()
    return kept


SCENES: dict[str, Callable[..., dict[str, Any]]] = {
    scene.__name__: scene for scene in (live, alone, answers, memory, painted, bare)
}


if __name__ == "__main__":
    name, *words = sys.argv[1:]
    print(json.dumps(SCENES[name](*(json.loads(word) for word in words))))
