"""Dice over the fields that both records hold, against plain arithmetic pair by pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.present_fields import similar_by_present_fields
from linkkit.pseudonymise.similarity import similar

WEIGHTS = [40.0, 30.0, 20.0]


def plain(left, right, left_fields, right_fields, weights, least_common):
    """The similarity of every pair; -1 where too little is common."""
    found = np.full((len(left), len(right)), -1.0)
    weights = np.array(weights)
    for i, one in enumerate(np.unpackbits(left, axis=1)):
        for j, other in enumerate(np.unpackbits(right, axis=1)):
            common = weights[left_fields[i] & right_fields[j]].sum()
            if common < least_common * weights.sum():
                continue
            shares = [
                common / weights[fields].sum() if fields.any() else 0.0 for fields in (left_fields[i], right_fields[j])
            ]
            below = shares[0] * int(one.sum()) + shares[1] * int(other.sum())
            found[i, j] = min(1.0, 2.0 * int((one & other).sum()) / below) if below else 0.0
    return found


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.tuples(st.integers(1, 25), st.integers(1, 25)),
    within=st.booleans(),
    at_least=st.sampled_from([0.0, 0.5, 0.8]),
    least_common=st.sampled_from([0.0, 0.5, 1.0]),
    top=st.one_of(st.none(), st.integers(1, 3)),
)
@settings(max_examples=60, deadline=None)
def test_pairs_are_those_of_plain_arithmetic(seed, rows, within, at_least, least_common, top):
    random = np.random.default_rng(seed)
    left = np.packbits(random.random((rows[0], 40)) < 0.4, axis=1)
    left_fields = random.random((rows[0], 3)) < 0.7
    right, right_fields = np.packbits(random.random((rows[1], 40)) < 0.4, axis=1), random.random((rows[1], 3)) < 0.7
    right[::2] = left[random.integers(0, len(left), len(right[::2]))]
    if within:
        right, right_fields = left, left_fields
    expected = plain(left, right, left_fields, right_fields, WEIGHTS, least_common)
    keep = expected >= at_least
    if within:
        keep = np.triu(keep, 1) if top is None else keep & ~np.eye(len(left), dtype=bool)
    if top is not None:
        for row in range(len(keep)):
            order = np.lexsort((np.arange(keep.shape[1]), -expected[row]))
            keep[row, [column for column in order if keep[row, column]][top:]] = False
    given_right = {} if within else {"right": right, "right_fields": right_fields}
    for workers in (1, 3):
        found = similar_by_present_fields(
            left, left_fields=left_fields, weights=WEIGHTS, at_least=at_least, least_common=least_common, top=top,
            workers=workers, **given_right,
        )  # fmt: skip
        assert (found.left.tolist(), found.right.tolist()) == tuple(part.tolist() for part in np.nonzero(keep))
        assert found.similarity.tolist() == expected[keep].tolist()


def test_the_worked_example():
    left, right = np.zeros(256, bool), np.zeros(256, bool)
    left[:150] = True
    right[45:160] = True
    found = similar_by_present_fields(
        np.packbits(left)[None], np.packbits(right)[None], left_fields=np.array([[True] * 3]),
        right_fields=np.array([[True, True, False]]), weights=[60, 60, 40],
    )  # fmt: skip
    assert found.similarity.tolist() == [pytest.approx(210 / 227.5)]
    plain_dice = similar(np.packbits(left)[None], np.packbits(right)[None], at_least=0.5).similarity
    assert plain_dice.tolist() == [pytest.approx(210 / 265)]


def test_where_all_hold_all_it_is_plain_dice():
    filters = np.packbits(np.random.default_rng(0).random((300, 64)) < 0.6, axis=1)
    found = similar_by_present_fields(filters, left_fields=np.ones((300, 3), bool), weights=WEIGHTS, at_least=0.7)
    assert len(found) > 100
    assert found.to_pandas().equals(similar(filters, at_least=0.7).to_pandas())


def test_missing_encodings_pair_with_nothing():
    found = similar_by_present_fields([b"ab", None, b"ab"], left_fields=np.ones((3, 3), bool), weights=WEIGHTS)
    assert found.to_pandas().to_numpy().tolist() == [[0, 2, 1.0]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"left_fields": np.ones((2, 3), bool)}, DataError, "left_fields must be a matrix of booleans with 1 rows"),
        ({"left_fields": np.ones((1, 3))}, DataError, "left_fields .* got float64"),
        ({"weights": [1, 0, 2]}, SpecError, "weights must be one number above 0"),
        ({"weights": ["a", "b", "c"]}, SpecError, "weights must be one number above 0"),
        ({"least_common": 2}, SpecError, "least_common must be a share"),
        ({"at_least": -1}, SpecError, "at_least must be"),
    ],
)
def test_what_cannot_be_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        similar_by_present_fields([b"ab"], **{"left_fields": np.ones((1, 3), bool), "weights": WEIGHTS, **arguments})
