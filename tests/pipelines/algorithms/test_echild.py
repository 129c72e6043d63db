"""ECHILD: the steps that are certain, and the first of them repeated."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.pipelines import algorithm

ECHILD = algorithm("echild")
PUPIL = {
    "given_name": "Margaret", "surname": "Smith", "dob": "2004-05-16", "sex": "f", "postcode": "LS1 4AP",
    "alternative_postcode": None,
}  # fmt: skip


def _linked(pupils, patients):
    left, right = (
        lk.Dataset(
            pd.DataFrame(rows).astype("string").assign(id=range(len(rows))), name=name,
            fields={"alternative_postcode": lk.Field("alternative_postcode", "text")},
        )
        for rows, name in ((pupils, "npd"), (patients, "pds"))
    )  # fmt: skip
    return ECHILD.link(left, right)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "1"),
        ({"postcode": "M1 1AA", "alternative_postcode": "NE1 7RU;LS1 4AP"}, "1"),
        ({"given_name": "Margret", "surname": "Smyth"}, "2"),
        ({"given_name": "Mabel", "surname": "Smithers"}, "3"),
        ({"given_name": "Mabel", "postcode": "M1 1AA"}, "4"),
        ({"postcode": None}, "4"),
        ({"given_name": "Zoe"}, None),
        ({"sex": "m"}, None),
        ({"dob": "2004-05-17"}, None),
    ],
)
def test_the_steps_in_order(changes, step):
    links = _linked([PUPIL], [{**PUPIL, **changes}]).links
    assert links["pass"].tolist() == [step] * (step is not None)


def test_the_repeated_step_gives_a_pupil_all_records_of_the_register():
    made = _linked([PUPIL], [PUPIL, {**PUPIL, "alternative_postcode": "M1 1AA"}])
    assert made.links[["left_id", "right_id", "pass"]].values.tolist() == [[0, 0, "1 again"], [0, 1, "1 again"]]


def test_a_record_of_the_register_never_gets_two_pupils():
    made = _linked([PUPIL, PUPIL], [PUPIL])
    assert len(made) == 0
    assert set(made.review["reason"]) == {"tied"}
