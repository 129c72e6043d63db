"""Choose pairs worth comparing, and count before making.

``candidate_pairs`` takes datasets and rules and returns :class:`~linkkit.tables.Pairs`, which are made when iterated.
Rules are written with :func:`on`, :func:`near`, :func:`sorted_neighbourhood`, :func:`minhash`, :func:`every_pair` and
:func:`listed`; columns with the functions re-exported here, such as :func:`soundex`.
"""

from linkkit.values import (
    area,
    day,
    digits,
    first,
    joined,
    last,
    metaphone,
    month,
    nicknames,
    nysiis,
    outward,
    pooled,
    qgrams,
    sector,
    sorted_words,
    soundex,
    suffixes,
    swapped_day_month,
    undated,
    using,
    whole_date,
    words,
    year,
)

from ._candidates import candidate_pairs, count_pairs, largest_blocks, sampled_blocks
from ._complete import CompleteRules, complete
from ._proposals import proposals
from ._recommended import recommended
from ._rules import any_of, every_pair, evidence, listed, minhash, near, on, shared_evidence, sorted_neighbourhood

__all__ = [
    "CompleteRules",
    "any_of",
    "area",
    "candidate_pairs",
    "complete",
    "count_pairs",
    "day",
    "digits",
    "every_pair",
    "evidence",
    "first",
    "joined",
    "largest_blocks",
    "last",
    "listed",
    "metaphone",
    "minhash",
    "month",
    "near",
    "nicknames",
    "nysiis",
    "on",
    "outward",
    "pooled",
    "proposals",
    "qgrams",
    "recommended",
    "sampled_blocks",
    "sector",
    "shared_evidence",
    "sorted_neighbourhood",
    "sorted_words",
    "soundex",
    "suffixes",
    "swapped_day_month",
    "undated",
    "using",
    "whole_date",
    "words",
    "year",
]
