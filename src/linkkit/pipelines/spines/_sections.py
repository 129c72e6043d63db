"""What a spine adds to a report: its flow, how its sources overlap, conflicts, and what happened to ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit.decide import Clusters
from linkkit.sections import Column, Section, SectionTable

from ._conflicts import HELD_APART
from ._persons import person_numbers, source_counts

if TYPE_CHECKING:
    import pandas as pd

    from ._run import SpineRun

__all__ = ["coverage_table", "flow_table", "sections_of"]

_BITS = 62


def coverage_table(clusters: Clusters) -> pd.DataFrame:
    """Return how many persons are in which sources together: a row a combination of sources, the most first.

    It has ``sources`` (how many), a column of truth values for each source, ``persons`` and ``records``.
    """
    import pandas as pd

    names = [dataset.name for dataset in clusters.records.datasets]
    first, number = person_numbers(clusters)
    source = clusters.records.dataset_of(np.arange(len(number)))
    held = np.zeros((len(first), len(names)), np.bool_)
    held[number, source] = True
    # Sources beyond what one number can hold are numbered together with those before.
    code = np.zeros(len(first), np.int64)
    for begin in range(0, len(names), _BITS):
        part = held[:, begin : begin + _BITS]
        bits = part @ (1 << np.arange(part.shape[1], dtype=np.int64))
        code = np.unique(np.stack([code, bits]), axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)
    _, example, place = np.unique(code, return_index=True, return_inverse=True)
    place = place.reshape(-1)
    frame = pd.DataFrame({"sources": held[example].sum(axis=1)})
    for column, name in enumerate(names):
        frame[name] = held[example, column]
    frame["persons"] = np.bincount(place)
    frame["records"] = np.bincount(place, np.bincount(number)).astype(np.int64)
    order = ["persons", "sources", *names]
    return frame.sort_values(order, ascending=[False, True, *([False] * len(names))], ignore_index=True)


def flow_table(clusters: Clusters) -> pd.DataFrame:
    """Return a row a source: what was read, left out and linked, in records, and how many persons it has."""
    import pandas as pd

    first, number = person_numbers(clusters)
    records = clusters.records
    size, sources = np.bincount(number, minlength=len(first)), source_counts(clusters, number)
    rows: list[dict[str, Any]] = []
    for place, dataset in enumerate(records.datasets):
        own = number[records.starts[place] : records.starts[place + 1]]
        left_out = sum(count for _, count in dataset.left_out)
        rows.append({
            "source": dataset.name,
            "read": len(dataset) + left_out,
            "left_out": left_out,
            "records": len(dataset),
            "linked_elsewhere": int((sources[own] > 1).sum()),
            "linked_within": int(((sources[own] == 1) & (size[own] > 1)).sum()),
            "single": int((size[own] == 1).sum()),
            "persons": len(np.unique(own)),
        })  # fmt: skip
    return pd.DataFrame(rows)


def sections_of(run: SpineRun) -> tuple[Section, ...]:
    """Return the sections of a spine's report."""
    return (_people(run), _conflicts(run), _changes(run))


def _people(run: SpineRun) -> Section:
    """Flow and overlap."""
    flow, coverage = run.flow, run.coverage
    names = [source.name for source in run.sources]
    kinds = {source.name: source for source in run.sources}
    stages = [
        {"stage": "records read", "records": int(flow["read"].sum()), **_left_out(run)},
        {"stage": "records in the spine", "records": int(flow["records"].sum())},
        {"stage": "persons", "records": len(run.persons)},
        {"stage": "persons with two records or more", "records": int((run.persons["records"] > 1).sum())},
        {"stage": "persons in two sources or more", "records": int((run.persons["sources"] > 1).sum())},
    ]
    how = tuple(
        {**row, "unique": "once" if kinds[row["source"]].is_unique else "any number", "why": kinds[row["source"]].why}
        for row in _rows(flow)
    )
    combined = tuple(
        {"sources": " & ".join(n for n in names if row[n]), "persons": row["persons"], "records": row["records"]}
        for row in _rows(coverage)
    )
    return Section(
        "The spine: one index of persons",
        ("Every record that may be linked is in the index; a record without any other is a person by itself.",),
        (
            SectionTable(
                "From records to persons",
                (
                    Column("stage", "Stage"), Column("records", "Records or persons", "count"),
                    Column("left_out", "Left out", "count"), Column("reason", "Why"),
                ),
                tuple(stages), chart="flow",
            ),
            SectionTable(
                "Sources",
                (
                    Column("source", "Source"), Column("read", "Records read", "count"),
                    Column("left_out", "Left out", "count"), Column("records", "In the spine", "count"),
                    Column("linked_elsewhere", "With records of another source", "count"),
                    Column("linked_within", "With records of its own only", "count"),
                    Column("single", "By themselves", "count"), Column("persons", "Persons", "count"),
                    Column("unique", "A person stands in it"), Column("why", "As is known by"),
                ),
                how,
            ),
            SectionTable(
                "Which sources hold the same persons",
                (
                    Column("sources", "Sources"), Column("persons", "Persons", "count"),
                    Column("records", "Records", "count"),
                ),
                combined, chart="bars",
            ),
        ),
    )  # fmt: skip


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _left_out(run: SpineRun) -> dict[str, Any]:
    reasons: dict[str, int] = {}
    for dataset in run.linkage.datasets:
        for reason, count in dataset.left_out:
            reasons[reason] = reasons.get(reason, 0) + count
    return {"left_out": sum(reasons.values()), "reason": ", ".join(sorted(reasons))} if reasons else {}


def _conflicts(run: SpineRun) -> Section:
    counts = run.conflicts["conflict"].value_counts()
    named = {HELD_APART: "two persons whom a link connects, kept apart"}
    rows = [
        {"conflict": named.get(str(what), f"two values or more of {what}"), "persons": int(n)}
        for what, n in sorted(counts.items())
    ]
    persons = run.persons
    low = tuple(
        {"least": f"{bound:g} or more", "persons": int((persons["least_probability"] >= bound).sum())}
        for bound in (0.99, 0.95, 0.9, 0.5)
    )
    return Section(
        "Conflicts within persons",
        (
            "Two values of what a person has one of may be a slip of the pen or a false link; persons kept apart may "
            "be a missed link, or two records of one person in a source that should hold each once.",
        ),
        (
            SectionTable(
                "Conflicts", (Column("conflict", "Conflict"), Column("persons", "Persons", "count")), tuple(rows),
                adds_up=False,
            ),
            SectionTable(
                "Persons of two records or more by the probability of their weakest link",
                (Column("least", "Probability"), Column("persons", "Persons", "count")), low,
            ),
        ),
    )  # fmt: skip


def _changes(run: SpineRun) -> Section:
    rows = tuple(
        {
            "update": str(entry.update), "on": entry.on.isoformat(), "compared": entry.compared, "lost": entry.lost,
            "withdrawn": entry.withdrawn, "unknown": entry.unknown, "new": entry.new_persons, "merged": entry.merged,
            "split": entry.split, "retired": entry.retired, "persons": entry.persons,
        }
        for entry in run.past
    )  # fmt: skip
    columns = (
        Column("update", "Update"), Column("on", "Day"), Column("compared", "Records new or changed", "count"),
        Column("lost", "Records gone", "count"),
        Column("withdrawn", "Of these withdrawn", "count"), Column("unknown", "To withdraw, of no record", "count"),
        Column("new", "New ids", "count"),
        Column("merged", "Ids merged into others", "count"), Column("split", "Parts split off", "count"),
        Column("retired", "Ids without a record", "count"), Column("persons", "Persons since", "count"),
    )  # fmt: skip
    return Section(
        "What happened to ids",
        ("An id that was merged or has no record is retired, and never given again.",),
        (SectionTable("Updates", columns, rows),),
    )
