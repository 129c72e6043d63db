"""Strategies 4 and 5 of the DfE SUI Matcher: children of social care to the register of NHS numbers."""

from __future__ import annotations

from linkkit.block import on
from linkkit.compare import calls, either, negated, same_nickname
from linkkit.prepare import Date, Name, Postcode, Sex, Using
from linkkit.specs import Condition, all_of

from . import _keys as keys
from . import _mps_scores as scores
from . import _sui_rules as rules
from ._spec import Algorithm
from ._steps import Derived, Hold, Pass
from ._vectors import NO_PAIR, pair_vectors

__all__ = ["sui_4", "sui_5"]

_RULES = "linkkit.pipelines.algorithms._sui_rules"
_KEYS = "linkkit.pipelines.algorithms._keys"
_SCORES = "linkkit.pipelines.algorithms._mps_scores"

_DERIVED = (
    Derived("birth", ("date_of_birth",), keys.hes_date, "the whole date of birth"),
    Derived("first_given", ("given_name",), rules.first_name, "the first given name"),
    Derived("family", ("surname",), keys.letters, "the letters of the family name, nothing in brackets"),
    Derived("previous_families", ("previous_surname",), rules.each_letters, "the same of previous family names"),
    Derived("families", ("family", "previous_families"), rules.words, "family names of now and before"),
    Derived("name_sounds", ("first_given", "family", "previous_families"), rules.name_sounds, "Soundex of the names"),
    Derived("sorted_sounds", ("first_given", "family"), rules.sorted_sounds, "the same of names transposed"),
    Derived("given_sound", ("first_given",), rules.sound, "Soundex of the first given name"),
    Derived("family_sounds", ("families",), rules.sounds, "Soundex of family names, previous too"),
    Derived("postcodes", ("postcode", "alternative_postcode"), keys.every_postcode, "all postcodes there are"),
    Derived("sex_stated", ("sex",), scores.stated, "the value, or that there is none"),
    Derived("postcodes_stated", ("postcodes",), scores.stated, "the values, or that there are none"),
)


def _true(path: str, column: str) -> Condition:
    return calls(path, column, at_least=1)


_GFD = (on("given_sound", "birth"), on("sorted_sounds", "birth"))
_FUZZY = _true(f"{_RULES}:fuzzy_names", "name_sounds")
_SAME_POSTCODE = _true(f"{_KEYS}:share_a_word", "postcodes")
_FAMILY = "words(family_sounds)"
_NEAR_BIRTH = _true(f"{_RULES}:within_half_a_year", "birth")
_HOLDS = (
    Hold(
        "given names conflict",
        negated(either(_true(f"{_RULES}:alike_given_names", "first_given"), same_nickname("first_given"))),
    ),
    # By sound and with names of before, as the rules that it guards.
    Hold("twin candidate: another record of the family and date of birth", sharing=(_FAMILY, "birth"),
         differing="first_given"),
)  # fmt: skip

_EXACT = Pass("non-fuzzy GFD", "given name, family name, date of birth", on("first_given", "family", "birth"))
_EXACT_OF_BEFORE = Pass(
    "non-fuzzy GFD", "given name, family name of now or before, date of birth",
    on("first_given", "words(families)", "birth"),
)  # fmt: skip
_SOUNDS = Pass(
    "fuzzy GFD", "the same by sound, names transposed or of before allowed, date of birth", _GFD, _FUZZY,
)  # fmt: skip
_ALL = Pass(
    "fuzzy all", "as fuzzy GFD, with gender and postcode where the query states them", _GFD,
    all_of(
        _FUZZY, _true(f"{_SCORES}:agrees_where_stated", "sex_stated"),
        _true(f"{_RULES}:shares_where_stated", "postcodes_stated"),
    ),
)  # fmt: skip
_NO_GIVEN = (
    Pass(
        "fuzzy FDG postcode", "family name by sound, date of birth, gender, postcode; no given name",
        on(_FAMILY, "birth", "sex"), _SAME_POSTCODE, holds=_HOLDS,
    ),
    Pass(
        "fuzzy FD postcode", "family name by sound, date of birth, postcode; no given name",
        on(_FAMILY, "birth"), _SAME_POSTCODE, holds=_HOLDS,
    ),
)  # fmt: skip
_RANGE = (
    Pass(
        "non-fuzzy GFD range postcode", "given name, family name, date of birth within 6 months, postcode",
        on("first_given", "family", "postcode"), _NEAR_BIRTH,
    ),
    Pass(
        "fuzzy GFD range postcode", "as fuzzy GFD, date of birth within 6 months, postcode",
        (on("given_sound", "postcode"), on("sorted_sounds", "postcode")), all_of(_FUZZY, _NEAR_BIRTH),
    ),
)  # fmt: skip
_CHILD = {
    "given_name": "Adam", "surname": "Thomas", "date_of_birth": "2012-05-16", "sex": "m", "postcode": "LS1 4AP",
    "previous_surname": None, "alternative_postcode": None,
}  # fmt: skip
_SAME_IN_BOTH: tuple[tuple[dict[str, str | None], str], ...] = (
    ({"postcode": "M1 1AA", "sex": "f"}, "non-fuzzy GFD"),
    ({"surname": "Tomas", "postcode": "M1 1AA"}, "fuzzy GFD"),
    ({"given_name": "Thomas", "surname": "Adam"}, "fuzzy GFD"),
    ({"date_of_birth": "2012-11-16"}, "non-fuzzy GFD range postcode"),
    ({"date_of_birth": "2012-11-16", "surname": "Tomas"}, "fuzzy GFD range postcode"),
    ({"date_of_birth": "2012-11-17"}, NO_PAIR),
    ({"date_of_birth": "2012-11-16", "postcode": "M1 1AA"}, NO_PAIR),
)
_OF_BEFORE: dict[str, str | None] = {"surname": "Jones", "previous_surname": "Thomas"}
_EXAMPLES: dict[str, tuple[tuple[dict[str, str | None], str], ...]] = {
    "4": ((_OF_BEFORE, "non-fuzzy GFD"), ({"given_name": "Baby"}, NO_PAIR)),
    "5": (
        (_OF_BEFORE, "fuzzy GFD"), ({"given_name": "Baby"}, "fuzzy FDG postcode"),
        ({"given_name": "Baby", "sex": "f"}, "fuzzy FD postcode"),
        ({"given_name": "Baby", "postcode": "M1 1AA"}, NO_PAIR),
    ),
}  # fmt: skip
_CAVEATS = (
    "Not the Personal Demographics Service itself: its wildcards, its ranking and its score are not public. The "
    "Matcher calls one candidate a Match from a score of 0.95, a PotentialMatch from 0.85 and else a low confidence "
    "match. linkkit cannot tell these three apart: it says linked where there is one candidate, else ManyMatch or "
    "NoMatch (links.outcomes).",
    "As in the Matcher, a query with several candidates goes on to the next rule.",
    "Names and postcodes of before count where fields previous_surname and alternative_postcode hold them (one, or a "
    "column of lists); the rules with a range of dates look at postcodes of now, and rule 1 of strategy 5 at names of "
    "now.",
    "Of several given names the first counts; names that are none (baby, twin 1) are missing.",
)


def sui_4() -> Algorithm:
    """Return strategy 4, version 2: the left dataset asks, the right is the register."""
    return _strategy("4", "2", (_EXACT_OF_BEFORE, _SOUNDS, _ALL, *_RANGE), _CAVEATS)


def sui_5() -> Algorithm:
    """Return strategy 5, version 1: strategy 4 with two rules without a given name, and a check of families."""
    more = (
        "The two rules without a given name are where twins and siblings become false links. The check of families is "
        "linkkit's, not the Matcher's: their links are held for people where both given names are known and not alike, "
        "or where either dataset holds another record of that family name (by sound, names of before too) and date of "
        "birth with another given name, or none. In a register of a whole country common surnames are held for that "
        "reason alone.",
        "The Matcher's page of rules speaks of a range of dates for these two rules, its page of strategies does not; "
        "here the date of birth is exact.",
    )
    return _strategy("5", "1", (_EXACT, _SOUNDS, *_NO_GIVEN, _ALL, *_RANGE), (*_CAVEATS, *more))


def _strategy(number: str, version: str, passes: tuple[Pass, ...], caveats: tuple[str, ...]) -> Algorithm:
    return Algorithm(
        name=f"sui_{number}",
        title=f"DfE SUI Matcher, strategy {number}, version {version}",
        version=version,
        date="2026-07",
        citation="Department for Education, SUI Matcher: search strategies for the Personal Demographics Service.",
        url="https://github.com/DFE-Digital/SUI_Matcher",
        passes=passes,
        unique="many_to_one",
        ties="next",
        derived=_DERIVED,
        outcomes=(("several candidates", "ManyMatch"), ("no candidate", "NoMatch")),
        optional=("previous_surname", "alternative_postcode", "postcode", "sex"),
        prepare=(
            Using(("surname", "previous_surname"), f"{_RULES}:without_brackets"),
            Name(("given_name", "surname", "previous_surname")), Date("date_of_birth"), Sex("sex"),
            Postcode("postcode", "uk"),
        ),
        error_rates=(
            "no false links are published; dropping the given name improved the match rate by several percentage "
            "points (strategy 5)",
        ),
        caveats=caveats,
        vectors=pair_vectors(_CHILD, (*_SAME_IN_BOTH, *_EXAMPLES[number]), "SUI Matcher, search strategies"),
    )  # fmt: skip
