"""What a training gives back: every run's curve, weights and outcome, as arrays and as a DataFrame."""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.report import Measure
from momentum_gui.interface.curves import curve_svg
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.frame import Rows, RunFrame


@dataclass(frozen=True, eq=False, repr=False)
class RunResult:
    """One run of a training.

    `error` (epochs + 1,) is the training error after each logged epoch, from epoch 0, float64; with `log_every` above
    1 `epoch` says which. `outcome` is converged, finished, diverged or stopped. `weights` (weights,) are the last
    ones, `weight_names` their names, `path` (epochs + 1, weights) those after each logged epoch.
    """

    name: str
    outcome: str
    rule: str
    learning_rate: float
    momentum: float
    epoch: np.ndarray
    error: Floats
    accuracy: Floats
    test_error: Floats
    test_accuracy: Floats
    weights: Floats
    weight_names: tuple[str, ...]
    path: Floats
    rows: Rows

    @classmethod
    def of(cls, frame: RunFrame, rows: Rows, names: tuple[str, ...]) -> RunResult:
        """Return the result of a run from its last frame and all of its rows."""
        columns = {measure: rows.measures[:, measure] for measure in Measure}
        return cls(
            name=frame.name, outcome=frame.outcome.name.lower(), rule=frame.rule,
            learning_rate=frame.learning_rate, momentum=frame.momentum, epoch=rows.epoch,
            error=columns[Measure.ERROR], accuracy=columns[Measure.ACCURACY],
            test_error=columns[Measure.TEST_ERROR], test_accuracy=columns[Measure.TEST_ACCURACY],
            weights=frame.weights, weight_names=names, path=rows.weights, rows=rows,
        )  # fmt: skip

    def __repr__(self) -> str:
        accuracy = f", accuracy {100 * self.accuracy[-1]:.1f} %" if math.isfinite(self.accuracy[-1]) else ""
        return f"<run {self.name!r}: {self.outcome}, {self.epoch[-1]} epochs, error {self.error[-1]:.6g}{accuracy}>"


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """A training that was done: `runs` by name, in order, and the `experiment` that gives the same numbers again."""

    experiment: Experiment
    runs: Mapping[str, RunResult]

    @classmethod
    def of(cls, experiment: Experiment, runs: list[RunResult]) -> Result:
        """Return the result of these runs."""
        return cls(experiment, MappingProxyType({run.name: run for run in runs}))

    @property
    def best(self) -> RunResult:
        """The run with the least final error."""
        return min(self.runs.values(), key=lambda run: run.error[-1] if math.isfinite(run.error[-1]) else math.inf)

    def to_pandas(self) -> Any:
        """Return the log as a pandas DataFrame: a row for each run and logged epoch, with the columns of `--log`.

        Raises ImportError where pandas is not installed.
        """
        pandas = import_pandas()
        tables = []
        for run in self.runs.values():
            rows = run.rows
            columns = {"epoch": rows.epoch, "update": rows.update, "learning_rate": rows.learning_rate,
                       "momentum": rows.momentum}  # fmt: skip
            measures = {measure.name.lower(): rows.measures[:, measure] for measure in Measure}
            tables.append(pandas.DataFrame({"run": run.name, **columns, **measures}))
        return pandas.concat(tables, ignore_index=True)

    def __repr__(self) -> str:
        return f"<Result of {len(self.runs)} run{'s' * (len(self.runs) != 1)}: {list(self.runs.values())}>"

    def _repr_html_(self) -> str:
        """Return a notebook's view: the error curves, and a table of the runs."""
        curves = {run.name: (run.epoch, run.error) for run in self.runs.values()}
        rows = "".join(
            f"<tr><td>{html.escape(run.name)}</td><td>{run.outcome}</td><td>{run.epoch[-1]}</td>"
            f"<td>{run.error[-1]:.6g}</td></tr>"
            for run in self.runs.values()
        )
        head = "<tr><th>run</th><th>outcome</th><th>epochs</th><th>error</th></tr>"
        return f"<div>{curve_svg(curves)}<table>{head}{rows}</table></div>"


def import_pandas() -> Any:
    """Import pandas. Raises ImportError in one line where it is not installed."""
    import importlib

    try:
        return importlib.import_module("pandas")
    except ImportError:
        raise ImportError(f"to_pandas: pandas is not installed for {sys.executable}: install it there") from None
