"""The values that cards show: banded further or withheld until enough people resemble each case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError

from ._attach import Attached
from ._linked import LinkedCases
from ._profiles import WITHHELD
from ._uniqueness import band_further, banded, combination_counts, shared_by, withhold

if TYPE_CHECKING:
    from ._spec import CaseStudy

__all__ = ["ShownValues", "UniquenessRow", "shown_values"]


@dataclass(frozen=True)
class UniquenessRow:
    """A combination of attributes, and how rare the cases are in it.

    Parameters
    ----------
    attributes
        What is shown together.
    change
        What is done to come here, in words.
    bands
        How many bands the attributes have, missing not counted.
    least_k
        The fewest people who resemble a case; None where no case is linked.
    cases_below
        How many cases fewer people resemble than are asked for.
    """

    attributes: str
    change: str
    bands: int
    least_k: int | None
    cases_below: int


@dataclass(frozen=True, eq=False, repr=False)
class ShownValues:
    """The values that cards show.

    Parameters
    ----------
    names
        The attributes.
    texts
        For each case, for each attribute its band or why there is none; None where the case is not linked.
    rungs
        How far each attribute is banded: 0 as it came.
    words
        The bands of each attribute, as they are shown.
    k
        For each case how many people share its shown values; -1 where it is not linked.
    rows
        The table of uniqueness.
    few
        For each attribute how many linked cases have it withheld because too few people stand behind a figure.
    unread
        For each attribute how many records of the other dataset hold something that is no number or date.
    counted
        What k counts: people, households, schools or areas.
    """

    names: tuple[str, ...]
    texts: tuple[tuple[str, ...] | None, ...]
    rungs: tuple[int, ...]
    words: tuple[tuple[str, ...], ...]
    k: NDArray[np.int64]
    rows: tuple[UniquenessRow, ...]
    few: tuple[int, ...]
    unread: tuple[int, ...]
    counted: str

    def __repr__(self) -> str:
        return f"<ShownValues: {len(self.names)} attributes>"

    def withheld(self, place: int) -> int:
        """How many linked cases have an attribute withheld because they are rare."""
        return sum(texts is not None and texts[place] == WITHHELD for texts in self.texts)


def shown_values(spec: CaseStudy, attached: Attached, linked: LinkedCases) -> ShownValues:
    """Return what cards show of the attached attributes.

    Raises
    ------
    DataError
        With ``rare="refuse"``, where fewer people resemble a case than are asked for; with counts.
    """
    here = np.flatnonzero(linked.row >= 0)
    distinct, people, _ = combination_counts(attached.codes, attached.people)
    asked = attached.codes[linked.row[here]]
    ladders = [column.ladder for column in attached.columns]
    names = tuple(one.name for one in attached.attributes)
    rows = _alone_and_together(names, attached, distinct, people, asked, spec.least_k)
    below = rows[-1].cases_below if rows else 0
    if below and spec.rare == "refuse":
        raise DataError(
            f"Fewer than {spec.least_k} {attached.counted} resemble {below:,} of {len(here):,} linked cases in "
            f"{', '.join(names)}. Leave attributes out, give wider edges, or say rare='band' or rare='withhold'."
        )
    rungs = (0,) * len(names)
    if spec.rare == "band":
        rungs, steps = band_further(distinct, people, asked, ladders, spec.least_k)
        rows += [
            UniquenessRow(
                ", ".join(names),
                f"{names[step.attribute]} banded further",
                len(attached.columns[step.attribute].words[step.rung]) - 1,
                _whole(step.least_k),
                step.below,
            )
            for step in steps
        ]
    population, own = banded(distinct, ladders, rungs), banded(asked, ladders, rungs)
    left = withhold(population, people, own, spec.least_k)
    found = np.floor(shared_by(population, people, left) + 1e-9).astype(np.int64)
    if (left < 0).any():
        least = _whole(float(found.min()))
        rows.append(UniquenessRow(", ".join(names), "values withheld", 0, least, int((found < spec.least_k).sum())))
    words = tuple(column.words[rung] for column, rung in zip(attached.columns, rungs, strict=True))
    texts: list[tuple[str, ...] | None] = [None] * len(linked.row)
    for case, codes in zip(here.tolist(), left.tolist(), strict=True):
        cells = zip(words, codes, strict=True)
        texts[case] = tuple(WITHHELD if code < 0 else held[code] for held, code in cells)
    k = np.full(len(linked.row), -1)
    k[here] = found
    few = tuple(int(one[linked.row[here]].sum()) for one in attached.suppressed)
    unread = tuple(column.unread for column in attached.columns)
    return ShownValues(names, tuple(texts), rungs, words, k, tuple(rows), few, unread, attached.counted)


def _alone_and_together(
    names: tuple[str, ...], attached: Attached, distinct: NDArray[np.int64], people: NDArray[np.float64],
    asked: NDArray[np.int64], least_k: int,
) -> list[UniquenessRow]:  # fmt: skip
    """Return how rare cases are by each attribute alone, by all but each, and by all of them, as they came."""
    every = list(range(len(names)))
    sets = [("alone", [place]) for place in every] if len(every) > 1 else []
    sets += [("without the others", every[:place] + every[place + 1 :]) for place in every] if len(every) > 2 else []
    sets += [("all", every)] if every else []
    rows = []
    for what, chosen in sets:
        found = shared_by(distinct[:, chosen], people, asked[:, chosen])
        bands = sum(len(attached.columns[place].words[0]) - 1 for place in chosen)
        change = {"alone": "as it came, alone", "all": "all, as they came"}.get(what, "one left out")
        fewest = _whole(float(found.min(initial=np.inf)))
        rows.append(UniquenessRow(", ".join(names[place] for place in chosen), change, bands, fewest,
                                  int((found < least_k).sum())))  # fmt: skip
    return rows


def _whole(people: float) -> int | None:
    return int(people + 1e-9) if np.isfinite(people) else None
