"""The trace of NHS England's Master Person Service (MPS), by its Person_ID Handbook."""

from __future__ import annotations

from functools import partial

from linkkit.block import on
from linkkit.compare import calls, either, equal, unknown
from linkkit.prepare import Date, Identifier, OdsCode, Postcode, Using
from linkkit.specs import Condition, all_of

from . import _keys as keys
from . import _mps_scores as scores
from ._spec import Algorithm, BestScore, Derived, Pass, Vector

__all__ = ["mps"]

_SCORES = "linkkit.pipelines.algorithms._mps_scores"
_HANDBOOK = "Person_ID Handbook"
_STATED = ("date_of_death", "address", "gp_practice", "postcode", "given_soundex")


def _soundex(text: str | None) -> str | None:
    import jellyfish

    found = keys.letters(scores.name(text))
    return jellyfish.soundex(found) if found else None


_DERIVED = (
    Derived("valid_nhs_number", ("nhs_number",), keys.valid_nhs_number, "a valid NHS number"),
    Derived("birth", ("date_of_birth",), keys.hes_date, "the whole date of birth"),
    Derived("gender", ("sex",), scores.gender, "a gender (1 or m, 2 or f, 0, 9)"),
    Derived("family", ("surname",), scores.name, "family name in capitals"),
    Derived("given", ("given_name",), scores.name, "given name in capitals"),
    Derived("family_scored", ("surname",), scores.scored_name, "with @ for what is not ASCII"),
    Derived("given_scored", ("given_name",), scores.scored_name, "with @ for what is not ASCII"),
    Derived("other_given_scored", ("middle_name",), scores.scored_name, "with @ for what is not ASCII"),
    Derived("family_soundex", ("surname",), _soundex, "Soundex without blanks and hyphens"),
    Derived("given_soundex", ("given_name",), _soundex, "Soundex without blanks and hyphens"),
    *(Derived(f"{field}_stated", (field,), scores.stated, "the value, or that there is none") for field in _STATED),
    *(
        Derived(f"birth_{part}", ("birth",), partial(scores.date_part, part=part), "what agrees where dates do in part")
        for part in ("day", "month", "year", "swap")
    ),
    Derived("gender_stated", ("gender",), scores.stated, "the value, or that there is none"),
)


def _call(function: str, column: str) -> Condition:
    return calls(f"{_SCORES}:{function}", column, at_least=1)


_PARTIAL = _call("partial_date", "birth")
_NAMES = all_of(equal("first(given, 1)"), equal("first(family, 3)"))
_A_NAME_MISSING = either(unknown(equal("given")), unknown(equal("family")))
_FILTERS = all_of(_PARTIAL, *(_call("agrees_where_stated", f"{field}_stated") for field in _STATED))
_BEST = BestScore(
    (
        ("birth", scores.date_score),
        ("gender", scores.gender_score),
        ("postcode", scores.postcode_score),
        ("family_scored", scores.name_score),
        ("given_scored", scores.name_score),
        ("other_given_scored", scores.name_score),
    ),
    lead=5.0,
    most=50,
)

_PASSES = (
    Pass("1a", "cross-check: NHS number and date of birth", on("valid_nhs_number", "birth")),
    Pass(
        "1b",
        "cross-check: NHS number, part of the date of birth, name (outcode where a name is missing)",
        on("valid_nhs_number"),
        all_of(_PARTIAL, either(_NAMES, all_of(_A_NAME_MISSING, equal("outward(postcode)")))),
    ),
    Pass(
        "2",
        "alphanumeric: Soundex of the family name, gender, part of the date of birth, and all else the query states",
        tuple(
            on("family_soundex", "gender", *(f"birth_{part}" for part in parts))
            for parts in (("day", "month"), ("day", "year"), ("month", "year"), ("swap",))
        ),
        _FILTERS,
    ),
    Pass(
        "3",
        "algorithmic: the best score of the candidates, more than 5 ahead of the next",
        (
            on("family_soundex", "given_soundex", "birth"),
            on("family_soundex", "gender", "birth", "postcode"),
            on("given_soundex", "gender", "birth", "postcode"),
            on("birth", "postcode", "gender"),
        ),
        all_of(_call("is_stated", "gender_stated"), _call("is_stated", "postcode_stated")),
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
        ),
        prepare=(Date("date_of_birth", impossible="parts"), Date("date_of_death"), Postcode("postcode", "uk"),
                 Identifier("nhs_number"), Using("sex", f"{_SCORES}:genders"),
                 OdsCode("gp_practice", otherwise="keep")),
        caveats=(
            "Values as they stand in the two datasets only: historic names, postcodes and dates of birth of the "
            "register, and superseded NHS numbers, are not followed.",
            "A date of which only the year is known never agrees in part; the handbook asks for a year of birth.",
            "The nickname dictionary of MPS is not shipped: names are not normalised by it before blocking.",
            "More than 50 candidates: those in most blocks count, and all that are in as many as the last of them.",
            "Unlinked records get no MPS_ID or one-time id (steps 4 and 5); cohorts sent for research get none either.",
            "Slips of the handbook: ADAMS and DAN is 52, not 51; @ BRIAIN and BRIAIN is 92, not 80, so that this "
            "example is a tie; the indicator of the alphanumeric step is 3 in its table and 2 in its text.",
            "Step 3 has no least score, and twins of one postcode differ in the given name alone.",
        ),
        vectors=_VECTORS,
    )  # fmt: skip
