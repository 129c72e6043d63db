"""Graph matching: who is like whom, and nothing else, tells who is who."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError

from ._columns import filter_bytes
from ._graphs import match_graphs, similarities
from ._result import Attempt

__all__ = ["graph_matching"]

_FEWEST, _MOST = 20, 4_000  # nodes: the room grows with their square, the time with their cube


def graph_matching(encodings: Any, known: Any, *, truth: Any = None, name: str = "filters") -> Attempt:
    """Match people by how alike their encodings are to each other, against people whom the attacker knows.

    The attacker has neither key nor hash: encodes the people they know with a key of their own and compares the two
    graphs of similarities. Works the better, the more of the people in the file the attacker knows and the larger the
    file is. For made-up data.

    Parameters
    ----------
    encodings
        One filter a record, in any form; None is missing. Records of equal filters are one node.
    known
        The filters of the people that the attacker knows, made with another key.
    truth
        Shape (records,), whole numbers: for each record of `encodings` the row of the same person in `known`, -1 where
        the attacker does not know them.
    name
        What the result calls the encoding.

    Returns
    -------
    Attempt
        `records`: with truth, those whose person the attacker knows (the overlap); `named`: all that were matched to
        someone; `right`: matched to their own person, or to one whose filter is the same.

    Raises
    ------
    DataError
        Where truth has another length or names rows that are not there.
    SpecError
        Where there are fewer than 20 or more than 4,000 distinct filters on a side.

    Notes
    -----
    After Vidanage, Christen, Ranbaduge and Schnell (A graph matching attack on privacy-preserving record linkage, CIKM
    2020), who describe nodes by features of their place in the graph; embeddings found from seeds, as in Schäfer,
    Armknecht and Heng (R+R: Revisiting graph matching attacks on privacy-preserving record linkage, ACSAC 2024),
    make it much stronger. Here seeds are found without truth, and similarities to them are the embedding.

    Examples
    --------
    >>> from linkkit.pseudonymise.attacks import MadeUpKey
    >>> from linkkit.pseudonymise.bloom import BloomField, field_filters
    >>> from linkkit.synth import people
    >>> born = people(400, seed=1).people
    >>> names = (born["given_name"] + " " + born["surname"] + " " + born["postcode"]).unique().tolist()
    >>> spec = BloomField("name", hashes=15, length=1024)
    >>> provider, attacker = (field_filters(names, spec, MadeUpKey(seed)) for seed in (1, 2))
    >>> graph_matching(provider, attacker, truth=range(len(names))).share > 0.9
    True
    """
    start = time.perf_counter()
    target, others = filter_bytes(encodings, "encodings"), filter_bytes(known, "known")
    nodes, node_of = _nodes(target.filters, target.present)
    known_nodes, known_node_of = _nodes(others.filters, others.present)
    for side, count in (("encodings", len(nodes)), ("known", len(known_nodes))):
        if not _FEWEST <= count <= _MOST:
            raise SpecError(
                f"graph_matching works on {_FEWEST} to {_MOST:,} distinct filters; {side} has {count:,}. Take a sample "
                "of the records."
            )
    places = None if truth is None else _rows_of(truth, len(target), len(others))
    matching = match_graphs(similarities(nodes), similarities(known_nodes))
    answer = np.full(len(nodes) + 1, -1)
    answer[matching.left] = matching.right
    of_record = answer[node_of]
    records, right = len(target.present), None
    if places is not None:
        true = np.where(places >= 0, known_node_of[places], -1)
        overlap = (true >= 0) & (node_of >= 0)
        records, right = int(overlap.sum()), int((overlap & (of_record == true)).sum())
    return Attempt(
        "graph matching",
        name,
        f"no key, but the clear values of {len(others.present):,} people, many of them in the file",
        f"{len(nodes):,} nodes matched to {len(known_nodes):,} by their similarities alone",
        records,
        int((of_record[target.present] >= 0).sum()),
        right,
        time.perf_counter() - start,
    )


def _nodes(filters: NDArray[np.uint8], present: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the distinct filters, and for each record the number of its own, -1 where it is missing."""
    distinct, numbers = np.unique(filters[present], axis=0, return_inverse=True)
    of_record = np.full(len(filters), -1)
    of_record[present] = numbers.reshape(-1)
    return distinct, of_record


def _rows_of(truth: Any, records: int, known: int) -> NDArray[np.int64]:
    found = np.asarray(list(truth))
    if found.shape != (records,) or found.dtype.kind not in "iu":
        raise DataError(
            f"truth must hold a whole number for each of the {records:,} records: the row of the person in known, or "
            f"-1; got {found.dtype} of shape {found.shape}."
        )
    places = found.astype(np.int64)
    if len(places) and not (places.min() >= -1 and places.max() < known):
        raise DataError(f"truth must name rows of known, from 0 to {known - 1:,}, or -1.")
    return places
