"""Carry out a trial's linkage: lock, consent, send, link, trace, states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.decide import OneToMany
from linkkit.encoded import encode
from linkkit.errors import DataError, SpecError, did_you_mean
from linkkit.permission import consenting, permitted, refusing
from linkkit.pipelines._columns import named_column
from linkkit.run import Run, link

from ._days import Days, first_days, is_day
from ._inputs import Trace, own_events, persons_of, places_of, places_of_persons, read_events, read_trace
from ._institutions import allowed_at, institution_plan, is_spelled_out, named_alike, require_linkable, unit_of
from ._lock import check_lock
from ._states import (
    FOR_REVIEW,
    FOR_REVIEW_IN_SPINE,
    LINKED_NOT_TRACED,
    LINKED_TO_ANOTHER,
    NO_BIRTH,
    NO_EVENT_DAY,
    NO_PLACE,
    NOT_IN_TRACE,
    NOT_JOINED,
    Leaving,
    Participants,
    any_of,
)  # fmt: skip
from ._windows import Windows, has_undated, records_within, windows
from ._words import SENT_WORDS, WITHDREW_WORDS, Words, read_answers

if TYPE_CHECKING:
    from linkkit.progress import Progress

    from ._run import TrialRun
    from ._spec import TrialToAdmin

__all__ = ["carry_out"]

Mask = NDArray[np.bool_]
_NOT_SENT, _NO_IDENTIFIER = "not sent by the trial", "no identifier"


def carry_out(
    pipeline: TrialToAdmin,
    datasets: Sequence[Dataset],
    *,
    trace: Any = None,
    events: Any = None,
    progress: bool | Progress | None = None,
) -> TrialRun:
    """See :meth:`TrialToAdmin.run`."""
    from ._run import TrialRun

    trial, admin, spine = _datasets(datasets)
    check_lock(trial, pipeline)
    trace, events = (pipeline.trace if trace is None else trace), (pipeline.events if events is None else events)
    answered = None if trace is None else read_trace(trace, pipeline.trace_columns, trial)
    given = own_events(admin, pipeline) if events is None else read_events(events, pipeline, admin)
    unit = unit_of(trial, admin)
    permitted(datasets, level=unit)
    plan, described = pipeline.plan, trial
    if unit != "person":
        named = named_alike(trial, admin)
        if is_spelled_out(plan):
            described = named[0]  # a name without a code or postcode is an identifier only where the plan says so
        else:
            require_linkable(*named)
    born = None if pipeline.follow_up is None else _born(trial, admin)
    found = (
        None if pipeline.follow_up is None else windows(trial, pipeline.follow_up, admin.card, born, pipeline.day_first)
    )
    outside, no_place = _outside(trial, admin, pipeline)
    refusing, unsent = _refusing(trial, pipeline), _unsent(described, pipeline, found, outside)
    sent = _restricted(trial, [*refusing, *unsent])
    if plan.decide is None and (admin.card.person is not None or admin.card.spells is not None):
        plan = plan.change(decide=OneToMany("left"))
    if unit != "person":
        sent, admin = named_alike(allowed_at(sent), consenting(allowed_at(admin)))
        plan = institution_plan(sent, admin, plan)
    linkage = link(sent, admin, plan=plan, progress=progress)
    kept = linkage.datasets[1]
    if len(kept) < len(admin):
        given = own_events(kept, pipeline) if events is None else read_events(events, pipeline, kept, is_whole=False)
    if spine is not None:
        answered = _with_spine(answered, link(sent, spine, plan=pipeline.plan, progress=progress), trial, sent)
    rows = places_of(_column(sent.ids), trial.ids)
    joined = _joined(linkage, rows, len(trial), answered, is_spine=events is not None)
    people = Participants(
        np.array(trial.ids.to_pylist(), object), tuple(refusing), tuple(unsent), joined.is_linked, joined.is_traced,
        joined.is_answered, np.zeros(len(trial), np.int64), found, outside,
        (*joined.notes, *_not_known(born, no_place)), joined.is_unknown,
    )  # fmt: skip
    counts, earlier = records_within(joined.participant, joined.person, given, found, len(trial))
    if found is not None:
        undated = has_undated(joined.participant, joined.person, given, len(trial)) & (counts == 0) & found.is_seen
        noted = (*people.notes, (NO_EVENT_DAY, undated)) if undated.any() else people.notes
        people = replace(people, unknown=joined.is_unknown | undated, notes=noted)
    people = replace(people, counts=np.where(people.is_sent, counts, 0))
    return TrialRun(
        pipeline, linkage, trial=trial, people=people, is_traced_known=answered is not None or events is not None,
        events=given, earlier=int(earlier.sum()), trace=answered, shared=joined.shared,
    )  # fmt: skip


def _datasets(datasets: Sequence[Dataset]) -> tuple[Dataset, Dataset, Dataset | None]:
    if len(datasets) not in (2, 3) or not all(isinstance(one, Dataset) for one in datasets):
        raise SpecError(
            "trial_to_admin links two datasets, the trial and the administrative data; a third is a spine of persons."
        )
    trial, admin = datasets[:2]
    if trial.kind not in ("trial", "other"):
        raise SpecError(f"{trial.name}: the first dataset must be the trial; its card says {trial.kind}.")
    if admin.kind == "trial":
        raise SpecError(f"{admin.name}: the second dataset must be the administrative data; its card says trial.")
    if trial.left_out:
        raise DataError(
            f"{trial.name}: records were taken out before. Give the dataset as it was read: whoever was randomised "
            "stays in the flow, and the pipeline leaves out who may not be linked."
        )
    return trial, admin, datasets[2] if len(datasets) == 3 else None


def _refusing(trial: Dataset, pipeline: TrialToAdmin) -> list[Leaving]:
    found = [Leaving("consented to linkage", one.reason, one.who) for one in refusing(trial)]
    if pipeline.withdrew is not None:
        found.append(Leaving("consented to linkage", "withdrew", _answers(trial, pipeline, "withdrew", WITHDREW_WORDS)))
    return found


def _answers(trial: Dataset, pipeline: TrialToAdmin, part: str, words: Words) -> Mask:
    """Who says yes in a column of yes and no, or of dates, that a part names."""
    column: str = getattr(pipeline, part)
    held = named_column(trial, column, part)
    yes, _ = read_answers(
        held, words.also(pipeline.yes_words, pipeline.no_words), name=column, table=trial.name,
        rows=trial.order + 1, part="yes_words and no_words of the pipeline", dates=True,
    )  # fmt: skip
    return yes


def _unsent(trial: Dataset, pipeline: TrialToAdmin, found: Windows | None, outside: Mask | None) -> list[Leaving]:
    unknown = [name for name in pipeline.needs if name not in trial.fields]
    if unknown:
        hint = did_you_mean(unknown[0], trial.fields) or f" It has: {', '.join(trial.fields)}."
        raise DataError(f"{trial.name}: needs names the field {unknown[0]!r}, which is not there.{hint}")
    leaving = []
    if pipeline.sent is not None:
        yes = _answers(trial, pipeline, "sent", SENT_WORDS)
        leaving.append(Leaving("sent", _NOT_SENT, ~yes))
    held = {name: _has(trial, name) for name in trial.fields}
    leaving.append(Leaving("sent", _NO_IDENTIFIER, ~any_of(list(held.values()), len(trial))))
    leaving += [Leaving("sent", f"no {name.replace('_', ' ')}", ~held[name]) for name in pipeline.needs]
    if not pipeline.send_outside:
        if outside is not None:
            leaving.append(Leaving("sent", "outside the places that the data cover", outside))
        if found is not None:
            leaving += [Leaving("sent", words, who) for words, who in found.reasons]
    return leaving


def _has(trial: Dataset, name: str) -> Mask:
    if trial.holds_sets(name):
        return np.asarray(trial.encoded_sets(name).codes != 0)
    return np.asarray(trial.encoded(name).codes != 0)


def _restricted(trial: Dataset, leaving: list[Leaving]) -> Dataset:
    """Return who is sent, those who are not counted by the first reason that holds."""
    here, kept = trial, np.arange(len(trial))
    for one in leaving:
        stays = ~one.who[kept]
        if not stays.any():
            raise DataError(
                f"{trial.name}: nobody is left to be linked. Of {len(trial):,} records, the last {len(kept):,} are "
                f"left out for: {one.reason}. {_mend(trial, one)}"
            )
        here, kept = here.restricted(stays, one.reason), kept[stays]
    return here


def _mend(trial: Dataset, one: Leaving) -> str:
    """What to look at where a reason leaves nobody."""
    if one.reason == _NO_IDENTIFIER:
        fields = f"holds nothing in {', '.join(trial.fields)}" if trial.fields else "has no field that is known"
        return f"The trial {fields}; say in fields= of the dataset or of its card which columns hold identifiers."
    if one.stage != "sent":
        return "Look at the columns that the card and the pipeline name for consent."
    if one.reason == _NOT_SENT:
        return "Look at the column that sent= of the pipeline names."
    if one.reason.startswith("no "):
        return "needs= of the pipeline asks for this field; look at the column that holds it."
    return "Look at the places, ages and days of the card of the administrative data, and at follow_up= and place=."


def _not_known(born: Days | None, no_place: Mask | None) -> list[tuple[str, Mask]]:
    """Whom the coverage of the data could not be checked for."""
    noted = [(NO_PLACE, no_place), (NO_BIRTH, None if born is None else ~is_day(born))]
    return [(words, who) for words, who in noted if who is not None and who.any()]


def _outside(trial: Dataset, admin: Dataset, pipeline: TrialToAdmin) -> tuple[Mask | None, Mask | None]:
    """Who lives outside the places that the data cover, and of whom the place is not known; None where not asked."""
    if pipeline.place is None or not admin.card.places:
        return None, None
    places = {place.strip().lower() for place in admin.card.places}
    held = encode(named_column(trial, pipeline.place, "place"), where=f"{trial.name}: {pipeline.place!r}")
    is_outside = [False, *(text.strip().lower() not in places for text in held.texts()[1:])]
    return np.asarray(is_outside)[held.codes], np.asarray(held.codes == 0)


def _born(trial: Dataset, admin: Dataset) -> Days | None:
    from linkkit.prepare import Date, prepare

    if not admin.card.ages or "date_of_birth" not in trial.fields:
        return None
    column = prepare(trial, [Date("date_of_birth")]).encoded("date_of_birth")
    return first_days(column.texts())[column.codes]


def _with_spine(answered: Trace | None, found: Run, trial: Dataset, sent: Dataset) -> Trace:
    """Whoever is linked to the spine is known to the holder of the data; of everybody who was sent that is known."""
    rows = places_of(_column(sent.ids), trial.ids)
    links = found.linked
    is_ours = links.left < len(sent)
    is_traced = _held(rows[links.left[is_ours & ~links.is_review]], len(trial))
    is_awaiting = _held(rows[links.left[is_ours & links.is_review]], len(trial)) & ~is_traced
    is_answered = _held(rows, len(trial))
    if answered is None:
        return Trace(is_traced, is_answered, is_said=np.zeros(len(trial), np.bool_), is_awaiting=is_awaiting)
    is_traced |= answered.is_traced
    return replace(
        answered, is_traced=is_traced, is_answered=is_answered, is_said=answered.is_answered, is_awaiting=is_awaiting
    )


@dataclass(frozen=True, eq=False)
class _Joined:
    """Who was linked to whom, and who is known to the holder of the data."""

    participant: NDArray[np.int64]
    person: NDArray[np.int64]
    is_linked: Mask
    is_traced: Mask
    is_answered: Mask
    is_unknown: Mask
    shared: int
    notes: tuple[tuple[str, Mask], ...]


def _joined(linkage: Run, rows: NDArray[np.int64], size: int, trace: Trace | None, *, is_spine: bool) -> _Joined:
    """Join participants and persons; ``is_spine``: the register is whom the holder knows, events are by its ids."""
    admin = linkage.datasets[1]
    start = linkage.records.starts[1]
    links = linkage.linked
    is_between = (links.left < start) & (links.right >= start)
    is_link = ~links.is_review & is_between
    person_of, ids = persons_of(admin)
    pairs = np.unique(np.column_stack([
        rows[links.left[is_link]], person_of[links.right[is_link].astype(np.int64) - start],
    ]), axis=0)  # fmt: skip
    is_linked = _held(pairs[:, 0], size)
    for_review = _held(rows[links.left[links.is_review & is_between]], size) & ~is_linked
    notes = [(FOR_REVIEW, for_review)]
    is_traced, is_answered = is_linked.copy(), np.zeros(size, np.bool_)
    if is_spine:
        is_answered[rows] = True
    is_said, is_awaiting = np.zeros(size, np.bool_), for_review
    if trace is not None:
        is_traced |= trace.is_traced
        is_answered |= trace.is_answered
        is_said = trace.is_answered if trace.is_said is None else trace.is_said
        in_spine = np.zeros(size, np.bool_) if trace.is_awaiting is None else trace.is_awaiting
        is_awaiting = is_awaiting | in_spine
        is_denied = trace.is_answered & ~trace.is_traced & (is_said | ~in_spine)
        notes += [(FOR_REVIEW_IN_SPINE, in_spine & ~is_traced), (LINKED_NOT_TRACED, is_linked & is_denied)]
        is_sent = _held(rows, size)
        if not trace.is_answered[rows].all():
            notes.append((NOT_IN_TRACE, is_sent & ~trace.is_answered))
        # Ids of persons are those of the register, or of the column of persons; ids of records are others.
        if trace.person is not None and (is_spine or admin.card.person is not None):
            pairs, differs = _with_traced_persons(pairs, trace, admin, person_of, ids, is_linked, is_sent)
            notes.append((LINKED_TO_ANOTHER, differs))
    # A spine does not say that somebody is unknown whose pair somebody has yet to decide; a trace return does.
    is_answered &= is_traced | is_said | ~is_awaiting
    # A link that was missed is no lack of records: of the register's persons when events are by their ids, and of
    # anybody whose pair somebody has yet to decide.
    is_joined = _held(pairs[:, 0], size)
    not_joined = is_traced & ~is_joined & ~for_review & is_spine & _held(rows, size)
    notes.append((NOT_JOINED, not_joined))
    shared = int((np.bincount(pairs[:, 1]) > 1).sum()) if len(pairs) else 0
    return _Joined(pairs[:, 0], pairs[:, 1], is_linked, is_traced, is_answered,
                   not_joined | (for_review & ~is_joined), shared,
                   tuple((words, who) for words, who in notes if who.any()))  # fmt: skip


def _with_traced_persons(
    pairs: NDArray[np.int64], trace: Trace, admin: Dataset, person_of: NDArray[np.int64], ids: Any,
    is_linked: Mask, is_sent: Mask,
) -> tuple[NDArray[np.int64], Mask]:  # fmt: skip
    """Add the persons whom a trace return names of those without a link; and tell whose link is to somebody else."""
    assert trace.person is not None
    size = len(is_linked)
    place = places_of_persons(_column(trace.person.values), ids, admin)[trace.person.codes]
    place = np.where(trace.person.codes == 0, -1, place)
    person = np.append(person_of, -1)[place] if admin.card.person is None else place
    is_named = (person >= 0) & trace.is_traced & is_sent
    of_link = np.full(size, -1)
    of_link[pairs[:, 0]] = pairs[:, 1]
    differs = is_named & is_linked & (of_link != person)
    more = np.flatnonzero(is_named & ~is_linked)
    return np.vstack([pairs, np.column_stack([more, person[more]])]), differs


def _held(rows: NDArray[np.int64], size: int) -> Mask:
    found = np.zeros(size, np.bool_)
    found[rows] = True
    return found


def _column(ids: Any) -> Any:
    import pyarrow as pa

    return pa.chunked_array([ids])
