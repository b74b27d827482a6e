"""The network of a script: data, initial weights, forward and backward pass, with its own functions only."""

from __future__ import annotations

from msgspec.structs import replace

from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.lab.data.datasets import prepare
from momentum_gui.lab.script import numbers
from momentum_gui.lab.setup import Setup

ACTIVATIONS = {
    Activation.LINEAR: "net",
    Activation.TANH: "np.tanh(net)",
    Activation.LOGISTIC: "1 / (1 + np.exp(-net))",
    Activation.RELU: "np.maximum(net, 0)",
}
SLOPES = {
    Activation.LINEAR: "1.0",
    Activation.TANH: "1 - {o} * {o}",
    Activation.LOGISTIC: "{o} * (1 - {o})",
    Activation.RELU: "({o} > 0)",
    Activation.SOFTMAX: "{o} * (1 - {o})",
}
"""The derivative of each activation from its output."""
LOGARITHM = "np.log(np.maximum({}, tiny))"


def data(setup: Setup, readable_lines: int) -> list[str]:
    """Return the lines that set the training items, X (items, inputs) and T (items, outputs).

    Tables are compressed if `readable_lines` is 0. Raises TooLong for a table of more lines.
    """
    assert setup.data is not None
    scaled, problem = setup.data, setup.experiment.problem
    unscaled = replace(problem, scale="none", scale_target="none")
    raw = prepare(unscaled, setup.experiment.network.output_activation).items
    items = scaled.items
    return [
        *numbers.table("X", raw.inputs, readable_lines),
        *numbers.scaled("X", raw.inputs, items.inputs, scaled.center, scaled.spread, problem.scale),
        *numbers.targets("T", raw.targets, readable_lines),
        *numbers.scaled(
            "T", raw.targets, items.targets, scaled.target_center, scaled.target_spread, problem.scale_target
        ),
    ]


def initial_weights(setup: Setup) -> list[str]:
    """Return the function that draws, or gives, the initial weights of a seed."""
    settings, network = setup.experiment.network, setup.network
    assert network is not None
    if settings.initial_weights is not None:
        return ["def initial_weights(seed):", f"    return np.array({numbers.vector(settings.initial_weights)}, float)"]
    draw = ["def initial_weights(seed):", "    random = np.random.default_rng(seed)"]
    if settings.initialization == "uniform":
        reach = numbers.number(abs(settings.weight_range))
        return [*draw, f"    return random.uniform(-{reach}, {reach}, {network.weight_count})"]
    fan = "inputs + units" if settings.initialization == "glorot" else "inputs"
    return [
        *draw,
        "    parts = []",
        "    for inputs, units in zip(SIZES, SIZES[1:]):",
        f"        bound = np.sqrt(6 / ({fan}))",
        "        parts += [random.uniform(-bound, bound, inputs * units), np.zeros(units)]",
        "    return np.concatenate(parts)",
    ]


def passes(network: Network) -> list[list[str]]:
    """Return the functions `layers`, `forward`, `gradient` and `error`."""
    return [LAYERS.splitlines(), forward(network), gradient(network), error(network)]


LAYERS = '''\
def layers(w):
    """Return the matrix (inputs, units) and the biases of each layer, from the flat weights."""
    found, at = [], 0
    for inputs, units in zip(SIZES, SIZES[1:]):
        end = at + inputs * units
        found.append((w[at:end].reshape(inputs, units), w[end : end + units]))
        at = end + units
    return found'''


def forward(network: Network) -> list[str]:
    """Return the forward pass, which keeps the outputs of every layer."""
    lines = [
        "def forward(w, x):",
        '    """Return the outputs of every layer for inputs (items, inputs), which come first."""',
        "    outputs = [x]",
    ]
    if network.output_activation is Activation.SOFTMAX:
        output = ["powers = np.exp(net - net.max(axis=1, keepdims=True))"]
        output.append("outputs.append(powers / powers.sum(axis=1, keepdims=True))")
    else:
        output = [f"outputs.append({ACTIVATIONS[network.output_activation]})"]
    net = "        net = outputs[-1] @ matrix + bias"
    if len(network.layers) == 1:
        lines += ["    for matrix, bias in layers(w):", net, *(f"        {line}" for line in output)]
        return [*lines, "    return outputs"]
    return [
        *lines,
        "    for depth, (matrix, bias) in enumerate(layers(w), 1):",
        net,
        "        if depth < len(SIZES) - 1:",
        f"            outputs.append({ACTIVATIONS[network.hidden_activation]})",
        "        else:",
        *(f"            {line}" for line in output),
        "    return outputs",
    ]


def output_delta(network: Network) -> str:
    """Return the expression of −∂E/∂net at the output layer, from outputs o and targets t."""
    softmax = network.output_activation is Activation.SOFTMAX
    if network.loss is Loss.CROSS_ENTROPY:
        return "t - o * t.sum(axis=1, keepdims=True)" if softmax else "t - o"
    if softmax and network.loss is Loss.SQUARED_ERROR:
        return "o * ((t - o) - (o * (t - o)).sum(axis=1, keepdims=True))"
    if network.output_activation is Activation.LINEAR:
        return "t - o"
    return f"{SLOPES[network.output_activation].format(o='o')} * (t - o)".replace("1 - o * o *", "(1 - o * o) *")


def gradient(network: Network) -> list[str]:
    """Return back-propagation: the downhill gradient, summed over the items."""
    lines = [
        "def gradient(w, x, t):",
        '    """Return the downhill gradient -dE/dw, summed over the items: back-propagation."""',
        "    outputs, parts = forward(w, x), []",
        "    o = outputs[-1]",
        f"    delta = {output_delta(network)}",
        "    for (matrix, _), below in zip(layers(w)[::-1], outputs[-2::-1]):",
        "        parts += [delta.sum(axis=0), (below.T @ delta).ravel()]",
    ]
    if len(network.layers) == 1:
        return [*lines, "    return np.concatenate(parts[::-1])"]
    slope = SLOPES[network.hidden_activation].format(o="below")
    factor = "" if network.hidden_activation is Activation.LINEAR else f"({slope}) * "
    return [*lines, f"        delta = {factor}(delta @ matrix.T)", "    return np.concatenate(parts[::-1])"]


def error(network: Network) -> list[str]:
    """Return the loss averaged over the training items."""
    lines = [
        "def error(w):",
        '    """Return the loss averaged over the training items."""',
        "    o = forward(w, X)[-1]",
    ]
    if network.loss is not Loss.CROSS_ENTROPY:
        return [*lines, "    return (0.5 * ((T - o) ** 2).sum(axis=1)).mean()"]
    lines.append("    tiny = np.finfo(float).tiny  # the logarithm of 0 is infinite")
    loss = f"T * {LOGARITHM.format('o')}"
    if network.output_activation is not Activation.SOFTMAX:
        loss = f"{loss} + (1 - T) * {LOGARITHM.format('1 - o')}"
    return [*lines, f"    return -({loss}).sum(axis=1).mean()"]
