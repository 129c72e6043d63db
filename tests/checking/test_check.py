"""A card against its data: each disagreement is found with its rows, and a card that agrees has none."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit.cards import NEEDS, Card, Consent, Expected, Period, SpellColumns
from linkkit.checking import check, check_card
from linkkit.errors import SpecError

START, END = datetime.date(2020, 1, 1), datetime.date(2021, 12, 31)
PEOPLE = pd.DataFrame(
    {
        "id": [4, 3, 2, 1],
        "dob": ["2016-03-01", "2017-02-03", "2016-12-24", "2017-08-09"],
        "seen": ["2020-01-01", "2021-12-31", "2021-01-01", "2020-06-01"],
        "left": ["2020-02-01", None, "2021-02-01", "2020-06-01"],
        "agreed": ["yes", "No", "YES", "yes"],
        "who": ["a", "b", "c", "a"],
    }
)
CARD = Card(
    "visits", "intervention", id="id", period=Period(START, END, "seen"), ages=(2, 5),
    extracted=datetime.date(2022, 1, 31), person="who", persons=3, records=4,
    spells=SpellColumns("seen", "left"), completeness={"date_of_birth": 1}, consent=Consent(("any",), column="agreed"),
)  # fmt: skip


def found(frame, card=CARD, **parts):
    return check(lk.Dataset(frame, card=card.change(**parts)))


def about_data(findings):
    return [one for one in findings if not one.name.startswith("missing_")]


def test_a_card_that_agrees_has_no_finding_about_its_data():
    assert about_data(found(PEOPLE)) == []


@pytest.mark.parametrize(
    ("column", "row", "value", "name", "words"),
    [
        ("seen", 0, "2019-12-31", "outside_period", "outside the period (2020-01-01 to 2021-12-31), by 'seen': row 1."),
        ("seen", 2, "31/02/2021", "dates_impossible_date", "(period.column), impossible date: row 3."),
        ("dob", 1, "2010-02-03", "outside_ages", "1 of 4 records is of people outside the ages 2 to 5: row 2."),
        ("dob", 3, "2022-02-01", "born_after_extract", "a date of birth after the extract (2022-01-31): row 4."),
        ("left", 0, "2019-12-30", "spells_end_before_start", "1 record ends ('left') before the start ('seen'): row 1"),
        ("seen", 3, None, "spells_without_start", "1 of 4 records has no start ('seen'): row 4."),
        ("who", 3, "d", "persons_differ", "The card says 3 persons, 'who' has 4."),
        ("who", 1, None, "records_without_person", "1 of 4 records have no value in 'who' (person):"),
        ("dob", 0, None, "completeness_differs", "date_of_birth is 100% complete, the data have 75%."),
        ("agreed", 2, "perhaps", "unclear_answers", "1 of 4 records have an answer in 'agreed' (consent.column) that"),
        ("agreed", 2, None, "no_answer", "no answer in 'agreed' (consent.column); it is taken as no."),
    ],
)  # fmt: skip
def test_each_disagreement_is_found_with_its_rows(column, row, value, name, words):
    frame = PEOPLE.copy()
    frame.loc[row, column] = value
    findings = found(frame)
    assert any(one.name == name and words in one.what for one in findings), str(findings)


def test_a_stated_field_that_is_not_there_is_found():
    findings = found(PEOPLE, completeness={"date_of_brith": 1.0})
    assert "Did you mean 'date_of_birth'" in findings["field_not_there"].what


def test_more_persons_than_records_cannot_be():
    assert (
        "The card says 9 persons, the data have 4 records."
        in found(PEOPLE, person=None, persons=9)["persons_differ"].what
    )


def test_columns_of_no_dates_are_told_and_break_nothing():
    findings = found(PEOPLE.assign(seen="soon", dob="early"))
    assert "dates_not_a_date" in findings


def test_a_blinded_column_is_not_looked_at():
    findings = found(PEOPLE.assign(seen="2001-01-01"), blinded=("seen",), consent=None)
    assert "outside_period" not in findings
    assert "blinded" in findings["blinded_column"].what


def test_dates_that_could_be_either_way_round_are_told_with_their_rows():
    """Start and end decide it together; 05/05 is one date both ways."""
    seen, left = ["01/02/2020", "05/05/2021", "01/02/2021", "03/06/2020"], ["02/02/2020", None, "01/03/2021", None]
    either = found(PEOPLE.assign(seen=seen, left=left), period=None)
    told = [one for one in either if one.name == "order_of_dates"]
    assert [one.severity for one in told] == ["note", "note"]
    assert told[0].what == (
        "3 of 4 records have dates in 'seen' (spells.start) that could be day or month first, and no value shows "
        "which: rows 1, 3, 4."
    )
    assert told[1].what.startswith("1 of 4 records has a date in 'left' (spells.end)")
    assert "day_first=False" in told[0].do
    shown = found(PEOPLE.assign(seen=seen, left=["02/02/2020", "13/05/2021", None, None]), period=None)
    assert "order_of_dates" not in shown
    month_first = found(PEOPLE.assign(seen=seen, left=["02/02/2020", "05/13/2021", None, None]), period=None)
    assert "order_of_dates" not in month_first
    born = found(PEOPLE.assign(dob=["01/03/2016", "02/03/2017", "11/12/2016", "09/08/2017"]))["order_of_dates"]
    assert "prepare.Date('date_of_birth', day_first=False)" in born.do


@pytest.mark.parametrize(
    ("days", "count", "severity"),
    [([None] * 4, 4, "warning"), (["2020", "2021", "1999", "2020-03"], 4, "warning"),
     (["2020-01-01", None, "2021", "2021-02-03"], 2, "note")],
)  # fmt: skip
def test_days_that_are_missing_or_only_years_are_said_not_to_be_looked_at(days, count, severity):
    one = found(PEOPLE.assign(seen=days), spells=None, extracted=None)["period_not_looked_at"]
    assert one.severity == severity
    assert one.what.startswith(f"{count} of 4 records have no day in 'seen'")
    born = found(PEOPLE.assign(dob=[None, "2017", "2016-12-24", "2017-08-09"]), completeness={})["ages_not_looked_at"]
    assert born.what.startswith("2 of 4 records have no date of birth")
    assert "period_not_looked_at" not in found(PEOPLE)
    assert "ages_not_looked_at" not in found(PEOPLE)


def test_ages_without_a_day_of_each_record_are_those_of_the_period():
    """Born in March 2016, aged 3 to 5 in 2020 and 2021: inside 2 to 5, outside 2 to 2."""
    assert about_data(found(PEOPLE, period=Period(START, END))) == []
    assert found(PEOPLE, period=Period(START, END), ages=(2, 2))["outside_ages"].what.endswith("rows 1 and 3.") or (
        "rows 1, 3" in found(PEOPLE, period=Period(START, END), ages=(2, 2))["outside_ages"].what
    )


def test_identifiers_that_are_none_are_counted_and_another_kind_is_refused():
    numbers = lk.prepare.uk.nhs_number.synthetic(3)
    card = CARD.change(fields={"nhs_number": "number"})
    few = found(PEOPLE.assign(number=[*numbers, "9990000019"]), card)
    assert "no valid nhs_number, wrong check digit: row 4." in few["wrong_identifiers"].what
    chi = found(PEOPLE.assign(number=["0101701234", "0101011231", "0202025556", "3112991232"]), card)
    assert chi["other_identifier"].severity == "serious"
    assert "9990000019" not in str(few)


@pytest.mark.parametrize(("field", "kind", "values"), [
    ("nhs_number", "identifier", ["4010232137", "0211165794", "4505577104", "9434765919"]),
    ("nhs_number", "identifier", ["0211165794"] * 3 + ["4010232137"]),
    ("chi_number", "identifier", ["0211165794", "4010232137", "0211165793", None]),
    ("upn", "identifier", ["B801200005001", "B801200005002", "4010232137", "B801200005001"]),
    ("uprn", "identifier", ["100021066407", "12", "x", "100021066407"]),
    ("urn", "identifier", ["100000", "12", "100001", "x"]),
    ("ods_code", "identifier", ["A81001", "12", "RAE", "A81002"]),
    ("uprn", "place", ["100021066407", "12", "x", "100021066407"]),
    ("urn", "category", ["100000", "12", "100001", "x"]),
    ("urn", "category", ["RH802", "RAE", "A81001", "100001"]),
    ("ods_code", "category", ["A81001", "12", "RAE", "A81002"]),
    ("ods_code", "category", ["A81001", "RAE", "4010232137", "LS1 4AP"]),
    ("ods_code", "category", ["LS1 4AP", "LS2 9JT", "M13 9PL", None]),
    ("postcode", "postcode", ["LS1 4AP", "401 023 2137", "LS2 9JT", "n/a"]),
    ("postcode", "postcode", ["4010232137", "4505577104", "9434765919", "LS1 4AP"]),
    ("postcode", "postcode", ["00501", "4010232137", "00501", "10001"]),
])  # fmt: skip
def test_what_is_told_of_identifiers_is_what_a_linkage_tells(field, kind, values):
    """The same values, the same outcome, the same mend; and told as missing is what preparation makes so."""
    table = PEOPLE.assign(held=values)
    dataset = lk.Dataset(table, card=CARD.change(fields={field: lk.Field("held", kind)}))
    told = [one for one in check(dataset) if one.name == "other_identifier"]
    done = [one for one in lk.prepare.prepare(dataset).preparation if one.field == field]
    doubts = [doubt for change in done for doubt in change.doubts]
    # Where there are dates of birth, how many agree with CHI numbers is told beside.
    assert len(told) == len(doubts)
    assert all(one.what.startswith(doubt.explanation[:-1]) for one, doubt in zip(told, doubts, strict=True))
    assert [one.do for one in told] == [one.mend for one in doubts]
    wrong = [one for one in check(dataset) if one.name == "wrong_identifiers"]
    counted = sum(int(one.what.split(" of ")[0]) for one in wrong)
    lost = {reason: count for change in done for reason, count in change.reasons.items()}
    if kind != "postcode":
        assert counted == sum(
            n for reason, n in lost.items() if reason != "placeholder" and not reason.startswith("is a")
        )
    assert told or wrong
    assert not any(str(value) in str(check(dataset)) for value in values if value and len(value) > 3)


def test_codes_of_organisations_are_checked_by_what_the_card_says_of_the_column():
    """A card names the column, without a kind: the field has that of its name."""
    held = ["A81001", "12", "4010232137", "4505577104"]
    findings = found(PEOPLE.assign(org=held), CARD.change(fields={"ods_code": "org"}))
    wrong = findings["wrong_identifiers"]
    assert "1 of 4 records have no valid ods_code, not three to twelve letters and digits: row 2." in wrong.what
    other = findings["other_identifier"]
    assert "2 of 4 records that hold the field 'ods_code' (column 'org') hold an NHS number" in other.what
    assert "(rows 3, 4)" in other.what
    assert other.do == 'Move them to their own field, prepare.uk.split_identifiers(dataset, "ods_code").'


def test_chi_numbers_that_a_linkage_keeps_are_not_said_to_become_missing():
    table = PEOPLE.assign(held=["4010232137", "0211165794", "4505577104", "9434765919"])
    dataset = lk.Dataset(table, card=CARD.change(fields={"nhs_number": "held"}))
    assert lk.prepare.prepare(dataset).encoded("nhs_number").codes.min() > 0
    [one] = [one for one in check(dataset) if "identifier" in one.name]
    assert "kept" in one.what
    assert "split_identifiers" in one.do
    assert "missing" not in str(one)


def test_names_that_no_dataset_has_are_found():
    trial = Card("trial", "trial", found_in=(Expected("registr", "all"), Expected("survey", "some")))
    findings = check_card(trial, among=(trial, Card("register", "administrative")))
    told = [one for one in findings if one.name == "unknown_dataset"]
    assert [one.severity for one in told] == ["warning", "note"]
    assert "Did you mean 'register'" in told[0].do
    assert "unknown_dataset" not in check_card(trial)


@given(st.sampled_from([need for need in NEEDS]))
def test_every_need_says_why(need):
    kind = need.kinds[0] if need.kinds else "administrative"
    finding = check_card(Card("x", kind))[f"missing_{need.part}"]
    assert finding.why == need.why
    assert need.part in finding.do


@given(st.lists(st.tuples(st.integers(-400, 1200), st.integers(-50, 90)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=40)
def test_rows_are_those_that_a_plain_loop_finds(drawn):
    first = datetime.date(2020, 1, 1)
    days = [first + datetime.timedelta(start) for start, _ in drawn]
    ends = [day + datetime.timedelta(length) for day, (_, length) in zip(days, drawn, strict=True)]
    frame = pd.DataFrame({"id": range(len(drawn), 0, -1), "seen": map(str, days), "left": map(str, ends)})
    card = Card("v", period=Period(START, END, "seen"), spells=SpellColumns("seen", "left"))
    findings = check(lk.Dataset(frame, card=card))
    outside = sum(not START <= day <= END for day in days)
    turned = [row for row, (_, length) in enumerate(drawn, 1) if length < 0]
    assert ("outside_period" in findings) == (outside > 0)
    assert ("spells_end_before_start" in findings) == bool(turned)
    if outside:
        assert findings["outside_period"].what.startswith(f"{outside} of {len(drawn)} record")
    if turned:
        assert str(turned[0]) in findings["spells_end_before_start"].what.split(":")[1]


def test_no_value_is_told():
    frame = PEOPLE.assign(agreed="zqplant", seen="zqplant", dob="zqplant", left="zqplant")
    findings = found(frame)
    assert "zqplant" not in str(findings) + findings._repr_html_() + repr(findings)


def test_answers_about_an_opt_out_are_told_by_what_they_lead_to():
    card = CARD.change(consent=Consent(("any",), column="agreed", opt_out="out"))
    told = found(PEOPLE.assign(out=["opted out", "2021-02-03", "perhaps", None]), card)
    (unclear,) = [one for one in told if one.name == "unclear_answers"]
    assert "1 of 4 records have an answer in 'out' (consent.opt_out)" in unclear.what
    assert "it is taken as opted out" in unclear.what
    assert "consent.not_opted_out" in unclear.do
    assert "1 of 4 records have no answer in 'out' (consent.opt_out); it is taken as not opted out." in str(told)
    assert "perhaps" not in str(told)


def test_persons_of_whom_records_say_different_things_are_counted():
    """Rows 1 and 4 are one person: yes and no."""
    asked = Consent(("any",), column="agreed", opt_out="out")
    card = CARD.change(consent=asked)
    frame = PEOPLE.assign(agreed=["yes", "No", "YES", "no"], out=[None, "no", "no", "yes"])
    mixed = [one for one in found(frame, card) if one.name == "mixed_answers"]
    assert [one.what for one in mixed] == [
        f"1 person has records that say different things in {column!r} ({place}), 2 in all: rows 1, 4."
        for column, place in (("agreed", "consent.column"), ("out", "consent.opt_out"))
    ]
    alike = found(PEOPLE.assign(agreed=["yes", "no", "yes", None], out="no"), card)
    assert "mixed_answers" not in alike
    assert "mixed_answers" not in found(PEOPLE, card.change(person=None, consent=Consent(("any",), column="agreed")))


def test_what_is_no_dataset_is_refused():
    with pytest.raises(SpecError, match=r"Datasets are wanted; number 1 is DataFrame.*linkkit\.Dataset\(table"):
        lk.check(pd.DataFrame({"id": [1]}))
