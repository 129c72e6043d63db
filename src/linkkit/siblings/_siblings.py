"""``find_siblings``: the pairs of relatives of a run, each two persons once, and the families that they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from linkkit.block import candidate_pairs
from linkkit.compare import compare_pairs
from linkkit.decide import Clusters, Links
from linkkit.errors import ModelError
from linkkit.records import Records
from linkkit.tables import Levels, id_frame
from linkkit.weights import least_weight, probability

from ._births import is_one_birth

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.plan import Plan
    from linkkit.score import Relatives

__all__ = ["Siblings", "find_siblings"]

Rows = NDArray[np.uint32]
BIRTH_FIELD = "date_of_birth"
UNKNOWN = -1


class CarriedOut(Protocol):
    """What is asked of a run."""

    @property
    def plan(self) -> Plan:
        """What was done."""
        ...

    @property
    def records(self) -> Records:
        """The records."""
        ...

    @property
    def levels(self) -> Levels:
        """How well the candidate pairs agree."""
        ...

    @property
    def model(self) -> Any:
        """The model that scored them."""
        ...

    @property
    def linked(self) -> Links:
        """The links."""
        ...

    @property
    def clustered(self) -> Clusters:
        """The clusters, or what the links connect."""
        ...


@dataclass(frozen=True, eq=False)
class Siblings:
    """Pairs of records of one family and two persons, each two persons once.

    Parameters
    ----------
    records
        What the rows are of.
    left, right
        Shape (pairs,), uint32: rows, sorted by left, then right. Of all candidate pairs of the same two persons the one
        that is likeliest of relatives stands for them.
    probability
        Shape (pairs,), float64: that they are relatives and not one person.
    match_probability
        Shape (pairs,), float64: that they are one person; 0 where the decision rules it out.
    is_twin
        Shape (pairs,), int8: 1 for twins (see :func:`is_one_birth`), 0 for others, -1 where a date of birth is not
        known.
    person
        Shape (records,), uint32: the person of each record, by the run's links or clusters.
    has_twin
        Shape (records,), bool: records that have a twin among the candidates, who is another person.
    at_least
        The least probability of the pairs.
    """

    records: Records
    left: Rows
    right: Rows
    probability: NDArray[np.float64]
    match_probability: NDArray[np.float64]
    is_twin: NDArray[np.int8]
    person: Rows
    has_twin: NDArray[np.bool_]
    at_least: float

    def __len__(self) -> int:
        return len(self.left)

    def __repr__(self) -> str:
        return f"<Siblings: {len(self):,} pairs of persons, {int((self.is_twin == 1).sum()):,} of them twins>"

    @cached_property
    def family(self) -> Rows:
        """Shape (records,), uint32: the smallest row of each record's family, of all persons that pairs connect."""
        from linkkit.decide._graphs import connected_components

        own = np.arange(len(self.person), dtype=np.uint32)
        left = np.concatenate([self.left, own])
        right = np.concatenate([self.right, self.person]).astype(np.uint32)
        return connected_components(left, right, len(own))

    def to_pandas(self) -> pd.DataFrame:
        """Return ids, relative_probability, match_probability and is_twin (missing where not known), sorted by id."""
        import pandas as pd

        frame = id_frame(self.records, self.left, self.right)
        frame["relative_probability"] = self.probability
        frame["match_probability"] = self.match_probability
        twins = pd.array(self.is_twin == 1, dtype="boolean")
        twins[self.is_twin == UNKNOWN] = pd.NA
        frame["is_twin"] = twins
        return frame

    def families(self) -> pd.DataFrame:
        """Return every record with its family: id, family_id (with several datasets: dataset, id, family_id).

        A family is called by its smallest id, as a cluster is; a record without relatives is a family of its own.
        """
        import pandas as pd

        from linkkit.decide._ids import cluster_ids, dataset_names, record_ids

        columns = {"id": record_ids(self.records), "family_id": cluster_ids(self.records, self.family)}
        if len(self.records.datasets) > 1:
            columns = {"dataset": dataset_names(self.records), **columns}
        return pd.DataFrame(columns)


def find_siblings(run: CarriedOut, *, at_least: float = 0.5, within: bool = False) -> Siblings:
    """Find the pairs of one family and two persons among a run's candidate pairs.

    Candidates are streamed by their patterns and only those kept that relatives explain; none is looked for where the
    rules made no pair.

    Parameters
    ----------
    run
        A run.
    at_least
        Least probability of being relatives.
    within
        Of a link of datasets: whether pairs within each of them are made and looked at, too, by the rules of the plan.
        A large dataset may have many.

    Returns
    -------
    Siblings
        Each two persons once, however many of their records met.

    Raises
    ------
    ModelError
        Where the run's model never looked for relatives.

    Examples
    --------
    >>> import linkkit as lk
    >>> left, right = lk.synth.families(130, seed=1)
    >>> run = lk.link(left.dataset(), right.dataset(), progress=False)
    >>> find_siblings(run, at_least=0.9).to_pandas().columns.tolist()
    ['left_id', 'right_id', 'relative_probability', 'match_probability', 'is_twin']
    """
    if not hasattr(run.model, "relatives"):
        raise ModelError("Rules, classifiers and mixtures know of no relatives; siblings need a Fellegi-Sunter model.")
    levels = _also_within(run) if within and run.records.link_type == "link_only" else run.levels
    found: Relatives = run.model.relatives(levels, at_least=at_least)
    person = run.clustered.label
    match = np.where(_is_ruled_out(run.linked, found), 0.0, found.match_probability)
    kin = np.where(match > 0.0, found.probability, found.other_probability)
    kept = (person[found.left] != person[found.right]) & (kin >= probability(np.array(least_weight(at_least, None))))
    left, right, kin, match = found.left[kept], found.right[kept], kin[kept], match[kept]
    twin = _twins(run.records, left, right)
    has_twin = np.zeros(len(person), np.bool_)
    has_twin[left[twin == 1]] = has_twin[right[twin == 1]] = True
    chosen, of_pair = _each_two_persons_once(person, left, right, kin)
    known = np.full(len(chosen), UNKNOWN, np.int8)
    np.maximum.at(known, of_pair, twin)
    return Siblings(
        found.records, left[chosen], right[chosen], kin[chosen], match[chosen], known, person, has_twin, at_least
    )


def _also_within(run: CarriedOut) -> Levels:
    """Return the levels of the pairs that the rules make between the datasets and within each."""
    records = Records(run.records.datasets, "link_and_dedupe")
    return compare_pairs(candidate_pairs(records, run.plan.block), run.plan.compare)


def _is_ruled_out(links: Links, found: Relatives) -> NDArray[np.bool_]:
    """Which pairs cannot be one person: both of a dataset that holds a person once, or one linked to somebody else."""
    single, decided, records = links.decision.single, links.decided(), found.records
    is_taken = np.zeros(len(records), np.bool_)
    if single in ("left", "both"):
        is_taken[decided.left] = True
    if single in ("right", "both"):
        is_taken[decided.right] = True
    # Right records that have one match at most leave a left person one record, and the other way round.
    named = getattr(links.decision, "unique", ())
    is_unique = np.array([dataset.name in named for dataset in records.datasets])
    if len(is_unique) == 2:
        is_unique |= [single in ("right", "both"), single in ("left", "both")]
    of = records.dataset_of(found.left)
    is_within = of == records.dataset_of(found.right)
    return np.where(is_within, is_unique[of], is_taken[found.left] | is_taken[found.right])


def _each_two_persons_once(
    person: Rows, left: Rows, right: Rows, kin: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the likeliest pair of each two persons, rising, and for every pair which of these speaks for it."""
    one, other = person[left].astype(np.uint64), person[right].astype(np.uint64)
    key = (np.minimum(one, other) << np.uint64(32)) | np.maximum(one, other)
    order = np.lexsort((right, left, -kin, key))
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = key[order][1:] != key[order][:-1]
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(is_first) - 1
    best = order[is_first]
    rising = np.argsort(best, kind="stable")
    place = np.empty(len(best), np.int64)
    place[rising] = np.arange(len(best))
    return best[rising], place[number]


def _twins(records: Records, left: Rows, right: Rows) -> NDArray[np.int8]:
    is_date = BIRTH_FIELD in records.fields and records.datasets[0].kind_of(BIRTH_FIELD) == "date"
    if not is_date:
        return np.full(len(left), UNKNOWN, np.int8)
    column = records.encoded(BIRTH_FIELD)
    return is_one_birth(column.codes[left], column.codes[right], column.values)
