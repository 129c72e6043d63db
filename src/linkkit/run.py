"""lk.link and lk.dedupe: a plan carried out; Run: its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ._stages import CarriesOut, completed, learned, require_one_encoding, saved_model, timer
from ._update import Moved, Update
from .block import candidate_pairs
from .compare import compare_pairs
from .dataset import Dataset
from .decide import Cluster, Clusters, Judgements, Links, decide
from .diagnosing import diagnose_run
from .errors import SpecError
from .judging import read_judgements
from .permission import permitted
from .plan import Plan, carries_out, check_plan, plan_of, prepared_for, recommend, spelled_out
from .progress import Progress
from .records import LinkType, Records
from .rounds import decide_in_rounds
from .score import Diagnosis
from .tables import Levels, Pairs, Scores

if TYPE_CHECKING:
    import pandas as pd

    from .evaluate import ExpectedQuality
    from .explain import Explanation
    from .report._disclosure import Audience
    from .sections import Section
    from .siblings import Siblings

__all__ = ["Run", "dedupe", "link"]


@overload
def link(*datasets: Dataset, plan: CarriesOut, progress: bool | Progress | None = None) -> Any: ...


@overload
def link(
    *datasets: Dataset, plan: Plan | None = None, labels: pd.DataFrame | None = None,
    judgements: pd.DataFrame | str | Path | None = None, link_type: LinkType | None = None,
    progress: bool | Progress | None = None,
) -> Run: ...  # fmt: skip


def link(
    *datasets: Dataset,
    plan: Plan | CarriesOut | None = None,
    labels: pd.DataFrame | None = None,
    judgements: pd.DataFrame | str | Path | None = None,
    link_type: LinkType | None = None,
    progress: bool | Progress | None = None,
) -> Any:
    """Link records of the same people across two datasets or more.

    Parameters
    ----------
    *datasets
        The datasets.
    plan
        What to do; what it leaves open is recommended for the datasets. ``print(run.plan)`` shows every step. A
        pipeline (:mod:`linkkit.pipelines`) is carried out whole, and returns what it makes.
    labels
        Pairs known to match or not (left_id, right_id, is_match), where the plan learns from labels.
    judgements
        Pairs that people decided (left_id, right_id, is_match), as a table or the path of one: they win over every
        score. By default those that the plan names.
    link_type
        ``"link_only"`` (the default) or ``"link_and_dedupe"``: duplicates within the datasets too.
    progress
        Whether to show progress; by default where the work lasts more than two seconds and somebody watches.

    Returns
    -------
    Run
        With every table: ``links``, ``clusters``, ``scores``, ``model``, and ``explain``, ``report``, ``save``.

    Raises
    ------
    DataError
        Where the datasets cannot be linked: no field in common, or the same dataset twice; where judgements contradict
        each other.
    SpecError, PlanError
        Where ``plan`` is no plan; where the plan does not fit the datasets, all its mistakes at once.
    DiagnosisError
        Where what was learned cannot be right: see its ``diagnosis``. ``Plan(accept=...)`` accepts findings by name.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> list(run.links.columns[:4])
    ['left_id', 'right_id', 'match_weight', 'match_probability']
    """
    if len(datasets) < 2:
        raise SpecError("link() needs two datasets or more; to find duplicates in one, use dedupe().")
    if carries_out(plan):
        if labels is not None or judgements is not None or link_type is not None:
            raise SpecError("A pipeline says in its own plan what labels=, judgements= and link_type= would.")
        return plan.run(*datasets, progress=progress)
    return _carry_out(datasets, plan_of(plan, "link"), link_type, labels, judgements, progress)


def dedupe(
    dataset: Dataset,
    *,
    plan: Plan | None = None,
    labels: pd.DataFrame | None = None,
    judgements: pd.DataFrame | str | Path | None = None,
    progress: bool | Progress | None = None,
) -> Run:
    """Find the records of one dataset that belong to the same people.

    Parameters
    ----------
    dataset, plan, labels, judgements, progress
        As in :func:`link`.

    Returns
    -------
    Run
        ``run.clusters`` has every record with its cluster.

    Examples
    --------
    >>> import linkkit as lk
    >>> register = lk.synth.sample()[1]
    >>> len(lk.dedupe(register.dataset(), progress=False).clusters) == len(register.frame)
    True
    """
    return _carry_out((dataset,), plan_of(plan, "dedupe"), None, labels, judgements, progress)


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A plan carried out: every table that it made.

    Parameters
    ----------
    plan
        The plan, without gaps.
    records
        The prepared datasets as one numbering of records.
    pairs, levels, model, scores
        What each stage made. Pairs are those of the plan's rules, then of complete blocking where it was used; levels
        count them all, but where they are many.
    decision
        The links or clusters as a table of rows; ``links`` and ``clusters`` are data frames of ids.
    seconds
        How long each stage took.
    update
        Of an update (:func:`linkkit.update`) what it adds; ``pairs``, ``levels`` and ``scores`` are then its own alone.
    notes
        How the linked pairs were found, in words: whether complete blocking was used, and why not.
    completed
        How many pairs of each rule of complete blocking were looked at that the levels do not count, where there are
        many: they cannot reach the threshold, and were not graded whole. A pair of several rules counts for each.
    sections
        What a pipeline adds to the report.
    """

    plan: Plan
    records: Records
    pairs: Pairs
    levels: Levels
    model: Any
    scores: Scores
    decision: Links | Clusters
    seconds: dict[str, float]
    update: Update | None = None
    notes: tuple[str, ...] = ()
    completed: tuple[int, ...] = ()
    sections: tuple[Section, ...] = ()

    def __repr__(self) -> str:
        return f"<Run: {self.summary()}>"

    def summary(self) -> str:
        """Return what came out, in a line."""
        names = " and ".join(f"{dataset.name} ({len(dataset):,})" for dataset in self.records.datasets)
        judged = f", {len(self.judged):,} judgements" if self.judged is not None else ""
        if isinstance(self.decision, Clusters):
            return f"{names}: {len(self.decision):,} clusters{judged}"
        return f"{names}: {self.decision.link_count:,} links{judged}"

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """The prepared datasets."""
        return self.records.datasets

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What looks wrong with the model, the columns and the links made: ``print(run.diagnosis)``."""
        return diagnose_run(self)

    @property
    def links(self) -> pd.DataFrame:
        """The links, sorted by ids: left_id, right_id, match_weight, match_probability, gap, status, and the rest.

        A status is ``"link"``, ``"review"``, or ``"judged"`` where people decided. Where relatives are a
        class of their own, ``twin_rival`` tells the links of which a record has a twin among the candidates: the other
        twin could as well be meant.
        """
        frame = self.linked.to_pandas()
        if self.has_relatives:
            twin = self.related.has_twin
            frame["twin_rival"] = twin[self.linked.left] | twin[self.linked.right]
        return frame

    @property
    def linked(self) -> Links:
        """The links as a table of rows; of clusters, the scored pairs within them."""
        return self.decision if isinstance(self.decision, Links) else self.decision.links

    @property
    def judged(self) -> Judgements | None:
        """What people decided, as rows of the records; None where nobody did."""
        return self.decision.judged

    @property
    def clusters(self) -> pd.DataFrame:
        """Every record with its cluster: id, cluster_id; dataset, where there are several; after updates added_in."""
        found = self.clustered.to_pandas()
        return found if self.update is None else found.assign(added_in=self.update.added_in)

    @property
    def cluster_log(self) -> pd.DataFrame:
        """What became of cluster ids in updates: update, old_id, new_id, reason, records."""
        import pandas as pd

        rows = () if self.update is None else self.update.log
        return pd.DataFrame({part.name: [getattr(row, part.name) for row in rows] for part in fields(Moved)})

    @property
    def clustered(self) -> Clusters:
        """The clusters as a table of rows; of links, what they connect."""
        if isinstance(self.decision, Clusters):
            return self.decision
        decided = self.decision.decided().scores
        found = decide(decided, Cluster(at_least=0.0), judgements=self.judged)
        assert isinstance(found, Clusters)
        return found

    @property
    def has_relatives(self) -> bool:
        """Whether the model weighs pairs against relatives, as a class of their own."""
        return getattr(self.model, "family", None) is not None

    @property
    def siblings(self) -> pd.DataFrame:
        """Pairs of one family and two persons: ids, relative_probability, match_probability, is_twin; sorted by ids.

        They are among the candidate pairs only, so that a link of two datasets finds pairs between them and none within
        one (:meth:`find_siblings` does, if asked to). Of all the pairs of the same two persons (whose records are
        linked) the likeliest stands for them. Empty where no relatives were found; an error where none were looked for.
        :attr:`related` has them as rows.
        """
        return self.related.to_pandas()

    @property
    def families(self) -> pd.DataFrame:
        """Every record with its family: id, family_id (and dataset, where there are several).

        A family is whoever sibling pairs and links connect, so that one wrong pair can join two; see :attr:`siblings`.
        """
        return self.related.families()

    @cached_property
    def related(self) -> Siblings:
        """The pairs of relatives of at least probability 0.5 as a table of rows, worked out when first asked for."""
        return self.find_siblings()

    def find_siblings(self, *, at_least: float = 0.5, within: bool = False) -> Siblings:
        """Return the pairs of one family and two persons of at least this probability, as a table of rows.

        Parameters
        ----------
        at_least
            Least probability of being relatives.
        within
            Of a link of datasets: whether pairs within each of them are made and looked at, too.
        """
        from .siblings import find_siblings

        return find_siblings(self, at_least=at_least, within=within)

    def explain(self, left: Any, right: Any, *, values: bool = True) -> Explanation:
        """Explain a pair: its waterfall of weights; or why it was never a candidate, and which rule would have made it.

        Parameters
        ----------
        left, right
            Ids of the two records; ``(dataset, id)`` where an id alone could be in several datasets.
        values
            Whether the explanation holds the values compared, for a look on the screen; printing it shows none.
        """
        from .explain import explain

        return explain(self, left, right, values=values)

    @cached_property
    def expected(self) -> ExpectedQuality:
        """What the model expects: precision, recall over all true pairs, how many matches; worked out when asked."""
        from .evaluate import expected_of_run

        return expected_of_run(self)

    def evaluate(self, truth: Any) -> Any:
        """Return how good the links are against the truth; see :mod:`linkkit.evaluate` for what ``truth`` may be."""
        from .evaluate import evaluate_run

        return evaluate_run(self, truth)

    def report(
        self, path: str | Path, *, truth: Any = None, audience: Audience = "linker", decoys: bool | None = None
    ) -> Path:
        """Write one self-contained HTML report, and the same content as JSON beside it; no values of people.

        Parameters
        ----------
        path
            Where the HTML goes; the JSON has the same name, ending ``.json``.
        truth
            The truth, where it is known; see :mod:`linkkit.evaluate` for what it may be.
        audience
            ``"linker"`` sees every count; for ``"analyst"`` and ``"public"`` counts below 10 are hidden.
        decoys
            Whether to estimate precision by decoys too, which links again; by default where there are no more than two
            million candidates.
        """
        from .report import write_report

        return write_report(self, path, truth=truth, audience=audience, decoys=decoys)

    def save(self, directory: str | Path, *, truth: Any = None) -> Path:
        """Save links, clusters, siblings, model.json, quality.html, quality.json and run.json into a directory."""
        from .saving import save_run

        return save_run(self, directory, truth=truth)


def _carry_out(
    datasets: Sequence[Dataset], plan: Plan, link_type: LinkType | None, labels: pd.DataFrame | None,
    judgements: pd.DataFrame | str | Path | None, progress: bool | Progress | None,
) -> Run:  # fmt: skip
    seconds: dict[str, float] = {}
    with Progress.of(progress) as shown:
        step = timer(shown, seconds)
        datasets = permitted(datasets)
        require_one_encoding(datasets)
        raw = Records(datasets, link_type or plan.link_type)  # mistakes of the datasets first, before any work
        if isinstance(judgements, str | Path):
            plan = plan.change(judgements=str(judgements))
        table = read_judgements(plan.judgements if judgements is None else judgements)
        if table is not None:
            Judgements.of(raw, table)
        plan = spelled_out(plan, datasets)
        model = saved_model(plan)
        if model is not None and not plan.compare:
            plan = plan.change(compare=model.comparisons)
        with step("prepare"):
            prepared = prepared_for(plan, datasets)
        with step("plan"):
            records = Records(prepared, link_type or plan.link_type)
            plan = recommend(records, plan)
            check_plan(plan, records)
            assert plan.decide is not None
            judged = None if table is None else Judgements.of(records, table)
            if judged is not None:
                judged.check(plan.decide)
            shown.planned(plan)
        with step("block"):
            pairs = candidate_pairs(records, plan.block)
            pairs.counts()
        with step("compare"):
            levels = compare_pairs(pairs, plan.compare)
            levels.code_counts()
        with step("fit"):
            model = model or learned(levels, plan, labels)
        with step("score"):
            first = completed(plan, levels, model)
        with step("decide"):
            again = partial(completed, plan, levels)
            found = decide_in_rounds(plan, levels, model, first, again, judged=judged, is_labelled=labels is not None)
            done = found.completed
    run = Run(
        plan, records, done.pairs, done.levels, found.model, done.scores, found.decision, seconds, notes=done.notes,
        completed=done.made,
    )  # fmt: skip
    if plan.model is None:  # a model that the caller brings is the caller's
        run.diagnosis.refuse(plan.accept + getattr(plan.score, "accept", ()), model)
    return run
