"""Holds that this program's trajectories are those of scikit-learn on its published Iris example.

The example: https://scikit-learn.org/stable/auto_examples/neural_networks/plot_mlp_training_curves.html. scikit-learn
adds an L2 penalty of ½·alpha·ΣW²/150 to its loss, with alpha = 0.0001 by default; this program has none. So weights
are compared with alpha = 0, and the printed losses with the penalty added by hand
(momentum_gui.lab.evidence.published).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from momentum_gui.lab.evidence.published import sklearn_example, sklearn_initial_weights
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer

STRATEGIES = ("plain", "heavy-ball", "nesterov")
PRINTED = {"plain": 0.096950, "heavy-ball": 0.049530, "nesterov": 0.049540}
"""What the example's page prints."""

Reference = dict[str, NDArray[np.float64]]


@pytest.fixture(scope="module")
def reference() -> Reference:
    """scikit-learn's inputs, initial weights, losses and weights; made by make_reference.py."""
    with np.load(Path(__file__).parent / "sklearn_iris.npz") as stored:
        return {key: stored[key].astype(np.float64) for key in stored if key != "version"}


def example(rule: str, weights: NDArray[np.float64], epochs: int) -> Experiment:
    """The example as an experiment file, without scikit-learn's L2 penalty."""
    momentum = 0.0 if rule == "plain" else 0.9
    return Experiment.parse(
        f"""
        [problem]
        dataset = "iris"
        scale = "minmax"
        [network]
        hidden = [100]
        hidden_activation = "relu"
        loss = "cross_entropy"
        initial_weights = {weights.tolist()}
        [training]
        rule = "{rule}"
        momentum = {momentum}
        learning_rate = 0.2
        batch_size = "full"
        order = "sequential"
        epochs = {epochs}
        """,
        "example",
        Path(),
    )


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("rule", STRATEGIES)
def test_weights_and_losses_follow_scikit_learn(rule: str, engine: str, reference: Reference) -> None:
    """From scikit-learn's own initial weights, all 803 weights agree to 1e-9 over 120 iterations, and the losses."""
    checkpoints, losses = reference["checkpoints"].astype(int), reference[f"{rule}/losses"]
    trainer = Trainer(example(rule, reference["initial_weights"], len(losses)), engine)
    first = trainer.first_frame().runs[0]
    rows = trainer.advance_epochs(len(losses)).runs[0].rows
    np.testing.assert_allclose(rows.weights[checkpoints - 1], reference[f"{rule}/weights"], rtol=1e-9, atol=1e-9)
    # scikit-learn's loss is taken before an iteration's update, ours after it.
    ours = np.concatenate(([first.error], rows.measures[:-1, 0]))
    np.testing.assert_allclose(ours, losses, rtol=1e-9)


@pytest.mark.parametrize("rule", STRATEGIES)
def test_the_printed_losses_come_out(rule: str, reference: Reference) -> None:
    """With the L2 penalty added, the same iteration ends the example, and all six printed digits of the loss agree."""
    loss, iterations = sklearn_example(rule, alpha=1e-4)
    assert [loss, iterations] == pytest.approx(reference[f"{rule}/alpha=0.0001"], rel=1e-9)
    assert round(loss, 6) == PRINTED[rule]


@pytest.mark.parametrize("rule", STRATEGIES)
def test_without_the_penalty_too(rule: str, reference: Reference) -> None:
    """With alpha = 0, the setting that this program can be given, loss and last iteration agree as well."""
    assert sklearn_example(rule, alpha=0.0) == pytest.approx(reference[f"{rule}/alpha=0.0"], rel=1e-9)


def test_the_initial_weights_are_scikit_learns(reference: Reference) -> None:
    """What the reproduction draws by Glorot's rule from random_state 0 is what scikit-learn starts from, to the bit."""
    np.testing.assert_array_equal(sklearn_initial_weights(), reference["initial_weights"])


@pytest.mark.parametrize("rule", STRATEGIES)
def test_scikit_learn_itself_agrees(rule: str) -> None:
    """Where scikit-learn is installed, it is asked anew."""
    pytest.importorskip("sklearn", reason="scikit-learn is not installed here; its stored numbers are compared instead")
    from tests.parity import sklearn_iris

    fit = sklearn_iris.example(rule, alpha=1e-4)
    assert sklearn_example(rule, alpha=1e-4) == pytest.approx((fit.loss, fit.iterations), rel=1e-9)
    np.testing.assert_array_equal(sklearn_iris.initial_weights(), sklearn_initial_weights())
