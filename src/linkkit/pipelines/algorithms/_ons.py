"""The 35 person matchkeys of the ONS linkage of Census 2021 to the Census Coverage Survey."""

from __future__ import annotations

from functools import partial

from linkkit.block import on
from linkkit.compare import calls, either, equal, same_nickname, similar, unknown, within, within_edits
from linkkit.errors import SpecError
from linkkit.specs import Combined, Condition, SeriesFunction, Swapped, Threshold, all_of

from . import _keys as keys
from ._ons_examples import KEYS, RECORD
from ._spec import Algorithm, Derived, Pass
from ._vectors import pair_vectors

__all__ = ["ons_matchkeys"]

_HERE = "linkkit.pipelines.algorithms._keys"
# "More than" a bound, of ratios of small whole numbers and of Jaro-Winkler.
_ABOVE = 1e-6

_DERIVED = (
    Derived("forenames", ("given_name", "middle_name"), keys.forenames, "given and middle names together"),
    Derived("all_forenames", ("forenames",), keys.letters, "the letters of the forenames"),
    Derived("forename_1", ("forenames",), partial(keys.word, number=1), "the first word of the forenames"),
    Derived("forename_2", ("forenames",), partial(keys.word, number=2), "the second word of the forenames"),
    Derived("all_surnames", ("surname",), keys.letters, "the letters of the surname"),
    Derived("surname_1", ("surname",), partial(keys.word, number=1), "the first word of the surname"),
    Derived("every_name", ("given_name", "middle_name", "surname"), keys.full_name, "all names as words"),
    Derived("name_letters", ("every_name",), keys.letters, "the letters of all names"),
    Derived("sorted_letters", ("every_name",), keys.alphabetised, "these letters in alphabetical order"),
    Derived("birth", ("date_of_birth",), keys.hes_date, "the whole date of birth"),
    Derived("census_age", ("date_of_birth",), keys.age_at_census, "age on Census Day, 21 March 2021"),
    Derived("postcode_letters", ("postcode",), lambda text: (text or "").replace(" ", "") or None, "without blanks"),
    Derived("postcode_but_last", ("postcode_letters",), keys.all_but_last, "all but its last character"),
    Derived("respondent_forename", ("respondent_given_name",), partial(keys.word, number=1), "first word"),
    Derived("respondent_surname_1", ("respondent_surname",), partial(keys.word, number=1), "first word"),
)

_FN = either(equal("forename_1"), equal("all_forenames"))
_SN = either(equal("surname_1"), equal("all_surnames"))
_DOB, _SEX, _PC, _UPRN = "birth", "sex", "postcode", "uprn"
_HOME = (on(_DOB, _SEX, _UPRN), on(_DOB, _SEX, _PC, "house_number"))


def _lev(column: str, above: float) -> Threshold:
    return similar(column, above + _ABOVE, "levenshtein_similarity")


def _jw(column: str, above: float) -> Threshold:
    return similar(column, above + _ABOVE, "jaro_winkler")


def _crossed(left: str, right: str) -> Threshold:
    """The left column of the left record is the right column of the right record."""
    return Threshold(SeriesFunction((left,), (right,), f"{__name__}:same"), 1.0)


def same(left: object, right: object) -> object:
    """Return 1 where two Series are equal, else 0."""
    return (left == right).astype(float)  # type: ignore[attr-defined]


def _both(*conditions: Condition) -> Combined:
    if not conditions:
        raise SpecError("There is nothing to join.")
    return all_of(*conditions)


_NAMES = _both(_FN, _SN)
_LEV_NAMES = _both(_lev("forename_1", 0.6), _lev("surname_1", 0.6))
_NICK = same_nickname("forename_1")
_NEAR_BIRTH = within_edits(_DOB, 1, "levenshtein")
_AGE = "census_age"
_RESPONDENT = either(
    _both(_crossed("respondent_forename", "forename_1"), _crossed("respondent_surname_1", "surname_1")),
    _both(_crossed("forename_1", "respondent_forename"), _crossed("surname_1", "respondent_surname_1")),
)

_PASSES = (
    Pass("1", "letters of the full name, DOB, sex, postcode", on("name_letters", _DOB, _SEX, _PC)),
    Pass("2", "forename, surname, DOB, sex, UPRN", on(_DOB, _SEX, _UPRN), _NAMES),
    Pass("3", "forename, surname, DOB, sex, postcode", on(_DOB, _SEX, _PC), _NAMES),
    Pass("4", "alphabetised full name, DOB, sex, postcode", on("sorted_letters", _DOB, _SEX, _PC)),
    Pass("5", "nickname, surname, DOB, sex, postcode", on(_DOB, _SEX, _PC), _both(_NICK, _SN)),
    Pass("6", "nickname, surname, age, sex, UPRN", on(_AGE, _SEX, _UPRN), _both(_NICK, _SN)),
    Pass(
        "7", "one full name contained in the other, DOB, sex, UPRN or postcode and house number", _HOME,
        calls(f"{_HERE}:contained_name", "every_name", at_least=1),
    ),
    Pass(
        "8", "full name within 2 edits, DOB, sex, postcode", on(_DOB, _SEX, _PC),
        within_edits("name_letters", 2, "levenshtein"),
    ),
    Pass(
        "9", "Soundex of forename and surname, DOB, sex, postcode",
        on("soundex(forename_1)", "soundex(surname_1)", _DOB, _SEX, _PC),
    ),
    Pass("10", "forename, surname, DOB, any sex, postcode", on(_DOB, _PC), _NAMES),
    Pass(
        "11", "forename Jaro-Winkler > 0.9, surname > 0.8, DOB, sex, postcode", on(_DOB, _SEX, _PC),
        _both(_jw("forename_1", 0.9), _jw("surname_1", 0.8)),
    ),
    Pass("12", "forename and surname Levenshtein > 0.6, DOB, sex, postcode", on(_DOB, _SEX, _PC), _LEV_NAMES),
    Pass(
        "13", "forename and surname swapped, Levenshtein > 0.6, DOB, sex, postcode", on(_DOB, _SEX, _PC),
        Threshold(Swapped("forename_1", "surname_1", "levenshtein_similarity"), 0.6 + _ABOVE),
    ),
    Pass(
        "14", "second forename, surname, DOB, sex, postcode", on(_DOB, _SEX, _PC),
        _both(equal("forename_2"), _SN), review=True,
    ),
    Pass(
        "15", "both forenames Levenshtein > 0.6, no surname, DOB, sex, postcode", on(_DOB, _SEX, _PC),
        _both(_lev("forename_1", 0.6), _lev("forename_2", 0.6)),
    ),
    Pass(
        "16", "first forename is the other's second, surname, DOB, sex, UPRN or postcode and house number", _HOME,
        _both(either(_crossed("forename_1", "forename_2"), _crossed("forename_2", "forename_1")), _SN),
    ),
    Pass("17", "forename, no surname, DOB, sex, UPRN or postcode and house number", _HOME, _FN),
    Pass(
        "18", "forename Levenshtein > 0.6, surname, DOB, sex, UPRN or postcode and house number", _HOME,
        _both(_lev("forename_1", 0.6), _SN),
    ),
    Pass(
        "19", "first 2 letters of the forename, surname, DOB, sex, UPRN or postcode and house number", _HOME,
        _both(equal("first(forename_1, 2)"), _SN),
    ),
    Pass("20", "forename, surname, age, sex, postcode", on(_AGE, _SEX, _PC), _NAMES),
    Pass(
        "21", "forename, surname, day and month, year within 10, sex, postcode",
        on("day(date_of_birth)", "month(date_of_birth)", _SEX, _PC),
        _both(_NAMES, within("year(date_of_birth)", 10)),
    ),
    Pass("22", "forename, surname, year of birth, sex, postcode", on("year(date_of_birth)", _SEX, _PC), _NAMES),
    Pass(
        "23", "forename and surname Jaro-Winkler > 0.8, DOB within 1 edit, sex, UPRN", on(_SEX, _UPRN),
        _both(_jw("forename_1", 0.8), _jw("surname_1", 0.8), _NEAR_BIRTH),
    ),
    Pass(
        "24", "forename and surname Levenshtein > 0.6, DOB within 1 edit, sex, UPRN", on(_SEX, _UPRN),
        _both(_LEV_NAMES, _NEAR_BIRTH),
    ),
    Pass(
        "25", "forename and surname Levenshtein > 0.6, age within 1, sex, UPRN", on(_SEX, _UPRN),
        _both(_LEV_NAMES, within(_AGE, 1)),
    ),
    Pass(
        "26", "forename and surname Levenshtein > 0.6, age within 1, sex, postcode and house number",
        on(_SEX, _PC, "house_number"), _both(_LEV_NAMES, within(_AGE, 1)),
    ),
    Pass(
        "27", "forename and surname Levenshtein > 0.6, DOB, sex the same or missing, UPRN", on(_DOB, _UPRN),
        _both(_LEV_NAMES, either(equal(_SEX), unknown(equal(_SEX)))),
    ),
    Pass(
        "28", "forename, surname, DOB, sex, any place, where several people moved between the same two addresses",
        (on(_DOB, _SEX, "surname_1"), on(_DOB, _SEX, "all_surnames")), _NAMES,
        moved_together=((_PC, "house_number"), (_UPRN,)),
    ),
    Pass(
        "29", "first forename, first surname, DOB, sex, postcode but its last character",
        on("forename_1", "surname_1", _DOB, _SEX, "postcode_but_last"),
    ),
    Pass(
        "30", "first forename, first surname, DOB, sex, postcode sector, house number",
        on("forename_1", "surname_1", _DOB, _SEX, "sector(postcode)", "house_number"),
    ),
    Pass(
        "31", "forename, surname, DOB, sex, postcode area", on(_DOB, _SEX, "area(postcode)"), _NAMES, review=True
    ),
    Pass(
        "32", "forename and surname Levenshtein > 0.8, age within 5, sex, postcode", on(_SEX, _PC),
        _both(_lev("forename_1", 0.8), _lev("surname_1", 0.8), within(_AGE, 5)), review=True,
    ),
    Pass(
        "33", "names as the household respondent wrote them, DOB, sex, postcode", on(_DOB, _SEX, _PC), _RESPONDENT,
        needs=("respondent_forename", "respondent_surname_1"),
    ),
    Pass(
        "34", "nickname or Levenshtein > 0.8, surname Levenshtein > 0.8, DOB, sex, an alternative postcode",
        on(_DOB, _SEX),
        _both(
            either(_NICK, _lev("forename_1", 0.8)), _lev("surname_1", 0.8),
            either(
                _crossed("alternative_postcode", _PC), _crossed(_PC, "alternative_postcode"),
                equal("alternative_postcode"),
            ),
        ),
        needs=("alternative_postcode",),
    ),
    Pass(
        "35", "nickname or forename within 1 edit, surname within 1 edit, age within 1, sex, UPRN", on(_SEX, _UPRN),
        _both(
            either(_NICK, within_edits("forename_1", 1, "levenshtein")),
            within_edits("surname_1", 1, "levenshtein"), within(_AGE, 1),
        ),
    ),
)  # fmt: skip


def ons_matchkeys() -> Algorithm:
    """Return the 35 matchkeys of ONS Census 2021 to Census Coverage Survey."""
    return Algorithm(
        name="ons_matchkeys",
        title="ONS person matchkeys, Census 2021 to Census Coverage Survey",
        version="1",
        date="2021-11-16",
        citation="Office for National Statistics, CCSLink: linkage of the 2021 Census to the Census Coverage Survey.",
        url="https://github.com/Data-Linkage/ccslink",
        licence="MIT",
        passes=_PASSES,
        unique="one_to_one",
        ties="hold",
        derived=_DERIVED,
        optional=("middle_name", "alternative_postcode", "respondent_given_name", "respondent_surname"),
        error_rates=("not published key by key in the source; ONS looked at a sample of each key",),
        caveats=(
            "Keys 14, 31 and 32 are for clerical review, as in the source.",
            "ONS keeps every pair with its lowest key and leaves conflicts to people. Here a record has one link: the "
            "lowest key wins, ties of one key and later pairs of linked records are listed for review.",
            "ONS's nickname dictionary is not public; linkkit's nicknames stand in (keys 5, 6, 34, 35).",
            "Age is worked out from the date of birth on Census Day, 21 March 2021.",
            "Keys 15 and 17 leave the surname out, and twins of similar names live at one address: review them in "
            "data on children.",
        ),
        vectors=pair_vectors(RECORD, [(changes, key) for key, changes in KEYS.items()], "CCSLink, Parameters.py"),
    )
