"""Examples of two records: what differs on the right, and the pass that makes the pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ._steps import Vector

__all__ = ["NO_PAIR", "pair_vectors"]

NO_PAIR = "no pair"
_BY_HAND = "worked by hand from the published rule; the source prints no example"


def pair_vectors(
    record: Mapping[str, str | None], examples: Sequence[tuple[Mapping[str, str | None], str]], source: str
) -> tuple[Vector, ...]:
    """Return examples of two records, alike but for what is said.

    Parameters
    ----------
    record
        The left record, by field.
    examples
        What differs on the right, and the pass that makes the pair, or :data:`NO_PAIR`.
    source
        Where the rule is printed.

    Returns
    -------
    tuple of Vector
        ``given`` holds ``left.surname``, ``right.surname`` and so on.

    Examples
    --------
    >>> pair_vectors({"surname": "lee"}, [({"surname": "poe"}, NO_PAIR)], "Table 2")[0].given
    {'left.surname': 'lee', 'right.surname': 'poe'}
    """
    return tuple(
        Vector(
            {f"{side}.{field}": value for side, values in (("left", record), ("right", {**record, **changes}))
             for field, value in values.items()},
            expected,
            source,
            _BY_HAND,
        )
        for changes, expected in examples
    )  # fmt: skip
