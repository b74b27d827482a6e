"""Export of the log: the training done once more without the window, row for row, on a thread of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from momentum_gui.gui.training.background import Background
from momentum_gui.lab.atomic_file import check_writable, put_in_place
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import AnatomyWriter, Writer, anatomy_path, experiment_path
from momentum_gui.lab.recording.parquet_log import ParquetLog, check_log_file, open_log
from momentum_gui.lab.steps.log_columns import PLAIN, LogChoice
from momentum_gui.lab.training.trainer import Trainer

POLL_MILLISECONDS = 50
CHUNK_UPDATES = 20_000
SLOW_CHUNK_UPDATES = 500
"""Where each logged epoch is dissected."""


class LogExport(QObject):
    """Writes one log at a time. `progressed` carries the share done, `done` the path, `failed` one line."""

    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(self, "log export")
        self._background.done.connect(self._finish)
        self._background.failed.connect(self._fail)
        self._share = [0.0]  # set by the thread, read here
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MILLISECONDS)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether a log is being written."""
        return self._timer.isActive()

    def start(self, experiment: Experiment, position: int, path: Path, engine: str, choice: LogChoice = PLAIN) -> None:
        """Write the log of an experiment up to a position. Raises BadInputError where nothing can be written."""
        check_log_file(path, "log")
        if choice.parts:
            check_writable(anatomy_path(path), "anatomy")
        self._share[0] = 0.0
        share = self._share
        self._background.request(
            lambda cancelled: write_log(
                experiment, position, path, engine, lambda done: share.__setitem__(0, done), cancelled, choice
            ),
            shared=True,
        )
        self._timer.start()

    @Slot()
    def cancel(self) -> None:
        """Give up; what was there before under that name stays."""
        self._background.cancel()
        self._timer.stop()

    def close(self) -> None:
        """Give up for good, and wait for the thread."""
        self._timer.stop()
        self._background.cancel()
        self._background.close()

    @Slot()
    def _poll(self) -> None:
        self.progressed.emit(self._share[0])

    @Slot(object)
    def _finish(self, path: Path) -> None:
        self._timer.stop()
        self.done.emit(path)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._timer.stop()
        self.failed.emit(text)


def write_log(
    experiment: Experiment,
    position: int,
    path: Path,
    engine: str,
    progress: Callable[[float], object],
    cancelled: Callable[[], bool],
    choice: LogChoice = PLAIN,
) -> Path | None:
    """Train an experiment up to a position and write its log, and what was chosen besides; all appear whole or not
    at all.

    Gives the log's path, or None if it was cancelled. Raises BadInputError for a weight that is none, OSError.
    """
    trainer = Trainer(experiment, engine, choice=choice)
    chunk = CHUNK_UPDATES if choice.is_plain else SLOW_CHUNK_UPDATES
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".momentum-gui-") as folder, ExitStack() as opened:
        draft = Path(folder) / path.name
        log = open_log(draft, experiment, choice.columns)
        opened.enter_context(log)
        writers: list[Writer | ParquetLog] = [log]
        if choice.parts:
            writers.append(opened.enter_context(AnatomyWriter(anatomy_path(draft), trainer.chosen_names)))
        frame = trainer.first_frame()
        while True:
            for writer in writers:
                writer.write(frame)
            if trainer.position >= position or trainer.finished:
                break
            if cancelled():
                return None
            batch = min(group.task.batch_size for group in trainer.groups)
            frame = trainer.advance_to(min(position, trainer.position + chunk * batch))
            progress(trainer.position / position)
        opened.close()
        for name in (draft, anatomy_path(draft), experiment_path(draft)):
            if name is not None and name.is_file():
                put_in_place(name, path.parent / name.name)
    return path
