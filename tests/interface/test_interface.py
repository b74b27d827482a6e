"""Holds the public interface for Python: light to import, the numbers of the command line, refusals in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import momentum_gui as mg
from momentum_gui.cli import main
from momentum_gui.lab.errors import BadInputError


def test_the_import_is_light_and_all_names_are_there() -> None:
    """Neither Qt, nor numba, nor NumPy loads with the import; every public name does when it is used."""
    code = (
        "import sys, momentum_gui as mg;"
        "slow = {'PySide6', 'pyqtgraph', 'numba', 'rich', 'numpy'} & set(sys.modules);"
        "[getattr(mg, name) for name in mg.__all__];"
        "sys.exit(str(slow) if slow or 'PySide6' in sys.modules else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_train_gives_the_numbers_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A keyword holds for all runs, as `--set training.KEY` does; one float64 value an epoch, from epoch 0."""
    result = mg.train("iris", momentum=0.9, epochs=4, engine="numpy")
    arguments = ["--set", "training.momentum=0.9", "training.epochs=4", "--engine", "numpy", "--json"]
    assert main(["train", "iris", *arguments]) == 0
    told = json.loads(capsys.readouterr().out)["runs"]
    assert [run["error"] for run in told] == [run.error[-1] for run in result.runs.values()]
    run = result.runs["momentum"]
    assert (run.error.shape, run.error.dtype, run.momentum, run.outcome) == ((5,), np.float64, 0.9, "finished")
    assert run.weights.shape == (len(run.weight_names),)
    assert "<svg" in result._repr_html_() and len(repr(result)) < 300


def test_how_a_training_is_cut_changes_nothing() -> None:
    """With a callback, without, and as an iterator: the same errors; False from the callback stops."""
    whole = mg.train("xor", epochs=450, engine="numpy").runs
    cut = mg.train("xor", epochs=450, engine="numpy", callback=lambda frame: None).runs
    for name, run in whole.items():
        np.testing.assert_array_equal(run.error, cut[name].error)
    assert len(list(mg.training("xor", epochs=6, engine="numpy"))) == 7
    stopped = mg.train("xor", epochs=6, engine="numpy", callback=lambda frame: frame.runs[0].epoch < 2)
    assert {(run.outcome, len(run.error)) for run in stopped.runs.values()} == {("stopped", 3)}


def test_arrays_are_learned() -> None:
    """Text and whole numbers are classes in sorted order, other numbers a regression; the arrays are copied."""
    X = np.random.default_rng(0).normal(size=(30, 2))
    text = mg.train(X=X, y=np.where(X[:, 0] > 0, "yes", "no"), epochs=3, engine="numpy").runs["one-step"]
    whole = mg.train(X=X, y=(X[:, 0] > 0).astype(int), epochs=3, engine="numpy").runs["one-step"]
    np.testing.assert_array_equal(text.error, whole.error)
    assert np.isfinite(text.accuracy[-1])
    number = mg.train(X=X, y=X[:, 0], epochs=3, engine="numpy").runs["one-step"]
    assert np.isnan(number.accuracy[-1])
    experiment = mg.train(X=X, y=X[:, 1], epochs=1, engine="numpy").experiment
    before = mg.train(experiment, engine="numpy").runs["one-step"].error
    X[:] = 0
    np.testing.assert_array_equal(mg.train(experiment, engine="numpy").runs["one-step"].error, before)


def test_compare_sweep_and_surface() -> None:
    """Runs by rule or by settings; the best of a sweep is a cell of it; a surface has an error for every point."""
    compared = mg.compare("xor", runs=["plain", {"name": "fast", "momentum": 0.9}], epochs=2, engine="numpy")
    assert list(compared.runs) == ["plain", "fast"]
    grid = {"learning_rate": [0.1, 0.5], "momentum": [0, 0.5], "seeds": 2, "epochs": 3, "engine": "numpy"}
    found = mg.sweep("xor", **grid, confirm=4)
    assert found.best is not None and found.best.learning_rate in (0.1, 0.5)
    assert found.best.seeds == 4
    alone = mg.sweep("xor", **grid, confirm=0).best
    assert alone is not None and (alone.seeds, alone.value) == (0, alone.grid_value)
    assert len(found.columns()["error"]) == 8
    assert mg.surface("xor", size=5, epochs=2, engine="numpy").error.shape == (5, 5)


def test_a_schedule_is_a_dict_of_its_keys() -> None:
    """NumPy's numbers in it are taken too; the numbers are those of the same table in a file."""
    schedule = {"kind": "step", "every": np.int64(2)}
    result = mg.train("xor", epochs=6, engine="numpy", rate_schedule=schedule)
    changes = ["training.epochs=6", 'training.rate_schedule={kind="step", every=2}']
    again = mg.train(mg.Experiment.load("xor", changes), engine="numpy")
    for name, run in result.runs.items():
        assert np.array_equal(run.error, again.runs[name].error)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: mg.train(), "experiment: give"),
        (lambda: mg.train(X=[[1.0], [2.0]]), "X and y: give both"),
        (lambda: mg.train(X=[[1.0], [np.nan]], y=[0, 1]), "X: holds a NaN"),
        (lambda: mg.train(X=[[1.0], [2.0]], y=["a", None]), "y: a label is missing"),
        (lambda: mg.train(X=[[1.0], [2.0]], y=[1]), "y: has the shape (1,)"),
        (lambda: mg.train(X=[[1.0], [2.0]], y=[[1, 2], [3]]), "y: its rows differ in length"),
        (lambda: mg.train(X=[[1.0], [2j]], y=[0, 1]), "X: holds what is no number"),
        (lambda: mg.train("iris", momentum=2), "training.momentum = 2: allowed is"),
        (lambda: mg.train("xor", rate_schedule={"kind": "x"}), 'training.rate_schedule.kind = "x": allowed is'),
        (lambda: mg.train("iris", foo=2), "foo = 2: no such setting"),
        (lambda: mg.train("iris", engine="fast"), "allowed are auto"),
        (lambda: mg.compare("xor", runs=[]), "runs = []"),
        (lambda: mg.sweep("xor", confirm=-1), "confirm = -1: allowed is"),
        (lambda: mg.surface("xor", size=1), "size = 1"),
        (lambda: mg.Experiment(problem={"dataset": "nosuch"}), 'problem.dataset = "nosuch"'),
        (lambda: mg.Experiment(problem={"dataset": "arrays-0"}), "arrays of another Python process"),
    ],
)
def test_refusals_are_one_line(call: object, said: str) -> None:
    """Each is a BadInputError, and so a ValueError."""
    with pytest.raises(BadInputError) as caught:
        call()  # type: ignore[operator]
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_an_experiment_of_plain_tables_is_that_of_a_file() -> None:
    """Its sections are converted and checked."""
    made = mg.Experiment(problem={"dataset": "xor"}, run=[{"name": "a", "momentum": 0.5}])
    assert made.problem.dataset == "xor"
    assert made.runs[0].training.momentum == 0.5


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process without a display, but for what the environment says."""
    hidden = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    kept = {key: value for key, value in os.environ.items() if key not in hidden}
    return subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_show_without_a_display_is_an_error_and_no_abort() -> None:
    """Qt would end Python."""
    done = python("import momentum_gui as mg\ntry: mg.show('xor')\nexcept RuntimeError as error: print(error)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("no display: neither DISPLAY nor WAYLAND_DISPLAY is set")


def test_show_gives_the_script_back_when_the_window_closes() -> None:
    """A script without a QApplication goes on behind `show`; beside one, the window comes at once."""
    code = (
        "import momentum_gui as mg\n"
        "from PySide6.QtCore import QTimer\n"
        "from momentum_gui.gui.main_window import MainWindow\n"
        "class Closing(MainWindow):\n"
        "    def showEvent(self, event):\n"
        "        super().showEvent(event); QTimer.singleShot(0, self.close)\n"
        "import momentum_gui.gui.main_window as home\n"
        "home.MainWindow = Closing\n"
        "print(mg.show(mg.Experiment(problem={'dataset': 'xor'})))\n"
        "print(type(mg.show('xor')).__name__)\n"
    )
    done = python(code, QT_QPA_PLATFORM="offscreen")
    assert done.stdout.split() == ["None", "Closing"], done.stderr
