"""Why a pair linked, did not, or was never a candidate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.explain import explain
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, Token, encode
from linkkit.pseudonymise.bloom import BloomField

NAMES = ["anna", "ben", "clara", "david", "ella", "finn", "greta", "henry", "iris", "jakob", "klara", "liam"]
SURNAMES = ["archer", "barlow", "cooper", "dawson", "ellis", "foster", "grant", "hughes", "irving", "jarvis"]


def _people(count, prefix, first=0):
    """People whose given name, surname, birth date and town all differ from the next one's."""
    numbers = range(first, first + count)
    return pd.DataFrame(
        {
            "id": [f"{prefix}{number:03d}" for number in numbers],
            "given_name": [NAMES[number % 12] for number in numbers],
            "surname": [SURNAMES[number * 7 % 10] for number in numbers],
            "dob": [f"20{number % 17:02d}-{number % 12 + 1:02d}-{number % 28 + 1:02d}" for number in numbers],
            "sex": ["f" if number % 2 else "m" for number in numbers],
        }
    )


def _linked(left, right, **parts):
    plan = lk.Plan(block=[lk.block.on("surname", "date_of_birth")], **parts)
    return lk.link(lk.Dataset(left, name="left"), lk.Dataset(right, name="right"), plan=plan, progress=False)


@pytest.fixture(scope="module")
def small_run():
    """120 people in two datasets; the last of each has moved in everything but the given name."""
    left, right = _people(120, "L"), _people(120, "R")
    right.loc[119, ["surname", "dob"]] = ["zwart", "1999-09-09"]
    right.loc[118, "dob"] = None
    return _linked(left, right)


def test_the_waterfall_of_every_scored_pair_adds_up_to_its_score(sample_run):
    scores = sample_run.scores.to_pandas()
    raised = sample_run.links.set_index(["left_id", "right_id"]).get("left over", pd.Series(dtype=float))
    for row in scores.sample(25, random_state=1).to_dict("records"):
        if raised.get((row["left_id"], row["right_id"]), 0.0):
            continue  # its records were left over; the test of links has it
        explained = sample_run.explain(row["left_id"], row["right_id"])
        frame = explained.to_pandas(values=False)
        steps = frame[frame["kind"] != "total"]
        assert steps["weight"].sum() == pytest.approx(row["match_weight"], abs=1e-9)
        assert explained.weight == pytest.approx(row["match_weight"], abs=1e-12)
        assert explained.probability == pytest.approx(row["match_probability"], abs=1e-12)
        assert frame["total"].iloc[-1] == frame["weight"].iloc[-1] == explained.weight
        shown = {step.name: step.level for step in explained.steps if step.kind == "comparison"}
        assert shown == {name: row[name] for name in sample_run.model.names}


def test_the_waterfall_of_every_link_adds_up_to_its_weight(sample_run):
    links = sample_run.links
    chosen = pd.concat([links.sort_values("match_weight").head(8), links.sample(12, random_state=2)])
    for row in chosen.to_dict("records"):
        explained = sample_run.explain(row["left_id"], row["right_id"])
        assert explained.verdict == "link"
        assert sum(step.weight for step in explained.steps) == pytest.approx(row["match_weight"], abs=1e-9)
        assert explained.weight == row["match_weight"]


def test_a_link_of_records_left_over_says_what_that_adds():
    left, right = _people(60, "L"), _people(60, "R")
    right.loc[7, ["given_name", "sex"]] = ["wilhelmina", None]
    datasets = lk.Dataset(left, name="left"), lk.Dataset(right, name="right")
    plan = lk.Plan(block=[lk.block.every_pair()], keep=0.0, decide=lk.decide.OneToOne())
    weight = lk.link(*datasets, plan=plan, progress=False).explain("L007", "R007").weight
    plan = plan.change(decide=lk.decide.OneToOne(weight=weight + 1, leftovers=True))
    run = lk.link(*datasets, plan=plan, progress=False)
    row = run.links.set_index("left_id").loc["L007"]
    explained = run.explain("L007", "R007")
    assert row["left over"] > 1
    assert "left over once all others are linked" in explained.reason
    assert (explained.steps[-1].name, explained.steps[-1].weight) == ("left over", row["left over"])
    assert explained.weight == row["match_weight"] == pytest.approx(weight + row["left over"])
    assert sum(step.weight for step in explained.steps) == pytest.approx(row["match_weight"], abs=1e-9)


def test_a_link_is_told_with_its_gap(sample_run):
    first = sample_run.links.iloc[0]
    explained = sample_run.explain(first["left_id"], first["right_id"])
    assert explained.verdict == "link"
    assert explained.is_candidate
    assert explained.suggestions == ()
    assert "reaches the threshold (probability >= 0.5)" in explained.reason
    assert f"{first['gap']:.2f} bits above" in explained.reason or "No other scored pair" in explained.reason


def test_a_pair_that_lost_its_record_to_a_better_one_says_to_which(sample_run):
    links = sample_run.links
    scores = sample_run.scores.to_pandas()
    taken = set(zip(links["left_id"], links["right_id"], strict=True))
    rest = scores[[pair not in taken for pair in zip(scores["left_id"], scores["right_id"], strict=True)]]
    strongest = rest.sort_values("match_weight").iloc[-1]
    assert strongest["match_probability"] >= 0.5
    explained = sample_run.explain(strongest["left_id"], strongest["right_id"])
    assert explained.verdict == "not a link"
    holders = links[(links["left_id"] == strongest["left_id"]) | (links["right_id"] == strongest["right_id"])]
    assert len(holders)
    for holder in holders.to_dict("records"):
        other = holder["right_id"] if holder["left_id"] == strongest["left_id"] else holder["left_id"]
        assert f"is linked to {other}, " in explained.reason


def test_a_pair_below_the_threshold_says_by_how_much(sample_run):
    scores = sample_run.scores.to_pandas()
    weakest = scores.sort_values("match_weight").iloc[0]
    explained = sample_run.explain(weakest["left_id"], weakest["right_id"])
    assert explained.verdict == "not a link"
    assert f"{explained.threshold - weakest['match_weight']:.2f} bits below the threshold" in explained.reason


def test_a_pair_that_was_never_a_candidate_says_what_each_rule_needed_and_which_would_have_made_it(small_run):
    explained = small_run.explain("L119", "R119")
    assert explained.verdict == "never a candidate"
    assert not explained.is_candidate
    (rule,) = explained.rules
    assert rule.why == "surname differs; date_of_birth differs"
    assert any(text.startswith("on('given_name') would have made it, among") for text in explained.suggestions)
    assert explained.weight is not None
    text = str(explained)
    assert "surname differs" in text
    assert "on('given_name')" in text


def test_a_suggested_rule_makes_the_pair_among_as_many_pairs_as_it_says(small_run):
    explained = small_run.explain("L119", "R119")
    said = next(text for text in explained.suggestions if text.startswith("on('given_name')"))
    pairs = lk.block.candidate_pairs(small_run.records, lk.block.on("given_name")).to_pandas()
    assert f"among {len(pairs):,} pairs" in said
    assert ((pairs["left_id"] == "L119") & (pairs["right_id"] == "R119")).any()


def test_a_missing_value_is_told_with_its_side(small_run):
    (rule,) = small_run.explain("L118", "R118").rules
    assert rule.why == "date_of_birth is missing on the right"
    missing = next(step for step in small_run.explain("L118", "R118").steps if step.name == "date_of_birth")
    assert (missing.level, missing.weight) == ("missing", 0.0)


def test_what_never_agrees_names_the_ways_that_need_no_agreement(small_run):
    left, right = _people(30, "L"), _people(30, "R")
    right.loc[29, ["given_name", "surname", "dob"]] = ["xu", "qian", "1988-08-30"]
    right["dob"] = right["dob"].where(right.index != 29, "1988-08-30")
    (text,) = _linked(left, right).explain("L028", "R029").suggestions
    assert "every_pair()" in text


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (lk.block.sorted_neighbourhood("surname", window=2), "more than 1 records apart when sorted by surname"),
        (lk.block.minhash("surname"), "surname too unlike for its hashes to meet"),
        (lk.block.on("given_name", cap=2), "its columns agree, but the block of more than 2 records was skipped"),
        (lk.block.listed(["L001"], ["R001"]), "the pair is not listed"),
    ],
)
def test_every_kind_of_rule_says_what_it_would_have_needed(rule, why):
    left, right = _people(60, "L"), _people(60, "R")
    right.loc[59, "surname"] = "zwart"
    plan = lk.Plan(block=[lk.block.on("surname", "date_of_birth"), rule])
    run = lk.link(lk.Dataset(left, name="left"), lk.Dataset(right, name="right"), plan=plan, progress=False)
    assert run.explain("L059", "R059").rules[-1].why == why


def test_an_unknown_id_is_told_by_its_side_and_no_id_is_echoed(small_run):
    with pytest.raises(lk.DataError) as caught:
        small_run.explain("L001", "SECRET-99")
    assert str(caught.value) == "right: there is no record with this id in right."
    with pytest.raises(lk.DataError) as caught:
        small_run.explain("SECRET-1", "SECRET-2")
    assert "SECRET" not in str(caught.value)
    assert "left: there is no record" in str(caught.value)
    assert "right: there is no record" in str(caught.value)


def test_ids_the_wrong_way_round_are_hinted_at(small_run):
    with pytest.raises(lk.DataError, match=r"explain\(right, left\)"):
        small_run.explain("R001", "L001")


def test_numbers_as_ids_are_found_by_their_text_too():
    people = _people(60, "")
    people["id"] = np.arange(60)
    run = lk.dedupe(lk.Dataset(people, name="people"), progress=False)
    assert run.explain("3", "4").weight == run.explain(3, 4).weight == run.explain(4, 3).weight
    with pytest.raises(lk.DataError, match="left: there is no record with this id in people"):
        run.explain("three", 4)
    with pytest.raises(lk.DataError, match="same record"):
        run.explain(3, 3)


def test_with_several_datasets_an_id_may_need_its_dataset():
    frames = [_people(60, "P"), _people(60, "P"), _people(60, "Q")]
    datasets = [lk.Dataset(frame, name=name) for frame, name in zip(frames, ("one", "two", "three"), strict=True)]
    run = lk.link(*datasets, progress=False)
    with pytest.raises(lk.DataError, match=r"several datasets hold this id \(one, two\)"):
        run.explain("P003", "Q003")
    explained = run.explain(("one", "P003"), "Q003")
    assert (explained.left_dataset, explained.right_dataset) == ("one", "three")
    with pytest.raises(lk.DataError, match="must name one of one, two, three"):
        run.explain(("four", "P003"), "Q003")
    within = run.explain(("one", "P003"), ("one", "P004"))
    assert within.verdict == "never a candidate"
    assert within.rules[0].why == "link_only makes no pair within one dataset"


def test_clusters_connect_records_without_a_link_of_their_own():
    people = pd.concat([_people(200, "A"), _people(200, "B")], ignore_index=True)
    plan = lk.Plan(accept="all")  # 60 whole names for 200 people: the model is as bad as its diagnosis says
    run = lk.dedupe(lk.Dataset(people, name="people"), plan=plan, progress=False)
    label = run.clustered.label
    links = {frozenset(pair) for pair in zip(run.linked.left.tolist(), run.linked.right.tolist(), strict=True)}
    row = int(run.linked.left[0])
    mates = [int(other) for other in np.flatnonzero(label == label[row]) if other != row]
    ids = run.datasets[0].ids.to_pylist()
    for other in mates:
        explained = run.explain(ids[row], ids[other])
        assert explained.verdict == "link"
        assert ("Other records connect them" in explained.reason) == (frozenset((row, other)) not in links)


def test_a_rule_list_says_which_rule_took_the_pair():
    compare = [lk.compare.exact("surname"), lk.compare.exact("given_name"), lk.compare.exact("sex")]
    rules = lk.score.RuleList(({"surname": "exact", "given_name": "exact"}, {"surname": "exact"}))
    left, right = _people(60, "L"), _people(60, "R")
    run = _linked(left, right, compare=compare, score=rules, keep=0.0, decide=lk.decide.Threshold(weight=1.0))
    explained = run.explain("L001", "R001")
    assert explained.verdict == "link"
    assert explained.notes == ("Rule 1 of 2 is the first that holds: surname: exact; given_name: exact.",)
    assert explained.probability is None
    assert all(step.weight is None for step in explained.steps)
    assert "given_name: exact" in str(explained)
    other = run.explain("L001", "R002")
    assert other.weight is None
    assert other.notes == ("None of the 2 rules holds.",)
    assert explained._repr_html_().count("<tr>") == 5


def test_the_steps_of_a_classifier_add_up_to_its_score():
    left, right = _people(120, "L"), _people(120, "R")
    truth = pd.DataFrame({"left_id": left["id"], "right_id": right["id"], "is_match": True})
    wrong = truth.assign(right_id=np.roll(right["id"], 7), is_match=False)
    run = lk.link(
        lk.Dataset(left, name="left"),
        lk.Dataset(right, name="right"),
        plan=lk.Plan(score=lk.score.Classifier(), block=[lk.block.every_pair()]),
        labels=pd.concat([truth, wrong]),
        progress=False,
    )
    explained = run.explain("L001", "R001")
    weights = [step.weight for step in explained.steps]
    assert sum(weights) == pytest.approx(explained.weight, abs=1e-9)
    assert "A classifier has no weights" in explained.notes[0]


def test_values_are_shown_where_they_are_asked_for_and_nowhere_else():
    left, right = _people(60, "L"), _people(60, "R")
    left.loc[5, "given_name"] = right.loc[5, "given_name"] = "Marqwertz"
    run = _linked(left, right)
    explained = run.explain("L005", "R005")
    assert "marqwertz" not in repr(explained).lower()
    assert "marqwertz" not in str(explained).lower()
    assert "marqwertz" not in repr(explained.steps).lower()
    assert "marqwertz" not in str(explained.to_pandas(values=False)).lower()
    assert "marqwertz" not in str(explained.chart().to_dict()).lower()
    row = explained.to_pandas().set_index("name").loc["given_name"]
    assert (row["left"], row["right"]) == ("marqwertz", "marqwertz")
    assert "marqwertz" in explained.text(values=True)
    assert "marqwertz" in explained._repr_html_()
    assert "marqwertz" in str(explained.chart(values=True).to_dict())
    without = explain(run, "L005", "R005", values=False)
    assert "marqwertz" not in without._repr_html_() + without.text(values=True) + str(without.to_pandas())


def test_the_view_in_a_notebook_escapes_what_it_shows():
    left, right = _people(60, "L"), _people(60, "R")
    left.loc[5, "id"] = "<b>5"
    html = _linked(left, right).explain("<b>5", "R005")._repr_html_()
    assert "<b>5" not in html
    assert "&lt;b&gt;5" in html


def test_the_text_is_plain_ascii_and_its_bars_start_where_the_last_ended(small_run):
    text = str(small_run.explain("L001", "R001"))
    assert text.isascii()
    bars = [line for line in text.splitlines() if "+" in line[20:] or "-" in line[20:]]
    assert len(bars) >= 5


def test_encodings_are_not_shown():
    population = lk.synth.people(200, seed=6)
    encoding = Encoding([BloomField("surname"), BloomField("date_of_birth", "date"), Token("postcode", "postcode")])
    key = Key.generate(project="explain")
    sides = [prepare(one.dataset()) for one in (population.trial(), population.register(who="everyone"))]
    encoded = [encode(side, key, encoding) for side in sides]
    run = lk.link(*encoded, progress=False)
    first = run.links.iloc[0]
    shown = run.explain(first["left_id"], first["right_id"])
    assert all(step.left is None and step.right is None for step in shown.steps)
    assert all(text not in shown._repr_html_() for one in encoded for text in one.encoded("postcode").texts()[1:])
