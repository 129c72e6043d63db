import numpy as np
import pytest
from scipy.stats import binom

from linkkit import synth
from linkkit.errors import SpecError


@pytest.fixture(scope="module")
def population():
    return synth.people(30_000, seed=31)


def only(**rates):
    """Errors of the given kinds and no others."""
    none = {name: 0.0 for name in synth.Errors.__dataclass_fields__ if name not in ("missing", "by_group")}
    return synth.Errors(**{**none, "missing": {}, **rates})


def within(count, total, share, chance=1e-6):
    """Whether a count lies within its binomial bounds."""
    low, high = binom.ppf([chance, 1 - chance], total, share)
    return low <= count <= high


ALWAYS_CHANGES = {
    "typing": ("given_name", "surname"),
    "date_digit": ("date_of_birth",),
    "sex": ("sex",),
    "postcode": ("postcode",),
    "identifier": ("upn",),
    "unnamed": ("given_name",),
    "swapped": ("given_name", "surname"),
    "style": ("surname",),
}
KINDS = {"postcode": "typing", "identifier": "typing"}


@pytest.mark.parametrize(("kind", "fields"), ALWAYS_CHANGES.items())
def test_rates_are_realised_within_binomial_bounds(population, kind, fields):
    made = population.register(errors=only(**{kind: 0.08}))
    for field in fields:
        present = int(made.frame[made.columns[field]].notna().sum())
        hit = (made.mistakes["field"] == field) & (made.mistakes["kind"] == KINDS.get(kind, kind))
        assert within(int(hit.sum()), present, 0.08), field


def test_kinds_that_were_not_asked_for_do_not_happen(population):
    made = population.register(errors=only(sex=0.1))
    assert set(made.mistakes["kind"]) == {"sex"}


def test_missing_values_are_missing_at_their_rates(population):
    made = population.register(errors=only(missing={"postcode": 0.15, "surname": 0.3}))
    assert within(int(made.frame["postcode"].isna().sum()), len(made.frame), 0.15)
    assert within(int(made.frame["surname"].isna().sum()), len(made.frame), 0.3)
    assert made.frame["forename"].notna().all()


def test_day_and_month_swap_only_where_that_makes_another_date(population):
    made = population.register(errors=only(day_month=1.0), coverage=1.0)
    true = population.people.set_index("person_id").loc[made.truth["person_id"], "date_of_birth"].reset_index(drop=True)
    swaps = (true.dt.day <= 12) & (true.dt.day != true.dt.month)
    assert len(made.mistakes) == swaps.sum()
    written = made.frame["dob"]
    assert (written[swaps] == true[swaps].dt.strftime("%m/%d/%Y")).all()
    assert (written[~swaps] == true[~swaps].dt.strftime("%d/%m/%Y")).all()


def test_default_dates_are_the_known_ones(population):
    written = population.register(errors=only(default_date=1.0)).frame["dob"]
    assert written.str.startswith("01/").all()
    assert 0.25 < (written == "01/01/1900").mean() < 0.42


def test_a_stale_record_keeps_the_old_address(population):
    made = population.register(errors=only(stale=1.0), coverage=1.0)
    true = population.people.set_index("person_id").loc[made.truth["person_id"]].reset_index()
    moved = true["moved_on"].notna()
    assert (made.frame.loc[moved, "postcode"] == true.loc[moved, "previous_postcode"]).all()


def test_unnamed_babies_are_named_by_mother_twin_or_not_at_all(population):
    made = population.register(errors=only(unnamed=1.0), coverage=1.0)
    true = population.people.set_index("person_id").loc[made.truth["person_id"]].reset_index()
    written = made.frame["forename"]
    assert written.str.match(r"Baby|B/O|Infant|Unknown|Female|Male|Twin (1|2|I|II)$").all()
    named_twins = written.str.startswith("Twin")
    assert (true.loc[named_twins, "twin_set"] > 0).all()
    both = made.frame.assign(twin_set=true["twin_set"], family=true["family_id"])[named_twins]
    numbers = both["forename"].str.replace("II", "2").str.replace("I", "1").str[-1]
    assert not both.assign(number=numbers).duplicated(["twin_set", "number"]).any()
    mothers = population.people[population.people["role"] == "mother"].set_index("family_id")["given_name"]
    of_mother = written.str.startswith("Baby of ")
    assert (written[of_mother].str[8:] == mothers.loc[true.loc[of_mother, "family_id"]].to_numpy()).all()


def test_swapped_names_sit_in_each_others_column(population):
    made = population.register(errors=only(swapped=1.0), coverage=1.0)
    plain = population.register(errors=synth.Errors.none(), coverage=1.0)
    assert (made.frame["forename"] == plain.frame["surname"]).all()
    assert (made.frame["surname"] == plain.frame["forename"]).all()


def test_error_rates_differ_by_group(population):
    errors = only(typing=0.03).for_group("deprivation", 5, times=3).for_group("ethnic_group", "polish", times=0)
    made = population.register(errors=errors)
    true = population.people.set_index("person_id").loc[made.truth["person_id"]].reset_index()
    hit = made.frame["pupil_id"].isin(made.mistakes.loc[made.mistakes["field"] == "surname", "record_id"])
    polish, deprived = true["ethnic_group"] == "polish", true["deprivation"] == 5
    assert polish.sum() > 100
    assert not hit[polish].any()
    for rows, rate in ((deprived & ~polish, 0.09), (~deprived & ~polish, 0.03)):
        assert within(int(hit[rows].sum()), int(rows.sum()), rate)


def test_unequal_errors_fall_harder_on_some_groups(population):
    made = population.register(errors=synth.Errors.unequal())
    true = population.people.set_index("person_id").loc[made.truth["person_id"]].reset_index()
    hit = made.frame["pupil_id"].isin(made.mistakes["record_id"])
    assert hit[true["ethnic_group"] == "pakistani"].mean() > hit[true["ethnic_group"] == "british"].mean() * 1.2


def test_two_default_registers_disagree_as_the_documentation_says(population):
    first, second = population.register(name="a"), population.register(name="b")
    pairs = first.matches(second)
    for column in ("forename", "surname"):
        left, right = (
            made.frame.set_index("pupil_id").loc[pairs[side], column].reset_index(drop=True)
            for made, side in ((first, "left_id"), (second, "right_id"))
        )
        known = left.notna() & right.notna()
        assert 0.07 < (left[known] != right[known]).mean() < 0.11


def test_datasets_of_one_population_err_independently(population):
    first, second = (population.register(errors=only(typing=0.1), name=name) for name in ("a", "b"))
    wrong = [set(m.truth.set_index("record_id").loc[m.mistakes["record_id"], "person_id"]) for m in (first, second)]
    everyone = set(first.truth["person_id"]) & set(second.truth["person_id"])
    shares = [len(w & everyone) / len(everyone) for w in wrong]
    assert within(len(wrong[0] & wrong[1]), len(everyone), float(np.prod(shares)))


def test_rates_outside_zero_and_one_are_refused():
    with pytest.raises(SpecError, match="typing"):
        synth.Errors(typing=1.2)
    with pytest.raises(SpecError, match="postcode"):
        synth.Errors(missing={"postcode": -1})
    with pytest.raises(SpecError, match="shoe_size"):
        synth.Errors(missing={"shoe_size": 0.1})
    with pytest.raises(SpecError, match="factor"):
        synth.Errors().for_group("deprivation", 5, times=-1)


def test_scaling_multiplies_every_rate_and_stops_at_always():
    twice = synth.Errors(typing=0.7, sex=0.1, missing={"sex": 0.2}).scaled(2)
    assert (twice.typing, twice.sex, twice.missing) == (1.0, 0.2, {"sex": 0.4})
    assert all(rate == 0 for rate in synth.Errors.none().missing.values())
