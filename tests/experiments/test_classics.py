"""The textbooks' 1-2-1 network: data and paths equal those of a plain loop written out here."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from momentum_gui.assets import resource
from momentum_gui.engine.analysis.grid import grid_errors
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.surface.planes import Choice, Travel, make_plane
from momentum_gui.lab.training.trainer import Trainer

TRUE = {"w1": [10.0, 10.0], "b1": [-5.0, 5.0], "w2": [1.0, 1.0], "b2": -1.0}
INPUTS = [number / 10 for number in range(-20, 21)]
PAIRS = {
    "classic-w1-w2": ("w1", "w2"),
    "classic-w1-b1": ("w1", "b1"),
    "classic-b1-b1": ("b1", "b1"),
}


def logistic(net: float) -> float:
    """1/(1 + exp(−net))."""
    return 1 / (1 + math.exp(-net))


def network(weights: dict, p: float) -> tuple[list[float], float]:
    """Hidden outputs and output of the 1-2-1 network for an input p."""
    hidden = [logistic(weights["w1"][j] * p + weights["b1"][j]) for j in (0, 1)]
    return hidden, logistic(weights["w2"][0] * hidden[0] + weights["w2"][1] * hidden[1] + weights["b2"])


TARGETS = [network(TRUE, p)[1] for p in INPUTS]


def error(weights: dict) -> float:
    """The mean of ½·(t − a)² over the 41 inputs."""
    return sum(0.5 * (t - network(weights, p)[1]) ** 2 for p, t in zip(INPUTS, TARGETS, strict=True)) / 41


def descend(pair: tuple[str, str], start: tuple[float, float], rate: float, momentum: float, updates: int) -> list:
    """Steepest descent with Hagan's momentum, Δw = γ·Δw + (1−γ)·α·(−∂E/∂w), on the sum over all items."""
    places = [(pair[0], 0), (pair[1], 1 if pair[0] == pair[1] else 0)]
    weights = {"w1": [10.0, 10.0], "b1": [-5.0, 5.0], "w2": [1.0, 1.0], "b2": -1.0}
    for (name, j), value in zip(places, start, strict=True):
        weights[name][j] = value
    change, path = [0.0, 0.0], [start]
    for _ in range(updates):
        slope = [0.0, 0.0]
        for p, target in zip(INPUTS, TARGETS, strict=True):
            hidden, output = network(weights, p)
            above = (target - output) * output * (1 - output)
            for number, (name, j) in enumerate(places):
                below = above * weights["w2"][j] * hidden[j] * (1 - hidden[j])
                slope[number] += {"w2": above * hidden[j], "w1": below * p, "b1": below}[name]
        for number, (name, j) in enumerate(places):
            change[number] = momentum * change[number] + (1 - momentum) * rate * slope[number]
            weights[name][j] += change[number]
        path.append(tuple(weights[name][j] for name, j in places))
    return path


def test_the_targets_are_those_of_the_network_that_made_them() -> None:
    """41 inputs from −2 to 2 with the outputs of w1 = [10, 10], b1 = [−5, 5], w2 = [1, 1], b2 = −1."""
    with open(resource("experiments", "classic.csv"), newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["p", "a"]
    np.testing.assert_allclose(np.array(rows, dtype=float), np.stack((INPUTS, TARGETS), axis=1), rtol=1e-14)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("start", [None, (-1.25, 3.75), (7.0, -2.0), (3.0, 3.0)])
@pytest.mark.parametrize("name", PAIRS)
def test_the_paths_are_those_of_a_plain_loop(name: str, start: tuple[float, float] | None, engine: str) -> None:
    """From its own and from other starts the damped run goes where a loop over items and updates goes, to 1e-9."""
    experiment = Experiment.load(name)
    first, second = experiment.network.train_only
    if start is not None:
        changes = [f'training.start={{"{first}" = {start[0]}, "{second}" = {start[1]}}}']
        experiment = Experiment.load(name, changes)
    trainer = Trainer(experiment, engine)
    run = next(number for number, run in enumerate(experiment.runs) if run.name == "damped")
    frames = [trainer.first_frame().runs[run], trainer.advance_epochs(300).runs[run]]
    weights = np.concatenate([frame.rows.weights for frame in frames])
    indices = [trainer.setup.index(weight, "") for weight in (first, second)]
    training = experiment.runs[run].training
    origin = tuple(training.start[weight] for weight in (first, second))
    expected = descend(PAIRS[name], origin, training.learning_rate, training.momentum, 300)
    np.testing.assert_allclose(weights[:, indices], expected, rtol=0, atol=1e-9)
    others = np.delete(weights, indices, axis=1)
    assert (others == others[0]).all()


@pytest.mark.parametrize("name", PAIRS)
def test_the_surface_is_the_networks_error(name: str) -> None:
    """The plane of the pair is exact, and shows the error computed item by item, to 1e-12."""
    experiment = Experiment.load(name)
    trainer = Trainer(experiment)
    choice = Choice.parse(None, trainer.setup)
    plane = make_plane(choice, trainer.setup, trainer.first_frame().runs[0].weights, Travel(), 0)
    assert plane.exact and {plane.label_x, plane.label_y} == set(experiment.network.train_only)
    xs, ys = np.linspace(-5, 15, 5), np.linspace(-10, 10, 4)
    task = trainer.setup.task(experiment.training)
    errors = grid_errors(trainer.engine, task, plane, xs, ys)
    for row, y in enumerate(ys):
        for column, x in enumerate(xs):
            weights = {"w1": [10.0, 10.0], "b1": [-5.0, 5.0], "w2": [1.0, 1.0], "b2": -1.0}
            for label, value in ((plane.label_x, x), (plane.label_y, y)):
                weights[label[:2]][int(label[-2]) if label.startswith("b") else 0] = value
            assert errors[row, column] == pytest.approx(error(weights), rel=1e-12)
