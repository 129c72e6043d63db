"""Open files that were handed over, if they may meet: encoded alike by one key, or clear on all sides."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from linkkit._reading import open_table
from linkkit.dataset import Dataset, DatasetKind
from linkkit.fields import Field

from ._terms import dataset_under
from .encode import read_encoded
from .handover import HandoverError, Manifest, read_file, require_agreement
from .handover._files import manifest_path
from .handover._split import RECORD_KEY

__all__ = ["open_encoded", "proven_kind", "read_identifiers"]


def proven_kind(paths: Sequence[str | os.PathLike[str]]) -> str | None:
    """Return what files that shall be linked hold, as their manifests prove: ``encoded``, ``identifiers``, or None.

    None is for files that nobody handed over: none has a manifest, and none has record keys.

    Parameters
    ----------
    paths
        The files.

    Raises
    ------
    HandoverError
        Where one has a manifest and another has none, one was harmed, kinds differ, or a kind is not for linking;
        of encoded files also where they were not encoded alike.
    """
    files = [Path(path) for path in paths]
    has_manifest = [manifest_path(path).is_file() for path in files]
    if not any(has_manifest):
        for path in files:
            _refuse_without_manifest(path)
        return None
    absent = [path.name for path in files if not path.is_file()]
    if absent:
        raise HandoverError(f"{' and '.join(absent)}: there is no such file.")
    bare = [path.name for path, told in zip(files, has_manifest, strict=True) if not told]
    if bare:
        with_one = next(path.name for path, told in zip(files, has_manifest, strict=True) if told)
        raise HandoverError(
            f"{' and '.join(bare)}: there is no manifest beside {'it' if len(bare) == 1 else 'them'}, and {with_one} "
            "has one. Files that were handed over are linked with such files alone: have the manifest sent, or encode "
            "the file with `linkkit encode`."
        )
    manifests = [read_file(path)[1] for path in files]
    names = [path.name for path in files]
    _refuse_kinds(manifests, names)
    if manifests[0].kind == "encoded":
        _require_all(manifests, [str(path) for path in files] if len(set(names)) < len(names) else names)
    return manifests[0].kind


def open_encoded(path: str | os.PathLike[str], name: str | None = None, kind: DatasetKind = "other") -> Dataset | None:
    """Open a file as an encoded dataset if its manifest says that it is one; None of any other that may be linked.

    Parameters
    ----------
    path
        The file.
    name, kind
        As for :class:`~linkkit.Dataset`.

    Raises
    ------
    HandoverError
        Where the file is not what its manifest says, is of a kind that is not linked, or was made to be handed over and
        has no manifest: nothing would say by which key it was encoded.
    """
    return read_encoded(path, name=name, kind=kind) if proven_kind([path]) == "encoded" else None


def read_identifiers(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    kind: DatasetKind = "other",
    fields: Mapping[str, str | Sequence[str] | Field | None] | None = None,
    blinded: Iterable[str] = (),
) -> Dataset:
    """Open a file of clear identifiers that was handed over, under what its manifest says of consent.

    Where the linkage unit is trusted with names, it opens files by this, not by :class:`~linkkit.Dataset`, which does
    not look at a manifest, and which no linkage takes of such a file.

    Parameters
    ----------
    path
        The Parquet file; its manifest stands beside it.
    name, kind, fields, blinded
        As for :class:`~linkkit.Dataset`; the id is the record key.

    Raises
    ------
    HandoverError
        Where the file was edited or cut short, or is of another kind.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from linkkit.cards import Card, Consent
    >>> from linkkit.pseudonymise.handover import split
    >>> people = pd.DataFrame({"id": [1, 2], "surname": ["Ash", "Birch"], "agreed": ["yes", "no"]})
    >>> card = Card("trial", "trial", consent=Consent(("administrative",), column="agreed"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = split(people, id="id", identifiers=["surname"], payload=["agreed"], card=card).write(folder)
    ...     opened = read_identifiers(f"{folder}/identifiers/identifiers.parquet", name="trial")
    >>> len(opened), opened.left_out, opened.card.consent.linkages
    (1, (('no consent to linkage', 1),), ('administrative',))
    """
    table, manifest = read_file(path, "identifiers")
    named = name or Path(path).name.split(".")[0]
    opened = dataset_under(
        manifest.terms, table, named, kind=kind, id=manifest.record_key, fields=fields, blinded=blinded
    )
    opened.path, opened.is_proven = os.fspath(path), True
    return opened


def _require_all(manifests: Sequence[Manifest], names: Sequence[str]) -> None:
    for manifest, name in zip(manifests[1:], names[1:], strict=True):
        require_agreement(manifests[0], manifest, (names[0], name))


def _refuse_kinds(manifests: Sequence[Manifest], names: Sequence[str]) -> None:
    for manifest, name in zip(manifests, names, strict=True):
        if manifest.kind not in ("encoded", "identifiers"):
            raise HandoverError(
                f"{name} is a file of kind {manifest.kind}, which is not linked: link encoded files, or, where the "
                "linkage unit is trusted with names, files of identifiers."
            )
    kinds = [manifest.kind for manifest in manifests]
    if len(set(kinds)) > 1:
        clear = names[kinds.index("identifiers")]
        raise HandoverError(
            f"{clear} holds clear identifiers and {names[kinds.index('encoded')]} is encoded: delete {clear} here, and "
            "have it encoded by its provider with `linkkit encode`, by the same encoding and key."
        )


def _refuse_without_manifest(path: Path) -> None:
    """Refuse a file that was made to be handed over and came without its manifest."""
    if path.suffix.lower() == ".parquet" and path.is_file() and RECORD_KEY in open_table(str(path), path.name).columns:
        raise HandoverError(
            f"{path.name} has record keys, as files have that are handed over, and its manifest "
            f"{manifest_path(path).name} is not beside it. Have both sent, and keep them together. (Of a file that "
            f"nobody handed over, rename the column {RECORD_KEY!r}.)"
        )
