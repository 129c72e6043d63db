"""Count what cannot be true of one person, and say which links it speaks against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._text_tables import aligned
from linkkit.errors import SpecError, did_you_mean
from linkkit.proportions import clopper_pearson

from ._against import Found, id_texts, links_against
from ._checks import Checks
from ._contradictions import Contradictions, find_contradictions
from ._facts import Nodes, Table, gather, number_nodes, tables_of
from ._people import People
from ._spells import Spells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Implausible", "implausible"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Implausible:
    """What contradicts itself in persons, and how many links must be false for it.

    Contradictions are signs, not proofs: a source may be wrong itself. How often that is shows in ``one_id``: persons
    whose contradiction needs no link.

    Parameters
    ----------
    kinds
        One row a kind: ``kind``; ``seen``: persons of whom it could have been seen; ``persons``: of whom it was;
        ``share, low, high``: their share of these with its exact 95 % interval; ``one_id``: persons where facts under
        one id contradict each other; ``across_links``: where facts of linked ids do; ``rows``: rows of tables that are
        part of it.
    findings
        One row a contradiction: ``kind``, then ``table, id, row`` (from 0) of its two facts (``other_table, other_id,
        other_row``), and ``between``: ``"one_id"``, ``"link"`` (two linked ids) or ``"chain"`` (ids joined through
        others).
    links
        The links it speaks against: ``left_id, right_id, kinds`` and ``status``: ``"contradicted"`` where facts of its
        own two ids contradict each other, ``"one_of_several"`` where at least one link of a chain must be false.
    link_count
        How many links there are, each pair once.
    false_links
        The fewest links that are false if the sources are right: the contradicted ones, and one more for each group of
        ids that still contradicts itself without these.
    without_facts
        How many links have an id that no table of its side holds, so that nothing can be seen of them.
    """

    kinds: pd.DataFrame
    findings: pd.DataFrame
    links: pd.DataFrame
    link_count: int
    false_links: int
    without_facts: int = 0

    def __repr__(self) -> str:
        return f"<Implausible: {len(self.findings):,} contradictions, at least {self.false_links:,} false links>"

    def __str__(self) -> str:
        head = ("kind", "seen", "persons", "share", "95 % interval", "one id", "across links")
        rows = [_line(row) for row in self.kinds.to_dict("records") if row["seen"]]
        lines = aligned(head, rows, numbers=[1, 2, 3, 5, 6]) if rows else []
        unseen = self.kinds.loc[self.kinds["seen"] == 0, "kind"].tolist()
        if unseen:
            lines.append(f"Of nobody could be seen: {', '.join(unseen)}.")
        if self.link_count:
            low, high = clopper_pearson(self.false_links, self.link_count)
            lines.append(
                f"At least {self.false_links:,} of {self.link_count:,} links are false if the sources are right: "
                f"{_percent(self.false_share)} ({_percent(low)} to {_percent(high)})."
            )
        if self.without_facts:
            lines.append(
                f"Of {self.without_facts:,} of these links nothing could be seen: no table holds an id of them."
                + (" Are left and right swapped?" if self.without_facts == self.link_count else "")
            )
        return "\n".join(lines)

    @property
    def false_share(self) -> float:
        """The least share of links that are false if the sources are right; NaN without links."""
        return self.false_links / self.link_count if self.link_count else float("nan")


def implausible(
    left: Table | Sequence[Table],
    right: Table | Sequence[Table] | None = None,
    *,
    links: Any = None,
    checks: Checks | None = None,
) -> Implausible:
    """Find what cannot be true of one person: two places at once, spells before birth or after death, and the like.

    Implausible scenarios of linked records give a lower bound on false links without any truth.

    Parameters
    ----------
    left, right
        Spells and People, one or several of each side.
    links
        A table with ``left_id`` and ``right_id``, such as ``run.links``: ids of the left and of the right tables, whose
        persons it joins. With a right of None, both are ids of the left tables (duplicates of one dataset). Without
        links, equal ids are one person, on either side.
    checks
        What to look for, and with what tolerance; by default ``Checks()``.

    Returns
    -------
    Implausible
        Counts by kind, the contradictions by id and row, and the links that they speak against.

    Raises
    ------
    SpecError
        Where something else than Spells and People is given, two tables have one name, or no table has the column of
        places that was named.
    DataError
        Where links lack a column or an id, or persons have so many rows that something else must be wrong.

    References
    ----------
    Hagger-Johnson G, Harron K, Gonzalez-Izquierdo A, et al. Identifying possible false matches in anonymized hospital
    administrative data without patient identifiers. Health Services Research 2015; 50(4): 1162-1178,
    doi:10.1111/1475-6773.12272 (online 2014). Clopper CJ, Pearson ES. The use of confidence or fiducial limits
    illustrated in the case of the binomial. Biometrika 1934; 26: 404-413.

    Examples
    --------
    >>> import pandas as pd
    >>> stays = pd.DataFrame({"client": ["C1", "C2", "C2"], "start": ["2014-05-01", "2020-01-01", "2020-01-05"],
    ...                       "end": ["2014-06-01", "2020-01-31", None], "home": ["Oak", "Oak", "Elm"]})
    >>> stays = Spells.of(stays, entity="client", place="home", name="stays")
    >>> born = pd.DataFrame({"pupil": ["P1", "P2"], "born": ["2015-03-01", "2012-01-01"]})
    >>> born = People.of(born, entity="pupil", birth="born", name="register")
    >>> found = implausible(stays, born, links=pd.DataFrame({"left_id": ["C1", "C2"], "right_id": ["P1", "P2"]}))
    >>> kinds = found.kinds[found.kinds["persons"] > 0]
    >>> kinds[["kind", "seen", "persons", "one_id", "across_links"]].values.tolist()
    [['two_places', 1, 1, 1, 0], ['before_birth', 2, 1, 0, 1]]
    >>> found.links[["left_id", "right_id", "kinds", "status"]].values.tolist()
    [['C1', 'P1', 'before_birth', 'contradicted']]
    """
    tables = tables_of(left, right)
    checks = checks or Checks()
    _require_place(tables, checks.place)
    nodes = number_nodes(tables, links, is_within=right is None)
    spells = gather(tables, nodes, Spells, checks.place)
    people = gather(tables, nodes, People)
    kinds = list(find_contradictions(spells, people, nodes.person, checks))
    found = Found.of(kinds, nodes)
    against, false_links = links_against(found, nodes, [kind.kind for kind in kinds])
    names = np.array([table.name for _, table in tables], dtype=object)
    return Implausible(
        _counted(kinds, found), _shown(found, kinds, nodes, names), against, len(nodes.left), false_links,
        nodes.without_facts,
    )  # fmt: skip


def _require_place(tables: Sequence[tuple[int, Table]], place: str | None) -> None:
    """Refuse a column of places that was named and that no table has."""
    columns = [column for _, table in tables if isinstance(table, Spells) for column in table.column_names]
    if place is not None and place not in (Checks.place, *columns):
        raise SpecError(f"Checks.place: no table of spells has a column {place!r}.{did_you_mean(place, columns)}")


def _shown(found: Found, kinds: Sequence[Contradictions], nodes: Nodes, names: NDArray[Any]) -> pd.DataFrame:
    """Return one row a contradiction, in the order of kinds, ids and rows."""
    import pandas as pd

    (table, other_table), (row, other_row), (node, other_node) = found.table, found.row, found.node
    order = np.lexsort([other_row, row, other_table, table, other_node, node, found.kind])
    between = np.where(found.is_linked, "link", np.where(node == other_node, "one_id", "chain")).astype(object)
    data = {
        "kind": np.array([kind.kind for kind in kinds], dtype=object)[found.kind],
        "table": names[table],
        "id": id_texts(nodes.ids, node),
        "row": row,
        "other_table": names[other_table],
        "other_id": id_texts(nodes.ids, other_node),
        "other_row": other_row,
        "between": between,
    }
    return pd.DataFrame({column: values[order] for column, values in data.items()})


def _counted(kinds: Sequence[Contradictions], found: Found) -> pd.DataFrame:
    """Return one row a kind: persons of whom it could be seen and was, and rows that are part of it."""
    import pandas as pd

    rows = []
    is_within = found.node[0] == found.node[1]
    for number, kind in enumerate(kinds):
        is_one = found.kind == number
        seen, persons = len(kind.seen), len(np.unique(found.person[is_one]))
        low, high = clopper_pearson(persons, seen)
        facts = np.stack([found.table[:, is_one].ravel(), found.row[:, is_one].ravel()])
        rows.append(
            {
                "kind": kind.kind,
                "seen": seen,
                "persons": persons,
                "share": persons / seen if seen else float("nan"),
                "low": low,
                "high": high,
                "one_id": len(np.unique(found.person[is_one & is_within])),
                "across_links": len(np.unique(found.person[is_one & ~is_within])),
                "rows": np.unique(facts, axis=1).shape[1],
            }
        )
    return pd.DataFrame(rows)


def _line(row: dict[Any, Any]) -> tuple[str, ...]:
    interval = f"{_percent(row['low'])} to {_percent(row['high'])}"
    counts = (f"{row['seen']:,}", f"{row['persons']:,}", _percent(row["share"]), interval)
    return (str(row["kind"]), *counts, f"{row['one_id']:,}", f"{row['across_links']:,}")


def _percent(share: float) -> str:
    return f"{share:.2%}"
