"""Decoys: made-up records that belong to nobody, linked like all others; whatever links to them is false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.block import candidate_pairs
from linkkit.compare import compare_pairs
from linkkit.decide import Clusters, Links, decide
from linkkit.encoded import Encoded, EncodedSets
from linkkit.records import Records

from ._counts import pairs_within
from ._households import households, members, relatives_weight, twin_share
from ._show import Row, as_html, as_text, number, plain, share

if TYPE_CHECKING:
    from ._run import CarriedOut

__all__ = ["DecoyEstimate", "decoy_estimate"]

Rows = NDArray[np.int64]
# What a household shares; names and dates are each member's own.
HOUSEHOLD_KINDS = ("surname", "postcode", "address", "house_number", "place", "phone", "category")
PERSON_KINDS = ("given_name", "sex")
OWN_KINDS = ("identifier", "email")
NAMES = ("surname", "full_name", "given_name")
_TITLE = "Precision by decoys"


@dataclass(frozen=True)
class DecoyEstimate:
    """What links to decoys say of the precision of the others.

    Parameters
    ----------
    decoys, relatives
        How many decoys there were, and how many of them were further members of real households.
    decoy_links
        Links of real records to decoys.
    links
        Links of the run itself.
    false_links
        Expected false links among these.
    precision, precision_interval
        The share that is left, with a 95 % interval (the number of links to decoys is Poisson).
    """

    decoys: int
    relatives: int
    decoy_links: int
    links: int
    false_links: float
    precision: float
    precision_interval: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        return {name: plain(value) for name, value in asdict(self).items()}

    def __str__(self) -> str:
        return as_text(_TITLE, self._rows())

    def _repr_html_(self) -> str:
        return as_html(_TITLE, self._rows())

    def _rows(self) -> list[Row]:
        return [
            ("precision", share(self.precision, self.precision_interval)),
            ("links to decoys", f"{number(self.decoy_links)}, as many as {number(self.false_links)} false links"),
            ("decoys", f"{number(self.decoys)}, {number(self.relatives)} of them in real households"),
        ]


def decoy_estimate(run: CarriedOut, *, seed: int = 1) -> DecoyEstimate:
    """Estimate the precision of a run from links to decoys, which the same rules, model and decision make.

    To the last dataset two kinds of decoys are added: as many strangers as it has records, in households put together
    from the surname of one real household, the home of another, and members of others; and to each real household as
    many relatives as it has members, with its surname and home, a forename and a date of birth from elsewhere, and as
    often a twin's date of birth as real members share it. Links to relatives are counted down, since a record whose own
    match is there meets one false partner fewer. Identifiers of decoys are nobody's.

    Decoys of columns drawn one by one would miss the errors between siblings, which share a surname and a home. What it
    still misses: false links that need more than that in common, such as siblings of one initial, and duplicates that
    were taken for relatives. Decoys have no record of their own in the other dataset, which real siblings often have;
    with one link a record they take more. And each is a single record, which joins a cluster more easily than the
    several records of another person. For both the estimate is cautious.

    Parameters
    ----------
    run
        A run; its rules, model and decision are used again, on the datasets with decoys.
    seed
        Of the draws.

    References
    ----------
    Robach K et al. (2025). A flexible framework for synthetic data based false discovery proportion estimation in
    record linkage. Statistics in Medicine, doi 10.1002/sim.70292 (the idea of records that cannot be matched).

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> decoy_estimate(run).precision > 0.9
    True
    """
    records = run.records
    target = len(records.datasets) - 1
    household = households(records)
    columns, relatives = _decoys(records, target, household, seed)
    extended = records.datasets[target].with_records(columns)
    size = len(extended) - len(records.datasets[target])
    together = Records((*records.datasets[:target], extended), records.link_type)
    levels = compare_pairs(candidate_pairs(together, run.pairs.rules), run.levels.comparisons)
    again = decide(run.model.score(levels, at_least=run.plan.keep), run.plan.decide, model=run.model)
    first_decoy = int(together.starts[target]) + len(records.datasets[target])
    each = _mixed(again, first_decoy, size)
    links = _links(run.decision)
    # Within a dataset, two pairs with decoys stand for a pair of real records: a decoy may take either's place.
    half = 1.0 if records.link_type == "link_only" else 0.5
    weight = np.full(size, half)
    weight[:relatives] *= relatives_weight(records, target, household)
    false = float(weight @ each)
    # A decoy that joins a large cluster has many links at once, which say little more than one (Kish 1965).
    effective = false * false / max(float(((weight * each) ** 2).sum()), 1e-12)
    scale = false / effective if effective else half
    low, high = (end * scale for end in _poisson(effective))
    return DecoyEstimate(
        size, relatives, int(each.sum()), links, false,
        _left(false, links), (_left(high, links), _left(low, links)),
    )  # fmt: skip


def _decoys(records: Records, target: int, household: Rows, seed: int) -> tuple[dict[str, Encoded | EncodedSets], int]:
    """The columns of decoys for a dataset, relatives first, and how many of these there are."""
    dataset = records.datasets[target]
    random = np.random.default_rng(seed)
    size, start = len(dataset), int(records.starts[target])
    _, own = np.unique(household[start : start + size], return_inverse=True)
    own = own.reshape(-1)
    host = members(records, target, household)
    # Strangers: the households again, each under the surname and in the home of two others.
    count = int(own.max(initial=-1)) + 1
    first = np.zeros(count, np.int64)
    first[own[::-1]] = np.arange(size)[::-1]
    name_of = first[random.permutation(count)][own]
    home_of = _far(records, target, name_of, 0.75, random)[first[own]]  # one home a household
    surname, home = np.concatenate([host, name_of]), np.concatenate([host, home_of])
    person, born = _far(records, target, surname, 0.25, random), _far(records, target, surname, 0.5, random)
    is_twin = np.zeros(len(surname), bool)
    is_twin[: len(host)] = random.random(len(host)) < twin_share(records, target, host, household)
    born = np.where(is_twin, surname, born)
    columns: dict[str, Encoded | EncodedSets] = {}
    for field in dataset.fields:
        kind = dataset.kind_of(field)
        if kind == "surname":
            rows = surname
        elif kind in HOUSEHOLD_KINDS:
            rows = home
        elif kind in PERSON_KINDS:
            rows = person
        elif kind == "date":
            rows = born
        else:
            rows = random.integers(size, size=len(surname))
        if dataset.holds_sets(field):
            sets = dataset.encoded_sets(field)
            columns[field] = EncodedSets(sets.codes[rows], sets.starts, sets.members, sets.values)
        elif kind == "full_name":
            columns[field] = _full_names(dataset.encoded(field), person, surname)
        else:
            column = dataset.encoded(field).reordered(rows)
            columns[field] = _changed(column, _reversed) if kind in OWN_KINDS else column
    return columns, len(host)


def _far(records: Records, target: int, rows: Rows, start: float, random: np.random.Generator) -> Rows:
    """For each record, another a quarter of the dataset or more away by surname: surely not the same person."""
    dataset = records.datasets[target]
    size = len(dataset)
    name = next((field for kind in NAMES for field in dataset.fields if dataset.kind_of(field) == kind), None)
    if name is None or dataset.holds_sets(name):
        return random.integers(size, size=len(rows))
    order = np.argsort(dataset.encoded(name).codes, kind="stable")
    place = np.empty(size, np.int64)
    place[order] = np.arange(size)
    step = ((start + 0.25 * random.random(len(rows))) * size).astype(np.int64)
    return np.asarray(order[(place[rows] + step) % size])


def _full_names(column: Encoded, person: Rows, surname: Rows) -> Encoded:
    """Whole names of the forenames of some records and the last names of others."""
    import pyarrow.compute as pc

    from linkkit.encoded import encode

    texts = column.values.take(column.codes[person].astype(np.int64))
    others = column.values.take(column.codes[surname].astype(np.int64))
    fore = pc.replace_substring_regex(texts, r"\s*\S+\s*$", "")
    last = pc.replace_substring_regex(others, r"^.*\s", "")
    return encode(pc.utf8_trim_whitespace(pc.binary_join_element_wise(fore, last, " ")))


def _changed(column: Encoded, change: Callable[[Any], Any]) -> Encoded:
    return column.mapped(change(column.values.slice(1)))


def _reversed(values: Any) -> Any:
    """Texts of the same letters in the opposite order: as long, and nobody's."""
    import pyarrow.compute as pc

    return pc.utf8_reverse(values)


def _mixed(decision: Links | Clusters, first: int, size: int) -> NDArray[np.float64]:
    """How many links to real records each decoy has; decoys are the rows from the first on."""
    if isinstance(decision, Links):
        decided = decision.decided()
        left, right = decided.left, decided.right
    else:
        left, right = _allowed(decision)
    mixed = (left >= first) != (right >= first)
    decoy = np.maximum(left, right)[mixed].astype(np.int64) - first
    return np.bincount(decoy, minlength=size).astype(np.float64)


def _links(decision: Links | Clusters) -> int:
    return decision.link_count if isinstance(decision, Links) else len(_allowed(decision)[0])


def _allowed(clusters: Clusters) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The pairs within clusters that the linkage could make."""
    left, right = pairs_within(clusters.label.astype(np.int64))
    if clusters.records.link_type != "link_only":
        return left, right
    between = clusters.records.dataset_of(left) != clusters.records.dataset_of(right)
    return left[between], right[between]


def _poisson(count: float) -> tuple[float, float]:
    """Garwood's exact 95 % interval of a Poisson mean."""
    from scipy.special import gammaincinv

    low = float(gammaincinv(count, 0.025)) if count else 0.0
    return low, float(gammaincinv(count + 1, 0.975))


def _left(false: float, links: int) -> float:
    return max(1.0 - false / links, 0.0) if links else float("nan")
