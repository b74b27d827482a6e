"""exp, tanh, log and the activations, lane by lane, written as polynomials so that all lanes are computed at once.

Within 4e-16 relative of the true values (libm: 1.7e-16). What is not a number stays so; ±∞ gives the limits.
"""

from __future__ import annotations

from typing import Any

from momentum_gui.engine.compiled.jit import inlined
from momentum_gui.engine.compiled.simd.lanes import fill, lanewise
from momentum_gui.engine.compiled.simd.vector import (
    Vector,
    absolute,
    copysign,
    exponent,
    fma,
    mantissa,
    power_of_two,
    where_greater,
    where_less,
)
from momentum_gui.engine.network import Activation

LINEAR, TANH, LOGISTIC, RELU, SOFTMAX = (int(activation) for activation in Activation)

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.6931471805599453, 2.3190468138462996e-17  # ln 2 = their sum
ROUNDING = 6755399441055744.0  # 1.5·2⁵²: adding it leaves the nearest whole number in the lowest bits


def expm1_small(r: Vector) -> Vector:
    """exp(r) − 1 for |r| ≤ ½·ln 2: r + r²/2 + r³/6 + r⁴·P(r), with P the minimax polynomial (error 2e-18)."""
    r2 = r * r
    r4 = r2 * r2
    low = fma(
        fma(r, 0.00019841269854336746, 0.0013888888888888048),
        r2,
        fma(r, 0.008333333333332155, 0.041666666666666664),
    )
    middle = fma(
        fma(r, 2.509555260772805e-08, 2.755729126132989e-07),
        r2,
        fma(r, 2.7557280070745954e-06, 2.480158731091935e-05),
    )
    P = fma(fma(r4, 2.090778524631064e-09, middle), r4, low)
    return fma(r4, P, fma(r, 0.16666666666666666, 0.5) * r2) + r


def exp(x: Vector) -> Vector:
    """exp(x) for x ≤ 0; 0 below −708, where doubles lose precision."""
    shifted = fma(x, LOG2_E, ROUNDING)
    k = shifted - ROUNDING
    r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, x))
    power = power_of_two(shifted)
    return where_less(x, -708.0, 0.0, fma(expm1_small(r), power, power))


def tanh(x: Vector) -> Vector:
    """tanh(x) = −q/(q + 2) with q = exp(−2|x|) − 1, and the sign of x.

    The low part of ln 2 would change q by less than 2e-17, and is left out.
    """
    size = absolute(x)
    shifted = fma(size, -2.0 * LOG2_E, ROUNDING)
    k = shifted - ROUNDING
    p = expm1_small(fma(k, -LN2_HIGH, -2.0 * size))
    power = power_of_two(shifted)
    ratio = fma(p, power, power - 1.0) / fma(p, power, power + 1.0)
    return copysign(where_greater(size, 20.0, 1.0, ratio), x)


def log(x: Vector) -> Vector:
    """ln(x) for positive normal x = m·2ᵏ: k·ln 2 + 2·artanh(s) with s = (m − 1)/(m + 1)."""
    k = exponent(x)
    f = mantissa(x) - 1.0
    s = f / (f + 2.0)
    z = s * s
    z2 = z * z
    R = fma(
        fma(z2, 0.14617807153417325, fma(z, 0.15331611722055008, 0.1818289243253687)),
        z2 * z2,
        fma(fma(z, 0.22222211089379496, 0.28571428626253836), z2, fma(z, 0.3999999999989889, 0.666666666666667)),
    )
    half_square = 0.5 * f * f  # ln(1 + f) = f − f²/2 + s·(f²/2 + z·R), which rounds less than 2s + s·z·R
    tail = fma(s, fma(z, R, half_square), k * LN2_LOW)
    return fma(k, LN2_HIGH, f - (half_square - tail))


def logistic(x: Vector) -> Vector:
    """1/(1 + exp(−x)), without overflow and with small outputs exact."""
    power = exp(absolute(x) * -1.0)
    return where_less(x, 0.0, power, 1.0) / (power + 1.0)


def rectified(x: Vector) -> Vector:
    """max(x, 0)."""
    return where_less(x, 0.0, 0.0, x)


def rectified_slope(output: Vector) -> Vector:
    """1 where the output is positive, else 0."""
    return where_greater(output, 0.0, 1.0, 0.0)


lanes_exp, lanes_log = lanewise(exp), lanewise(log)
lanes_tanh, lanes_logistic = lanewise(tanh), lanewise(logistic)
lanes_rectified, lanes_rectified_slope = lanewise(rectified), lanewise(rectified_slope)


@inlined
def activate(code: int, net: Any) -> Any:
    """Return the outputs of units from their net inputs; softmax, which mixes units, is left as it is."""
    if code == TANH:
        return lanes_tanh(net)
    if code == LOGISTIC:
        return lanes_logistic(net)
    if code == RELU:
        return lanes_rectified(net)
    return net


@inlined
def slope(code: int, output: Any) -> Any:
    """Return the derivative of an elementwise activation, from its output."""
    if code == TANH:
        return 1.0 - output * output
    if code == LOGISTIC or code == SOFTMAX:  # noqa: SIM109  # a tuple would be built and searched
        return output * (1.0 - output)
    if code == RELU:
        return lanes_rectified_slope(output)
    return fill(output, 1.0)
