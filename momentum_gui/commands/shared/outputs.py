"""The files that a training is asked to leave: refused beforehand where they cannot be, written as it goes."""

from __future__ import annotations

import importlib
import os
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from momentum_gui.display import use_offscreen
from momentum_gui.lab.atomic_file import check_writable
from momentum_gui.lab.data.datasets import is_path
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment.experiment import Experiment, find
from momentum_gui.lab.recording.log import (
    AnatomyWriter,
    WeightsWriter,
    Writer,
    experiment_path,
    holds,
)
from momentum_gui.lab.recording.parquet_log import ParquetLog, check_log_file, check_table_name, open_log
from momentum_gui.lab.recording.record import Record
from momentum_gui.missing import missing

if TYPE_CHECKING:
    from momentum_gui.gui.paper.form import PictureForm
    from momentum_gui.lab.training.frame import Frame
    from momentum_gui.lab.training.trainer import Trainer

PICTURES = (".png", ".svg", ".pdf")


def check_outputs(arguments: Namespace, experiment: Experiment) -> None:
    """Raises BadInputError where one of the files cannot be written, or would overwrite what is needed.

    Raises OSError where pictures are wanted and cannot be drawn.
    """
    wanted: list[tuple[str, Path]] = []
    if arguments.log is not None:
        wanted.append(("--log", Path(arguments.log)))
        check_log_file(arguments.log)
    if arguments.weights is not None:
        wanted.append(("--weights", Path(arguments.weights)))
        check_table_name(arguments.weights, "--weights")
        check_writable(arguments.weights, "--weights")
    if arguments.anatomy is not None:
        wanted.append(("--anatomy", Path(arguments.anatomy)))
        check_table_name(arguments.anatomy, "--anatomy")
        check_writable(arguments.anatomy, "--anatomy")
    for plot in arguments.plot:
        wanted.append(("--plot", Path(plot)))
        check_plot(plot)
    needed = sources(arguments.file, experiment)
    taken: dict[str, str] = {}
    for key, path in wanted:
        place = os.path.realpath(path)
        if place in needed:
            raise BadInputError(f"{key} {path}: would overwrite {needed[place]}: choose another name")
        if place in taken and not path.is_char_device():
            raise BadInputError(f"{key} {path}: is the file of {taken[place]} too: choose another name")
        taken[place] = key
    beside = experiment_path(arguments.log) if arguments.log is not None else None
    if beside is not None and os.path.realpath(beside) in needed and not holds(beside, experiment):
        raise BadInputError(
            f"--log {arguments.log}: {beside}, where its experiment goes, is the experiment being trained, "
            "and --set has changed it: choose another name"
        )
    if beside is not None and os.path.realpath(beside) in taken:
        raise BadInputError(f"--log {arguments.log}: its experiment goes to {beside}, which another option names")
    for plot in arguments.plot[:1]:
        check_drawing(plot)


def check_plot(path: str) -> None:
    """Raises BadInputError for a picture of another kind than can be drawn, or that cannot be written."""
    if Path(path).suffix.lower() not in PICTURES:
        raise BadInputError(f"--plot {path}: allowed are names that end in {', '.join(PICTURES)}")
    check_writable(path, "--plot")


def check_drawing(path: str) -> None:
    """Raises OSError where Qt, or a library that it needs, is not there: now, and not after hours of training."""
    try:
        importlib.import_module("momentum_gui.gui.export.pictures")
    except ImportError as error:
        raise OSError(f"--plot {path}: no pictures can be drawn here: {missing(error)}") from None


def sources(label: str, experiment: Experiment) -> dict[str, str]:
    """Return the files that an experiment comes from, each with what it is."""
    files = {}
    if label != "-":
        files[os.path.realpath(find(label))] = "the experiment being trained"
    dataset = experiment.problem.dataset
    if dataset is not None and is_path(dataset):
        files[os.path.realpath(dataset)] = "the data being learned"
    return files


class Outputs:
    """Takes every frame of a training, from the first one on, and writes what was asked for."""

    def __init__(self, arguments: Namespace, trainer: Trainer) -> None:
        self._plots: list[str] = arguments.plot
        self._setup = trainer.setup
        self._record: Record | None = None
        self._writers: list[Writer | ParquetLog] = []
        with ExitStack() as opened:
            if arguments.log is not None:
                log = open_log(arguments.log, trainer.experiment, trainer.choice.columns)
                opened.enter_context(log)
                self._writers.append(log)
            if arguments.weights is not None:
                writer = WeightsWriter(arguments.weights, trainer.setup.weight_names)
                self._writers.append(opened.enter_context(writer))
            if arguments.anatomy is not None:
                self._writers.append(opened.enter_context(AnatomyWriter(arguments.anatomy, trainer.chosen_names)))
            self._opened = opened.pop_all()

    def write(self, frame: Frame) -> None:
        """Add a frame to everything. Raises OSError."""
        for writer in self._writers:
            writer.write(frame)
        if not self._plots:
            return
        if self._record is None:
            self._record = Record(frame)
        else:
            self._record.extend(frame)

    def draw(self, form: PictureForm) -> None:
        """Draw the pictures in a form, without a display. Raises OSError."""
        if self._plots and self._record is not None:
            from momentum_gui.gui.export.pictures import save_training_plot

            use_offscreen()
            for plot in self._plots:
                save_training_plot(self._record, Path(plot), self._setup, form)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._opened.close()
