"""One thing to be judged: specifications, columns of encodings, a manifest."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkkit.pseudonymise.bloom import Clk
from linkkit.pseudonymise.clkhash import Schema
from linkkit.pseudonymise.encoding import Encoding
from linkkit.pseudonymise.handover import KeyFacts, Manifest

from ._columns import Column, Role
from ._finding import Finding

__all__ = ["Subject", "of_manifest", "roles_of"]


@dataclass(frozen=True, eq=False)
class Subject:
    """One thing to be judged.

    Parameters
    ----------
    name
        The file, where it is one.
    encoding
        How columns are made, where it is known.
    schema
        The linkage schema, where it is one.
    columns
        Encodings; empty where only specifications were given.
    manifest, key, written
        The manifest, what may be told of the key, and when the manifest was written, in seconds since 1970.
    findings
        What was found in reading it.
    """

    name: str = ""
    encoding: Encoding | None = None
    schema: Schema | None = None
    columns: tuple[Column, ...] = field(default=(), repr=False)
    manifest: Manifest | None = None
    key: KeyFacts | None = None
    written: float | None = None
    findings: tuple[Finding, ...] = ()


def roles_of(encoding: Encoding | None) -> dict[str, Role | None]:
    """Return what each column of an encoded file holds, as its encoding says."""
    if encoding is None:
        return {}
    roles: dict[str, Role | None] = dict(encoding.forms)
    roles |= {block.name: "block" for block in encoding.blocks}
    return roles | {f"{one.name}_present": "presence" for one in encoding.columns if isinstance(one, Clk)}


def of_manifest(manifest: Manifest, name: str = "", written: float | None = None) -> Subject:
    """Return a manifest as what is to be judged."""
    encoding = None
    if "linkkit_encoding" in manifest.made_by:
        encoding = Encoding.from_dict(dict(manifest.made_by), f"{name or 'The manifest'}: its specification")
    findings = []
    if manifest.kind == "encoded" and manifest.key is None:
        findings.append(Finding("no_key", "serious", "", "the manifest tells of no key."))
    return Subject(name, encoding, manifest=manifest, key=manifest.key, written=written, findings=tuple(findings))
