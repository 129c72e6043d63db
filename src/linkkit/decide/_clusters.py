"""Put all records of a person into one cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError, SpecError, did_you_mean
from linkkit.records import Records
from linkkit.tables import FieldEvidence, Scores

from ._bridges import WEAK, bridge_places
from ._graphs import connected_components, merged_apart, merged_by_mean
from ._judgements import Judgements
from ._profile import merged_profiles
from ._rivals import gap, keys_of, preference, rounded, sorted_scores
from ._settled import settled_clusters, settled_scores
from ._specs import Cluster
from ._tables import Clusters, Links

__all__ = ["cluster", "links_of"]

Rows = NDArray[np.uint32]
_MOST_UNIQUE = 64


def cluster(scores: Scores, spec: Cluster, model: Any = None, judged: Judgements | None = None) -> Clusters:
    """Cluster the records by a spec, and hold to what people judged; profiles need the model behind the scores."""
    held = held_bits(scores.records, spec.unique)
    label, edges = _by_method(scores, spec, held, model)
    label = settled_clusters(label, edges, held, judged)
    refused = 0
    if spec.ways != "components" or (judged is not None and len(judged)):
        refused = int((label[edges[0]] != label[edges[1]]).sum())
    return Clusters(scores.records, label, spec, scores, refused, judged)


def _by_method(scores: Scores, spec: Cluster, held: NDArray[np.uint64], model: Any) -> tuple[Rows, tuple[Rows, Rows]]:
    """Return clusters by a spec's method, and the links they were made of, strongest first."""
    strong = np.flatnonzero(spec.reached(scores))
    pairs = sorted_scores(scores.take(strong))
    order = preference(pairs.weight)
    edges = pairs.left[order], pairs.right[order]
    if spec.ways == "components":
        return connected_components(*edges, len(scores.records)), edges
    if spec.ways == "profile":
        return merged_profiles(pairs, order, evidence_of(model, scores), held, spec.bits), edges
    if spec.ways == "average":
        every = sorted_scores(scores)
        strong = np.flatnonzero(spec.reached(every))
        weight = rounded(every.weight)
        return merged_by_mean(every.left, every.right, weight, strong[order], held, spec.bits, spec.unscored), edges
    return merged_apart(*edges, held), edges


def evidence_of(model: Any, scores: Scores) -> FieldEvidence:
    """Return what a model says of each comparison.

    Raises
    ------
    SpecError
        Where there is no model.
    ModelError
        Where it is no Fellegi-Sunter model, or weighs other comparisons than the pairs were scored by.
    """
    if model is None:
        raise SpecError(
            "Cluster(method='profile') asks the model about values: give the one that made the scores, as in "
            "clusters(scores, method='profile', model=model)."
        )
    if not hasattr(model, "field_evidence"):
        raise ModelError(
            f"Cluster(method='profile') needs a Fellegi-Sunter model, which weighs each comparison by itself; a "
            f"{type(model).__name__} does not. Use method='average'."
        )
    if tuple(model.comparisons) != scores.comparisons:
        raise ModelError("The model weighs other comparisons than the pairs were scored by; give the one that did.")
    evidence: FieldEvidence = model.field_evidence(scores.records)
    return evidence


def held_bits(records: Records, unique: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return for each record the bit of its dataset, or 0 where the dataset may hold a person more than once."""
    names = [dataset.name for dataset in records.datasets]
    for name in unique:
        if name not in names:
            hint = did_you_mean(name, names) or f" There are: {', '.join(names)}."
            raise SpecError(f"Cluster.unique names the dataset {name!r}, which is not there.{hint}")
    if len(set(unique)) > _MOST_UNIQUE:
        raise SpecError(f"Cluster.unique can name {_MOST_UNIQUE} datasets; got {len(set(unique))}.")
    bits = {name: np.uint64(1) << np.uint64(place) for place, name in enumerate(dict.fromkeys(unique))}
    return np.repeat(np.array([bits.get(name, 0) for name in names], np.uint64), np.diff(records.starts))


def links_of(clusters: Clusters) -> Links:
    """Return the pairs at the threshold within clusters, and those of the review band between them."""
    spec, judged = clusters.decision, clusters.judged
    scores = settled_scores(clusters.all_scores, judged, spec.bits)
    is_within = clusters.label[scores.left] == clusters.label[scores.right]
    in_band = spec.is_review(scores)
    strong = spec.reached(scores)
    sure = np.zeros(len(scores), np.bool_) if judged is None else judged.is_positive(scores.left, scores.right)
    chosen = np.flatnonzero((strong & is_within) | (in_band & ~is_within) | sure)
    gaps = gap(keys_of(scores, "both"), scores.weight)[chosen]
    notes = clusters.notes
    weak = _hanging(clusters)
    if weak:
        hang = "clusters of three records or more hang" if weak > 1 else "cluster of three records or more hangs"
        notes += (f"{weak:,} {hang} together by one pair of probability below {WEAK:g}: see clusters.bridges().",)
    if clusters.refused:
        pairs = f"{clusters.refused:,} pair{'s' if clusters.refused != 1 else ''}"
        notes = (*notes, f"{pairs} reached {spec.threshold_text()} but the clusters of their records were kept apart.")
    is_review = (in_band & ~sure)[chosen]
    return Links(scores.take(chosen), gaps, is_review, spec, scores, notes, judged)


def _hanging(clusters: Clusters) -> int:
    """Count the clusters of three records or more that one weak pair alone holds together."""
    within, weak = bridge_places(clusters, WEAK)
    label = clusters.label[within.left[weak]]
    size = np.bincount(clusters.label, minlength=1)
    return len(np.unique(label[size[label] > 2]))
