"""SpineRun: one index of persons, what it is made of, and what comes of it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit._update import Update
from linkkit.decide import Clusters
from linkkit.pipelines._pipeline import PipelineRun

from . import _conflicts, _persons, _sections
from ._history import Entry, changes_table, check_grows, history_table
from ._uniqueness import Source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from linkkit.dataset import Dataset
    from linkkit.progress import Progress
    from linkkit.pseudonymise import Key
    from linkkit.sections import Section

    from ._link import SpineLinks
    from ._spine import Spine

__all__ = ["SpineRun"]


@dataclass(frozen=True, eq=False, repr=False)
class SpineRun(PipelineRun):
    """An index of persons: which records of which source are of which person, under stable ids.

    Parameters
    ----------
    pipeline
        The :class:`Spine` behind it.
    linkage
        The linkage: ``linkage.clusters`` has the ids of persons as cluster ids.
    sources
        Which sources hold a person once, and how that is known.
    past
        Its updates, the first of them its beginning; :attr:`history` as a table.
    seen
        ``spine_id`` and ``first_seen``, the update in which each person was first there.
    key_mark
        The check value of the key that ids are made by; empty where they are random.

    Examples
    --------
    >>> import linkkit as lk
    >>> from linkkit import pipelines
    >>> made = lk.synth.people(400, seed=2)
    >>> school, health = (made.register(coverage=share) for share in (0.7, 0.6))
    >>> one, other = (lk.Dataset(r.frame, name=n, id=r.id) for r, n in ((school, "school"), (health, "health")))
    >>> index = lk.link(one, other, plan=pipelines.spine(), progress=False)
    >>> list(index.index.columns), bool(index.persons["spine_id"].is_unique)
    (['spine_id', 'source', 'record_id', 'added_in', 'status'], True)
    """

    pipeline: Spine
    sources: tuple[Source, ...]
    past: tuple[Entry, ...]
    seen: pa.Table
    key_mark: str = ""

    def __repr__(self) -> str:
        names = " and ".join(f"{dataset.name} ({len(dataset):,})" for dataset in self.linkage.datasets)
        return f"<SpineRun of {names}: {len(self.clustered):,} persons, {self.number} updates>"

    @property
    def clustered(self) -> Clusters:
        """The persons as rows of records."""
        assert isinstance(self.linkage.decision, Clusters)
        return self.linkage.decision

    @property
    def update_part(self) -> Update:
        """What updates added: the log of ids, in which update each record came, who was withdrawn."""
        assert self.linkage.update is not None
        return self.linkage.update

    @property
    def number(self) -> int:
        """How many updates there were."""
        return self.update_part.number

    # --- tables
    # -------------------------------------------------------------------------------------------------------

    @cached_property
    def index(self) -> pd.DataFrame:
        """Every record: spine_id, source, record_id, added_in (update), status; sorted by source and record.

        A status is ``"linked"``, ``"single"`` where a person has one record, or ``"conflict"`` where records of the
        person disagree in what a person has one of.
        """
        return _persons.index_table(self.clustered, self.update_part.added_in, self._has_conflict)

    @cached_property
    def persons(self) -> pd.DataFrame:
        """Every person: spine_id, records, sources, least_probability, first_seen, last_seen, has_conflict.

        ``least_probability`` is that of the weakest link without which the person would fall in two, missing of a
        single record; ``first_seen`` and ``last_seen`` are updates: in which the id was given, and in which the newest
        extract with a record of the person came.
        """
        return _persons.persons_table(self.clustered, self._first_seen(), self._extracts(), self._has_conflict)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """How many persons each combination of sources holds: sources, a truth value a source, persons, records."""
        return _sections.coverage_table(self.clustered)

    @cached_property
    def flow(self) -> pd.DataFrame:
        """Records of each source: read, left_out, records, linked_elsewhere, linked_within, single; and its persons."""
        return _sections.flow_table(self.clustered)

    @cached_property
    def conflicts(self) -> pd.DataFrame:
        """Persons to be looked at: spine_id, conflict, values (how many), other_id, match_probability.

        ``conflict`` is the field of which a person has several values, or ``"kept apart"``: a link of this probability
        to ``other_id`` was not followed, as of two records of a source that holds a person once.
        """
        return _conflicts.conflicts_table(self.clustered, self._differing)

    @property
    def changes(self) -> pd.DataFrame:
        """What became of ids: update, on, old_id, new_id, reason, records, because; rows are only ever added.

        ``reason`` is ``"merged"``, ``"split"`` or ``"removed"``. To bring earlier results up to date, replace each
        ``old_id`` by its ``new_id`` in the order of the rows; where it is ``"split"``, look the record up in ``index``.
        """
        return changes_table(self.update_part.log, self.past)

    @property
    def history(self) -> pd.DataFrame:
        """The updates: number, day, sources that came or went, and counts."""
        return history_table(self.past)

    @property
    def retired(self) -> pd.DataFrame:
        """Ids that are no person's any more: spine_id, update, reason, new_id (missing where no record is left)."""
        changes = self.changes
        gone = changes[changes["reason"].isin(["merged", "removed"])]
        return gone.rename(columns={"old_id": "spine_id"})[["spine_id", "update", "reason", "new_id"]].reset_index(
            drop=True
        )

    @property
    def sections(self) -> tuple[Section, ...]:
        """What it adds to the report."""
        return _sections.sections_of(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return its tables by the names of their files."""
        import pandas as pd

        sources = [{"source": one.name, "is_unique": one.is_unique, "why": one.why} for one in self.sources]
        held = self.linkage.datasets[0].fields
        fields = json.dumps({field: held[field].kind for field in self.linkage.records.fields})
        about = pd.DataFrame({
            "project": [self.pipeline.project], "epoch": [self.pipeline.epoch], "key_check_value": [self.key_mark],
            "fields": [fields],
        })  # fmt: skip
        return {
            "index": self.index, "persons": self.persons, "coverage": self.coverage, "flow": self.flow,
            "conflicts": self.conflicts, "changes": self.changes, "history": self.history,
            "sources": pd.DataFrame(sources), "spine": about,
        }  # fmt: skip

    # --- what comes of it
    # -------------------------------------------------------------------------------------------------------

    def update(
        self,
        *extracts: Dataset,
        without: str | Sequence[str] = (),
        withdrawn: Mapping[str, Sequence[Any]] | None = None,
        judgements: pd.DataFrame | str | Path | None = None,
        unique: Sequence[str] = (),
        repeated: Sequence[str] = (),
        key: Key | None = None,
        on: datetime.date | str | None = None,
        progress: bool | Progress | None = None,
    ) -> SpineRun:
        """Bring the spine up to date; ids of persons stay, and what cannot stay is logged in ``changes``.

        Parameters
        ----------
        *extracts
            Further sources, and new extracts of known ones: under a known name an extract stands in the place of the
            one before. Records are known by their ids; those that are not there any more leave, those whose values
            changed are compared anew. Further records without the old ones are a source of another name.
        without
            Names of sources to take out.
        withdrawn
            For sources, by name, the ids of records to take out, such as of people who opted out; they stay out of
            later extracts. A person without a record is retired.
        judgements
            What people decided, as for :func:`linkkit.update`.
        unique, repeated
            Names of new sources that hold a person once, or more often; by default their cards or data say.
        key
            The key of the spine, where it has one and the pipeline does not name its file.
        on
            The day of the update, for the log, as a date or its ISO text; by default today.
        progress
            As for :func:`linkkit.link`.

        Raises
        ------
        SecretError
            Where the key is not the one that the spine began with.
        DataError
            Where there is nothing to do, or a source is named that is not there.

        Examples
        --------
        >>> import linkkit as lk
        >>> from linkkit import pipelines
        >>> made = lk.synth.people(400, seed=2)
        >>> school, health = (made.register(coverage=share) for share in (0.7, 0.6))
        >>> one, other = (lk.Dataset(r.frame, name=n, id=r.id) for r, n in ((school, "school"), (health, "health")))
        >>> index = lk.link(one, other, plan=pipelines.spine(), progress=False)
        >>> gone = index.index["record_id"][0]
        >>> later = index.update(withdrawn={"school": [gone]}, progress=False)
        >>> len(index.index) - len(later.index)
        1
        """
        from ._carry import updated

        return updated(
            self, extracts, without=(without,) if isinstance(without, str) else tuple(without), withdrawn=withdrawn,
            judgements=judgements, unique=unique, repeated=repeated, key=key, on=on, progress=progress,
        )  # fmt: skip

    def link(
        self, dataset: Dataset, *, one_to_one: bool = True, at_least: float = 0.5,
        progress: bool | Progress | None = None,
    ) -> SpineLinks:  # fmt: skip
        """Link a dataset, such as the participants of a trial, to the persons of the spine, which stays as it is.

        A record agrees with a person where it agrees with any record of the person, so that earlier names and
        addresses count. The model is that of the spine; a field that the dataset lacks is missing.

        Parameters
        ----------
        dataset
            The dataset.
        one_to_one
            Whether the dataset holds a person once; else each record is linked to its best person.
        at_least
            Match probability from which a record is linked to a person.
        progress
            As for :func:`linkkit.link`.

        Raises
        ------
        CardError
            Where the consent of the dataset, or of a source, does not cover it.
        DataError
            Where the dataset has the name of a source, or none of the fields that the spine was linked on.

        Examples
        --------
        >>> import linkkit as lk
        >>> from linkkit import pipelines
        >>> made = lk.synth.people(1000, seed=2)
        >>> school, health = (made.register(coverage=share) for share in (0.8, 0.7))
        >>> one, other = (lk.Dataset(r.frame, name=n, id=r.id) for r, n in ((school, "school"), (health, "health")))
        >>> index = lk.link(one, other, plan=pipelines.spine(), progress=False)
        >>> trial = made.trial(families=60).dataset()
        >>> found = index.link(trial, progress=False)
        >>> list(found.trace.columns[:3]), len(found.trace) == len(trial)
        (['participant_id', 'spine_id', 'traced'], True)
        """
        from ._link import link_to_spine

        return link_to_spine(self, dataset, one_to_one=one_to_one, at_least=at_least, progress=progress)

    def save(self, directory: str | Path, *, truth: Any = None, command: Sequence[str] | None = None) -> Path:
        """Save the spine, its report and tables; :func:`load_spine` goes on from there.

        Raises
        ------
        DataError
            Where the directory holds a spine that this one does not go on from.
        """
        check_grows(Path(directory), self.past, self.update_part.log)
        return super().save(directory, truth=truth, command=command)

    # --- what tables are made of
    # -------------------------------------------------------------------------------------------------------

    @cached_property
    def _differing(self) -> dict[str, _persons.Numbers]:
        return _conflicts.conflicts_of(self.clustered)

    @cached_property
    def _has_conflict(self) -> Any:
        found = np.zeros(len(self.clustered), np.bool_)
        for counts in self._differing.values():
            found |= counts > 0
        return found

    def _first_seen(self) -> _persons.Numbers:
        import pyarrow.compute as pc

        first, _ = _persons.person_numbers(self.clustered)
        assert self.clustered.names is not None
        places = pc.index_in(self.clustered.names.take(first), value_set=self.seen["spine_id"].combine_chunks())
        return np.asarray(self.seen["first_seen"].take(places)).astype(np.int64)

    def _extracts(self) -> _persons.Numbers:
        """In which update the extract of each source came."""
        came = {name: entry.update for entry in self.past for name in (*entry.added, *entry.replaced)}
        return np.array([came[dataset.name] for dataset in self.linkage.datasets], np.int64)
