"""Spines: an index of persons of several registers, its tables, its saved form, and datasets linked to it."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import pipelines
from linkkit.cards import Card, Consent
from linkkit.decide import OneToOne
from linkkit.errors import CardError, DataError, PlanError, SecretError, SpecError
from linkkit.pseudonymise import Key, pseudonyms

KEY = Key.from_bytes(bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af"), project="spine")
DAY = datetime.date(2026, 9, 1)


@pytest.fixture(scope="module")
def made():
    """A school register, a health register with people twice, a programme of spells, a trial; all of the same town."""
    people = lk.synth.people(1000, seed=5)
    school = people.register(coverage=0.7, name="school")
    health = people.register(coverage=0.6, name="health", duplicates=0.2)
    return {"school": school, "health": health, "programme": people.intervention(), "trial": people.trial(families=90)}


@pytest.fixture(scope="module")
def opened(made, tmp_path_factory):
    """Open one of the sources from its file."""
    folder = tmp_path_factory.mktemp("sources")
    for name, one in made.items():
        one.write(folder / f"{name}.csv")

    def open_(name, **options):
        one = made[name]
        return lk.Dataset(folder / f"{name}.csv", name=name, id=one.id, blinded=one.blinded, **options)

    return open_


@pytest.fixture(scope="module")
def first(opened):
    return pipelines.spine().run(opened("school"), opened("health"), key=KEY, on=DAY, progress=False)


@pytest.fixture(scope="module")
def second(first, opened):
    """The programme has come, and two families have opted out."""
    gone = first.index.query("source == 'school'")["record_id"].iloc[[3, 5, 8]].tolist()
    return first.update(opened("programme"), withdrawn={"school": gone}, key=KEY, on=DAY, progress=False)


@pytest.fixture(scope="module")
def saved(second, tmp_path_factory):
    return second.save(tmp_path_factory.mktemp("spine") / "spine")


def persons_of(made, index):
    """The true person of each row of an index."""
    known = {(name, key): one for name, m in made.items() for key, one in m.truth[["record_id", "person_id"]].values}
    return [known[pair] for pair in zip(index["source"].astype(str), index["record_id"], strict=True)]


def pair_quality(ids, truth):
    """Precision and recall over all pairs of records."""

    def pairs(*columns):
        sizes = pd.DataFrame(dict(enumerate(columns))).groupby(list(range(len(columns)))).size()
        return (sizes * (sizes - 1) // 2).sum()

    together = pairs(np.asarray(ids), np.asarray(truth))
    return together / pairs(np.asarray(ids)), together / pairs(np.asarray(truth))


def test_index_finds_the_persons(made, first):
    precision, recall = pair_quality(first.index["spine_id"], persons_of(made, first.index))
    assert precision > 0.97
    assert recall > 0.95
    assert len(first.index) == len(made["school"].frame) + len(made["health"].frame)
    assert all(map(pseudonyms.is_valid, first.persons["spine_id"]))


def test_unique_sources_hold_a_person_once(first):
    assert {source.name: source.is_unique for source in first.sources} == {"school": True, "health": False}
    counts = first.index.query("source == 'school'")["spine_id"].value_counts()
    assert counts.max() == 1
    assert first.index.query("source == 'health'")["spine_id"].value_counts().max() > 1


def test_tables_agree_with_each_other(second):
    index, persons, coverage = second.index, second.persons, second.coverage
    by_person = index.groupby("spine_id", observed=True)
    expected = by_person.size().reindex(persons["spine_id"]).to_numpy()
    np.testing.assert_array_equal(persons["records"], expected)
    np.testing.assert_array_equal(
        persons["sources"], by_person["source"].nunique().reindex(persons["spine_id"]).to_numpy()
    )
    assert coverage["persons"].sum() == len(persons)
    assert coverage["records"].sum() == len(index)
    names = ["school", "health", "programme"]
    sets = by_person["source"].agg(lambda held: frozenset(held))
    for row in coverage.to_dict("records"):
        assert row["persons"] == (sets == frozenset(name for name in names if row[name])).sum()
    assert list(coverage["persons"]) == sorted(coverage["persons"], reverse=True)
    assert (persons["least_probability"].isna() == (persons["records"] == 1)).all()
    status = index.set_index("spine_id")["status"]
    assert set(status[status == "conflict"].index) == set(persons.loc[persons["has_conflict"], "spine_id"])
    flow = second.flow.set_index("source")
    assert (flow["read"] == flow["records"] + flow["left_out"]).all()
    assert (flow[["linked_elsewhere", "linked_within", "single"]].sum(axis=1) == flow["records"]).all()
    assert flow.loc["school", "left_out"] == 3


def test_conflicts_by_brute_force(second):
    records, index = second.linkage.records, second.index
    expected = set()
    for field in ("date_of_birth", "sex", "upn"):
        texts = []
        for dataset in records.datasets:
            column = dataset.encoded(field)
            texts += [column.texts()[code] for code in column.codes]
        values = pd.Series(texts).replace("", None)
        counts = values.groupby(index["spine_id"].to_numpy()).nunique()
        expected |= {(one, field, int(n)) for one, n in counts.items() if n > 1}
    found = second.conflicts[second.conflicts["conflict"] != "kept apart"]
    assert set(zip(found["spine_id"], found["conflict"], found["values"], strict=True)) == expected
    assert expected


def test_first_and_last_seen(second):
    seen = second.persons.set_index("spine_id")
    only_programme = second.index.groupby("spine_id", observed=True)["source"].agg(set) == {"programme"}
    assert (seen.loc[only_programme[only_programme].index, "first_seen"] == 1).all()
    in_programme = second.index.query("source == 'programme'")["spine_id"].unique()
    assert (seen.loc[in_programme, "last_seen"] == 1).all()
    assert (seen.drop(in_programme)["last_seen"] == 0).all()


def test_withdrawn_records_are_gone_for_good(first, second, opened):
    gone = first.index.query("source == 'school'")["record_id"].iloc[[3, 5, 8]]
    assert not second.index.query("source == 'school'")["record_id"].isin(gone).any()
    assert second.past[-1].withdrawn == 3
    again = second.update(opened("school"), without="programme", key=KEY, on=DAY, progress=False)
    assert not again.index.query("source == 'school'")["record_id"].isin(gone).any()
    is_gone = (first.index["source"] == "school") & first.index["record_id"].isin(gone)
    alone = is_gone.groupby(first.index["spine_id"]).all()
    retired = set(alone[alone].index)
    assert set(second.retired["spine_id"]) == retired
    assert second.history["retired"].tolist() == [0, len(retired)]


def test_rows_in_any_order_give_the_same(made, first):
    shuffled = [
        lk.Dataset(made[name].frame.sample(frac=1, random_state=3), name=name, id=made[name].id)
        for name in ("school", "health")
    ]
    again = pipelines.spine().run(*shuffled, key=KEY, on=DAY, progress=False)
    pd.testing.assert_frame_equal(again.index, first.index)
    pd.testing.assert_frame_equal(again.persons, first.persons)
    pd.testing.assert_frame_equal(again.conflicts, first.conflicts)


def test_saved_spine_is_as_it_was(second, saved):
    again = pipelines.load_spine(saved)
    for name, table in second.tables().items():
        pd.testing.assert_frame_equal(again.tables()[name], table)
    assert again.key_mark == KEY.check_value


def test_saved_spine_goes_on(second, saved, opened):
    again = pipelines.load_spine(saved).update(without="programme", key=KEY, on=DAY, progress=False)
    there = second.update(without="programme", key=KEY, on=DAY, progress=False)
    pd.testing.assert_frame_equal(again.index, there.index)
    pd.testing.assert_frame_equal(again.changes, there.changes)


def test_log_is_not_overwritten(first, saved):
    with pytest.raises(DataError, match="does not go on from"):
        first.save(saved)


@pytest.fixture(scope="module")
def files(saved):
    return {path.name: path.read_bytes() for path in saved.iterdir()}


READ = (
    "plan.toml", "model.json", "scores.parquet", "links.parquet", "clusters.parquet", "cluster_log.parquet",
    "withdrawn.parquet", "study_spine.parquet", "study_sources.parquet", "study_history.parquet",
    "study_changes.parquet", "study_persons.parquet",
)  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_missing_is_named(files, tmp_path, name):
    for path, held in files.items():
        if path != name:
            (tmp_path / path).write_bytes(held)
    with pytest.raises(DataError, match=rf"{name} is not there any more|holds no spine") as told:
        pipelines.load_spine(tmp_path)
    assert name == "study_spine.parquet" or name in str(told.value)


def test_every_table_that_was_changed_is_found(files, tmp_path):
    for path, held in files.items():
        (tmp_path / path).write_bytes(held)
    changeable = [name for name in files if name.startswith("study_") or name in READ]
    assert {"study_index.csv", "study_index.parquet", "study_conflicts.parquet", "study_flow.csv"} <= set(changeable)
    for name in changeable:
        (tmp_path / name).write_bytes(files[name] + b" ")
        with pytest.raises(DataError, match=rf"{name} was changed since the run was saved"):
            pipelines.load_spine(tmp_path)
        (tmp_path / name).write_bytes(files[name])


def test_a_copy_for_reading_may_be_taken_away(second, saved, files):
    beside = saved.parent / "without csv"
    beside.mkdir()
    for path, held in files.items():
        if not path.endswith(".csv"):
            (beside / path).write_bytes(held)
    pd.testing.assert_frame_equal(pipelines.load_spine(beside).index, second.index)


def test_changed_log_is_found(saved, tmp_path):
    for path in saved.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    pd.DataFrame({"update": [1]}).to_parquet(tmp_path / "study_changes.parquet")
    with pytest.raises(DataError, match=r"study_changes\.parquet was changed"):
        pipelines.load_spine(tmp_path)


@pytest.mark.parametrize("whole", [False, True])
def test_release_from_a_spine(second, saved, tmp_path, whole):
    unit = Key.from_bytes(
        bytes.fromhex("a1743c5e90d2f86b17ce3409b85df26a41e7930cd8526fb4097a1ec365b0d8f2"), project="linkage-unit"
    )
    done = lk.release(second if whole else saved, tmp_path / "out", project="reading", key=unit, everyone=True)
    tables = [pd.read_parquet(path) for path in done.files]
    assert sum(map(len, tables)) == len(second.index)
    key, own = tables[0].columns[:2]
    joined = second.index.query("source == 'school'").merge(tables[0], left_on="record_id", right_on=key)
    assert len(joined) == len(tables[0])
    assert joined.groupby("spine_id")[own].nunique().max() == 1
    assert not set(joined[own]) & set(joined["spine_id"])


def test_linking_a_trial_to_the_spine(made, second, opened):
    found = second.link(opened("trial"), progress=False)
    trace = found.trace
    assert list(trace.columns) == ["participant_id", "spine_id", "traced", "match_weight", "match_probability", "gap"]
    assert trace["spine_id"].dropna().is_unique
    assert len(found.links) == len(found) == trace["traced"].sum()
    truth = dict(made["trial"].truth[["record_id", "person_id"]].values)
    persons = pd.Series(persons_of(made, second.index), second.index["spine_id"]).groupby(level=0).agg(set)
    right = [truth[one] in persons[spine] for one, spine in found.links[["participant_id", "spine_id"]].values]
    inside = sum(person in set.union(*persons) for person in truth.values())
    assert np.mean(right) > 0.97
    assert sum(right) / inside > 0.93


def test_each_record_may_have_the_same_person(second, opened):
    spells = lk.Dataset(opened("programme").path, name="attendance", id="attendance_id")
    found = second.link(spells, one_to_one=False, progress=False)
    both = found.links.merge(second.index, left_on="attendance_id", right_on="record_id")
    assert (both["spine_id_x"] == both["spine_id_y"]).mean() > 0.98
    assert found.links["spine_id"].duplicated().any()


def test_consent_and_cards(made):
    school, health = made["school"], made["health"]
    frame = health.frame.assign(agreed=np.where(np.arange(len(health.frame)) % 5 == 0, "no", "yes"))
    card = Card("health", "administrative", person=None, consent=Consent(("any",), column="agreed"))
    run = pipelines.spine(unique="school", repeated=["health"]).run(
        lk.Dataset(school.frame, name="school", id=school.id), lk.Dataset(frame, card=card, id=health.id),
        progress=False,
    )  # fmt: skip
    assert run.flow.set_index("source").loc["health", "left_out"] == (frame["agreed"] == "no").sum()
    over = Card("trial", "trial", consent=Consent(("any",), until=datetime.date(2020, 1, 1), scope="form v1"))
    late = lk.Dataset(made["trial"].frame, card=over, id=made["trial"].id)
    with pytest.raises(CardError, match="form v1"):
        run.link(late, progress=False)
    with pytest.raises(SecretError, match="random ids"):
        run.update(without="health", key=KEY, progress=False)


def test_uniqueness_by_cards(made):
    from linkkit.pipelines.spines._uniqueness import sources_of

    frame = made["school"].frame
    cards = {
        "a": Card("a", person="town"), "b": Card("b", records=len(frame), persons=len(frame)),
        "c": Card("c", records=len(frame), persons=10), "d": Card("d", "cohort"),
    }  # fmt: skip
    datasets = [lk.Dataset(frame, card=card, id=made["school"].id) for card in cards.values()]
    found = {source.name: source for source in sources_of(datasets, (), ())}
    assert {name: source.is_unique for name, source in found.items()} == {"a": False, "b": True, "c": False, "d": True}
    assert "fewer persons than records" in found["c"].why


def test_two_records_of_a_unique_source_are_held_apart(made):
    school, health = made["school"], made["health"]
    twice = school.frame.head(25).assign(**{school.id: [f"again {number}" for number in range(25)]})
    both = pd.concat([school.frame, twice], ignore_index=True)
    run = pipelines.spine(unique="school", repeated="health").run(
        lk.Dataset(both, name="school", id=school.id), lk.Dataset(health.frame, name="health", id=health.id),
        progress=False,
    )  # fmt: skip
    own = run.index.query("source == 'school'").set_index("record_id")["spine_id"]
    assert own.is_unique
    apart = run.conflicts.query("conflict == 'kept apart'")
    found = {frozenset(pair) for pair in apart[["spine_id", "other_id"]].to_numpy()}
    known = {frozenset((own[f"again {number}"], own[school.frame[school.id][number]])) for number in range(25)}
    assert len(found & known) > 15
    assert apart["match_probability"].between(0.5, 1).all()
    assert apart["values"].isna().all()


def test_one_source_is_looked_through(made):
    health = made["health"]
    run = pipelines.spine().run(lk.Dataset(health.frame, name="health", id=health.id), key=KEY, progress=False)
    precision, recall = pair_quality(run.index["spine_id"], persons_of(made, run.index))
    assert precision > 0.95
    assert recall > 0.9


def test_bad_input_is_refused_before_any_work(first, opened):
    with pytest.raises(DataError, match="unique names the source 'scool'"):
        pipelines.spine(unique="scool").run(opened("school"), opened("health"), progress=False)
    with pytest.raises(SpecError, match="is in unique and in repeated"):
        pipelines.spine(unique="a", repeated="a")
    with pytest.raises(SpecError, match="decides by a Cluster"):
        pipelines.spine(plan=lk.Plan(decide=OneToOne()))
    with pytest.raises(DataError, match="needs a source"):
        pipelines.spine().run()
    with pytest.raises(SecretError, match="has ids by a key"):
        first.update(opened("programme"), progress=False)
    with pytest.raises(SecretError, match="was begun with the key"):
        first.update(opened("programme"), key=Key.generate(project="spine"), progress=False)
    with pytest.raises(DataError, match="before the last update"):
        first.update(opened("programme"), key=KEY, on=datetime.date(2020, 1, 1), progress=False)
    with pytest.raises(DataError, match="nothing to update"):
        first.update(key=KEY, on=DAY, progress=False)
    with pytest.raises(DataError, match="withdrawn names the dataset 'scool'"):
        first.update(withdrawn={"scool": ["P0001"]}, key=KEY, on=DAY, progress=False)
    with pytest.raises(DataError, match="held a person any number of times"):
        first.update(opened("health"), unique=["health"], key=KEY, on=DAY, progress=False)
    with pytest.raises(DataError, match="name of a source"):
        first.link(opened("school"), progress=False)
    with pytest.raises(SpecError, match="between 0 and 1"):
        first.link(opened("trial"), at_least=1.0, progress=False)


def test_plan_file(tmp_path):
    described = pipelines.spine(unique=("school",), project="early years", key=str(tmp_path / "unit.key"))
    assert pipelines.Pipeline.load(described.save(tmp_path / "spine.toml")) == described
    (tmp_path / "bad.toml").write_text('[pipeline]\nkind = "spine"\nuniqe = ["school"]\n')
    with pytest.raises(PlanError, match="uniqe"):
        pipelines.Pipeline.load(tmp_path / "bad.toml")


def test_report_holds_the_sections_and_no_person(second, made):
    titles = [section.title for section in second.sections]
    assert titles == ["The spine: one index of persons", "Conflicts within persons", "What happened to ids"]
    assert second.sections[0].tables[0].chart == "flow"
    text = repr(second) + str(second.pipeline) + repr(second.sections)
    assert not any(str(one) in text for one in made["school"].frame["surname"].unique() if len(str(one)) > 5)
    assert not any(one in text for one in second.persons["spine_id"])


@pytest.mark.parametrize(
    ("withdrawn", "words"),
    [
        ({"school": 1}, r"withdrawn\['school'\] must be the ids of records, a list or a column.*got a int"),
        ({"school": "Zzmarker"}, r"withdrawn\['school'\] must be the ids of records.*got a text"),
        ({"school": pd.DataFrame({"id": ["Zzmarker"]})}, r"withdrawn\['school'\] must be .*got a DataFrame"),
        ({"school": ["Zzmarker", 1]}, r"withdrawn\['school'\] must hold ids of one type"),
        ({"school": [["Zzmarker"]]}, r"withdrawn\['school'\] must hold ids of one type"),
        (["Zzmarker"], r"withdrawn must say the ids of records by the name of their dataset.*got a list"),
        (pd.DataFrame({"id": ["Zzmarker"]}), "withdrawn must say the ids of records by the name.*got a DataFrame"),
        ("Zzmarker", "withdrawn must say the ids of records by the name.*got a str"),
    ],
)
def test_what_is_no_ids_by_source_cannot_be_withdrawn(first, withdrawn, words):
    with pytest.raises(DataError, match=words) as told:
        first.update(withdrawn=withdrawn, key=KEY, on=DAY, progress=False)
    assert "Zzmarker" not in str(told.value)


def test_the_day_of_an_update_may_be_a_text(first):
    ids = first.index.loc[first.index["source"] == "school", "record_id"].head(1)
    later = first.update(withdrawn={"school": ids}, key=KEY, on=DAY.isoformat(), progress=False)
    assert later.past[-1].on == DAY
    with pytest.raises(SpecError, match="on must be a day"):
        first.update(withdrawn={"school": ids}, key=KEY, on="soon", progress=False)
