"""Addresses and house numbers: punctuation off, abbreviations written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ._column import Cleaned, Column, blanked, matches, step_fields
from ._placeholders import is_placeholder
from ._unicode import APOSTROPHES, plain, replaced, squeezed, without_punctuation

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Address", "HouseNumber"]

_ABBREVIATIONS = {
    "rd": "road", "ave": "avenue", "av": "avenue", "avn": "avenue", "aven": "avenue", "ln": "lane", "la": "lane",
    "cl": "close", "clo": "close", "ct": "court", "crt": "court", "pl": "place", "plc": "place", "sq": "square",
    "ter": "terrace", "terr": "terrace", "tce": "terrace", "cres": "crescent", "cresc": "crescent", "cr": "crescent",
    "gdns": "gardens", "gdn": "gardens", "gard": "gardens", "gr": "grove", "grv": "grove", "gro": "grove",
    "pk": "park", "blvd": "boulevard", "bvd": "boulevard", "hwy": "highway", "pkwy": "parkway", "cir": "circle",
    "cct": "circuit", "trl": "trail", "est": "estate", "vw": "view", "apt": "flat", "appt": "flat",
    "apartment": "flat", "flt": "flat", "fl": "flat", "mt": "mount", "hse": "house", "ho": "house",
    "bldg": "building", "bldgs": "buildings", "rm": "room", "flr": "floor", "ctr": "centre", "cntr": "centre",
    "center": "centre", "nth": "north", "sth": "south", "gt": "great", "lt": "little", "lwr": "lower", "upr": "upper",
    "str": "street", "strt": "street", "wy": "way", "dri": "drive", "drv": "drive", "mws": "mews", "hts": "heights",
    "cott": "cottage", "fm": "farm",
}  # fmt: skip
_NO_STREETS = {"flat", "floor", "room", "north", "south", "great", "little", "lower", "upper", "mount"}
_STREETS = {
    *(set(_ABBREVIATIONS.values()) - _NO_STREETS), "street", "drive", "row", "hill", "green", "walk", "parade",
    "yard", "wharf", "quay", "rise", "dene", "croft", "bank",
}  # fmt: skip
_WORDS = "|".join(sorted([*_ABBREVIATIONS, "st", "dr", "no", "number"]))


@dataclass(frozen=True)
class Address:
    """Write addresses and street names alike: lower case, no punctuation, abbreviations written out.

    ``1, Windsor Rd.`` is ``1 windsor road``. ``St`` is a saint where it stands first or before the name of a street
    (``St John's Rd``), else a street; an apartment is a flat.

    Parameters
    ----------
    fields
        The fields to clean.
    accents
        Whether accents on Latin and Greek letters are folded.
    abbreviations
        Whether abbreviations are written out.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "address": ["1, Windsor Rd.", "Apt 2, 5 St. John's St"]}))
    >>> prepare(people, [Address("address")]).to_pandas()["address"].tolist()
    ['1 windsor road', 'flat 2 5 saint johns street']
    """

    fields: Sequence[str]
    accents: bool = True
    abbreviations: bool = True
    kind: Literal["address"] = field(default="address", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("address", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the addresses written alike."""
        values = plain(column.values, accents=self.accents)
        missing = is_placeholder(values) | matches(values, r"^(?:no fixed (?:abode|address)|nfa|homeless|no address)$")
        values = replaced(values, f"[{APOSTROPHES}]+", "")
        values = without_punctuation(replaced(values, r"#\s*(\d)", r" flat \1"))
        if self.abbreviations:
            values = _written_out(replaced(values, r"\bno (\d)", r"\1"))
            values = squeezed(replaced(values, r"\bflat flat\b", "flat"))
        return Cleaned(blanked(values, missing), {"placeholder": missing})


@dataclass(frozen=True)
class HouseNumber:
    """Write house and flat numbers alike: ``No. 12 A`` is ``12a``, ``007`` is ``7``; names of houses stay, as text.

    Parameters
    ----------
    fields
        The fields to clean.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "house_number": ["No. 12 A", "7.0", "Rose Cottage"]}))
    >>> prepare(people, [HouseNumber("house_number")]).to_pandas()["house_number"].tolist()
    ['12a', '7', 'rose cottage']
    """

    fields: Sequence[str]
    kind: Literal["house_number"] = field(default="house_number", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("house_number", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the numbers written alike."""
        values = plain(column.values)
        missing = is_placeholder(values)
        values = replaced(values, r"^(\d+)\.0+$", r"\1")
        values = replaced(values, f"[{APOSTROPHES}]+", "")
        values = without_punctuation(values)
        values = replaced(values, r"^(?:no|number|flat|apt|apartment|unit|house) (\d)", r"\1")
        values = replaced(values, r"^0+([0-9])", r"\1")
        values = replaced(values, r"^(\d+) ([a-z])$", r"\1\2")
        missing |= matches(values, r"^(?:0|9{4,})$")
        return Cleaned(blanked(values, missing), {"placeholder": missing})


def _written_out(values: pa.StringArray) -> pa.StringArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = pc.match_substring_regex(values, rf"\b(?:{_WORDS})\b")
    texts = values.filter(chosen).to_pylist()
    if not texts:
        return values
    return pc.replace_with_mask(values, chosen, pa.array([_one_written_out(text) for text in texts], pa.string()))


def _one_written_out(text: str) -> str:
    words = [_ABBREVIATIONS.get(word, word) for word in text.split()]
    for position, word in enumerate(words):
        if word == "st":
            words[position] = "saint" if _is_before_name(words, position) else "street"
        elif word == "dr" and not _is_before_name(words, position):
            words[position] = "drive"
    return " ".join(words)


def _is_before_name(words: list[str], position: int) -> bool:
    """Whether a word stands before a name (``st johns road``, ``dr king street``), not behind one (``high st``)."""
    if position + 1 == len(words):
        return False
    is_first = position == 0 or any(character.isdigit() for character in words[position - 1])
    return is_first or any(word in _STREETS or word in ("st", "dr") for word in words[position + 1 :])
