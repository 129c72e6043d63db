"""ECHILD: pupils of the National Pupil Database to the Personal Demographics Service, the steps that are certain."""

from __future__ import annotations

from linkkit.block import first, on, soundex
from linkkit.compare import calls
from linkkit.prepare import Date, Name, Postcode, Sex

from . import _keys as keys
from ._spec import Algorithm
from ._steps import Derived, Pass
from ._vectors import NO_PAIR, pair_vectors

__all__ = ["echild"]

_HOME = calls("linkkit.pipelines.algorithms._keys:share_a_word", "postcodes", at_least=1)
_EXACT = on("given_name", "surname", "birth", "sex")
_PUPIL = {
    "given_name": "Margaret", "surname": "Smith", "date_of_birth": "2004-05-16", "sex": "f", "postcode": "LS1 4AP",
    "alternative_postcode": None,
}  # fmt: skip
_VECTORS = pair_vectors(
    _PUPIL,
    (
        ({}, "1"),
        ({"postcode": "M1 1AA", "alternative_postcode": "NE1 7RU; LS1 4AP"}, "1"),
        ({"given_name": "Margret", "surname": "Smyth"}, "2"),  # M626 and S530 both
        ({"given_name": "Mabel", "surname": "Smithers"}, "3"),
        ({"given_name": "Mabel", "postcode": "M1 1AA"}, "4"),
        ({"given_name": "Zoe"}, NO_PAIR),
        ({"date_of_birth": "2004-05-17"}, NO_PAIR),
        ({"sex": "m"}, NO_PAIR),
    ),
    "Libuy and others (2021), Table 2",
)
_INITIALS = on(first("given_name", 1), first("surname", 3), "birth", "sex")


def echild() -> Algorithm:
    """Return steps 1 to 4 and the repeated step 1; the left dataset holds pupils, the right is the register."""
    return Algorithm(
        name="echild",
        title="ECHILD, National Pupil Database to Personal Demographics Service, steps 1 to 4",
        version="1",
        date="2021",
        citation=(
            "Libuy N et al (2021). Linking education and hospital data in England: linkage process and quality. "
            "International Journal of Population Data Science 6(1), Table 2."
        ),
        url="https://doi.org/10.23889/ijpds.v6i1.1671",
        passes=(
            Pass("1", "given name, surname, date of birth, sex, any postcode", _EXACT, _HOME),
            Pass(
                "2", "Soundex of given name and surname, date of birth, sex, any postcode",
                on(soundex("given_name"), soundex("surname"), "birth", "sex"), _HOME,
            ),
            Pass("3", "initial, first 3 letters of the surname, date of birth, sex, any postcode", _INITIALS, _HOME),
            Pass("4", "initial, first 3 letters of the surname, date of birth, sex", _INITIALS),
            Pass("1 again", "as step 1, where a pupil has several records in the register", _EXACT, _HOME,
                 unique="one_to_many"),
        ),
        unique="one_to_one",
        ties="next",
        derived=(
            Derived("birth", ("date_of_birth",), keys.hes_date, "the whole date of birth"),
            Derived("postcodes", ("postcode", "alternative_postcode"), keys.every_postcode, "all postcodes there are"),
        ),
        optional=("postcode", "alternative_postcode"),
        prepare=(Name(("given_name", "surname")), Date("date_of_birth"), Sex("sex"), Postcode("postcode", "uk")),
        error_rates=(
            "95 % of 2,287,671 pupils linked by all eight steps, and a second linkage to hospital records: 92 % of the "
            "cohort of 1990/91, 99 % of 2004/05; fewer of ethnic minorities and of deprived areas. False links are "
            "not published.",
        ),
        caveats=(
            "Steps 5 to 8 are left out: which of their cells are empty was not verified.",
            "Step 4 asks for no postcode. In a large register it ties, or links, people who share an initial, the "
            "beginning of a surname, sex and day of birth: twins with one initial among them.",
            "Postcodes of the past count where a field alternative_postcode holds them (several apart by a semicolon).",
            "The source does not say what became of ties; here a tied pupil goes on to the next step, and a link is "
            "one to one but in the repeated step 1.",
            "Soundex as in the US census; that of SQL Server, which the source used, differs in a few names.",
        ),
        vectors=_VECTORS,
    )  # fmt: skip
