"""UPRNs, practices, providers and local patient ids: opt-in, true through time, recorded with errors."""

import datetime

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from linkkit import synth
from linkkit.errors import SpecError
from linkkit.prepare.uk import ods, uprn

ALL = ("uprn", "gp_practice", "provider", "local_patient_id")
NONE = synth.Errors.none()
DRAWS = {
    "register": lambda p, **how: p.register(**how),
    "patients": lambda p, **how: p.register(who="everyone", duplicates=0.1, **how),
    "trial": lambda p, **how: p.trial(families=500, **how),
    "intervention": lambda p, **how: p.intervention(coverage=0.2, **how),
}


@pytest.fixture(scope="module")
def population():
    return synth.people(20_000, seed=21)


@pytest.fixture(scope="module")
def true(population):
    return population.people.merge(population.identifiers(), on="person_id", validate="1:1")


def within(count, total, share, chance=1e-6):
    """Whether a count lies within its binomial bounds."""
    low, high = binom.ppf([chance, 1 - chance], total, share)
    return low <= count <= high


def only(**rates):
    """Errors of the given kinds and no others."""
    none = {name: 0.0 for name in synth.Errors.__dataclass_fields__ if name not in ("missing", "by_group")}
    return synth.Errors(**{**none, "missing": {}, **rates})


def held(made, true):
    """The identifiers of a dataset by their own names, with the truth of each record behind them."""
    names = {column: field for field, column in made.columns.items() if field in ALL}
    recorded = made.frame[list(names)].rename(columns=names)
    behind = true.set_index("person_id").loc[made.truth["person_id"]].reset_index()
    return pd.concat([recorded, behind.rename(columns={field: f"{field}_true" for field in ALL})], axis=1)


def hits(made, field, kind):
    return made.mistakes[(made.mistakes["field"] == field) & (made.mistakes["kind"] == kind)]["record_id"]


# The truth


def test_everyone_in_a_home_has_its_uprn_and_no_other_home_has_it(true):
    now = true[["address", "postcode", "uprn"]]
    before = true[["previous_address", "previous_postcode", "previous_uprn"]].set_axis(now.columns, axis=1).dropna()
    homes = pd.concat([now, before]).drop_duplicates()
    assert not homes.duplicated(["address", "postcode"]).any()
    assert homes["uprn"].is_unique
    assert len(homes) > 5000


def test_a_uprn_changes_with_the_move_and_not_without(true):
    moved = true["moved_on"].notna()
    assert moved.any()
    assert (true["previous_uprn"].notna() == moved).all()
    # A family may by chance move to an address like the one it leaves.
    same = (true["address"] == true["previous_address"]) & (true["postcode"] == true["previous_postcode"])
    assert ((true["uprn"] == true["previous_uprn"]) == same).all()
    assert same.mean() < 0.001


def test_codes_have_the_form_of_the_real_ones(true):
    assert true["uprn"].str.fullmatch(r"999\d{9}").all()
    assert uprn.is_valid_column(true["uprn"]).all()
    for column, form in (("gp_practice", "practice"), ("provider", "organisation")):
        assert set(ods.parse_column(true[column])["form"]) == {form}, column
    assert true["provider"].str.startswith("R").all()
    assert true["local_patient_id"].str.fullmatch(r"\d{8}").all()


def test_a_practice_is_of_one_district_and_mostly_of_the_family(true):
    settled = true[true["moved_on"].isna()]
    district = settled["postcode"].str.split().str[0]
    assert district.groupby(settled["gp_practice"]).nunique().max() == 1
    practices = settled.groupby(district)["gp_practice"].nunique()
    assert practices.max() <= 5
    assert practices.mean() > 1.5
    children = settled[settled["role"] == "child"]
    assert children.groupby("family_id")["gp_practice"].nunique().max() == 1
    families = settled.groupby("family_id")["gp_practice"].nunique()
    assert 0.02 < (families > 1).mean() < 0.2
    area = true["postcode"].str.extract(r"^([A-Z]+)", expand=False)[settled.index]
    assert settled["gp_practice"].str[0].groupby(area).nunique().max() == 1


def test_who_moves_away_changes_practice_soon_and_who_stays_near_may_not(population, true):
    area, old_area = (true[c].str.extract(r"^([A-Z]+)", expand=False) for c in ("postcode", "previous_postcode"))
    district, old_district = (true[c].str.split().str[0] for c in ("postcode", "previous_postcode"))
    moved = true["moved_on"].notna()
    changed = true["gp_practice_changed_on"].notna()
    far, near = moved & (area != old_area), moved & (area == old_area) & (district != old_district)
    assert changed[far].mean() > 0.85
    assert 0.4 < changed[near].mean() < 0.7
    assert not changed[~far & ~near].any()
    assert (changed == true["previous_gp_practice"].notna()).all()
    wait = (true["gp_practice_changed_on"] - true["moved_on"])[changed].dt.days
    assert wait.between(0, 120).all()
    assert (true["gp_practice_changed_on"][changed] <= pd.Timestamp(population.as_of)).all()


def test_a_provider_serves_one_area_and_a_family_goes_to_one(true):
    area = true["postcode"].str.extract(r"^([A-Z]+)", expand=False)
    assert area.groupby(true["provider"]).nunique().max() == 1
    assert true["provider"].groupby(area).nunique().max() > 1
    assert true.groupby("family_id")["provider"].nunique().max() == 1
    old_area = true["previous_postcode"].str.extract(r"^([A-Z]+)", expand=False)
    elsewhere = true["moved_on"].notna() & (area != old_area)
    assert (true["previous_provider"].notna() == elsewhere).all()
    assert (true["previous_local_patient_id"].notna() == elsewhere).all()


def test_local_ids_are_unique_within_a_provider_and_not_beyond():
    true = synth.people(60_000, seed=2).identifiers()
    assert not true.duplicated(["provider", "local_patient_id"]).any()
    assert true["local_patient_id"].duplicated().any()


# The datasets


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_all_else_of_a_dataset_stays_the_same(population, draw):
    plain, more = draw(population), draw(population, identifiers=ALL)
    columns = [more.columns[field] for field in ALL]
    assert not set(columns) & set(plain.frame.columns)
    pd.testing.assert_frame_equal(more.frame.drop(columns=columns), plain.frame)
    pd.testing.assert_frame_equal(more.truth, plain.truth)
    others = more.mistakes[~more.mistakes["field"].isin(ALL)].reset_index(drop=True)
    pd.testing.assert_frame_equal(others, plain.mistakes)


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_dataset_names_its_columns_so_that_linkkit_knows_them(population, draw):
    made = draw(population, identifiers=ALL)
    assert set(ALL) <= set(made.dataset().fields)
    assert {field: made.dataset().fields[field].columns for field in ALL} == {f: (made.columns[f],) for f in ALL}


@pytest.mark.parametrize("field", ALL)
def test_one_identifier_is_the_same_whatever_else_is_asked_for(population, field):
    one, every = population.register(identifiers=(field,)), population.register(identifiers=ALL[::-1])
    assert [f for f in one.columns if f in ALL] == [field]
    assert population.register(identifiers=(f for f in one.columns if f in ALL)).columns == one.columns
    pd.testing.assert_series_equal(one.frame[one.columns[field]], every.frame[every.columns[field]])


def test_the_same_seed_gives_the_same_identifiers_and_another_seed_others(population, true):
    again = synth.people(20_000, seed=21)
    pd.testing.assert_frame_equal(again.identifiers(), population.identifiers())
    pd.testing.assert_frame_equal(again.register(identifiers=ALL).frame, population.register(identifiers=ALL).frame)
    other = synth.people(20_000, seed=22).identifiers()
    assert not set(other["uprn"]) & set(true["uprn"])


def test_identifiers_are_the_same_on_every_machine():
    first = synth.people(2_000, seed=1).identifiers().iloc[0]
    assert first[list(ALL)].tolist() == ["999199738540", "M68067", "RPK", "11529270"]


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_records_without_errors_hold_what_was_true_on_the_day(population, true, draw):
    made = draw(population, errors=NONE, identifiers=ALL)
    assert not made.mistakes["field"].isin(ALL).any()
    table = held(made, true)
    dates = {"updated_on", "registered_on", "consent_date", "start_date"} & set(made.frame.columns)
    day = pd.to_datetime(made.frame[dates.pop()])
    for field, event in (("uprn", "moved_on"), ("gp_practice", "gp_practice_changed_on")):
        before = (day < table[event]).to_numpy()
        assert 0 < before.sum() < len(before), field
        assert (table[field][before] == table[f"previous_{field}"][before]).all(), field
        assert (table[field][~before] == table[f"{field}_true"][~before]).all(), field
    usual = table["provider_true"].mask(
        (day < table["moved_on"]) & table["previous_provider"].notna(), table["previous_provider"]
    )
    away = table["provider"] != usual
    # One in twenty is elsewhere, of which about one in a hundred is the usual provider again.
    assert within(int(away.sum()), len(away), 0.05)


def test_uprn_and_address_of_a_record_are_of_one_home(population, true):
    made = population.register(who="everyone", errors=only(stale=0.3), identifiers=ALL)
    now = true[["address", "postcode", "uprn"]]
    before = true[["previous_address", "previous_postcode", "previous_uprn"]].set_axis(now.columns, axis=1)
    homes = pd.concat([now, before]).dropna().drop_duplicates()
    recorded = made.frame[["address", "post_code", "uprn"]].set_axis(now.columns, axis=1)
    assert len(recorded.merge(homes)) == len(recorded)
    stale = hits(made, "uprn", "stale")
    assert len(stale)
    assert set(stale) == set(hits(made, "address", "stale"))


def test_a_person_has_one_number_at_a_provider_in_every_dataset(population):
    parts = []
    for name in ("emergency", "admissions"):
        made = population.register(who="everyone", name=name, duplicates=0.3, errors=NONE, identifiers=ALL)
        parts.append(made.frame[["procode", "local_patient_id"]].assign(person=made.truth["person_id"]))
    both = pd.concat(parts)
    assert (both.groupby(["person", "procode"])["local_patient_id"].nunique() == 1).all()
    assert (both.groupby(["procode", "local_patient_id"])["person"].nunique() == 1).all()
    assert (both.groupby("person")["procode"].nunique() > 1).any()


# The errors


def test_rates_of_the_identifiers_are_realised_and_logged(population):
    errors = only(identifier=0.05, neighbour=0.1, second_id=0.2)
    made = population.register(who="everyone", errors=errors, identifiers=ALL)
    count = len(made.frame)
    rates = {("uprn", "neighbour"): 0.1, ("local_patient_id", "second_id"): 0.2}
    for (field, kind), rate in {**rates, **{(field, "typing"): 0.05 for field in ALL}}.items():
        assert within(len(hits(made, field, kind)), count, rate), (field, kind)


def test_no_error_of_an_identifier_goes_unlogged(population):
    right, wrong = (
        population.register(who="everyone", errors=errors, identifiers=ALL) for errors in (NONE, synth.Errors())
    )
    for field in ALL:
        before, after = right.frame[right.columns[field]], wrong.frame[wrong.columns[field]]
        differs = before.fillna("") != after.fillna("")
        logged = wrong.mistakes.loc[wrong.mistakes["field"] == field, "record_id"]
        assert differs.any(), field
        assert set(wrong.frame.loc[differs, "patient_id"]) <= set(logged), field


def test_a_neighbour_is_another_home_next_to_it(population, true):
    made = population.register(who="everyone", errors=only(neighbour=1.0), identifiers=("uprn",))
    homes = true[["postcode", "address", "uprn"]].drop_duplicates().sort_values(["postcode", "address"])
    assert len(hits(made, "uprn", "neighbour")) == len(made.frame)
    before = true[["previous_postcode", "previous_address", "previous_uprn"]].set_axis(homes.columns, axis=1).dropna()
    street = pd.concat([homes, before]).drop_duplicates().sort_values(["postcode", "address"])["uprn"].tolist()
    place = {number: n for n, number in enumerate(street)}
    right = population.register(who="everyone", errors=NONE, identifiers=("uprn",)).frame["uprn"]
    steps = {(place[b] - place[a]) % len(street) for a, b in zip(right, made.frame["uprn"], strict=True)}
    assert steps == {1, len(street) - 1}


def test_a_second_id_is_another_number_of_the_same_person_and_provider(population):
    asked = {"who": "everyone", "identifiers": ALL}
    first, second = (population.register(errors=e, **asked) for e in (NONE, only(second_id=1.0)))
    assert (first.frame["procode"] == second.frame["procode"]).all()
    assert (first.frame["local_patient_id"] != second.frame["local_patient_id"]).all()
    numbers = pd.concat([
        made.frame[["procode", "local_patient_id"]].assign(person=made.truth["person_id"]) for made in (first, second)
    ])  # fmt: skip
    assert (numbers.groupby(["procode", "local_patient_id"])["person"].nunique() == 1).all()
    again = population.register(name="another", errors=only(second_id=1.0), **asked)
    both = pd.concat([
        made.frame[["procode", "local_patient_id"]].assign(person=made.truth["person_id"]) for made in (second, again)
    ])  # fmt: skip
    assert (both.groupby(["person", "procode"])["local_patient_id"].nunique() == 1).all()


def test_values_are_missing_as_often_as_asked(population):
    errors = only(missing={"uprn": 0.3, "gp_practice": 0.2, "local_patient_id": 0.1})
    frame = population.register(who="everyone", errors=errors, identifiers=ALL).frame
    for column, rate in (("uprn", 0.3), ("gp_practice_code", 0.2), ("local_patient_id", 0.1), ("procode", 0.0)):
        assert within(int(frame[column].isna().sum()), len(frame), rate), column


@pytest.mark.parametrize("field", ["address", "postcode"])
def test_there_is_no_uprn_where_the_home_is_not_known(population, field):
    made = population.register(who="everyone", errors=only(missing={field: 0.2}), identifiers=("uprn",))
    unknown = made.frame[made.columns[field]].isna()
    assert unknown.any()
    assert (made.frame["uprn"].isna() == unknown).all()
    assert set(hits(made, "uprn", "missing")) == set(made.frame["patient_id"][unknown])


def test_errors_of_identifiers_differ_by_group(population, true):
    errors = only(second_id=0.1).for_group("deprivation", 5, times=3)
    made = population.register(identifiers=ALL, errors=errors)
    hit = made.frame["pupil_id"].isin(hits(made, "local_patient_id", "second_id"))
    deprived = held(made, true)["deprivation"] == 5
    assert within(int(hit[deprived].sum()), int(deprived.sum()), 0.3)
    assert within(int(hit[~deprived].sum()), int((~deprived).sum()), 0.1)


def test_the_files_of_families_hold_identifiers_too():
    usual = synth.families(650, seed=3)
    left, right = synth.families(
        650, seed=3, fields=("given_name", "surname", "date_of_birth", "sex", "postcode", *ALL)
    )
    assert right.frame.columns[-4:].tolist() == ["uprn", "practice_code", "provider_code", "local_patient_identifier"]
    assert set(ALL) <= set(right.dataset().fields)
    for made, plain in zip((left, right), usual, strict=True):
        pd.testing.assert_frame_equal(made.frame[plain.frame.columns], plain.frame)
    both = left.matches(right).merge(left.frame, on="left_id").merge(right.frame, on="right_id", suffixes=("", "_2"))
    same = both["uprn"].eq(both["uprn_2"])[both["uprn"].notna() & both["uprn_2"].notna()]
    assert 0.65 < same.mean() < 0.85  # a quarter of the families move between the two


def test_a_dataset_without_records_has_the_columns(population):
    made = population.register(coverage=0.0, identifiers=ALL)
    assert len(made.frame) == 0
    assert set(ALL) <= set(made.columns)


def test_records_of_after_the_day_of_the_population_hold_what_is_true_then(population, true):
    later = population.as_of + datetime.timedelta(days=2000)
    made = population.register(errors=NONE, on=later, identifiers=("uprn", "gp_practice"))
    table = held(made, true)
    assert np.array_equal(table["uprn"], table["uprn_true"])
    assert np.array_equal(table["gp_practice"], table["gp_practice_true"])


def test_wrong_requests_are_refused(population):
    with pytest.raises(SpecError, match=r"takes some of uprn, .*got 'urpn'.*Did you mean 'uprn'"):
        population.register(identifiers=("urpn",))
    for no_names in ("uprn", True):
        with pytest.raises(SpecError, match=r"several names, such as \('uprn',\)"):
            population.trial(identifiers=no_names)
    with pytest.raises(SpecError, match="nhs_number"):
        population.intervention(identifiers=("nhs_number",))
    with pytest.raises(SpecError, match="neighbour"):
        synth.Errors(neighbour=2)
    table = population.people.head(100).assign(postcode="QQ1 1AA")
    with pytest.raises(SpecError, match="100 people of this population") as caught:
        synth.Population(table, population.as_of, 1).register(identifiers=("gp_practice",))
    assert "QQ1" not in str(caught.value)
