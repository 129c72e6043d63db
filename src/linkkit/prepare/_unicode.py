"""Unicode, case, accents, punctuation and white space, for many distinct texts at once, in any script."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

__all__ = ["APOSTROPHES", "ascii_digits", "plain", "replaced", "squeezed", "without_punctuation"]

# Unicode has no decomposition of these, so that folding accents must name them.
_LETTERS = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ĸ": "k", "Æ": "AE", "Œ": "OE", "Ø": "O", "Đ": "D", "Ð": "D", "Þ": "TH", "Ł": "L", "Ħ": "H", "Ŧ": "T", "Ŋ": "N",
    "ẞ": "SS", "ß": "ss",
}  # fmt: skip
_FOLD = str.maketrans(_LETTERS)
# Marks on Latin and Greek letters are accents; in other scripts (Devanagari, Thai, Hangul, kana, Cyrillic й) they
# spell the word.
_MARK = re.compile("([A-Za-z\u0370-\u03ff][\u0300-\u036f]+)")
# A mark that stands on no letter: behind punctuation, say, with which it would go to the letter before.
_STRAY = re.compile("(^|[^a-zA-Z\u0300-\u036f])[\u0300-\u036f]+")
APOSTROPHES = "'’‘‛ʼʻʹ`´′＇"
# Folded before NFKC, which would take some of them apart into a blank and a mark.
_ONE_APOSTROPHE = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))


def plain(values: pa.StringArray, *, accents: bool = True, case: str = "lower") -> pa.StringArray:
    """Return texts in one Unicode form (NFKC) and one case, blanks squeezed, accents folded (or not).

    Examples
    --------
    >>> import pyarrow as pa
    >>> plain(pa.array([" Zoë  MÜLLER", "Łukasz", "रामेश्वर", "O’Brien"])).to_pylist()
    ['zoe muller', 'lukasz', 'रामेश्वर', "o'brien"]
    """
    import pyarrow.compute as pc

    values = squeezed(values)
    if not pc.all(pc.string_is_ascii(values)).as_py():
        values = squeezed(_on_some(values, r"[^\x00-\x7f]", lambda text: _one_form(text, accents, case)))
    if case == "keep":
        return values
    return (pc.ascii_lower if case == "lower" else pc.ascii_upper)(values)


def squeezed(values: pa.StringArray) -> pa.StringArray:
    """Return texts with every run of white space (of any script) as one blank, and none at the ends."""
    import pyarrow.compute as pc

    values = replaced(
        values, r"[\s\x00-\x1f\x7f\p{Z}\x{0085}]+", " ", only=r"[\x00-\x1f\x7f-\x{00a0}\x{1680}-\x{3000}]|  "
    )
    return pc.utf8_trim(values, " ")


def without_punctuation(values: pa.StringArray, by: str = " ") -> pa.StringArray:
    """Return texts with letters, their marks and digits only; what stood between them becomes a blank (or ``by``)."""
    values = replaced(values, r"[^\pL\pM\pN ]+", by)
    return squeezed(values)


def ascii_digits(values: pa.StringArray) -> pa.StringArray:
    """Return texts with the digits of every script as 0 to 9."""
    import pyarrow.compute as pc

    if pc.all(pc.string_is_ascii(values)).as_py():
        return values
    return _on_some(values, r"[^\x00-\x7f]", _one_kind_of_digits)


def replaced(values: pa.StringArray, pattern: str, by: str, *, only: str = "") -> pa.StringArray:
    """Replace a regular expression (RE2) in texts; the same array where none has it (``only``: a cheaper sign of it).

    Examples
    --------
    >>> import pyarrow as pa
    >>> replaced(pa.array(["a-b"]), "-", " ").to_pylist()
    ['a b']
    """
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring_regex(values, only or pattern)).as_py():
        return values
    return pc.replace_substring_regex(values, pattern, by)


def _on_some(values: pa.StringArray, sign: str, function: Callable[[str], str]) -> pa.StringArray:
    """Apply a function of one long text to the values that show a sign, a line each (no value holds a line break)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen: Any = pc.match_substring_regex(values, sign)
    texts = values.filter(chosen).to_pylist()
    if not texts:
        return values
    lines = function("\n".join(texts)).split("\n")
    return pc.replace_with_mask(values, chosen, pa.array(lines, pa.string()))


def _one_form(text: str, accents: bool, case: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_ONE_APOSTROPHE))
    present = set(text)
    invisible = {ord(character): None for character in present if unicodedata.category(character) == "Cf"}
    text = text.translate(invisible) if invisible else text
    text = _STRAY.sub(_without_stray, text)
    if case != "keep":
        text = text.casefold()
    if accents:
        text = text.translate(_FOLD) if present & _LETTERS.keys() else text
        text = _MARK.sub(lambda match: match[0][0], unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text)
    return text.upper() if case == "upper" else text


def _without_stray(match: re.Match[str]) -> str:
    """Return a character with its marks where it is one that has marks, a letter or a mark, else alone."""
    return match[0] if match[1] and unicodedata.category(match[1])[0] in "LM" else match[1]


def _one_kind_of_digits(text: str) -> str:
    foreign = {character for character in set(text) if character > "\x7f" and character.isdecimal()}
    return text.translate({ord(character): str(unicodedata.decimal(character)) for character in foreign})
