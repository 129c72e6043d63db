"""Plans for encoded datasets: what is designed, what is compared, where rules find their columns, what is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import linkkit as lk
from linkkit.block import every_pair, minhash, near, on, shared_evidence
from linkkit.errors import PlanError
from linkkit.plan import Plan, recommend
from linkkit.plan._encoded import comparisons_of
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, Token, encode
from linkkit.pseudonymise.bloom import Blip, BloomField, Clk, expected_dice
from linkkit.records import Records
from linkkit.score import FellegiSunter, RuleList
from linkkit.specs import Near, On

SURNAME, BORN = BloomField("surname"), BloomField("date_of_birth", "date")


@pytest.fixture(scope="module")
def people():
    population = lk.synth.people(1_200, seed=4)
    return [prepare(one.dataset()) for one in (population.trial(), population.register(who="everyone"))]


def test_bounds_of_a_filter_follow_from_its_encoding():
    (made,) = comparisons_of(Encoding([SURNAME]))
    bounds = [float(label.removeprefix("dice >= ")) for label in made.labels[2:-1]]
    once = expected_dice(SURNAME)
    assert made.labels[:2] == ("missing", "exact")
    assert bounds[0] == pytest.approx(once.middle, abs=0.001)
    assert bounds[1] == pytest.approx(once.low, abs=0.001)
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] > expected_dice(SURNAME, mistakes=None).high
    longer = comparisons_of(Encoding([BloomField("surname", bits_per_value=160, length=1024)]))[0]
    assert longer.labels != made.labels


def test_term_frequencies_are_not_asked_of_filters_that_do_not_show_them():
    plain, noisy, salted, sex = comparisons_of(
        Encoding(
            [
                SURNAME,
                BloomField("given_name", hardening=[Blip(0.02)]),
                BloomField("town", salt="year(date_of_birth)"),
                BloomField("sex", "exact"),
            ]
        )
    )
    assert plain.term_frequency == "surname"
    assert (noisy.term_frequency, salted.term_frequency, sex.term_frequency) == (None, None, None)


def test_tokens_of_a_field_make_one_comparison_and_those_of_several_none():
    made = comparisons_of(
        Encoding(
            [
                Token("surname", "surname"),
                Token("sound", "soundex(surname)"),
                Token("match_key", ["soundex(surname)", "year(date_of_birth)"]),
            ]
        )
    )
    assert [one.labels for one in made] == [("missing", "exact", "soundex(surname)", "other")]
    with_filter = comparisons_of(Encoding([SURNAME, Token("start", "first(surname, 1)")]))
    assert with_filter[0].labels[-2:] == ("first(surname, 1)", "other")


def test_a_plan_designs_an_encoding_of_what_it_compares_and_blocks_on(people):
    plan = Plan(
        compare=[lk.compare.surname(), lk.compare.date("date_of_birth")],
        block=[on("surname"), on("soundex(surname)", "year(date_of_birth)")],
    )
    filters = plan.encoding("filters", people[1])
    assert [column.name for column in filters.columns] == ["surname", "date_of_birth"]
    assert filters.blocks == (Token("block_1", ["soundex(surname)", "year(date_of_birth)"]),)
    assert plan.encoded(filters).block == (on("surname"), on("block_1"))
    records = plan.encoding("records", people[1])
    assert [type(column) for column in records.columns] == [Clk]
    tokens = plan.encoding("tokens", people[1])
    assert plan.encoded(tokens).block[0] == on("surname")
    assert {"soundex(surname)", "year(date_of_birth)"} <= {column.columns[0] for column in tokens.columns}


def test_rules_find_their_columns_in_an_encoding():
    encoding = Encoding([SURNAME, BORN, Token("sound", "soundex(surname)")])
    plan = Plan(
        block=[
            every_pair(),
            on("soundex(surname)", "date_of_birth"),
            near("surname", "jaro_winkler", 0.9, on=("date_of_birth",)),
            shared_evidence("surname", "date_of_birth", "town"),
        ],
        score=FellegiSunter(passes=[on("surname")]),
    ).encoded(encoding)
    assert plan.block[:2] == (every_pair(), on("sound", "date_of_birth"))
    assert isinstance(plan.block[2], Near)
    assert (plan.block[2].metric, plan.block[2].on) == ("dice_bits", ("date_of_birth",))
    assert [one.columns for one in plan.block[3].evidence] == [("surname",), ("date_of_birth",)]
    assert plan.score.passes == (on("surname"),)
    assert plan.prepare == ()


def test_every_part_that_an_encoding_does_not_carry_is_told_at_once():
    plan = Plan(
        compare=[lk.compare.exact("town")],
        block=[on("postcode"), minhash("surname")],
        score=FellegiSunter(prior_rules=[on("first(surname, 2)")], prior_recall=0.5, anchor="nhs_number"),
    )
    with pytest.raises(PlanError) as caught:
        plan.encoded(Encoding([SURNAME]))
    for expected in (
        "compare:",
        "block[0]: on('postcode')",
        "block[1]: minhash",
        "score.prior_rules[0]",
        "'nhs_number'",
    ):
        assert expected in str(caught.value)
    with pytest.raises(PlanError, match="a RuleList asks for levels of clear text"):
        Plan(score=RuleList([{"surname": "exact"}])).encoded(Encoding([SURNAME]))
    with pytest.raises(PlanError, match="model: a model of clear text"):
        Plan(model="model.json").encoded(Encoding([SURNAME]))
    noisy = Encoding([BloomField("surname", hardening=[Blip(0.02)])])
    with pytest.raises(PlanError, match=r"block\[0\]"):
        Plan(block=[on("surname")]).encoded(noisy)


@pytest.mark.parametrize("level", ["tokens", "filters"])
def test_an_encoded_linkage_is_as_good_as_one_in_clear_text(people, level):
    clear = lk.link(*people, progress=False)
    encoding = Plan().encoding(level, people[0])
    key = Key.generate(project="test")
    encoded = lk.link(*(encode(dataset, key, encoding) for dataset in people), progress=False)
    one, other = (set(zip(run.links["left_id"], run.links["right_id"], strict=True)) for run in (clear, encoded))
    assert len(one & other) > 0.985 * len(one)
    assert len(other - one) < 0.01 * len(one)
    assert {finding.severity for finding in encoded.diagnosis.findings} <= {"note", "warning"}
    assert encoded.plan.compare[0].labels[1] == "exact"


def test_complete_blocking_loses_no_pair_of_filters(people):
    """Every pair scored, against rules derived from the model: similarity joins of filters and equality of tokens."""
    encoding = Plan().encoding("filters", people[0])
    key = Key.generate(project="test")
    records = Records([encode(dataset, key, encoding) for dataset in people])
    plan = recommend(records)
    levels = lk.compare.compare_pairs(lk.block.candidate_pairs(records, [every_pair()]), plan.compare)
    model = lk.score.fit(levels, plan.score)
    wanted = model.score(levels, at_least=0.5)
    made = lk.block.candidate_pairs(records, lk.block.complete(model, records, at_least=0.5).rules)
    got = model.score(lk.compare.compare_pairs(made, plan.compare), at_least=0.5)
    assert len(wanted) > 300
    assert np.array_equal(np.sort(_packed(got)), np.sort(_packed(wanted)))
    assert any(isinstance(rule, Near) and rule.metric == "dice_bits" for rule in made.rules)


def _packed(scores):
    return scores.left.astype(np.uint64) << np.uint64(32) | scores.right


def test_levels_are_checked(people):
    with pytest.raises(PlanError, match=r"level must be one of tokens, filters, records; got 'filter'"):
        Plan().encoding("filter", people[0])
    lacking = Plan(compare=[lk.compare.exact("town")])
    with pytest.raises(PlanError, match="has no field 'town'"):
        lacking.encoding("filters", people[0])


def test_the_sizes_of_a_design_do_not_depend_on_the_order_of_rows(people):
    frame = people[1].to_pandas()
    turned = prepare(lk.Dataset(frame.iloc[::-1].reset_index(drop=True), name="turned", id=people[1].id))
    for level in ("tokens", "filters", "records"):
        assert Plan().encoding(level, turned) == Plan().encoding(level, people[1])
    assert len({repr(Plan().encoding(level, turned)) for level in itertools.chain(["filters"] * 3)}) == 1


def test_a_filter_of_the_record_is_compared_where_it_holds_what_nothing_else_carries():
    names = [comparison.name for comparison in comparisons_of(Encoding([SURNAME, BORN, Clk([SURNAME, BORN])]))]
    assert names == ["surname", "date_of_birth"]
    whole = Encoding([SURNAME, Clk([SURNAME, BORN])])
    assert [comparison.name for comparison in comparisons_of(whole)] == ["surname", "clk"]
    assert [comparison.name for comparison in comparisons_of(whole, ["clk"])] == ["clk"]


def test_filters_of_fields_beside_one_of_the_record_find_who_is_there_once(people):
    encoding = Encoding([SURNAME, BORN, BloomField("given_name"), Clk([SURNAME, BORN, BloomField("given_name")])])
    key = Key.generate(project="plan")
    run = lk.dedupe(encode(people[1], key, encoding), progress=False)
    assert run.clusters["cluster_id"].nunique() > 0.995 * len(run.clusters)  # the register holds each person once


def test_filters_under_noise_are_brought_together_by_their_likeness(people):
    names = [BloomField(name, hardening=[Blip(0.02)]) for name in ("given_name", "surname")]
    encoding = Encoding([*names, BloomField("sex", "exact", hardening=[Blip(0.02)]), BloomField("postcode")])
    key = Key.generate(project="plan")
    encoded = [encode(one, key, encoding) for one in people]
    plan = recommend(Records(encoded))
    assert [rule.column for rule in plan.block if isinstance(rule, Near)] == ["given_name", "surname"]
    read = {column for rule in plan.block if isinstance(rule, On) for column in rule.columns}
    assert read == {"postcode"}


def test_an_encoding_with_nothing_to_compare_is_told_so(people):
    encoding = Encoding([Token("who", ["surname", "given_name"]), Token("when", ["surname", "date_of_birth"])])
    key = Key.generate(project="plan")
    encoded = [encode(one, key, encoding) for one in people]
    with pytest.raises(PlanError, match="nothing in the encoding can be compared"):
        lk.link(*encoded, progress=False)


def test_a_plan_of_clear_text_is_refused_for_encoded_datasets(people):
    key = Key.generate(project="plan")
    encoded = [encode(one, key, Encoding([SURNAME, BORN, Token("sex", "sex")])) for one in people]
    clear = Plan(
        compare=[lk.compare.surname("surname"), lk.compare.exact("sex")], block=[on("soundex(surname)"), on("sex")]
    )
    with pytest.raises(PlanError) as told:
        lk.link(*encoded, plan=clear, progress=False)
    assert len(told.value.mistakes) == 2
    assert "compare[0] ('surname') reads values, and the datasets hold encodings" in str(told.value)
    assert "block[0]: on('soundex(surname)') reads values" in str(told.value)
    assert "plan.encoded(encoding)" in str(told.value)


def test_several_filters_of_a_record_are_all_compared(people):
    names = Clk([BloomField("given_name"), SURNAME], name="names")
    rest = Clk([BORN, BloomField("postcode")], name="rest")
    key = Key.generate(project="plan")
    encoded = [encode(one, key, Encoding([names, rest])) for one in people]
    run = lk.link(*encoded, progress=False)
    assert [comparison.name for comparison in run.plan.compare] == ["names", "rest"]
    assert [rule.column for rule in run.plan.block] == ["names", "rest"]
    clear = {tuple(pair) for pair in lk.link(*people, progress=False).links[["left_id", "right_id"]].to_numpy()}
    found = {tuple(pair) for pair in run.links[["left_id", "right_id"]].to_numpy()}
    assert len(clear & found) > 0.96 * max(len(clear), len(found))
