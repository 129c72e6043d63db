import datetime
from collections import Counter
from importlib.resources import files

import pandas as pd
import pytest
from scipy.stats import binom

from linkkit import synth
from linkkit.errors import SpecError


@pytest.fixture(scope="module")
def population():
    return synth.people(30_000, seed=11)


@pytest.fixture(scope="module")
def children(population):
    return population.people[population.people["role"] == "child"]


def within(count, total, share, chance=1e-6):
    """Whether a count lies within its binomial bounds."""
    low, high = binom.ppf([chance, 1 - chance], total, share)
    return low <= count <= high


def test_same_seed_same_people_and_another_seed_others():
    first, again, other = (synth.people(2_000, seed=seed).people for seed in (3, 3, 4))
    assert first.to_csv() == again.to_csv()
    assert (first["given_name"] != other["given_name"]).mean() > 0.9


def test_people_are_the_same_on_every_machine():
    table = synth.people(3, seed=42).people
    expected = [
        ["mother", "Roselyn", "Agyeman", "1977-12-06", "9480182092"],
        ["child", "Ayinke", "Agyeman", "2017-12-19", "9240587225"],
        ["mother", "Lauren", "Stewart", "1983-02-04", "9000992354"],
    ]
    shown = table.assign(date_of_birth=table["date_of_birth"].dt.strftime("%Y-%m-%d"))
    assert shown[["role", "given_name", "surname", "date_of_birth", "nhs_number"]].to_numpy().tolist() == expected


def test_count_is_exact_and_ids_are_unique(population):
    assert len(population.people) == 30_000
    assert population.people["person_id"].is_unique
    assert population.people["nhs_number"].is_unique
    assert population.people["upn"].dropna().is_unique


def test_nhs_numbers_are_of_the_test_range_with_right_check_digits(population):
    for number in population.people["nhs_number"]:
        digits = [int(digit) for digit in number]
        assert len(digits) == 10
        assert digits[0] == 9
        assert -sum(w * d for w, d in zip(range(10, 1, -1), digits, strict=False)) % 11 == digits[9]


def test_upns_have_right_check_letters_and_go_to_children_at_school(population, children):
    upns = population.people["upn"].dropna()
    for upn in upns:
        total = sum(weight * int(digit) for weight, digit in enumerate(upn[1:], 2))
        assert "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23] == upn[0]
        assert 990 <= int(upn[1:4]) <= 999
    assert set(upns.index) <= set(children.index)
    age = (pd.Timestamp(population.as_of) - children["date_of_birth"]).dt.days / 365.25
    assert children.loc[age >= 5, "upn"].notna().all()
    assert children.loc[age < 4, "upn"].isna().all()


def test_twins_share_birth_date_and_family_and_come_in_twos(children):
    twins = children[children["twin_set"] > 0].groupby("twin_set")
    complete = twins.filter(lambda rows: len(rows) == 2).groupby("twin_set")
    assert (twins.size() == 2).mean() > 0.99  # the very last family may be cut
    assert (complete["family_id"].nunique() == 1).all()
    assert (complete["date_of_birth"].nunique() == 1).all()
    assert (complete["given_name"].nunique() == 2).all()


def test_twin_and_sibling_shares_are_as_asked():
    population = synth.people(30_000, seed=5, sibling_share=0.3, twin_share=0.1)
    children = population.people[population.people["role"] == "child"]
    births = children.drop_duplicates(["family_id", "date_of_birth"])
    assert within(int((births["twin_set"] > 0).sum()), len(births), 0.1)
    births_a_family = births.groupby("family_id").size()
    assert within(int((births_a_family > 1).sum()), len(births_a_family), 0.3)


def test_siblings_of_one_family_never_share_a_given_name(children):
    assert not children.duplicated(["family_id", "given_name"]).any()


def test_siblings_lists_each_pair_once(population, children):
    sizes = children.groupby("family_id").size()
    pairs = population.siblings()
    assert len(pairs) == int((sizes * (sizes - 1) // 2).sum())
    assert (pairs["person_id"] < pairs["sibling_id"]).all()
    assert pairs["twins"].sum() == (children[children["twin_set"] > 0].groupby("twin_set").size() == 2).sum()


def test_families_share_an_address_and_parents_are_older(population):
    table = population.people
    assert (table.groupby("family_id")[["address", "postcode"]].nunique() == 1).all(axis=None)
    by_role = table.groupby(["family_id", "role"])["date_of_birth"].agg(["min", "max"]).unstack()
    for parent in ("mother", "father"):
        gap = (by_role["min", "child"] - by_role["max", parent]).dropna()
        assert (gap > pd.Timedelta(days=15 * 365)).all()


def test_children_are_of_the_ages_asked_for():
    population = synth.people(3_000, seed=2, ages=(4, 10), as_of=datetime.date(2022, 1, 1))
    born = population.people.loc[population.people["role"] == "child", "date_of_birth"]
    assert born.min() >= pd.Timestamp("2011-01-01")
    assert born.max() <= pd.Timestamp("2018-01-02")


def test_postcodes_have_the_shape_of_real_ones(population):
    shape = r"[A-Z]{1,2}[0-9]{1,2} [0-9][ABDEFGHJLNP-UW-Z]{2}"
    assert population.people["postcode"].str.fullmatch(shape).all()


def test_name_frequencies_follow_the_lists(children):
    girls = children[(children["sex"] == "F") & (children["ethnic_group"] == "british")]
    girls = girls[girls["date_of_birth"].dt.year // 10 == 201]
    path = files("linkkit.synth").joinpath("data", "names.csv.gz")
    listed = pd.read_csv(path, compression="gzip", keep_default_na=False)
    listed = listed[(listed["kind"] == "given") & (listed["group"] == "british") & (listed["sex"] == "F")]
    weights = listed.set_index("name")["weight"].str.split(expand=True).astype(int)[7]  # the 2010s
    seen = Counter(girls["given_name"])
    for name, weight in weights.sort_values().tail(20).items():
        assert within(seen[name], len(girls), weight / weights.sum(), 1e-7), name
    assert seen["Olivia"] > seen["Susan"]


def test_parents_bear_the_names_of_their_time(population):
    table = population.people[population.people["ethnic_group"] == "british"]
    mothers, girls = table[table["role"] == "mother"], table[(table["role"] == "child") & (table["sex"] == "F")]
    assert (mothers["given_name"] == "Sarah").mean() > 5 * (girls["given_name"] == "Sarah").mean()
    assert (girls["given_name"] == "Isla").mean() > 5 * (mothers["given_name"] == "Isla").mean()


def test_names_are_of_many_origins_and_shapes(population):
    table = population.people
    surnames = set(table["surname"])
    assert {"Khan", "Begum", "Kaur", "Nowak", "Murphy", "Mensah", "Smith"} <= surnames
    assert any("'" in name for name in surnames)
    assert any(" " in name for name in surnames)
    assert 0.02 < table["surname"].str.contains("-").mean() < 0.08
    polish = table[(table["ethnic_group"] == "polish")]
    assert not polish.loc[polish["sex"] == "F", "surname"].str.endswith("ski").any()


def test_moves_and_changes_of_name_are_as_asked():
    population = synth.people(20_000, seed=8, movers=0.4, renamed=0.0, renamed_movers=0.5)
    table = population.people
    mothers = table[table["role"] == "mother"]
    assert within(int(mothers["moved_on"].notna().sum()), len(mothers), 0.4)
    assert (table["previous_postcode"].notna() == table["moved_on"].notna()).all()
    renamed = table[table["surname_changed_on"].notna()]
    assert (renamed["surname_changed_on"] == renamed["moved_on"]).all()
    assert (renamed["surname"] != renamed["previous_surname"]).all()
    assert "father" not in set(renamed["role"])
    assert renamed["family_id"].nunique() / table.loc[table["moved_on"].notna(), "family_id"].nunique() > 0.3


def test_nobody_moves_or_has_siblings_when_none_are_asked_for():
    population = synth.people(2_000, sibling_share=0, twin_share=0, movers=0, renamed=0)
    assert population.people["moved_on"].isna().all()
    assert population.people["surname_changed_on"].isna().all()
    assert population.siblings().empty


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"twin_share": 1.5}, {"ages": (9, 3)}, {"history_years": 0}, {"movers": -0.1}]
)
def test_wrong_requests_are_refused(wrong):
    with pytest.raises(SpecError):
        synth.people(**{"count": 10, **wrong})


def test_repr_shows_counts_and_no_values(population):
    assert repr(population).startswith("<Population: 30,000 people")
    assert population.people["surname"].iloc[0] not in repr(population)
