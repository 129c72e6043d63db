"""Made-up people who were encoded: what of them an attacker sees, what he knows, and the truth."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.encoded import EncodedSets
from linkkit.errors import SpecError
from linkkit.pseudonymise._combinations import combinations, whole_column
from linkkit.pseudonymise._contract import SubKeys
from linkkit.pseudonymise._encoded_rows import EncodedRows
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.bloom import encode as encode_filters
from linkkit.pseudonymise.tokens import Token, token_column
from linkkit.records import Records

from ._popcount import MadeUpKey

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Victim"]

_YEARS = 105  # of dates of birth to try, where the dataset does not reach further

Places = NDArray[np.int64]


class Victim:
    """A dataset, encoded, in two halves: one under attack, one of which the attacker has the values.

    Parameters
    ----------
    dataset
        Made-up people.
    specs
        How they are encoded.
    key
        The provider's.
    seed
        Of the samples, which are drawn by a hash of the ids.
    """

    def __init__(self, dataset: Dataset, specs: Sequence[BloomField | Clk | Token], key: SubKeys, seed: int) -> None:
        names = [spec.name for spec in specs]
        if len(set(names)) < len(names):
            raise SpecError(f"Each encoded column needs a name of its own; got {', '.join(names)}.")
        self.key = key
        self._records = Records([dataset])
        self._dataset = dataset
        self._seed = seed
        self._filters = [spec for spec in specs if not isinstance(spec, Token)]
        self._encoded = encode_filters(dataset, key, self._filters) if self._filters else None
        marks = [
            blake2b(f"{seed}|{each}".encode(), digest_size=8).digest() for each in dataset.ids.to_pylist()
        ]  # by id, so that the order of rows does not matter
        self._drawn = np.array(sorted(range(len(marks)), key=marks.__getitem__), np.int64)
        half = len(marks) // 2
        self._target, self._others = np.sort(self._drawn[:half]), np.sort(self._drawn[half:])

    # --- one column ---------------------------------------------------------------------------------------------

    def filters(self, spec: BloomField | Clk) -> pa.Array:
        """The filters under attack."""
        assert self._encoded is not None
        return self._encoded.table_column(spec.name).take(self._target).combine_chunks()

    def values(self, field: BloomField) -> tuple[list[str | None], list[str | None]] | None:
        """The values of the records under attack and of the others; None where they are sets."""
        column = self._records.column(field.column)
        if isinstance(column, EncodedSets):
            return None
        texts: list[str | None] = [None, *column.texts()[1:]]
        target, others = (
            [texts[code] for code in column.codes[rows].tolist()] for rows in (self._target, self._others)
        )
        return target, others

    def tokens(self, token: Token, purpose: str = "token") -> tuple[pa.Array, pa.Array, pa.Array]:
        """The tokens under attack, and as numbers the combinations of values of these records and of the others."""
        import pyarrow as pa

        codes, _ = self._combined(token)
        truth, reference = (pa.array(codes[rows], mask=codes[rows] == 0) for rows in (self._target, self._others))
        return token_column(self._records, self.key, token, purpose).take(pa.array(self._target)), truth, reference

    def combinations(self, token: Token) -> tuple[list[tuple[str, ...]], list[tuple[str, ...] | None]]:
        """All combinations of values that the dataset holds, and those of the records under attack."""
        codes, held = self._combined(token)
        with_missing: list[tuple[str, ...] | None] = [None, *held]
        return held, [with_missing[code] for code in codes[self._target].tolist()]

    def _combined(self, token: Token) -> tuple[Places, list[tuple[str, ...]]]:
        return combinations([whole_column(self._records, column) for column in token.columns])

    # --- what is tried with the key -----------------------------------------------------------------------------

    def candidates(self, field: BloomField) -> list[str]:
        """For a date every day from 105 years before the last one held, else every value of the dataset."""
        held = self._held(field.column)
        if field.kind != "date":
            return held
        years = [int(text[:4]) for text in held if text[:4].isdigit() and int(text[:4])]
        if not years:
            return held
        first = datetime.date(max(1, min(min(years), max(years) - _YEARS)), 1, 1)
        days = (datetime.date(max(years), 12, 31) - first).days + 1
        return [(first + datetime.timedelta(day)).isoformat() for day in range(days)]

    def salts(self, field: BloomField) -> list[str] | None:
        """All salts that the dataset holds; None where the field has none."""
        return None if field.salt is None else self._held(field.salt)

    def _held(self, column: str) -> list[str]:
        found = self._records.column(column)
        return [text for text in found.values.to_pylist()[1:] if text]

    # --- the graph ----------------------------------------------------------------------------------------------

    def graph(
        self, specs: Sequence[BloomField | Clk], nodes: int, overlap: float
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Places]:
        """The filters of some records, those that the attacker made of the people they know, and who is who.

        The attacker knows a share of the records and as many others as the file has that are unknown to them, as far
        as there are. Filters of several fields stand behind each other; records that have none are left out.
        """
        mine, theirs = self._joined(specs, self.key), self._joined(specs, MadeUpKey(f"the attacker's {self._seed}"))
        has_bits = np.count_nonzero(mine, axis=1) > 0
        drawn = self._drawn[has_bits[self._drawn]]
        size = min(nodes, len(drawn))
        shared = max(1, round(overlap * size))
        inside, outside = drawn[:size], drawn[size : size + size - shared]
        known = np.concatenate([inside[:shared], outside])
        truth = np.where(np.arange(size) < shared, np.arange(size), -1)
        return mine[inside], theirs[known], truth

    def _joined(self, specs: Sequence[BloomField | Clk], key: SubKeys) -> NDArray[np.uint8]:
        encoded = self._encoded if key is self.key else encode_filters(self._dataset, key, specs)
        assert encoded is not None
        columns = [EncodedRows.read(encoded.table_column(spec.name), spec.name).filters for spec in specs]
        return np.concatenate(columns, axis=1)
