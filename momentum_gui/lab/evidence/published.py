"""Published figures that have one exact value, each with the measurement that gives it here, to all printed digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from momentum_gui.engine import numpy_engine
from momentum_gui.engine.analysis.convergence import best_settings
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import RULES
from momentum_gui.engine.task import Items, NetworkTask
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.trainer import Trainer

SOURCE = "McCaffrey, Neural Network Momentum"
ORR = "[Orr, CS449: Momentum](https://willamette.edu/~gorr/classes/cs449/momrate.html)"
D2L = "[Dive into Deep Learning: Momentum](https://d2l.ai/chapter_optimization/momentum.html)"
DISTILL = "[Goh, Why Momentum Really Works, Distill 2017](https://distill.pub/2017/momentum/)"
SKLEARN = (
    "[scikit-learn: Compare Stochastic learning strategies]"
    "(https://scikit-learn.org/stable/auto_examples/neural_networks/plot_mlp_training_curves.html)"
)


@dataclass(frozen=True)
class Figure:
    """A published figure: its place, what it is, under which settings, its text, and how it is measured here.

    `measure` gives a text in the same form and number of digits as `published`.
    """

    source: str
    what: str
    settings: str
    published: str
    measure: Callable[[], str]


def source_arithmetic(momentum: float) -> str:
    """Return the article's one update of one weight, by both engines' own training code; raises ValueError if they
    differ.

    A linear network of one weight and one item is given the target that makes its gradient 2.70.
    """
    network = Network((1, 1), Activation.LINEAR, Activation.LINEAR, Loss.SQUARED_ERROR)
    items = Items(np.ones((1, 1)), np.array([[3.56 + 2.70]]))
    task = NetworkTask(network, items, Items(np.empty((0, 1)), np.empty((0, 1))), np.array([True, False]), 1, True)
    results = set()
    for engine in ("numpy", "compiled"):
        population = Population(
            weights=np.array([[3.56, 0.0]]),
            learning_rate=np.array([0.01]),
            coefficients=np.array([RULES["one-step"].coefficients(momentum)]),
            target_error=np.zeros(1),
            order_of_run=np.zeros(1, dtype=np.int64),
        )
        population.stored[0, 0] = 0.044
        span = Span(np.zeros((1, 1, 1), dtype=np.int32), 0, 1, np.zeros(1, dtype=np.bool_))
        report = Report.for_span(task, population, span, keep_weights=False, traced=1)
        choose(engine).train(task, population, span, report)
        results.add(f"{population.weights[0, 0]:.3f}")
    if len(results) > 1:
        raise ValueError(f"the engines differ: {results}")
    return results.pop()


def path(surface: str, rule: str, learning_rate: float, momentum: float, epochs: int) -> Floats:
    """Return the points (updates, 2) that a rule goes through; `surface` is the [problem] table's content."""
    text = (
        f"[problem]\n{surface}\n[training]\nrule = '{rule}'\nlearning_rate = {learning_rate}\nmomentum = {momentum}\n"
    )
    experiment = Experiment.parse(text + f"epochs = {epochs}\n", "published", Path())
    return Trainer(experiment).advance_epochs(epochs).runs[0].rows.weights


def orr(rule: str, momentum: float, digits: int) -> str:
    """Orr's w after one, two and three updates of E = w² from 10 at rate 0.8."""
    points = path("surface = 'bowl'\nstart = [10.0, 0.0]", rule, 0.8, momentum, 3)[:, 0]
    return ", ".join(f"{round(float(point), digits):g}" for point in points)


def d2l(rule: str, learning_rate: float, momentum: float) -> str:
    """Return the point after 20 updates of f = 0.1·x₁² + 2·x₂² from (−5, −2), as the book prints it."""
    surface = "surface = 'ravine'\nstart = [-5.0, -2.0]\nparameters = [0.2, 4.0]"
    x, y = path(surface, rule, learning_rate, momentum, 20)[-1]
    return f"({x:.6f}, {y:.6f})"


def distill(rule: str) -> str:
    """Return the best settings for curvatures 0.01 and 1, and the convergence rate they reach."""
    best = best_settings(RULES[rule], 0.01, 1.0)
    momentum = f"μ {best.momentum:.3f}, " if best.momentum else ""
    return f"rate {best.learning_rate:.3f}, {momentum}convergence {best.rate:.3f}"


SKLEARN_EXAMPLE = """
[problem]
dataset = "iris"
scale = "minmax"
[network]
hidden = [100]
hidden_activation = "relu"
loss = "cross_entropy"
[training]
batch_size = "full"
"""


def sklearn_initial_weights() -> Floats:
    """Return what scikit-learn's MLPClassifier(random_state=0) starts from on Iris, (803,): Glorot's uniform draw.

    Each layer's matrix, then its biases, within ±√(6/(inputs + units)), from NumPy's RandomState(0).
    """
    random = np.random.RandomState(0)
    parts = []
    for inputs, units in ((4, 100), (100, 3)):
        bound = math.sqrt(6 / (inputs + units))
        parts.append(random.uniform(-bound, bound, (inputs, units)).ravel())
        parts.append(random.uniform(-bound, bound, units))
    return np.concatenate(parts)


def sklearn_example(rule: str, alpha: float) -> tuple[float, int]:
    """Return the final loss and number of iterations of scikit-learn's example on Iris, by this program's own update.

    scikit-learn adds ½·alpha·ΣW²/150 over the matrices (not the biases) to its loss, and so −alpha·W/150 to the
    downhill gradient; this program has no such penalty, and it is added here. scikit-learn takes an iteration's loss
    before its update, and stops when more than 10 iterations in a row have not lowered the best loss by 0.0001.
    """
    experiment = Experiment.parse(SKLEARN_EXAMPLE, "scikit-learn's example", Path())
    setup = Setup.of(experiment)
    task = setup.task(experiment.training)
    assert isinstance(task, NetworkTask)
    is_matrix = np.zeros(task.weight_count, dtype=np.bool_)
    for layer in task.network.layers:
        is_matrix[layer.matrix] = True
    population = Population(
        weights=sklearn_initial_weights()[None],
        learning_rate=np.array([0.2]),
        coefficients=np.array([RULES[rule].coefficients(0.0 if rule == "plain" else 0.9)]),
        target_error=np.zeros(1),
        order_of_run=np.zeros(1, dtype=np.int64),
    )
    everyone, decay = np.zeros(1, dtype=np.int64), alpha / len(task.items)
    best, without_gain, iteration, loss = math.inf, 0, 0, math.inf
    while iteration < 400 and without_gain <= 10:
        iteration += 1
        matrices = population.weights * is_matrix
        loss = float(numpy_engine.task_errors(task, population.weights)[0] + 0.5 * decay * (matrices**2).sum())
        gradient = numpy_engine.task_gradients(task, population.weights) - decay * matrices
        numpy_engine.update(population, everyone, gradient)
        without_gain = without_gain + 1 if loss > best - 1e-4 else 0
        best = min(best, loss)
    return loss, iteration


def sklearn_loss(rule: str) -> str:
    """Return the final loss as the example prints it."""
    return f"{sklearn_example(rule, alpha=1e-4)[0]:.6f}"


def one_step_tells() -> str:
    """Orr's third value under the one-step rule, which tells the two rules apart."""
    return orr("one-step", 0.1, 2).split(", ")[-1]


IRIS_SETTINGS = "4-100-3 ReLU, softmax, cross-entropy; full batch, rate 0.2, L2 penalty 0.0001 added"
FIGURES: tuple[Figure, ...] = (
    Figure(SOURCE, "3.56 after one plain update", "gradient 2.70, rate 0.01", "3.587", lambda: source_arithmetic(0.0)),
    Figure(
        SOURCE,
        "3.56 after one update with momentum",
        "gradient 2.70, rate 0.01, one-step μ 0.5, previous delta 0.044",
        "3.609",
        lambda: source_arithmetic(0.5),
    ),
    Figure(
        ORR,
        "w after 1, 2, 3 updates",
        "E = w² from 10, rate 0.8, plain",
        "-6, 3.6, -2.16",
        lambda: orr("plain", 0.0, 2),
    ),
    Figure(
        ORR, "w after 1, 2, 3 updates", "the same, heavy ball μ 0.1", "-6, 2, -0.4", lambda: orr("heavy-ball", 0.1, 2)
    ),
    Figure(
        "By hand, beside Orr",
        "w after the third update",
        "the same, one-step μ 0.1: 2 − 3.2 + 0.96",
        "-0.24",
        one_step_tells,
    ),
    Figure(
        D2L,
        "(x₁, x₂) after 20 updates",
        "f = 0.1x₁² + 2x₂² from (−5, −2), rate 0.4, plain",
        "(-0.943467, -0.000073)",
        lambda: d2l("plain", 0.4, 0.0),
    ),
    Figure(
        D2L,
        "(x₁, x₂) after 20 updates",
        "the same, rate 0.6, plain",
        "(-0.387814, -1673.365109)",
        lambda: d2l("plain", 0.6, 0.0),
    ),
    Figure(
        D2L,
        "(x₁, x₂) after 20 updates",
        "the same, rate 0.6, heavy ball μ 0.5",
        "(0.007188, 0.002553)",
        lambda: d2l("heavy-ball", 0.6, 0.5),
    ),
    Figure(
        D2L,
        "(x₁, x₂) after 20 updates",
        "the same, rate 0.6, heavy ball μ 0.25",
        "(-0.126340, -0.186632)",
        lambda: d2l("heavy-ball", 0.6, 0.25),
    ),
    Figure(
        DISTILL,
        "best plain descent",
        "curvatures 0.01 and 1",
        "rate 1.980, convergence 0.980",
        lambda: distill("plain"),
    ),
    Figure(
        DISTILL,
        "best heavy ball",
        "curvatures 0.01 and 1",
        "rate 3.306, μ 0.669, convergence 0.818",
        lambda: distill("heavy-ball"),
    ),
    Figure(SKLEARN, "Iris, final loss, no momentum", IRIS_SETTINGS, "0.096950", lambda: sklearn_loss("plain")),
    Figure(SKLEARN, "Iris, final loss, momentum 0.9", IRIS_SETTINGS, "0.049530", lambda: sklearn_loss("heavy-ball")),
    Figure(SKLEARN, "Iris, final loss, Nesterov 0.9", IRIS_SETTINGS, "0.049540", lambda: sklearn_loss("nesterov")),
)
"""The published figures with one exact value."""
