"""Data cards: read with all mistakes at once, written and read back, and what they say is held to."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.cards import (
    DATASET_KINDS,
    UNITS,
    Card,
    Consent,
    Expected,
    History,
    Period,
    Source,
    SpellColumns,
    missing_parts,
    refusals,
)
from linkkit.errors import CardError, DataError, SpecError
from linkkit.fields import Field
from linkkit.permission import permitted
from linkkit.plan._recommend import is_unique

DAY = datetime.date(2026, 1, 31)
WHOLE = Card(
    "trial", "trial", "A trial of early words", "trial.csv", id="participant_id", fields={"given_name": "first"},
    blinded=("site",), allocation="arm", outcomes=("score",), period=Period(datetime.date(2020, 1, 1), DAY),
    extracted=DAY, reporting_lag_days=30, places=("Leeds",), ages=(3, 5), population="families", records=3,
    completeness={"nhs_number": 0.5}, found_in=(Expected("administrative", "all", (0.9, 1.0)),),
    consent=Consent(("administrative",), until=DAY, column="agreed"), history=(History(("postcode",), "from"),),
    spells=SpellColumns("from"), source=Source("asked of parents"), owner="a", contact="b", access="c", purpose="d",
    benefit="e", approvals=("f",), opt_outs="g", lawful_basis="h",
)  # fmt: skip


def test_a_card_is_written_and_read_back(tmp_path):
    card = WHOLE.change(path=str(tmp_path / "trial.csv"))
    path = card.save(tmp_path / "trial.card.toml")
    read = Card.load(path)
    assert read.change(path=card.path, fields=card.fields) == card
    assert read.fields["given_name"].columns == ("first",)


SHARES = st.one_of(st.sampled_from([0, 1, 0.0, 1.0, 0.5, np.float64(1), np.int64(0)]), st.floats(0, 1))


@given(
    st.lists(st.one_of(st.integers(0, 120), st.floats(0, 120)), min_size=2, max_size=2).map(sorted),
    st.dictionaries(st.sampled_from(["surname", "postcode"]), SHARES),
    st.one_of(SHARES, st.lists(SHARES, min_size=1, max_size=2).map(sorted)),
)
def test_a_card_that_is_read_and_saved_again_stays_as_it_is(tmp_path_factory, ages, completeness, overlap):
    folder = tmp_path_factory.mktemp("card")
    card = Card("c", ages=ages, completeness=completeness, found_in=(Expected("administrative", "some", overlap),))
    first = card.save(folder / "first.card.toml")
    read = Card.load(first)
    assert read.save(folder / "again.card.toml").read_bytes() == first.read_bytes()
    assert (read.ages, read.completeness, read.found_in) == (card.ages, card.completeness, card.found_in)


def test_whole_numbers_of_a_card_are_written_as_such(tmp_path):
    written = Card("c", ages=(0.0, 18), completeness={"surname": 1.0}).save(tmp_path / "c.card.toml").read_text("utf-8")
    assert "ages = [0, 18]" in written
    assert "surname = 1\n" in written


@given(
    st.sampled_from(DATASET_KINDS), st.sampled_from(UNITS), st.text("abc é\"\\\n", max_size=6),
    st.lists(st.dates(), max_size=1), st.lists(st.sampled_from(["any", "trial", "x"]), max_size=2),
)  # fmt: skip
def test_any_card_is_read_back(tmp_path_factory, kind, unit, text, days, linkages):
    card = Card(
        "c", kind, text, unit=unit, extracted=days[0] if days else None,
        consent=Consent(tuple(linkages), until=days[0] if days else None), owner=text,
    )  # fmt: skip
    assert Card.load(card.save(tmp_path_factory.mktemp("cards") / "c.card.toml")) == card


def test_all_mistakes_of_a_file_come_at_once(tmp_path):
    path = tmp_path / "a.card.toml"
    path.write_text(
        'linkkit_card = 1\nkind = "trail"\nownr = "x"\nages = "old"\n[consent]\nlevel = "people"\n', "utf-8"
    )
    with pytest.raises(CardError) as caught:
        Card.load(path)
    told = str(caught.value)
    assert "no key 'ownr'. Did you mean 'owner'?" in told
    assert "kind must be 'trial', 'intervention'" in told
    assert "Did you mean 'trial'?" in told
    assert "ages[0] must be a number; got a text" in told
    assert "consent.level must be" in told


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"fields": {"sex": "arm"}}, "fields|sex uses the column 'arm', which is blinded"),
        ({"id": "arm"}, "id uses the column 'arm', which is blinded"),
        ({"ages": (5, 3)}, "least and the most age"),
        ({"completeness": {"sex": 1.2}}, "completeness.sex is a share"),
        ({"name": " "}, "needs a name"),
    ],
)
def test_a_card_that_contradicts_itself_is_refused(parts, said):
    with pytest.raises(SpecError, match=said):
        Card(**{"name": "t", "kind": "trial", "allocation": "arm", **parts})


def test_periods_overlap_by_days():
    period = Period(datetime.date(2020, 1, 1), datetime.date(2020, 1, 10))
    assert period.overlap(Period(datetime.date(2020, 1, 10), None)) == 1
    assert period.overlap(Period(datetime.date(2020, 1, 11), None)) == 0
    assert Period(None, DAY).overlap(Period(None, DAY)) is None
    with pytest.raises(SpecError, match="cannot end"):
        Period(DAY, datetime.date(2020, 1, 1))


def test_what_is_missing_depends_on_the_kind():
    assert missing_parts(WHOLE) == ()
    of_trial = {need.part for need in Card("t", "trial").missing()}
    of_register = {need.part for need in Card("r", "administrative").missing()}
    assert {"consent", "blinded", "allocation"} <= of_trial - of_register
    assert {"reporting_lag_days", "lawful_basis"} <= of_register - of_trial
    assert all(need.why for need in Card("t", "trial").missing())


# --- consent -----------------------------------------------------------------------------------------------------

REGISTER = Card("school register", "administrative")


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        (Consent(("school register",), until=DAY, scope="form v2"), "form v2 allows no new linkage after 2026-01-31"),
        (Consent(("hospital",), scope="form v2"), "form v2 covers linkage with hospital, not with school register"),
        (Consent(("any",), level="school", scope="form v2"), "form v2 covers linkage of schools, not of persons"),
        (Consent((), scope="form v2"), "covers linkage with no dataset"),
    ],
)
def test_a_linkage_that_consent_does_not_cover_is_refused_by_its_scope(consent, said):
    (reason,) = refusals([Card("trial", "trial", consent=consent), REGISTER], on=DAY + datetime.timedelta(1))
    assert said in reason


@pytest.mark.parametrize("linkages", [("any",), ("school register",), ("administrative",)])
def test_a_linkage_that_consent_covers_is_not_refused(linkages):
    assert refusals([Card("trial", "trial", consent=Consent(linkages, until=DAY)), REGISTER], on=DAY) == []


# --- the data beside it ------------------------------------------------------------------------------------------

PEOPLE = pd.DataFrame(
    {
        "participant_id": ["c", "a", "b"], "first": ["Ann", "Bo", "Cy"], "surname": ["Lee", "Hay", "Roe"],
        "dob": ["2001-02-03"] * 3, "agreed": ["Yes", "no", None], "arm": [0, 1, 1], "score": [1, 2, 3],
        "site": ["x"] * 3, "from": ["2020-01-01"] * 3,
    }
)  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """A trial as CSV with its card beside it."""
    PEOPLE.to_csv(tmp_path / "trial.csv", index=False)
    WHOLE.change(path=str(tmp_path / "trial.csv")).save(tmp_path / "trial.card.toml")
    return tmp_path


def test_the_card_beside_a_file_is_found(files):
    dataset = lk.Dataset(files / "trial.csv")
    assert (dataset.kind, dataset.id, dataset.blinded) == ("trial", "participant_id", ("site", "arm", "score"))
    assert set(dataset.fields) == {"given_name", "surname", "date_of_birth"}
    assert lk.Dataset(files / "trial.csv", card=False).kind == "other"


def test_a_card_stands_for_its_data(files):
    assert lk.Dataset(files / "trial.card.toml").path == str(files / "trial.csv")
    WHOLE.change(path=None).save(files / "b.card.toml")
    with pytest.raises(CardError, match="names no data"):
        lk.Dataset(files / "b.card.toml")


def test_card_and_data_that_disagree_are_told_with_everything_that_does():
    with pytest.raises(CardError) as caught:
        lk.Dataset(PEOPLE.drop(columns=["agreed", "arm"]), card=WHOLE)
    assert "consent.column names the column 'agreed', which is not there" in str(caught.value)
    assert "allocation names the column 'arm', which is not there" in str(caught.value)
    with pytest.raises(CardError, match="the card says 3 records, the data have 2"):
        lk.Dataset(PEOPLE[:2], card=WHOLE)
    with pytest.raises(CardError, match="kind= is 'survey', the card says 'trial'"):
        lk.Dataset(PEOPLE, card=WHOLE, kind="survey")


def test_a_blinded_column_is_given_to_no_step():
    dataset = lk.Dataset(PEOPLE, card=WHOLE)
    for column in ("arm", "score", "site"):
        with pytest.raises(DataError, match=f"'{column}' is blinded"):
            dataset.table_column(column)
        with pytest.raises((DataError, SpecError), match="blinded"):
            lk.Dataset(PEOPLE, card=WHOLE, fields={"sex": column})
    assert dataset.unblinded_column("arm").to_pylist() == [1, 1, 0]


def test_a_truth_may_be_blinded_but_is_no_arm():
    dataset = lk.Dataset(PEOPLE, card=WHOLE)
    assert dataset.truth_column("site").to_pylist() == ["x"] * 3
    with pytest.raises(DataError, match="'arm' is blinded"):
        dataset.truth_column("arm")


def test_a_blinded_column_that_may_be_the_arm_is_no_truth():
    """Nothing but the name of the argument says that it is one."""
    people = pd.DataFrame({"id": range(60), "surname": "Lee", "arm": [0, 1] * 30, "who": range(60)})
    with pytest.raises(DataError, match="may give the arm away: it has 2 values in 60 records"):
        lk.Dataset(people, blinded=["arm"]).truth_column("arm")
    assert len(lk.Dataset(people, blinded=["who"]).truth_column("who")) == 60
    with pytest.raises(DataError, match="does not say which column is the arm: name it, allocation"):
        lk.Dataset(people, kind="trial", blinded=["who"]).truth_column("who")
    said = Card("trial", "trial", allocation="arm", blinded=("who",))
    assert len(lk.Dataset(people, card=said).truth_column("who")) == 60


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"allocation": "arm"}, "got dict. Make one with Card"),
        (Consent(), r"got Consent. Give Card\(name, kind, consent=\.\.\.\)"),
        (["arm"], "got list"),
        (7, "got int"),
    ],
)
def test_what_is_no_card_is_refused(given, words):
    with pytest.raises(SpecError, match=words):
        lk.Dataset(PEOPLE, id="id", card=given)


def test_a_blinded_column_is_not_found_as_the_id():
    people = pd.DataFrame({"id": [1, 2], "pupil_id": [3, 4], "surname": ["Lee", "Hay"]})
    assert lk.Dataset(people, blinded=["id"]).id == "pupil_id"
    with pytest.raises(DataError, match=r"the column 'id' is blinded.*say which column identifies records, id="):
        lk.Dataset(people[["id", "surname"]], blinded=["id"])
    with pytest.raises(SpecError, match="id uses the column 'id', which is blinded"):
        lk.Dataset(people, id="id", blinded=["id"])


def register(count=40):
    names = [f"{one}{other}" for one in "abcdefgh" for other in "klmno"]
    born = [f"20{number % 17:02}-0{1 + number % 9}-1{number % 10}" for number in range(count)]
    return pd.DataFrame({"id": range(count), "first": names, "surname": names[::-1], "dob": born})


def test_who_did_not_agree_is_linked_by_no_way_and_counted():
    people = register()
    trial = people.assign(agreed=["yes", "no"] * 20, out=["y"] + [None] * 39)
    card = Card("trial", "trial", id="id", fields={"given_name": "first"},
                consent=Consent(("administrative",), column="agreed", opt_out="out"))  # fmt: skip
    held = lk.Dataset(trial, card=card)
    whole = lk.Dataset(people, card=Card("all", "administrative", fields={"given_name": "first"}))
    lk.profile(held)
    run = lk.link(held, whole, plan=lk.Plan(accept="all"), progress=False)
    assert len(run.datasets[0]) == 19
    assert run.datasets[0].left_out == (("no consent to linkage", 20), ("opted out", 1))
    assert set(run.links["left_id"]) <= set(range(2, 40, 2))
    by_key = lk.pipelines.matchkeys("forename + surname + dob").link(held, whole).links
    assert set(by_key["left_id"]) <= set(range(2, 40, 2))
    assert len(by_key) > 15


def test_nobody_who_agreed_is_an_error_with_the_way_to_mend_it():
    card = WHOLE.change(consent=Consent(("any",), column="agreed", agreed=("ja",)))
    with pytest.raises(DataError, match=r"none of 3 records may be linked.*consent\.agreed"):
        lk.link(lk.Dataset(PEOPLE, card=card), lk.Dataset(PEOPLE, name="b", card=False), progress=False)


def test_an_expired_consent_stops_a_linkage_before_any_work():
    card = Card("trial", "trial", consent=Consent(("any",), until=datetime.date(2001, 1, 1), scope="form v1"))
    with pytest.raises(CardError, match="form v1 allows no new linkage after 2001-01-01"):
        lk.link(lk.Dataset(PEOPLE, card=card), lk.Dataset(PEOPLE, name="b"), progress=False)


# --- what a card changes in a linkage and its report --------------------------------------------------------------


@pytest.fixture(scope="module")
def linked():
    """A trial and a register whose cards say more than the data can know."""
    trial, whole = lk.synth.sample()
    left = lk.Dataset(trial.frame.assign(agreed=["no"] * 9 + ["yes"] * (len(trial.frame) - 9)), card=Card(
        "trial", "trial", id="participant_id", allocation="arm", population="families of Leeds",
        consent=Consent(("any",), column="agreed"), found_in=(Expected("administrative", "some", (0.1, 0.2)),),
    ))  # fmt: skip
    right = lk.Dataset(whole.frame, card=Card("register", "administrative", id="pupil_id"))
    return lk.link(left, right, progress=False)


def test_more_links_than_the_card_expects_are_told(linked):
    finding = linked.diagnosis["unexpected_overlap"]
    assert "expects 10% to 20%" in finding.explanation
    assert finding.severity == "warning"


def test_the_report_says_what_the_card_says_and_what_it_does_not(linked, tmp_path):
    page = linked.report(tmp_path / "a.html").read_text("utf-8")
    for text in ("families of Leeds", "no consent to linkage", "What the data card does not say", "any, by person"):
        assert text in page
    linked.save(tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert record["datasets"][0]["left_out"] == [{"reason": "no consent to linkage", "records": 9}]


def test_attendances_are_not_taken_for_persons():
    people = lk.synth.people(400, seed=3)
    programme = people.intervention(coverage=0.5, spells=1)
    plain = lk.Dataset(programme.frame, name="p", id="attendance_id")
    card = Card("p", "intervention", id="attendance_id", person="client_ref", spells=SpellColumns("start_date"))
    held = lk.Dataset(programme.frame, card=card)
    for dataset, unique in ((plain, True), (held, False)):
        records = lk.Records([lk.prepare.prepare(dataset), lk.prepare.prepare(people.register().dataset())])
        assert is_unique(records, 0) is unique


MIDNIGHT = datetime.datetime(2026, 1, 31)


@pytest.mark.parametrize(
    "said",
    [DAY, MIDNIGHT, pd.Timestamp(DAY), np.datetime64("2026-01-31"), np.datetime64("2026-01-31T00:00"), "2026-01-31"],
)
def test_a_day_is_one_however_it_is_said(said):
    assert Consent(("any",), until=said) == Consent(("any",), until=DAY)
    assert type(Consent(until=said).until) is datetime.date
    assert Period(said, said) == Period(DAY, DAY)
    assert Card("x", extracted=said) == Card("x", extracted=DAY)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Consent(until=pd.Timestamp("2026-01-31 12:00")), "consent.until must be a day without a time of day"),
        (lambda: Consent(until=pd.NaT), "consent.until must be a day without a time of day"),
        (lambda: Consent(until="31/01/2026"), "consent.until must be a day, .* got a text"),
        (lambda: Consent(until="2026-02-30"), "consent.until is a day that no calendar has"),
        (lambda: Consent(agreed=(1,)), r"consent.agreed\[0\] must be a text; got int"),
        (lambda: Consent(linkages=None), "consent.linkages must be a list; got nothing"),
        (lambda: Consent(column=3), "consent.column must be a text; got int"),
        (lambda: Period(start=2019), "period.start must be a day"),
        (lambda: Expected("register", "all", "0.9"), "found_in.overlap must be a number, or the least and the most"),
        (lambda: Expected("register", ["all"]), "found_in.share must be a text"),
        (lambda: History("postcode", None), "history.start must be a text; got nothing"),
        (lambda: SpellColumns(1), "spells.start must be a text"),
        (lambda: Source(how=1), "source.how must be a text"),
        (lambda: Card("x", records="5"), "records must be a whole number; got a text"),
        (lambda: Card("x", records=5.5), "records must be a whole number; got float"),
        (lambda: Card("x", records=-1), "records cannot be below 0"),
        (lambda: Card("x", found_in="administrative"), "found_in must be Expected; got a text|found_in.*got a text"),
        (lambda: Card("x", consent="yes"), "consent must be Consent; got a text"),
        (lambda: Card("x", period=(DAY, DAY)), "period must be Period; got tuple"),
        (lambda: Card("x", ages=("3", 5)), r"ages\[0\] must be a number; got a text"),
        (lambda: Card("x", ages=(3, float("nan"))), r"ages\[1\] must be a number"),
        (lambda: Card("x", completeness={"sex": "1"}), "completeness.sex must be a number; got a text"),
        (lambda: Card("x", fields={"sex": 3}), "fields.sex must be a column, a list of columns, a Field or None"),
        (lambda: Card("x", fields=["sex"]), "fields must be a table; got list"),
        (lambda: Card("x", kind=["trial"]), "kind must be a text"),
        (lambda: Card(7), "name must be a text; got int"),
    ],
)
def test_a_part_of_another_type_is_refused_when_the_card_is_made(make, words):
    with pytest.raises(SpecError, match=words):
        make()


def test_every_mistake_of_a_card_is_told_at_once(tmp_path):
    with pytest.raises(SpecError, match=r"kind must be one of .* ages are the least.*reporting_lag_days cannot be"):
        Card("x", "trail", ages=(5, 3), reporting_lag_days=-1)
    path = tmp_path / "x.card.toml"
    path.write_text(
        'linkkit_card = 1\nkind = "trail"\nages = [5, 3]\nrecords = "many"\nreporting_lag_days = -1\nowners = "me"\n'
        'fields = { sex = 3 }\n[consent]\nlevel = "pupil"\n'
    )
    with pytest.raises(CardError) as caught:
        Card.load(path)
    told = caught.value.mistakes
    for part in (
        "kind must be",
        "ages are",
        "records must",
        "reporting_lag_days",
        "'owners'",
        "fields.sex",
        "consent.level",
    ):
        assert sum(part in one for one in told) == 1, part
    assert len(told) == 7


def test_a_loaded_card_equals_the_one_that_was_saved(tmp_path):
    fields = {"surname": "s", "date_of_birth": ["d", "m", "y"], "sex": None, "code": Field("c", "identifier")}
    card = Card("x", fields=fields, ages=(3, 5), consent=Consent("any", agreed="Signed", until="2026-01-31"))
    assert Card.load(card.save(tmp_path / "x.card.toml")) == card
    assert card.fields["surname"] == Field("s", "surname")


def test_a_consent_may_name_a_dataset_or_its_card():
    """A linkage and a map say the same of it."""
    people = pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Hay"]})
    for covered, is_refused in (("npd", False), ("npd extract 7", False), ("hes", True)):
        trial = lk.Dataset(people, card=Card("trial", "trial", consent=Consent((covered,))))
        npd = lk.Dataset(people, name="npd extract 7", card=Card("npd", "administrative", lawful_basis="x"))
        pair = lk.catalogue(trial, npd, on=DAY).pair("trial", "npd extract 7")
        assert pair.is_permitted is not is_refused
        if is_refused:
            with pytest.raises(CardError, match="covers linkage with hes, not with npd"):
                permitted([trial, npd], on=DAY)
        else:
            assert permitted([trial, npd], on=DAY) == (trial, npd)


def test_two_cards_with_one_name_are_told_by_their_files(tmp_path):
    people = pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Hay"]})
    for stem in ("a", "b"):
        people.to_csv(tmp_path / f"{stem}.csv", index=False)
        Card("register", "administrative", id="id").save(tmp_path / f"{stem}.card.toml")
    with pytest.raises(DataError, match=r"the name 'register' \(.*a.csv and .*b.csv\).*in its data card"):
        lk.link(lk.Dataset(tmp_path / "a.csv"), lk.Dataset(tmp_path / "b.csv"), progress=False)
