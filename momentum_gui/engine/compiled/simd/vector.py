"""Vectors of doubles as LLVM instructions: arithmetic on a `Vector` writes the instructions that compute it.

The compiled engine's functions of whole lanes (`compiled_math`) are written with it, and `compiled_lanes` lets numba
call them. Nothing here is reordered or contracted: results are those of IEEE arithmetic as written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llvmlite import ir

DOUBLE = ir.DoubleType()
INT32, INT64 = ir.IntType(32), ir.IntType(64)

SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
MANTISSA_SHIFT = 0x3FF0000000000000 - SQRT_HALF_BITS
MANTISSA_BITS = (1 << 52) - 1


@dataclass(frozen=True)
class Vector:
    """`count` doubles side by side: an LLVM value, and the builder that writes what is done with it."""

    builder: Any
    value: Any
    count: int

    def __add__(self, other: Operand) -> Vector:
        return self.like(self.builder.fadd(self.value, self.same(other)))

    def __sub__(self, other: Operand) -> Vector:
        return self.like(self.builder.fsub(self.value, self.same(other)))

    def __mul__(self, other: Operand) -> Vector:
        return self.like(self.builder.fmul(self.value, self.same(other)))

    def __truediv__(self, other: Operand) -> Vector:
        return self.like(self.builder.fdiv(self.value, self.same(other)))

    def __rsub__(self, other: float) -> Vector:
        return self.like(self.builder.fsub(self.same(other), self.value))

    __radd__, __rmul__ = __add__, __mul__

    def like(self, value: Any) -> Vector:
        """Another vector of as many lanes."""
        return Vector(self.builder, value, self.count)

    def same(self, operand: Operand) -> Any:
        """Return the LLVM value of an operand; a number is repeated in every lane."""
        if isinstance(operand, Vector):
            return operand.value
        return ir.Constant(ir.VectorType(DOUBLE, self.count), [float(operand)] * self.count)

    def whole(self, number: int) -> Any:
        """Return a constant whole number in every lane."""
        return ir.Constant(ir.VectorType(INT64, self.count), [number] * self.count)

    @property
    def bits(self) -> Any:
        """The lanes' bits as whole numbers."""
        return self.builder.bitcast(self.value, ir.VectorType(INT64, self.count))

    def from_bits(self, bits: Any) -> Vector:
        """Return the vector whose bits these are."""
        return self.like(self.builder.bitcast(bits, ir.VectorType(DOUBLE, self.count)))


Operand = Vector | float


def call(name: str, first: Vector, *others: Operand) -> Vector:
    """Return a call of LLVM's own elementwise function of that name."""
    kind, full = ir.VectorType(DOUBLE, first.count), f"llvm.{name}.v{first.count}f64"
    function = first.builder.module.globals.get(full)
    if function is None:
        function = ir.Function(first.builder.module, ir.FunctionType(kind, [kind] * (1 + len(others))), full)
    return first.like(first.builder.call(function, [first.value, *(first.same(other) for other in others)]))


def fma(a: Vector, b: Operand, c: Operand) -> Vector:
    """a·b + c, rounded once where the processor has an instruction for it."""
    return call("fmuladd", a, b, c)


def absolute(a: Vector) -> Vector:
    """|a|."""
    return call("fabs", a)


def copysign(a: Vector, b: Vector) -> Vector:
    """|a| with the sign of b."""
    return call("copysign", a, b)


def where(condition: Any, x: Operand, y: Operand, like: Vector) -> Vector:
    """x where the condition holds, else y."""
    return like.like(like.builder.select(condition, like.same(x), like.same(y)))


def where_less(a: Vector, b: Operand, x: Operand, y: Operand) -> Vector:
    """x where a < b, else y; y where a or b is not a number."""
    return where(a.builder.fcmp_ordered("<", a.value, a.same(b)), x, y, a)


def where_greater(a: Vector, b: Operand, x: Operand, y: Operand) -> Vector:
    """x where a > b, else y; y where a or b is not a number."""
    return where(a.builder.fcmp_ordered(">", a.value, a.same(b)), x, y, a)


def where_equal(a: Vector, b: Operand, x: Operand, y: Operand) -> Vector:
    """x where a = b, else y."""
    return where(a.builder.fcmp_ordered("==", a.value, a.same(b)), x, y, a)


def power_of_two(shifted: Vector) -> Vector:
    """2ᵏ for shifted = k + 1.5·2⁵², whose lowest bits are k: k goes into the exponent of a double."""
    builder = shifted.builder
    return shifted.from_bits(builder.shl(builder.add(shifted.bits, shifted.whole(1023)), shifted.whole(52)))


def exponent(x: Vector) -> Vector:
    """k of a positive normal x = m·2ᵏ with √½ ≤ m < √2."""
    builder = x.builder
    biased = builder.lshr(builder.add(x.bits, x.whole(MANTISSA_SHIFT)), x.whole(52))
    return x.like(builder.sitofp(builder.sub(biased, x.whole(1023)), ir.VectorType(DOUBLE, x.count)))


def mantissa(x: Vector) -> Vector:
    """m of a positive normal x = m·2ᵏ with √½ ≤ m < √2."""
    builder = x.builder
    low = builder.and_(builder.add(x.bits, x.whole(MANTISSA_SHIFT)), x.whole(MANTISSA_BITS))
    return x.from_bits(builder.add(low, x.whole(SQRT_HALF_BITS)))
