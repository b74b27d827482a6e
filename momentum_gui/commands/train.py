"""`train`: trains an experiment without a window, with a line for each run and, when asked, its log and pictures."""

from __future__ import annotations

import argparse
import json
import math
import textwrap
import time
from typing import TYPE_CHECKING, Any, Protocol

from momentum_gui.commands.shared.arguments import Commands, add_file, add_form, form_of, load_experiment, print_notes
from momentum_gui.commands.shared.interrupt import Interrupt
from momentum_gui.commands.shared.progress import Progress
from momentum_gui.lab.errors import BadInputError

if TYPE_CHECKING:
    from momentum_gui.lab.experiment import Experiment
    from momentum_gui.lab.steps.log_columns import LogChoice
    from momentum_gui.lab.training.frame import Frame, RunFrame
    from momentum_gui.lab.training.trainer import Trainer

CHUNK_SECONDS = 0.03
"""How long one advance may take: between two of them the training can be interrupted."""
INTERRUPTED = 130


COLUMNS_HERE = "the columns"


class HelpWithColumns(argparse.RawDescriptionHelpFormatter):
    """Help that ends with the columns a log may have besides, looked up only when it is asked for."""

    def add_text(self, text: str | None) -> None:
        super().add_text(columns_help() if text == COLUMNS_HERE else text)


def columns_help() -> str:
    """Return the columns that can be chosen, a line each."""
    from momentum_gui.lab.steps.log_columns import CHOICES, SLOWER, WHERE

    width = max(len(column.name) for column in CHOICES)
    lines = ["columns that --columns adds to the log:"]
    for column in CHOICES:
        lines += textwrap.wrap(f"  {column.name:{width}}  {column.meaning}", 78, subsequent_indent=" " * (width + 4))
    return "\n".join([*lines, "", *textwrap.wrap(f"{WHERE} {SLOWER}", 78)])


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "train",
        help="train without a window",
        allow_abbrev=False,
        epilog=COLUMNS_HERE,
        formatter_class=HelpWithColumns,
    )
    add_file(parser)
    parser.add_argument(
        "--log",
        metavar="L.csv",
        help="write a row for each run and epoch, and L.toml beside it; L.csv.gz is compressed, "
        "L.parquet needs pyarrow",
    )
    parser.add_argument(
        "--columns",
        metavar="NAME,…",
        action="append",
        default=[],
        help="add these columns to the log, listed below; all for every one",
    )
    parser.add_argument(
        "--anatomy",
        metavar="A.csv",
        help="write each logged epoch's last update, a row a weight: its two parts, their sum, whether they agree in "
        "sign, and the effective gain",
    )
    parser.add_argument(
        "--weight",
        metavar="NAME",
        action="append",
        default=[],
        help="only of this weight, like w1[0,0]; repeat it for more; default: all that train",
    )
    parser.add_argument("--weights", metavar="W.csv", help="write the weights after each logged epoch")
    parser.add_argument(
        "--plot",
        metavar="P.png",
        nargs="+",
        action="extend",
        default=[],
        help="draw the error curves: .png, .svg, .pdf",
    )
    add_form(parser)
    parser.add_argument("--engine", default="auto", metavar="E", help="auto, compiled, numpy")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a line for each run")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train and tell. Raises BadInputError before anything is written, OSError where writing fails."""
    claim_stray_file(arguments)
    from momentum_gui.commands.shared.outputs import Outputs, check_outputs

    experiment = load_experiment(arguments)
    choice, form = log_choice(arguments), form_of(arguments)
    check_outputs(arguments, experiment)
    trainer = make_trainer(experiment, arguments, choice)
    with Interrupt(pipe=True) as interrupt:
        with Outputs(arguments, trainer) as outputs:
            frame, seconds = train(trainer, outputs, interrupt)
        outputs.draw(form)
    if arguments.json:
        runs = [run_facts(run, spent) for run, spent in zip(frame.runs, seconds, strict=True)]
        print(json.dumps({"experiment": arguments.file, "engine": trainer.engine.name, "runs": runs}))
    else:
        width = max(len(run.name) for run in frame.runs)
        for run_frame, spent in zip(frame.runs, seconds, strict=True):
            print(summary(run_frame, spent, width))
    return INTERRUPTED if interrupt.asked else 0


def claim_stray_file(arguments: argparse.Namespace) -> None:
    """Give FILE its value where it comes after `--plot P.png` and was taken for another picture."""
    from pathlib import Path

    if arguments.file is None and all("=" in change for change in arguments.changes):
        stray = [plot for plot in arguments.plot if Path(plot).suffix.lower() in ("", ".toml")]
        if len(stray) == 1:
            arguments.file = stray[0]
            arguments.plot.remove(stray[0])


def log_choice(arguments: argparse.Namespace) -> LogChoice:
    """Return what the log is to hold besides its fixed columns. Raises BadInputError."""
    from momentum_gui.lab.steps.log_columns import LogChoice

    names = [name.strip() for names in arguments.columns for name in names.split(",")]
    choice = LogChoice.of(names, parts=arguments.anatomy is not None, weights=arguments.weight)
    if choice.columns and arguments.log is None:
        raise BadInputError("--columns: adds to a log, and there is none: name one with --log L.csv")
    if choice.weights and not choice.parts:
        raise BadInputError(
            "--weight: chooses what --anatomy writes, and that is not asked for: name its file with --anatomy A.csv"
        )
    return choice


def make_trainer(experiment: Experiment, arguments: argparse.Namespace, choice: LogChoice | None = None) -> Trainer:
    """Return the trainer of an experiment on the engine asked for. Raises BadInputError."""
    from momentum_gui.engine.interface import choose
    from momentum_gui.lab.steps.log_columns import PLAIN
    from momentum_gui.lab.training.trainer import Trainer

    try:
        choose(arguments.engine)
    except ValueError as error:
        raise BadInputError(f"--{error}") from None
    try:
        trainer = Trainer(experiment, arguments.engine, choice=PLAIN if choice is None else choice)
    except BadInputError as error:
        raise BadInputError(f"{arguments.file}: {error}") from None
    print_notes(arguments.file, trainer.setup.notes)
    return trainer


class TakesFrames(Protocol):
    """What a training writes its frames to, the first one included."""

    def write(self, frame: Frame) -> None: ...


def train(trainer: Trainer, outputs: TakesFrames, interrupt: Interrupt) -> tuple[Frame, list[float]]:
    """Train to the end, or until interrupted; the last frame, and the seconds that each run took."""
    from momentum_gui.engine.population import Outcome

    epochs = max(run.training.epochs for run in trainer.experiment.runs)
    frame, updates = trainer.first_frame(), 1
    outputs.write(frame)
    began = time.perf_counter()
    seconds = [0.0] * len(frame.runs)
    with Progress("training", epochs) as progress:
        while not (trainer.finished or interrupt.asked):
            before = time.perf_counter()
            frame = trainer.advance(updates)
            outputs.write(frame)
            now = time.perf_counter()
            updates = max(1, min(4 * updates, int(updates * CHUNK_SECONDS / (now - before))))
            for number, run_frame in enumerate(frame.runs):
                if run_frame.outcome is Outcome.RUNNING or seconds[number] == 0.0:
                    seconds[number] = now - began
            progress.show(frame.epochs, f"error {min(run.error for run in frame.runs):.4g}")
    if not trainer.finished:
        trainer.stop()
        frame = trainer.first_frame()
    return frame, seconds


def run_facts(run: RunFrame, seconds: float) -> dict[str, Any]:
    """Return what `--json` says about a run; null for a number that is not finite or does not apply."""
    return {
        "name": run.name,
        "outcome": run.outcome.name.lower(),
        "epochs": run.epoch,
        "updates": run.update,
        "error": run.error if math.isfinite(run.error) else None,
        "accuracy": run.accuracy if math.isfinite(run.accuracy) else None,
        "seconds": round(seconds, 6),
    }


def summary(run: RunFrame, seconds: float, width: int) -> str:
    """Return one line of text for a run; `width` is that of the longest name."""
    from momentum_gui.lab.data.csv_table import counted

    accuracy = f"  accuracy {100 * run.accuracy:.1f} %" if math.isfinite(run.accuracy) else ""
    return (
        f"{run.name:{width}}  {run.outcome.name.lower():9}  "
        f"{counted(run.epoch, 'epoch')}  {counted(run.update, 'update')}  "
        f"error {run.error:.6g}{accuracy}  {seconds:.2f} s"
    )
