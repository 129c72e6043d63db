"""Blocking by shared evidence: which values of a record count, by which keys, and how many pairs they may make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from linkkit.errors import SpecError
from linkkit.values import canonical, fields_of

__all__ = ["FORMS", "Evidence", "EvidenceForm", "Key", "SharedEvidence"]

EvidenceForm = Literal["name", "date", "postcode", "words", "code", "value"]


@dataclass(frozen=True)
class Key:
    """One key of a value: an expression in ``value``, and the place of a looser key of its form that it implies."""

    expression: str
    implies: int | None = None


# The keys of a value by its form, the strictest first.
FORMS: dict[str, tuple[Key, ...]] = {
    "name": (Key("value", 1), Key("soundex(value)"), Key("joined(first(value, 1), last(value, 4))")),
    "date": (
        Key("whole_date(value)", 2),
        Key("last(whole_date(value), 5)"),
        Key("year(value)"),
        Key("first(whole_date(value), 7)", 2),
        Key("joined(year(value), day(value))", 2),
    ),
    "postcode": (Key("value", 2), Key("sector(value)", 2), Key("outward(value)")),
    "words": (Key("value", 1), Key("first(value, 4)")),
    "code": (Key("value", 1), Key("first(value, 4)"), Key("last(value, 4)")),
    "value": (Key("value"),),
}
# Forms of which each word is a value of its own.
OF_WORDS = ("name", "words")


@dataclass(frozen=True)
class Evidence:
    """Columns whose values are one kind of evidence; they share one space of keys, so that swapped values are seen.

    Parameters
    ----------
    columns
        Fields or column expressions. Of a column of sets each member is a value.
    form
        By which keys a value counts: ``name`` (each word: itself, its Soundex, its initial and last four letters),
        ``date`` (whole, month and day, year and month, year and day, year), ``postcode`` (whole, sector, outward
        part), ``words`` (each word: itself, its first four letters), ``code`` (whole, first four, last four), or
        ``value`` (itself).

    Examples
    --------
    >>> Evidence(("given_name", "surname"), "name")
    evidence('given_name', 'surname', form='name')
    """

    columns: tuple[str, ...]
    form: EvidenceForm = "value"

    def __post_init__(self) -> None:
        columns: Sequence[str] | str = self.columns
        listed = (columns,) if isinstance(columns, str) else tuple(columns)
        if not listed:
            raise SpecError("evidence() needs at least one column.")
        for column in listed:
            fields_of(column)
        object.__setattr__(self, "columns", tuple(dict.fromkeys(canonical(column) for column in listed)))
        if self.form not in FORMS:
            raise SpecError(f"evidence(form=) must be one of {', '.join(FORMS)}; got {self.form!r}.")

    def __repr__(self) -> str:
        form = "" if self.form == "value" else f", form={self.form!r}"
        return f"evidence({', '.join(map(repr, self.columns))}{form})"

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of each value."""
        return FORMS[self.form]

    @property
    def is_of_words(self) -> bool:
        """Whether each word counts as a value of its own."""
        return self.form in OF_WORDS


@dataclass(frozen=True)
class SharedEvidence:
    """Pairs of records that share enough evidence: keys of many fields, a rare one worth more than a common one.

    A key that c of n records have is worth log2(n / c) bits. Of the keys of one value only the strictest that the
    other record shares counts, since it implies the looser ones or leans on the same letters. Pairs are kept from a
    floor of bits, which is chosen by counting so that about as many pairs come as the budget allows.

    Parameters
    ----------
    evidence
        What counts.
    pairs_per_record
        The budget: how many pairs there may be for each record; between datasets, for each of the largest dataset.
    least_bits
        The floor is never lower.
    cap
        Keys of more records than this make pairs only together with another key, or two; three together that are
        still too frequent are skipped and reported. None: as many as the budget gives a record pairs, at least 20.

    Examples
    --------
    >>> SharedEvidence((Evidence(("given_name", "surname"), "name"), Evidence(("date_of_birth",), "date")))
    shared_evidence(evidence('given_name', 'surname', form='name'), evidence('date_of_birth', form='date'))
    """

    evidence: tuple[Evidence, ...]
    pairs_per_record: float = 20.0
    least_bits: float = 5.0
    cap: int | None = None
    kind: Literal["shared_evidence"] = field(default="shared_evidence", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        given: Sequence[Evidence] | Evidence = self.evidence
        listed = (given,) if isinstance(given, Evidence) else tuple(given)
        if not listed or not all(isinstance(one, Evidence) for one in listed):
            raise SpecError("shared_evidence() needs evidence: fields, or what evidence() returns.")
        object.__setattr__(self, "evidence", tuple(dict.fromkeys(listed)))
        if not self.pairs_per_record > 0:
            raise SpecError(f"shared_evidence(pairs_per_record=) must be above 0; got {self.pairs_per_record}.")
        if not 0 < self.least_bits < 1000:
            raise SpecError(f"shared_evidence(least_bits=) must be above 0 and below 1000; got {self.least_bits}.")
        if self.cap is not None and self.cap < 2:
            raise SpecError(f"shared_evidence(cap=) must be at least 2 records; got {self.cap}.")

    def __repr__(self) -> str:
        parts = [repr(one) for one in self.evidence]
        parts += [f"pairs_per_record={self.pairs_per_record:g}"] if self.pairs_per_record != 20 else []
        parts += [f"least_bits={self.least_bits:g}"] if self.least_bits != 5 else []
        parts += [f"cap={self.cap}"] if self.cap is not None else []
        return f"shared_evidence({', '.join(parts)})"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(dict.fromkeys(column for one in self.evidence for column in one.columns))
