"""A run that has diverged to NaN has no accuracy: nothing is the largest of answers that are no numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_run_of_nan_has_no_accuracy(engine: str) -> None:
    """Error NaN comes with accuracy NaN, in the rows and in the frame, for training and held-out items."""
    experiment = Experiment.parse(
        """
        problem = { dataset = "iris", test_fraction = 0.2 }
        network = { hidden = [5], hidden_activation = "linear", output_activation = "linear" }
        training = { learning_rate = 1000.0, epochs = 3 }
        """,
        "test",
        Path.cwd(),
    )
    frame = Trainer(experiment, engine).advance(1000).runs[0]
    assert frame.outcome is Outcome.DIVERGED
    last = frame.rows.measures[-1]
    assert np.isnan(last[[Measure.ERROR, Measure.ACCURACY, Measure.TEST_ERROR, Measure.TEST_ACCURACY]]).all()
    assert np.isnan(frame.accuracy)
