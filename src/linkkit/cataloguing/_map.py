"""The data map: which datasets share what, which pairs can be linked, may be, and how well it is likely to work."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.cards import UNITS, Card, CardFindings
from linkkit.cards._settled import day_of
from linkkit.checking import check, check_card
from linkkit.errors import SpecError, did_you_mean

from ._checklist import Checklist, checklist_of
from ._draft import Draft, draft_of
from ._entries import read_entries
from ._held import Holding
from ._pair import PairOutlook, outlook
from ._tables import PAIR_COLUMNS, dataset_rows, field_rows, pair_rows

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["DataMap", "catalogue"]


@dataclass(frozen=True, eq=False, repr=False)
class DataMap:
    """Datasets, what they share, and what linking each pair promises. Made by :func:`catalogue`.

    Parameters
    ----------
    holdings
        The datasets and what they hold, in the order of their names.
    on
        The day on which linkages would be made.
    level
        The unit that would be linked; None for the coarser of each pair.
    """

    holdings: tuple[Holding, ...]
    on: datetime.date
    level: str | None = None

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards, in the order of their names."""
        return tuple(one.entry.card for one in self.holdings)

    @cached_property
    def outlooks(self) -> tuple[PairOutlook, ...]:
        """The outlook of every pair, in the order of names."""
        return tuple(outlook(one, other, on=self.on, level=self.level) for one, other in combinations(self.holdings, 2))

    @cached_property
    def findings(self) -> Mapping[str, CardFindings]:
        """For each dataset what its card lacks, and where card and data disagree, if the data are at hand."""
        return {
            one.entry.card.name: check_card(one.entry.card, among=self.cards)
            if one.entry.dataset is None
            else check(one.entry.dataset, among=self.cards)
            for one in self.holdings
        }

    @property
    def datasets(self) -> pd.DataFrame:
        """One row a dataset: kind, unit, size, period, places, ages, and how many findings there are about it."""
        import pandas as pd

        return pd.DataFrame(dataset_rows(self.holdings, self.findings))

    @property
    def fields(self) -> pd.DataFrame:
        """One row for each field and dataset: whether it is held, how complete, and what an agreement on it tells."""
        import pandas as pd

        return pd.DataFrame(field_rows(self.holdings))

    @property
    def pairs(self) -> pd.DataFrame:
        """One row a pair: what is shared, what is covered, expected quality, permission."""
        import pandas as pd

        return pd.DataFrame(pair_rows(self.outlooks), columns=list(PAIR_COLUMNS))

    def pair(self, left: str, right: str) -> PairOutlook:
        """Return the outlook of two datasets, by name."""
        one, other = self._two(left, right)
        return outlook(one, other, on=self.on, level=self.level)

    def draft(self, left: str, right: str) -> Draft:
        """Return a draft plan for two datasets, by name.

        Raises
        ------
        PlanError
            Where the linkage is not feasible or not permitted.
        """
        one, other = self._two(left, right)
        return draft_of(one, other, self.pair(left, right))

    def checklist(self, left: str, right: str) -> Checklist:
        """Return the ethics and governance checklist of a linkage of two datasets, filled from their cards."""
        one, other = self._two(left, right)
        return checklist_of(one.entry.card, other.entry.card, self.pair(left, right))

    def chart(self) -> alt.Chart:
        """Draw which dataset holds which field, and how complete it is."""
        from ._charts import field_matrix

        return field_matrix(field_rows(self.holdings))

    def pair_chart(self) -> alt.Chart:
        """Draw how well each pair is likely to link, and what may not be linked."""
        from ._charts import pair_matrix

        return pair_matrix(self.outlooks, [card.name for card in self.cards])

    def to_dict(self) -> dict[str, Any]:
        """Return the map as plain data that JSON can hold."""
        from ._plain import plain_map

        return plain_map(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the map: one self-contained page (``.html``), or its data (``.json``)."""
        from ._page import save_map

        return save_map(self, path)

    def __str__(self) -> str:
        from ._plain import map_text

        return map_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ._plain import map_html

        return map_html(self)

    def _two(self, left: str, right: str) -> tuple[Holding, Holding]:
        by_name = {one.entry.card.name: one for one in self.holdings}
        for name in (left, right):
            if name not in by_name:
                hint = did_you_mean(name, by_name) or f" It has: {', '.join(by_name)}."
                raise SpecError(f"The map has no dataset {name!r}.{hint}")
        if left == right:
            raise SpecError(f"A pair is of two datasets; got {left!r} twice. To find duplicates in one, use dedupe().")
        return by_name[left], by_name[right]


def catalogue(
    *sources: Any, on: datetime.date | str | None = None, level: str | None = None, read: bool = True
) -> DataMap:
    """Map datasets by their data cards: what they share, which pairs can and may be linked, and how well it will work.

    Expected quality follows the model of Fellegi and Sunter (1969) turned round: from how complete fields are, how
    often they agree by chance (counted in the data where they are at hand, else orders of magnitude) and between the
    records of one person (assumed), it counts through all patterns. Fields are taken as independent, so read it as a
    plan, not as a measurement.

    Parameters
    ----------
    *sources
        :class:`~linkkit.Card` objects, datasets, paths of cards (``trial.card.toml``) or of data with a card beside
        them, folders of cards.
    on
        The day on which linkages would be made, for consent that ends, as a date or its ISO text; by default today.
    level
        The unit that would be linked; by default the coarser of each pair.
    read
        Whether the data that cards name are read, where they are there. False plans by the cards alone.

    Raises
    ------
    CardError
        With every mistake of every card, and every name that two cards have.
    SpecError
        Where ``on`` is no day, or ``level`` no unit.

    Examples
    --------
    >>> from linkkit.cards import Card
    >>> trial = Card("trial", "trial", completeness={"given_name": 1, "surname": 1, "date_of_birth": 1}, persons=800)
    >>> pupils = Card("pupils", "administrative", fields={"surname": "s", "date_of_birth": "d"}, persons=50_000)
    >>> found = catalogue(trial, pupils)
    >>> found.pair("trial", "pupils").grade
    'workable'
    """
    if level is not None and level not in UNITS:
        raise SpecError(f"level must be one of {', '.join(UNITS)}; got {level!r}.{did_you_mean(str(level), UNITS)}")
    day = datetime.date.today() if on is None else day_of(on, "on")
    holdings = tuple(Holding(entry) for entry in read_entries(sources, read=read))
    return DataMap(holdings, day, level)
