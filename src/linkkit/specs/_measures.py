"""What can be measured about two records: one frozen spec a measure. Thresholds on measures make levels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from linkkit._toml import IN_A_FILE
from linkkit.errors import SpecError, did_you_mean
from linkkit.values import canonical, fields_of

__all__ = [
    "BIT_SIMILARITIES",
    "DISTANCES",
    "SIMILARITIES",
    "DateGap",
    "DatedVersions",
    "DistanceKm",
    "Equal",
    "Function",
    "Initial",
    "Measure",
    "NumberGap",
    "SeriesFunction",
    "SetOverlap",
    "Swapped",
    "TextSimilarity",
]

# Metrics of two texts where more is nearer, in [0, 1] ...
SIMILARITIES = (
    "jaro_winkler", "jaro", "levenshtein_similarity", "osa_similarity", "damerau_similarity", "jaccard_words",
    "jaccard_qgrams", "dice_qgrams", "cosine_qgrams", "longest_common_substring", "longest_common_subsequence",
    "monge_elkan", "sorted_words_ratio", "word_subset",
)  # fmt: skip
# ... of two bit filters, as base64 texts, which share so many bits; metrics of one column ...
BIT_SIMILARITIES = ("dice_bits", "jaccard_bits", "overlap_bits", "hamming_bits")
# ... and where less is nearer, in edits.
DISTANCES = ("levenshtein", "osa", "damerau")


class _Column:
    """What measures of one column share."""

    column: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", canonical(self.column))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it reads."""
        return fields_of(self.column)

    @property
    def is_distance(self) -> bool:
        """Whether less is nearer."""
        return False


@dataclass(frozen=True)
class Equal(_Column):
    """Whether two values are the same: 1 or 0."""

    column: str
    kind: Literal["equal"] = field(default="equal", repr=False, kw_only=True)


@dataclass(frozen=True)
class TextSimilarity(_Column):
    """How alike two texts are, by a named metric.

    Parameters
    ----------
    column
        Field or column expression.
    metric
        A similarity in [0, 1] (``jaro_winkler``, ``jaro``, ``levenshtein_similarity``, ``dice_qgrams`` ...), a
        distance in edits (``levenshtein``, ``osa``, ``damerau``), or a similarity of bit filters (``dice_bits``,
        ``jaccard_bits``, ``overlap_bits``, ``hamming_bits``).
    """

    column: str
    metric: str = "jaro_winkler"
    kind: Literal["text"] = field(default="text", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        known = (*SIMILARITIES, *BIT_SIMILARITIES, *DISTANCES)
        if self.metric not in known:
            hint = did_you_mean(self.metric, known) or f" Known: {', '.join(known)}."
            raise SpecError(f"There is no text metric {self.metric!r}.{hint}")

    @property
    def is_distance(self) -> bool:
        """Whether less is nearer."""
        return self.metric in DISTANCES


@dataclass(frozen=True)
class Initial(_Column):
    """Whether one text is the initial of the other, or both are the same: 1 or 0."""

    column: str
    kind: Literal["initial"] = field(default="initial", repr=False, kw_only=True)


@dataclass(frozen=True)
class DateGap(_Column):
    """Days between two ISO dates; a date that is not wholly known is missing."""

    column: str
    kind: Literal["date_gap"] = field(default="date_gap", repr=False, kw_only=True)

    @property
    def is_distance(self) -> bool:
        """Less is nearer."""
        return True


@dataclass(frozen=True)
class NumberGap(_Column):
    """Difference of two numbers: absolute, or relative to the larger of them. A value that is no number is missing."""

    column: str
    relative: bool = False
    kind: Literal["number_gap"] = field(default="number_gap", repr=False, kw_only=True)

    @property
    def is_distance(self) -> bool:
        """Less is nearer."""
        return True


@dataclass(frozen=True)
class DistanceKm:
    """Great-circle distance in km between two places given in degrees (haversine, mean Earth radius 6371.0088 km)."""

    latitude: str = "latitude"
    longitude: str = "longitude"
    kind: Literal["distance_km"] = field(default="distance_km", repr=False, kw_only=True)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it reads."""
        return (*fields_of(self.latitude), *fields_of(self.longitude))

    @property
    def is_distance(self) -> bool:
        """Less is nearer."""
        return True


@dataclass(frozen=True)
class SetOverlap(_Column):
    """How two sets overlap: members in common (``shared``), over the smaller (``overlap``), over both (``jaccard``)."""

    column: str
    metric: Literal["shared", "overlap", "jaccard"] = "shared"
    kind: Literal["sets"] = field(default="sets", repr=False, kw_only=True)


@dataclass(frozen=True)
class DatedVersions(_Column):
    """How alike the versions of a value are that two records hold: the best of all pairs of versions.

    Parameters
    ----------
    column
        A field of dated versions, as :func:`linkkit.prepare.with_history` makes it.
    metric
        ``"equal"`` (1 or 0), or a similarity of texts.
    overlapping
        Whether only versions that held on a common day count.
    tolerance_days
        Versions that lie no further apart than this count as overlapping.
    """

    column: str
    metric: str = "equal"
    overlapping: bool = True
    tolerance_days: int = 0
    kind: Literal["dated_versions"] = field(default="dated_versions", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.metric not in ("equal", *SIMILARITIES):
            hint = did_you_mean(self.metric, ("equal", *SIMILARITIES)) or f" Known: equal, {', '.join(SIMILARITIES)}."
            raise SpecError(f"Dated versions are compared by a similarity; there is no {self.metric!r}.{hint}")
        if self.tolerance_days < 0:
            raise SpecError(f"tolerance_days must be 0 or more; got {self.tolerance_days}.")


@dataclass(frozen=True)
class Swapped:
    """How alike the first field of each record is to the second of the other: the lesser of the two similarities."""

    first: str = "given_name"
    second: str = "surname"
    metric: str = "jaro_winkler"
    kind: Literal["swapped"] = field(default="swapped", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", canonical(self.first))
        object.__setattr__(self, "second", canonical(self.second))
        if self.metric not in SIMILARITIES:
            raise SpecError(f"swapped needs a similarity such as 'jaro_winkler'; got {self.metric!r}.")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it reads."""
        return (*fields_of(self.first), *fields_of(self.second))

    @property
    def is_distance(self) -> bool:
        """More is nearer."""
        return False


@dataclass(frozen=True)
class Function(_Column):
    """A function of yours.

    Parameters
    ----------
    column
        Field or column expression.
    path
        ``"package.module:function"``, or the function itself, which cannot be saved in a plan or a model. It takes
        two texts and returns a number; or, with ``vectorised``, two pandas Series of texts, and returns as many
        numbers. It is called once for each distinct pair of values; NaN is missing.
    is_less_nearer
        Whether less is nearer (a distance).
    vectorised
        Whether it takes Series.
    """

    column: str
    path: Any = field(metadata={IN_A_FILE: str})
    is_less_nearer: bool = False
    vectorised: bool = False
    kind: Literal["function"] = field(default="function", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.path) and ":" not in str(self.path):
            raise SpecError(f"A function is named by import path, 'package.module:function'; got {self.path!r}.")

    @property
    def is_distance(self) -> bool:
        """Whether less is nearer."""
        return self.is_less_nearer


@dataclass(frozen=True)
class SeriesFunction:
    """A function of yours of aligned pandas Series, of one column or several, such as a recordlinkage feature.

    Parameters
    ----------
    left, right
        Columns of the left and of the right record, in the order in which the function takes them. Where any is
        missing, so is the measure.
    function
        ``"package.module:function"`` (or ``"package.module:object.method"``), or the function itself, which cannot be
        saved in a plan or a model. It is called with a Series a column, once for each distinct pair of values, and
        returns as many numbers; NaN is missing.
    values
        What the Series hold: ``"text"``, ``"number"`` or ``"date"``. A value that is none is missing.
    is_less_nearer
        Whether less is nearer (a distance).

    Examples
    --------
    >>> SeriesFunction(("town",), ("town",), "mypackage.compare:alike").fields
    ('town',)
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    function: Any = field(metadata={IN_A_FILE: str})
    values: Literal["text", "number", "date"] = "text"
    is_less_nearer: bool = False
    kind: Literal["series_function"] = field(default="series_function", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        for name in ("left", "right"):
            columns = getattr(self, name)
            listed = (columns,) if isinstance(columns, str) else tuple(columns)
            if not listed:
                raise SpecError(f"A function of Series needs at least one {name} column.")
            object.__setattr__(self, name, tuple(canonical(column) for column in listed))
        if not callable(self.function) and ":" not in str(self.function):
            raise SpecError(f"A function is named by import path, 'package.module:function'; got {self.function!r}.")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it reads."""
        return tuple(dict.fromkeys(name for column in (*self.left, *self.right) for name in fields_of(column)))

    @property
    def is_distance(self) -> bool:
        """Whether less is nearer."""
        return self.is_less_nearer


Measure = (
    Equal
    | TextSimilarity
    | Initial
    | DateGap
    | NumberGap
    | DistanceKm
    | SetOverlap
    | DatedVersions
    | Swapped
    | Function
    | SeriesFunction
)
