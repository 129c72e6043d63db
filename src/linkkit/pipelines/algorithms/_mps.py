"""The trace of NHS England's Master Person Service (MPS), by its Person_ID Handbook."""

from __future__ import annotations

from functools import partial

from linkkit.block import on
from linkkit.compare import calls, either, equal, unknown
from linkkit.prepare import Date, Identifier, Postcode, Using
from linkkit.specs import Condition, all_of

from . import _keys as keys
from . import _mps_scores as scores
from ._spec import Algorithm, BestScore, Derived, Pass, Vector

__all__ = ["mps"]

_SCORES = "linkkit.pipelines.algorithms._mps_scores"
_HANDBOOK = "Person_ID Handbook"
_STATED = ("date_of_death", "address", "gp_practice", "given_soundex", "gender", "postcodes")
_FAMILY = ("surname", "previous_surname")

_DERIVED = (
    Derived("valid_nhs_number", ("nhs_number",), keys.valid_nhs_number, "a valid NHS number"),
    Derived("birth", ("date_of_birth",), keys.hes_date, "the whole date of birth"),
    Derived("birth_known", ("date_of_birth",), scores.known_date, "a date of birth, one part may be missing"),
    Derived("gender", ("sex",), scores.gender, "a gender (1 or m, 2 or f, 0, 9)"),
    Derived("family", ("surname",), scores.name, "family name in capitals"),
    Derived("families", _FAMILY, scores.names, "family names of now and before"),
    Derived("given", ("given_name",), scores.name, "given name in capitals"),
    Derived("families_scored", _FAMILY, scores.scored_names, "with @ for what is not ASCII"),
    Derived("given_scored", ("given_name",), scores.scored_name, "with @ for what is not ASCII"),
    Derived("other_given_scored", ("middle_name",), scores.scored_name, "with @ for what is not ASCII"),
    Derived("family_soundex", ("family",), scores.sounds, "Soundex without blanks and hyphens"),
    Derived("family_sounds", ("families",), scores.sounds, "the same of names of now and before"),
    Derived("given_soundex", ("given",), scores.sounds, "Soundex without blanks and hyphens"),
    Derived("postcodes", ("postcode", "alternative_postcode"), scores.postcodes, "postcodes of now and before"),
    Derived("postcode_words", ("postcodes",), scores.postcode_words, "the same without blanks"),
    *(Derived(f"{field}_stated", (field,), scores.stated, "the value, or that there is none") for field in _STATED),
    *(
        Derived(
            f"birth_{part}",
            ("birth_known",),
            partial(scores.date_part, part=part),
            "what agrees where dates do in part",
        )
        for part in ("day", "month", "year", "swap")
    ),
)


def _call(function: str, column: str) -> Condition:
    return calls(f"{_SCORES}:{function}", column, at_least=1)


_PARTIAL = _call("partial_date", "birth_known")
_NAMES = all_of(equal("first(given, 1)"), _call("share_beginnings", "families"))
_A_NAME_MISSING = either(unknown(equal("given")), unknown(equal("family")))
_FILTERS = all_of(
    _call("partial_date_of_year", "birth_known"), _call("agrees_with_one", "postcodes_stated"),
    *(_call("agrees_where_stated", f"{field}_stated") for field in _STATED[:-2]),
)  # fmt: skip
_BEST = BestScore(
    (
        ("birth", scores.date_score),
        ("gender", scores.gender_score),
        ("postcodes", scores.postcode_score),
        ("families_scored", scores.name_score),
        ("given_scored", scores.name_score),
        ("other_given_scored", scores.name_score),
    ),
    lead=5.0,
    most=50,
)
_SOUND, _POSTCODE = "words(family_sounds)", "words(postcode_words)"

_PASSES = (
    Pass("1a", "cross-check: NHS number and date of birth", on("valid_nhs_number", "birth"), score=100),
    Pass(
        "1b",
        "cross-check: NHS number, part of the date of birth, name (outcode where a name is missing)",
        on("valid_nhs_number"),
        all_of(_PARTIAL, either(_NAMES, all_of(_A_NAME_MISSING, _call("share_outcode", "postcodes")))),
        score=100,
    ),
    Pass(
        "2",
        "alphanumeric: Soundex of the family name, gender, part of the date of birth, and all else the query states",
        tuple(
            on("family_soundex", "gender", *(f"birth_{part}" for part in parts))
            for parts in (("day", "month"), ("day", "year"), ("month", "year"), ("swap",))
        ),
        _FILTERS,
        score=100,
    ),
    Pass(
        "3",
        "algorithmic: the best score of the candidates, more than 5 ahead of the next",
        (
            on(_SOUND, "given_soundex", "birth"),
            on(_SOUND, "gender", "birth", _POSTCODE),
            on("given_soundex", "gender", "birth", _POSTCODE),
            on("birth", _POSTCODE, "gender"),
        ),
        all_of(_call("is_stated", "gender_stated"), _call("is_stated", "postcodes_stated")),
        best=_BEST,
    ),
)


def _vector(kind: str, left: str, right: str, expected: str, note: str = "") -> Vector:
    return Vector({"kind": kind, "left": left, "right": right}, expected, _HANDBOOK, note)


_VECTORS = (
    _vector("name", "JON", "JAMES", "51"),
    _vector("name", "SMITH-JONES", "SMITH", "89"),
    _vector("name", "Z@E", "ZOE", "80"),
    _vector("name", "JOHN", "JON", "93"),
    _vector("name", "ADAMS", "DAN", "52", "a slip of the handbook, which prints 51"),
    _vector("name", "@ BRIAIN", "BRIAIN", "92", "a slip of the handbook: 80 in its text, 92 in its table"),
    _vector("postcode", "LS1 4AP", "LS1 4AP", "100"),
    _vector("postcode", "LS1", "LS1 4AP", "43"),
    _vector("gender", "1", "1", "100"),
    _vector("gender", "1", "2", "0"),
    _vector("gender", "0", "9", "50", "not known against not specified"),
    _vector("date", "2001-02-03", "2001-02-03", "100"),
    _vector("date", "2001-02-03", "1999-02-03", "66", "month and day"),
    _vector("date", "2001-02-03", "2001-02-04", "66", "year and month"),
    _vector("date", "2001-02-03", "2001-05-03", "66", "year and day"),
    _vector("date", "2001-02-03", "2001-03-02", "66", "year, month and day swapped"),
    _vector("date", "2001-02-03", "2001-05-06", "33", "year only"),
    _vector("date", "2001-02-03", "1999-05-06", "0"),
    _vector("lead", "82 99 92", "", "accepted", "example 4: the best leads by 7"),
    _vector("lead", "98.4 94.4", "", "rejected", "within 5: error 97"),
)


def mps() -> Algorithm:
    """Return the three steps of the MPS trace: the left dataset asks, the right is the register (PDS)."""
    return Algorithm(
        name="mps",
        title="NHS England Master Person Service (MPS) trace",
        version="1",
        date="not dated",
        citation="NHS England, The Person_ID Handbook: technical details of the data linkage algorithm.",
        url=(
            "https://digital.nhs.uk/services/personal-demographics-service/master-person-service/"
            "the-person_id-handbook"
        ),
        passes=_PASSES,
        unique="many_to_one",
        ties="next",
        derived=_DERIVED,
        optional=(
            "nhs_number", "surname", "given_name", "middle_name", "postcode", "address", "gp_practice", "date_of_death",
            "previous_surname", "alternative_postcode",
        ),
        prepare=(Date("date_of_birth", impossible="parts"), Date("date_of_death"), Postcode("postcode", "uk"),
                 Identifier(("nhs_number", "gp_practice")), Using("sex", f"{_SCORES}:genders")),
        caveats=(
            "Family names and postcodes of before count where fields previous_surname and alternative_postcode hold "
            "them (several apart by semicolons, or a column of lists), in either dataset; the handbook's query states "
            "none. Historic given names and dates of birth are not followed, and superseded NHS numbers only if they "
            "are put right before (prepare.Superseded).",
            "Sex is read in any usual writing; what cannot be read counts as missing, and the notes count it. A column "
            "of 0 and 1 without 2 does not say which is male, and is not read.",
            "A date of which only the year is known never agrees in part; the handbook asks for a year of birth.",
            "The nickname dictionary of MPS is not shipped: names are not normalised by it before blocking.",
            "More than 50 candidates: those in most blocks count, and all that are in as many as the last of them.",
            "Unlinked records get no MPS_ID or one-time id (steps 4 and 5); cohorts sent for research get none either.",
            "Slips of the handbook: ADAMS and DAN is 52, not 51; @ BRIAIN and BRIAIN is 92, not 80, so that this "
            "example is a tie; the indicator of the alphanumeric step is 3 in its table and 2 in its text.",
            "Step 3 has no least score, and twins of one postcode differ in the given name alone.",
        ),
        error_rates=(
            "more than 99 % of the records of HES are matched at step 1; false and missed links are not published",
        ),
        vectors=_VECTORS,
    )  # fmt: skip
