"""`sweep`: trains a grid of learning rates and momenta, says which are good and how sure that is."""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from momentum_gui.commands.shared.arguments import Commands, add_file, add_form, form_of, load_experiment, print_notes
from momentum_gui.commands.shared.interrupt import Interrupt
from momentum_gui.commands.shared.progress import Progress
from momentum_gui.display import use_offscreen
from momentum_gui.lab.errors import BadInputError
from momentum_gui.missing import missing
from momentum_gui.printable import visible

if TYPE_CHECKING:
    from momentum_gui.gui.paper.form import PictureForm
    from momentum_gui.lab.experiment import Experiment
    from momentum_gui.lab.sweep.answer import Answer
    from momentum_gui.lab.sweep.confirming.confirmation import Confirmation
    from momentum_gui.lab.sweep.confirming.confirmer import Confirmer
    from momentum_gui.lab.sweep.csv_file import SweepFile
    from momentum_gui.lab.sweep.grid import Grid
    from momentum_gui.lab.sweep.runner import Sweep

LEARNING_RATES, MOMENTA = "0.001:1:21:log", "0:0.95:20"
"""The ranges where none are given."""
RANGE_HELP = "start:end:count, start:end:count:log, a list like 0.1,0.2, or one number"
INTERRUPTED = 130
MOST_SEEDS = 10_000


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "sweep", help="trial and error, done: train a grid of learning rates and momenta", allow_abbrev=False
    )
    add_file(parser)
    parser.add_argument("--learning-rate", metavar="RANGE", default=LEARNING_RATES, help=f"{RANGE_HELP} (%(default)s)")
    parser.add_argument("--momentum", metavar="RANGE", default=MOMENTA, help="likewise (%(default)s)")
    parser.add_argument(
        "--seeds", metavar="N", default="1", help="train each cell with N seeds: the experiment's, +1, …"
    )
    parser.add_argument(
        "--confirm",
        metavar="N",
        help="measure the answer on N fresh seeds (as many as a fifth of the sweep's work allows); 0: grid alone",
    )
    parser.add_argument(
        "--rule", metavar="R", action="append", default=[], help="a rule to sweep, may be repeated (the experiment's)"
    )
    parser.add_argument(
        "--measure", metavar="M", default="error", help="what is best: error, epochs, success, test_error, area"
    )
    parser.add_argument(
        "--csv", metavar="S.csv", help="write a row for each cell and seed; go on from there if interrupted"
    )
    parser.add_argument("--plot", metavar="S.png", action="append", default=[], help="draw the map: .png, .svg, .pdf")
    add_form(parser)
    parser.add_argument("--scheduler", metavar="ADDRESS", help="train on the dask.distributed cluster at this address")
    parser.add_argument(
        "--remote",
        action="store_true",
        help="the scheduler may be on another machine: what comes from there can run any code here",
    )
    parser.add_argument("--engine", default="auto", metavar="E", help="auto, compiled, numpy")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--best", action="store_true", help="print only the best settings, as TOML")
    form.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Sweep, confirm and tell.

    Raises BadInputError before anything is written, OSError where writing or a cluster fails.
    """
    from momentum_gui.lab.sweep.answer import find_answer
    from momentum_gui.lab.sweep.confirming.confirmer import Confirmer

    experiment, paper = load_experiment(arguments), form_of(arguments)
    grid = make_grid(arguments, experiment)
    hold_out = None if arguments.confirm is None else whole(arguments.confirm, "--confirm", 0)
    sweep, file = make_sweep(arguments, experiment, grid)
    confirmer = Confirmer(sweep, arguments.measure, hold_out=hold_out) if hold_out != 0 else None
    confirmation = None

    def cancel() -> None:
        sweep.cancel()
        if confirmer is not None:
            confirmer.cancel()

    with ExitStack() as opened:
        if arguments.scheduler is not None and not sweep.table.complete:
            from momentum_gui.lab.sweep.cluster import cluster

            sweep.train_on(*opened.enter_context(cluster(arguments.scheduler, remote=arguments.remote)))
        if file is not None:
            opened.callback(file.close)
            file.begin()
        interrupt = opened.enter_context(Interrupt(cancel))
        train(sweep, file, interrupt)
        if file is not None:
            file.finish()
        if confirmer is not None and not interrupt.asked:
            confirmation = confirm(confirmer)
    answer = find_answer(sweep.table, arguments.measure, experiment.training.target_error, confirmation)
    tell(arguments, sweep, answer)
    if arguments.plot and (sweep.table.complete or not interrupt.asked):
        draw(arguments, experiment, sweep, answer, paper)
    if not interrupt.asked:
        return 0
    if not (arguments.json or arguments.best):
        if not sweep.table.complete and file is not None:
            print(visible(f"Interrupted: the same command goes on from {file.part}."))
        elif sweep.table.complete and confirmation is None:
            print("Interrupted: the answer is not confirmed.")
    return 0 if sweep.table.complete and confirmer is None else INTERRUPTED


def confirm(confirmer: Confirmer) -> Confirmation | None:
    """Confirm the grid's answer on fresh seeds, with a progress line of its own; None where that was cancelled."""
    found: list[Confirmation | None] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            found.append(confirmer.run())
        except BaseException as error:  # raised again where it is waited for
            failed.append(error)

    thread = threading.Thread(target=work, name="confirm")
    thread.start()
    with Progress("confirming", 1.0) as progress:
        while thread.is_alive():
            thread.join(0.05)
            now = confirmer.progress()
            progress.show(now.share, f"{now.done} of up to {now.total} trainings on fresh seeds")
    if failed:
        raise failed[0]
    return found[0]


def make_grid(arguments: argparse.Namespace, experiment: Experiment) -> Grid:
    """Return the grid asked for. Raises BadInputError."""
    from momentum_gui.lab.sweep.grid import Grid

    seeds = whole(arguments.seeds, "--seeds", 1)
    return Grid.of(
        experiment,
        arguments.learning_rate,
        arguments.momentum,
        seeds=seeds,
        rules=arguments.rule,
        option="--{}",
    )


def make_sweep(arguments: argparse.Namespace, experiment: Experiment, grid: Grid) -> tuple[Sweep, SweepFile | None]:
    """Return the sweep, and the file it goes on from. Raises BadInputError; nothing is written."""
    from momentum_gui.commands.shared.outputs import check_plot, sources
    from momentum_gui.engine.interface import choose
    from momentum_gui.lab.sweep.block import Shared
    from momentum_gui.lab.sweep.csv_file import MORE_COLUMNS, SweepFile
    from momentum_gui.lab.sweep.measures import check_measure
    from momentum_gui.lab.sweep.runner import Sweep

    needed = sources(arguments.file, experiment)
    taken: dict[str, str] = {}
    for key, path in [("--csv", arguments.csv)] * (arguments.csv is not None) + [("--plot", p) for p in arguments.plot]:
        if (place := os.path.realpath(path)) in needed:
            raise BadInputError(f"{key} {path}: would overwrite {needed[place]}: choose another name")
        if place in taken:
            raise BadInputError(f"{key} {path}: is the file of {taken[place]} too: choose another name")
        taken[place] = key
    for plot in arguments.plot:
        check_plot(plot)
    if arguments.plot:
        load_drawing(arguments.plot[0])
    try:
        choose(arguments.engine)
    except ValueError as error:
        raise BadInputError(f"--{error}") from None
    try:
        shared = Shared.of(experiment, grid, arguments.engine)
    except BadInputError as error:
        raise BadInputError(f"{arguments.file}: {error}") from None
    print_notes(arguments.file, shared.notes)
    check_measure(arguments.measure, experiment.training, held_out=shared.held_out, key="--measure")
    if arguments.csv is None:
        return Sweep(experiment, grid, shared=shared), None
    file = SweepFile(arguments.csv, experiment, shared, grid, need_more=arguments.measure in MORE_COLUMNS)
    return Sweep(experiment, grid, shared=shared, known=file.table), file


def train(sweep: Sweep, file: SweepFile | None, interrupt: Interrupt) -> None:
    """Train what is not known yet, or until interrupted, adding to the file block by block."""
    with Progress("sweeping", sweep.grid.runs) as progress:
        for result in sweep.results():
            if file is not None:
                file.add(result)
            done = sweep.progress()
            progress.show(done.share * done.total, f"{done.done} of {done.total} trainings")
            if interrupt.asked:
                break


def whole(text: str, option: str, least: int) -> int:
    """Return a whole number. Raises BadInputError in one line."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= MOST_SEEDS):
        raise BadInputError(f"{option} {text}: allowed is a whole number from {least} to {MOST_SEEDS}")
    return int(text)


def tell(arguments: argparse.Namespace, sweep: Sweep, answer: Answer | None) -> None:
    """Print the answer in the form asked for."""
    progress = sweep.progress()
    if arguments.json:
        print(json.dumps(facts(arguments, sweep, answer)))
    elif arguments.best:
        print(answer.toml() if answer is not None else "# no cell succeeded", end="" if answer is not None else "\n")
    else:
        outcomes = ", ".join(f"{count} {name}" for name, count in sweep.table.outcomes().items())
        print(f"{progress.done} of {progress.total} trainings: {outcomes or 'none yet'}  {progress.seconds:.2f} s")
        print(answer.sentence() if answer is not None else nothing(sweep))


def nothing(sweep: Sweep) -> str:
    """Return what to say where no cell succeeded."""
    if not sweep.table.known.any():
        return "No cell is done."
    lowest = sweep.grid.learning_rate.values[0]
    return f"No cell succeeded: try learning rates below {lowest:g}, more epochs, or a higher target error."


def facts(arguments: argparse.Namespace, sweep: Sweep, answer: Answer | None) -> dict[str, Any]:
    """Return what `--json` tells; null for a number that is not finite."""
    grid, progress = sweep.grid, sweep.progress()
    told: dict[str, Any] = {
        "experiment": arguments.file,
        "engine": sweep.shared.engine,
        "cells": grid.cells,
        "seeds": list(grid.seeds),
        "trainings": progress.total,
        "done": progress.done,
        "outcomes": sweep.table.outcomes(),
        "seconds": round(progress.seconds, 6),
        "measure": arguments.measure,
        "best": None,
    }
    if answer is not None:
        (low, high), (slow, fast) = answer.region_ranges
        told["best"] = {
            "rule": answer.rule,
            "learning_rate": answer.learning_rate,
            "momentum": answer.momentum,
            "value": finite(answer.value),
            "quartiles": [finite(answer.low), finite(answer.high)],
            "seeds": 0 if answer.confirmation is None else answer.confirmation.seeds,
            "failed": 0 if answer.confirmation is None else answer.confirmation.failed,
            "grid_value": finite(answer.grid_value),
            "region": {"cells": int(answer.region.sum()), "learning_rate": [low, high], "momentum": [slow, fast]},
            "sentence": answer.sentence(),
        }
    return told


def finite(number: float) -> float | None:
    """Return the number, or None where it is not finite."""
    return number if math.isfinite(number) else None


def load_drawing(path: str) -> None:
    """Raises OSError where Qt, or a library that it needs, is not there: now, and not after hours of training."""
    use_offscreen()
    try:
        importlib.import_module("momentum_gui.gui.plots.sweep.picture")
    except ImportError as error:
        raise OSError(f"--plot {path}: no pictures can be drawn here: {missing(error)}") from None


def draw(
    arguments: argparse.Namespace, experiment: Experiment, sweep: Sweep, answer: Answer | None, form: PictureForm
) -> None:
    """Draw the map in a form, without a display. Raises OSError."""
    from momentum_gui.gui.plots.sweep.picture import SweepPicture, save_sweep_plot
    from momentum_gui.lab.sweep.stability_line import UNKNOWN, curvature_at_end

    curvature = UNKNOWN
    if answer is not None:
        curvature = curvature_at_end(experiment, sweep.grid, answer.cell, sweep.shared.engine)
    picture = SweepPicture(sweep.table, arguments.measure, experiment.training.target_error, answer, curvature)
    for plot in arguments.plot:
        save_sweep_plot(picture, Path(plot), form)
