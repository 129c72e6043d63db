"""Deterministic rules with a rank."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from linkkit.block import candidate_pairs, every_pair
from linkkit.compare import compare_pairs, exact, text
from linkkit.dataset import Dataset
from linkkit.errors import SpecError
from linkkit.score import RuleList, fit

FRAME = pd.DataFrame(
    {
        "id": [1, 2, 3, 4, 5],
        "surname": ["martha", "martha", "marhta", "martha", "zed"],
        "sex": ["f", "f", "f", None, "f"],
    }
)


@pytest.fixture
def levels():
    return compare_pairs(
        candidate_pairs(Dataset(FRAME, id="id"), every_pair()), [text("surname", (0.9,)), exact("sex")]
    )


def ranks(levels, spec):
    frame = fit(levels, spec).score(levels).to_pandas()
    return {(row.left_id, row.right_id): row.rank for row in frame.itertuples()}


def test_the_first_rule_that_holds_wins(levels):
    spec = RuleList(({"surname": "exact", "sex": "exact"}, {"surname": ">= 0.9", "sex": "exact"}, {"surname": "exact"}))
    assert ranks(levels, spec) == {(1, 2): 1, (1, 3): 2, (2, 3): 2, (1, 4): 3, (2, 4): 3}


def test_missing_can_be_asked_for_or_allowed(levels):
    assert ranks(levels, RuleList(({"surname": "exact", "sex": "exact or missing"},))) == {
        (1, 2): 1,
        (1, 4): 1,
        (2, 4): 1,
    }
    assert ranks(levels, RuleList(({"surname": "exact", "sex": "missing"},))) == {(1, 4): 1, (2, 4): 1}
    assert ranks(levels, RuleList(({"surname": ">= 0.9", "sex": "other"},))) == {(1, 2): 1, (1, 3): 1, (2, 3): 1}


def test_weights_fall_by_rank_and_probabilities_are_not_made_up(levels):
    rules = ({"surname": "exact", "sex": "exact"}, {"surname": ">= 0.9"})
    scores = fit(levels, RuleList(rules)).score(levels)
    assert set(zip(scores.extra["rank"].tolist(), scores.weight.tolist(), strict=True)) == {(1, 2.0), (2, 1.0)}
    assert np.isnan(scores.probability).all()
    given = fit(levels, RuleList(rules, probabilities=(0.99, 0.8)))
    scores = given.score(levels, at_least=0.9)
    assert scores.extra["rank"].tolist() == [1]
    assert scores.weight[0] == pytest.approx(np.log2(99))
    assert scores.probability[0] == 0.99


def test_all_mistakes_are_named_at_once(levels):
    with pytest.raises(SpecError) as caught:
        fit(levels, RuleList(({"surnam": "exact"}, {"sex": "exakt"})))
    assert "Did you mean 'surname'" in str(caught.value)
    assert "Did you mean 'exact'" in str(caught.value)


@pytest.mark.parametrize("arguments", [((),), (({},),), (({"a": "exact"},), (0.5, 0.4)), (({"a": "exact"},), (1.0,))])
def test_a_rule_list_that_contradicts_itself_is_refused(arguments):
    with pytest.raises(SpecError):
        RuleList(*arguments)


def test_a_floor_of_probability_needs_probabilities(levels):
    with pytest.raises(SpecError, match="no probabilities"):
        fit(levels, RuleList(({"surname": "exact"},))).score(levels, at_least=0.5)
