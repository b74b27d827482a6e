"""Lanes for compiled loops: a few doubles side by side, which the processor adds and multiplies in one go.

numba vectorises plain loops only where LLVM can prove it safe and worth while; short layers of a network are neither.
Here a value of type `Lanes(n)` is an LLVM vector of n doubles, with + − · / and the functions below. Every operation
works lane by lane with IEEE rounding and in the order written, so a loop gives the same bits whether its lanes hold
units of a layer, items of a data set or runs of a population.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model

from momentum_gui.engine.compiled.simd import vector as compiled_vector
from momentum_gui.engine.compiled.simd.vector import DOUBLE, INT32, INT64, Vector

ALIGNMENT = 8  # bytes that a load may rely on; arrays made by NumPy promise no more


class Lanes(types.Type):  # type: ignore[misc]  # numba carries no types
    """The numba type of `count` doubles side by side; a power of two."""

    def __init__(self, count: int) -> None:
        super().__init__(name=f"Lanes({count})")
        self.count = count

    @property
    def llvm(self) -> ir.VectorType:
        """The LLVM type."""
        return ir.VectorType(DOUBLE, self.count)


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    """A value of type Lanes is one LLVM vector."""

    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, kind.llvm)


def spread(builder: Any, number: Any, count: int) -> Any:
    """Return an LLVM vector of `count` times the number."""
    vector = ir.VectorType(number.type, count)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.Constant(INT32, 0))
    return shuffled(builder, first, first, [0] * count)


def shuffled(builder: Any, a: Any, b: Any, places: Any) -> Any:
    """Return the lanes of a, then b, at the given places."""
    mask = ir.Constant(ir.VectorType(INT32, len(places)), list(places))
    return builder.shuffle_vector(a, b, mask)


def common(kinds: Any) -> Lanes | None:
    """Return the type of lanes among the types, if all the others are numbers."""
    lanes = [kind for kind in kinds if isinstance(kind, Lanes)]
    numbers = all(isinstance(kind, (Lanes, types.Float, types.Integer)) for kind in kinds)
    return lanes[0] if lanes and numbers else None


def as_lanes(context: Any, builder: Any, value: Any, kind: Any, lanes: Lanes) -> Any:
    """Return the value as lanes: a number is spread over all of them."""
    if isinstance(kind, Lanes):
        return value
    return spread(builder, context.cast(builder, value, kind, types.float64), lanes.count)


def lanewise(function: Callable[..., Vector]) -> Any:
    """Let compiled code call a function of vectors, with lanes for its arguments, or numbers for some of them."""

    def typed(typing_context: Any, *kinds: Any) -> Any:
        lanes = common(kinds)
        if lanes is None:
            return None

        def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            pairs = zip(arguments, sig.args, strict=True)
            values = (as_lanes(context, builder, value, kind, lanes) for value, kind in pairs)
            return function(*(Vector(builder, value, lanes.count) for value in values)).value

        return signature(lanes, *kinds), lower

    typed.__name__, typed.__doc__ = function.__name__, function.__doc__
    names = ("typing_context", *inspect.signature(function).parameters)
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    typed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # numba does without *kinds
    return intrinsic(typed)


def define_operator(symbol: Any) -> None:
    """Let the operator work on two lanes, or lanes and a number."""

    @infer_global(symbol)
    class Typing(AbstractTemplate):  # type: ignore[misc]
        def generic(self, arguments: Any, keywords: Any) -> Any:
            lanes = common(arguments) if len(arguments) == 2 else None
            return None if lanes is None else signature(lanes, *arguments)

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        pairs = zip(arguments, sig.args, strict=True)
        values = (as_lanes(context, builder, value, kind, sig.return_type) for value, kind in pairs)
        return symbol(*(Vector(builder, value, sig.return_type.count) for value in values)).value

    for pair in ((Lanes, Lanes), (Lanes, types.Float), (types.Float, Lanes)):
        lower_builtin(symbol, *pair)(lower)


for symbol in (operator.add, operator.sub, operator.mul, operator.truediv):
    define_operator(symbol)

fma, absolute = lanewise(compiled_vector.fma), lanewise(compiled_vector.absolute)
where_less, where_equal = lanewise(compiled_vector.where_less), lanewise(compiled_vector.where_equal)


def place_in(context: Any, builder: Any, kind: Any, array: Any, index: Any, vector: Any) -> Any:
    """Return a pointer to the vector (or number) that begins at array[index], in a one-dimensional contiguous array."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), ir.PointerType(vector))


def zeros(count: int) -> tuple[Any, Any]:
    """Return the typing and lowering of that many zeros."""
    lanes = Lanes(count)

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return ir.Constant(lanes.llvm, [0.0] * count)

    return signature(lanes), lower


@intrinsic
def lanes4(typing_context: Any) -> Any:
    """Four zeros: what tells the functions below how many lanes to make."""
    return zeros(4)


@intrinsic
def lanes8(typing_context: Any) -> Any:
    """Eight zeros."""
    return zeros(8)


@intrinsic
def lanes16(typing_context: Any) -> Any:
    """Sixteen zeros."""
    return zeros(16)


@intrinsic
def lanes32(typing_context: Any) -> Any:
    """Thirty-two zeros."""
    return zeros(32)


@intrinsic
def as_many(typing_context: Any, numbers: Any) -> Any:
    """As many zeros as the tuple has numbers: so a kernel is compiled for each count of lanes it is called with."""
    lanes = Lanes(len(numbers))

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return ir.Constant(lanes.llvm, [0.0] * lanes.count)

    return signature(lanes, numbers), lower


@intrinsic
def count_of(typing_context: Any, like: Any) -> Any:
    """Return how many lanes there are."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return ir.Constant(INT64, like.count)

    return signature(types.intp, like), lower


@intrinsic
def load(typing_context: Any, like: Any, array: Any, index: Any) -> Any:
    """Return the numbers from array[index] on, as many as `like` has lanes."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_in(context, builder, sig.args[1], arguments[1], arguments[2], like.llvm)
        return builder.load(place, align=ALIGNMENT)

    return signature(like, like, array, types.intp), lower


@intrinsic
def repeat(typing_context: Any, like: Any, array: Any, index: Any) -> Any:
    """Return the one number array[index] in every lane."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_in(context, builder, sig.args[1], arguments[1], arguments[2], DOUBLE)
        return spread(builder, builder.load(place, align=ALIGNMENT), like.count)

    return signature(like, like, array, types.intp), lower


@intrinsic
def fill(typing_context: Any, like: Any, number: Any) -> Any:
    """Return the number in every lane."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return spread(builder, arguments[1], like.count)

    return signature(like, like, types.float64), lower


@intrinsic
def store(typing_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Put the lanes into array[index : index + count]."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        array_value, index_value, value = arguments
        place = place_in(context, builder, sig.args[0], array_value, index_value, lanes.llvm)
        builder.store(value, place, align=ALIGNMENT)
        return context.get_dummy_value()

    return signature(types.none, array, types.intp, lanes), lower


@intrinsic
def keep(typing_context: Any, lanes: Any, count: Any, other: Any) -> Any:
    """Return the first `count` lanes, and the number `other` in the rest."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        value, count_value, other_value = arguments
        numbers = ir.Constant(ir.VectorType(INT64, lanes.count), list(range(lanes.count)))
        first = builder.icmp_signed("<", numbers, spread(builder, count_value, lanes.count))
        return builder.select(first, value, spread(builder, other_value, lanes.count))

    return signature(lanes, lanes, types.intp, types.float64), lower


def butterfly(builder: Any, value: Any, count: int, combine: Callable[[Any, Any], Any]) -> Any:
    """Combine neighbours, then neighbouring pairs, and so on: every lane ends with the same result."""
    distance = 1
    while distance < count:
        partner = shuffled(builder, value, value, [lane ^ distance for lane in range(count)])
        value = combine(value, partner)
        distance *= 2
    return value


@intrinsic
def total(typing_context: Any, lanes: Any) -> Any:
    """Return the sum of the lanes in every lane, as ((0+1)+(2+3))+((4+5)+(6+7)) …"""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return butterfly(builder, arguments[0], lanes.count, builder.fadd)

    return signature(lanes, lanes), lower


@intrinsic
def largest(typing_context: Any, lanes: Any) -> Any:
    """Return the largest of the lanes in every lane; where one is not a number, any."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        def larger(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered(">", a, b), a, b)

        return butterfly(builder, arguments[0], lanes.count, larger)

    return signature(lanes, lanes), lower


@intrinsic
def first(typing_context: Any, lanes: Any) -> Any:
    """Return the first lane as a number."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return builder.extract_element(arguments[0], ir.Constant(INT32, 0))

    return signature(types.float64, lanes), lower


def neighbours_added(builder: Any, a: Any, b: Any) -> Any:
    """Return the sums of neighbouring lanes: those of a, then those of b."""
    count = 2 * a.type.count
    even = shuffled(builder, a, b, range(0, count, 2))
    odd = shuffled(builder, a, b, range(1, count, 2))
    return builder.fadd(even, odd)


@intrinsic
def row_products(typing_context: Any, like: Any, x: Any, x0: Any, w: Any, row: Any, width: Any) -> Any:
    """Σⱼ xⱼ·wᵢⱼ for as many rows i as there are lanes, one in each lane.

    x lies from x[x0] on, the rows one after the other from w[row] on, each `width` long: a multiple of the lanes.
    First the products of equal j modulo the lanes are summed, in the order of j; then those, as `total` does.
    """

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        _, x_value, x0_value, w_value, row_value, width_value = arguments
        numbers = range(like.count)
        sums = [cgutils.alloca_once(builder, like.llvm) for _ in numbers]

        def products(c: Any) -> tuple[Any, list[Any]]:
            at = place_in(context, builder, sig.args[1], x_value, builder.add(x0_value, c), like.llvm)
            rows = [builder.mul(width_value, ir.Constant(INT64, i)) for i in numbers]
            starts = [builder.add(builder.add(row_value, c), offset) for offset in rows]
            places = [place_in(context, builder, sig.args[3], w_value, start, like.llvm) for start in starts]
            return builder.load(at, align=ALIGNMENT), [builder.load(place, align=ALIGNMENT) for place in places]

        xs, ws = products(ir.Constant(INT64, 0))
        for place, values in zip(sums, ws, strict=True):
            builder.store(builder.fmul(xs, values), place)
        step = ir.Constant(INT64, like.count)
        with cgutils.for_range_slice(builder, step, width_value, step, inc=True) as (c, _):
            xs, ws = products(c)
            for place, values in zip(sums, ws, strict=True):
                terms = (Vector(builder, term, like.count) for term in (xs, values, builder.load(place)))
                builder.store(compiled_vector.fma(*terms).value, place)
        values = [builder.load(place) for place in sums]
        while len(values) > 1:
            values = [neighbours_added(builder, *pair) for pair in zip(values[::2], values[1::2], strict=True)]
        return values[0]

    return signature(like, like, x, types.intp, w, types.intp, types.intp), lower


@intrinsic
def add_totals4(typing_context: Any, array: Any, index: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Add the totals of four lanes to array[index : index + 4]."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        array_value, index_value, *values = arguments
        while len(values) > 1:
            values = [neighbours_added(builder, *pair) for pair in zip(values[::2], values[1::2], strict=True)]
        value = values[0]
        while value.type.count > 4:
            count = value.type.count
            even = shuffled(builder, value, value, range(0, count, 2))
            value = builder.fadd(even, shuffled(builder, value, value, range(1, count, 2)))
        place = place_in(context, builder, sig.args[0], array_value, index_value, value.type)
        builder.store(builder.fadd(builder.load(place, align=ALIGNMENT), value), place, align=ALIGNMENT)
        return context.get_dummy_value()

    return signature(types.none, array, types.intp, a, b, c, d), lower
