"""The machine instructions that the kernels use: bit counts, and the places of a character in a padded text.

Each is a few lines of LLVM's portable vector language, so they compile on any processor, and each has an equivalent in
plain loops beside it, against which the tests compare it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

Lowered = tuple[Any, Callable[..., Any]]
_WORD = ir.IntType(64)


@intrinsic  # type: ignore[untyped-decorator]
def count_bits(typing_context: Any, word: Any) -> Lowered:
    """Count the bits set in an unsigned integer of any width."""

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return word(word), lower


@intrinsic  # type: ignore[untyped-decorator]
def count_trailing_zeros(typing_context: Any, word: Any) -> Lowered:
    """Count the zero bits below the lowest bit set; the width of the word where none is."""

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return word(word), lower


def _places(width: int, rows: Any, row: Any, character: Any) -> Lowered:
    """Compare `width` bytes of a row with one character at once; bit k of the answer is set where byte k equals it."""
    signature = types.uint64(rows, row, character)

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows_value, row_value, character_value = arguments
        vector = ir.VectorType(ir.IntType(8), width)
        data = context.make_array(signature.args[0])(context, builder, rows_value).data
        start = builder.gep(data, [builder.mul(row_value, _WORD(width))])
        text = builder.load(builder.bitcast(start, vector.as_pointer()), align=1)
        one = builder.insert_element(ir.Constant(vector, ir.Undefined), character_value, ir.IntType(32)(0))
        everywhere = builder.shuffle_vector(
            one, ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
        )
        equal = builder.bitcast(builder.icmp_unsigned("==", text, everywhere), ir.IntType(width))
        return equal if width == 64 else builder.zext(equal, _WORD)

    return signature, lower


@intrinsic  # type: ignore[untyped-decorator]
def places_16(typing_context: Any, rows: Any, row: Any, character: Any) -> Lowered:
    """Mark the places of a character in a row of a C-contiguous uint8 array that is 16 wide."""
    return _places(16, rows, row, character)


@intrinsic  # type: ignore[untyped-decorator]
def places_32(typing_context: Any, rows: Any, row: Any, character: Any) -> Lowered:
    """Mark the places of a character in a row of a C-contiguous uint8 array that is 32 wide."""
    return _places(32, rows, row, character)


@intrinsic  # type: ignore[untyped-decorator]
def places_64(typing_context: Any, rows: Any, row: Any, character: Any) -> Lowered:
    """Mark the places of a character in a row of a C-contiguous uint8 array that is 64 wide."""
    return _places(64, rows, row, character)


def plain_count_bits(word: int) -> int:
    """Do what `count_bits` does."""
    return bin(int(word)).count("1")


def plain_count_trailing_zeros(word: int, width: int = 64) -> int:
    """Do what `count_trailing_zeros` does."""
    for place in range(width):
        if int(word) >> place & 1:
            return place
    return width


def plain_places(rows: NDArray[np.uint8], row: int, character: int) -> int:
    """Do what `places_16`, `places_32` and `places_64` do."""
    mask = 0
    for place in range(rows.shape[1]):
        if rows[row, place] == character:
            mask |= 1 << place
    return mask
