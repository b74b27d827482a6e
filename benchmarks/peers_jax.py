"""The same trainings in JAX, jitted, in double precision: one run, a population, batches, a surface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.problems import Problem

jax.config.update("jax_enable_x64", True)

Parameters = list[tuple[jax.Array, jax.Array]]


def parameters(problem: Problem, weights: Any) -> Parameters:
    """The flat weights as JAX's usual list of matrices and biases."""
    return [
        (jnp.asarray(weights[layer.matrix]).reshape(layer.inputs, layer.units), jnp.asarray(weights[layer.bias]))
        for layer in problem.network.layers
    ]


def forward(layers: Parameters, x: jax.Array) -> jax.Array:
    """tanh hidden layers, softmax outputs."""
    for matrix, bias in layers[:-1]:
        x = jnp.tanh(x @ matrix + bias)
    matrix, bias = layers[-1]
    return jax.nn.softmax(x @ matrix + bias)


def loss(layers: Parameters, x: jax.Array, t: jax.Array) -> jax.Array:
    """½·Σ(t−o)² of an item, or its mean over the items of a batch."""
    return 0.5 * ((t - forward(layers, x)) ** 2).sum() / (x.shape[0] if x.ndim == 2 else 1)


def epoch_of(problem: Problem, batch_size: int) -> Callable[..., Any]:
    """A function of (layers, stored, learning rate, momentum) that trains the heavy ball over all items once."""
    count = len(problem.inputs) // batch_size
    x, t = jnp.asarray(problem.inputs), jnp.asarray(problem.targets)
    if batch_size > 1:
        x, t = (values.reshape(count, batch_size, -1) for values in (x, t))

    def epoch(layers: Parameters, stored: Parameters, learning_rate: Any, momentum: Any) -> Any:
        def update(state: Any, item: Any) -> Any:
            layers, stored = state
            gradient = jax.grad(loss)(layers, *item)
            stored = jax.tree.map(lambda p, g: momentum * p - learning_rate * g, stored, gradient)
            return (jax.tree.map(jnp.add, layers, stored), stored), None

        return lax.scan(update, (layers, stored), (x, t))[0]

    return epoch


def trainer(problem: Problem, epochs: int, batch_size: int = 1) -> Callable[[], None]:
    """One run: calling it trains `epochs` epochs from the problem's weights."""
    epoch = epoch_of(problem, batch_size)

    @jax.jit
    def train(layers: Parameters, stored: Parameters) -> Any:
        return lax.fori_loop(
            0, epochs, lambda _, state: epoch(*state, problem.learning_rate, problem.momentum), (layers, stored)
        )

    layers = parameters(problem, problem.weights)
    stored = jax.tree.map(jnp.zeros_like, layers)
    return lambda: jax.block_until_ready(train(layers, stored))


def population_trainer(
    problem: Problem, learning_rates: Any, momenta: Any, epochs: int, batch_size: int = 1
) -> Callable[[], None]:
    """A population: vmap over learning rate and momentum of each run."""
    epoch = epoch_of(problem, batch_size)
    layers = parameters(problem, problem.weights)
    stored = jax.tree.map(jnp.zeros_like, layers)

    @jax.jit
    def train(rates: Any, momenta: Any) -> Any:
        def one(rate: Any, momentum: Any) -> Any:
            return lax.fori_loop(0, epochs, lambda _, state: epoch(*state, rate, momentum), (layers, stored))

        return jax.vmap(one)(rates, momenta)

    rates, momenta = jnp.asarray(learning_rates), jnp.asarray(momenta)
    return lambda: jax.block_until_ready(train(rates, momenta))


def surface(problem: Problem, points: Any) -> Callable[[], None]:
    """The mean error of every weight vector of points (P, W) over all items: vmap."""
    x, t = jnp.asarray(problem.inputs), jnp.asarray(problem.targets)

    @jax.jit
    def errors(points: Any) -> Any:
        return jax.vmap(lambda weights: loss(parameters(problem, weights), x, t))(points)

    points = jnp.asarray(np.ascontiguousarray(points))
    return lambda: jax.block_until_ready(errors(points))
