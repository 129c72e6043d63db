"""Contradictions of persons and the links they speak against, beside every pair of facts looked at one by one."""

from __future__ import annotations

import datetime
import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from tests.spells.helpers_spells import FAR, day, frame_of, iso, plain, spells_of, tables

from linkkit.errors import DataError, SpecError
from linkkit.proportions import clopper_pearson
from linkkit.spells import Checks, People, Spells, implausible
from linkkit.spells._contradictions import birthday

date = st.one_of(st.none(), day)
lives = st.lists(st.tuples(st.sampled_from("abcPQR"), date, date), max_size=8)
edges = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("PQR")), max_size=6)


def people_of(rows, name="people"):
    columns = {
        "who": [row[0] for row in rows],
        "born": [iso(row[1]) for row in rows],
        "died": [iso(row[2]) for row in rows],
    }
    frame = pd.DataFrame({column: pd.Series(values, dtype="string") for column, values in columns.items()})
    return People.of(frame, entity="who", birth="born", death="died", name=name)


def links_of(pairs):
    return pd.DataFrame({"left_id": [a for a, _ in pairs], "right_id": [b for _, b in pairs]}, dtype="string")


def persons_of(pairs, ids):
    """The ids that links join, by joining one link after the other."""
    group = {one: {one} for one in ids}
    for one, other in pairs:
        if group[one] is not group[other]:
            group[one] |= group[other]
            for member in group[other]:
                group[member] = group[one]
    return {one: min(members) for one, members in group.items()}


def contradictions(stays, lives, checks):
    """Every pair of facts, of whomever, that could not be of one person."""
    places = [(who, start, end, place) for who, start, end, place in plain(stays)]
    found = []
    for (i, one), (j, other) in itertools.combinations(enumerate(places), 2):
        shared = min(one[2], other[2]) - max(one[1], other[1]) + 1
        if one[3] and other[3] and one[3] != other[3] and shared >= checks.least_days:
            found.append(("two_places", ("stays", one[0], i), ("stays", other[0], j)))
    for (i, stay), (j, life) in itertools.product(enumerate(places), enumerate(lives)):
        ends = ("stays", stay[0], i), ("people", life[0], j)
        if life[1] is not None and stay[1] < life[1] - checks.before_birth:
            found.append(("before_birth", *ends))
        if life[2] is not None and stay[1] > life[2] + checks.after_death:
            found.append(("after_death", *ends))
    for (i, one), (j, other) in itertools.product(enumerate(lives), repeat=2):
        ends = ("people", one[0], i), ("people", other[0], j)
        if one[2] is not None and other[1] is not None and one[2] < other[1]:
            found.append(("death_before_birth", *ends))
        for kind, place in (("several_births", 1), ("several_deaths", 2)):
            if i < j and None not in (one[place], other[place]) and abs(one[place] - other[place]) > checks.dates_apart:
                found.append((kind, *ends))
    return found


def of_one_person(found, person):
    return [one for one in found if person[one[1][1]] == person[one[2][1]]]


def shown(result):
    """The findings as sets of two facts, whichever comes first."""
    return sorted(
        (row.kind, *sorted([(row.table, row.id, row.row), (row.other_table, row.other_id, row.other_row)]))
        for row in result.findings.itertuples()
    )


def ordered(found):
    return sorted((kind, *sorted([one, other])) for kind, one, other in found)


def spells(rows):
    return spells_of(rows, "stays")


@settings(max_examples=60)
@given(tables, lives, edges, st.integers(1, 4), st.integers(0, 3))
def test_all_contradictions_of_linked_ids_are_found_and_no_other(stays, lives, pairs, least, tolerance):
    checks = Checks(least_days=least, before_birth=tolerance, after_death=tolerance, dates_apart=tolerance)
    person = persons_of(pairs, "abcPQR")
    # The ids of the two sides have no letter in common here, so which side a life stands on is in its letter.
    left = [life for life in lives if life[0] in "abc"]
    right = [life for life in lives if life[0] in "PQR"]
    rows = left + right
    expected = ordered(of_one_person(contradictions(stays, rows, checks), person))
    result = implausible([spells(stays)], people_of(rows), links=links_of(pairs), checks=checks)
    # With all lives on the right side, those of left ids are of somebody else.
    on_right = {one: f"right {one}" if one in "abc" else person[one] for one in "abcPQR"}
    sides = {"stays": person, "people": on_right}
    apart = [
        found
        for found in contradictions(stays, rows, checks)
        if len({sides[table][who] for table, who, _ in found[1:]}) == 1
    ]
    assert shown(result) == ordered(apart)
    both = [(a, b) for a, b in pairs]
    within = implausible([spells(stays), people_of(rows)], links=links_of(both), checks=checks)
    assert shown(within) == expected


@settings(max_examples=60)
@given(tables, lives, edges)
def test_counts_by_kind_are_of_persons(stays, lives, pairs):
    person = persons_of(pairs, "abcPQR")
    result = implausible([spells(stays), people_of(lives)], links=links_of(pairs), checks=Checks(ages=(None, None)))
    found = of_one_person(contradictions(stays, lives, Checks()), person)
    both = {person[row[0]] for row in stays}
    born = {person[row[0]] for row in lives if row[1] is not None}
    died = {person[row[0]] for row in lives if row[2] is not None}
    seen = {"before_birth": both & born, "after_death": both & died, "death_before_birth": born & died}
    for row in result.kinds.itertuples():
        of_kind = [one for one in found if one[0] == row.kind]
        who = {person[one[1][1]] for one in of_kind}
        assert row.persons == len(who)
        assert row.one_id == len({person[one[1][1]] for one in of_kind if one[1][1] == one[2][1]})
        assert row.across_links == len({person[one[1][1]] for one in of_kind if one[1][1] != one[2][1]})
        assert row.rows == len({(fact[0], fact[2]) for one in of_kind for fact in one[1:]})
        assert row.persons <= row.seen
        if row.kind in seen:
            assert row.seen == len(seen[row.kind])


@settings(max_examples=60)
@given(tables, lives, edges)
def test_the_bound_is_never_above_the_fewest_links_that_explain_everything(stays, lives, pairs):
    pairs = sorted(set(pairs))
    facts = contradictions(stays, lives, Checks())
    across = [one for one in facts if one[1][1] != one[2][1]]

    def explains(false):
        person = persons_of([pair for pair in pairs if pair not in false], "abcPQR")
        return not of_one_person(across, person)

    fewest = min(
        size
        for size in range(len(pairs) + 1)
        if any(explains(set(false)) for false in itertools.combinations(pairs, size))
    )
    result = implausible([spells(stays), people_of(lives)], links=links_of(pairs), checks=Checks(ages=(None, None)))
    assert result.false_links <= fewest
    assert (result.false_links > 0) == (fewest > 0)
    assert result.link_count == len(pairs)
    direct = {frozenset((one[1][1], one[2][1])) for one in across}
    contradicted = result.links[result.links["status"] == "contradicted"]
    ends = sorted(zip(contradicted["left_id"], contradicted["right_id"], strict=True))
    assert ends == [pair for pair in pairs if frozenset(pair) in direct]


def test_a_chain_of_links_hides_at_least_one_false_link():
    stays = spells([("a", 0, 20, "x"), ("b", 0, 20, "y"), ("c", 0, 0, "x")])
    links = links_of([("a", "P"), ("b", "P"), ("c", "Q")])
    found = implausible(stays, [], links=links)
    assert found.links.values.tolist() == [
        ["a", "P", "two_places", "one_of_several"],
        ["b", "P", "two_places", "one_of_several"],
    ]
    assert (found.false_links, found.link_count, found.false_share) == (1, 3, 1 / 3)
    assert found.findings[["id", "row", "other_id", "other_row", "between"]].values.tolist() == [
        ["a", 0, "b", 1, "chain"]
    ]
    assert "At least 1 of 3 links are false if the sources are right: 33.33% (0.84% to 90.57%)." in str(found)


def test_a_contradicted_link_explains_the_chain_that_runs_through_it():
    stays = spells([("a", 0, 20, "x"), ("b", 0, 20, "y")])
    born = people_of([("P", 5, None)])
    found = implausible(stays, born, links=links_of([("a", "P"), ("b", "P")]), checks=Checks(place="place"))
    assert found.links["status"].tolist() == ["contradicted", "contradicted"]
    assert found.false_links == 2


def test_contradictions_under_one_id_speak_against_no_link():
    stays = spells([("a", 0, 20, "x"), ("a", 5, 20, "y")])
    found = implausible(stays, [], links=links_of([("a", "P")]))
    assert found.kinds.loc[0, ["seen", "persons", "one_id", "across_links"]].tolist() == [1, 1, 1, 0]
    assert (found.false_links, len(found.links)) == (0, 0)


def test_without_links_equal_ids_are_one_person():
    found = implausible(spells([("P", 0, 20, "x")]), people_of([("P", 5, None)]))
    assert found.findings["kind"].tolist() == ["before_birth"]
    assert found.link_count == 0
    assert np.isnan(found.false_share)
    assert "links are false" not in str(found)


def test_ids_of_two_sides_may_be_alike_and_are_not_the_same():
    stays, born = spells([("a", 0, 20, "x")]), people_of([("a", 5, None), ("b", 5, None)])
    assert len(implausible(stays, born, links=links_of([("x", "y")])).findings) == 0
    assert implausible(stays, born, links=links_of([("a", "b")])).findings["other_id"].tolist() == ["b"]


def test_the_day_of_a_move_is_of_both_places():
    stays = spells([("a", 0, 10, "x"), ("a", 10, 10, "y")])
    assert len(implausible(stays).findings) == 0
    assert len(implausible(stays, checks=Checks(least_days=1)).findings) == 1
    assert "two_places" not in implausible(stays, checks=Checks(place=None)).kinds["kind"].tolist()


def test_places_of_two_tables_do_not_contradict_each_other():
    at_home, at_school = (Spells.of(frame_of([("a", 0, 20, place)]), entity="who", place="place", name=name)
                          for place, name in (("x", "homes"), ("y", "schools")))  # fmt: skip
    assert len(implausible([at_home, at_school]).findings) == 0


@given(st.dates(datetime.date(1890, 1, 1), datetime.date(2020, 1, 1)), st.integers(0, 130))
def test_birthdays_are_those_of_the_calendar(born, years):
    try:
        expected = born.replace(year=born.year + years)
    except ValueError:
        expected = datetime.date(born.year + years, 3, 1)
    days = np.array([(born - datetime.date(1970, 1, 1)).days])
    assert birthday(days, years)[0] == (expected - datetime.date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("start", "ages", "is_found"),
    [
        ("2019-02-28", (0, 18), False),
        ("2019-03-01", (0, 18), True),
        ("2000-02-29", (0, 18), False),
        ("2000-02-28", (0, 18), False),  # before birth is a contradiction of its own
        ("2004-02-28", (4, 18), True),
        ("2004-02-29", (4, 18), False),
        ("2123-02-28", (None, 122), False),
        ("2123-03-01", (None, 122), True),
        ("2123-03-01", (None, None), False),
    ],
)
def test_ages_are_in_completed_years(start, ages, is_found):
    stays = Spells.of(pd.DataFrame({"who": ["a"], "start": [start]}), entity="who", end=None)
    born = People.of(pd.DataFrame({"who": ["a"], "born": ["2000-02-29"]}), entity="who", birth="born")
    found = implausible(stays, born, checks=Checks(ages=ages, before_birth=None))
    assert found.findings["kind"].tolist() == (["outside_ages"] if is_found else [])


@given(st.integers(1, 200), st.data())
def test_the_interval_is_the_exact_one(trials, data):
    hits = data.draw(st.integers(0, trials))
    expected = binomtest(hits, trials).proportion_ci(method="exact")
    assert clopper_pearson(hits, trials) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_links_and_tables_that_cannot_be_read_are_refused():
    stays, born = spells([("a", 0, 20, "x")]), people_of([("P", 5, None)])
    with pytest.raises(DataError, match=r"links: right_id names the column 'right_id', which is not there"):
        implausible(stays, born, links=pd.DataFrame({"left_id": ["a"]}))
    with pytest.raises(DataError, match=r"links: left_id .* missing in 1 of 1 links \(row 1\)"):
        implausible(stays, born, links=pd.DataFrame({"left_id": [None], "right_id": ["P"]}))
    with pytest.raises(SpecError, match="Give tables of Spells and People; got DataFrame"):
        implausible(pd.DataFrame())
    with pytest.raises(SpecError, match=r"no table of spells has a column 'plase'. Did you mean 'place'"):
        implausible(stays, checks=Checks(place="plase"))
    with pytest.raises(SpecError, match="'stays' stands twice"):
        implausible([stays, stays])
    with pytest.raises(SpecError, match="Name the column of births"):
        People.of(pd.DataFrame({"who": ["a"]}), entity="who")


def test_a_column_that_makes_everybody_one_person_is_refused():
    size = 6_500
    table = pa.table({"who": ["a"] * size, "start": ["2024-01-01"] * size, "place": ["x", "y"] * (size // 2)})
    stays = Spells.of(table, entity="who", end=None, place="place")
    with pytest.raises(
        DataError, match=r"two_places: more than 10,000,000 contradictions. Are the columns of entities"
    ):
        implausible(stays, checks=Checks(least_days=1))
    nobody = np.zeros(size * 20, np.int64)
    many = Spells(
        "many", nobody, nobody, nobody, pa.array(["a"]), nobody, None, pa.table({"place": ["x"] * len(nobody)})
    )
    with pytest.raises(DataError, match="two_places: 8,449,935,000 pairs of rows to compare"):
        implausible(many, checks=Checks(least_days=1))


@pytest.mark.parametrize(
    "wrong", [{"least_days": 0}, {"before_birth": -1}, {"after_death": -1}, {"dates_apart": -1}, {"ages": (18, 5)}]
)
def test_checks_out_of_range_are_refused(wrong):
    with pytest.raises(SpecError, match=f"Checks.{next(iter(wrong))} must be"):
        Checks(**wrong)


def test_people_without_an_id_or_a_readable_date_are_refused_or_counted():
    frame = pd.DataFrame({"who": ["a", None], "born": ["2020-01-01", "soon"]})
    with pytest.raises(DataError, match=r"birth \(column 'born'\) is no date .* \(row 2\)"):
        People.of(frame, entity="who", birth="born")
    with pytest.raises(DataError, match=r"entity \(column 'who'\) is missing in 1 of 2 rows \(row 2\)"):
        People.of(frame, entity="who", birth="born", on_unreadable="drop")
    people = People.of(frame, entity="who", birth="born", on_unreadable="drop", on_missing="drop")
    assert people.changes == {"birth is no date, missing": 1, "no entity, left out": 1}
    assert repr(people) == "<People 'people': 1 rows of 1 persons, 1 with a birth, 0 with a death>"


def test_no_message_holds_a_value_of_a_person():
    stays = spells([("Marker", 0, 20, "Secret"), ("Marker", 5, 20, "Hidden")])
    found = implausible(stays)
    assert len(found.findings) == 1
    for text in (repr(found), str(found), repr(stays)):
        assert not [value for value in ("Marker", "Secret", "Hidden") if value in text]
    assert FAR > 0


def test_links_of_ids_without_facts_are_counted():
    stays = Spells.of(
        pd.DataFrame({"id": ["A", "B"], "start": ["2020-01-01"] * 2, "end": ["2020-02-01"] * 2}),
        entity="id",
        name="stays",
    )
    born = People.of(
        pd.DataFrame({"id": ["P", "Q"], "born": ["2021-01-01", "2010-01-01"]}),
        entity="id",
        birth="born",
        name="register",
    )

    def links(*pairs):
        return pd.DataFrame(pairs, columns=["left_id", "right_id"])

    found = implausible(stays, born, links=links(("A", "P"), ("B", "Z")))
    assert (found.false_links, found.link_count, found.without_facts) == (1, 2, 1)
    assert "Of 1 of these links nothing could be seen" in str(found)
    assert "Are left and right swapped" not in str(found)
    swapped = implausible(stays, born, links=links(("P", "A"), ("Q", "B")))
    assert swapped.without_facts == 2
    assert "Are left and right swapped" in str(swapped)
