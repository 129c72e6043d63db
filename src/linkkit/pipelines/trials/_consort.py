"""What the report of a trial says of its linkage, for CONSORT-ROUTINE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._institutions import unit_of
from ._windows import last_seen_day

if TYPE_CHECKING:
    from ._run import TrialRun
    from ._spec import TrialToAdmin

__all__ = ["consort_text"]

_MANY = {"household": "households", "school": "schools", "area": "areas"}


def consort_text(run: TrialRun) -> str:
    """Return what a report of the trial says of its linkage, as paragraphs to be edited.

    They say what CONSORT-ROUTINE (Kwakkenbos 2021, doi 10.1136/bmj.n857) asks of the database, the linkage (its item
    ROUTINE-3) and the flow. What only the authors know stands in brackets. Counts are whole: whether they may leave the
    room is for your own disclosure control.
    """
    admin = run.linkage.datasets[1]
    card = admin.card
    links = run.linkage.linked.link_count
    flow = run.flow
    steps = "; ".join(
        f"{row['participants']:,} {row['stage']}"
        + (f" ({row['left_out']:,} left: {row['reason']})" if row["left_out"] else "")
        for row in flow.to_dict("records")
    )
    period = f", about {card.period}" if card.period is not None else ", about [dates]"
    taken = f", taken on {card.extracted}" if card.extracted is not None else ", taken on [date]"
    parts = [
        f"Database. {card.title or admin.name}, {', '.join(card.places) or '[setting]'}{period}{taken}.",
        f"Linkage (ROUTINE-3). {_who(run)}" + _method(run) + f"; {links:,} links were made{_undecided(run)}. "
        "Allocation and outcomes were hidden from the linkage. How complete and accurate it is: [give the estimates of "
        "the report's section on quality, and how they were made].",
        f"Flow. {_capital(steps)}.{_unknown(run)}",
        _follow_up(run.pipeline, run),  # type: ignore[arg-type]
    ]
    return "\n\n".join(part for part in parts if part)


def _who(run: TrialRun) -> str:
    unit = unit_of(run.trial, run.linkage.datasets[1])
    if unit == "person":
        return "Participants were linked person by person"
    return (
        f"The trial randomised {_MANY.get(unit, unit)}, and these were linked, not persons: a participant has what "
        f"became of their {unit}. They were linked"
    )


def _undecided(run: TrialRun) -> str:
    count = run.linkage.linked.review_count
    return f", and {count:,} pairs await judgement, whose participants count as not linked" if count else ""


def _unknown(run: TrialRun) -> str:
    count, admin = run.events.unknown, run.linkage.datasets[1].name
    return f" {count:,} events were of persons whom {admin} does not have, and count for nobody." if count else ""


def _method(run: TrialRun) -> str:
    decide = run.linkage.plan.decide
    kind = "" if decide is None else f", links decided {decide.kind.replace('_', ' ')}"
    fields = sorted({str(name) for name in run.linkage.records.fields})
    return f" by {', '.join(name.replace('_', ' ') for name in fields)}{kind}"


def _follow_up(pipeline: TrialToAdmin, run: TrialRun) -> str:
    if pipeline.follow_up is None:
        return ""
    last = last_seen_day(run.linkage.datasets[1].card)
    if not run.events.is_dated:
        admin = run.linkage.datasets[1].name
        return (
            f"Follow-up. {_capital(str(pipeline.follow_up))}. Records of any day were counted: {admin} names no "
            "column of days."
        )
    seen = f" Events up to {last} were counted (the extract less the reporting lag)." if last is not None else ""
    return f"Follow-up. {_capital(str(pipeline.follow_up))}.{seen}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
