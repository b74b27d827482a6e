"""Pictures of the real window, off-screen: it trains an experiment, and what it shows is saved with the log."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMessageLogContext,
    Qt,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QImage

from momentum_gui.engine.interface import warm_up
from momentum_gui.gui.app import application, prepare_offscreen
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.experiment import Experiment

if TYPE_CHECKING:
    from momentum_gui.gui.main_window import MainWindow

TRAINING_SECONDS = 30.0
"""A training that takes longer is shown as far as it came."""
WAIT_SECONDS = 60.0
QUIET_SECONDS = 0.3
SHORT_SECONDS, BRIEF_SECONDS = 0.1, 0.02
LEAST_WIDTH = 1200
"""A window that is less wide, in pixels, is drawn in this width and made smaller: it would cut its own words."""


def take(
    experiment: Experiment, out_dir: str | Path, size: tuple[int, int] = (1440, 900), theme: str = "light"
) -> list[Path]:
    """Train in the window and save window.png, a picture of every plot, and log.csv; the paths, in that order.

    `size` is that of the window in pixels. Without a chosen Qt platform the off-screen one is taken; nothing is
    remembered or changed in the user's settings. Raises BadInputError, OSError where a file cannot be written,
    RuntimeError where the training does not get ready.
    """
    prepare_offscreen()
    with trained_window(experiment, size, theme) as window:
        return save_all(window, Path(out_dir))


@contextmanager
def trained_window(experiment: Experiment, size: tuple[int, int], theme: str) -> Iterator[MainWindow]:
    """The real window with an experiment, trained as far as that goes in half a minute; gone afterwards.

    Raises RuntimeError where the training does not get ready.
    """
    from momentum_gui.gui.main_window import MainWindow
    from momentum_gui.gui.state import Activity
    from momentum_gui.gui.style import theme as themes
    from momentum_gui.gui.training.pace import FULL_SPEED

    with contextlib.suppress(Exception):  # of which the window tells
        warm_up()  # else NumPy would train until it is compiled
    with without_needless_warning():
        application()
        themes.set_theme(theme)
        window = MainWindow(experiment)
        session = window.session
        try:
            window.resize(*size)
            window.show()
            process_until(lambda: session.record is not None and session.state is Activity.READY, WAIT_SECONDS)
            if session.record is None:
                raise RuntimeError(window.status.message.whole or "the training does not get ready")
            session.pace.updates_per_second = FULL_SPEED
            session.run()
            process_until(lambda: session.state is Activity.FINISHED, TRAINING_SECONDS)
            if session.state is not Activity.FINISHED:
                session.pause()
                process_until(lambda: session.state in (Activity.PAUSED, Activity.FINISHED), WAIT_SECONDS)
            yield window
        finally:
            window.close()
            process_until(lambda: session.is_closed, WAIT_SECONDS)
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def save_all(window: MainWindow, folder: Path) -> list[Path]:
    """Save a window's picture, those of its plots, and the log; the paths, in that order. Raises OSError."""
    from momentum_gui.gui.export import plot_file as export
    from momentum_gui.gui.export.log_export import write_log
    from momentum_gui.gui.paper.devices import encoded
    from momentum_gui.gui.plots.catalogue import view_named

    session = window.session
    assert session.record is not None
    position = session.record.latest.position
    settle(window)
    paths = [folder / "window.png"]
    write_atomically(paths[0], encoded(window.grab().toImage()))
    for title in window.views.titles:
        view = window.views.show(title)
        if view.is_empty:  # a sweep that was not asked for
            continue
        process_until(partial(is_quiet, window, time.monotonic() + SHORT_SECONDS), WAIT_SECONDS)
        window.views.show(title)
        path = folder / f"{view_named(title).name_on_disk}.png"
        export.save_picture(view, path)
        paths.append(path)
    told: list[Experiment] = []
    session.ask_experiment(told.append)
    process_until(lambda: bool(told), WAIT_SECONDS)
    log = write_log(told[0], position, folder / "log.csv", session.engine, lambda share: None, lambda: False)
    return [*paths, *([log] if log is not None else [])]


def window_pictures(experiment: Experiment, moments: Sequence[float], form: PictureForm) -> Iterator[QImage]:
    """Draw the whole window at these moments of its training, in epochs, each picture in the form's size."""
    prepare_offscreen()
    wide, high = form.pixels or (1440, 900)
    share = max(1.0, LEAST_WIDTH / wide)
    with trained_window(experiment, (round(wide * share), round(high * share)), form.theme) as window:
        settle(window)
        for moment in moments:
            window.show_moment(moment)
            process_until(partial(is_quiet, window, time.monotonic() + BRIEF_SECONDS), WAIT_SECONDS)
            window.views.draw_all()
            yield (
                window.grab()
                .toImage()
                .scaled(wide, high, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            )


def settle(window: MainWindow) -> None:
    """Let the window take in and draw all there is, background work included."""
    process_until(lambda: not window.is_ticking, WAIT_SECONDS)
    for _ in range(3):  # a finer picture follows when nothing has changed for a while, and then the words about it
        quiet = time.monotonic() + QUIET_SECONDS
        process_until(partial(is_quiet, window, quiet), WAIT_SECONDS)
        window.views.draw_all()
    QCoreApplication.processEvents()


def is_quiet(window: MainWindow, since: float) -> bool:
    """Return whether a moment is past and no view works on a picture."""
    return time.monotonic() > since and not window.views.busy


@contextmanager
def without_needless_warning() -> Iterator[None]:
    """Keep Qt's off-screen platform from printing that it cannot limit a window's size."""

    def handle(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if "propagateSizeHints" in text:
            return
        if before is not None:
            before(kind, context, text)
        else:
            print(text, file=sys.stderr)

    before = qInstallMessageHandler(handle)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def process_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Run Qt's events until a condition holds; False if it did not within that many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        time.sleep(0.001)  # leaves the processor to the worker
    return True
