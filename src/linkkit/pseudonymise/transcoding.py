"""From the pseudonyms of one key, epoch or project to those of another, without anybody seeing an id on the way."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from linkkit.errors import DataError, SpecError, row_list

from .handover._files import read_file, write_file
from .handover._manifest import HandoverError, KeyFacts, Manifest
from .keys import Key
from .pseudonyms import Pseudonyms, is_valid

__all__ = ["Rotation", "rehash", "transcode"]


def transcode(
    pseudonyms: Sequence[str | None], before: Pseudonyms, after: Pseudonyms, *, old_key: Key, new_key: Key
) -> list[str | None]:
    """Return the pseudonyms of another project, key or epoch for reversible ones.

    Ids are there for a moment within this function, and nowhere else: they are not returned, and no message holds one.

    Parameters
    ----------
    pseudonyms
        Reversible pseudonyms; None stays None.
    before, after
        How they were made, and how the new ones are to be.
    old_key, new_key
        The keys of both. Whoever calls this holds both, and could turn the old ones back: the unit, or an escrow.

    Raises
    ------
    SpecError
        Where those before are not reversible (see :func:`rehash` and :class:`Rotation`), or nothing would change.
    DataError
        Where pseudonyms were not made by the old key and project, or were mistyped.

    Examples
    --------
    >>> unit = Key.generate(project="unit")
    >>> asthma, schools = Pseudonyms("asthma", reversible=True), Pseudonyms("schools")
    >>> made = transcode(asthma.of(["p-001"], unit), asthma, schools, old_key=unit, new_key=unit)
    >>> made == schools.of(["p-001"], unit)
    True
    """
    if before == after and KeyFacts.of(old_key) == KeyFacts.of(new_key):
        raise SpecError("Nothing would change: project, key and epoch are the same before and after.")
    return after.of(before.ids(pseudonyms, old_key), new_key)


def rehash(pseudonyms: Sequence[str | None], after: Pseudonyms, key: Key) -> list[str | None]:
    """Return pseudonyms of pseudonyms: a provider's, hashed again under a key that the provider has not.

    Two levels, as in SAIL and OpenPseudonymiser: the provider cannot tell its persons in what the researcher has, and
    the unit never sees an id. The same provider's pseudonym always gives the same one.

    Parameters
    ----------
    pseudonyms
        A provider's, as :class:`Pseudonyms` writes them; None stays None.
    after
        The project that they are for.
    key
        The unit's own key.

    Raises
    ------
    DataError
        Where a pseudonym fails its check character: the rows, never the pseudonym.

    Examples
    --------
    >>> provider, unit = Key.generate(project="clinic"), Key.generate(project="unit")
    >>> first = Pseudonyms("to the unit").of(["p-001", None], provider)
    >>> rehash(first, Pseudonyms("asthma"), unit)[1] is None
    True
    """
    wrong = [row for row, one in enumerate(pseudonyms) if one is not None and not is_valid(one)]
    if wrong:
        raise DataError(
            f"{len(wrong):,} pseudonyms ({row_list(wrong)}) fail their check character: they were mistyped, or are no "
            "pseudonyms of linkkit. Have them sent again."
        )
    return after.of(pseudonyms, key)


@dataclass(frozen=True, eq=False)
class Rotation:
    """Which new pseudonym follows which old one, where a key or an epoch of a project was changed.

    It is made by the unit, which knows the persons, and stays there: with it, what was handed over before and after can
    be joined. Researchers send files of old pseudonyms and get new ones.

    Parameters
    ----------
    new_of
        Old pseudonym to new one.
    project
        The project.
    old_key, new_key
        What may be told of the keys.

    Examples
    --------
    >>> secret = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
    >>> first, second = (Key.from_bytes(secret, project="unit", epoch=epoch) for epoch in ("1", "2"))
    >>> rotation = Rotation.of(["p-001", "p-002"], "asthma", first, second)
    >>> rotation
    <Rotation of 'asthma': 2 pseudonyms, epoch '1' to '2'>
    >>> held = Pseudonyms("asthma").of(["p-002"], first)
    >>> rotation.apply(held) == Pseudonyms("asthma").of(["p-002"], second)
    True
    """

    new_of: Mapping[str, str] = field(repr=False)
    project: str
    old_key: KeyFacts
    new_key: KeyFacts

    def __repr__(self) -> str:
        what, old, new = "epoch", self.old_key.epoch, self.new_key.epoch
        if self.old_key.id != self.new_key.id:
            what, old, new = "key", self.old_key.id, self.new_key.id
        return f"<Rotation of {self.project!r}: {len(self.new_of):,} pseudonyms, {what} {old!r} to {new!r}>"

    @classmethod
    def of(cls, persons: Sequence[str], project: str, old_key: Key, new_key: Key) -> Rotation:
        """Make the table for all persons of a project.

        Raises
        ------
        SpecError
            Where the two keys are one.
        """
        before, after = KeyFacts.of(old_key), KeyFacts.of(new_key)
        if before == after:
            raise SpecError("Both keys are one, of one epoch: give the new key, or the same with another epoch.")
        spec = Pseudonyms(project)
        old, new = spec.of(persons, old_key), spec.of(persons, new_key)
        pairs = {one: other for one, other in zip(old, new, strict=True) if one is not None and other is not None}
        return cls(pairs, project, before, after)

    def apply(self, pseudonyms: Sequence[str | None]) -> list[str | None]:
        """Return the new pseudonyms; None stays None.

        Raises
        ------
        DataError
            Where an old one is not in the table: the rows, never the pseudonym.
        """
        lost = [row for row, one in enumerate(pseudonyms) if one is not None and one not in self.new_of]
        if lost:
            raise DataError(
                f"{len(lost):,} pseudonyms ({row_list(lost)}) are not among those of {self.project!r} before: they are "
                "of another project, key or epoch, or were mistyped."
            )
        return [None if one is None else self.new_of[one] for one in pseudonyms]

    def write(self, path: str | os.PathLike[str]) -> Manifest:
        """Write the table as a file of the unit alone, with its manifest; researchers' functions refuse it."""
        import pyarrow as pa

        table = pa.table({"old_project_id": sorted(self.new_of), "new_project_id": self._in_order()})
        said = {"project": self.project, "tier": "rotation", "unit_only": True, "old_key": vars(self.old_key)}
        return write_file(
            table, path, "release", record_key="old_project_id", made_by={"release": said}, key=self.new_key
        )

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Rotation:
        """Read a table that was written.

        Raises
        ------
        HandoverError
            Where the file is not what its manifest says, or no such table.
        """
        table, manifest = read_file(path, "release")
        said: Any = manifest.made_by.get("release", {})
        if said.get("tier") != "rotation" or manifest.key is None:
            raise HandoverError(f"{os.path.basename(path)} is no table of a rotation.")
        pairs = dict(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
        return cls(pairs, said["project"], KeyFacts(**said["old_key"]), manifest.key)

    def _in_order(self) -> list[str]:
        return [self.new_of[old] for old in sorted(self.new_of)]
