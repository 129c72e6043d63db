"""Column expressions: a field, or a transformation of its distinct values, written as text.

``"surname"`` is a field; ``soundex("surname")`` returns the expression ``"soundex(surname)"``. Blocking keys and
comparisons name their columns by such expressions, so that a plan prints as code and saves as text. A transformation
runs once for each distinct value.
"""

from ._dated import ALWAYS, NEVER, dated_text, dated_texts, version_of, versions_of
from ._expressions import Expression, canonical, fields_of, optional_fields_of, parse
from ._functions import (
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
from ._transformations import TRANSFORMATIONS, Transformation, import_function, transform

__all__ = [
    "ALWAYS",
    "NEVER",
    "TRANSFORMATIONS",
    "Expression",
    "Transformation",
    "area",
    "canonical",
    "dated_text",
    "dated_texts",
    "day",
    "digits",
    "fields_of",
    "first",
    "import_function",
    "joined",
    "last",
    "metaphone",
    "month",
    "nicknames",
    "nysiis",
    "optional_fields_of",
    "outward",
    "parse",
    "pooled",
    "qgrams",
    "sector",
    "sorted_words",
    "soundex",
    "suffixes",
    "swapped_day_month",
    "transform",
    "undated",
    "using",
    "version_of",
    "versions_of",
    "whole_date",
    "words",
    "year",
]
