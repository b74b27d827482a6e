"""Experiments, sessions and Python calls: real ones changed at random, and tables of random settings."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

import momentum_gui as mg
from momentum_gui.assets import resource
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, built_in_names
from momentum_gui.lab.settings import Moment, NetworkSettings, Problem, Training, View
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.trainer import Trainer
from tests.soak.input.mutants import Mutator

EXPERIMENTS = tuple(resource("experiments", f"{name}.toml").read_text() for name in built_in_names())
SECTIONS: dict[str, Any] = {
    "problem": Problem,
    "network": NetworkSettings,
    "training": Training,
    "view": View,
    "session": Moment,
}
KEYS = tuple(key for section in SECTIONS.values() for key in section.__struct_fields__)
TEXTS = (
    "iris", "xor", "moons", "parity-4", "encoder-8-3-8", "ravine", "plain", "heavy-ball", "nesterov", "tanh", "relu",
    "softmax", "logistic", "linear", "cross_entropy", "squared_error", "mean", "sum", "full", "shuffled", "standard",
    "minmax", "cosine", "step", "w1[0,0]", "b1[0]", "Error", "Theory", "", "\x1b[2J", "a" * 300, "../x.csv",
    "/dev/zero",
)  # fmt: skip
WORDS = (*KEYS, *TEXTS, *SECTIONS, "run", "rule", "true", "false")
VALUES: tuple[Any, ...] = (
    0, 1, 2, -1, 10**6, 10**30, 2**63, 0.0, -0.0, 0.1, 0.5, 0.999, 1.0, 1e-300, 5e-324, 1e6, 1e308, float("nan"),
    float("inf"), True, False, [], [3], [0], [1, 2], [0.1, -0.2], ["a"], [[1]], {}, {"kind": "cosine"},
    {"w1[0,0]": 0.5},
    [{"update": 1, "momentum": 0.1}], [{"name": "a"}, {"name": "a"}],
)  # fmt: skip
SMALL = 2000
"""Networks of up to so many weights are trained for an update."""


def random_value(chance: random.Random) -> Any:
    """Return a value of any kind that TOML has."""
    return chance.choice(TEXTS) if chance.random() < 0.5 else chance.choice(VALUES)


def random_table(chance: random.Random, *, session: bool) -> str:
    """Return an experiment of random settings, most of them of a kind that does not fit."""
    table: dict[str, Any] = {"problem": {"dataset": "xor"}}
    names = [name for name in SECTIONS if session or name != "session"]
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(names)
        section = table.setdefault(name, {})
        section[chance.choice(SECTIONS[name].__struct_fields__)] = random_value(chance)
    if chance.random() < 0.3:
        table["run"] = [{"name": "a"}, {chance.choice(KEYS): random_value(chance)}]
    return tomli_w.dumps(table)


def some_experiment(seed: int) -> bytes:
    """Return an experiment: a built-in one changed at random, or random settings."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return random_table(chance, session=False).encode("utf-8", errors="replace")
    return Mutator(seed, WORDS).spoil(chance.choice(EXPERIMENTS))


def some_session(seed: int) -> bytes:
    """Return a saved session, changed at random."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        return random_table(chance, session=True).encode("utf-8", errors="replace")
    names = ["a", "b", "c"][: chance.randint(1, 3)]
    runs = "".join(f'[[run]]\nname = "{name}"\n' for name in names)
    change = "[[training.change]]\nupdate = 3\nmomentum = 0.5\n" if chance.random() < 0.5 else ""
    moment = f'[session]\nposition = {chance.randint(0, 500)}\nselected = "{names[-1]}"\nhidden = ["a"]\n'
    return Mutator(seed, WORDS).spoil(f'[problem]\ndataset = "xor"\n[training]\nepochs = 50\n{change}{runs}{moment}')


def experiment(given: bytes, folder: Path) -> int:
    """Load an experiment, save it, load it again: the same; train it for an update. Raises BadInputError."""
    path = folder / "e.toml"
    path.write_bytes(given)
    try:
        loaded = Experiment.load(path)
    except BadInputError as error:
        assert "e.toml" in str(error), f"does not name the file: {error}"
        raise
    assert Experiment.parse(loaded.to_toml(), "saved", folder) == loaded
    if loaded.problem.items is not None and loaded.problem.items > SMALL:
        return 0
    setup = Setup.of(loaded)
    if len(setup.weight_names) <= SMALL:
        trainer = Trainer(loaded, "numpy", setup=setup)
        with np.errstate(all="ignore"):
            trainer.first_frame()
            trainer.advance(1)
    return 0


def some_call(seed: int) -> dict[str, Any]:
    """Return the arguments of a call of `train`, most of them odd."""
    chance = random.Random(seed)
    call: dict[str, Any] = {"epochs": 1, "engine": "numpy"}
    if chance.random() < 0.6:
        call["experiment"] = chance.choice(("xor", "iris", "ravine", "none", "", "/dev/zero", "a\x1b", "moons"))
    if chance.random() < 0.6:
        call["X"], call["y"] = chance.choice(arrays(chance)), chance.choice(arrays(chance))
    for _ in range(chance.randint(0, 2)):
        call[chance.choice((*KEYS, "nothing"))] = random_value(chance)
    if (epochs := call["epochs"]) not in (0, 1, 2) and isinstance(epochs, (int, float)) and epochs > 0:
        call["epochs"] = 2  # what is to be found is found by then
    return call


def arrays(chance: random.Random) -> list[Any]:
    """Return arrays, and what is none, of many shapes and types."""
    rng = np.random.default_rng(chance.randrange(1000))
    n = chance.choice((0, 1, 2, 5, 5, 5))
    return [
        rng.normal(size=(n, 2)), rng.normal(size=n), rng.integers(0, 2, n), np.array(["a", "b", "a", "c", "b"][:n]),
        np.full((n, 2), np.nan), np.full((n, 1), 1e308), rng.normal(size=(n, 2, 2)), np.zeros((n, 0)), [[1, 2], [3]],
        None, "text", 3, np.array([None, 1, "a"], dtype=object), rng.normal(size=(n, 2)).astype(np.float16),
        np.array([1 + 2j] * n), np.array(["2020-01-01"] * n, dtype="datetime64[D]"), rng.normal(size=(n, 2)) > 0,
    ]  # fmt: skip


def python_call(given: dict[str, Any], _folder: Path) -> int:
    """Call `train`: a result, or BadInputError."""
    with np.errstate(all="ignore"):
        result = mg.train(**given)
    assert all(run.error.dtype == np.float64 for run in result.runs.values())
    return 0
