"""Judge an encoding by where it is said to go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from linkkit.errors import SpecError

from ._boundary import Destination, checked_destination, highest
from ._columns import Role
from ._described import SpecFacts, described
from ._finding import Finding
from ._of_clkhash import of_schema, schema_facts
from ._of_columns import level_of, of_columns
from ._of_specs import of_specs
from ._result import Lint
from ._reuse import NamedManifest, of_reuse
from ._subject import Subject
from ._subjects import subject_of

__all__ = ["lint"]

_ROLES: dict[str, Role] = {"tokens": "token", "filters": "filter", "records": "clk"}


def lint(
    encoding: Any,
    *,
    destination: Destination = "trusted_unit",
    level: Literal["tokens", "filters", "records"] | None = None,
) -> Lint:
    """Judge an encoding, or files of encodings, by where they are said to go.

    Field-level filters and single tokens stay inside a trusted linkage unit and are deleted afterwards; record-level
    filters may meet a semi-trusted one; nothing encoded goes to a researcher or the public. No figure proves an
    encoding safe.

    Parameters
    ----------
    encoding
        How something is encoded: an :class:`~linkkit.pseudonymise.Encoding`, a
        :class:`~linkkit.pseudonymise.bloom.BloomField`, :class:`~linkkit.pseudonymise.bloom.Clk` or
        :class:`~linkkit.pseudonymise.Token`, a list of them, or a linkage schema of clkhash. Or what was encoded: a
        Dataset, a list of filters or tokens as texts or bytes, a file that was handed over (its manifest beside it), a
        CSV or Parquet file of encodings, CLKs of clkhash. Or manifests, a folder of them, or a list of any of these:
        then the use of keys is judged across all of them.
    destination
        Where it goes: ``"trusted_unit"``, ``"semi_trusted_unit"``, ``"researcher"`` or ``"public"``.
    level
        What encodings are where nothing says it: ``"tokens"``, ``"filters"`` of fields or ``"records"``. By default
        it is guessed by their look and name, and filters are taken for those of a field.

    Returns
    -------
    Lint
        Findings and the facts behind them; no value of a person.

    Raises
    ------
    DataError
        Where a file is absent, cut off, edited or holds nothing encoded.
    SpecError
        Where an argument is none of these.

    Examples
    --------
    >>> from linkkit.pseudonymise.bloom import BloomField
    >>> found = lint(BloomField("date_of_birth", "date"), destination="semi_trusted_unit")
    >>> [(finding.severity, finding.name) for finding in found]
    [('serious', 'not_for_destination'), ('serious', 'date_alone'), ('note', 'brute_force')]
    """
    going = checked_destination(destination)
    if level is not None and level not in _ROLES:
        raise SpecError(f"level must be one of {', '.join(_ROLES)}, or None; got {level!r}.")
    subjects = subject_of(encoding, None if level is None else _ROLES[level])
    judged = [_judged(subject, going, several=len(subjects) > 1) for subject in subjects]
    manifests = [NamedManifest(one.name, one.manifest, one.written) for one in subjects if one.manifest is not None]
    return Lint(
        going,
        highest([one.level for one in judged if one.level is not None]),
        tuple(finding for one in judged for finding in one.findings) + tuple(of_reuse(manifests)),
        tuple(dict.fromkeys(spec for one in judged for spec in one.specs)),
        tuple(column for one in judged for column in one.columns),
        tuple(dict.fromkeys(one.key for one in subjects if one.key is not None)),
    )


def _judged(subject: Subject, destination: Destination, *, several: bool) -> Lint:
    specs = list(_specs(subject))
    findings = [*subject.findings, *_by_specs(subject, destination)]
    facts, found = of_columns(subject.columns, destination, has_specs=bool(specs), has_key=subject.key is not None)
    levels = [spec.level for spec in specs if not spec.is_block]
    if not specs:
        levels = [level for column in subject.columns if (level := level_of(column.role)) is not None]
    elif not levels:
        levels = [spec.level for spec in specs]
    findings += found
    if several and subject.name:
        findings = [replace(one, where=f"{subject.name}, {one.where}".rstrip(", ")) for one in findings]
        facts = [replace(one, name=f"{subject.name}, {one.name}") for one in facts]
    elif subject.name:
        findings = [replace(one, where=one.where or subject.name) for one in findings]
    return Lint(destination, highest([*levels]), tuple(findings), tuple(specs), tuple(facts))


def _specs(subject: Subject) -> Iterator[SpecFacts]:
    if subject.encoding is not None:
        yield from (described(spec) for spec in subject.encoding.columns)
        yield from (described(block, is_block=True) for block in subject.encoding.blocks)
    if subject.schema is not None:
        yield schema_facts(subject.schema)


def _by_specs(subject: Subject, destination: Destination) -> Iterator[Finding]:
    if subject.encoding is not None:
        yield from of_specs(subject.encoding.columns, subject.encoding.blocks, destination)
    if subject.schema is not None:
        yield from of_schema(subject.schema, destination)
