"""What of a linkage leaves the unit, by tier: groups, a mask, counts; scores never do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from linkkit.errors import SpecError, did_you_mean
from linkkit.pseudonymise._contract import SubKeys
from linkkit.pseudonymise.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    import pyarrow as pa

    from ._linked import Linked

__all__ = ["TIERS", "UNIT_ONLY", "Tier", "check_tier", "counts", "groups", "masks", "scores"]

Tier = Literal["groups", "scores", "mask", "counts"]
TIERS: tuple[Tier, ...] = ("groups", "scores", "mask", "counts")
"""What is told: who is together; how sure each pair is; which records are linked at all; how many."""
UNIT_ONLY: tuple[Tier, ...] = ("scores",)
"""Tiers that never leave the linkage unit: scores of pairs tell how similar people's names are."""
# Probability of a link from which each band begins.
BANDS = (0.99, 0.95, 0.9, 0.5, 0.0)
SMALL, HIDDEN = "<{}", "[c]"


def check_tier(tier: str) -> Tier:
    """Return a tier by its name.

    Raises
    ------
    SpecError
        Where there is none of that name.
    """
    for known in TIERS:
        if tier == known:
            return known
    raise SpecError(f"tier must be one of {', '.join(TIERS)}; got {tier!r}.{did_you_mean(tier, TIERS)}")


def groups(linked: Linked, pseudonyms: Pseudonyms, key: SubKeys, *, everyone: bool) -> dict[str, pa.Table]:
    """Return for each dataset its record keys and project ids: one project id a person, in whichever dataset.

    Parameters
    ----------
    linked
        What was linked.
    pseudonyms, key
        How persons are named in the project, and the unit's key.
    everyone
        Whether records without a link get a project id, too.
    """
    import numpy as np
    import pyarrow as pa

    made = {}
    for name, table in linked.persons.items():
        chosen = np.ones(len(table), bool) if everyone else linked.is_linked(name)
        kept = table.filter(pa.array(chosen))
        ids = pseudonyms.of(kept["person"].to_pylist(), key)
        made[name] = pa.table({"record_key": kept["record_key"], "project_id": pa.array(ids, pa.string())})
    return made


def masks(linked: Linked, pseudonyms: Pseudonyms, key: SubKeys) -> dict[str, pa.Table]:
    """Return for each dataset all its record keys, in order, with a project id of the record and whether it is linked.

    Project ids are of records of one dataset, not of persons: whoever puts two masks together learns nothing of who is
    linked with whom.

    Parameters
    ----------
    linked, pseudonyms, key
        As in :func:`groups`.
    """
    import pyarrow as pa

    made = {}
    for name, table in linked.persons.items():
        own = Pseudonyms(f"{pseudonyms.project}\x1fmask\x1f{name}")
        ids = own.of(table["record_key"].to_pylist(), key)
        made[name] = pa.table({
            "record_key": table["record_key"],
            "project_id": pa.array(ids, pa.string()),
            "is_linked": pa.array(linked.is_linked(name)),
        })  # fmt: skip
    return made


def scores(linked: Linked) -> pa.Table:
    """Return every link with its weight and probability, under a key of its own; for the unit alone."""
    import pyarrow as pa

    numbers = pa.array([f"L{number}" for number in range(1, len(linked.links) + 1)], pa.string())
    return linked.links.add_column(0, "record_key", numbers)


def counts(linked: Linked, least: int) -> dict[str, Any]:
    """Return how many records and links there are, links by bands of probability; no count below ``least``.

    A count of 1 to ``least - 1`` is shown as ``<10``. Where the total would tell such a count, another band is hidden
    too, as ``[c]``. So is the number of linked records of a dataset where that of the others is small.

    Parameters
    ----------
    linked
        What was linked.
    least
        The smallest count that is shown.
    """
    import numpy as np

    probability = np.asarray(linked.links["match_probability"], np.float64)
    band = np.searchsorted(-np.array(BANDS), -probability, side="left")
    found = np.bincount(np.minimum(band, len(BANDS) - 1), minlength=len(BANDS)).tolist()
    datasets = []
    for name, table in linked.persons.items():
        with_link = int(linked.is_linked(name).sum())
        is_told = not 0 < len(table) - with_link < least
        shown: int | str = _shown(with_link, least)
        datasets.append({
            "name": name, "records": _shown(len(table), least),
            "linked_records": shown if is_told or isinstance(shown, str) else HIDDEN,
        })  # fmt: skip
    bands = [
        {"probability_from": start, "links": links} for start, links in zip(BANDS, _hidden(found, least), strict=True)
    ]
    return {"datasets": datasets, "links": _shown(sum(found), least), "bands": bands, "least_count": least}


def _shown(count: int, least: int) -> int | str:
    return SMALL.format(least) if 0 < count < least else count


def _hidden(found: list[int], least: int) -> list[int | str]:
    """Hide small counts, and one more where their sum, which the total tells, leaves them one way to be alone."""
    small = [count for count in found if 0 < count < least]
    shown = [_shown(count, least) for count in found]
    if not small or (len(small) > 1 and sum(small) not in (len(small), len(small) * (least - 1))):
        return shown
    others = [place for place, count in enumerate(found) if count not in small]
    # The smallest that there is, else an empty band; neither helps where all that there is are ones.
    chosen = min(others, key=lambda place: (found[place] == 0, found[place]), default=None)
    if chosen is None or (found[chosen] == 0 and sum(small) == len(small)):
        return [HIDDEN] * len(found)
    shown[chosen] = HIDDEN
    return shown
