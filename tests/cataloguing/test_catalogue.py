"""The map through its public functions: input, mistakes, symmetry, order, contradictions, hostile cards."""

from __future__ import annotations

import datetime
import json
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit.cards import Card, Consent, Expected, Period
from linkkit.cataloguing._page import render_map
from linkkit.errors import CardError, PlanError, SpecError

DAY = datetime.date(2026, 6, 30)
FIELDS = ("given_name", "surname", "date_of_birth", "sex", "postcode", "nhs_number", "town", "ethnic_group")
PEOPLE = pd.DataFrame(
    {
        "id": range(1, 9),
        "surname": ["Lee", "Hay", "Roe", "Lee", "Orr", "Ash", "Fox", None],
        "dob": ["2019-01-02", "2018-03-04", "2017-05-06", "2019-07-08", "2018-09-10", "2017-11-12", "2018-01-14", "x"],
    }
)


def card(name, kind="administrative", **parts):
    return Card(name, kind, **{"lawful_basis": "public task", **parts})


def whole(name, people, kind="administrative", **parts):
    complete = dict.fromkeys(("given_name", "surname", "date_of_birth", "postcode", "sex"), 0.98)
    return card(name, kind, persons=people, completeness=complete, **parts)


CARDS = st.builds(
    card,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["trial", "administrative", "intervention", "case_study"]),
    unit=st.sampled_from(["person", "household", "school", "area"]),
    completeness=st.dictionaries(st.sampled_from(FIELDS), st.floats(0, 1), max_size=6),
    persons=st.none() | st.integers(0, 10_000_000),
    ages=st.sampled_from([(), (0, 5), (3, 3), (18, 90)]),
    places=st.sampled_from([(), ("Leeds",), ("Leeds", "York"), ("Hull",)]),
    period=st.sampled_from([None, Period(datetime.date(2015, 1, 1), DAY), Period(datetime.date(2027, 1, 1))]),
    found_in=st.lists(
        st.builds(Expected, st.sampled_from("abc"), st.sampled_from(["all", "some", "none"])), max_size=2
    ),
    consent=st.none() | st.builds(Consent, st.just(("any",)), st.sampled_from(["person", "school"])),
)
SYMMETRIC = ("level", "fields", "evidence", "forecast", "grade", "reason", "permission", "until")


@given(CARDS, CARDS)
@settings(deadline=None, max_examples=60)
def test_a_pair_is_the_same_from_both_sides(one, other):
    found = lk.catalogue(one.change(name="x"), other.change(name="y"), on=DAY)
    forth, back = found.pair("x", "y"), found.pair("y", "x")
    assert all(getattr(forth, part) == getattr(back, part) for part in SYMMETRIC)
    assert set(forth.reasons) == set(back.reasons)
    # The words stand in the order of the two; what they are about is the same.
    assert len(forth.overlap.contradictions) == len(back.overlap.contradictions)
    assert sorted(forth.helps) == sorted(back.helps)
    for part in ("days", "places", "ages", "births", "people"):
        assert getattr(forth.overlap, part) == getattr(back.overlap, part)
    assert forth.overlap.left_in_right == back.overlap.right_in_left


@given(st.lists(CARDS, min_size=1, max_size=3, unique_by=lambda one: one.name), st.randoms())
@settings(deadline=None, max_examples=20)
def test_any_order_of_cards_gives_the_same_bytes(cards, random):
    mixed = list(cards)
    random.shuffle(mixed)
    one, other = (lk.catalogue(*listed, on=DAY) for listed in (cards, mixed))
    assert json.dumps(one.to_dict(), allow_nan=False) == json.dumps(other.to_dict(), allow_nan=False)
    assert str(one) == str(other)
    assert one._repr_html_() == other._repr_html_()


def test_any_order_of_cards_gives_the_same_page():
    cards = [whole("a", 1000, "trial"), whole("b", 90_000), Card("c")]
    assert render_map(lk.catalogue(*cards, on=DAY)) == render_map(lk.catalogue(*cards[::-1], on=DAY))


def test_tables_have_a_row_for_each_pair_field_and_dataset():
    found = lk.catalogue(whole("a", 1000), whole("b", 5000), card("c", fields={"upn": "upn"}), on=DAY)
    assert list(zip(found.pairs["left"], found.pairs["right"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.pairs["grade"].tolist() == ["strong", "not feasible", "not feasible"]
    assert len(found.fields) == 6 * 3
    upn = found.fields.query("field == 'upn'").set_index("dataset")
    assert upn["is_held"].to_dict() == {"a": False, "b": False, "c": True}
    assert found.datasets.set_index("dataset")["people"].tolist()[:2] == [1000, 5000]


def test_one_card_has_no_pairs():
    found = lk.catalogue(whole("a", 10), on=DAY)
    assert list(found.pairs.columns[:2]) == ["left", "right"]
    assert len(found.pairs) == 0
    assert found.outlooks == ()
    assert "What each pair promises" not in render_map(found)


def test_what_helps_names_the_field_and_whom_to_ask():
    poor = card("clinic", persons=2000, completeness={"surname": 1, "postcode": 1}, owner="the clinic")
    pair = lk.catalogue(poor, whole("register", 100_000), on=DAY).pair("clinic", "register")
    assert pair.grade in ("weak", "not feasible")
    assert pair.helps[0].startswith("Ask clinic (the clinic) for date_of_birth: then about ")


def test_data_at_hand_are_counted():
    dataset = lk.Dataset(PEOPLE, name="small", card=card("small"))
    found = lk.catalogue(dataset, whole("register", 1000), on=DAY)
    rows = found.fields.query("dataset == 'small' and is_held").set_index("field")
    assert rows.loc["surname", "completeness"] == pytest.approx(7 / 8)
    assert rows.loc["surname", "bits"] == pytest.approx(4.392, abs=0.001)  # 2 of 7 x 6 ordered pairs agree
    assert rows.loc["date_of_birth", "completeness"] == pytest.approx(7 / 8)
    assert (rows.loc["surname", "source"], rows.loc["date_of_birth", "source"]) == ("data", "usual")


def test_records_of_one_person_count_once():
    twice = pd.concat([PEOPLE, PEOPLE.assign(id=PEOPLE["id"] + 100)]).assign(who=[*range(8)] * 2)
    dataset = lk.Dataset(twice, name="visits", card=card("visits", "intervention", person="who"))
    found = lk.catalogue(dataset, on=DAY)
    row = found.fields.query("field == 'surname'").iloc[0]
    assert row["bits"] == pytest.approx(4.392, abs=0.001)
    assert found.datasets["people"].tolist() == [8]


def test_records_that_may_not_be_linked_are_counted():
    asked = Consent(("any",), column="agreed")
    dataset = lk.Dataset(PEOPLE.assign(agreed=["yes", "no"] * 4), card=card("small", consent=asked))
    nobody = lk.Dataset(PEOPLE.assign(agreed="no"), card=card("nobody", consent=asked))
    found = lk.catalogue(dataset, nobody, whole("register", 1000), on=DAY)
    assert found.datasets["left_out"].tolist() == [8, 0, 4]  # nobody, register, small
    assert any("4 records of small may not be linked" in text for text in found.pair("register", "small").assumed)


# --- input ----------------------------------------------------------------------------------------------------------


def _write(folder, name, text):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_all_mistakes_of_all_cards_come_at_once(tmp_path):
    _write(tmp_path / "x", "a.card.toml", 'linkkit_card = 1\nkind = "tral"\nbogus = 3\n')
    _write(tmp_path / "x", "b.card.toml", "linkkit_card = [\n")
    _write(tmp_path / "y", "c.card.toml", 'linkkit_card = 1\nname = "c"\npath = "c.csv"\nrecords = 3\n')
    _write(tmp_path / "y", "c.csv", "id,surname\n1,Lee\n")
    one, other = (_write(tmp_path / folder, "d.card.toml", 'linkkit_card = 1\nname = "d"\n') for folder in "xy")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CardError) as error:
        lk.catalogue(tmp_path / "x", tmp_path / "y", tmp_path / "empty", tmp_path / "none.card.toml", 7)
    text = str(error.value)
    for part in ("a.card.toml", "tral", "bogus", "b.card.toml", "the card says 3 records, the data have 1"):
        assert part in text
    assert f"{one} and {other} are both called 'd'" in text
    assert "the folder holds no card" in text
    assert "there is no such file" in text
    assert "argument 5: a Card, a Dataset or a path is needed; got int" in text


def test_a_card_given_twice_by_its_path_counts_once(tmp_path):
    path = whole("a", 5).save(tmp_path / "a.card.toml")
    assert len(lk.catalogue(path, str(path), tmp_path).cards) == 1


def test_a_folder_of_cards_and_their_data_are_read(tmp_path):
    PEOPLE.to_csv(tmp_path / "small.csv", index=False)
    card("small", path=str(tmp_path / "small.csv")).save(tmp_path / "small.card.toml")
    whole("register", 100).save(tmp_path / "register.card.toml")
    found = lk.catalogue(tmp_path)
    assert found.datasets["is_read"].tolist() == [False, True]
    assert lk.catalogue(tmp_path, read=False).datasets["is_read"].tolist() == [False, False]
    assert lk.catalogue(tmp_path / "small.csv").cards[0].name == "small"


def test_data_without_a_card_are_refused(tmp_path):
    PEOPLE.to_csv(tmp_path / "small.csv", index=False)
    with pytest.raises(CardError, match=r"no card stands beside it; write small\.card\.toml"):
        lk.catalogue(tmp_path / "small.csv")


def test_what_makes_no_sense_is_refused():
    with pytest.raises(SpecError, match="needs data cards"):
        lk.catalogue()
    with pytest.raises(SpecError, match="level must be one of"):
        lk.catalogue(Card("a"), level="persons")
    found = lk.catalogue(Card("trial"), Card("pupils"))
    with pytest.raises(SpecError, match=r"no dataset 'pupil'\. Did you mean 'pupils'"):
        found.pair("trial", "pupil")
    with pytest.raises(SpecError, match="twice"):
        found.draft("trial", "trial")


# --- coverage and permission ----------------------------------------------------------------------------------------


def _contradictions(one, other):
    return lk.catalogue(one, other, on=DAY).pair(one.name, other.name).overlap.contradictions


ALL = (Expected("b", "all"),)
EARLY, LATE = (Period(datetime.date(y, 1, 1), datetime.date(y, 12, 31)) for y in (2001, 2020))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"persons": 3000}, {"persons": 1000}, "all of its 3,000 people are in b, which holds 1,000"),
        ({"period": EARLY}, {"period": LATE}, "no day in common"),
        ({"places": ("Leeds",)}, {"places": ("Hull",)}, "no place in common (Leeds; Hull)"),
        ({"ages": (0, 5)}, {"ages": (18, 90)}, "ages do not overlap (0 to 5; 18 to 90)"),
        (
            {"ages": (3, 5), "period": LATE},
            {"ages": (3, 5), "period": EARLY},
            "no year of birth in common (2014 to 2017; 1995 to 1998)",
        ),
    ],
)
def test_contradictions_are_named(one, other, words):
    found = _contradictions(card("a", found_in=ALL, **one), card("b", **other))
    assert any(words in text for text in found)
    assert _contradictions(card("a", **one), card("b", **other)) == ()


def test_children_grow_up_between_two_periods():
    """Aged 3 to 5 in 2001 are aged 22 to 24 in 2020: no contradiction, though the ages do not overlap."""
    found = _contradictions(
        card("a", found_in=ALL, ages=(3, 5), period=EARLY), card("b", ages=(18, 30), period=LATE, places=("Leeds",))
    )
    assert [text for text in found if "ages" in text or "birth" in text] == []


def test_two_counts_of_the_same_people_must_overlap():
    found = _contradictions(
        card("a", persons=1000, found_in=(Expected("b", "some", (0.9, 1.0)),)),
        card("b", persons=2000, found_in=(Expected("a", "some", (0.05, 0.1)),)),
    )
    assert found == (
        "a expects 900 to 1,000 of its people in b; b expects 100 to 200 of its own in a: these are the same people.",
    )


def test_nobody_in_both_is_not_feasible():
    pair = lk.catalogue(whole("a", 10, found_in=(Expected("b", "none"),)), whole("b", 10), on=DAY).pair("a", "b")
    assert (pair.grade, pair.is_feasible) == ("not feasible", False)


def _pair(one, other):
    return lk.catalogue(one, other, on=DAY).pair(one.name, other.name)


def test_people_born_in_other_years_are_not_feasible_whatever_their_fields():
    one = whole("a", 1000, ages=(3, 5), period=LATE, places=("Leeds",))
    other = whole("b", 1000, ages=(40, 60), period=EARLY, places=("Hull",))
    pair = _pair(one, other)
    assert (pair.grade, pair.is_feasible) == ("not feasible", False)
    assert "Nobody can be in both" in pair.reason
    assert "no year of birth in common" in pair.reason
    with pytest.raises(PlanError, match="no year of birth"):
        lk.catalogue(one, other, on=DAY).draft("a", "b")


@pytest.mark.parametrize(("one", "other", "words"), [
    ({"period": EARLY}, {"period": LATE}, "no day in common"),
    ({"places": ("Leeds",)}, {"places": ("Hull",)}, "no place in common"),
    ({"ages": (3, 5)}, {"ages": (40, 60)}, "ages do not overlap"),
])  # fmt: skip
def test_what_has_nothing_in_common_is_doubtful_unless_a_card_says_how_many_are_in_both(one, other, words):
    pair = _pair(whole("a", 1000, **one), whole("b", 1000, **other))
    assert (pair.grade, pair.is_feasible) == ("doubtful", True)
    assert pair.reason.startswith("They may not be of the same people")
    assert words in pair.reason
    draft = lk.catalogue(whole("a", 1000, **one), whole("b", 1000, **other), on=DAY).draft("a", "b")
    assert words in draft.steps[0]
    known = whole("a", 1000, found_in=(Expected("b", "some", (0.2, 0.4)),))
    some = _pair(known.change(**one), whole("b", 1000, **other))
    assert some.grade == _pair(known, whole("b", 1000)).grade
    assert words in str(some)
    every = _pair(whole("a", 1000, found_in=ALL, **one), whole("b", 1000, **other))
    assert every.grade == "doubtful"
    assert "cannot all be true" in every.reason


def test_what_has_something_in_common_is_not_doubted():
    said = {"period": LATE, "ages": (3, 9), "places": ("Leeds", "Hull")}
    pair = _pair(whole("a", 1000, **said), whole("b", 1000, **said | {"places": ("Hull",)}))
    assert pair.grade in ("strong", "workable")
    assert pair.overlap.apart == ()


def test_a_home_is_not_put_to_a_school_by_their_postcodes():
    cohort = whole("cohort", 900, kind="cohort")
    schools = whole("schools", 60, unit="school", kind="administrative")
    pair = _pair(cohort, schools)
    assert pair.level == "school"
    assert "postcode" not in pair.fields
    assert pair.grade == "not feasible"
    assert "which school of schools a person of cohort belongs to" in pair.reason
    assert "cohort is about persons, schools about schools" in str(pair)
    assert any(text.startswith("Ask cohort and schools for urn") for text in pair.helps)
    named = {**cohort.completeness, "urn": 1.0}
    by_urn = _pair(cohort.change(completeness=named), schools.change(completeness=named))
    assert by_urn.fields == ("urn",)
    assert by_urn.grade == "strong"
    areas = schools.change(name="areas", unit="area")
    assert "postcode" in _pair(cohort, areas).fields


def test_bits_that_are_nearly_enough_are_told_apart():
    one = card("a", persons=40, completeness={"sex": 1, "place_of_birth": 0.9})
    reason = _pair(one, one.change(name="b")).reason
    assert re.search(r"tells \d+\.\d bits; \d+\.\d are needed", reason)


def test_what_is_not_stated_is_neither_permitted_nor_refused():
    pair = lk.catalogue(Card("a"), whole("b", 10), on=DAY).pair("a", "b")
    assert (pair.permission, pair.reasons) == ("not stated", ("a gives neither consent nor a lawful basis.",))


def test_a_coarser_unit_decides_the_level_and_a_finer_one_is_refused():
    schools = card("schools", unit="school", persons=900, fields={"school": "name", "postcode": "pc"})
    study = card("study", "case_study", fields={"school": "school"}, persons=12)
    found = lk.catalogue(schools, study, on=DAY).pair("schools", "study")
    assert (found.level, found.grade, found.permission) == ("school", "strong", "permitted")
    refused = lk.catalogue(schools, study, on=DAY, level="person").pair("schools", "study")
    assert refused.reasons == ("schools is about schools: it cannot be linked by person.",)


def test_two_kinds_of_one_field_are_the_same_from_both_sides():
    one = card("a", fields={"town": lk.Field("t", kind="place")})
    other = card("b", fields={"town": lk.Field("t", kind="category")})
    found = lk.catalogue(one, other, on=DAY)
    assert found.pair("a", "b").evidence == found.pair("b", "a").evidence


# --- hostile cards --------------------------------------------------------------------------------------------------

HOSTILE = '<script>alert("x")</script>\n../../evil | {{ 7 * 7 }}'


def test_hostile_words_are_shown_as_words(tmp_path):
    bad = whole(HOSTILE, 10, title=HOSTILE, owner=HOSTILE, purpose=HOSTILE, places=(HOSTILE,))
    found = lk.catalogue(bad, whole("b", 10), on=DAY)
    for page in (render_map(found), found._repr_html_(), found.checklist(HOSTILE, "b")._repr_html_()):
        assert "<script" not in page
        assert "&lt;script" in page
        assert "{{ 7 * 7 }}" in page
    assert found.save(tmp_path / "map.json").is_file()
    assert json.loads((tmp_path / "map.json").read_text("utf-8"))["datasets"][0]["dataset"] == HOSTILE


def test_no_value_of_a_person_is_in_a_map(tmp_path):
    planted = PEOPLE.assign(surname=[f"Zqplant{letter}" for letter in "abcdefgh"])
    dataset = lk.Dataset(planted, name="small", card=card("small"))
    found = lk.catalogue(dataset, whole("register", 100), on=DAY)
    found.save(tmp_path / "map.json")
    texts = [str(found), found._repr_html_(), render_map(found), (tmp_path / "map.json").read_text("utf-8")]
    texts += [str(found.draft("register", "small")), str(found.checklist("register", "small"))]
    assert not any("zqplant" in text.lower() or "2019-01-02" in text for text in texts)


def test_a_page_needs_no_network():
    page = render_map(lk.catalogue(whole("a", 10), whole("b", 10), on=DAY))
    assert "http" not in page
    assert page.count("data:image/png;base64,") == 2


def test_a_map_is_written_as_html_or_json_only(tmp_path):
    with pytest.raises(SpecError, match=r"\.html or \.json"):
        lk.catalogue(Card("a")).save(tmp_path / "map.pdf")


def test_the_day_of_the_linkage_is_a_date_or_its_text():
    cards = [
        Card("a", "trial", consent=Consent(("any",), until=datetime.date(2026, 1, 1))),
        Card("r", "administrative"),
    ]
    told = [lk.catalogue(*cards, on=on).to_dict() for on in ("2027-01-01", datetime.date(2027, 1, 1))]
    assert told[0] == told[1]
    assert lk.catalogue(*cards, on="2027-01-01").pair("a", "r").permission == "refused"
    for wrong in ("next year", "2026-02-30", 3, datetime.datetime(2027, 1, 1, 5)):
        with pytest.raises(SpecError, match=r"^on (must be|is) a day"):
            lk.catalogue(*cards, on=wrong)
