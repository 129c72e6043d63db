"""Grade how well two records agree, as levels from strict to loose; missing is a level of its own.

Ready comparisons: :func:`exact`, :func:`text`, :func:`edits`, :func:`name`, :func:`date`, :func:`number`,
:func:`postcode`, :func:`address`, :func:`distance_km`, :func:`sets`, :func:`filters`, :func:`record_filter`,
:func:`function`; and :func:`recommended` for a field. Your own: :func:`comparison` of :func:`level` s, whose
conditions (:func:`equal`, :func:`similar`, :func:`within_edits` ...) combine by ``&``, ``|`` and ``~``.
"""

from linkkit.specs import all_of, either, negated, unknown

from ._compare import compare_pairs
from ._conditions import (
    calls,
    comparison,
    equal,
    is_initial,
    level,
    same_nickname,
    share_members,
    similar,
    swapped,
    within,
    within_days,
    within_edits,
    within_km,
    within_months,
    within_years,
)
from ._dated import dated
from ._people import address, date, email, full_name, house_number, identifier, name, phone, postcode, surname
from ._recommended import recommended, recommended_comparisons
from ._simple import distance_km, edits, exact, filters, function, number, record_filter, sets, text

__all__ = [
    "address",
    "all_of",
    "calls",
    "compare_pairs",
    "comparison",
    "date",
    "dated",
    "distance_km",
    "edits",
    "either",
    "email",
    "equal",
    "exact",
    "filters",
    "full_name",
    "function",
    "house_number",
    "identifier",
    "is_initial",
    "level",
    "name",
    "negated",
    "number",
    "phone",
    "postcode",
    "recommended",
    "recommended_comparisons",
    "record_filter",
    "same_nickname",
    "sets",
    "share_members",
    "similar",
    "surname",
    "swapped",
    "text",
    "unknown",
    "within",
    "within_days",
    "within_edits",
    "within_km",
    "within_months",
    "within_years",
]
