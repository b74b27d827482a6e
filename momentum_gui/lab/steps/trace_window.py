"""The sliding window: a run's last updates under the same settings, carried on from stretch to stretch of training."""

from __future__ import annotations

import numpy as np

from momentum_gui.lab.steps.trace import Trace

WINDOW = 64
"""Updates in the window over which steps are looked at and gains measured."""
WINDOW_NUMBERS = 1 << 15
"""A network of more than this / WINDOW = 512 weights has a shorter window: at most this many gradients are kept."""


def window_length(weights: int) -> int:
    """Return the updates in the window of a network with that many weights: WINDOW, or fewer (at least 2) for a large
    one."""
    return min(WINDOW, max(2, WINDOW_NUMBERS // weights))


def carried_on(window: Trace | None, trace: Trace) -> Trace:
    """Return the window with the updates of `trace` added, the oldest beyond its length dropped.

    It starts again where rule, rate or momentum have changed, or where updates lie between the two.
    """
    if window is None or (window.coefficients, window.learning_rate) != (trace.coefficients, trace.learning_rate):
        return trace
    length = window_length(trace.gradients.shape[1])
    if window.end != trace.first_update or len(trace.gradients) >= length:
        return trace
    start = max(0, len(window.gradients) + len(trace.gradients) - length)
    return Trace(
        window.first_update + start,
        trace.coefficients,
        trace.learning_rate,
        np.concatenate((window.gradients[start:], trace.gradients)),
        np.concatenate((window.stored[start:], trace.stored)),
    )
