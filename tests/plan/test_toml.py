"""Plans as TOML: what is saved is what is loaded, and reads well."""

from __future__ import annotations

import dataclasses
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit import block, compare, decide, prepare, score
from linkkit.errors import PlanError
from linkkit.fields import KNOWN_FIELDS, Field
from linkkit.plan import DatasetFile, Plan, load_plan_file, save_plan_file
from linkkit.specs import Comparison

COLUMNS = st.sampled_from(
    ["surname", "date_of_birth", "soundex(surname)", "joined(first(given_name, 1), postcode)", "x", "words(address)"]
)
RULES = st.one_of(
    st.builds(lambda columns, cap: block.on(*columns, cap=cap), st.lists(COLUMNS, min_size=1, max_size=3),
              st.none() | st.integers(2, 10**6)),
    st.builds(block.sorted_neighbourhood, COLUMNS, st.integers(2, 50)),
    st.builds(block.minhash, COLUMNS, st.integers(1, 50), st.integers(1, 9), cap=st.none() | st.integers(2, 99)),
    st.builds(lambda column, share, seed: block.near(column, "dice_bits", 0.8, completeness=share, seed=seed),
              COLUMNS, st.floats(0.01, 0.99), st.integers(0, 9)),
    st.just(block.every_pair()),
)  # fmt: skip
BOUNDS = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=4, unique=True)
FALLING = BOUNDS.map(lambda bounds: tuple(sorted(bounds, reverse=True)))
RISING = st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True).map(lambda bounds: tuple(sorted(bounds)))
SIMILARITIES = st.sampled_from(["jaro_winkler", "jaro", "dice_qgrams", "monge_elkan"])
THRESHOLDS = st.one_of(
    st.builds(compare.equal, COLUMNS),
    st.builds(compare.similar, COLUMNS, st.floats(0.01, 1.0), SIMILARITIES),
    st.builds(compare.within_edits, COLUMNS, st.integers(0, 9), st.sampled_from(["osa", "levenshtein", "damerau"])),
    st.builds(compare.within_days, COLUMNS, st.floats(0, 1e5)),
    st.builds(compare.within, COLUMNS, st.floats(0, 1e5), relative=st.booleans()),
    st.builds(compare.within_km, st.floats(0, 1e3)),
    st.builds(compare.share_members, COLUMNS, st.floats(0.1, 1), st.sampled_from(["overlap", "jaccard"])),
    st.builds(compare.swapped, COLUMNS, COLUMNS, st.floats(0.1, 1)),
    st.builds(compare.is_initial, COLUMNS),
    st.builds(lambda column, bound: compare.calls("math:gcd", column, at_most=bound), COLUMNS, st.floats(0, 9)),
)
CONDITIONS = st.recursive(
    THRESHOLDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: compare.all_of(*parts)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: compare.either(*parts)),
        inner.map(compare.negated),
    ),
    max_leaves=4,
)
LABELS = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4, unique=True).filter(
    lambda labels: not {"missing", "other"} & set(labels)
)


@st.composite
def own_comparisons(draw: st.DrawFn) -> Comparison:
    levels = [compare.level(label, draw(CONDITIONS)) for label in draw(LABELS)]
    frequency = draw(st.none() | st.just("surname"))
    return compare.comparison(draw(st.text(min_size=1, max_size=20)), *levels, term_frequency=frequency)


COMPARISONS = st.one_of(
    own_comparisons(),
    st.builds(compare.text, COLUMNS, FALLING, metric=SIMILARITIES, term_frequency=st.booleans()).filter(
        lambda made: len(set(made.labels)) == len(made.labels)
    ),
    st.builds(compare.edits, COLUMNS, RISING.filter(lambda bounds: bounds[0] > 0)),
    st.builds(compare.number, COLUMNS, RISING, relative=st.booleans()),
    st.builds(compare.name, COLUMNS, swapped_with=st.none() | COLUMNS),
    st.builds(compare.exact, COLUMNS, term_frequency=st.booleans()),
    st.sampled_from([compare.recommended(field) for field in KNOWN_FIELDS]),
)
DECISIONS = st.one_of(
    st.builds(decide.Threshold, st.floats(0, 1), review=st.none() | st.just((0.25, 0.5))),
    st.builds(decide.OneToOne, weight=st.none() | st.floats(-50, 50)),
    st.builds(decide.OneToMany, st.sampled_from(["left", "right"])),
    st.builds(decide.BestEach, st.sampled_from(["left", "right", "both"])),
    st.builds(decide.Cluster, unique=st.lists(st.text(min_size=1), max_size=2).map(tuple)),
)
SCORES = st.one_of(
    st.none(),
    st.builds(score.FellegiSunter, passes=st.lists(RULES, max_size=2), prior=st.none() | st.floats(1e-9, 0.5),
              seed=st.integers(0, 2**31), tolerance=st.floats(1e-12, 0.5)),
    st.just(score.FellegiSunter(fixed=(score.Fixed("sex", "exact", 0.9), score.Fixed("sex", "other", None, 0.5)))),
    st.just(score.FellegiSunter(prior_rules=[block.on("nhs_number")], prior_recall=0.7)),
    st.just(score.RuleList(({"surname": "exact", "date of birth": "exact or missing"},), probabilities=(0.9,))),
    st.just(score.Classifier(options={"C": 10.0, "solver": "lbfgs", "class_weight": {"a": 1}}, coding="ordinal")),
)  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.builds(prepare.Name, st.just(["given_name", "surname"]), particles=st.sampled_from(["keep", "join"])),
        st.builds(prepare.Date, st.just("date_of_birth"), day_first=st.none() | st.booleans()),
        st.builds(prepare.Text, st.just("town"), case=st.sampled_from(["lower", "upper"]), accents=st.booleans()),
        st.builds(prepare.Postcode, st.just("postcode"), country=st.none() | st.just("uk")),
        st.just(prepare.Using("town", "mypackage.towns:official")),
        st.just(prepare.Replace("sex", {"0": "f", "1": "m", "": "x"})),
    ),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(
    plan=st.builds(
        Plan, prepare=st.none() | STEPS, block=st.lists(RULES, max_size=4), compare=st.lists(COMPARISONS, max_size=3),
        score=SCORES, decide=st.none() | DECISIONS, keep=st.floats(0, 0.99),
        link_type=st.sampled_from([None, "dedupe", "link_only", "link_and_dedupe"]),
    )
)  # fmt: skip
def test_what_is_saved_is_what_is_loaded(plan, tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    assert Plan.load(plan.save(path)) == plan


@pytest.mark.parametrize("field", list(KNOWN_FIELDS))
def test_a_recommended_comparison_is_saved_as_one_call(field, tmp_path):
    plan = Plan(compare=[compare.recommended(field, other_fields=("surname",))])
    (saved,) = tomllib.loads(plan.save(tmp_path / "plan.toml").read_text("utf-8"))["compare"]
    assert saved["function"]
    assert "levels" not in saved
    assert saved["column"] == field


def test_a_renamed_call_stays_a_call(tmp_path):
    renamed = dataclasses.replace(compare.text("town", (0.9, 0.7)), name="home town")
    path = Plan(compare=[renamed]).save(tmp_path / "plan.toml")
    (saved,) = tomllib.loads(path.read_text("utf-8"))["compare"]
    assert saved == {"function": "text", "column": "town", "at_least": [0.9, 0.7], "rename": "home town"}
    assert Plan.load(path).compare == (renamed,)


def test_a_saved_plan_reads_well(tmp_path):
    plan = Plan(
        block=[block.on("surname", "date_of_birth"), block.on("postcode", cap=500)],
        compare=[compare.name("given_name", swapped_with="surname"), compare.exact("sex")],
        decide=decide.Threshold(at_least=0.9),
        keep=0.5,
    )
    lines = plan.save(tmp_path / "plan.toml").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "linkkit_plan = 1",
        "keep = 0.5",
        "block = [",
        '  { on = ["surname", "date_of_birth"] },',
        '  { on = ["postcode"], cap = 500 },',
        "]",
        "compare = [",
        '  { function = "name", column = "given_name", swapped_with = "surname" },',
        '  { function = "exact", column = "sex" },',
        "]",
        "",
        "[decide]",
        'kind = "threshold"',
        "at_least = 0.9",
    ]


def test_short_forms_say_the_same_as_long_ones(tmp_path):
    short, long = tmp_path / "short.toml", tmp_path / "long.toml"
    short.write_text(
        "linkkit_plan = 1\n"
        'block = [["surname", "date_of_birth"], "postcode"]\n'
        'compare = [{ function = "text", column = "town", at_least = 0.9 }]\n'
        "[score]\nprior = 0.001\n",
        "utf-8",
    )
    long.write_text(
        "linkkit_plan = 1\n"
        '[[block]]\nkind = "on"\ncolumns = ["surname", "date_of_birth"]\n'
        '[[block]]\non = ["postcode"]\n'
        '[[compare]]\nname = "town"\nlevels = [\n'
        '  { label = "exact", condition = { measure = { kind = "equal", column = "town" } } },\n'
        '  { label = ">= 0.9", condition = { measure = { kind = "text", column = "town" }, bound = 0.9 } },\n'
        ']\n[score]\nkind = "fellegi_sunter"\nprior = 0.001\n',
        "utf-8",
    )
    assert Plan.load(short) == Plan.load(long)
    assert Plan.load(short).compare == (compare.text("town", (0.9,)),)


def test_a_date_of_toml_is_taken_as_iso_text(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(
        'linkkit_plan = 1\nprepare = [{ kind = "date", fields = "date_of_birth", earliest = 1990-01-31 }]', "utf-8"
    )
    assert Plan.load(path).prepare == (prepare.Date("date_of_birth", earliest="1990-01-31"),)


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_bytes(b"\xef\xbb\xbflinkkit_plan = 1\r\nkeep = 0.5\r\n")
    assert Plan.load(path) == Plan(keep=0.5)


def test_nothing_to_prepare_differs_from_the_recommended_preparation(tmp_path):
    assert Plan.load(Plan(prepare=()).save(tmp_path / "none.toml")).prepare == ()
    assert Plan.load(Plan().save(tmp_path / "recommended.toml")).prepare is None


def test_listed_pairs_and_replaced_values_are_refused_together(tmp_path):
    plan = Plan(prepare=[prepare.Replace("surname", {"ZZMARKERZZ": "b"})], block=[block.listed(["ZZMARKERZZ"], ["P1"])])
    with pytest.raises(PlanError) as caught:
        plan.save(tmp_path / "plan.toml")
    assert [mistake.split(":")[0] for mistake in caught.value.mistakes] == ["prepare[0]", "block[0]"]
    assert "ZZMARKERZZ" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_path_of_a_model_is_relative_to_the_plan_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = Plan(model="models/model.json")
    saved = plan.save("plans/plan.toml")
    assert tomllib.loads(saved.read_text("utf-8"))["model"] == "../models/model.json"
    assert Plan.load("plans/plan.toml") == plan


def test_datasets_of_a_plan_file_come_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fields = {
        "given_name": Field("first", "given_name"), "date_of_birth": Field(("d", "m", "y"), "date"),
        "shoe size": Field("shoe", "number"), "town": None,
    }  # fmt: skip
    trial = DatasetFile("data/trial.csv", "trial", "trial", "id", ("arm",), "cp1252", fields)
    register = DatasetFile("data/register.parquet")
    save_plan_file("plan.toml", Plan(), [trial, register])
    assert load_plan_file("plan.toml").datasets == (trial, register)
    data = tomllib.loads((tmp_path / "plan.toml").read_text("utf-8"))["datasets"][0]["fields"]
    assert data == {
        "given_name": "first", "date_of_birth": ["d", "m", "y"], "shoe size": {"columns": "shoe", "kind": "number"},
        "town": False,
    }  # fmt: skip
