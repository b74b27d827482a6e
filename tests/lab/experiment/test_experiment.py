"""Holds the experiment file: what it inherits, what it refuses and how, and that writing and loading are inverse."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from momentum_gui.engine.rules import RULES
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, Run, built_in_names
from momentum_gui.lab.settings import Moment, NetworkSettings, Problem, Training
from momentum_gui.lab.training.trainer import Trainer

IRIS = '[problem]\ndataset = "iris"\n'


def parsed(text: str, *changes: str) -> Experiment:
    """The experiment in a text that stands in the file f.toml."""
    return Experiment.parse(text, "f.toml", Path.cwd(), changes)


def refusal(text: str, *changes: str) -> str:
    """The one line that refuses a text."""
    with pytest.raises(BadInputError) as caught:
        parsed(text, *changes)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_experiment_says_what_its_file_says() -> None:
    """Keys land where they belong; what is left out has the documented default."""
    experiment = parsed('title = "t"\n' + IRIS + "[network]\nhidden = [3, 2]\n[training]\nbatch_size = 'full'\n")
    assert (experiment.title, experiment.network.hidden) == ("t", [3, 2])
    assert experiment.training == Training(batch_size="full")
    assert experiment.network == NetworkSettings(hidden=[3, 2])
    assert experiment.problem.scale == "none"


def test_runs_inherit_training_and_override_it() -> None:
    """A run is [training] with its own keys; without [[run]] there is one, named after its rule."""
    assert [run.name for run in parsed(IRIS + "[training]\nrule = 'damped'").runs] == ["damped"]
    experiment = parsed(
        IRIS + "[training]\nmomentum = 0.5\nseed = 3\n"
        "[[run]]\nrule = 'plain'\n[[run]]\nname = 'fast'\nlearning_rate = 0.2\nseed = 4\n"
    )
    first, second = experiment.runs
    assert first == Run("run 1", Training(rule="plain", momentum=0.5, seed=3))
    assert second == Run("fast", Training(learning_rate=0.2, momentum=0.5, seed=4))
    assert experiment.with_runs(experiment.runs).runs == experiment.runs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[training", "f.toml: not valid TOML"),
        ("x = " + "[" * 5000, "f.toml: not valid TOML"),
        ("x = " + "9" * 5000, "f.toml: not valid TOML"),
        ("", "problem: give either dataset or surface"),
        ('[problem]\ndataset = "iris"\nsurface = "bowl"', "problem: give either dataset or surface"),
        ('[problem]\ndataset = "irs"', 'f.toml: problem.dataset = "irs": allowed is iris, xor'),
        ('[problem]\ndataset = "a\\u0000.csv"', "problem.dataset: a path with a zero character is not allowed"),
        ('[problem]\ndataset = "~nobody-of-this-name/a.csv"', 'dataset = "~nobody-of-this-name/a.csv": no such file'),
        ('[problem]\nsurface = "hill"', 'problem.surface = "hill": allowed is bowl, ravine'),
        ('[problem]\nsurface = "bowl"\nparameters = [1.0]', "the surface bowl takes 0"),
        ('[problem]\nsurface = "ravine"\nparameters = [1.0]', "takes 2: curvature along x, curvature along y"),
        ('[problem]\nsurface = "bowl"\nstart = [nan, 1]', "problem.start[0] = nan: allowed is a list of two numbers"),
        ('[problem]\nsurface = "bowl"\nstart = [1]', "problem.start = [1]: allowed is a list of two numbers"),
        (
            '[problem]\nsurface = "bowl"\nstart = [0, 1e300]',
            "problem.start[1] = 1e+300: allowed is a list of two numbers",
        ),
        (
            f"[network]\nhidden = {[1] * 9}",
            f"network.hidden = {[1] * 9}: allowed is a list of whole numbers from 1 to 10000, up to 8 of them",
        ),
        ('[problem]\nsurface = "bowl"\nnoise = 1.0', "problem.noise = 1.0: allowed only with a data set"),
        (IRIS + "start = [1, 2]", "problem.start = [1.0, 2.0]: allowed only with a surface"),
        (IRIS + 'scale = "log"', 'problem.scale = "log": allowed is none, standard, minmax'),
        (IRIS + "test_fraction = 1", "problem.test_fraction = 1: allowed is a number from 0 to 0.9"),
        (
            '[problem]\ndataset = "encoder-8-3-8"\n[network]\nhidden = [4]',
            "network.hidden = [4]: encoder-8-3-8 needs [3]",
        ),
        ("foo = 1\n" + IRIS, "f.toml: foo = 1: unknown key; allowed are title, notes, claim, problem"),
        (IRIS + "[training]\nrate = 0.1", "training.rate = 0.1: unknown key; allowed are rule, learning_rate"),
        (IRIS + '["a\\nb"]\nc = 1', "unknown key"),
        (IRIS + "[training]\nlearning_rate = 0", "training.learning_rate = 0: allowed is a number above 0"),
        (IRIS + "[training]\nlearning_rate = -0.1", "training.learning_rate = -0.1: allowed is a number above 0"),
        (IRIS + "[training]\nlearning_rate = nan", "training.learning_rate = nan: allowed is a number above 0"),
        (IRIS + "[training]\nlearning_rate = inf", "training.learning_rate = inf: allowed is a number above 0"),
        (IRIS + '[training]\nlearning_rate = "a"', 'training.learning_rate = "a": allowed is a number above 0'),
        (IRIS + "[training]\nlearning_rate = true", "training.learning_rate = true: allowed is a number above 0"),
        (
            IRIS + "[training]\nmomentum = 1",
            "training.momentum = 1: allowed is a number from 0 up to, not including, 1",
        ),
        (IRIS + "[training]\nmomentum = -0.5", "training.momentum = -0.5: allowed is a number from 0"),
        (IRIS + '[training]\nrule = "adam"', 'training.rule = "adam": allowed is plain, one-step'),
        (
            IRIS + '[training]\nbatch_size = "all"',
            'training.batch_size = "all": allowed is a whole number from 1, or "',
        ),
        (IRIS + "[training]\nepochs = 1.5", "training.epochs = 1.5: allowed is a whole number"),
        (IRIS + "[training]\nepochs = 2026-01-01", "training.epochs = 2026-01-01: allowed is a whole number"),
        (IRIS + "[training]\nstart = {a = inf}", "training.start: inf is not allowed"),
        (IRIS + "[training]\nstart = {a = 'b'}", 'training.start = {"a": "b"}: allowed is a table of weight names'),
        (IRIS + "[network]\nhidden = [0]", "network.hidden[0] = 0: allowed is a list of whole numbers from 1"),
        (IRIS + "[network]\nhidden = [10000, 10000]", "100000000 weights are too many"),
        (IRIS + '[network]\nloss = "mse"', 'network.loss = "mse": allowed is squared_error, cross_entropy'),
        (IRIS + "[network]\ninitial_weights = [nan]", "network.initial_weights: nan is not allowed"),
        (IRIS + '[[run]]\nrule = "x"', 'run[0].rule = "x": allowed is plain'),
        (IRIS + "[[run]]\n[[run]]\nfoo = 3", "run[1].foo = 3: unknown key; allowed are name, rule"),
        (IRIS + "[[run]]\nname = 4", "run[0].name = 4: allowed is a text"),
        (IRIS + '[[run]]\nname = " "', 'run[0].name = " ": allowed is a text that is not empty'),
        (IRIS + '[[run]]\nname = "a"\n[[run]]\nname = "a"', 'run[1].name = "a": each run needs a name of its own'),
        (IRIS + '[run]\nname = "a"', "allowed is a list of tables, each headed [[run]]"),
        (IRIS + "[[training.change]]\nmomentum = 0.2", "training.change[0].update: missing, and required"),
        (
            IRIS + "[[training.change]]\nupdate = 1\nmomentum = 2",
            "training.change[0].momentum = 2: allowed is a number",
        ),
        (
            IRIS + "[[training.change]]\nupdate = 1\nrate = 2",
            "training.change[0].rate = 2: unknown key; allowed are up",
        ),
        (
            IRIS + "[[training.change]]\nupdate = 5\n[[training.change]]\nupdate = 1",
            "training.change: the updates [5, 1] must be in growing order",
        ),
        ("training = 5\n" + IRIS, "training = 5: allowed is a table of keys and values"),
        ("title = 5\n" + IRIS, "title = 5: allowed is a text"),
    ],
)
def test_what_is_wrong_is_refused_in_one_line(text: str, said: str) -> None:
    """File: key = value: what is allowed."""
    line = refusal(text)
    assert line.startswith("f.toml: ")
    assert said in line


def test_every_rule_of_the_engine_is_allowed() -> None:
    """A rule added to the engine's table needs no other change."""
    for rule in RULES:
        assert parsed(IRIS + f'[training]\nrule = "{rule}"').training.rule == rule


def test_set_changes_a_key_before_validation() -> None:
    """Values are TOML, or else plain text; the name of a weight may hold brackets and commas."""
    experiment = parsed(
        IRIS,
        "training.momentum=0.9",
        "training.rule=heavy-ball",
        "network.hidden=[4, 3]",
        "training.start.w1[0,0]=0.5",
        "title= a = b ",
        "problem.scale='standard'",
    )
    assert (experiment.training.momentum, experiment.training.rule) == (0.9, "heavy-ball")
    assert (experiment.network.hidden, experiment.problem.scale) == ([4, 3], "standard")
    assert experiment.training.start == {"w1[0,0]": 0.5}
    assert experiment.title == "a = b"
    assert parsed(IRIS + "[training]\nmomentum = 7", "training.momentum=0.1").training.momentum == 0.1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("training.momentum", "write it as section.key=value"),
        ("=3", "write it as section.key=value"),
        ("training..momentum=3", "write it as section.key=value"),
        ("training.momentum=2", "training.momentum = 2: allowed is"),
        ("training.momentum=", 'training.momentum = "": allowed is'),
        ("training.momentum=1,5", 'training.momentum = "1,5": allowed is'),
        ("training.momentun=0.5", "training.momentun = 0.5: unknown key"),
        ("problem.dataset.name=3", "problem.dataset has no keys of its own"),
        ("momentum=0.5", "momentum = 0.5: unknown key"),
    ],
)
def test_set_refuses_in_one_line(change: str, said: str) -> None:
    """As a file does."""
    assert said in refusal(IRIS, change)


def test_a_data_path_is_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the program was started; and a saved file beside the data names it relatively again."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "e.toml").write_text('[problem]\ndataset = "sub/d.csv"')
    monkeypatch.chdir(tmp_path)
    experiment = Experiment.load("here/e.toml")
    assert experiment.problem.dataset == str(folder / "sub" / "d.csv")
    experiment.save(folder / "copy.toml")
    assert '"./sub/d.csv"' in (folder / "copy.toml").read_text()
    experiment.save(tmp_path / "here" / ".." / "other.toml")
    for copy in (folder / "copy.toml", tmp_path / "other.toml"):
        assert Experiment.load(copy) == experiment


def test_every_built_in_experiment_loads_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From any folder, with a title and notes; a folder of the same name does not hide it, a file does."""
    monkeypatch.chdir(tmp_path)
    assert "iris" in built_in_names()
    for name in built_in_names():
        experiment = Experiment.load(name)
        assert experiment.title
        assert experiment.notes
    (tmp_path / "iris").mkdir()
    assert Experiment.load("iris").problem.dataset == "iris"
    (tmp_path / "xor").write_text('[problem]\ndataset = "moons"')
    assert Experiment.load("xor").problem.dataset == "moons"


@pytest.mark.parametrize("name", ["none", "none.toml", "a/b", "x" * 300, "~nobody_here/e.toml", "../iris", "", "a\0b"])
def test_what_is_not_there_is_refused(name: str) -> None:
    """With the names that are."""
    with pytest.raises(BadInputError, match=r"no such file or built-in experiment; built in are .*iris|is a folder"):
        Experiment.load(name)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """And a byte-order mark does no harm."""
    path = tmp_path / "e.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInputError, match="not a text file"):
        Experiment.load(path)
    path.write_bytes(b"\xef\xbb\xbf" + IRIS.encode())
    assert Experiment.load(path) == parsed(IRIS)
    with pytest.raises(BadInputError, match="is a folder"):
        Experiment.load(tmp_path)


def test_standard_input_is_an_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    """FILE may be -."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(IRIS.encode())))
    assert Experiment.load("-") == parsed(IRIS)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=20).filter(str.strip)
WEIGHTS = st.dictionaries(st.sampled_from(["w1[0,0]", "b1[1]"]), st.floats(-10, 10), max_size=2)
TRAININGS = st.builds(
    Training,
    rule=st.sampled_from(list(RULES)),
    learning_rate=st.floats(1e-9, 1e6),
    momentum=st.floats(0, 1, exclude_max=True),
    batch_size=st.integers(1, 10**6) | st.just("full"),
    epochs=st.integers(1, 10**9),
    target_error=st.floats(0, 1e300),
    seed=st.integers(0, 2**32 - 1),
    start=WEIGHTS,
)
PROBLEMS = st.builds(Problem, dataset=st.sampled_from(["iris", "xor", "/a/b.csv"]), test_fraction=st.floats(0, 0.9))
NETWORKS = st.builds(
    NetworkSettings,
    hidden=st.lists(st.integers(1, 100), max_size=3),
    weight_range=st.floats(0, 100),
    initial_weights=st.none() | st.lists(st.floats(-5, 5), max_size=3),
)


@given(
    experiment=st.builds(Experiment, title=TEXTS, notes=TEXTS, problem=PROBLEMS, network=NETWORKS, training=TRAININGS),
    runs=st.lists(TRAININGS, max_size=3),
    names=st.lists(NAMES, min_size=3, max_size=3, unique=True),
)
def test_writing_and_loading_are_inverse(experiment: Experiment, runs: list[Training], names: list[str]) -> None:
    """Every setting survives, whatever the texts hold; a second round trip writes the same file."""
    experiment = experiment.with_runs([Run(name, run) for name, run in zip(names, runs, strict=False)])
    text = experiment.to_toml()
    again = parsed(text)
    assert again == experiment
    assert again.runs == experiment.runs
    assert again.to_toml() == text
    assert text.count("[[run]]") >= len(runs)


def test_a_file_written_says_every_default() -> None:
    """So that it means the same when defaults change."""
    text = parsed(IRIS).to_toml()
    for key in ("learning_rate", "momentum", "batch_size", "seed", "weight_range", "hidden_activation", "loss"):
        assert f"\n{key} = " in text
    assert "[network]" not in parsed('[problem]\nsurface = "bowl"').to_toml()


def test_saving_replaces_the_file_or_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk gives out in between, the old file is whole and nothing lies beside it."""
    path = tmp_path / "e.toml"
    experiment = parsed(IRIS)
    experiment.save(path)
    assert Experiment.load(path) == experiment

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace(experiment, title="new").save(path)
    assert Experiment.load(path) == experiment
    assert list(tmp_path.iterdir()) == [path]


def test_a_session_says_where_it_stood() -> None:
    """[session] is read and written again, names runs that there are, and says what is allowed."""
    runs = '[[run]]\nname = "a"\n[[run]]\nname = "b"\n'
    experiment = parsed(IRIS + runs + '[session]\nposition = 450\nselected = "b"\nhidden = ["a"]\n')
    assert experiment.session == Moment(450, "b", ["a"])
    assert parsed(experiment.to_toml()) == experiment
    assert parsed(IRIS).session is None
    assert refusal(IRIS + "[session]\nposition = -1\n") == (
        "f.toml: session.position = -1: allowed is a whole number from 0 to 1000000000000000"
    )
    assert 'session.selected: no run is called "c"; the runs are a, b' in refusal(
        IRIS + runs + '[session]\nselected = "c"\n'
    )
    assert 'session.hidden: no run is called "c"' in refusal(IRIS + runs + '[session]\nhidden = ["a", "c"]\n')
    assert "session.place = 3: unknown key; allowed are position, selected, hidden" in refusal(
        IRIS + "[session]\nplace = 3\n"
    )


def test_a_session_alters_no_number(tmp_path: Path) -> None:
    """A log of a saved session, and the experiment beside it, are those of the experiment without it."""
    from momentum_gui.lab.recording.log import LogWriter

    experiment = parsed(IRIS + "[training]\nepochs = 2\n")
    logs = []
    for name, each in (("plain", experiment), ("session", replace(experiment, session=Moment(77)))):
        trainer = Trainer(each, "numpy")
        with LogWriter(tmp_path / f"{name}.csv", each) as log:
            log.write(trainer.first_frame())
            log.write(trainer.advance_epochs(2))
        logs.append([(tmp_path / f"{name}{suffix}").read_bytes() for suffix in (".csv", ".toml")])
    assert logs[0] == logs[1]


@pytest.mark.parametrize(
    ("view", "told"),
    [
        ({"front": ["Loss"]}, "Error surface, Sweep"),
        ({"selected": "nobody"}, 'view.selected: no run is called "nobody"'),
        ({"zoom": 2}, "view.zoom"),
    ],
)
def test_a_view_that_is_refused(view: dict[str, object], told: str) -> None:
    """A view that the window does not have, a run that the experiment does not have, an unknown key."""
    with pytest.raises(BadInputError, match=re.escape(told)):
        Experiment.from_table({"problem": {"dataset": "xor"}, "view": view}, "file")
