"""The sections of a case study: cases, attributes, uniqueness, codes; counts only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkkit.sections import Section, SectionTable

from ._bands import NOT_RECORDED
from ._linked import STATES
from ._own_tables import own_rows
from ._tables import counts_table

if TYPE_CHECKING:
    from ._run import CaseStudyRun

__all__ = ["TABLE_NAMES", "sections_of"]

_CASES, _ATTRIBUTES = "What became of the cases", "What cards show"
_UNIQUENESS, _CODES = "How many people resemble a case", "Codes of the linked cases"
_OWN = "Rows of the bridge and the coding"
# Tables by the names of their files.
TABLE_NAMES = {_CASES: "cases", _OWN: "own_rows", _ATTRIBUTES: "attributes", _UNIQUENESS: "uniqueness", _CODES: "codes"}


def sections_of(run: CaseStudyRun) -> tuple[Section, ...]:
    """Return the sections, with every count."""
    spec = run.pipeline
    words = (f"Linked at the level {run.level}, which the consents of both cards cover.", *run.notes)
    own = own_rows(run)
    found = [Section("Cases", words, (_cases(run), *([_own(own)] if own else [])))]
    if run.values.names:
        rare = (
            f"A value is shown where at least {spec.least_k} {run.values.counted} share all shown values of the case; "
            f"a mean or share where at least {spec.least} people stand behind it.",
        )
        found.append(Section("Attributes", rare, (_attributes(run), _uniqueness(run))))
    if run.coding is not None:
        words = ("Codes and themes of the study's coding; quotes are never attached.",)
        found.append(Section("Codes", words, (_codes(run),)))
    return tuple(found)


def _cases(run: CaseStudyRun) -> SectionTable:
    rows = [
        {"state": f"left out: {reason}", "cases": count, "of": name}
        for name, left_out in zip(run.names, run.left_out, strict=True)
        for reason, count in left_out
    ]
    counts = run.states["cases"].tolist()
    rows += [{"state": state, "cases": count, "of": run.names[0]} for state, count in zip(STATES, counts, strict=True)]
    columns = (("state", "State", "text"), ("of", "Of", "text"), ("cases", "Records", "count"))
    return counts_table(_CASES, columns, rows)


def _own(rows: Sequence[tuple[str, str, int]]) -> SectionTable:
    columns = (("table", "Table", "text"), ("which", "Rows", "text"), ("rows", "Count", "count"))
    return counts_table(
        _OWN, columns, [{"table": table, "which": which, "rows": count} for table, which, count in rows]
    )


def _attributes(run: CaseStudyRun) -> SectionTable:
    rows = []
    for place, name in enumerate(run.values.names):
        texts = [texts[place] for texts in run.values.texts if texts is not None]
        rare, few = run.values.withheld(place), run.values.few[place]
        lost = texts.count(NOT_RECORDED)
        rows.append({
            "attribute": name, "bands": str(len(run.values.words[place]) - 1),
            "shown": sum(text in run.values.words[place][1:] for text in texts), "rare": rare, "few": few,
            "missing": lost, "unread": run.values.unread[place],
        })  # fmt: skip
    columns = (
        ("attribute", "Attribute", "text"), ("bands", "Bands", "text"), ("shown", "Shown", "count"),
        ("rare", "Withheld: rare", "count"), ("few", "Withheld: few people", "count"),
        ("missing", "Not recorded", "count"), ("unread", "Unreadable in the other dataset", "count"),
    )  # fmt: skip
    return counts_table(_ATTRIBUTES, columns, rows, adds_up=False)


def _uniqueness(run: CaseStudyRun) -> SectionTable:
    rows = [{**vars(row), "bands": str(row.bands)} for row in run.values.rows]
    columns = (
        ("attributes", "Attributes", "text"), ("change", "Change", "text"), ("bands", "Bands", "text"),
        ("least_k", "Least k", "count"), ("cases_below", "Cases below", "count"),
    )  # fmt: skip
    return counts_table(_UNIQUENESS, columns, rows, adds_up=False)


def _codes(run: CaseStudyRun) -> SectionTable:
    assert run.coding is not None
    rows = [{"theme": theme, "code": code, "cases": count} for code, theme, count in run.coding.counts()]
    columns = (("theme", "Theme", "text"), ("code", "Code", "text"), ("cases", "Cases", "count"))
    return counts_table(_CODES, columns, rows, adds_up=False)
