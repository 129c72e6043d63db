"""Histories of identifiers: versions put beside records, their own values, and what cannot be."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import DataError, PlanError
from linkkit.prepare import changes, prepare, with_history, with_versions

PUPILS = pd.DataFrame(
    {
        "id": ["b", "a", "c", "d"],
        "surname": ["Lee", "Moss", "Nash", "Oak"],
        "postcode": ["ls1 4ap", "LS2 9JT", None, "LS6 2AB"],
        "observed_on": ["2020-03-01", None, "2020-05-01", "2020-06-01"],
    }
)
MOVES = pd.DataFrame(
    {
        "pupil": ["a", "a", "b", "x", "c", "b"],
        "pcode": ["ls62ab", "LS2 9JT", "LS1 4AP", "LS1 4AP", None, "LS1 4AP"],
        "since": ["2015-01-01", "2019-05-01", "2010-01-01", "2011-01-01", "2012-01-01", "2018-01-01"],
        "until": ["2019-04-30", None, "2012-XX-XX", None, None, "2019-01-01"],
    }
)
OPTIONS = {"id": "pupil", "fields": {"postcode": "pcode"}, "start": "since", "end": "until"}


def pupils(frame: pd.DataFrame = PUPILS) -> lk.Dataset:
    return lk.Dataset(frame, name="pupils", id="id")


def versions(dataset: lk.Dataset) -> dict[str, list[str] | None]:
    table = dataset.to_pandas()
    return dict(zip(table["id"], table["postcode_history"], strict=True))


def test_every_version_stands_beside_its_record_with_its_days():
    found = versions(with_history(pupils(), MOVES, **OPTIONS))
    assert found["a"] == ["LS2 9JT @ 2019-05-01/..", "LS6 2AB @ 2015-01-01/2019-04-30"]
    # Twice at one address, and an end that is not wholly known is open.
    assert found["b"] == ["LS1 4AP @ 2010-01-01/..", "LS1 4AP @ 2018-01-01/2019-01-01"]


def test_a_record_without_a_history_keeps_its_own_value_of_any_day():
    found = versions(with_history(pupils(), MOVES, **OPTIONS))
    assert found["d"] == ["LS6 2AB @ ../.."]
    assert found["c"] is None


def test_own_values_are_versions_of_the_day_of_the_record_where_it_is_named():
    found = versions(with_history(pupils(), MOVES, **OPTIONS, on="observed_on"))
    assert "LS1 4AP @ 2020-03-01/2020-03-01" in found["b"]
    assert found["d"] == ["LS6 2AB @ 2020-06-01/2020-06-01"]
    assert found["a"] == ["LS2 9JT @ 2019-05-01/..", "LS6 2AB @ 2015-01-01/2019-04-30"]


def test_rows_left_out_are_counted_by_reason():
    told = changes(with_history(pupils(), MOVES, **OPTIONS)).iloc[0]
    assert told["records"] == 6
    assert told["made_missing"] == 2
    assert told["reasons"] == "id of no record 1, no value 1"


def test_the_order_of_rows_does_not_matter():
    one = with_history(pupils(), MOVES, **OPTIONS)
    other = with_history(pupils(PUPILS.iloc[::-1]), MOVES.sample(frac=1.0, random_state=1), **OPTIONS)
    first, second = one.encoded_sets("postcode_history"), other.encoded_sets("postcode_history")
    assert first.codes.tobytes() == second.codes.tobytes()
    assert first.members.tobytes() == second.members.tobytes()
    assert first.values.equals(second.values)


def test_preparing_again_leaves_versions_as_they_are():
    found = with_history(pupils(), MOVES, **OPTIONS)
    again = prepare(found)
    assert again.kind_of("postcode_history") == "history"
    assert versions(again) == versions(found)


def test_values_of_the_dataset_alone_can_be_versions():
    found = versions(with_versions(pupils(), ["postcode"], on="observed_on"))
    assert found["a"] == ["LS2 9JT @ ../.."]  # written on a day that is not known
    assert found["b"] == ["LS1 4AP @ 2020-03-01/2020-03-01"]


def test_the_dataset_itself_stays_as_it_is():
    dataset = pupils()
    with_history(dataset, MOVES, **OPTIONS)
    assert "postcode_history" not in dataset.fields


def test_numbers_as_ids_are_found_among_texts():
    frame = pd.DataFrame({"id": [7, 8], "postcode": ["LS1 4AP", "LS2 9JT"]})
    moves = pd.DataFrame({"pupil": ["7"], "pcode": ["LS6 2AB"], "since": [None], "until": ["2012-01-01"]})
    found = versions(with_history(lk.Dataset(frame, id="id"), moves, **OPTIONS))
    assert found[7] == ["LS6 2AB @ ../2012-01-01"]


def test_a_version_that_ends_before_it_starts_is_told_by_its_row():
    wrong = MOVES.assign(until=["2014-01-01", *MOVES["until"][1:]])
    with pytest.raises(DataError, match=r"1 of 6 versions of its history end before they start \(row 1\)"):
        with_history(pupils(), wrong, **OPTIONS)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"start": "sinc"}, DataError, r"its history has no column 'sinc'. Did you mean 'since'"),
        ({"id": "pcode"}, DataError, r"none of the 6 rows of its history has an id of its records; is 'pcode'"),
        ({"fields": {"postcod": "pcode"}}, PlanError, r"there is no field 'postcod'. Did you mean 'postcode'"),
        ({"fields": {}}, PlanError, r"name at least one field"),
        ({"on": "seen"}, PlanError, r"there is no field 'seen'"),
    ],
)
def test_what_cannot_be_is_told_with_the_way_to_mend_it(options, error, message):
    with pytest.raises(error, match=message):
        with_history(pupils(), MOVES, **{**OPTIONS, **options})


def test_a_field_of_versions_has_no_versions():
    found = with_history(pupils(), MOVES, **OPTIONS)
    with pytest.raises(PlanError, match="'postcode_history' holds sets or encodings"):
        with_versions(found, ["postcode_history"])


def test_no_value_is_in_a_message_or_repr():
    found = with_history(pupils(), MOVES, **OPTIONS)
    told = repr(found) + str(found) + repr(found.preparation) + changes(found).to_string()
    assert "LS1" not in told
    assert "LS6" not in told
