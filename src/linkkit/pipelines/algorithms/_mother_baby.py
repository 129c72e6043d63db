"""Babies to their mothers' delivery records: both steps of Harron and others (2016)."""

from __future__ import annotations

from linkkit import compare
from linkkit.block import on
from linkkit.compare import all_of, either, equal, level, unknown, within_days
from linkkit.decide import OneToMany
from linkkit.plan import Plan
from linkkit.specs import Comparison

from ._spec import Algorithm, Pass, Rest
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


def _place() -> Comparison:
    """Practice, district and hospital are one piece of evidence: who lives here is registered and delivers here."""
    return compare.comparison(
        "place",
        level("same practice", equal("gp_practice")),
        level("same district", equal("postcode_district")),
        level("same hospital, practice not known", all_of(equal("hospital"), unknown(equal("gp_practice")))),
        level("same hospital", equal("hospital")),
        fields=("hospital",),
        term_frequency="gp_practice",
    )


def _time() -> Comparison:
    """When a baby was due, and when mother and child came and went, are one piece of evidence too."""
    due, start, end = equal("estimated_delivery_date"), equal("episode_start"), equal("episode_end")
    return compare.comparison(
        "time of birth",
        level("due, start and end", all_of(due, start, end)),
        level("due and end", all_of(due, end)),
        level("due and start", all_of(due, start)),
        level("start and end", all_of(start, end)),
        level("due date", due),
        level("end", end),
        level("start", start),
        level("within a week", either(within_days("episode_start", 7), within_days("episode_end", 7))),
        fields=("episode_start", "episode_end"),
    )


def _booking() -> Comparison:
    date, week = equal("antenatal_date"), equal("antenatal_gestation")
    return compare.comparison(
        "first assessment",
        level("date and week", all_of(date, week)),
        level("date", date),
        level("week", week),
        fields=("antenatal_date", "antenatal_gestation"),
    )


def _rest() -> Rest:
    at = "hospital"
    plan = Plan(
        block=(
            on(at, "estimated_delivery_date"), on(at, "episode_end", "sex"), on(at, "episode_start", "sex"),
            on(at, "birth_weight", "sex"), on(at, "antenatal_date"), on("gp_practice", "maternal_age"),
        ),
        compare=(
            _place(), _time(), _booking(), compare.number("maternal_age", (1,)),
            compare.number("birth_weight", (10, 100)), compare.number("gestation", (1,)),
            compare.exact("birth_order"), compare.exact("sex"), compare.exact("ethnic_group", term_frequency=True),
            compare.exact("delivery_place"),
        ),
        decide=OneToMany("right"),
    )  # fmt: skip
    return Rest(
        "probabilistic",
        "the same, and district, ethnicity, dates of episode, delivery and first assessment, place: weighed",
        plan,
        {
            **dict.fromkeys((at, "gp_practice", "postcode_district", "birth_order", "delivery_place"), "category"),
            **dict.fromkeys(("maternal_age", "birth_weight", "gestation", "antenatal_gestation"), "number"),
            **dict.fromkeys(("episode_start", "episode_end", "estimated_delivery_date", "antenatal_date"), "date"),
            "ethnic_group": "category", "sex": "sex",
        },
    )  # fmt: skip


def mother_baby() -> Algorithm:
    """Return both steps: the left dataset holds babies, the right their mothers' deliveries."""
    return Algorithm(
        name="mother_baby",
        title="Mother and baby records of Hospital Episode Statistics",
        version="2",
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
        rest=_rest(),
        unique="many_to_one",
        ties="next",
        error_rates=(
            "pass 1 linked 42 % of 672,955 records, the probabilistic step 56 % more",
            "0.15 % false matches of the whole linkage, estimated with synthetic data",
            "of pairs that pass 1 links ethnicity agrees in 77 %, postcode district in 97 %, start of the episode in "
            "61 %, its end in 90 %, estimated date of delivery in 99.95 %",
        ),
        caveats=(
            "The probabilistic step compares what the source says it compares. Its weights and its threshold are "
            "learned from the data that is linked, not those of table 2 of the source, which are of HES in 2012/13.",
            "Practice, district and hospital are compared as one, and so are the dates of a birth: the source weighs "
            "them apart, which counts the same evidence several times.",
            "A mother may have several babies. A baby that agrees with two deliveries goes to the probabilistic step.",
            "Twins of one sex and weight are told apart by birth order alone.",
        ),
        vectors=_VECTORS,
    )
