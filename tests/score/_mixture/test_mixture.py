"""Mixtures through the public interface: made-up people, encoded as record-level filters, linked without truth."""

from __future__ import annotations

import json

import numpy as np
import pytest

import linkkit as lk
from linkkit import block, compare, decide, score
from linkkit.errors import DiagnosisError, ModelError, SpecError
from linkkit.loading import load_run
from linkkit.pseudonymise import Encoding, Key, bloom, encode
from linkkit.score import Mixture, MixtureModel

FIELDS = [
    bloom.BloomField("given_name"),
    bloom.BloomField("surname"),
    bloom.BloomField("date_of_birth", "date"),
    bloom.BloomField("sex", "exact"),
    bloom.BloomField("postcode", q=1, padded=False, positional=True),
]
BOTH = ("left", "right")
PLAN = lk.Plan(
    block=[block.near("clk", "dice_bits", 0.65)],
    compare=[compare.record_filter("clk", 0.65, 0.01)],
    score=Mixture(unique=BOTH),
    decide=decide.OneToOne(leftovers=True),
)


def key(number=0):
    return Key.from_bytes(np.random.default_rng(number).bytes(32), project="study")


def encoded(*recorded, secret=0, change=lambda frame: frame):
    datasets = [
        lk.prepare.prepare(lk.Dataset(change(one.frame), name=one.name, kind=one.kind, id=one.id)) for one in recorded
    ]
    encoding = Encoding([bloom.sized_for(datasets[0], bloom.Clk(FIELDS))])
    return [encode(dataset, key(secret), encoding) for dataset in datasets]


@pytest.fixture(scope="module")
def families():
    return lk.synth.families(1300, seed=11)


@pytest.fixture(scope="module")
def run(families):
    return lk.link(*encoded(*families), plan=PLAN, progress=False)


def thinned(recorded, persons):
    """A file with the records of these people alone."""
    ids = recorded.truth["record_id"][recorded.truth["person_id"].isin(persons)]
    frame = recorded.frame[recorded.frame[recorded.id].isin(set(ids))].reset_index(drop=True)
    return lk.synth.Recorded(
        frame, recorded.truth, recorded.mistakes, recorded.id, recorded.name, recorded.kind, (), recorded.columns
    )


def test_families_are_linked_and_what_the_run_states_holds(run, families):
    measured = run.evaluate(families[0].matches(families[1])).pairs
    assert measured.f1 > 0.95
    assert abs(run.expected.precision - measured.precision) < 0.02
    assert abs(run.model.expected_matches - measured.true_pairs) < 0.06 * measured.true_pairs
    assert run.model.diagnosis.serious == ()
    assert "no_competition" not in run.model.diagnosis
    low, high = run.model.expected_matches_interval
    assert low < run.model.expected_matches < high < 1.2 * run.model.expected_matches


@pytest.mark.parametrize("share", [1.0, 0.05, 0.1])
def test_full_small_and_lopsided_overlap(share):
    """Everybody in both files; one in twenty; the first file a tenth of the second."""
    people = lk.synth.people(4_000, seed=12)
    first = people.register(who="everyone", coverage=0.9, name="left")
    second = people.register(who="everyone", coverage=0.9, name="right", errors=lk.synth.Errors.study())
    both = np.array(sorted(set(first.truth["person_id"]) & set(second.truth["person_id"])))
    drawn = np.random.default_rng(1).permutation(both)
    kept = drawn[: round(share * len(drawn))]
    rest = drawn[len(kept) :]
    ones = [*kept, *(rest[::2] if share == 0.05 else [])]
    others = kept if share == 1.0 else [*kept, *(rest[1::2] if share == 0.05 else rest)]
    files = thinned(first, ones), thinned(second, others)
    made = lk.link(*encoded(*files), plan=PLAN, progress=False)
    measured = made.evaluate(files[0].matches(files[1])).pairs
    assert measured.true_pairs == len(kept)
    assert measured.f1 > (0.9 if share == 0.05 else 0.98)
    # At small overlap precision is of so few links that chance alone moves it by some points.
    assert abs(made.expected.precision - measured.precision) < 0.02 + 2 * np.sqrt(0.05 * 0.95 / len(kept))
    assert made.model.expected_matches == pytest.approx(len(kept), rel=0.1)


def test_encoded_records_need_no_plan(families):
    made = lk.link(*encoded(*families), progress=False)
    assert isinstance(made.plan.score, Mixture)
    assert made.plan.score.unique == BOTH
    assert made.evaluate(families[0].matches(families[1])).pairs.f1 > 0.95


def test_duplicates_are_clustered():
    register = lk.synth.people(2_000, seed=5).register(who="everyone", coverage=0.9, duplicates=0.3)
    made = lk.dedupe(*encoded(register), plan=PLAN.change(score=Mixture(), decide=None), progress=False)
    assert made.plan.decide.ways == "average"
    assert made.model.unique == ()
    assert made.model.diagnosis["no_competition"].severity == "warning"
    persons = register.truth.set_index("record_id")["person_id"]
    assert made.evaluate({register.name: persons}).pairs.f1 > 0.9
    assert any("did not compete" in limit for limit in made.expected.limits)


def test_rows_in_another_order_give_the_same_bytes(run, families, tmp_path):
    shuffled = encoded(*families, change=lambda frame: frame.sample(frac=1, random_state=3).reset_index(drop=True))
    again = lk.link(*shuffled, plan=PLAN, progress=False)
    one, other = run.model.save(tmp_path / "one.json"), again.model.save(tmp_path / "other.json")
    assert one.read_bytes() == other.read_bytes()
    assert again.links.equals(run.links)


def test_a_model_is_saved_and_scores_alike(run, tmp_path):
    path = run.model.save(tmp_path / "model.json")
    loaded = score.load_model(path)
    assert isinstance(loaded, MixtureModel)
    assert loaded.to_dict() == run.model.to_dict()
    assert repr(loaded) == repr(run.model)
    assert loaded.score(run.levels).weight.tobytes() == run.model.score(run.levels).weight.tobytes()
    again = lk.link(*run.datasets, plan=PLAN.change(score=None, model=str(path)), progress=False)
    assert again.links.equals(run.links)
    with pytest.raises(ModelError, match="MixtureModel; read it with load_model"):
        score.Model.load(path)


@pytest.mark.parametrize("damage", ["pairs", "unique", "comparisons", "passes", "expected_matches"])
def test_a_damaged_model_is_refused(run, tmp_path, damage):
    data = run.model.to_dict()
    for broken in ({name: held for name, held in data.items() if name != damage}, {**data, damage: "x"}):
        path = tmp_path / "model.json"
        path.write_text(json.dumps(broken))
        with pytest.raises(ModelError):
            score.load_model(path)


def test_a_run_is_reported_explained_and_saved(run, tmp_path):
    folder = run.save(tmp_path / "results")
    assert (folder / "model.json").is_file()
    assert lk.Plan.load(folder / "plan.toml").score == PLAN.score
    data = json.loads((folder / "quality.json").read_text())["model"]
    assert data["kind"] == "mixture"
    assert len(data["components"]) == len(run.plan.compare[0].labels) - 1
    run.report(tmp_path / "public.html", audience="public")
    assert json.loads((tmp_path / "public.json").read_text())["model"]["components"] == []
    first = run.links.iloc[0]
    explained = run.explain(first["left_id"], first["right_id"])
    assert [step.kind for step in explained.steps[:2]] == ["prior", "comparison"]
    assert sum(step.weight for step in explained.steps) == pytest.approx(explained.weight)


def test_the_components_are_a_table(run):
    table = run.model.to_pandas()
    assert list(table["level"]) == list(run.plan.compare[0].labels[1:])
    assert (np.diff(table["weight"]) <= 1e-9).all()
    assert table["match_probability"].between(0, 1).all()
    assert table["expected_matches"].sum() == pytest.approx(run.model.expected_matches, rel=0.02)
    assert table["pairs"].sum() == run.levels.patterns().counts.sum()


def test_specs_print_as_code_and_check_themselves():
    made = Mixture(unique="left", accept="one_component", repeats=0)
    assert eval(repr(made)) == made
    assert made.unique == ("left",)
    for wrong in (
        {"repeats": -1},
        {"seed": 1.5},
        {"max_iterations": 0},
        {"tolerance": 0.0},
        {"accept": "one_componet"},
    ):
        with pytest.raises(SpecError):
            Mixture(**wrong)


def test_repeats_of_none_leave_the_interval_out(run):
    model = score.fit(run.levels, Mixture(unique=BOTH, repeats=0))
    assert model.expected_matches_interval is None
    assert model.level_weights == run.model.level_weights


def test_files_that_share_nobody_are_refused():
    files = lk.synth.families(1300, seed=4, overlap=0.0)
    with pytest.raises(DiagnosisError, match=r"(?s)one_component.*Mixture\(accept=") as error:
        lk.link(*encoded(*files), plan=PLAN, progress=False)
    assert error.value.diagnosis["one_component"].severity == "serious"
    accepted = PLAN.change(score=Mixture(unique=BOTH, accept=("one_component",)))
    assert lk.link(*encoded(*files), plan=accepted, progress=False).decision.link_count < 20


def test_a_floor_among_the_matches_is_told(families):
    datasets = encoded(*families)
    high = PLAN.change(
        block=[block.near("clk", "dice_bits", 0.87)], compare=[compare.record_filter("clk", 0.87, 0.01)],
        score=Mixture(unique=BOTH, accept="all"),
    )  # fmt: skip
    assert "floor_too_high" in lk.link(*datasets, plan=high, progress=False).model.diagnosis


def test_few_matches_are_told():
    files = lk.synth.families(1300, seed=3, overlap=0.03)
    plan = PLAN.change(score=Mixture(unique=BOTH, accept="all"))
    assert "scarce_matches" in lk.link(*encoded(*files), plan=plan, progress=False).model.diagnosis


def test_a_similarity_that_does_not_tell_people_apart_is_refused(families):
    datasets = [lk.prepare.prepare(one.dataset()) for one in families]
    encoding = Encoding([bloom.Clk([bloom.BloomField("surname"), bloom.BloomField("sex", "exact")])])
    made = [encode(dataset, key(), encoding) for dataset in datasets]
    with pytest.raises(DiagnosisError):
        lk.link(*made, plan=PLAN, progress=False)


def test_what_a_mixture_cannot_learn_from_is_refused(run, families):
    datasets = encoded(*families)
    few = PLAN.change(compare=[compare.record_filter("clk", 0.8, 0.05)])
    with pytest.raises(ModelError, match="at least 8 levels in order; clk has 5"):
        lk.link(*datasets, plan=few, progress=False)
    clear = [one.dataset() for one in families]
    several = lk.Plan(compare=[compare.exact("sex"), compare.surname()], score=Mixture(), block=[block.on("surname")])
    with pytest.raises(ModelError, match=r"one comparison.*sex, surname"):
        lk.link(*clear, plan=several, progress=False)
    with pytest.raises(ModelError, match="make candidates by similarity"):
        lk.link(*datasets, plan=PLAN.change(block=[block.on("clk")]), progress=False)
    with pytest.raises(SpecError, match=r"names the dataset 'rihgt'.*Did you mean 'right'"):
        lk.link(*datasets, plan=PLAN.change(score=Mixture(unique="rihgt")), progress=False)
    with pytest.raises(ModelError, match="learns without labels"):
        lk.link(*datasets, plan=PLAN, labels=run.links[["left_id", "right_id"]].assign(is_match=1), progress=False)
    nothing = [datasets[0], encoded(families[1], secret=1)[0]]
    with pytest.raises(lk.errors.LinkkitError):
        lk.link(*nothing, plan=PLAN, progress=False)


def test_any_similarity_will_do_and_runs_are_loaded_and_go_on(tmp_path):
    """Of clear text, from files: a text of the whole record, compared as a text."""
    register = lk.synth.people(1500, seed=5).register(who="everyone", coverage=0.9, duplicates=0.4, name="one")
    frame = register.frame.fillna("").astype(str)
    frame["who"] = frame["given_name"] + " " + frame["family_name"] + " " + frame["birth_date"] + frame["post_code"]
    datasets = []
    for name, rows in (("one", slice(0, 900)), ("two", slice(900, None))):
        frame.iloc[rows][["patient_id", "who"]].to_csv(tmp_path / f"{name}.csv", index=False)
        datasets.append(lk.Dataset(tmp_path / f"{name}.csv", id="patient_id", fields={"who": "who"}, name=name))
    steps = [place / 100 for place in range(100, 59, -1)]
    plan = lk.Plan(
        prepare=[], block=[block.every_pair()], compare=[compare.text("who", steps, metric="jaro_winkler")],
        score=Mixture(),
    )  # fmt: skip
    made = lk.dedupe(datasets[0], plan=plan, progress=False)
    folder = made.save(tmp_path / "first")
    loaded = load_run(folder, progress=False)
    assert isinstance(loaded.model, MixtureModel)
    assert loaded.clusters.equals(made.clusters)
    updated = lk.update(folder, datasets[1], progress=False)
    assert len(updated.clusters) == len(frame)
    # Of one file nothing tells households from repeated records but the shape of two curves.
    assert "no_competition" in made.model.diagnosis


def test_more_matches_than_records_within_a_dataset_are_serious():
    """Families encoded by what they share: without competition every pair of relatives stands out as a match does."""
    people = lk.prepare.prepare(lk.synth.people(2_000, seed=6).register(who="everyone").dataset())
    shared = Encoding([bloom.Clk([bloom.BloomField("surname"), bloom.BloomField("postcode")])])
    plan = lk.Plan(
        block=[block.near("clk", "dice_bits", 0.6)], compare=[compare.record_filter("clk", 0.6, 0.01)],
        score=Mixture(accept="all"),
    )  # fmt: skip
    model = lk.dedupe(encode(people, key(), shared), plan=plan, progress=False).model
    assert model.expected_matches > len(people)
    assert model.diagnosis["implausible_overlap"].severity == "serious"
