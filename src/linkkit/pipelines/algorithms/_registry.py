"""Algorithms by name."""

from __future__ import annotations

from collections.abc import Callable

from linkkit.errors import SpecError, did_you_mean

from ._cured import cured
from ._echild import echild
from ._hesid import hesid
from ._mother_baby import mother_baby
from ._mps import mps
from ._ons import ons_matchkeys
from ._slk import slk_581
from ._spec import Algorithm
from ._sui import sui_4, sui_5

__all__ = ["algorithm", "algorithm_names"]

_BY_NAME: dict[str, Callable[[], Algorithm]] = {
    "ons_matchkeys": ons_matchkeys,
    "slk_581": slk_581,
    "hesid": hesid,
    "mps": mps,
    "mother_baby": mother_baby,
    "cured": cured,
    "echild": echild,
    "sui_4": sui_4,
    "sui_5": sui_5,
}


def algorithm_names() -> tuple[str, ...]:
    """Return the names of the algorithms.

    Examples
    --------
    >>> "ons_matchkeys" in algorithm_names()
    True
    """
    return tuple(_BY_NAME)


def algorithm(name: str) -> Algorithm:
    """Return a published algorithm by name.

    Raises
    ------
    SpecError
        Where there is none of that name.

    Examples
    --------
    >>> len(algorithm("ons_matchkeys").passes)
    35
    """
    if name not in _BY_NAME:
        hint = did_you_mean(name, tuple(_BY_NAME)) or f" There are: {', '.join(_BY_NAME)}."
        raise SpecError(f"There is no algorithm {name!r}.{hint}")
    return _BY_NAME[name]()
