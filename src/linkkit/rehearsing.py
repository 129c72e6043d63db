"""Rehearse a linkage on made-up people: the same plan on clear text, tokens, filters of fields, filters of records."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from ._text_tables import aligned, html_table
from .dataset import Dataset
from .errors import DiagnosisError, SpecError
from .evaluate import expected_of_run, pair_quality, truth_from_ids
from .plan import Plan, plan_of
from .prepare import prepare
from .progress import Progress
from .pseudonymise import Encoding, Key, encode
from .run import Run, link

if TYPE_CHECKING:
    import pandas as pd

    from .synth import Recorded

__all__ = ["Rehearsal", "Rehearsed", "rehearse"]

Form = Literal["clear", "tokens", "filters", "records"]
_HEADS = ("form", "precision", "recall", "F1", "stated P", "stated R", "seconds", "whoever links can learn")
# What each gives away to who links, in a line.
_GIVES_AWAY = {
    "clear": "everything",
    "tokens": "which values are equal, and how frequent each is",
    "filters": "how alike the values of each field are, and how frequent each is",
    "records": "how alike whole records are",
}


@dataclass(frozen=True)
class Rehearsed:
    """How a plan did in one form.

    Parameters
    ----------
    form
        ``"clear"``, ``"tokens"``, ``"filters"`` or ``"records"``.
    links
        How many pairs were linked.
    precision, recall, f1
        Against the truth; recall over all true pairs. NaN where the linkage was refused.
    stated_precision, stated_recall
        What the run says of itself without the truth.
    seconds
        How long it took, encoding left out.
    gives_away
        What whoever links can learn.
    refused
        The serious findings for which the model was refused, if it was.
    """

    form: str
    links: int
    precision: float
    recall: float
    f1: float
    stated_precision: float
    stated_recall: float
    seconds: float
    gives_away: str
    refused: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """How a plan did in several forms, for :func:`rehearse`; prints as a table.

    Parameters
    ----------
    rows
        One for each form.
    people
        Records of each dataset.
    """

    rows: tuple[Rehearsed, ...]
    people: tuple[int, ...]

    def __str__(self) -> str:
        return "\n".join(aligned(_HEADS, [_cells(row) for row in self.rows]))

    def _repr_html_(self) -> str:
        return html_table(_HEADS, [_cells(row) for row in self.rows])

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; what is not known is None."""
        rows = [{name: None if value != value else value for name, value in asdict(row).items()} for row in self.rows]
        return {"people": list(self.people), "forms": rows}

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame, a row for each form."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.rows])


def rehearse(
    left: Recorded | Dataset | None = None,
    right: Recorded | Dataset | None = None,
    *,
    truth: Any = None,
    plan: Plan | None = None,
    forms: Sequence[Form] = ("clear", "tokens", "filters", "records"),
    encodings: Sequence[Encoding] = (),
    people: int = 3_000,
    seed: int = 1,
    progress: bool | Progress | None = None,
) -> Rehearsal:
    """Carry out one plan on clear text and on each kind of encoding, and compare what comes out with the truth.

    Do it before any real data leave a provider: it tells what pseudonyms will cost, on people who do not exist.

    Parameters
    ----------
    left, right
        Two made-up datasets with their truth, as :mod:`linkkit.synth` makes them; or datasets of your own with
        ``truth=``. Without them a trial and a register of made-up people.
    truth
        For datasets of your own: as for :func:`linkkit.evaluate.truth_from_ids`.
    plan
        The plan; by default what is recommended, for each form.
    forms
        Which forms, in which order.
    encodings
        Encodings of your own instead of designed ones; each is used for the form of its level.
    people, seed
        How many people live where the trial and the register are made up, and the seed.
    progress
        As for :func:`linkkit.link`.

    Raises
    ------
    SpecError
        Where a form is not known, or one dataset or the truth is not given.

    Examples
    --------
    >>> found = rehearse(people=400, forms=("clear", "filters"), progress=False)
    >>> [row.form for row in found.rows], all(row.f1 > 0.9 for row in found.rows)
    (['clear', 'filters'], True)
    """
    unknown = [form for form in forms if form not in get_args(Form)]
    if unknown or not forms:
        raise SpecError(f"forms must be some of {', '.join(get_args(Form))}; got {list(forms)!r}.")
    chosen = plan_of(plan, "rehearse")
    datasets, known = _asked(left, right, truth, people, seed)
    prepared = [prepare(dataset, chosen.prepare, skip_absent=True) for dataset in datasets]
    given = {encoding.level: encoding for encoding in encodings}
    rows = []
    for form in forms:
        if form == "clear":
            rows.append(_row(form, datasets, chosen, known, progress))
            continue
        encoding = given.get(form) or chosen.encoding(form, *prepared)
        key = Key.generate(project="rehearsal")
        encoded = [encode(dataset, key, encoding, as_it_stands=True) for dataset in prepared]
        rows.append(_row(form, encoded, chosen.encoded(encoding), known, progress))
    return Rehearsal(tuple(rows), tuple(map(len, datasets)))


def _asked(
    left: Recorded | Dataset | None, right: Recorded | Dataset | None, truth: Any, people: int, seed: int
) -> tuple[list[Dataset], Any]:
    """Return the datasets and their truth."""
    if left is None and right is None:
        from . import synth

        population = synth.people(people, seed=seed)
        left, right = population.trial(), population.register(who="everyone")
    if left is None or right is None:
        raise SpecError("rehearse() takes two datasets, or none for made-up people.")
    if isinstance(left, Dataset) or isinstance(right, Dataset):
        if truth is None or not (isinstance(left, Dataset) and isinstance(right, Dataset)):
            raise SpecError("rehearse() of two datasets of yours needs truth=: who is who, since they are made up.")
        return [left, right], truth
    persons = {one.name: one.truth.set_index("record_id")["person_id"] for one in (left, right)}
    return [left.dataset(), right.dataset()], persons if truth is None else truth


def _row(form: str, datasets: Sequence[Dataset], plan: Plan, truth: Any, progress: Any) -> Rehearsed:
    started = time.perf_counter()
    try:
        run: Run = link(*datasets, plan=plan, progress=progress)
    except DiagnosisError as error:
        serious = ", ".join(dict.fromkeys(finding.name for finding in error.diagnosis.serious))
        nan, seconds = float("nan"), time.perf_counter() - started
        return Rehearsed(form, 0, nan, nan, nan, nan, nan, seconds, _GIVES_AWAY[form], serious)
    seconds = time.perf_counter() - started
    quality = pair_quality(run.decision, truth_from_ids(run.records, truth))
    stated = expected_of_run(run)
    return Rehearsed(
        form, quality.links, quality.precision, quality.recall, quality.f1, stated.precision, stated.recall, seconds,
        _GIVES_AWAY[form],
    )  # fmt: skip


def _cells(row: Rehearsed) -> tuple[str, ...]:
    if row.refused:
        return (row.form, f"refused: {row.refused}", "", "", "", "", f"{row.seconds:.1f}", row.gives_away)
    figures = (row.precision, row.recall, row.f1, row.stated_precision, row.stated_recall)
    return (row.form, *(f"{value:.4f}" for value in figures), f"{row.seconds:.1f}", row.gives_away)
