"""What a log may hold besides: the columns declared, their values, and that no cut of the training alters them."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from momentum_gui.engine.analysis.curvature import gradient_scale, sharpness
from momentum_gui.engine.rules import RULES, gains, stability_bound
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.log import COLUMNS, AnatomyWriter, LogWriter, read_log
from momentum_gui.lab.steps.log_columns import BY_NAME, CHOICES, PARTS, LogChoice
from momentum_gui.lab.steps.step_parts import anatomy, effective_gain, momentum_half_life, oscillation
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import ROOT

EVERYTHING = LogChoice.of(["all"], parts=True)
CHANGING = """
[problem]
dataset = "iris"
scale = "standard"
test_fraction = 0.2
[network]
train_only = ["w1[0,0]", "w1[1,2]", "b1[0]", "w2[0,1]", "b2[1]"]
[training]
epochs = 9
learning_rate = 0.1
momentum = 0.8
[[run]]
name = "one, by one"
[[run]]
name = "full"
rule = "heavy-ball"
batch_size = "full"
log_every = 4
[[run]]
name = "changing"
rule = "nesterov"
batch_size = 7
log_every = 2
target_error = 0.2
[[run.change]]
update = 40
momentum = 0.4
[[run.change]]
update = 71
[run.change.weights]
"b2[1]" = 0.5
"""

DIVERGING = """
[problem]
dataset = "sine"
[network]
hidden_activation = "relu"
[training]
learning_rate = 5.0
epochs = 4
[[run]]
name = "far"
[[run]]
name = "near"
learning_rate = 0.01
"""


def parsed(text: str = CHANGING) -> Experiment:
    """An experiment from TOML."""
    return Experiment.parse(text, "f.toml", Path.cwd())


def written(
    experiment: Experiment, path: Path, chunk: int, choice: LogChoice = EVERYTHING, engine: str = "numpy"
) -> tuple[str, str]:
    """The text of the log and of the anatomy of a training that advances so many updates at a time."""
    trainer = Trainer(experiment, engine, choice=choice)
    beside = path.with_suffix(".parts")
    with LogWriter(path, experiment, choice.columns) as log, AnatomyWriter(beside, trainer.chosen_names) as parts:
        frame = trainer.first_frame()
        while True:
            log.write(frame)
            parts.write(frame)
            if trainer.finished:
                return path.read_text(), beside.read_text()
            frame = trainer.advance(chunk)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("chunk", [1, 50, 10_000])
def test_it_is_the_same_however_it_was_trained(tmp_path: Path, chunk: int, engine: str) -> None:
    """Byte for byte, whatever the chunks, over changes and ends of runs; the experiment beside it gives it again."""
    texts = written(parsed(), tmp_path / "l.csv", chunk, engine=engine)
    assert texts == written(parsed(), tmp_path / "m.csv", 33, engine=engine)
    assert texts == written(Experiment.load(tmp_path / "l.toml"), tmp_path / "n.csv", 77, engine=engine)


def test_the_fixed_columns_are_those_of_the_default_log(tmp_path: Path) -> None:
    """What is chosen stands behind them, in the order declared; without it the log is the contract's."""
    chosen, _ = written(parsed(), tmp_path / "l.csv", 50)
    plain, _ = written(parsed(), tmp_path / "m.csv", 50, LogChoice())
    rows = list(csv.reader(chosen.splitlines()))
    assert rows[0] == [*COLUMNS, *BY_NAME]
    assert [row[: len(COLUMNS)] for row in rows] == list(csv.reader(plain.splitlines()))
    assert plain.splitlines()[0] == ",".join(COLUMNS)


def test_the_values_are_those_of_a_trainer_stepped_there(tmp_path: Path) -> None:
    """Gains, agreement, limits and half-life at each logged epoch are what `measures` finds in the last 64 updates."""
    experiment = parsed()
    written(experiment, tmp_path / "l.csv", 10_000)
    logged = {run.name: run for run in read_log(tmp_path / "l.csv")}
    stepped, seen = Trainer(experiment, "numpy"), set()
    while not stepped.finished:
        for number, run in enumerate(stepped.advance(1).runs):
            rows, names = logged[run.name].rows, logged[run.name].columns
            at = np.flatnonzero(rows.update == run.update)
            if not len(at) or run.trace is None:
                continue
            seen.add((run.name, run.update))
            found = dict(zip(names, rows.columns[at[0]], strict=True))
            window = effective_gain(run.trace)
            known = window[np.isfinite(window)]
            task = stepped.group_of(number).task
            life = momentum_half_life(run.trace.coefficients, task.batch_size, task.updates_per_epoch)
            assert len(known) == 5
            assert (found["gain"], found["gain_least"], found["gain_greatest"]) == (
                np.median(known),
                known.min(),
                known.max(),
            )
            assert (found["gain_alternating"], found["gain_steady"]) == (
                gains(run.trace.coefficients).alternating,
                gains(run.trace.coefficients).steady,
            )
            assert (found["half_life_updates"], found["half_life_items"], found["half_life_epochs"]) == (
                life.updates,
                life.items,
                life.epochs,
            )
            group = stepped.group_of(number)
            assert found["sharpness"] == sharpness(group.engine, group.task, run.weights)
            bound = stability_bound(run.trace.coefficients) / (run.learning_rate * gradient_scale(group.task))
            assert found["sharpness_bound"] == pytest.approx(bound, rel=1e-12)
            assert found["agreement"] == anatomy(run.trace).agreement
            assert found["gain_updates"] == len(run.trace.gradients) <= 64
            assert found["gradient_part_norm"] == np.linalg.norm(run.trace.gradient_parts[-1])
            if len(run.trace.gradients) == 1:
                assert np.isnan([found["sign_changes"], found["oscillation"]]).all()
            else:
                assert 0 <= found["sign_changes"] <= 1
                assert found["oscillation"] == oscillation(run.trace)
    assert len(seen) == sum(int((run.rows.epoch > 0).sum()) for run in logged.values()) > 14


def test_the_window_begins_anew_after_a_change(tmp_path: Path) -> None:
    """The run that changes at update 40 and 71 has, at updates 36, 72 and 108, windows of 36, 1 and 37 updates."""
    written(parsed(CHANGING.replace("target_error = 0.2", "")), tmp_path / "l.csv", 10_000)
    run = next(run for run in read_log(tmp_path / "l.csv") if run.name == "changing")
    known = dict(zip(run.rows.update.tolist(), run.rows.columns[:, run.columns.index("gain_updates")], strict=True))
    assert [known[update] for update in (36, 72, 108)] == [36, 1, 37]
    momenta = dict(zip(run.rows.update.tolist(), run.rows.columns[:, run.columns.index("gain_steady")], strict=True))
    nesterov = RULES["nesterov"].coefficients
    assert (momenta[36], momenta[72]) == (gains(nesterov(0.8)).steady, gains(nesterov(0.4)).steady)


def test_epoch_0_has_no_update_but_a_rule(tmp_path: Path) -> None:
    """Limits and half-life hold before training; the rest is empty, and the anatomy begins after it."""
    log, parts = written(parsed(), tmp_path / "l.csv", 1000)
    first = next(csv.DictReader(log.splitlines()))
    filled = {name for name in BY_NAME if first[name]}
    assert filled == {
        "gain_alternating",
        "gain_steady",
        "half_life_updates",
        "half_life_items",
        "half_life_epochs",
        "sharpness",
        "sharpness_bound",
    }
    assert {row["epoch"] for row in csv.DictReader(parts.splitlines()) if row["epoch"] == "0"} == set()


def test_the_anatomy_adds_up_to_the_norms_of_the_log(tmp_path: Path) -> None:
    """A row for each run, logged epoch and trained weight; parts add up to the step, its length is the log's."""
    log, parts = written(parsed(), tmp_path / "l.csv", 50)
    header, *_ = csv.reader(parts.splitlines())
    assert header == ["run", "epoch", "update", "weight", *PARTS]
    rows = list(csv.DictReader(parts.splitlines()))
    for logged in csv.DictReader(log.splitlines()):
        if logged["epoch"] == "0":
            continue
        mine = [row for row in rows if (row["run"], row["epoch"]) == (logged["run"], logged["epoch"])]
        assert [row["weight"] for row in mine] == ["w1[0,0]", "w1[1,2]", "b1[0]", "w2[0,1]", "b2[1]"]
        assert {row["update"] for row in mine} == {logged["update"]}
        gradient, momentum, step = (np.array([float(row[part]) for row in mine]) for part in PARTS[:3])
        np.testing.assert_array_equal(gradient + momentum, step)
        assert np.linalg.norm(step) == pytest.approx(float(logged["step_norm"]), rel=1e-12)
        assert np.linalg.norm(momentum) == pytest.approx(float(logged["momentum_norm"]), rel=1e-12, abs=1e-300)
        signs = [str(int(np.sign(a) * np.sign(b))) for a, b in zip(gradient, momentum, strict=True)]
        assert [row["agree"] for row in mine] == signs
        assert float(np.median([float(row["gain"]) for row in mine])) == float(logged["gain"])


def test_of_chosen_weights_only(tmp_path: Path) -> None:
    """In the order named, a frozen one too: its parts are 0, and it has no gain."""
    choice = LogChoice.of([], parts=True, weights=["b2[1]", "w1[3,0]", "b2[1]"])
    _, parts = written(parsed(), tmp_path / "l.csv", 1000, choice)
    rows = list(csv.DictReader(parts.splitlines()))
    assert [row["weight"] for row in rows[:2]] == ["b2[1]", "w1[3,0]"]
    assert (rows[1]["step"], rows[1]["agree"], rows[1]["gain"]) == ("0.0", "0", "")
    with pytest.raises(BadInputError, match=r'--weight = "w7\[0,0\]": no such weight'):
        Trainer(parsed(), choice=LogChoice.of([], parts=True, weights=["w7[0,0]"]))


def test_a_run_that_diverges_is_told_without_a_warning(tmp_path: Path) -> None:
    """Its rows are there, whatever its numbers are; the other run is as it is alone."""
    log, parts = written(parsed(DIVERGING), tmp_path / "l.csv", 100)
    assert len({row["epoch"] for row in csv.DictReader(parts.splitlines()) if row["run"] == "near"}) == 4
    near = [row for row in csv.DictReader(log.splitlines()) if row["run"] == "near"]
    assert all(math.isfinite(float(row["gain"])) for row in near[1:])
    assert any(row["run"] == "far" and row["epoch"] != "0" for row in csv.DictReader(log.splitlines()))


def test_a_surface_has_an_anatomy_too(tmp_path: Path) -> None:
    """Two weights, x and y, and one update an epoch."""
    text = (
        '[problem]\nsurface = "ravine"\n[training]\nrule = "heavy-ball"\nmomentum = 0.9\nepochs = 90\nlog_every = 30\n'
    )
    log, parts = written(parsed(text), tmp_path / "l.csv", 7)
    assert (log, parts) == written(parsed(text), tmp_path / "m.csv", 1000)
    assert [row["weight"] for row in csv.DictReader(parts.splitlines())] == ["x", "y"] * 3


def test_an_unknown_column_is_refused_with_what_is_allowed() -> None:
    """One line with every name; `all` is every column, and no column comes twice or out of order."""
    with pytest.raises(BadInputError) as refused:
        LogChoice.of(["gain", "gian"])
    assert '"gian"' in str(refused.value)
    assert "\n" not in str(refused.value)
    assert all(column.name in str(refused.value) for column in CHOICES)
    assert LogChoice.of(["all", "gain"]).columns == tuple(column.name for column in CHOICES)
    assert LogChoice.of(["half_life_items", "agreement", "agreement"]).columns == ("agreement", "half_life_items")


def test_a_log_with_columns_reads_back(tmp_path: Path) -> None:
    """Names and values to the last bit, and the fixed part as ever; a row that is too short is refused."""
    choice = LogChoice.of(["gain", "half_life_items"])
    written(parsed(), tmp_path / "l.csv", 1000, choice)
    trainer = Trainer(parsed(), "numpy", choice=choice)
    first, rest = trainer.first_frame(), trainer.advance(100_000)
    for number, run in enumerate(read_log(tmp_path / "l.csv")):
        assert run.columns == ("gain", "half_life_items")
        for name in ("epoch", "update", "measures", "columns"):
            expected = np.concatenate([getattr(frame.runs[number].rows, name) for frame in (first, rest)])
            np.testing.assert_array_equal(getattr(run.rows, name), expected)
    text = (tmp_path / "l.csv").read_text().splitlines()
    (tmp_path / "l.csv").write_text("\n".join([*text[:3], text[3].rpartition(",")[0]]) + "\n")
    with pytest.raises(BadInputError, match="line 4 is not a row"):
        read_log(tmp_path / "l.csv")


def test_the_documentation_tells_of_every_column() -> None:
    """Its table is the declaration's, in the same order and words."""
    text = (ROOT / "docs" / "anatomy.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{column.name}` | {column.meaning} |" for column in CHOICES]
