"""Texts that stand where a value is missing: "unknown", "n/a", "???", "xxx"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._column import Mask, matches

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PLACEHOLDERS", "is_placeholder"]

# In lower case. None of them is a name, a place or a code of anything by itself.
PLACEHOLDERS = (
    "null", "(null)", "[null]", "<null>", "none", "nan", "<na>", "#n/a", "n/a", "n.a.", "n.a", "nil", "undefined",
    "unknown", "(unknown)", "unkown", "unk", "not known", "nk", "n/k", "n.k.", "dk", "don't know", "dont know",
    "do not know", "not stated", "not given", "not provided", "not available", "not applicable", "not recorded",
    "not specified", "not supplied", "not disclosed", "not collected", "not entered", "unspecified", "unavailable",
    "undisclosed", "unrecorded", "none given", "none known", "none supplied", "no data", "no value", "no information",
    "missing", "blank", "empty", "refused", "declined", "prefer not to say", "withheld", "redacted", "anonymous",
    "anon", "tbc", "tba", "tbd", "to be confirmed", "dummy", "test", "testing", "test test", "do not use",
    "duplicate", "error", "invalid", "#ref!", "#value!",
)  # fmt: skip


def is_placeholder(lower: pa.StringArray, *, na: bool = True) -> Mask:
    """Which texts (in lower case, blanks squeezed) stand for a missing value.

    Parameters
    ----------
    lower
        Texts in lower case.
    na
        Whether ``na`` is one: in a column of names it may be a name.

    Examples
    --------
    >>> import pyarrow as pa
    >>> is_placeholder(pa.array(["n/a", "ann", "xxx", "??"])).tolist()
    [True, False, True, True]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    known = pa.array([*PLACEHOLDERS, *(["na"] if na else [])], pa.string())
    listed: Mask = pc.is_in(lower, known).to_numpy(zero_copy_only=False)
    return listed | matches(lower, r"^(?:x{3,}|z{4,}|[^\pL\pN]+)$")
