"""Carry out the pipeline of a programme and a register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit.errors import DataError, SpecError
from linkkit.permission import permitted, require_datasets
from linkkit.pipelines._columns import named_column
from linkkit.pipelines._dates import DAY_FIRST, ORDER_GUESSED, iso_and_guessed
from linkkit.pipelines._pipeline import PipelineRun
from linkkit.run import link
from linkkit.sections import Section
from linkkit.spells import Merged, People, Spells, implausible, merge
from linkkit.spells._table import NamedColumns

from ._observed import observed
from ._persons import Persons, found_persons, named_persons, of_persons, without_refusing
from ._sections import flow_section, signs_section, spells_section
from ._vote import Voted, vote, vote_in_groups

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.dataset import Dataset
    from linkkit.progress import Progress
    from linkkit.run import Run

    from ._spec import InterventionToAdmin

__all__ = ["InterventionRun", "carry_out"]


@dataclass(frozen=True, eq=False, repr=False)
class InterventionRun(PipelineRun):
    """A programme linked to a register.

    Parameters
    ----------
    pipeline, linkage
        As of every pipeline; the linkage is of records.
    members
        Which records of the programme are of one person, and what each person is called.
    register_members
        The same of the register, where its card names the column of persons.
    voted
        What a person's records say.
    spells
        The spells of the persons, as they were recorded.
    merged
        The same merged.
    implausible
        What cannot be true of one person: :class:`linkkit.spells.Implausible`.
    notes
        What was taken for granted, in counts, and how to say otherwise: dates that no value shows to be day or month
        first.
    """

    members: Persons
    register_members: Persons | None
    voted: Voted
    spells: Spells
    merged: Merged
    implausible: Any
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> NDArray[Any]:
        """What each person is called: its number, or the id of its first record; shape (persons,)."""
        return self.members.labels

    @property
    def person(self) -> NDArray[np.int64]:
        """Whose each record of the programme is, in the order of ids; shape (records,)."""
        return self.members.whose

    @cached_property
    def persons(self) -> pd.DataFrame:
        """The persons of the programme and their links.

        ``person_id``, ``right_id``, ``records``, ``linked_records``, ``agreeing_records``, ``match_weight`` (the best
        of these), ``status`` and ``shared``: whether another person of the programme has the same register record
        (one child under two numbers, or a false link). A status is ``"link"``; ``"review"`` where no more than half
        of the linked records agree; missing where there is no link. Where the register has several records a person,
        ``right_person_id`` says whose the record is, and records agree that are linked to one person.
        """
        import pandas as pd

        voted, register = self.voted, self.linkage.datasets[1]
        has = voted.right >= 0
        found: dict[str, Any] = {
            "person_id": self.labels,
            "right_id": _placed(has, register.ids.take(positions(voted.right[has])).to_pylist()),
        }
        if self.register_members is not None:
            theirs = self.register_members
            found["right_person_id"] = _placed(has, theirs.labels[theirs.whose[voted.right[has]]].tolist())
        doubtful = has & (2 * voted.agreeing <= voted.linked)
        status = np.where(doubtful, "review", "link").astype(object)
        status[~has] = None
        return pd.DataFrame(
            {
                **found,
                "records": np.bincount(self.person, minlength=len(has)),
                "linked_records": voted.linked,
                "agreeing_records": voted.agreeing,
                "match_weight": voted.weight,
                "status": status,
                "shared": voted.shared,
            }
        )

    @property
    def person_links(self) -> pd.DataFrame:
        """The persons that are linked: left_id (their person_id), right_id, match_weight, status."""
        frame = self.persons.dropna(subset=["right_id"]).rename(columns={"person_id": "left_id"})
        return frame[["left_id", "right_id", "match_weight", "status"]].reset_index(drop=True)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The flow from records to linked persons, the spells, and the signs of false links."""
        return flow_section(self), spells_section(self), signs_section(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return persons, merged spells and contradicted links."""
        return {
            "persons": self.persons,
            "spells": self.merged.to_pandas(),
            "contradicted_links": self.implausible.links,
        }


def _placed(has: NDArray[np.bool_], values: list[Any]) -> NDArray[Any]:
    column = np.full(len(has), None, dtype=object)
    column[has] = values
    return column


def carry_out(
    pipeline: InterventionToAdmin, datasets: Sequence[Dataset], progress: bool | Progress | None
) -> InterventionRun:
    """See :meth:`InterventionToAdmin.run`."""
    if len(datasets) != 2:
        raise SpecError(f"{pipeline.name} takes a programme and a register; got {len(datasets)} datasets.")
    require_datasets(datasets)
    _require_persons_of_consent(pipeline, datasets[0])
    programme, register = permitted(datasets)
    person = pipeline.person or programme.card.person
    if person is not None:
        named_column(programme, person, "person")
    # Its mistakes come before any work, and those of the columns of persons.
    spells, notes = _spells(pipeline, programme)
    if person is None:
        left = without_refusing(datasets[0], programme, progress)
        spells, notes = (spells, notes) if left is programme else _spells(pipeline, left)
        programme = left
    persons = None if person is None else named_persons(programme, person)
    among = None if register.card.person is None else named_persons(register, register.card.person)
    if pipeline.time_gaps:
        start = _spell_columns(pipeline, programme)["start"]
        programme, register, more = observed(programme, start, register, pipeline.day_first)
        notes += more
    linkage = link(programme, register, plan=pipeline.plan, progress=progress)
    persons = persons or found_persons(programme, progress)
    spells = of_persons(spells, programme, persons)
    same = () if pipeline.merge_places or "place" not in spells.column_names else ("place",)
    run = InterventionRun(
        pipeline, linkage, persons, among, _voted(linkage, persons, among), spells,
        merge(spells, tolerance=pipeline.merge_days, same=same), None, notes, given=tuple(datasets),
    )  # fmt: skip
    place = "place" if "place" in spells.column_names else None
    found = implausible(spells, _people(linkage), links=run.person_links, checks=pipeline.checks(place))
    return replace(run, implausible=found)


def _require_persons_of_consent(pipeline: InterventionToAdmin, programme: Dataset) -> None:
    """Consent is held by person wherever the data are read, so the card must know the persons."""
    card, said = programme.card, pipeline.person
    is_by_column = card.consent is not None and (card.consent.column or card.consent.opt_out)
    if said is not None and said != card.person and is_by_column:
        there = "says none" if card.person is None else f"says {card.person!r}"
        raise SpecError(
            f"{programme.name}: person={said!r} says which records are of one person, its card {there}. An "
            f"answer about consent holds for all records of a person: write person = {said!r} into the card."
        )


def _voted(linkage: Run, persons: Persons, among: Persons | None) -> Voted:
    decided = linkage.linked.decided()
    first = int(linkage.records.starts[1])
    is_across = decided.right >= first
    right = decided.right[is_across].astype(np.int64) - first
    ballots = persons.whose[decided.left[is_across]], right, decided.weight[is_across]
    return vote(*ballots, len(persons)) if among is None else vote_in_groups(*ballots, len(persons), among.whose)


def _spell_columns(pipeline: InterventionToAdmin, programme: Dataset) -> dict[str, str]:
    """The columns of start, end and place: as the pipeline says, else as the card does."""
    card = programme.card.spells
    said = {part: getattr(pipeline, part) or getattr(card, part, None) for part in ("start", "end", "place")}
    if said["start"] is None:
        raise SpecError(
            f"{programme.name}: nothing says where spells start. The programme comes first, the register after it. "
            "Name the columns in the programme's card, spells = SpellColumns(start, end, place), or here with start=, "
            "end=, place=."
        )
    return {part: column for part, column in said.items() if column is not None}


def _spells(pipeline: InterventionToAdmin, programme: Dataset) -> tuple[Spells, tuple[str, ...]]:
    """Read the spells of records, in whatever form the programme writes dates; and say what was guessed of these."""
    import pyarrow as pa

    columns = _spell_columns(pipeline, programme)
    held = {part: named_column(programme, column, part) for part, column in columns.items()}
    for part, column in columns.items():
        if pa.types.is_nested(held[part].type):
            raise DataError(
                f"{programme.name}: {part} (column {column!r}) holds {held[part].type}; give one text, number or date "
                "a row."
            )
    days: dict[str, pa.ChunkedArray] = {part: held[part] for part in ("start", "end") if part in held}
    iso, guessed = iso_and_guessed(days, programme.name, pipeline.day_first)
    held |= iso
    read = NamedColumns(programme.name, pa.table(held), columns, programme.order)
    more: dict[str, Any] = {"place": "place"} if "place" in held else {}
    spells = Spells.of(
        read, entity=None, start="start", end="end" if "end" in held else None,
        on_missing=pipeline.on_missing, on_reversed=pipeline.on_reversed, on_unreadable=pipeline.on_unreadable,
        **more,
    )  # fmt: skip
    count = int(np.any(list(guessed.values()), axis=0).sum())
    if not count:
        return spells, ()
    named = " and ".join(repr(columns[part]) for part in days)
    note = f"{programme.name}: {count:,} of {len(programme):,} records have dates in {named} that {ORDER_GUESSED}."
    said = replace(spells, changes={**spells.changes, f"dates that {ORDER_GUESSED}": count})
    return said, (f"{note} {DAY_FIRST}",)


def _people(linkage: Run) -> People:
    """Births and deaths of the register, as its prepared fields say; a register without either contradicts nobody."""
    import pyarrow as pa

    register = linkage.datasets[1]
    dates = {
        field: pa.chunked_array([register.encoded(field).values.take(positions(register.encoded(field).codes))])
        if field in register.fields
        else pa.chunked_array([pa.nulls(len(register))])
        for field in ("date_of_birth", "date_of_death")
    }
    table = pa.table({"id": register.ids, **dates})
    return People.of(
        table, entity="id", name="register", on_unreadable="drop", birth="date_of_birth", death="date_of_death"
    )
