"""Films and reports made from the window: trained again beside it, drawn a picture at a time, so that it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from momentum_gui.gui.training.background import Background
from momentum_gui.gui.training.failure import FORESEEN, one_line
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.takes import Takes, train_in_takes
from momentum_gui.lab.training.trainer import Trainer

BREATH_MILLISECONDS = 1
"""Between two steps the window takes in what has come."""
DRAWN = 0.9
"""The share of the work that is done when everything is drawn."""

Write = Callable[[], None]
Steps = Callable[[Takes], Iterator[float | Write]]
"""Draws takes step by step: yields the share drawn after each, and at the end what writes the file."""


class TakesExport(QObject):
    """Makes one file at a time. `progressed` carries the share done, `done` the path, `failed` one line."""

    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._training, self._writing = Background(self, "takes"), Background(self, "film or report")
        self._training.done.connect(self._draw)
        self._writing.done.connect(self._finish)
        for background in (self._training, self._writing):
            background.failed.connect(self._fail)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(BREATH_MILLISECONDS)
        self._timer.timeout.connect(self._step)
        self._path = Path()
        self._make: Steps | None = None
        self._steps: Iterator[float | Write] | None = None

    def start(
        self, experiment: Experiment, position: int, engine: str, selected: int, count: int, path: Path, make: Steps
    ) -> None:
        """Train an experiment up to a position in `count` takes, then draw and write them."""
        self.cancel()
        self._path, self._make = path, make

        def train(cancelled: Callable[[], bool]) -> Takes | None:
            takes = train_in_takes(Trainer(experiment, engine), count, selected, position, cancelled)
            return None if cancelled() else takes

        self._training.request(train, shared=True)
        self.progressed.emit(0.0)

    @Slot()
    def cancel(self) -> None:
        """Give up; what was there before under that name stays."""
        self._training.cancel()
        self._writing.cancel()
        self._timer.stop()
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()  # type: ignore[attr-defined]  # a generator: its views go

    def close(self) -> None:
        """Give up for good, and wait for the threads."""
        self.cancel()
        self._training.close()
        self._writing.close()

    @Slot(object)
    def _draw(self, takes: Takes) -> None:
        assert self._make is not None
        self._steps = self._make(takes)
        self._timer.start()

    @Slot()
    def _step(self) -> None:
        """Draw one picture more."""
        steps = self._steps
        if steps is None:
            return
        try:
            step = next(steps)
        except FORESEEN as error:
            self.cancel()
            self._fail(one_line(error))
            return
        if self._steps is not steps:  # cancelled while it was drawn
            return
        if callable(step):
            self.cancel()
            path, write = self._path, step

            def written(_cancelled: Callable[[], bool]) -> Path:
                write()
                return path

            self._writing.request(written, shared=True)
            return
        self.progressed.emit(DRAWN * step)
        self._timer.start()

    @Slot(object)
    def _finish(self, path: Path) -> None:
        self.done.emit(path)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.failed.emit(text)
