"""Eight filters against eight others at once: which of the 64 pairs can share enough bits.

The words of eight filters lie side by side, so that one vector of 512 bits holds the same word of all of them. LLVM
cuts the vectors to what the processor has; where it has AVX-512 with bit counts, a word of eight pairs costs three
instructions. Plain loops did not become these instructions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from .intrinsics import Lowered

LANES = 8
"""Filters of a block."""
_WORD, _INDEX = ir.IntType(64), ir.IntType(32)
_VECTOR = ir.VectorType(_WORD, LANES)


@intrinsic  # type: ignore[untyped-decorator]
def may_reach(
    typing_context: Any,
    left: Any,
    left_rests: Any,
    left_block: Any,
    right: Any,
    right_rests: Any,
    right_ranks: Any,
    right_block: Any,
    needs: Any,
    head: Any,
) -> Lowered:
    """Mark the pairs of two blocks of filters that can still share as many bits as they need.

    Parameters
    ----------
    left, right
        Shape (blocks, words, 8), uint64: filters in blocks, the words of eight filters side by side.
    left_rests, right_rests
        Shape (8 * blocks,), int64: bits set in the words from `head` on.
    left_block, right_block
        Which blocks, uint64.
    right_ranks
        Shape (8 * blocks,), int64: the row of `needs` of each filter on the right.
    needs
        Shape (ranks, 8), int64: how many bits each filter of the left block must share with a filter of that rank.
    head
        How many words are counted, uint64, at least one; of the others the fewer bits of the two are taken for shared.

    Returns
    -------
    Bit ``8 * j + i`` is set for filter i of the left block and filter j of the right one.
    """
    signature = types.uint64(
        left, left_rests, left_block, right, right_rests, right_ranks, right_block, needs, head
    )  # fmt: skip

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args

        def start(place: int) -> Any:
            return context.make_array(kinds[place])(context, builder, arguments[place])

        def load(data: Any, place: Any) -> Any:
            return builder.load(builder.gep(data, [place]))

        def load_vector(data: Any, place: Any) -> Any:
            return builder.load(builder.bitcast(builder.gep(data, [place]), _VECTOR.as_pointer()), align=8)

        def spread(word: Any) -> Any:
            one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), word, _INDEX(0))
            zeros = ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES)
            return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)

        count_bits = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_VECTOR, [_VECTOR]), f"llvm.ctpop.v{LANES}i64"
        )
        lanes = _WORD(LANES)
        words = builder.extract_value(start(0).shape, 1)
        left_first, right_first = builder.mul(arguments[2], lanes), builder.mul(arguments[6], lanes)
        left_rest = load_vector(start(1).data, left_first)
        left_start = builder.gep(start(0).data, [builder.mul(left_first, words)])
        right_start = builder.gep(start(3).data, [builder.mul(right_first, words)])
        begin = []
        for lane in range(LANES):
            rest = spread(load(start(4).data, builder.add(right_first, _WORD(lane))))
            begin.append(builder.select(builder.icmp_signed("<", rest, left_rest), rest, left_rest))

        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        place = builder.phi(_WORD)
        place.add_incoming(_WORD(0), before)
        counts = []
        for first in begin:
            count = builder.phi(_VECTOR)
            count.add_incoming(first, before)
            counts.append(count)
        offset = builder.mul(place, lanes)
        word = load_vector(left_start, offset)
        added = [
            builder.add(
                counts[lane],
                builder.call(
                    count_bits, [builder.and_(word, spread(load(right_start, builder.add(offset, _WORD(lane)))))]
                ),
            )
            for lane in range(LANES)
        ]
        following = builder.add(place, _WORD(1))
        place.add_incoming(following, loop)
        for count, sum_ in zip(counts, added, strict=True):
            count.add_incoming(sum_, loop)
        builder.cbranch(builder.icmp_unsigned("<", following, arguments[8]), loop, after)

        builder.position_at_end(after)
        marks = _WORD(0)
        for lane, count in enumerate(added):
            rank = load(start(5).data, builder.add(right_first, _WORD(lane)))
            need = load_vector(start(7).data, builder.mul(rank, lanes))
            reached = builder.bitcast(builder.icmp_signed(">=", count, need), ir.IntType(LANES))
            marks = builder.or_(marks, builder.shl(builder.zext(reached, _WORD), _WORD(LANES * lane)))
        return marks

    return signature, lower


def plain_may_reach(
    left: NDArray[np.uint64],
    left_rests: NDArray[np.int64],
    left_block: int,
    right: NDArray[np.uint64],
    right_rests: NDArray[np.int64],
    right_ranks: NDArray[np.int64],
    right_block: int,
    needs: NDArray[np.int64],
    head: int,
) -> int:
    """Do what `may_reach` does."""
    marks = 0
    for lane in range(LANES):
        for other in range(LANES):
            row, column = LANES * left_block + lane, LANES * right_block + other
            shared = min(int(left_rests[row]), int(right_rests[column]))
            for place in range(head):
                both = int(left[left_block, place, lane]) & int(right[right_block, place, other])
                shared += both.bit_count()
            if shared >= needs[right_ranks[column], lane]:
                marks |= 1 << (LANES * other + lane)
    return marks
