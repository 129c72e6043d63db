"""``Recorded``: a dataset as someone wrote it down, with the truth kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    import pandas as pd

    from linkkit.dataset import Dataset


@dataclass(frozen=True, eq=False, repr=False)
class Recorded:
    """A made-up dataset and, apart from it, the truth about it.

    Parameters
    ----------
    frame
        The dataset as a linker would receive it.
    truth
        One row a record: ``record_id`` (the dataset's own id), ``person_id``, ``family_id``.
    mistakes
        One row for each value that was miswritten: ``record_id, field, kind``. A value may have been hit twice.
    id
        The column of ``frame`` that identifies a record.
    name
        Name of the dataset.
    kind
        ``"trial"``, ``"intervention"`` or ``"administrative"``.
    blinded
        Columns that a linker must not use.
    columns
        Field -> column of ``frame`` that holds it.

    Examples
    --------
    >>> from linkkit import synth
    >>> trial = synth.people(2_000, seed=1).trial(families=50)
    >>> trial.id, trial.kind, trial.blinded
    ('participant_id', 'trial', ('arm',))
    """

    frame: pd.DataFrame
    truth: pd.DataFrame
    mistakes: pd.DataFrame
    id: str
    name: str
    kind: str
    blinded: tuple[str, ...]
    columns: dict[str, str]

    def __repr__(self) -> str:
        persons = self.truth["person_id"].nunique()
        return (
            f"<Recorded {self.name!r}: {self.kind}, {len(self.frame):,} records of {persons:,} people, id {self.id!r}>"
        )

    def dataset(self) -> Dataset:
        """Return the records as a dataset to link, its blinded columns out of sight.

        Examples
        --------
        >>> from linkkit import synth
        >>> synth.sample()[0].dataset().name
        'trial'
        """
        from linkkit.dataset import Dataset

        return Dataset(self.frame, name=self.name, kind=self.kind, id=self.id, blinded=self.blinded)  # type: ignore[arg-type]

    def matches(self, other: Recorded) -> pd.DataFrame:
        """Return every pair of records, one of this dataset and one of the other, that are about one person.

        Examples
        --------
        >>> from linkkit import synth
        >>> trial, register = synth.sample()
        >>> trial.matches(register).columns.tolist()
        ['left_id', 'right_id']
        """
        pairs = self.truth.merge(other.truth, on="person_id", suffixes=("", "_right"))
        return _pairs(pairs)

    def siblings(self, other: Recorded) -> pd.DataFrame:
        """Return every pair of records, one of each dataset, that are about two people of one family.

        Examples
        --------
        >>> from linkkit import synth
        >>> trial, register = synth.sample()
        >>> bool(len(trial.siblings(register)))
        True
        """
        pairs = self.truth.merge(other.truth, on="family_id", suffixes=("", "_right"))
        return _pairs(pairs[pairs["person_id"] != pairs["person_id_right"]])

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the dataset, without the truth, as a CSV file in UTF-8.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> from linkkit import synth
        >>> trial, _ = synth.sample()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     trial.write(pathlib.Path(folder) / "trial.csv")
        """
        self.frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _pairs(merged: pd.DataFrame) -> pd.DataFrame:
    columns = {"record_id": "left_id", "record_id_right": "right_id"}
    pairs = merged[list(columns)].rename(columns=columns)
    return pairs.sort_values(["left_id", "right_id"], ignore_index=True)
