"""Carry out the pipeline of a programme and a register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import encode
from linkkit.errors import SpecError
from linkkit.permission import permitted
from linkkit.pipelines._pipeline import PipelineRun
from linkkit.run import dedupe, link
from linkkit.sections import Section
from linkkit.spells import Merged, People, Spells, implausible, merge

from ._sections import flow_section, signs_section, spells_section
from ._vote import Voted, vote

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

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
    labels
        Shape (persons,): what the programme calls each person: its number, or the id of the first record.
    person
        Shape (records,), int64: whose each record of the programme is, in the order of ids.
    voted
        What a person's records say.
    spells
        The spells of the persons, as they were recorded.
    merged
        The same merged.
    implausible
        What cannot be true of one person: :class:`linkkit.spells.Implausible`.
    """

    labels: Any
    person: NDArray[np.int64]
    voted: Voted
    spells: Spells
    merged: Merged
    implausible: Any

    @cached_property
    def persons(self) -> pd.DataFrame:
        """The persons of the programme and their links.

        ``person_id``, ``right_id``, ``records``, ``linked_records``, ``agreeing_records``, ``match_weight`` (the best
        of these), ``status`` and ``shared``: whether another person of the programme has the same register record
        (one child under two numbers, or a false link). A status is ``"link"``; ``"review"`` where no more than half
        of the linked records agree; missing where there is no link.
        """
        import pandas as pd

        voted, register = self.voted, self.linkage.datasets[1]
        offset = int(self.linkage.records.starts[1])
        has = voted.right >= 0
        right = pd.Series([None] * len(has), dtype=object)
        right[has] = register.ids.take(voted.right[has] - offset).to_pylist()
        doubtful = has & (2 * voted.agreeing <= voted.linked)
        status = np.where(doubtful, "review", "link").astype(object)
        status[~has] = None
        return pd.DataFrame(
            {
                "person_id": self.labels,
                "right_id": right,
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


def carry_out(
    pipeline: InterventionToAdmin, datasets: Sequence[Dataset], progress: bool | Progress | None
) -> InterventionRun:
    """See :meth:`InterventionToAdmin.run`."""
    if len(datasets) != 2:
        raise SpecError(f"{pipeline.name} takes a programme and a register; got {len(datasets)} datasets.")
    programme, register = permitted(datasets)
    person = pipeline.person or programme.card.person
    columns = _spell_columns(pipeline, programme)
    spells = _spells(pipeline, programme, person or programme.id, columns)  # their mistakes come before any work
    linkage = link(programme, register, plan=pipeline.plan, progress=progress)
    if person is None:
        labels, whose = _found_persons(programme, progress)
        spells = _spells(pipeline, _with_persons(programme, labels[whose], columns), "person", columns)
    else:
        labels, whose = _named_persons(programme, person)
    decided = linkage.linked.decided()
    is_across = decided.right >= linkage.records.starts[1]
    voted = vote(
        whose[decided.left[is_across]], decided.right[is_across].astype(np.int64), decided.weight[is_across],
        len(labels),
    )  # fmt: skip
    same = () if pipeline.merge_places or "place" not in spells.column_names else ("place",)
    merged = merge(spells, tolerance=pipeline.merge_days, same=same)
    run = InterventionRun(pipeline, linkage, labels, whose, voted, spells, merged, None)
    place = "place" if "place" in spells.column_names else None
    found = implausible(spells, _people(linkage), links=run.person_links, checks=pipeline.checks(place))
    return replace(run, implausible=found)


def _spell_columns(pipeline: InterventionToAdmin, programme: Dataset) -> dict[str, str]:
    """The columns of start, end and place: as the pipeline says, else as the card does."""
    card = programme.card.spells
    said = {part: getattr(pipeline, part) or getattr(card, part, None) for part in ("start", "end", "place")}
    if said["start"] is None:
        raise SpecError(
            f"{programme.name}: nothing says where spells start. Name the columns in its card, "
            "spells = SpellColumns(start, end, place), or here with start=, end=, place=."
        )
    return {part: column for part, column in said.items() if column is not None}


def _spells(pipeline: InterventionToAdmin, table: Any, entity: str, columns: dict[str, str]) -> Spells:
    more: dict[str, Any] = {"place": columns["place"]} if "place" in columns else {}
    return Spells.of(
        table, entity=entity, start=columns["start"], end=columns.get("end"), name="programme",
        on_missing=pipeline.on_missing, on_reversed=pipeline.on_reversed, **more,
    )  # fmt: skip


def _named_persons(programme: Dataset, column: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Persons by a column of the programme; a record without a number is a person of its own, under its id."""
    found = encode(programme.table_column(column))
    codes = found.codes.astype(np.int64)
    alone = np.flatnonzero(codes == 0)
    texts = np.array(found.values.to_pylist(), dtype=object)
    labels = np.concatenate([texts[1:], np.array(programme.ids.take(alone).to_pylist(), dtype=object)])
    whose = codes - 1
    whose[alone] = len(texts) - 1 + np.arange(len(alone))
    return labels, whose


def _found_persons(programme: Dataset, progress: bool | Progress | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Persons by deduplication, called by the id of their first record."""
    label = dedupe(programme, progress=progress).clustered.label
    _, first, whose = np.unique(label, return_index=True, return_inverse=True)
    return np.array(programme.ids.take(first).to_pylist(), dtype=object), whose.reshape(-1).astype(np.int64)


def _with_persons(programme: Dataset, labels: NDArray[Any], columns: dict[str, str]) -> pa.Table:
    import pyarrow as pa

    held = {column: programme.table_column(column) for column in columns.values()}
    return pa.table({"person": pa.array(labels.astype(str), pa.string()), **held})


def _people(linkage: Run) -> People:
    """Births and deaths of the register, as its prepared fields say."""
    register = linkage.datasets[1]
    held = [field for field in ("date_of_birth", "date_of_death") if field in register.fields]
    frame = register.to_pandas()[[register.id, *held]]
    birth, death = (field if field in held else None for field in ("date_of_birth", "date_of_death"))
    return People.of(frame, entity=register.id, name="register", on_unreadable="drop", birth=birth, death=death)
