"""Learning from labels and from strong identifiers."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, edits, exact, text
from linkkit.dataset import Dataset
from linkkit.errors import ModelError
from linkkit.records import Records
from linkkit.score import fit_from_identifier, fit_from_labels

FIVE = pd.DataFrame(
    {"id": [1, 2, 3, 4, 5], "name": ["Robin", "Robyn", "Robin", "James", "David"], "cluster": [1, 1, 1, 2, 2]}
)


def five():
    data = Dataset(FIVE, id="id", fields={"name": "name", "cluster": "cluster"})
    return compare_pairs(candidate_pairs(data, on("name")), [edits("name", (2,), metric="levenshtein")])


def test_splinks_m_from_pairwise_labels():
    same = [(a, b) for a, b in itertools.combinations(range(5), 2) if FIVE["cluster"][a] == FIVE["cluster"][b]]
    labels = pd.DataFrame({"left_id": [FIVE["id"][a] for a, _ in same], "right_id": [FIVE["id"][b] for _, b in same]})
    model = fit_from_labels(five(), labels, m_pseudo_pairs=0, prior=0.4)
    assert model.m_probability[0] == pytest.approx((1 / 4, 2 / 4, 1 / 4))
    assert model.m_source[0] == ("labels",) * 3


def test_splinks_m_from_a_label_column():
    model = fit_from_identifier(five(), "cluster", m_pseudo_pairs=0, prior=0.4)
    assert model.m_probability[0] == pytest.approx((1 / 4, 2 / 4, 1 / 4))
    assert any("only 4 matches" in finding for finding in model.findings)


def test_levels_that_labels_never_show_are_kept_off_zero():
    labels = pd.DataFrame({"left_id": [1], "right_id": [3]})
    m = fit_from_labels(five(), labels, prior=0.4).m_probability[0]
    assert m == pytest.approx((4 / 6, 1 / 6, 1 / 6))


def test_labels_teach_the_error_rates_whichever_way_round_they_stand(levels):
    known = np.arange(0, 8000)
    second = levels.records.datasets[1].ids.to_pylist()
    known = [each for each in known.tolist() if each in set(second)][:1500]
    model = fit_from_labels(levels, pd.DataFrame({"left_id": known, "right_id": known, "is_match": True}))
    assert [m[0] for m in model.m_probability[:3]] == pytest.approx([0.90, 0.95, 0.97], abs=0.03)
    assert model.expected_matches == pytest.approx(4000, rel=0.05)


def test_a_strong_identifier_teaches_m_and_its_own_comparison_is_learned_with_the_rest_held(make_people):
    first, second = make_people(3000, 4)
    for frame in (first, second):
        frame["nhs_number"] = frame["id"].map(lambda number: f"{9434765870 + number}")
        frame.loc[frame.index % 4 == 0, "nhs_number"] = None
    levels = compare_pairs(
        candidate_pairs(
            Dataset(first, name="a"), Dataset(second, name="b"), [on("given_name", "surname"), on("date_of_birth")]
        ),
        [exact("nhs_number"), text("given_name"), text("surname"), exact("date_of_birth")],
    )
    model = fit_from_identifier(levels, "nhs_number")
    assert [m[0] for m in model.m_probability[1:]] == pytest.approx([0.90, 0.95, 0.97], abs=0.03)
    assert model.m_probability[0][0] > 0.98
    assert model.m_source[1][0] == "agreement on nhs_number"
    assert model.m_source[0][0].startswith("passes")


def test_labels_of_many_datasets_name_them(make_people):
    first, second = make_people(400, 3)
    third = second.assign(id=second["id"])
    records = Records([Dataset(frame, name=name) for frame, name in zip((first, second, third), "abc", strict=True)])
    levels = compare_pairs(candidate_pairs(records, on("date_of_birth")), [text("given_name"), text("surname")])
    ids = second["id"].tolist()
    labels = pd.DataFrame({"left_dataset": "c", "left_id": ids, "right_dataset": "b", "right_id": ids})
    model = fit_from_labels(levels, labels)
    assert model.m_probability[0][0] > 0.99  # the third is the second
    with pytest.raises(ModelError, match="left_dataset"):
        fit_from_labels(levels, labels[["left_id", "right_id"]])
    with pytest.raises(ModelError, match="200 labels name a right_dataset"):
        fit_from_labels(levels, labels.assign(right_dataset="d"))


def test_wrong_labels_are_refused_by_count_and_row_not_by_id(levels):
    with pytest.raises(
        ModelError, match=r"2 of 3 labels have a right_id that is not among the records \(rows 2, 3\)"
    ) as caught:
        fit_from_labels(
            levels,
            pd.DataFrame(
                {"left_id": [0, 1, 2], "right_id": [int(levels.records.datasets[1].ids[0].as_py()), 987_654, 987_655]}
            ),
        )
    assert "987654" not in str(caught.value)
    with pytest.raises(ModelError, match="left_id, right_id; right_id is not there"):
        fit_from_labels(levels, pd.DataFrame({"left_id": [0]}))
    with pytest.raises(ModelError, match="no match"):
        fit_from_labels(
            levels,
            pd.DataFrame(
                {"left_id": [0], "right_id": [int(levels.records.datasets[1].ids[0].as_py())], "is_match": [False]}
            ),
        )
    with pytest.raises(ModelError, match="with itself"):
        fit_from_labels(five(), pd.DataFrame({"left_id": [1], "right_id": [1]}))


def test_an_identifier_that_says_nothing_is_refused(levels):
    frame = pd.DataFrame({"id": [1, 2], "code": ["a", "b"], "surname": ["x", "x"]})
    data = Dataset(frame, id="id", fields={"code": "code", "surname": "surname"})
    pairs = candidate_pairs(data, on("surname"))
    with pytest.raises(ModelError, match="No two records agree on code"):
        fit_from_identifier(compare_pairs(pairs, [exact("surname")]), "code")
    with pytest.raises(ModelError, match="Every comparison reads surname"):
        fit_from_identifier(compare_pairs(pairs, [exact("surname")]), "surname")
