"""Reuse of keys: what the manifests of several files tell together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from linkkit.pseudonymise.handover import KeyFacts, Manifest

from ._finding import Finding

__all__ = ["NamedManifest", "of_reuse"]

_YEAR_SECONDS = 366 * 86_400.0


@dataclass(frozen=True)
class NamedManifest:
    """A manifest, where it stands, and when its file was written (seconds since 1970; None where that is not known)."""

    name: str
    manifest: Manifest
    written: float | None = None


def of_reuse(manifests: Sequence[NamedManifest]) -> Iterator[Finding]:
    """Give what keys are used for twice, or are not the same where they should be."""
    keyed = [(one.manifest.key, one) for one in manifests if one.manifest.key is not None]
    for group in _groups(keyed, lambda key: key.id):
        projects = sorted({key.project for key, _ in group})
        if len(projects) > 1:
            text = f"the key {group[0][0].id} serves {len(projects)} projects: {', '.join(projects)}."
            yield Finding("key_of_two_projects", "serious", _files(group), text, len(projects))
    for group in _groups(keyed, lambda key: (key.project, key.epoch)):
        keys = {key.check_value for key, _ in group}
        if len(keys) > 1:
            first = group[0][0]
            text = f"project {first.project!r}, epoch {first.epoch!r}, has {len(keys)} keys."
            yield Finding("other_key_of_project", "warning", _files(group), text, len(keys))
    for group in _groups(keyed, lambda key: key.check_value):
        yield from _of_one_key(group)


def _of_one_key(group: list[tuple[KeyFacts, NamedManifest]]) -> Iterator[Finding]:
    first = group[0][0]
    encoded = [one for _, one in group if one.manifest.kind == "encoded"]
    ways = {one.manifest.schema_hash for one in encoded}
    if len(ways) > 1:
        text = f"with the key {first.id} of epoch {first.epoch!r}, files are encoded in {len(ways)} ways."
        yield Finding("one_key_other_encodings", "warning", _files(group), text, len(ways))
    times = [one.written for _, one in group if one.written is not None]
    if times and max(times) - min(times) > _YEAR_SECONDS:
        years = (max(times) - min(times)) / _YEAR_SECONDS
        text = f"epoch {first.epoch!r} of the key {first.id} spans {years:.1f} years, by the dates of the files."
        yield Finding("epoch_for_years", "warning", _files(group), text, years)


def _groups(
    keyed: list[tuple[KeyFacts, NamedManifest]], by: Callable[[KeyFacts], Any]
) -> list[list[tuple[KeyFacts, NamedManifest]]]:
    found: dict[Any, list[tuple[KeyFacts, NamedManifest]]] = {}
    for key, one in keyed:
        found.setdefault(by(key), []).append((key, one))
    return list(found.values())


def _files(group: list[tuple[KeyFacts, NamedManifest]]) -> str:
    names = sorted({one.name for _, one in group if one.name})
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
