"""HESID and PSEUDO_HESID: how Hospital Episode Statistics tell patients apart."""

from __future__ import annotations

from linkkit.block import on

from . import _keys as keys
from ._spec import Algorithm, Derived, Pass
from ._vectors import NO_PAIR, pair_vectors

__all__ = ["hesid"]

_EPISODE = {
    "sex": "f", "date_of_birth": "2004-05-16", "nhs_number": "4505577104", "postcode": "LS10 4AP", "provider": "RR8",
    "local_patient_id": "A12345",
}  # fmt: skip
_VECTORS = pair_vectors(
    _EPISODE,
    (
        ({"postcode": "M1 1AA", "local_patient_id": "B2"}, "1"),
        ({"nhs_number": None}, "2"),
        ({"nhs_number": "4505577105"}, "2"),  # a wrong check digit is no number
        ({"nhs_number": None, "provider": "RAE"}, "3"),
        ({"nhs_number": None, "provider": "RAE", "postcode": "LS1 4AP"}, "3"),  # zeros are dropped
        ({"nhs_number": None, "postcode": "M1 1AA"}, NO_PAIR),
        ({"date_of_birth": "2004-05-17"}, NO_PAIR),
        ({"sex": "m"}, NO_PAIR),
    ),
    "HES Online, PSEUDO_HESID",
)


def hesid() -> Algorithm:
    """Return the three passes of HESID."""
    return Algorithm(
        name="hesid",
        title="HESID and PSEUDO_HESID, the patient identifier of Hospital Episode Statistics",
        version="1",
        date="not dated",
        citation="HES Online: PSEUDO_HESID, how episodes of one patient are matched.",
        url="https://www.hesonline.org.uk/Ease/servlet/ContentServer_siteID-1937-categoryID-330",
        passes=(
            Pass("1", "sex, date of birth, NHS number", on("sex", "hes_birth", "hes_nhs_number")),
            Pass(
                "2",
                "sex, date of birth, postcode, provider and local patient id",
                on("sex", "hes_birth", "hes_postcode", "provider", "local_patient_id"),
            ),
            Pass("3", "sex, date of birth, postcode", on("sex", "hes_birth", "hes_postcode")),
        ),
        unique="many_to_many",
        derived=(
            Derived("hes_nhs_number", ("nhs_number",), keys.valid_nhs_number, "a valid NHS number"),
            Derived("hes_birth", ("date_of_birth",), keys.hes_date, "a whole date from 1895 on"),
            Derived("hes_postcode", ("postcode",), keys.hes_postcode, "without blanks and zeros, not ZZ"),
        ),
        error_rates=(
            "PICANet admissions: 0.2 % false, 4.1 % missed matches; readmissions under-estimated by 3.8 % (BMJ Open "
            "2015).",
            "missed matches 8.6 % in 1998, 0.4 % in 2015; more in ethnic minorities, deprived areas and people of no "
            "fixed abode (JHI 2017).",
        ),
        caveats=(
            "The third pass of HES leaves out communal postcodes, births on 1 January and contradictory NHS numbers; "
            "the exact rules were not verified and are not carried out. It joins twins of one sex at one postcode.",
            "HES may accept partial agreement of the date of birth in pass 1; not verified, not carried out.",
            "Every pass looks at every pair of records, and whoever links connect is one patient (clusters).",
        ),
        vectors=_VECTORS,
    )
