"""Tables to CLKs."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import linkkit as lk
from linkkit.errors import DataError
from linkkit.pseudonymise.clkhash import encode, encode_frame

SECRET = "a secret of at least sixteen bytes"


@pytest.fixture
def people():
    return pd.DataFrame(
        {
            "id": ["c", "a", "b"],
            "name": ["Cy", "Ann", "Bo"],
            "born": ["1990-01-03", "1989-11-09", None],
            "children": ["3", "0", "12"],
        }
    )


def test_a_table_is_encoded_like_its_rows_in_the_order_of_ids(schema, people):
    made = encode_frame(people, schema, SECRET)
    rows = [["", "Ann", "1989-11-09", "0"], ["", "Bo", "", "12"], ["", "Cy", "1990-01-03", "3"]]
    assert made["id"].tolist() == ["a", "b", "c"]
    assert made["clk"].tolist() == encode(rows, schema, SECRET)
    assert made.columns.tolist() == ["id", "clk"]


def test_datasets_arrow_tables_and_files_are_taken_too(schema, people, tmp_path):
    expected = encode_frame(people, schema, SECRET)
    people.to_csv(tmp_path / "people.csv", index=False)
    for table in (lk.Dataset(people), pa.Table.from_pandas(people), tmp_path / "people.csv"):
        pd.testing.assert_frame_equal(encode_frame(table, schema, SECRET), expected, check_dtype=False)


def test_numbers_and_dates_are_written_as_the_schema_has_them(schema, people):
    expected = encode_frame(people, schema, SECRET)["clk"].tolist()
    people["children"] = people["children"].astype(int)
    people["born"] = pd.to_datetime(people["born"])
    assert encode_frame(people, schema, SECRET)["clk"].tolist() == expected
    people["born"] = [datetime.date(1990, 1, 3), datetime.date(1989, 11, 9), None]
    assert encode_frame(people, schema, SECRET)["clk"].tolist() == expected
    people["children"] = people["children"].astype(float)
    people["name"] = people["name"].astype("category")
    assert encode_frame(people, schema, SECRET)["clk"].tolist() == expected


def test_whole_numbers_that_pandas_made_floats_because_some_are_missing_stay_whole(schema, people):
    schema["features"][3]["hashing"]["missingValue"] = {"sentinel": "", "replaceWith": ""}
    people["children"] = [3.0, 0.0, np.nan]
    rows = [["", "Ann", "1989-11-09", "0"], ["", "Bo", "", ""], ["", "Cy", "1990-01-03", "3"]]
    assert encode_frame(people, schema, SECRET)["clk"].tolist() == encode(rows, schema, SECRET)


def test_a_column_of_nothing_is_empty_texts(schema, people):
    people["born"] = None
    rows = [["", "Ann", "", "0"], ["", "Bo", "", "12"], ["", "Cy", "", "3"]]
    assert encode_frame(people, schema, SECRET)["clk"].tolist() == encode(rows, schema, SECRET)


def test_columns_that_are_absent_or_blinded_are_named(schema, people):
    with pytest.raises(DataError, match=r"features that are no columns: 'name' Did you mean 'names', 'born'"):
        encode_frame(people.rename(columns={"name": "names", "born": "day"}), schema, SECRET)
    with pytest.raises(DataError, match="encodes 'children', which is blinded"):
        encode_frame(lk.Dataset(people, blinded=["children"]), schema, SECRET)


def test_columns_of_another_kind_are_refused(schema, people):
    with pytest.raises(DataError, match=r"features\[1\] 'name': the column holds dates, and the schema says string"):
        encode_frame(people.assign(name=pd.Timestamp("2001-02-03")), schema, SECRET)
    with pytest.raises(DataError, match=r"features\[1\] 'name': the column is of type bool"):
        encode_frame(people.assign(name=True), schema, SECRET)
    with pytest.raises(DataError, match=r"features\[3\] 'children', row 3: expected a whole number"):
        encode_frame(people.assign(children=[2.5, 1.0, 2.0]), schema, SECRET)
