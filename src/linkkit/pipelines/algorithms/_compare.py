"""Algorithms beside Fellegi-Sunter on the same data, in a table."""

from __future__ import annotations

import itertools
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.errors import DataError, DiagnosisError
from linkkit.evaluate import Truth, quality_of_pairs, truth_from_ids
from linkkit.records import Records
from linkkit.run import Run, link

from ._linked import AlgorithmLinks
from ._registry import algorithm, algorithm_names
from ._spec import Algorithm

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.plan import Plan

__all__ = ["Compared", "compare"]

FELLEGI_SUNTER = "fellegi_sunter"
Packed = NDArray[np.uint64]


@dataclass(frozen=True, eq=False, repr=False)
class Compared:
    """What several ways to link made of the same datasets.

    Parameters
    ----------
    table
        A row for each way: links, links shared with Fellegi-Sunter, pairs set aside for review, passes that lacked
        fields, and where the truth was given precision and recall with their 95 % intervals (Wilson). Of an algorithm
        that puts records together as persons, the pairs between the two datasets count.
    overlap
        How many links two ways have in common; the diagonal is the links of each.
    results
        What each algorithm linked, by name; the run of Fellegi-Sunter by ``"fellegi_sunter"``.
    not_run
        The algorithms that could not run, and why; Fellegi-Sunter, where its model was refused.
    """

    table: pd.DataFrame
    overlap: pd.DataFrame
    results: dict[str, AlgorithmLinks | Run]
    not_run: dict[str, str]

    def __repr__(self) -> str:
        return self.table.to_string()

    def _repr_html_(self) -> str:
        return str(self.table.to_html())


def compare(
    left: Dataset,
    right: Dataset,
    *,
    truth: Any = None,
    algorithms: str | Algorithm | Sequence[str | Algorithm] | None = None,
    plan: Plan | None = None,
) -> Compared:
    """Run algorithms and Fellegi-Sunter on the same two datasets, and compare what they link.

    Parameters
    ----------
    left, right
        The datasets; the right is the register.
    truth
        Where known, whatever :func:`linkkit.evaluate.truth_from_ids` takes, such as true pairs (left_id, right_id).
    algorithms
        Names or algorithms, or one of them; by default every published one. Those whose fields are not there are
        named in ``not_run``. Further ones of one name are numbered: ``matchkeys``, ``matchkeys 2``.
    plan
        The plan of Fellegi-Sunter; by default the recommended one.

    Returns
    -------
    Compared

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> found = compare(trial.dataset(), register.dataset(), truth=trial.matches(register), algorithms=["slk_581"])
    >>> found.table.index.tolist()
    ['fellegi_sunter', 'slk_581']
    """
    results: dict[str, AlgorithmLinks | Run] = {}
    linked: dict[str, Packed] = {}
    not_run: dict[str, str] = {}
    try:
        run = link(left, right, plan=plan, progress=False)
        results[FELLEGI_SUNTER], linked[FELLEGI_SUNTER] = run, _packed(*_rows_of(run))
    except DiagnosisError as error:  # a model that cannot be right is no reason not to see the algorithms
        not_run[FELLEGI_SUNTER] = str(error)
    for one in _asked(algorithms):
        chosen = algorithm(one) if isinstance(one, str) else one
        name = _free_name(chosen.name, {FELLEGI_SUNTER, *results, *not_run})
        try:
            made = chosen.link(left, right)
        except (DataError, DiagnosisError) as error:
            not_run[name] = str(error)
            continue
        results[name], linked[name] = made, _packed(*made.joined_rows(between=True))
    known = None if truth is None else truth_from_ids(Records((left, right)), truth)
    return Compared(_table(results, linked, known), _overlap(linked), results, not_run)


def _asked(algorithms: str | Algorithm | Sequence[str | Algorithm] | None) -> Sequence[str | Algorithm]:
    """Return which algorithms to run: one stands for itself."""
    if algorithms is None:
        return algorithm_names()
    return (algorithms,) if isinstance(algorithms, str | Algorithm) else algorithms


def _free_name(name: str, taken: Container[str]) -> str:
    """Return a name, numbered from 2 where another way has it."""
    numbered = (f"{name} {number}" for number in itertools.count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _rows_of(run: Run) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    decided = run.linked.decided()
    return decided.left, decided.right


def _packed(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> Packed:
    """Return pairs as one number each; rows are the same in every way, as datasets are in the order of ids."""
    return np.sort((left.astype(np.uint64) << np.uint64(32)) | right)


def _table(results: dict[str, AlgorithmLinks | Run], linked: dict[str, Packed], known: Truth | None) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, pairs in linked.items():
        made = results[name]
        row: dict[str, Any] = {"links": len(pairs)}
        if FELLEGI_SUNTER in linked:
            row["shared_with_fellegi_sunter"] = len(np.intersect1d(pairs, linked[FELLEGI_SUNTER]))
        if isinstance(made, AlgorithmLinks):
            row["set_aside"] = len(made.status) - len(made)
            row["passes_without_fields"] = sum(bool(count.lacking) for count in made.counts)
        else:
            row |= {"set_aside": int((made.links["status"] == "review").sum()), "passes_without_fields": 0}
        if known is not None:
            left, right = (pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32)
            found = quality_of_pairs(left, right, known)
            row |= {"true_links": found.found_pairs}
            row |= _with_interval("precision", found.precision, found.precision_interval)
            row |= _with_interval("recall", found.recall, found.recall_interval)
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index(list(linked), name="way"))


def _with_interval(name: str, value: float, interval: tuple[float, float]) -> dict[str, float]:
    return {name: value, f"{name}_low": interval[0], f"{name}_high": interval[1]}


def _overlap(linked: dict[str, Packed]) -> pd.DataFrame:
    import pandas as pd

    counts = [[len(np.intersect1d(one, other)) for other in linked.values()] for one in linked.values()]
    return pd.DataFrame(counts, index=list(linked), columns=list(linked))
