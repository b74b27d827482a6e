"""The arithmetic that every training loop shares, lane by lane: the gradient at the outputs, and the update.

How many lanes there are, and what lies in them (units, items or runs), follows from the arguments.
"""

from __future__ import annotations

from typing import Any

from momentum_gui.engine.compiled.jit import inlined
from momentum_gui.engine.compiled.simd.lanes import fma
from momentum_gui.engine.compiled.simd.math import SOFTMAX, slope
from momentum_gui.engine.network import Loss

SQUARED_ERROR, SQUARED_ERROR_ELEMENTWISE, CROSS_ENTROPY = (int(loss) for loss in Loss)


@inlined
def mixes(code: int, loss: int) -> bool:
    """Return whether an output's gradient needs a sum over all outputs: softmax, with its true gradient."""
    return code == SOFTMAX and loss != SQUARED_ERROR_ELEMENTWISE


@inlined
def add_to_mix(loss: int, target: Any, output: Any, mix: Any) -> Any:
    """Return that sum with one output's share added: Σₖ tₖ for cross-entropy, else Σₖ oₖ·(tₖ − oₖ)."""
    if loss == CROSS_ENTROPY:
        return mix + target
    return fma(output, target - output, mix)


@inlined
def output_gradient(code: int, loss: int, target: Any, output: Any, mix: Any, scale: float) -> Any:
    """Return δ = scale × −∂E/∂net of an output; `mix` is the sum over all outputs where `mixes` says so."""
    delta = target - output
    if loss == CROSS_ENTROPY:
        if code == SOFTMAX:
            delta = target - output * mix
    elif code == SOFTMAX and loss == SQUARED_ERROR:
        delta = output * (delta - mix)
    else:
        delta = slope(code, output) * delta
    if scale != 1.0:
        delta = delta * scale
    return delta


@inlined
def next_weight(w: Any, g: Any, stored: Any, A: Any, B: Any) -> Any:
    """Return the weight after an update: w + A·g + B·p, with A = A·lr, the downhill gradient g and the stored p."""
    return fma(g, A, fma(stored, B, w))


@inlined
def next_stored(g: Any, stored: Any, C: Any, D: Any) -> Any:
    """Return p after an update: C·g + D·p, with C = C·lr."""
    return fma(g, C, stored * D)
