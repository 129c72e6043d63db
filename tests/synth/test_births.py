"""Babies and deliveries: complete and agreeing as in the published table, the same for a seed."""

from __future__ import annotations

import pytest

from linkkit import synth
from linkkit.errors import LinkkitError

SIZE = 20_000


@pytest.fixture(scope="module")
def made():
    return synth.births(SIZE, seed=5)


@pytest.fixture(scope="module")
def together(made):
    babies, deliveries = made
    pairs = babies.matches(deliveries)
    left = babies.frame.set_index("babies_id").loc[pairs["left_id"]].reset_index(drop=True)
    right = deliveries.frame.set_index("deliveries_id").loc[pairs["right_id"]].reset_index(drop=True)
    return left, right


@pytest.mark.parametrize(
    ("field", "babies", "deliveries"),
    [
        ("hospital", 1.0, 1.0), ("gp_practice", 0.930, 0.996), ("ethnicity", 0.921, 0.926),
        ("postcode_district", 0.386, 0.985), ("sex", 0.999, 0.883), ("birth_weight", 0.854, 0.890),
        ("gestation", 0.817, 0.854), ("antenatal_gestation", 0.746, 0.739),
    ],
)  # fmt: skip
def test_fields_are_as_complete_as_the_table_says(made, field, babies, deliveries):
    shares = [one.frame[field].notna().mean() for one in made]
    assert shares == pytest.approx([babies, deliveries], abs=0.012)


@pytest.mark.parametrize(
    ("field", "share"),
    [("ethnicity", 0.7735), ("postcode_district", 0.9718), ("episode_start", 0.6066), ("episode_end", 0.8999),
     ("estimated_delivery_date", 0.9995), ("antenatal_date", 0.9989)],
)  # fmt: skip
def test_matches_agree_as_the_table_says_or_by_chance_more(together, field, share):
    left, right = together
    both = left[field].notna() & right[field].notna()
    agree = (left[field] == right[field])[both].mean()
    by_chance = (left[field].value_counts(normalize=True) ** 2).sum()
    assert share - 0.012 <= agree <= share + (1 - share) * by_chance + 0.012


def test_a_tail_is_missing_as_one(made):
    tail = ["birth_order", "birth_weight", "gestation", "maternal_age", "antenatal_date", "delivery_place"]
    for one in made:
        assert one.frame[tail].isna().all(axis=1).mean() == pytest.approx(0.09, abs=0.01)


def test_twins_share_a_delivery_and_are_told_apart(made):
    babies, _ = made
    held = babies.frame.merge(babies.truth, left_on="babies_id", right_on="record_id")
    twins = held[held.duplicated("family_id", keep=False)].dropna(subset=["birth_order", "birth_weight"])
    assert len(twins) == pytest.approx(2 * 0.016 * SIZE * 0.98 * 0.8, rel=0.2)
    assert twins["hospital"].notna().all()
    assert babies.truth["person_id"].is_unique
    assert (held.groupby("family_id").size() <= 2).all()


def test_the_log_holds_every_wrong_value(together, made):
    left, right = together
    differ = int((left["hospital"] != right["hospital"]).sum())
    wrong = sum(int((one.mistakes["field"] == "hospital").sum()) for one in made)
    assert 0 < differ <= wrong


def test_the_same_seed_gives_the_same_files():
    one, again, other = (synth.births(200, seed=seed) for seed in (1, 1, 2))
    assert all(a.frame.equals(b.frame) and a.mistakes.equals(b.mistakes) for a, b in zip(one, again, strict=True))
    assert not one[0].frame.equals(other[0].frame)


def test_files_are_in_an_order_of_their_own_and_ids_tell_nothing():
    babies, deliveries = synth.births(400, seed=3)
    pairs = babies.matches(deliveries)
    assert (pairs["left_id"].str[1:] == pairs["right_id"].str[1:]).mean() < 0.05


@pytest.mark.parametrize(
    "given",
    [
        {"count": 10},
        {"twins": 0.9},
        {"coverage": 0.0},
        {"coverage": 1.1},
        {"count": 60.5},
        {"seed": "q"},
        {"twins": "a"},
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_said(given):
    with pytest.raises(LinkkitError, match="births needs"):
        synth.births(**{"count": 100, **given})
