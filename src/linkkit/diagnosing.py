"""The diagnosis of a run: that of its model, and what only columns and links together show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from linkkit.checking import outside_card
from linkkit.decide import Links
from linkkit.fields import Field
from linkkit.plan import contained_fields
from linkkit.prepare.uk import chi
from linkkit.proportions import wilson
from linkkit.score import Diagnosis, Finding, MixtureModel, Model

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.run import Run

__all__ = ["diagnose_run"]

# Pairs that the model holds for matches and that cannot all be, each record having one match at most: a tenth more than
# links is worth a look; with twice as many, most of what it takes for matches is not. Where columns that repeat each
# other are compared, the reason is plain and a tenth is enough: stated precision is off by as much.
WORTH_A_LOOK, MOST_MATCHES = 1.1, 2.0
# Dates of birth and sex differ in one to ten of a hundred pairs of linked health and school records: of records that
# contradict their own CHI number more than this is no slip, but numbers of other people, or of a column moved by a row.
MOST_CONTRADICTING = 0.1
# Fewer links than this, and a ratio says nothing.
LEAST_LINKS = 20


def diagnose_run(run: Run) -> Diagnosis:
    """Return every finding about a run.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> lk.link(trial.dataset(), register.dataset(), progress=False).diagnosis.serious
    ()
    """
    diagnosis = run.model.diagnosis if isinstance(run.model, Model | MixtureModel) else Diagnosis()
    compared = {
        field
        for comparison in run.levels.comparisons
        for field in comparison.every_field
        if field not in comparison.optional_fields  # pooled with another, of which it may well be a part
    }
    contained = list(_contained(run.records, compared))
    is_doubled = any(finding.severity == "warning" for finding in contained)
    more = [*_against_links(run, WORTH_A_LOOK if is_doubled else MOST_MATCHES), *contained]
    more += [*_wrong_kinds(run.records), *_contradicted(run.records), *_unexpected(run)]
    more += [*_rows_of_cases(run.records), *_outside(run.records)]
    return diagnosis.with_findings(more)


def _against_links(run: Run, most: float) -> Iterator[Finding]:
    """Hold the expected matches against the links, where each record of a dataset has one at most."""
    if (
        not isinstance(run.decision, Links)
        or run.decision.decision.single == "none"
        or not isinstance(run.model, Model)
    ):
        return
    probability = run.scores.probability
    links = run.decision.link_count + run.decision.review_count  # what people are to judge is not lost
    expected = float(probability[~np.isnan(probability)].sum())
    ratio = expected / max(links, 1)
    if max(links, expected) < LEAST_LINKS:
        return
    if ratio > WORTH_A_LOOK:
        yield Finding(
            "matches_exceed_links", "serious" if ratio > most else "warning",
            f"The model expects {expected:,.0f} matches among the pairs it scored, of which a record can have one: "
            f"{links:,} links are left. The rest are other people (relatives, people who agree on fields that repeat "
            "each other) or repeated records, and links may be of the same kind.",
            "Leave out fields that repeat each other, learn m from an identifier or from labels, weigh relatives "
            "(families=True); or decide otherwise where records repeat people.",
            ratio, most if ratio > most else WORTH_A_LOOK,
        )  # fmt: skip
    elif ratio < 1 / WORTH_A_LOOK:
        yield Finding(
            "links_exceed_matches", "warning",
            f"{links:,} links were made where the model expects {expected:,.0f} matches; part of them are wrong.",
            "Raise the threshold.", ratio, 1 / WORTH_A_LOOK,
        )  # fmt: skip


def _unexpected(run: Run) -> Iterator[Finding]:
    """Hold the share of records that are linked against what the data cards expect."""
    if run.records.link_type != "link_only" or len(run.datasets) != 2:
        return
    decided = run.linked.decided()
    for dataset, other, rows in ((*run.datasets, decided.left), (*run.datasets[::-1], decided.right)):
        expected = dataset.card.expected_in(other.card)
        if expected is None:
            continue
        linked = len(np.unique(rows))
        low, high = wilson(linked, len(dataset))
        least, most = expected.bounds
        if least <= high and low <= most:
            continue
        is_less = high < least
        yield Finding(
            "unexpected_overlap", "warning",
            f"{linked / len(dataset):.0%} of the records of {dataset.name} are linked to {other.name}; its data card "
            f"expects {least:.0%} to {most:.0%}. "
            + ("Links are missed, or people are not there." if is_less else "Links are false, or the card is wrong."),
            "Look at who is not linked, by group; at coverage and dates of both datasets; at the threshold."
            if is_less else "Look at the weakest links and at fields that many people share.",
            linked / len(dataset), least if is_less else most,
        )  # fmt: skip


def _rows_of_cases(records: Records) -> Iterator[Finding]:
    """A case study that is linked like a register: its cases are few, and a row of results is one of them."""
    for dataset in records.datasets:
        if dataset.kind == "case_study":
            yield Finding(
                "rows_of_cases", "warning",
                f"{dataset.name} is a case study: whoever reads these links row by row may know its {len(dataset):,} "
                "people, and a model learned from so few rests on what was assumed.",
                "Link it with pipelines.case_study, which holds to the level of the consent and hands out bands, "
                "no rows.",
                float(len(dataset)), 0.0,
            )  # fmt: skip


def _wrong_kinds(records: Records) -> Iterator[Finding]:
    """Records that preparation found to hold another identifier than their field says."""
    for dataset in records.datasets:
        for change in dataset.preparation:
            for doubt in getattr(change, "doubts", ()):
                yield Finding(
                    "wrong_kind", "warning", doubt.explanation, doubt.mend, doubt.share, comparisons=(doubt.field,)
                )


def _outside(records: Records) -> Iterator[Finding]:
    """Records that lie outside what the data card of their dataset says, by which it was chosen."""
    for dataset in records.datasets:
        if dataset.encoded_by is not None:
            continue
        for words, count in outside_card(dataset):
            yield Finding(
                "outside_card", "note", f"{dataset.name}: {count:,} of {len(dataset):,} records {words} of its card.",
                "Look at them with linkkit.check: the card promises less than the data hold, or days are wrong.",
                count / len(dataset),
            )  # fmt: skip


def _contradicted(records: Records) -> Iterator[Finding]:
    """Records that contradict their own CHI number, which says a date of birth and a sex."""
    for dataset in records.datasets:
        if dataset.fields.get("chi_number", Field("")).kind != "identifier" or dataset.holds_sets("chi_number"):
            continue
        counts = chi.consistency(dataset)
        agree, birth, sex, both = (counts[what] for what in list(counts)[:4])
        wrong, checked = birth + sex + both, agree + birth + sex + both
        if wrong:
            yield Finding(
                "number_contradicts", "warning" if wrong > MOST_CONTRADICTING * checked else "note",
                f"{dataset.name}: {wrong:,} of {checked:,} records with a CHI number contradict it "
                f"(date of birth {birth + both:,}, sex {sex + both:,}).",
                "Look whether the numbers belong to the records: numbers of mothers, columns moved by a row, wrong "
                "codes of sex.",
                wrong / checked, MOST_CONTRADICTING, ("chi_number",),
            )  # fmt: skip


def _contained(records: Records, compared: set[str]) -> Iterator[Finding]:
    """Columns that repeat others: compared all the same, or left out."""
    for found in contained_fields(records):
        by = " and ".join(found.by)
        what = (
            f"its words stand in {by}" if found.how == "words" else f"{by} tells it, for people who are strangers too"
        )
        if found.field not in compared:
            yield Finding(
                "contained_columns", "note",
                f"{found.field} repeats {by} ({what}: {found.share:.0%}); it is not compared, since agreement on it "
                "would count twice.",
                "", found.share, 0.8 if found.how == "words" else 0.95, (found.field, *found.by),
            )  # fmt: skip
        elif compared & set(found.by):
            yield Finding(
                "contained_columns", "warning",
                f"{found.field} repeats {by} ({what}: {found.share:.0%}); agreement on both counts twice, and other "
                "pairs may be taken for matches.",
                f"Leave {found.field} out of the comparisons.",
                found.share, 0.8 if found.how == "words" else 0.95, (found.field, *found.by),
            )  # fmt: skip
