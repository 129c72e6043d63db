"""Codes and themes of qualitative coding: they attach to a case; quotes never do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit._reading import open_table
from linkkit.encoded import encode
from linkkit.errors import DataError, did_you_mean, row_list

from ._columns import numbers_of, refuse_free_text

if TYPE_CHECKING:
    from linkkit.encoded import Encoded

__all__ = ["Coding", "read_coding"]

_NAMES = {
    "case": ("case", "case_id", "id", "participant", "participant_id"),
    "code": ("code",),
    "theme": ("theme",),
    "count": ("count", "n", "times"),
    "intensity": ("intensity", "strength"),
}


@dataclass(frozen=True, eq=False, repr=False)
class Coding:
    """The codes of the cases.

    Parameters
    ----------
    rows
        For each case (by its place) its codes: code, theme, count and intensity, None where there is none; sorted.
    unknown
        How many rows are of cases that are not in the linkage: left out, say, or without consent.
    """

    rows: tuple[tuple[tuple[str, str | None, float | None, float | None], ...], ...]
    unknown: int = 0

    def __repr__(self) -> str:
        return f"<Coding: {sum(map(len, self.rows)):,} codes of {len(self.rows):,} cases>"

    def counts(self) -> list[tuple[str, str | None, int]]:
        """Return each code with its theme and the number of cases that have it, sorted."""
        found: dict[tuple[str, str | None], int] = {}
        for codes in self.rows:
            for pair in {(code, theme) for code, theme, _, _ in codes}:
                found[pair] = found.get(pair, 0) + 1
        ordered = sorted(found, key=lambda pair: (pair[1] or "", pair[0]))
        return [(code, theme, found[code, theme]) for code, theme in ordered]


def read_coding(table: Any, cases: Sequence[str], codebook: Sequence[str], quotes: Sequence[str]) -> Coding:
    """Read a table of qualitative coding.

    Parameters
    ----------
    table
        A path or a frame: case, code; theme, count, intensity where there are any.
    cases
        The ids of the cases.
    codebook
        The codes and themes that may be attached.
    quotes
        Columns that hold quotes by the study's own word.

    Raises
    ------
    DataError
        Where there is no codebook, a column holds quotes or is none of these, a code or theme is not in the codebook,
        or a count is no number; with columns and counts of rows, no words of people.
    """
    if not codebook:
        raise DataError(
            "codes: say the codes and themes that may be attached, codebook=(...): nothing else, so that no words of "
            "people come with them."
        )
    source = open_table(table, "codes", "utf-8")
    names = _columns(tuple(map(str, source.columns)), quotes)
    read = source.read(list(source.columns))
    for name in source.columns:
        refuse_free_text(encode(read[name]), f"codes: the column {name!r}")
    foreign = [str(name) for name in source.columns if str(name) not in names.values()]
    if foreign:
        raise DataError(
            f"codes: the column {foreign[0]!r} ({len(read):,} rows) is none of {', '.join(_NAMES)}; leave it out, so "
            "that nothing else leaves with the codes."
        )
    columns = {part: encode(read[name]) for part, name in names.items()}
    _require_codes(columns["code"])
    for part in ("code", "theme"):
        if part in columns:
            _require_known(columns[part], part, codebook)
    texts = {part: _texts(column) for part, column in columns.items() if part in ("case", "code", "theme")}
    numbers = {part: _numbers(columns[part], names[part]) for part in ("count", "intensity") if part in columns}
    none: list[None] = [None] * len(read)
    places = {case: place for place, case in enumerate(cases)}
    found: list[list[tuple[str, str | None, float | None, float | None]]] = [[] for _ in cases]
    unknown = 0
    for case, code, theme, count, intensity in zip(
        texts["case"], texts["code"], texts.get("theme", none), numbers.get("count", none),
        numbers.get("intensity", none), strict=True,
    ):  # fmt: skip
        if case in places:
            found[places[case]].append((str(code), theme, count, intensity))
        unknown += case not in places
    return Coding(tuple(tuple(sorted(rows, key=_order)) for rows in found), unknown)


def _order(row: tuple[str, str | None, float | None, float | None]) -> tuple[str, str]:
    return row[1] or "", row[0]


def _columns(held: Sequence[str], quotes: Sequence[str]) -> dict[str, str]:
    quoted = [name for name in held if name in quotes]
    if quoted:
        raise DataError(f"codes: the column {quoted[0]!r} holds quotes, as quotes= says; they are never attached.")
    plain = {name.strip().lower().replace(" ", "_"): name for name in held}
    found = {}
    for part, names in _NAMES.items():
        name = next((plain[one] for one in names if one in plain), None)
        if name is not None:
            found[part] = name
    lacking = [part for part in ("case", "code") if part not in found]
    if lacking:
        raise DataError(
            f"codes: no column {lacking[0]!r}; it has {', '.join(held)}.{did_you_mean(lacking[0], held)}"
        )  # fmt: skip
    return found


def _require_codes(column: Encoded) -> None:
    lost = np.flatnonzero(column.codes == 0)
    if len(lost):
        raise DataError(f"codes: {len(lost):,} rows have no code: {row_list((lost + 1).tolist())}.")


def _require_known(column: Encoded, part: str, codebook: Sequence[str]) -> None:
    allowed = set(codebook)
    is_foreign = np.array([False, *(text not in allowed for text in column.texts()[1:])])
    rows = np.flatnonzero(is_foreign[column.codes])
    if len(rows):
        raise DataError(
            f"codes: {len(rows):,} of {len(column.codes):,} rows have a {part} that is not in the codebook of "
            f"{len(allowed):,}: {row_list((rows + 1).tolist())}. Mend them, or add the {part} to codebook=."
        )


def _texts(column: Encoded) -> list[str | None]:
    texts: list[str | None] = [None, *column.texts()[1:]]
    return [texts[code] for code in column.codes.tolist()]


def _numbers(column: Encoded, name: str) -> list[float | None]:
    try:
        numbers = numbers_of(column)
    except ValueError:
        raise DataError(f"codes: the column {name!r} must hold numbers.") from None
    return [None if np.isnan(number) else float(number) for number in numbers.tolist()]
