"""Spine: several registers to one index of persons with stable ids, as a pipeline."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from linkkit.decide import Cluster
from linkkit.errors import SpecError
from linkkit.pipelines._pipeline import Pipeline, Step

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.progress import Progress
    from linkkit.pseudonymise import Key

    from ._run import SpineRun

__all__ = ["Spine", "spine"]


@dataclass(frozen=True)
class Spine(Pipeline):
    """Make one index of persons of one register or more: each person an id that stays.

    Parameters
    ----------
    plan
        How records are linked; its decision, if it has one, must be a :class:`~linkkit.decide.Cluster`.
    unique
        Sources that hold a person once: no two of their records share a person. What is named neither here nor in
        ``repeated`` is judged by its card, else by its data.
    repeated
        Sources that hold a person any number of times.
    project
        What the index is for. Another project's ids of the same persons are others.
    key
        The file of the linkage unit's key, from which ids are made: the same inputs then give the same ids. Without it
        ids are random, and kept in the saved spine.
    epoch
        The epoch of the key.

    Notes
    -----
    An id is made once, when its person is first there: the keyed hash of the first record's name (HMAC-SHA256), 27
    letters of which the last checks the others. Afterwards it belongs to the person, whichever records come and go.

    Examples
    --------
    >>> print(Spine(unique=("school register",)))
    Index of persons (spine)
      1. sources: a person once in school register; others by their cards, else by their data  [unique]
      2. link: records of all sources, and within those that repeat a person, by the plan  [plan]
      3. persons: clusters in which no source of persons once has two records  [plan]
      4. ids: random, kept in the saved spine, unless run(key=) is given  [key]
      5. updates: SpineRun.update; an id stays, merges and splits are logged
    """

    unique: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    project: str = "spine"
    key: str | None = None
    epoch: str = "1"
    kind: Literal["spine"] = field(default="spine", repr=False, kw_only=True)

    title: ClassVar[str] = "Index of persons"
    kinds: ClassVar[tuple[str, ...]] = ("administrative",)
    paths: ClassVar[tuple[str, ...]] = ("key",)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("unique", "repeated"):
            value: Any = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))
        both = sorted(set(self.unique) & set(self.repeated))
        if both:
            raise SpecError(f"The source {both[0]!r} is in unique and in repeated; a source is one of the two.")
        if not self.project.strip():
            raise SpecError("project must have a name: ids of one project must not be taken for another's.")
        if self.plan.decide is not None and not isinstance(self.plan.decide, Cluster):
            raise SpecError(
                f"A spine's plan decides by a Cluster, as persons have many records; got {self.plan.decide.kind}."
            )

    def steps(self) -> tuple[Step, ...]:
        """Return its steps, in the order in which they are carried out."""
        told = [f"a person once in {', '.join(self.unique)}"] if self.unique else []
        told += [f"any number of times in {', '.join(self.repeated)}"] if self.repeated else []
        others = "others by their cards, else by their data" if told else "by their cards, else by their data"
        made = (
            f"by the key, for the project {self.project}"
            if self.key
            else "random, kept in the saved spine, unless run(key=) is given"
        )
        return (
            Step("sources", "; ".join([*told, others]), "unique"),
            Step("link", "records of all sources, and within those that repeat a person, by the plan", "plan"),
            Step("persons", "clusters in which no source of persons once has two records", "plan"),
            Step("ids", made, "key"),
            Step("updates", "SpineRun.update; an id stays, merges and splits are logged"),
        )

    def run(
        self,
        *datasets: Dataset,
        key: Key | None = None,
        on: datetime.date | str | None = None,
        progress: bool | Progress | None = None,
    ) -> SpineRun:
        """Make the index.

        Parameters
        ----------
        *datasets
            The sources: one or more.
        key
            The linkage unit's key, in place of its file.
        on
            The day, for the log, as a date or its ISO text; by default today.
        progress
            As for :func:`linkkit.link`.

        Raises
        ------
        DataError
            Where sources cannot be linked, or one is named that is not there.
        """
        from ._carry import begun

        return begun(self, datasets, key=key, on=on, progress=progress)

    def secret(self, key: Key | None = None) -> Key | None:
        """Return the key that was given, or that of the file; None where there is neither."""
        if key is not None or self.key is None:
            return key
        from linkkit.pseudonymise import Key as Keys

        return Keys.from_file(self.key, project=self.project, epoch=self.epoch)


def spine(**parts: Any) -> Spine:
    """Return the pipeline that makes one index of persons; see :class:`Spine` for its parts.

    Examples
    --------
    >>> spine(repeated="health register").repeated
    ('health register',)
    """
    return Spine(**parts)
