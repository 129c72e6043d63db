"""SLK-581, the statistical linkage key of the Australian Institute of Health and Welfare."""

from __future__ import annotations

from linkkit.block import on

from . import _keys as keys
from ._spec import Algorithm, Derived, Pass, Vector

__all__ = ["slk_581"]

_CLUSTER = "METeOR 349510, Statistical linkage key 581 cluster"
_FAMILY = "METeOR 349481, Letters of family name"
_GIVEN = "METeOR 349483, Letters of given name"
_BOTH = "METeOR 624484, Letters of name"
_OF = ("surname", "given_name", "date_of_birth", "sex")


def _names(surname: str | None, given: str | None, expected: str, source: str, note: str = "") -> Vector:
    """An example of names; the date and sex are ours, and what is expected is a part of the key."""
    given_all = {"surname": surname, "given_name": given, "date_of_birth": "2001-02-03", "sex": "f"}
    return Vector(given_all, expected, source, note)


_VECTORS = (
    _names("Smith", "Ann", "MIH..", _CLUSTER),
    _names("Jones", "Ann", "ONS..", _CLUSTER),
    _names("Farr", "Ann", "AR2..", _CLUSTER, "the fifth letter is missing"),
    _names("Hua", "Ann", "UA2..", _CLUSTER, "the fifth letter is missing"),
    _names(None, "Ann", "999..", _FAMILY, "a missing family name"),
    _names("Brown", "Ann", "RON..", _FAMILY),
    _names("Thompson", "Ann", "HOP..", _FAMILY),
    _names("Lee", "Elizabeth", "...LI", _GIVEN),
    _names("Lee", "Robert", "...OB", _GIVEN),
    _names("Lee", "Jo", "...O2", _GIVEN, "the third letter is missing"),
    _names("Lee", None, "...99", _GIVEN, "a missing given name"),
    _names("Brown", "Elizabeth", "RONLI", _BOTH),
    _names("Thompson", "Robert", "HOPOB", _BOTH),
)


def slk_581() -> Algorithm:
    """Return the SLK-581 as an algorithm of one pass."""
    return Algorithm(
        name="slk_581",
        title="SLK-581, the statistical linkage key",
        version="1",
        date="2016-04-28",
        citation="Karmel R (2005). Data linkage protocols using a statistical linkage key. AIHW cat. no. CSI 1.",
        url="https://meteor.aihw.gov.au/content/349510",
        passes=(Pass("1", "SLK-581 (letters of name, date of birth, sex)", on("slk_581")),),
        unique="many_to_many",
        derived=(Derived("slk_581", _OF, keys.slk_581_complete, "XXXXXDDMMYYYYN"),),
        caveats=(
            "Keys in which a part stands for a missing value (999, 99, sex 9) link nothing here: they would join all "
            "people of one date of birth.",
            "One wrong letter, digit or code loses the pair; twins of one sex with alike letters are one key.",
            "A key is no encryption: names and dates of birth can be guessed from it.",
        ),
        error_rates=("none published in the definition: it says how the key is made, not how well it links",),
        vectors=_VECTORS,
    )
