"""Bloom filters: values encoded as bits that stay alike where the values are, for fields and for whole records.

Say what to encode in a :class:`BloomField` for each field, or put several into one :class:`Clk`; :func:`sized_for`
chooses sizes from a dataset, :func:`encode` makes the filters, and :func:`levels_for` says which Dice coefficients
mean what.
"""

from ._encode import encode
from ._expected import ExpectedDice, dice, expected_dice, levels_for
from ._filters import field_filters
from ._harden import harden
from ._hardening import Balance, Blip, Diffuse, Hardening, Rule90, XorFold, length_after
from ._sizes import sized_for
from ._spec import BloomField, Clk

__all__ = [
    "Balance",
    "Blip",
    "BloomField",
    "Clk",
    "Diffuse",
    "ExpectedDice",
    "Hardening",
    "Rule90",
    "XorFold",
    "dice",
    "encode",
    "expected_dice",
    "field_filters",
    "harden",
    "length_after",
    "levels_for",
    "sized_for",
]
