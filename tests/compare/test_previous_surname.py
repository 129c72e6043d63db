"""A surname that is the other record's previous one: whichever dataset holds previous surnames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, compare
from linkkit.errors import PlanError


def dataset(name, surnames, previous=None):
    table = pd.DataFrame({"id": range(len(surnames)), "surname": surnames})
    if previous is not None:
        table["maiden_name"] = previous
    return lk.Dataset(table, name=name)


def level(left, right, comparison=None):
    comparison = comparison or compare.surname(previous="previous_surname")
    pairs = block.candidate_pairs(left, right, block.every_pair())
    return compare.compare_pairs(pairs, [comparison]).sample(99)["surname level"].tolist()


@pytest.mark.parametrize(
    ("left", "before_left", "right", "before_right", "expected"),
    [
        ("lee", None, "moss", "lee", "previous surname"),
        ("moss", "lee", "lee", None, "previous surname"),
        ("ash", "lee", "moss", "lee", "previous surname"),
        ("lee", "ash", "lee", "moss", "exact"),
        ("lee", "moss", "moss", "lee", "previous surname"),
        ("lee moss", None, "moss", None, "one part"),  # on marriage one part is shared
        ("lee moss", None, "ash", "moss", "previous surname"),
        ("smith", None, "smyth", None, "alike"),
        ("lee", None, "ash", "oak", "other"),
        (None, "lee", "lee", None, "previous surname"),
        (None, "lee", "ash", None, "missing"),
    ],
)
def test_levels(left, before_left, right, before_right, expected):
    one, other = dataset("one", [left], [before_left]), dataset("other", [right], [before_right])
    assert level(one, other) == [expected]


def test_one_dataset_alone_may_hold_previous_surnames():
    held, lacking = dataset("held", ["moss", "lee"], ["lee", None]), dataset("lacking", ["lee"])
    assert level(held, lacking) == ["previous surname", "exact"]
    assert level(lacking, held) == ["previous surname", "exact"]


def test_a_field_that_no_dataset_has_is_a_mistake():
    one, other = dataset("one", ["lee"]), dataset("other", ["lee"])
    with pytest.raises(PlanError, match="one has no field 'previous_surname'"):
        level(one, other)
    with pytest.raises(PlanError, match="other has no field 'previous_surname'"):
        block.candidate_pairs(one, other, block.on(block.pooled("surname", "previous_surname")))


def test_the_first_column_of_a_pool_must_be_in_every_dataset():
    held, lacking = dataset("held", ["moss"], ["lee"]), dataset("lacking", ["lee"])
    with pytest.raises(PlanError, match="lacking has no field 'previous_surname'"):
        block.candidate_pairs(held, lacking, block.on(block.pooled("previous_surname", "surname")))


def test_it_is_recommended_where_a_dataset_has_previous_surnames():
    held, lacking = dataset("held", ["moss", "lee"], ["lee", "oak"]), dataset("lacking", ["lee", "ash"])
    for datasets in ((held, lacking), (lacking, held)):
        (found,) = lk.plan.recommend(lk.records.Records(datasets)).compare
        assert found == compare.surname(previous="previous_surname")
    assert compare.recommended("surname") == compare.surname()


def test_it_is_saved_by_its_name_and_read_again(tmp_path):
    plan = lk.Plan(block=[block.on("surname")], compare=[compare.surname(previous="previous_surname")])
    path = lk.plan.save_plan_file(tmp_path / "plan.toml", plan, [])
    assert 'previous = "previous_surname"' in path.read_text("utf-8")
    assert lk.plan.load_plan_file(path).plan.compare == plan.compare


@pytest.fixture(scope="module")
def changed():
    """A file from before some people changed their surname, and a register that knows what it was."""
    population = lk.synth.people(1200, seed=4)
    before = population.people.set_index("person_id")["previous_surname"]

    def recorded(name, coverage):
        made = population.register(who="everyone", name=name, coverage=coverage)
        frame = made.frame.drop(columns="nhs_no")
        return made, frame, before.reindex(made.truth["person_id"]).to_numpy()

    old, earlier, names = recorded("old", 0.6)
    earlier["family_name"] = np.where(pd.isna(names), earlier["family_name"], names)
    new, register, names = recorded("new", 0.9)
    register["maiden_name"] = names
    return earlier, register, old.matches(new)


def test_people_who_changed_their_name_are_found_in_made_up_registers(changed):
    earlier, register, truth = changed
    found = {}
    for columns in (["maiden_name"], []):
        one = lk.Dataset(earlier, name="earlier", id="patient_id")
        other = lk.Dataset(register.drop(columns=columns), name="register", id="patient_id")
        run = lk.link(one, other, progress=False)
        found[not columns] = run.evaluate(truth).pairs
    assert found[True].f1 >= found[False].f1
    assert found[True].recall > 0.995
    weights = run.model.to_pandas().query("comparison == 'surname'").set_index("level")["weight"]
    assert weights["previous surname"] > weights["other"] + 3
    pair = run.links.iloc[0]
    assert "surname" in str(run.explain(pair["left_id"], pair["right_id"]))
    assert "previous_surname right" in run.levels.sample(3).columns


def test_no_order_of_rows_changes_it(changed):
    earlier, register, _ = changed
    links = []
    for seed in (None, 1):
        tables = [table if seed is None else table.sample(frac=1, random_state=seed) for table in (earlier, register)]
        run = lk.link(*(lk.Dataset(t, name=n, id="patient_id") for t, n in zip(tables, "ab", strict=True)),
                      progress=False)  # fmt: skip
        links.append(run.links)
    pd.testing.assert_frame_equal(*links)


def test_a_former_upn_is_a_level_of_its_own():
    upns = ["B801200005001", "P207000016049"]
    one = lk.Dataset(pd.DataFrame({"id": [1], "upn": upns[:1], "former_upn": upns[1:]}), name="today")
    other = lk.Dataset(pd.DataFrame({"id": [1, 2], "upn": [upns[1], upns[0]]}), name="before")
    (found,) = lk.plan.recommend(lk.records.Records([one, other])).compare
    assert found == compare.identifier("upn", previous="former_upn")
    pairs = block.candidate_pairs(one, other, block.every_pair())
    table = compare.compare_pairs(pairs, [found]).sample(9).set_index("right_id")["upn level"]
    assert table.to_dict() == {1: "previous number", 2: "exact"}


def test_a_new_extract_with_other_previous_surnames_is_compared_anew(changed):
    """Though only one of the two datasets has the field, which they therefore do not share."""
    earlier, register, _ = changed
    one = lk.Dataset(earlier, name="earlier", id="patient_id")
    first = lk.link(one, lk.Dataset(register, name="register", id="patient_id"), progress=False)
    known = register["maiden_name"].notna()
    later = register.copy()
    later.loc[known, "maiden_name"] = None
    updated = lk.update(first, lk.Dataset(later, name="register", id="patient_id"), replace=True, progress=False)
    assert int(updated.records.fresh.sum()) == int(known.sum())
