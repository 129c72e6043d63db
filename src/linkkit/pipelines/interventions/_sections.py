"""What the pipeline of a programme adds to the report: its flow, its spells, and the signs of false links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit.pipelines._dates import DAY_FIRST, ORDER_GUESSED
from linkkit.proportions import clopper_pearson
from linkkit.sections import Column, Section, SectionTable

if TYPE_CHECKING:
    from ._run import InterventionRun

__all__ = ["flow_section", "signs_section", "spells_section"]


def flow_section(run: InterventionRun) -> Section:
    """Return the flow from the records that came to the persons that are linked."""
    programme = run.linkage.datasets[0]
    persons = run.persons
    linked = persons["right_id"].notna()
    left_out = sum(count for _, count in programme.left_out)
    reasons = " and ".join(reason for reason, _ in programme.left_out)
    rows = [
        {"stage": "records that came", "count": len(programme) + left_out, "left_out": left_out, "reason": reasons},
        {"stage": "records that may be linked", "count": len(programme), "left_out": 0, "reason": ""},
        {
            "stage": "persons of these records", "count": len(persons), "left_out": int((~linked).sum()),
            "reason": "none of their records is linked",
        },
        {
            "stage": "persons linked", "count": int(linked.sum()),
            "left_out": int((persons["status"] == "review").sum()),
            "reason": "for review: their records are linked to several, and no more than half agree",
        },
        {"stage": "persons linked without doubt", "count": int((persons["status"] == "link").sum())},
    ]  # fmt: skip
    columns = (
        Column("stage", "Stage"), Column("count", "Count", "count"), Column("left_out", "Left out", "count"),
        Column("reason", "Why"),
    )  # fmt: skip
    alone = run.members.unnumbered
    doubts = [
        *([{"what": "records without a person's number, each a person of its own", "persons": alone}] if alone else []),
        {"what": "persons whose linked records do not all agree", "persons": int(_split(run).sum())},
        {"what": "persons who share a register record with another", "persons": int(run.voted.shared.sum())},
    ]
    return Section(
        "From records to persons",
        ("Every record is linked by its own values; a person is the register record that most of them agree on.",),
        (
            SectionTable("From records to linked persons", columns, tuple(rows), chart="flow"),
            SectionTable(
                "Persons to look at", (Column("what", "What"), Column("persons", "Persons", "count")), tuple(doubts),
                adds_up=False,
            ),
        ),
    )  # fmt: skip


def _split(run: InterventionRun) -> Any:
    return (run.voted.agreeing < run.voted.linked) & (run.voted.right >= 0)


def spells_section(run: InterventionRun) -> Section:
    """Return how many spells there are, what was left out of them, and what merging made of them."""
    rows = [
        {"what": "spells recorded", "spells": len(run.spells)},
        {"what": "of these still going on", "spells": run.spells.open_count},
        *({"what": f"rows with {reason}", "spells": count} for reason, count in run.spells.changes.items()),
        {"what": "spells after merging", "spells": len(run.merged.spells)},
        {"what": "of these made of several", "spells": int((run.merged.spell_count > 1).sum())},
    ]
    columns = (Column("what", "What"), Column("spells", "Spells", "count"))
    words = (f"Some dates {ORDER_GUESSED}. {DAY_FIRST}",) if run.notes else ()
    return Section("Spells", words, (SectionTable("Spells of the programme", columns, tuple(rows), chart="bars"),))


def signs_section(run: InterventionRun) -> Section:
    """Return what cannot be true of one person, and the least share of false links that follows."""
    kinds = [
        {
            "kind": row["kind"].replace("_", " "), "seen": int(row["seen"]), "persons": int(row["persons"]),
            "share": float(row["share"]), "interval": (float(row["low"]), float(row["high"])),
            "links": int(row["across_links"]),
        }
        for row in run.implausible.kinds.to_dict("records")
        if row["seen"]
    ]  # fmt: skip
    columns = (
        Column("kind", "Contradiction"), Column("seen", "Persons in whom it could be seen", "count"),
        Column("persons", "Persons in whom it is", "count"), Column("share", "Share", "share"),
        Column("interval", "95 % interval", "interval"), Column("links", "Across links", "count"),
    )  # fmt: skip
    false, count = run.implausible.false_links, run.implausible.link_count
    low, high = clopper_pearson(false, count) if count else (np.nan, np.nan)
    least = ({
        "what": "links that are false if the sources are right, at the least", "links": false,
        "share": false / count if count else None, "interval": (low, high) if count else None,
    },)  # fmt: skip
    bound = (
        Column("what", "What"), Column("links", "Links", "count"), Column("share", "Share", "share"),
        Column("interval", "95 % interval", "interval"),
    )  # fmt: skip
    words = (
        "A contradiction is a sign and no proof: a source may be wrong itself. What contradicts itself across a link "
        "gives a lower bound on false links (Hagger-Johnson and others 2015).",
    )
    return Section(
        "Signs of false links",
        words,
        (
            SectionTable("What cannot be true of one person", columns, tuple(kinds), adds_up=False),
            SectionTable("Lower bound on false links", bound, least, adds_up=False),
        ),
    )
