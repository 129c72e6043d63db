"""Profile: what the fields of a dataset hold, in counts, shares and shapes; never a value of a person."""

from __future__ import annotations

import dataclasses
import html
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._text_tables import aligned, html_table
from .encoded import Encoded, EncodedSets
from .errors import DataError
from .fields import ENCODED_KINDS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from .dataset import Dataset

__all__ = ["FieldProfile", "Profile", "profile"]

_LEAST = 5  # records; rarer shapes are told together
_MOST_SHAPES = 5
_UK_POSTCODE = r"^(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|GIR 0AA)$"
_FORMS = {"date": r"^\d{4}-\d\d-\d\d$", "sex": "^[mfx]$", "email": r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"}
_HEADINGS = ("field", "kind", "complete", "distinct", "bits", "agree", "valid", "placeholder", "length", "shapes")


@dataclass(frozen=True)
class FieldProfile:
    """What one field holds.

    Parameters
    ----------
    field, kind, columns
        The field, its kind, and the columns it comes from.
    records
        How many records the dataset has.
    present
        How many of them hold a value.
    distinct
        How many distinct values there are.
    entropy_bits
        Shannon entropy of the values: how much the field can tell people apart.
    agreement_probability
        How likely two different records agree, if both hold a value: the chance agreement of the field.
    valid
        How many records hold a value that is valid for the kind of field: a day of the calendar, a postcode in its
        form, a known code of sex, an e-mail address, an NHS number, UPN or other UK identifier that is one; for other
        kinds, no placeholder.
    placeholders
        How many records hold a text that stands for a missing value.
    reasons
        Why values would become missing when prepared: records by reason.
    shapes
        The most frequent shapes and how many records have them: ``A`` capital, ``a`` small letter (three stand for
        more), ``x`` letter of a script without case, ``9`` digit. Shapes of fewer than five records are told together.
    shortest, longest
        Characters of the shortest and the longest value.
    dates
        For dates: ``earliest_year``, ``latest_year``, and the shares of ``first_of_january`` and ``first_of_month``
        among them (one in 365 and one in 30 are usual; more is heaping).
    warnings
        What is not as the field says, in counts and rows, and what to do: identifiers of another kind, CHI numbers that
        their own record contradicts.
    """

    field: str
    kind: str
    columns: tuple[str, ...]
    records: int
    present: int
    distinct: int
    entropy_bits: float
    agreement_probability: float
    valid: int
    placeholders: int
    reasons: Mapping[str, int]
    shapes: tuple[tuple[str, int], ...]
    shortest: int
    longest: int
    dates: Mapping[str, float] = dataclasses.field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def completeness(self) -> float:
        """Share of records that hold a value."""
        return self.present / self.records if self.records else 0.0

    @property
    def valid_share(self) -> float:
        """Share of the values that are valid."""
        return self.valid / self.present if self.present else 0.0

    def _cells(self) -> tuple[str, ...]:
        shapes = ", ".join(f"{shape} {count / self.present:.0%}" for shape, count in self.shapes[:3])
        length = str(self.shortest) if self.shortest == self.longest else f"{self.shortest}-{self.longest}"
        return (
            self.field, self.kind, f"{self.completeness:.1%}", f"{self.distinct:,}", f"{self.entropy_bits:.1f}",
            f"{self.agreement_probability:.2g}", f"{self.valid_share:.1%}", f"{self.placeholders:,}", length, shapes,
        )  # fmt: skip


@dataclass(frozen=True, repr=False)
class Profile:
    """What the fields of a dataset hold. Prints as a table; holds counts, shares and shapes, never a value of a person.

    Parameters
    ----------
    name, kind, records
        The dataset: its name, its kind, and how many records it has.
    fields
        A :class:`FieldProfile` for each field.
    """

    name: str
    kind: str
    records: int
    fields: tuple[FieldProfile, ...]

    def __getitem__(self, name: str) -> FieldProfile:
        for described in self.fields:
            if described.field == name:
                return described
        raise KeyError(name)

    def __repr__(self) -> str:
        rows = [described._cells() for described in self.fields]
        lines = aligned(_HEADINGS, rows, numbers=range(2, len(_HEADINGS) - 1))
        return "\n".join([f"{self.name} ({self.kind}): {self.records:,} records", *lines, *self._remarks()])

    def _remarks(self) -> list[str]:
        return [
            f"{described.field}: years {described.dates['earliest_year']:.0f} to {described.dates['latest_year']:.0f}; "
            f"1 January {described.dates['first_of_january']:.1%} (0.3% is usual), "
            f"first of a month {described.dates['first_of_month']:.1%} (3.3% is usual)"
            for described in self.fields
            if described.dates
        ] + [warning for described in self.fields for warning in described.warnings]

    def _repr_html_(self) -> str:
        heaps = "".join(f"<p>{html.escape(line)}</p>" for line in self._remarks())
        title = f"{self.name} ({self.kind}): {self.records:,} records"
        return html_table(_HEADINGS, [described._cells() for described in self.fields], caption=title) + heaps

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as plain data that JSON can hold."""
        plain = asdict(self)
        for described, fields in zip(self.fields, plain["fields"], strict=True):
            fields["completeness"], fields["valid_share"] = described.completeness, described.valid_share
        loaded: dict[str, Any] = json.loads(json.dumps(plain))
        return loaded

    def to_pandas(self) -> pd.DataFrame:
        """Return the profile as a DataFrame, one row a field."""
        import pandas as pd

        rows = self.to_dict()["fields"]
        for row in rows:
            row.update(row.pop("dates"))
            row["warnings"] = " ".join(row["warnings"])
            row["columns"] = ", ".join(row["columns"])
            row["shapes"] = ", ".join(f"{shape} ({count:,})" for shape, count in row["shapes"])
            row["reasons"] = ", ".join(f"{reason} {count:,}" for reason, count in row["reasons"].items())
        return pd.DataFrame(rows)


def profile(dataset: Dataset) -> Profile:
    """Describe what each field of a dataset holds: completeness, distinct values, shapes, validity, placeholders.

    Parameters
    ----------
    dataset
        The dataset, as it is read or prepared.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> columns = {"id": [1, 2, 3], "sex": ["M", "F", None], "dob": ["2001-02-03", "31/02/2001", "n/a"]}
    >>> people = Dataset(pd.DataFrame(columns))
    >>> described = profile(people)
    >>> described["sex"].completeness, described["date_of_birth"].valid, described["date_of_birth"].placeholders
    (0.6666666666666666, 1, 1)
    """
    warnings = _warnings(dataset)
    fields = tuple(
        dataclasses.replace(_field_profile(dataset, name), warnings=tuple(warnings.get(name, ())))
        for name in dataset.fields
    )
    return Profile(dataset.name, dataset.kind, len(dataset), fields)


def _warnings(dataset: Dataset) -> dict[str, list[str]]:
    """What the identifiers of the UK say against the names of the fields, and against their records."""
    from .prepare import prepare, recommended_for, uk

    found: dict[str, list[str]] = {}
    for wrong in uk.wrong_kind(dataset):
        found.setdefault(wrong.field, []).append(str(wrong))
    described = dataset.fields.get("chi_number")
    if described is None or described.kind != "identifier" or dataset.holds_sets("chi_number"):
        return found
    said = [name for name in ("date_of_birth", "sex") if name in dataset.fields and not dataset.holds_sets(name)]
    try:
        steps = [recommended_for(name, dataset.kind_of(name)) for name in ("chi_number", *said)]
        counts = uk.chi.consistency(prepare(dataset, steps))
    except (DataError, KeyError):  # a column of dates that holds none, or what is encoded
        return found
    told = ", ".join(f"{what} {count:,}" for what, count in counts.items() if what.startswith("contradicts") and count)
    if told:
        found.setdefault("chi_number", []).append(
            f"{dataset.name}: of {len(dataset) - counts['nothing to check']:,} records with a CHI number that can be "
            f"checked against their date of birth and sex: {told}."
        )
    return found


def _field_profile(dataset: Dataset, name: str) -> FieldProfile:
    column: Encoded | EncodedSets = dataset.encoded_sets(name) if dataset.holds_sets(name) else dataset.encoded(name)
    values, counts = column.values[1:], column.counts()[1:]
    prepared, reasons, doubted = _prepared(dataset, name, values, counts)
    lengths = _lengths(values)
    return FieldProfile(
        field=name,
        kind=dataset.kind_of(name),
        columns=dataset.fields[name].columns,
        records=len(dataset),
        present=int(np.count_nonzero(column.codes)),
        distinct=int(np.count_nonzero(counts)),
        entropy_bits=_entropy(counts),
        agreement_probability=_agreement(counts),
        valid=int(counts[_is_valid(dataset.kind_of(name), prepared, counts) & ~doubted].sum()),
        placeholders=sum(count for reason, count in reasons.items() if reason in ("placeholder", "unnamed baby")),
        reasons=reasons,
        shapes=()
        if dataset.kind_of(name) in ENCODED_KINDS
        else _shapes(values, counts, "[A-WYZ]" if dataset.kind_of(name) == "date" else r"\p{Lu}"),
        shortest=int(lengths.min(initial=0 if not len(lengths) else 1 << 30)),
        longest=int(lengths.max(initial=0)),
        dates=_dates(prepared, counts) if dataset.kind_of(name) == "date" else {},
    )


def _prepared(
    dataset: Dataset, name: str, values: pa.StringArray, counts: NDArray[np.int64]
) -> tuple[pa.StringArray, dict[str, int], NDArray[np.bool_]]:
    """What the recommended preparation makes of the values, why some would become missing, and which are doubted."""
    import pyarrow as pa

    from .prepare import clean_values

    try:
        return clean_values(dataset, name, values, counts)
    except DataError:  # a column of dates that holds none
        nothing = pa.array([""] * len(values), pa.string())
        return nothing, {"not a date": int(counts.sum())}, np.zeros(len(values), np.bool_)


def _lengths(values: pa.StringArray) -> NDArray[np.int64]:
    import pyarrow.compute as pc

    lengths: NDArray[np.int64] = pc.utf8_length(values).to_numpy(zero_copy_only=False).astype(np.int64)
    return lengths


def _entropy(counts: NDArray[np.int64]) -> float:
    total = counts.sum()
    shares = counts[counts > 0] / total if total else np.zeros(0)
    return float(max(-(shares * np.log2(shares)).sum(), 0.0))


def _agreement(counts: NDArray[np.int64]) -> float:
    total = int(counts.sum())
    return float((counts.astype(np.float64) * (counts - 1)).sum() / (total * (total - 1.0))) if total > 1 else 0.0


def _is_valid(kind: str, prepared: pa.StringArray, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    import pyarrow.compute as pc

    def has(pattern: str) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = pc.match_substring_regex(prepared, pattern).to_numpy(zero_copy_only=False)
        return found

    if kind == "postcode":
        forms = [has(_UK_POSTCODE), has(r"^\d{5}$")]
        usual = max(forms, key=lambda form: int(counts[form].sum()))
        return usual if counts[usual].sum() * 2 > counts[has(".")].sum() else has(".")
    return has(_FORMS.get(kind, "."))


def _shapes(values: pa.StringArray, counts: NDArray[np.int64], capitals: str) -> tuple[tuple[str, int], ...]:
    import pyarrow.compute as pc

    shapes = values
    for pattern, by in (
        (capitals, "A"), (r"\p{Ll}", "a"), (r"[\p{Lo}\p{Lm}\p{Lt}\p{M}]", "x"), (r"\p{Nd}", "9"), (r"\s+", " "),
        ("a{4,}", "aaa"), ("A{4,}", "AAA"), ("x{4,}", "xxx"), ("9{13,}", "999999999999+"),
    ):  # fmt: skip
        shapes = pc.replace_substring_regex(shapes, pattern, by)
    encoded = shapes.dictionary_encode()
    records = np.bincount(
        encoded.indices.to_numpy(zero_copy_only=False), weights=counts, minlength=len(encoded.dictionary)
    )
    found = list(zip(encoded.dictionary.to_pylist(), records.astype(int).tolist(), strict=True))
    found.sort(key=lambda one: (-one[1], one[0]))
    shown = [one for one in found if one[1] >= _LEAST][:_MOST_SHAPES]
    rest = sum(count for _, count in found) - sum(count for _, count in shown)
    return (*shown, *([("other", rest)] if rest else []))


def _dates(prepared: pa.StringArray, counts: NDArray[np.int64]) -> dict[str, float]:
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = pc.match_substring_regex(prepared, _FORMS["date"])
    if not pc.any(whole).as_py():
        return {}
    texts = prepared.filter(whole)
    years = pc.utf8_slice_codeunits(texts, 0, 4).cast(pa.int64()).to_numpy(zero_copy_only=False)
    weights = counts[whole.to_numpy(zero_copy_only=False)]

    def share(pattern: str) -> float:
        return float(
            weights[pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)].sum() / weights.sum()
        )

    return {
        "earliest_year": float(years.min()),
        "latest_year": float(years.max()),
        "first_of_january": share("-01-01$"),
        "first_of_month": share("-01$"),
    }
