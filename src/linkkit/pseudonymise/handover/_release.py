"""Write what of a linkage leaves the unit: by tier, under the pseudonyms of one project, one folder for each reader."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.errors import SpecError
from linkkit.files import atomic_write
from linkkit.pseudonymise._logbook import add_line, read_lines
from linkkit.pseudonymise.pseudonyms import Pseudonyms

from ._files import write_file
from ._linked import Linked
from ._manifest import HandoverError, KeyFacts, Manifest, folded
from ._tiers import UNIT_ONLY, Tier, check_tier, counts, groups, masks, scores

if TYPE_CHECKING:
    from linkkit.pseudonymise.keys import Key

__all__ = ["LEAST", "Released", "release_linked"]

LEAST = 10
"""Counts below are not told: what is said of fewer persons than that can be about one who is known."""


@dataclass(frozen=True)
class Released:
    """What was written.

    Parameters
    ----------
    project, tier
        Of the release.
    files
        Its files, without manifests.
    records, left_out
        How many records were given a project id (of scores, how many links are told), and how many were not.
    """

    project: str
    tier: Tier
    files: tuple[Path, ...]
    records: int
    left_out: int


def release_linked(
    linked: Linked,
    folder: str | os.PathLike[str],
    *,
    project: str,
    key: Key,
    tier: str = "groups",
    everyone: bool = False,
    reversible: bool = False,
    least: int = LEAST,
    logbook: str | os.PathLike[str] | None = None,
) -> Released:
    """Write the files of one tier and project into a folder.

    ``groups``: ``researcher/DATASET/index.parquet`` with record_key and project_id, for whoever has the payloads.
    ``mask``: ``DATASET/mask.parquet`` with record_key, project_id and is_linked, for whoever has that dataset's
    payload. ``counts``: ``counts.json``. ``scores``: ``unit_only/scores.parquet``, which stays in the unit.

    Parameters
    ----------
    linked
        What was linked.
    folder
        Where to; a folder holds one project and one tier.
    project
        The project; the same person has another id in every other.
    key
        The unit's own key, which no provider and no researcher has.
    tier
        What is told: see above.
    everyone
        Of groups: whether records without a link get a project id, too.
    reversible
        Of groups: whether the holder of the key can turn project ids back into the unit's names of persons.
    least
        Of counts: the smallest that is told.
    logbook
        A file to which a line about the release is added; names of projects that differ from an earlier one's only in
        capitals or blanks are refused by it.

    Raises
    ------
    SpecError
        Where the tier or an option of it is none.
    HandoverError
        Where the folder or the logbook tells of another project or tier, or the key is one that providers encoded with.
    """
    chosen = check_tier(tier)
    spec = Pseudonyms(unicodedata.normalize("NFC", project), reversible)
    if (everyone or reversible) and chosen != "groups":
        raise SpecError(f"everyone and reversible are for the tier groups; this is {chosen}.")
    if isinstance(least, bool) or not isinstance(least, int) or least < 1:
        raise SpecError(f"least must be a whole number from 1; got {least!r}.")
    target = Path(folder)
    _check_key(linked, key)
    _check_folder(target, spec.project, chosen)
    if logbook is not None:
        _check_names(spec.project, (str(line.get("project", "")) for line in read_lines(logbook)), Path(logbook).name)
    total = sum(len(table) for table in linked.persons.values())
    facts = KeyFacts.of(key)
    if chosen == "counts":
        path = target / "counts.json"
        _write_json({"linkkit_counts": 1, "project": spec.project, **counts(linked, least)}, path)
        done = Released(spec.project, chosen, (path,), 0, total)
    else:
        tables = _tables(linked, spec, key, chosen, everyone)
        files, told = [], 0
        for (place, name), table in tables.items():
            said = {
                "project": spec.project, "tier": chosen, "dataset": name, "unit_only": chosen in UNIT_ONLY,
                "reversible": reversible, "everyone": everyone or chosen == "mask",
            }  # fmt: skip
            path = target / place
            write_file(table, path, "release", made_by={"release": said}, key=facts)
            files.append(path)
            told += len(table)
        left = 0 if chosen == "scores" else total - told
        done = Released(spec.project, chosen, tuple(files), told, left)
    if logbook is not None:
        said = {"what": "release", "project": done.project, "tier": done.tier, "records": done.records,
                "left_out": done.left_out, "key": vars(facts)}  # fmt: skip
        add_line(logbook, said)
    return done


def _tables(linked: Linked, spec: Pseudonyms, key: Key, tier: Tier, everyone: bool) -> dict[tuple[str, str], Any]:
    """The tables of a tier by where they are written, and the dataset that each is of."""
    if tier == "scores":
        return {("unit_only/scores.parquet", ""): scores(linked)}
    if tier == "mask":
        return {(f"{name}/mask.parquet", name): table for name, table in masks(linked, spec, key).items()}
    made = groups(linked, spec, key, everyone=everyone)
    return {(f"researcher/{name}/index.parquet", name): table for name, table in made.items()}


def _check_key(linked: Linked, key: Key) -> None:
    """Refuse a key that a provider has: names of persons could be tried with it."""
    if any(facts.id == key.id for facts in linked.encoded_with):
        raise HandoverError(
            f"The key {key.id} is the one that the providers encoded with. The unit must not have it, as it could try "
            "names with it, and pseudonyms need a key that no provider has: `linkkit keygen unit.key`."
        )


def _check_folder(folder: Path, project: str, tier: Tier) -> None:
    """Refuse a folder that holds a release of another project or tier: one reader could get both."""
    found = set()
    for path in sorted(folder.rglob("*.manifest.json")) if folder.is_dir() else ():
        try:
            manifest = Manifest.from_dict(json.loads(path.read_text("utf-8")), path.name)
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise HandoverError(f"{path.name} in {folder} is not JSON; release into a folder of its own.") from None
        said: Any = manifest.made_by.get("release", {})
        if manifest.kind != "release" or "tier" not in said:
            raise HandoverError(f"{folder} holds a file of kind {manifest.kind}; release into a folder of its own.")
        found.add((str(said["project"]), str(said["tier"])))
    path = folder / "counts.json"
    if path.is_file():
        found.add((_project_of_counts(path), "counts"))
    _check_names(project, (name for name, _ in found), str(folder))
    for other, held in sorted(found):
        if (other, held) != (project, tier):
            raise HandoverError(
                f"{folder} holds the release {held} of the project {other!r}: give this one, {tier} of {project!r}, a "
                "folder of its own, so that nobody gets both."
            )


def _project_of_counts(path: Path) -> str:
    try:
        return str(json.loads(path.read_text("utf-8"))["project"])
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        raise HandoverError(f"{path} was not written by linkkit; release into a folder of its own.") from None


def _check_names(project: str, others: Iterable[str], where: str) -> None:
    """Refuse a name that is another's but for capitals and blanks: its pseudonyms would be other ones."""
    for other in others:
        if other != project and folded(other) == folded(project):
            raise HandoverError(
                f"{where} tells of the project {other!r}, and this release is for {project!r}: they are two projects, "
                "whose pseudonyms do not meet, and differ only in capitals or blanks. Write the name as before."
            )


def _write_json(data: dict[str, Any], path: Path) -> None:
    with atomic_write(path) as beside:
        beside.write_text(
            json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8", newline="\n"
        )
