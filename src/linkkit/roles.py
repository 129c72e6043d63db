"""The three roles of a pseudonymised linkage, each with a folder: what each may take, make and hand on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .errors import SpecError
from .fields import Field
from .files import atomic_write
from .providing import Provided, encode_file
from .pseudonymise.encode import read_encoded
from .pseudonymise.handover import Attached, HandoverError, Released, Split, attach, read_file, split
from .pseudonymise.handover._files import manifest_path
from .pseudonymise.opening import proven_kind
from .releasing import LOGBOOK, release
from .run import Run, link

if TYPE_CHECKING:
    from .cards import Card
    from .plan import Plan
    from .pseudonymise import Encoding, Key

__all__ = ["LinkageUnit", "Provider", "Researcher", "Role"]


@dataclass(frozen=True)
class Role:
    """A party and its folder. Files come in by :meth:`receive` alone, which refuses what the role must not have.

    Parameters
    ----------
    folder
        The party's own folder; what it is handed goes into ``received`` there.
    """

    folder: Path
    title: ClassVar[str] = "this role"
    takes: ClassVar[tuple[str, ...]] = ()
    tiers: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))

    def receive(self, path: str | os.PathLike[str], *, sender: str) -> Path:
        """Take a file that another party hands over: prove it, and keep a copy with its manifest.

        Parameters
        ----------
        path
            The file; its manifest is beside it.
        sender
            Who sends it: part of the name it is kept under.

        Returns
        -------
        Path
            Where it is kept.

        Raises
        ------
        HandoverError
            Where it is not what its manifest says, or this role must not have it.
        """
        name = Path(path).name
        _, manifest = read_file(path)
        said: Any = manifest.made_by.get("release", {})
        if manifest.kind not in self.takes or (manifest.kind == "release" and not self._may_read(said)):
            what = f"a file of kind {manifest.kind}"
            if manifest.kind == "release":
                what = f"the tier {said.get('tier')} of {said.get('dataset') or 'a linkage'}"
            raise HandoverError(
                f"{name} is {what}, which {self.title} must not have: it takes {self._taken()}. Nothing was copied; "
                "tell the sender, and delete what arrived."
            )
        kept = self.folder / "received" / f"{sender}.{said.get('tier', manifest.kind)}.parquet"
        for source, target in ((Path(path), kept), (manifest_path(path), manifest_path(kept))):
            with atomic_write(target) as beside:
                shutil.copyfile(source, beside)
        return kept

    def _may_read(self, said: Mapping[str, Any]) -> bool:
        """Whether a release, as its manifest tells of it, is for this role."""
        return said.get("tier") in self.tiers and not said.get("unit_only")

    def _taken(self) -> str:
        """What the role takes, in words."""
        kinds = [f"{kind} ({' or '.join(self.tiers)})" if kind == "release" else kind for kind in self.takes]
        return f"files of kind {' and '.join(kinds)}"

    def received(self, kind: str) -> list[Path]:
        """Return the files of one kind (of a release: one tier) that were received, by name."""
        return sorted((self.folder / "received").glob(f"*.{kind}.parquet"))


@dataclass(frozen=True)
class Provider(Role):
    """Who has data with names: splits and encodes them, hands encodings to the unit and payload to the researcher.

    Its index, its names and the project's key stay in its folder.

    Parameters
    ----------
    folder
        The provider's own folder.
    name
        How others call its dataset.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> people = pd.DataFrame({"id": [1, 2], "surname": ["Ash", "Birch"], "score": [3.5, 4.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clinic = Provider(Path(folder) / "clinic", "clinic")
    ...     _ = clinic.split(people, id="id", identifiers=["surname"], payload=["score"])
    ...     clinic.hand_payload(Researcher(Path(folder) / "researcher")).name
    'clinic.payload.parquet'
    """

    name: str = "provider"
    title: ClassVar[str] = "a provider"
    takes: ClassVar[tuple[str, ...]] = ("release",)
    tiers: ClassVar[tuple[str, ...]] = ("mask",)

    def split(
        self,
        table: Any,
        *,
        id: str,  # noqa: A002
        identifiers: Sequence[str],
        payload: Sequence[str],
        card: Card | str | os.PathLike[str] | bool | None = None,
    ) -> Split:
        """Split a table into the folders identifiers, payload and index, as :func:`.handover.split`."""
        parts = split(table, id=id, identifiers=identifiers, payload=payload, card=card)
        parts.write(self.folder)
        return parts

    def encode(
        self, key: Key, encoding: Encoding, *, fields: Mapping[str, str | Sequence[str] | Field | None] | None = None
    ) -> Provided:
        """Encode the identifiers of the split into the folder encoded, as :func:`linkkit.providing.encode_file`."""
        return encode_file(
            self.folder / "identifiers" / "identifiers.parquet", self.folder / "encoded", key=key, encoding=encoding,
            name=self.name, fields=fields,
        )  # fmt: skip

    def hand_encoded(self, unit: LinkageUnit) -> Path:
        """Hand the encoded file to the linkage unit."""
        return unit.receive(self.folder / "encoded" / f"{self.name}.parquet", sender=self.name)

    def hand_payload(self, researcher: Researcher) -> Path:
        """Hand the payload to the researcher."""
        return researcher.receive(self.folder / "payload" / "payload.parquet", sender=self.name)

    def _may_read(self, said: Mapping[str, Any]) -> bool:
        return super()._may_read(said) and said.get("dataset") == self.name


@dataclass(frozen=True)
class LinkageUnit(Role):
    """Who links what it cannot read, and names persons anew for each project; it never sees a name or a payload.

    Parameters
    ----------
    folder
        The unit's own folder.

    Examples
    --------
    >>> LinkageUnit("unit").takes, Researcher("researcher").takes
    (('encoded',), ('payload', 'release'))
    """

    title: ClassVar[str] = "the linkage unit"
    takes: ClassVar[tuple[str, ...]] = ("encoded",)

    def link(self, *, plan: Plan | None = None, progress: bool | None = None) -> Run:
        """Link all encoded files that were received, if they agree, and save the run in the folder results."""
        paths = self.received("encoded")
        if len(paths) < 2:
            raise HandoverError(f"{len(paths)} encoded files were received; it takes two to link.")
        proven_kind(paths)
        datasets = [read_encoded(path, name=path.name.removesuffix(".encoded.parquet")) for path in paths]
        run = link(*datasets, plan=plan, progress=progress)
        run.save(self.folder / "results")
        return run

    def release(self, run: Run, *, project: str, key: Key, tier: str = "groups", **options: Any) -> Released:
        """Make the files of a tier for a project, as :func:`linkkit.releasing.release`.

        They stand in ``releases/PROJECT-TIER``, and ``releases.jsonl`` says of each release when it was made.
        """
        if not project.strip() or set(project) & set('/\\:*?"<>|\0'):
            raise SpecError("The name of the project names a folder: use letters, digits, blanks, - and _.")
        folder = self.folder / "releases" / f"{project}-{tier}"
        book = self.folder / LOGBOOK
        return release(run, folder, project=project, key=key, tier=tier, logbook=book, **options)

    def hand_over(self, released: Released, reader: Role) -> list[Path]:
        """Hand the files of a release to who shall read them: a researcher all, a provider that of its dataset.

        Raises
        ------
        HandoverError
            Where the reader must not have them, as scores, which stay in the unit.
        """
        paths = [path for path in released.files if path.suffix == ".parquet"]
        if isinstance(reader, Provider):
            paths = [path for path in paths if path.parent.name == reader.name] or paths
        return [reader.receive(path, sender=path.parent.name) for path in paths]


@dataclass(frozen=True)
class Researcher(Role):
    """Who studies payloads under the ids of one project; it has no name, no record of the unit's scores and no key.

    Parameters
    ----------
    folder
        The researcher's own folder.
    """

    title: ClassVar[str] = "the researcher"
    takes: ClassVar[tuple[str, ...]] = ("payload", "release")
    tiers: ClassVar[tuple[str, ...]] = ("groups", "mask")

    def attach(self, *, project: str, tier: str = "groups") -> dict[str, Attached]:
        """Attach each payload that was received to its index, into the folder study, and delete both.

        Record keys are in a payload and its index alone: with those gone, nothing that is left leads to a record
        that another party has.
        """
        made = {}
        for index in self.received(tier):
            name = index.name.removesuffix(f".{tier}.parquet")
            payload = self.folder / "received" / f"{name}.payload.parquet"
            made[name] = attach(index, payload, self.folder / "study" / f"{name}.parquet", project=project)
        for name in made:
            for kind in (tier, "payload"):
                path = self.folder / "received" / f"{name}.{kind}.parquet"
                manifest_path(path).unlink()
                path.unlink()
        return made
