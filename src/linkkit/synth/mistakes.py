"""The ways in which a value is miswritten: pure functions of a text and uniform numbers in [0, 1).

Each takes the right text and as many numbers as it has choices, and returns what was written. A function that finds
nothing to get wrong returns the text as it is.
"""

from __future__ import annotations

import datetime
import unicodedata

from linkkit.synth._lists import nicknames

__all__ = ["half", "misdate", "mishear", "misread", "mistype", "nickname", "restyle", "unnamed"]

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read "right:wrong right:wrong" as pairs."""
    return tuple((right, wrong) for right, _, wrong in (word.partition(":") for word in text.split()))


_SOUNDS = _pairs(
    "ph:f ck:k ie:y ee:ea ea:ee sz:sh cz:ch ough:uff gh:g kh:k ei:ie ou:u oo:u ll:l nn:n tt:t ss:s rr:r mm:m "
    "mac:mc mc:mac sch:sh wr:r kn:n ah:a aine:ane leigh:ley ley:leigh c:k k:c s:z z:s y:i i:y j:g w:v u:oo "
    "son:sen th:t er:ar e:i a:e o:a n:nn l:ll"
)
_SHAPES = _pairs(
    "rn:m m:rn cl:d d:cl vv:w w:vv l:1 i:l l:i o:0 s:5 b:6 b:h h:b e:c c:e u:v v:u n:h g:q a:o 0:o 1:l 5:s 8:b "
    "2:z 6:b t:f r:n"
)


def _neighbours() -> dict[str, str]:
    """Return the keys beside each key: in its row, and the nearest two of the rows above and below."""
    out: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, key in enumerate(row):
            near = row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
            for other in (number - 1, number + 1):
                if 0 <= other < len(_ROWS):
                    near += _ROWS[other][max(place - (other > number), 0) : place + (1 if other > number else 2)]
            out[key] = near
    return out


_NEAR = _neighbours()


def mistype(text: str, kind: float, place: float, key: float) -> str:
    """Return the text with one slip of the keyboard: a key left out, struck beside, struck twice or beside as well, or
    two in the wrong order.

    The result differs from a text that is not empty, by one step of optimal string alignment.

    Examples
    --------
    >>> mistype("Sarah", 0.1, 0.5, 0.0), mistype("Sarah", 0.9, 0.5, 0.0)
    ('Saah', 'Saarh')
    """
    if not text:
        return text
    at = min(int(place * len(text)), len(text) - 1)
    if kind < 0.25 and len(text) > 1:
        return text[:at] + text[at + 1 :]
    if kind >= 0.8:
        swaps = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
        if swaps:
            at = swaps[min(int(place * len(swaps)), len(swaps) - 1)]
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    struck = _beside(text[at], key)
    if kind < 0.6 and struck != text[at]:
        return text[:at] + struck + text[at + 1 :]
    return text[: at + 1] + (struck if key < 0.6 else text[at]) + text[at + 1 :]


def _beside(character: str, key: float) -> str:
    near = _NEAR.get(character) or _NEAR.get(character.lower() if character.isascii() else "")
    if not near:
        return character
    struck = near[int(key * len(near))]
    return struck.upper() if character.isupper() else struck


def _replaced(text: str, rules: tuple[tuple[str, str], ...], which: float, place: float, start: int) -> str:
    lower = text.lower()
    if len(lower) != len(text):
        return text
    usable = [rule for rule in rules if lower.find(rule[0], start) >= 0]
    if not usable:
        return text
    old, new = usable[int(which * len(usable))]
    places = [i for i in range(start, len(text) - len(old) + 1) if lower.startswith(old, i)]
    at = places[int(place * len(places))]
    new = new.capitalize() if text[at].isupper() and not text.isupper() else new.upper() if text.isupper() else new
    return text[:at] + new + text[at + len(old) :]


def mishear(text: str, which: float, place: float) -> str:
    """Return the text spelt as it sounds to someone else.

    Examples
    --------
    >>> mishear("Stephen", 0.0, 0.0)
    'Stefen'
    """
    return _replaced(text, _SOUNDS, which, place, 0)


def misread(text: str, which: float, place: float) -> str:
    """Return the text as a scanner or a reader of handwriting might take it.

    Examples
    --------
    >>> misread("Barnes", 0.0, 0.0)
    'Bames'
    """
    return _replaced(text, _SHAPES, which, place, 1)


def nickname(text: str, which: float) -> str:
    """Return a short form or another spelling of a given name, or the name itself where none is known.

    Examples
    --------
    >>> nickname("William", 0.0), nickname("Xanthe", 0.0)
    ('Bill', 'Xanthe')
    """
    forms = nicknames().get(text)
    return forms[int(which * len(forms))] if forms else text


def half(text: str, which: float) -> str:
    """Return a double-barrelled name without its hyphen, run together, or with one half lost; a single name stays.

    Examples
    --------
    >>> [half("Ash-Brown", which) for which in (0.1, 0.3, 0.5, 0.9)]
    ['Ash Brown', 'AshBrown', 'Ash', 'Brown']
    """
    separator = "-" if "-" in text else " "
    first, found, second = text.partition(separator)
    if not found or not first or not second:
        return text
    forms = (f"{first} {second}" if separator == "-" else f"{first}-{second}", first + second, first, second)
    return forms[0 if which < 0.25 else 1 if which < 0.35 else 2 if which < 0.65 else 3]


def restyle(text: str, which: float) -> str:
    """Return the same text in another case, spacing or punctuation, or without its accents.

    Examples
    --------
    >>> restyle("O'Neil", 0.99)
    'O Neil'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    forms = [
        text.upper(),
        text.lower(),
        f"{text} ",
        f" {text}",
        text.replace(" ", "  "),
        plain.replace("ł", "l").replace("Ł", "L"),
    ]
    forms += [text.replace("'", mark) for mark in ("", "’", " ")]
    usable = [form for form in dict.fromkeys(forms) if form != text]
    return usable[int(which * len(usable))] if usable else text


def misdate(text: str, which: float) -> str:
    """Return an ISO date with one digit wrong or two neighbours swapped, such that it is still a date since 1900.

    Examples
    --------
    >>> misdate("2014-03-09", 0.0)
    '2004-03-09'
    """
    forms = {text[:i] + digit + text[i + 1 :] for i in range(10) if i not in (4, 7) for digit in "0123456789"}
    forms |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in (2, 5, 8)}
    usable = sorted(form for form in forms - {text} if _is_date(form))
    return usable[int(which * len(usable))] if usable else text


def _is_date(text: str) -> bool:
    try:
        return 1900 <= datetime.date.fromisoformat(text).year <= 2099
    except ValueError:
        return False


def unnamed(which: float, sex: str, surname: str | None, mother: str | None, twin: int) -> str:
    """Return what stands for the forename of a baby without one; ``twin`` is 1 or 2 for twins, else 0.

    Examples
    --------
    >>> unnamed(0.5, "F", "Khan", "Saima", 0), unnamed(0.5, "F", "Khan", "Saima", 2)
    ('Baby of Saima', 'Twin 2')
    """
    if twin and which < 0.8:
        return f"Twin {twin}" if which < 0.6 else f"Twin {'I' * twin}"
    forms = ["Baby", "Baby Girl" if sex == "F" else "Baby Boy", f"Baby {surname}" if surname else "Baby"]
    forms += [f"Baby of {mother}", f"B/O {mother}"] if mother else ["Infant", "Unknown"]
    forms += ["Infant", "Female" if sex == "F" else "Male"]
    return forms[int(which * len(forms))]
