"""What each transformation does to distinct values: a list of texts in, a list of texts (or sets of texts) out."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from linkkit.errors import SpecError

from ._dated import undated_text

__all__ = ["TRANSFORMATIONS", "Transformation", "import_function", "transform"]

_DATE = re.compile(r"(\d{4}|XXXX)-(\d\d|XX)-(\d\d|XX)")
_UK_POSTCODE = re.compile(r"([A-Z]{1,2})(\d[A-Z\d]?)\s*(\d)([A-Z]{2})", re.IGNORECASE)


@dataclass(frozen=True)
class Transformation:
    """A function of distinct values, and what it may be given.

    Parameters
    ----------
    function
        Takes one text (or the texts of several columns) and the constants, and returns a text, a set of texts, or None.
    constants
        How many constants it takes, at least and at most.
    columns
        How many columns it takes, at least and at most.
    many
        Whether it returns several texts for each value.
    takes_path
        Whether its first argument is the import path of a function of the user's.
    """

    function: Callable[..., Any]
    constants: tuple[int, int] = (0, 0)
    columns: tuple[int, int] = (1, 1)
    many: bool = False
    takes_path: bool = False

    def check(self, text: str, columns: int, constants: tuple[str | int, ...]) -> None:
        """Raise SpecError where the expression gives it something else than it takes."""
        if not self.columns[0] <= columns <= self.columns[1]:
            raise SpecError(f"The column {text!r} has {columns} columns inside; it takes {_range(self.columns)}.")
        if not self.constants[0] <= len(constants) <= self.constants[1]:
            raise SpecError(
                f"The column {text!r} has {len(constants)} numbers inside; it takes {_range(self.constants)}."
            )
        if not self.takes_path and any(not isinstance(value, int) or value < 1 for value in constants):
            raise SpecError(f"The numbers in the column {text!r} must be whole and at least 1.")


def transform(name: str, values: Sequence[str], constants: Sequence[str | int] = ()) -> list[Any]:
    """Apply a transformation of one column to distinct values; empty results are None.

    Examples
    --------
    >>> transform("soundex", ["robert", "rupert", "?"])
    ['R163', 'R163', None]
    """
    transformation = TRANSFORMATIONS[name]
    if transformation.takes_path:
        result = list(import_function(str(constants[0]))(list(values)))
        if len(result) != len(values):
            raise SpecError(f"{constants[0]} returned {len(result):,} values for {len(values):,} texts.")
        return [value or None for value in result]
    return [transformation.function(value, *constants) or None for value in values]


def import_function(path: str) -> Callable[..., Any]:
    """Return the function at ``package.module:name``.

    Examples
    --------
    >>> import_function("math:sqrt")(9.0)
    3.0
    """
    module_name, _, name = path.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise SpecError(f"There is no function at {path!r}; write it as 'package.module:function'.") from error
    if not callable(found):
        raise SpecError(f"What stands at {path!r} is not a function.")
    return found  # type: ignore[no-any-return]


def _range(limits: tuple[int, int]) -> str:
    return str(limits[0]) if limits[0] == limits[1] else f"{limits[0]} to {limits[1]}"


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalpha())


def _soundex(text: str) -> str | None:
    import jellyfish

    letters = _letters(text)
    return jellyfish.soundex(letters) if letters else None


def _metaphone(text: str) -> str | None:
    import jellyfish

    return jellyfish.metaphone(text) or None


def _nysiis(text: str) -> str | None:
    import jellyfish

    letters = _letters(text)
    return jellyfish.nysiis(letters) if letters else None


def _date_part(text: str, part: int) -> str | None:
    match = _DATE.match(text)
    if match is None or "X" in match[part]:
        return None
    return match[part]


def _whole_date(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    return text if match and "X" not in text else None


def _swapped_day_month(text: str) -> str | None:
    if _whole_date(text) is None or int(text[8:10]) > 12:
        return None
    return f"{text[:4]}-{text[8:10]}-{text[5:7]}"


def _postcode_part(text: str, parts: int) -> str:
    match = _UK_POSTCODE.fullmatch(text.strip())
    if match is None:
        outer = text.split()[0] if " " in text.strip() else text[:3]
        return (text[:2], outer, text[: max(len(text) - 2, 1)])[parts - 1]
    area_part, district, sector_part = match[1], match[2], match[3]
    return (area_part, area_part + district, f"{area_part}{district} {sector_part}")[parts - 1]


def _qgrams(text: str, characters: int) -> set[str]:
    if len(text) <= characters:
        return {text}
    return {text[start : start + characters] for start in range(len(text) - characters + 1)}


def _suffixes(text: str, characters: int) -> set[str]:
    return {text[start:] for start in range(max(len(text) - characters, 0) + 1)}


def _nicknames(text: str) -> set[str]:
    from ._nicknames import groups_of

    return groups_of(text)


TRANSFORMATIONS: dict[str, Transformation] = {
    "soundex": Transformation(_soundex),
    "metaphone": Transformation(_metaphone),
    "nysiis": Transformation(_nysiis),
    "first": Transformation(lambda text, characters: text[:characters], constants=(1, 1)),
    "last": Transformation(lambda text, characters: text[-characters:], constants=(1, 1)),
    "digits": Transformation(lambda text: "".join(c for c in text if c.isdigit())),
    "sorted_words": Transformation(lambda text: " ".join(sorted(text.split()))),
    "year": Transformation(lambda text: _date_part(text, 1)),
    "month": Transformation(lambda text: _date_part(text, 2)),
    "day": Transformation(lambda text: _date_part(text, 3)),
    "whole_date": Transformation(_whole_date),
    "swapped_day_month": Transformation(_swapped_day_month),
    "area": Transformation(lambda text: _postcode_part(text, 1)),
    "outward": Transformation(lambda text: _postcode_part(text, 2)),
    "sector": Transformation(lambda text: _postcode_part(text, 3)),
    "joined": Transformation(lambda *texts: " ".join(texts), columns=(2, 16)),
    "pooled": Transformation(lambda *texts: " ".join(texts), columns=(2, 16)),
    "words": Transformation(lambda text: set(text.split()), many=True),
    "qgrams": Transformation(_qgrams, constants=(1, 1), many=True),
    "suffixes": Transformation(_suffixes, constants=(1, 1), many=True),
    "nicknames": Transformation(_nicknames, many=True),
    "undated": Transformation(undated_text),
    "using": Transformation(lambda text: text, constants=(1, 1), takes_path=True),
}
