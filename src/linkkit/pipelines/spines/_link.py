"""A dataset linked to the persons of a spine: a record agrees with a person where it agrees with any of its records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._stages import require_one_encoding, scored
from linkkit.block import candidate_pairs
from linkkit.compare import compare_pairs
from linkkit.decide._assignment import assign
from linkkit.decide._rivals import best_of_each, gap
from linkkit.errors import DataError, SpecError
from linkkit.permission import permitted
from linkkit.plan import check_plan
from linkkit.prepare import prepare
from linkkit.progress import Progress
from linkkit.records import Records
from linkkit.weights import log2_odds

from ._fields import with_fields

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.dataset import Dataset
    from linkkit.tables import Scores

    from ._run import SpineRun

__all__ = ["SpineLinks", "link_to_spine"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class SpineLinks:
    """Which person of a spine each record of a dataset is.

    Parameters
    ----------
    dataset
        The dataset, prepared; records that may not be linked are left out, and counted in ``dataset.left_out``.
    spine
        The spine.
    record, person
        Shape (links,): rows of the dataset, and the smallest rows of the persons in the spine.
    weight, probability
        Match weight in bits and match probability of the best of the person's records.
    gap
        Bits to the best other person of the record, or other record of the person; inf where there is none.
    """

    dataset: Dataset
    spine: SpineRun
    record: Numbers
    person: Numbers
    weight: NDArray[np.float64]
    probability: NDArray[np.float64]
    gap: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.record)

    def __repr__(self) -> str:
        return f"<SpineLinks of {self.dataset.name}: {len(self):,} of {len(self.dataset):,} records traced>"

    @cached_property
    def links(self) -> pd.DataFrame:
        """The links: the dataset's id, spine_id, match_weight, match_probability, gap; sorted by id."""
        trace = self.trace
        return trace[trace["traced"]].drop(columns="traced").reset_index(drop=True)

    @cached_property
    def trace(self) -> pd.DataFrame:
        """Every record of the dataset that was sent: its id, spine_id, traced, match_weight, match_probability, gap."""
        import pandas as pd
        import pyarrow as pa

        names = self.spine.clustered.names
        assert names is not None
        size = len(self.dataset)
        place = np.full(size, -1, np.int64)
        place[self.record] = np.arange(len(self.record))
        ids = names.take(pa.array(self.person)).take(pa.array(place, mask=place < 0))

        def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
            found = np.full(size, np.nan)
            found[self.record] = values
            return found

        return pd.DataFrame({
            self.dataset.id: self.dataset.ids.to_pandas(),
            "spine_id": ids.to_pandas(),
            "traced": place >= 0,
            "match_weight": spread(self.weight),
            "match_probability": spread(self.probability),
            "gap": spread(self.gap),
        })  # fmt: skip


def link_to_spine(
    spine: SpineRun, dataset: Dataset, *, one_to_one: bool, at_least: float, progress: bool | Progress | None
) -> SpineLinks:
    """See :meth:`SpineRun.link`."""
    if not 0 < at_least < 1:
        raise SpecError(f"at_least is a probability between 0 and 1; got {at_least:g}.")
    sources = spine.linkage.datasets
    if dataset.name in {source.name for source in sources}:
        raise DataError(
            f"{dataset.name} is the name of a source of the spine. To bring that up to date use update(); else give "
            "the dataset another name with Dataset(..., name=)."
        )
    allowed = permitted((*sources, dataset))[-1]
    plan = spine.linkage.plan
    with Progress.of(progress) as shown:
        shown.step("prepare")
        wanted = {field: sources[0].fields[field].kind for field in spine.linkage.records.fields}
        ready = prepare(with_fields([allowed], wanted)[0], plan.prepare, skip_absent=True)
        joined = (*sources, ready)
        require_one_encoding(joined)
        own = len(spine.linkage.records)
        is_fresh = np.zeros(own + len(ready), np.bool_)
        is_fresh[own:] = True
        records = Records(joined, "link_only", is_fresh)
        check_plan(plan.change(link_type="link_only"), records)
        shown.step("compare")
        levels = compare_pairs(candidate_pairs(records, plan.block), plan.compare)
        shown.step("score")
        scores = scored(spine.linkage.model, levels, plan)
    return _chosen(spine, ready, scores, own, one_to_one=one_to_one, at_least=at_least)


def _chosen(
    spine: SpineRun, dataset: Dataset, scores: Scores, own: int, *, one_to_one: bool, at_least: float
) -> SpineLinks:
    """Choose persons: of each record and person the best pair of records counts."""
    label = spine.clustered.label
    record, person = scores.right.astype(np.int64) - own, label[scores.left].astype(np.int64)
    order = np.lexsort((scores.left, -np.round(scores.weight, 9), person, record))
    record, person = record[order], person[order]
    is_best = np.ones(len(order), np.bool_)
    is_best[1:] = (record[1:] != record[:-1]) | (person[1:] != person[:-1])
    record, person, order = record[is_best], person[is_best], order[is_best]
    weight, probability = scores.weight[order], scores.probability[order]
    keys = [record, person + len(dataset)] if one_to_one else [record]
    gaps = gap(keys, weight)
    strong = np.flatnonzero(probability >= at_least)
    if one_to_one:
        gain = weight[strong] - log2_odds(at_least)
        taken = assign(record[strong].astype(np.uint32), person[strong].astype(np.uint32), gain)
    else:
        taken = best_of_each([record[strong]], weight[strong])
    found: Any = strong[taken]
    return SpineLinks(dataset, spine, record[found], person[found], weight[found], probability[found], gaps[found])
