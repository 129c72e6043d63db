"""A wrong plan file gets all its mistakes at once, each with its place."""

from __future__ import annotations

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.errors import PlanError
from linkkit.plan import Plan, load_plan_file


def mistakes_of(tmp_path, text: str, version: str = "linkkit_plan = 1\n") -> tuple[str, ...]:
    path = tmp_path / "plan.toml"
    path.write_text(version + text, "utf-8")
    with pytest.raises(PlanError) as caught:
        Plan.load(path)
    return caught.value.mistakes


def test_every_mistake_is_told_at_once_with_its_place(tmp_path):
    found = mistakes_of(
        tmp_path,
        """
        blok = 1
        keep = "x"
        block = [
          { on = ["surname", 3] }, { kind = "on", columns = "surname", cap = 1 }, { kind = "sorted_neighborhood" },
        ]
        prepare = [
          { kind = "name", fields = ["surname"], acents = true }, { kind = "text", fields = "a", case = "Lower" },
        ]
        [[compare]]
        function = "txt"
        [[compare]]
        function = "text"
        colum = "town"
        [[compare]]
        name = "a"
        levels = [{ label = "x", condition = { measure = { kind = "equal", column = "town" }, bound = "high" } }]
        [[compare]]
        function = "text"
        column = "town"
        at_least = [0.8, 0.9]
        [decide]
        kind = "one_to_on"
        [score]
        prior = 7
        """,
    )
    assert found == (
        "There is no part 'blok'. Did you mean 'block'?",
        "keep must be a number; got a text.",
        "prepare[0] (name) has no key 'acents'. Did you mean 'accents'?",
        "prepare[1].case must be 'lower', 'upper' or 'keep'; got 'Lower'. Did you mean 'lower'?",
        "block[0].on[1] must be a text; got the number 3.",
        "block[1]: on(cap=) must be at least 2 records; got 1.",
        "block[2].kind: there is no 'sorted_neighborhood'. Did you mean 'sorted_neighbourhood'?",
        "compare[0].function: there is no 'txt' in linkkit.compare. Did you mean 'text'?",
        "compare[1] (text) has no key 'colum'. Did you mean 'column'?",
        "compare[1].column is needed.",
        "compare[2].levels[0].condition.bound must be a number; got a text.",
        "compare[3]: text(at_least=) must fall from strict to loose; got (0.8, 0.9).",
        "score: prior must lie between 0 and 1; got 7.0.",
        "decide.kind: there is no 'one_to_on'. Did you mean 'one_to_one' or 'one_to_many'?",
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("block = 3", "block must be a list; got int."),
        ("block = [3]", "block[0] must be a table; got int."),
        ("block = [{ cap = 3 }]", "block[0].kind is needed: one of on, near, sorted_neighbourhood, minhash,"),
        ('compare = ["surname"]', "compare[0] must be a table; got a text."),
        ('compare = [{ column = "surname" }]', "compare[0] needs function (one of address, date"),
        ('compare = [{ name = "a", levels = [] }]', "compare[0]: The comparison 'a' needs at least one level."),
        ('prepare = [{ fields = "a" }]', "prepare[0].kind is needed: one of text, name, date"),
        ("keep = true", "keep must be a number; got true or false."),
        ("keep = 1.0", "keep is a probability, at least 0 and below 1; got 1.0."),
        ('link_type = "link"', "link_type must be 'link_only', 'dedupe' or 'link_and_dedupe'; got 'link'."),
        ('model = "m.json"\n[score]\nprior = 0.1', "A plan has a model to score with, or a score to learn, not both."),
        ("datasets = 3", "datasets must be a list of tables: write [[datasets]] above each."),
        ('datasets = [{ path = "a.csv", kind = "tril" }]', "datasets[0].kind must be 'trial', 'intervention'"),
        ("datasets = [{ id = 3 }]", "datasets[0].path is needed: A CSV or Parquet file"),
        ('datasets = [{ path = "a", fields = { town = 3 } }]', "datasets[0].fields.town[0] must be a text"),
        (
            'datasets = [{ path = "a", fields = { town = { column = "t" } } }]',
            "datasets[0].fields.town takes columns and kind; got column.",
        ),
        ('block = [{ on = ["first(surname)"] }]', "block[0]: The column 'first(surname)' has 0 numbers inside"),
        ("[score]\nfixed = [{ comparison = 'sex' }]", "score.fixed[0].level is needed: Name of a comparison"),
        ("[score]\npasses = ['surname', { on = 3 }]", "score.passes[1].on[0] must be a text; got the number 3."),
        ("[decide]\nkind = 'cluster'\nreview = [0.1]", "decide.review"),
        ("[decide]\nat_least = 0.5", "decide.kind is needed: one of threshold, best_each"),
    ],
)
def test_a_mistake_has_its_place(text, start, tmp_path):
    (found, *_) = mistakes_of(tmp_path, text)
    assert found.startswith(start), found


def test_a_nested_condition_has_its_place(tmp_path):
    inner = '{ operator = "not", conditions = [{ measure = { kind = "txt" } }] }'
    condition = f'{{ operator = "and", conditions = [{inner}] }}'
    (found,) = mistakes_of(
        tmp_path, f'compare = [{{ name = "a", levels = [{{ label = "x", condition = {condition} }}] }}]'
    )
    place = "compare[0].levels[0].condition.conditions[0].conditions[0].measure.kind"
    assert found.startswith(f"{place}: there is no 'txt'. Did you mean 'text'?")


def test_wrong_toml_is_told_with_its_line(tmp_path):
    (found,) = mistakes_of(tmp_path, "keep = \n")
    assert found == "plan.toml is no TOML: Invalid value (at line 2, column 8)."


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PlanError, match=r"nowhere.toml: the file cannot be read \(No such file or directory\)"):
        Plan.load(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "plan.toml").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(PlanError, match=r"plan.toml is no text in UTF-8"):
        Plan.load(tmp_path / "plan.toml")


def test_a_plan_without_version_or_of_another_is_refused(tmp_path):
    assert mistakes_of(tmp_path, "keep = 0.1", "")[0].startswith("linkkit_plan is needed")
    assert mistakes_of(tmp_path, "", "linkkit_plan = 2\n") == (
        "linkkit_plan is 2; this linkkit reads version 1. Use a newer linkkit.",
    )


WORDS = st.sampled_from(
    ["kind", "on", "columns", "cap", "function", "column", "at_least", "name", "levels", "label", "condition",
    "measure",
     "bound", "operator", "conditions", "fields", "values", "passes", "fixed", "rules", "path", "rename", "window", "x",
     "text", "equal", "cluster", "rule_list", "classifier", "options", "sorted_neighbourhood", "replace", "surname"]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(WORDS, st.text(max_size=5), st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans(), st.dates()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=12,
)
PARTS = st.sampled_from(["prepare", "block", "compare", "score", "decide", "datasets", "keep", "model", "link_type"])


@settings(max_examples=300, deadline=None)
@given(data=st.dictionaries(PARTS, VALUES, max_size=4))
def test_nonsense_is_a_plan_error_and_nothing_else(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("nonsense") / "plan.toml"
    path.write_text(tomli_w.dumps({"linkkit_plan": 1, **data}), "utf-8")
    mistakes: tuple[str, ...] = ()
    try:
        load_plan_file(path)
    except PlanError as error:
        mistakes = error.mistakes
    assert all(mistakes)
