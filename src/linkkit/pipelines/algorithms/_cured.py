"""CUREd: the person index of Sheffield's urgent and emergency care database, over several services."""

from __future__ import annotations

from linkkit.block import on
from linkkit.compare import calls
from linkkit.prepare import Date, Identifier, Name, Postcode, Sex

from . import _keys as keys
from ._spec import Algorithm
from ._steps import Crowd, Derived, Pass
from ._vectors import NO_PAIR, pair_vectors

__all__ = ["cured"]

_KEYS = "linkkit.pipelines.algorithms._keys"
_PROVIDER = on("provider", "local_patient_id", "birth")
_NAMES = on("given_name", "surname", "sex", "birth", "any_postcode")
_HOME = on("sex", "birth", "home_postcode")


_RECORD = {
    "nhs_number": "4505577104", "given_name": "Ann", "surname": "Lee", "date_of_birth": "2001-02-03", "sex": "f",
    "postcode": "LS1 4AP", "postcode_of": None, "provider": "RR8", "local_patient_id": "A1", "activity_date": None,
    "age": None,
}  # fmt: skip
_SOURCE = "Box 1"
_VECTORS = (
    *pair_vectors(
        _RECORD,
        (
            ({"surname": "Poe", "postcode": None, "provider": None}, "1"),
            ({"date_of_birth": None, "activity_date": "2015-06-30", "age": "14", "postcode": None}, "2"),
            ({"date_of_birth": None, "activity_date": "2015-06-30", "age": "20"}, NO_PAIR),
            ({"nhs_number": None, "postcode": "M1 1AA"}, "3"),
            ({"nhs_number": None, "provider": "RAE"}, "4"),
            ({"nhs_number": None, "provider": None, "given_name": None}, "5"),
            ({"nhs_number": None, "provider": None, "given_name": None, "postcode_of": "incident"}, NO_PAIR),
        ),
        _SOURCE,
    ),
    *pair_vectors(
        {**_RECORD, "nhs_number": None},
        (
            ({"postcode": "M1 1AA"}, "6a"),
            ({"provider": "RAE"}, "6b"),
            ({"provider": "RAE", "given_name": None}, "6c"),
            ({"provider": "RAE", "postcode": "M1 1AA"}, NO_PAIR),
        ),
        _SOURCE,
    ),
)


def _person(number: str | None, *others: str | None) -> str | None:
    """Who somebody is, to count people: the NHS number, else all else that is known."""
    return number or "|".join(other or "" for other in others).strip("|") or None


_DERIVED = (
    Derived("valid_nhs_number", ("nhs_number",), keys.valid_nhs_number, "a valid NHS number"),
    Derived("birth", ("date_of_birth",), keys.hes_date, "the whole date of birth"),
    Derived(
        "birth_years", ("birth", "activity_date", "age"), keys.approximate_birth_years,
        "year of birth; without a date of birth the two years that the age at the activity leaves",
    ),
    Derived("any_postcode", ("postcode",), keys.every_postcode, "a postcode, of a home or an incident"),
    Derived("home_postcode", ("postcode", "postcode_of"), keys.home_postcode, "a postcode of a home"),
    Derived("person", ("valid_nhs_number", "birth", "sex", "surname", "given_name"), _person, "to count people"),
)  # fmt: skip


def cured() -> Algorithm:
    """Return the seven steps of CUREd; the last, a record on its own, needs no pass."""
    return Algorithm(
        name="cured",
        title="CUREd person index, deterministic entity resolution",
        version="1",
        date="2022-05-14",
        citation=(
            "Process of deterministic entity resolution (Box 1) of the CUREd research database. Medical Decision "
            "Making 2022; 42(8): 999-1009."
        ),
        url="https://doi.org/10.1177/0272989X221098699",
        passes=(
            Pass("1", "valid NHS number, date of birth", on("valid_nhs_number", "birth"), persons="found"),
            Pass(
                "2", "valid NHS number, no date of birth, year of birth by age at the activity", on("valid_nhs_number"),
                calls(f"{_KEYS}:share_a_word", "birth_years", at_least=1),
                persons="join", needs=("activity_date", "age"),
            ),
            Pass("3", "provider, local patient id, date of birth", _PROVIDER, persons="join"),
            Pass("4", "given name, surname, sex, date of birth, postcode", _NAMES, persons="join"),
            Pass("5", "sex, date of birth, postcode of the home", _HOME, persons="join"),
            Pass("6a", "the rest: provider, local patient id, date of birth", _PROVIDER, persons="gather"),
            Pass("6b", "the rest: given name, surname, sex, date of birth, postcode", _NAMES, persons="gather"),
            Pass("6c", "the rest: sex, date of birth, postcode of the home", _HOME, persons="gather"),
        ),
        unique="persons",
        ties="next",
        derived=_DERIVED,
        crowds=(Crowd("home_postcode", "person", 0.01),),
        optional=(
            "nhs_number", "given_name", "surname", "postcode", "postcode_of", "provider", "local_patient_id",
            "activity_date", "age",
        ),
        prepare=(
            Name(("given_name", "surname")), Date(("date_of_birth", "activity_date")), Sex("sex"),
            Postcode("postcode", "uk"), Identifier(("nhs_number", "provider", "local_patient_id")),
        ),
        error_rates=(
            "no false or missed links are published by step; of 29,303,262 records 85.8 % got their id by step 1, "
            "0.1 % by 3, 2.4 % by 4, 0.2 % by 5, 1.1 % by 6, and 10.4 % were left alone",
            "of ambulance records, of which few hold an NHS number, 69.0 % were left alone",
        ),
        caveats=(
            "A person index: records are put together within each dataset and between them. Give all services at once: "
            "algorithm.dedupe(ambulance, emergency, admissions).",
            "Where postcodes are those of incidents (ambulance), say so in a field postcode_of ('incident'): steps 5 "
            "and 6c leave them out, step 4 does not, as in the source.",
            "People at a postcode are counted by NHS number, else by date of birth, sex and names; the source does not "
            "say how. Of postcodes with as many people as the first that is kept, none is left out.",
            "The source does not say when two approximate years agree; here a birthday before or after the activity "
            "leaves two years. A record joins in step 2, too, only if one person fits.",
            "Steps 5 and 6c join twins of one sex who live together, and cannot be told apart by any later step.",
            "The probabilistic step for ambulance records, which followed in the source, is not part of it.",
        ),
        vectors=_VECTORS,
    )  # fmt: skip
