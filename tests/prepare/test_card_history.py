"""Earlier values that a card names: read beside it, compared in a linkage, and refused where they cannot be right."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.cards import Card, History, SpellColumns
from linkkit.checking import check
from linkkit.errors import CardError, DataError
from linkkit.loading import load_run
from linkkit.prepare import with_card_histories, with_card_history, with_history

PUPILS = pd.DataFrame({"id": ["p1", "p2", "p3"], "surname": "Lee", "pcode": ["LS1 4AP", "LS2 9JT", "LS3 1AA"]})
MOVES = pd.DataFrame(
    {
        "id": ["p1", "p1", "p2"],
        "pcode": ["ls62ab", "LS1 4AP", "LS2 9JT"],
        "since": ["2015-01-01", "2019-05-01", "2014-09-01"],
        "until": ["2019-04-30", None, None],
    }
)
VISITS = pd.DataFrame({"id": [1, 2], "surname": "Lee", "postcode": ["LS6 2AB", "LS3 1AA"]})
HELD = History(("postcode",), "since", "until", path="moves.csv")


@pytest.fixture
def pupils(tmp_path):
    """A maker of the dataset with a history: its table, and other parts of what the card says of it."""

    def made(moves=MOVES, one=HELD, frame=PUPILS, **parts):
        if moves is not None:
            moves.to_csv(tmp_path / "moves.csv", index=False)
        path = None if one.path is None else str(tmp_path / one.path)
        said = History(one.fields, one.start, one.end, path, one.id)
        fields = {"postcode": "pcode"}
        return lk.Dataset(frame, card=Card("pupils", "administrative", fields=fields, history=(said,), **parts))

    return made


def versions(dataset):
    return dataset.to_pandas()["postcode_history"].tolist()


def test_the_file_that_a_card_names_is_read_as_if_it_were_given(pupils):
    held = with_card_history(pupils())
    given_table = with_history(
        pupils(), MOVES, id="id", fields={"postcode": "pcode"}, start="since", end="until"
    )  # fmt: skip
    assert versions(held) == versions(given_table)
    assert versions(held)[0] == ["LS1 4AP @ 2019-05-01/..", "LS6 2AB @ 2015-01-01/2019-04-30"]
    assert with_card_history(held) is held


@pytest.mark.parametrize("column", ["pcode", "postcode", "Post Code"])
def test_the_column_of_a_field_is_found_by_its_name(pupils, column):
    assert versions(with_card_history(pupils(MOVES.rename(columns={"pcode": column}))))[0][1].startswith("LS6 2AB")


def test_another_dataset_gets_versions_of_its_own(pupils):
    visits = lk.Dataset(VISITS, name="visits")
    one, other = with_card_histories([pupils(), visits])
    assert versions(other) == [["LS6 2AB @ ../.."], ["LS3 1AA @ ../.."]]
    assert len(versions(one)[0]) == 2
    nothing = lk.Dataset(VISITS.drop(columns="postcode"), name="visits")
    assert "postcode_history" not in with_card_histories([pupils(), nothing])[0].fields
    assert "postcode_history" not in with_card_histories([pupils(), visits], wanted=("surname",))[0].fields


def test_rows_of_the_data_are_versions_themselves():
    frame = PUPILS.assign(since=["2019-01-01", "2018-02-03", "2020-05-06"], until=["2019-02-01", None, None])
    card = Card("pupils", fields={"postcode": "pcode"}, history=(History(("postcode",), "since", "until"),))
    held = lk.Dataset(frame[::-1], card=card)
    assert versions(with_card_history(held))[0] == ["LS1 4AP @ 2019-01-01/2019-02-01"]
    some = held.restricted(np.array([True, False, True]), "elsewhere")
    assert versions(with_card_history(some)) == [versions(with_card_history(held))[row] for row in (0, 2)]
    turned = lk.Dataset(frame.assign(until=["2019-02-01", None, "2020-05-05"])[::-1], card=card)
    with pytest.raises(DataError, match=r"1 of 3 versions of its history end before they start \(row 1\)"):
        with_card_history(turned)
    assert "row 1." in check(turned)["history_ends_before_start"].what


@given(st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(0, 20)), min_size=1, max_size=12))
def test_without_a_last_day_a_version_holds_until_the_next_starts(drawn):
    """Against a plain loop: the last day is the one before the next start of the same record."""
    first = datetime.date(2015, 1, 1).toordinal()
    rows = [(f"p{who + 1}", None if day is None else first + day) for who, day in drawn]
    texts = [None if day is None else datetime.date.fromordinal(day).isoformat() for _, day in rows]
    table = pd.DataFrame({"id": [who for who, _ in rows], "since": pd.array(texts, "string"), "pcode": "LS6 2AB"})
    held = lk.Dataset(PUPILS, name="pupils", fields={"postcode": "pcode"})
    made = with_history(held, table, id="id", fields={"postcode": "pcode"}, start="since", end=None)
    for place, who in enumerate(PUPILS["id"]):
        starts = sorted({-1 if day is None else day for one, day in rows if one == who})
        wanted = set()
        if not starts:
            continue
        for start, after in zip(starts, [*starts[1:], None], strict=True):
            since = ".." if start < 0 else datetime.date.fromordinal(start).isoformat()
            wanted.add(f"{since}/{'..' if after is None else datetime.date.fromordinal(after - 1).isoformat()}")
        assert {text.split(" @ ")[1] for text in versions(made)[place]} == wanted


WRONG = [
    (None, HELD, "there is no file '.*moves.csv'"),
    (MOVES.rename(columns={"since": "sinse"}), HELD, r"history\[0\].start: 'moves.csv' has no column 'since'. Did you"),
    (MOVES.rename(columns={"id": "pupil"}), HELD, r"history\[0\].id: 'moves.csv' has no column 'id'"),
    (MOVES.rename(columns={"pcode": "x"}), HELD, r"history\[0\].fields: 'moves.csv' has no column of postcode"),
    (MOVES, History(("postcod",), "since", path="moves.csv"), "the data have no field 'postcod'. Did you mean 'postc"),
    (MOVES, History(("postcode",), "since", path="moves.txt"), "there is no file '.*moves.txt'"),
]


@pytest.mark.parametrize(("moves", "one", "words"), WRONG)
def test_a_history_that_cannot_be_read_is_refused_in_a_linkage_and_told_by_a_check(pupils, moves, one, words):
    held = pupils(moves, one)
    with pytest.raises(CardError, match=words):
        with_card_history(held)
    if one.fields == HELD.fields:
        with pytest.raises(CardError, match=words):
            lk.link(held, lk.Dataset(VISITS, name="visits"), progress=False)
    assert check(held)["history_unusable"].severity == "serious"


def test_every_column_that_is_not_there_is_told_at_once(pupils):
    with pytest.raises(CardError) as caught:
        with_card_history(pupils(MOVES[["until"]]))
    assert len(caught.value.mistakes) == 3


def test_wrong_rows_are_refused_with_their_numbers_and_told_by_a_check(pupils):
    turned = pupils(MOVES.assign(until=["2019-04-30", "2018-01-01", None]))
    with pytest.raises(DataError, match=r"1 of 3 versions of its history end before they start \(row 2\)"):
        lk.link(turned, lk.Dataset(VISITS, name="visits"), progress=False)
    assert check(turned)["history_ends_before_start"].what.endswith("1 of 3 versions end before they start: row 2.")
    strangers = pupils(MOVES.assign(id="zqplant"))
    with pytest.raises(DataError, match="none of the 3 rows of its history has an id"):
        lk.link(strangers, lk.Dataset(VISITS, name="visits"), progress=False)
    assert "none of the 3 rows" in check(strangers)["history_unusable"].what
    found = check(pupils(MOVES.assign(id=["p1", "p9", "p2"], since=["31/02/2015", "zqplant", "2014-09-01"])))
    assert found["history_of_no_record"].what == "history[0]: 1 of 3 versions are of no record of the data."
    assert {one.name for one in found if "row" in one.what} == {"history_days"}
    assert "zqplant" not in str(found)


def test_a_history_that_is_right_has_no_finding(pupils):
    assert not [one for one in check(pupils()) if one.name.startswith("history")]


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """Two registers two years apart, few fields, and where the people of the later one lived before."""
    folder = tmp_path_factory.mktemp("moved")
    people = lk.synth.people(4_000, seed=5, movers=0.5, history_years=8.0)
    earlier = people.register(name="earlier", on=datetime.date(2019, 9, 1))
    now = people.register(name="now")
    both = now.truth.merge(earlier.truth, on="person_id", suffixes=("_now", "_earlier"))
    codes = earlier.frame.set_index("pupil_id")["postcode"]
    moves = pd.DataFrame({"pupil_id": both["record_id_now"], "postcode": codes.loc[both["record_id_earlier"]].values})
    moves.assign(since="2012-01-01", until="2021-12-31").to_csv(folder / "moves.csv", index=False)
    columns = ["pupil_id", "forename", "dob", "gender", "postcode"]
    earlier.frame[columns].to_csv(folder / "earlier.csv", index=False)
    now.frame[columns].to_csv(folder / "now.csv", index=False)
    said = History(("postcode",), "since", "until", str(folder / "moves.csv"))
    Card("now", "administrative", id="pupil_id", history=(said,)).save(folder / "now.card.toml")
    return folder, set(zip(both["record_id_earlier"], both["record_id_now"], strict=True))


def linked(folder, plan=None, **now):
    earlier = lk.Dataset(folder / "earlier.csv", id="pupil_id")
    return lk.link(earlier, lk.Dataset(folder / "now.csv", id="pupil_id", **now), plan=plan, progress=False)


def test_a_linkage_uses_the_earlier_values_and_finds_more(moved, tmp_path):
    folder, truth = moved
    with_it, without = linked(folder), linked(folder, card=False)
    assert "postcode_history" in [one.name for one in with_it.plan.compare]
    assert "postcode_history" not in [one.name for one in without.plan.compare]
    rates = [
        len(truth & set(zip(run.links["left_id"], run.links["right_id"], strict=True))) for run in (with_it, without)
    ]
    assert rates[0] > rates[1]
    assert any(change.field == "postcode_history" for change in with_it.datasets[1].preparation)


def test_a_plan_that_says_what_is_compared_is_left_alone(moved):
    run = linked(moved[0], lk.Plan(compare=linked(moved[0], card=False).plan.compare))
    assert "postcode_history" not in run.datasets[1].fields


def test_a_saved_run_and_an_update_read_the_history_again(moved, tmp_path):
    folder, _ = moved
    run = linked(folder)
    saved = run.save(tmp_path / "out")
    assert load_run(saved, progress=False).links.equals(run.links)
    first = lk.dedupe(lk.Dataset(folder / "now.csv", id="pupil_id"), progress=False)
    updated = lk.update(first, lk.Dataset(folder / "earlier.csv", id="pupil_id"), progress=False)
    assert updated.datasets[1].holds_sets("postcode_history")
    again = load_run(updated.save(tmp_path / "updated"), progress=False)
    assert again.clusters.equals(updated.clusters)


def test_a_history_that_changed_since_a_run_is_refused(moved, tmp_path):
    folder, _ = moved
    copy = tmp_path / "data"
    copy.mkdir()
    for name in ("now.csv", "earlier.csv", "moves.csv", "now.card.toml"):
        (copy / name).write_bytes((folder / name).read_bytes())
    text = (copy / "now.card.toml").read_text()
    (copy / "now.card.toml").write_text(text.replace((folder / "moves.csv").as_posix(), "moves.csv"))
    saved = linked(copy).save(tmp_path / "out")
    (copy / "moves.csv").write_text("pupil_id,postcode,since,until\n")
    with pytest.raises(DataError, match=r"now: the file '.*moves.csv' has changed since the run"):
        load_run(saved, progress=False)
    (copy / "moves.csv").unlink()
    with pytest.raises(DataError, match=r"now: there is no file '.*moves.csv' any more"):
        load_run(saved, progress=False)


def test_a_spine_compares_and_keeps_earlier_values(moved):
    folder, _ = moved
    made = lk.pipelines.spine().run(
        lk.Dataset(folder / "earlier.csv", id="pupil_id"), lk.Dataset(folder / "now.csv", id="pupil_id"), progress=False
    )
    assert "postcode_history" in [one.name for one in made.linkage.plan.compare]


def test_a_programme_is_compared_with_the_earlier_values_of_a_register(tmp_path):
    people = lk.synth.people(600, seed=5, movers=0.5, history_years=8.0)
    programme, register = people.intervention(coverage=0.4), people.register()
    register.frame[["pupil_id", "postcode"]].assign(since="2012-01-01").to_csv(tmp_path / "moves.csv", index=False)
    said = History(("postcode",), "since", path=str(tmp_path / "moves.csv"))
    attended = Card(
        "programme", "intervention", id="attendance_id", person="client_ref",
        spells=SpellColumns("start_date", "end_date", "centre"),
    )  # fmt: skip
    made = lk.pipelines.intervention_to_admin().run(
        lk.Dataset(programme.frame, card=attended),
        lk.Dataset(register.frame, card=Card("register", "administrative", id="pupil_id", history=(said,))),
        progress=False,
    )
    assert "postcode_history" in [one.name for one in made.linkage.plan.compare]
    assert len(made.person_links)
