"""From an experiment to arrays: its data, its network, and the weights each run starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from momentum_gui.engine.analytic_surfaces import SURFACES, Surface
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.rules import Rule
from momentum_gui.engine.task import NetworkTask, SurfaceTask, Task
from momentum_gui.lab.data.datasets import Data, prepare
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.settings import Training

SURFACE_WEIGHTS = ("x", "y")


@dataclass(frozen=True)
class Setup:
    """What an experiment trains: `data` and `network`, or the `surface`; and the names of the weights."""

    experiment: Experiment
    data: Data | None
    network: Network | None
    surface: Surface | None
    weight_names: tuple[str, ...]

    @classmethod
    def of(cls, experiment: Experiment) -> Setup:
        """Load the data and lay out the network. Raises BadInputError for what does not fit together."""
        problem = experiment.problem
        if problem.surface is not None:
            surface = SURFACES[problem.surface]
            if problem.parameters is not None:
                surface = replace(surface, k=tuple(problem.parameters))
            setup = cls(experiment, None, None, surface, SURFACE_WEIGHTS)
        else:
            data = prepare(problem, experiment.network.output_activation)
            network = lay_out(experiment, data)
            setup = cls(experiment, data, network, None, network.weight_names)
        for run in experiment.runs:  # refuses what does not fit before anything is trained
            setup.initial_weights(run)
            for name in (name for change in run.training.change for name in change.weights):
                setup.index(name, "training.change.weights")
        setup.trained()
        return setup

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules that the experiment's runs may use, by id."""
        return self.experiment.rules

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know about how the data were read, a line each."""
        return () if self.data is None else self.data.notes

    def task(self, training: Training) -> Task:
        """Return the engine's task for runs with this batch size and reduction."""
        if self.surface is not None:
            return SurfaceTask(self.surface)
        assert self.network is not None
        assert self.data is not None
        count = len(self.data.items)
        batch = count if training.batch_size == "full" else min(int(training.batch_size), count)
        mean = training.reduction == "mean"
        return NetworkTask(self.network, self.data.items, self.data.test_items, self.trained(), batch, mean)

    def trained(self) -> np.ndarray:
        """Return which weights train, (weights,) of bool. Raises BadInputError for a name that does not exist."""
        names = self.experiment.network.train_only
        if names is None or self.surface is not None:
            return np.ones(len(self.weight_names), dtype=np.bool_)
        chosen = np.zeros(len(self.weight_names), dtype=np.bool_)
        for name in names:
            chosen[self.index(name, "network.train_only")] = True
        return chosen

    def index(self, name: str, key: str) -> int:
        """Return the number of a weight by its name; `key` is named in the error."""
        try:
            return self.weight_names.index(name)
        except ValueError:
            first, last = self.weight_names[0], self.weight_names[-1]
            raise BadInputError(
                f'{key} = "{name}": no such weight; this network\'s {len(self.weight_names)} go from {first} to {last}'
            ) from None

    def initial_weights(self, run: Run) -> Floats:
        """Return the weights this run starts from, (weights,)."""
        settings, training = self.experiment.network, run.training
        if self.surface is not None:
            weights = np.array(self.experiment.problem.start or self.surface.start, dtype=np.float64)
        elif settings.initial_weights is not None:
            weights = np.array(settings.initial_weights, dtype=np.float64)
            if len(weights) != len(self.weight_names):
                raise BadInputError(
                    f"network.initial_weights: {len(weights)} numbers, but the network has "
                    f"{len(self.weight_names)} weights"
                )
        else:
            assert self.network is not None
            weights = self.network.initial_weights(training.seed, settings.weight_range, settings.initialization)
        for name, value in training.start.items():
            weights[self.index(name, "training.start")] = value
        return weights


def lay_out(experiment: Experiment, data: Data) -> Network:
    """Return the network of an experiment; raises BadInputError where activation, loss and data do not fit."""
    settings = experiment.network
    output, loss = Activation[data.output_activation.upper()], Loss[settings.loss.upper()]
    sizes = (data.items.inputs.shape[1], *settings.hidden, data.items.targets.shape[1])
    if output is Activation.SOFTMAX and sizes[-1] < 2:
        raise BadInputError(
            'network.output_activation = "softmax": needs classes as targets; allowed here are logistic, tanh, linear'
        )
    if loss is Loss.CROSS_ENTROPY and output not in (Activation.SOFTMAX, Activation.LOGISTIC):
        raise BadInputError(
            f'network.loss = "cross_entropy": needs a softmax or logistic output, not {data.output_activation}'
        )
    targets = data.items.targets
    if loss is Loss.CROSS_ENTROPY and (targets.min() < 0 or targets.max() > 1):
        raise BadInputError('network.loss = "cross_entropy": the targets must lie between 0 and 1')
    return Network(sizes, Activation[settings.hidden_activation.upper()], output, loss)
