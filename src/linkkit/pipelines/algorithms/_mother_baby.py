"""Babies to their mothers' delivery records: the deterministic step of Harron and others (2016)."""

from __future__ import annotations

from linkkit.block import on

from ._spec import Algorithm, Pass
from ._vectors import NO_PAIR, pair_vectors

__all__ = ["mother_baby"]

_AGREE = ("hospital", "gp_practice", "maternal_age", "birth_weight", "gestation", "birth_order", "sex")

_BABY = {
    "hospital": "RAE01", "gp_practice": "B86001", "maternal_age": "31", "birth_weight": "3400", "gestation": "40",
    "birth_order": "1", "sex": "f",
}  # fmt: skip
_OTHERS = {**_BABY, "hospital": "RR813", "gp_practice": "B86002", "maternal_age": "30", "birth_weight": "3410",
           "gestation": "39", "birth_order": "2", "sex": "m"}  # fmt: skip
_VECTORS = pair_vectors(
    _BABY, (({}, "1"), *(({field: _OTHERS[field]}, NO_PAIR) for field in _AGREE)), "Harron and others (2016)"
)


def mother_baby() -> Algorithm:
    """Return the deterministic step: the left dataset holds babies, the right their mothers' deliveries."""
    return Algorithm(
        name="mother_baby",
        title="Mother and baby records of Hospital Episode Statistics, deterministic step",
        version="1",
        date="2016",
        citation=(
            "Harron K et al (2016). Linking data for mothers and babies in de-identified electronic health data. "
            "PLoS ONE 11(10): e0164667."
        ),
        url="https://doi.org/10.1371/journal.pone.0164667",
        passes=(
            Pass(
                "1",
                "hospital, GP practice, maternal age, birth weight, gestation, birth order, sex of the baby",
                on(*_AGREE),
            ),
        ),
        unique="many_to_one",
        ties="hold",
        error_rates=(
            "this step linked 42 % of 672,955 records; a probabilistic step 56 % more",
            "0.15 % false matches of the whole linkage, estimated with synthetic data",
        ),
        caveats=(
            "The probabilistic step is not part of it. Use lk.link with episode dates, estimated date of delivery, "
            "ethnicity and postcode district besides, on what this step leaves.",
            "A mother may have several babies; a baby that agrees with two deliveries is a tie and is not linked.",
            "Twins of one sex and weight are told apart by birth order alone.",
        ),
        vectors=_VECTORS,
    )
