"""Fields that repeat each other, encoded: a right answer or a refusal, and never matches without end."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import DiagnosisError
from linkkit.plan import recommend
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, Token, encode
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.records import Records

pytestmark = pytest.mark.thorough

SHARED = 600
FIELDS = ("given_name", "surname", "town", "postcode")


def two_files(codes_of_a_town):
    """People who are in both files, SHARED of them, and as many in one; a town has so many postcodes."""
    rng = np.random.default_rng(5)
    source = lk.synth.people(2_400, seed=5).register(who="everyone").frame.dropna(subset=["given_name", "family_name"])
    count = 3 * SHARED
    towns = np.minimum(rng.zipf(1.6, count) - 1, 39)
    code = towns * codes_of_a_town + rng.integers(0, codes_of_a_town, count)
    people = pd.DataFrame(
        {
            "given_name": source["given_name"].to_numpy()[:count],
            "surname": source["family_name"].to_numpy()[:count],
            "town": [f"{'abcdefgh'[town % 8]}{'aeiou'[town // 8]}{'rstlnmkd'[town % 8]}worth" for town in towns],
            "postcode": [f"{'BCDE'[one % 4]}{one // 4 % 10}{one % 10} {one // 40}AB" for one in code],
        }
    )

    def file(rows, name, seed):
        draw = np.random.default_rng(seed)
        held = people.iloc[rows].reset_index(drop=True)
        for column in ("given_name", "surname"):
            wrong = draw.random(len(held)) < 0.06
            held.loc[wrong, column] = held.loc[wrong, column].str[1:]
        held["id"] = [f"{name}{row}" for row in rows]
        return prepare(lk.Dataset(held, name=name))

    return file(np.arange(2 * SHARED), "left", 1), file(np.arange(SHARED, 3 * SHARED), "right", 2)


def encodings():
    filters = [BloomField(field) for field in FIELDS]
    tokens = [Token(field, field) for field in FIELDS]
    return {"tokens": Encoding(tokens), "filters": Encoding(filters), "records": Encoding([Clk(filters)])}


@pytest.mark.parametrize("level", ["tokens", "filters", "records"])
@pytest.mark.parametrize("codes_of_a_town", [1, 4])
def test_a_town_and_a_postcode_that_tell_each_other_are_right_or_refused(level, codes_of_a_town):
    key = Key.generate(project="towns")
    encoded = [encode(one, key, encodings()[level]) for one in two_files(codes_of_a_town)]
    run, refused_for = None, set()
    try:
        run = lk.link(*encoded, progress=False)
    except DiagnosisError as error:
        refused_for = {one.name for one in error.diagnosis.serious}
    if run is None:
        assert refused_for & {"inflated_by_dependence", "matches_exceed_links"}
        return
    links = run.links
    right = (links["left_id"].str.removeprefix("left") == links["right_id"].str.removeprefix("right")).sum()
    assert right / len(links) > 0.9
    assert right / SHARED > 0.85
    assert abs(run.expected.precision - right / len(links)) < 0.05


def test_a_field_that_another_tells_is_left_out_as_in_clear_text():
    files = two_files(4)
    key = Key.generate(project="towns")
    for level in ("tokens", "filters"):
        encoded = [encode(one, key, encodings()[level]) for one in files]
        compared = {comparison.name for comparison in recommend(Records(encoded)).compare}
        assert compared == {comparison.name for comparison in recommend(Records(list(files))).compare}
        assert compared == {"given_name", "surname", "postcode"}
