"""Dataset: what is told apart at the door, and that rows are held in the order of their ids."""

from __future__ import annotations

import datetime

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkkit.cards import Card, Consent
from linkkit.dataset import Dataset
from linkkit.encoded import encode
from linkkit.errors import DataError, SpecError
from linkkit.fields import Field
from linkkit.permission import consenting
from linkkit.prepare import Name, prepare

PEOPLE = {
    "id": [3, 1, 2],
    "first_name": ["Zoë", "Ann-Marie", None],
    "Surname": ["O'Neil", "van der Berg", "राम"],
    "dob": ["2001-02-03", None, "1999-12-31"],
    "arm": ["a", "b", "a"],
}
EXPECTED = {
    "id": [1, 2, 3],
    "given_name": ["Ann-Marie", "", "Zoë"],
    "surname": ["van der Berg", "राम", "O'Neil"],
    "date_of_birth": ["", "1999-12-31", "2001-02-03"],
}


def held(dataset: Dataset) -> dict[str, list[object]]:
    frame = dataset.to_pandas()
    return {column: frame[column].astype(object).where(frame[column].notna(), "").tolist() for column in frame}


def people(**changes: object) -> pd.DataFrame:
    return pd.DataFrame({**PEOPLE, **changes})


@pytest.mark.parametrize(
    "form", ["pandas", "polars", "arrow", "batches", "duckdb", "csv", "csv.gz", "tsv", "parquet", "pq"]
)
def test_every_kind_of_table_gives_the_same_dataset(form, tmp_path):
    frame = people()
    path = tmp_path / f"people.{form}"
    if form == "pandas":
        table: object = frame
    elif form == "polars":
        table = pl.DataFrame(PEOPLE)
    elif form == "arrow":
        table = pa.table(PEOPLE)
    elif form == "batches":
        table = pa.RecordBatchReader.from_batches(pa.table(PEOPLE).schema, pa.table(PEOPLE).to_batches(max_chunksize=1))
    elif form == "duckdb":
        table = duckdb.sql("select * from frame")
    else:
        table = path
        if form in ("parquet", "pq"):
            pq.write_table(pa.table(PEOPLE), path)
        else:
            frame.to_csv(path, index=False, sep="\t" if form == "tsv" else ",")
    dataset = Dataset(table, name="people", id="id", blinded=["arm"])
    result = held(dataset)
    result["id"] = [int(value) for value in result["id"]]
    assert result == EXPECTED
    assert dataset.order.tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    "dtype",
    ["object", "string", "string[pyarrow]", "category", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string())],
)
def test_every_text_dtype_of_pandas_is_read_alike(dtype):
    frame = people()
    frame["first_name"] = frame["first_name"].astype(dtype)
    assert held(Dataset(frame))["given_name"] == EXPECTED["given_name"]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("Int64", [7, 8, None]),
        ("float64", [7.0, 8.0, None]),
        ("Float32", [7.0, 8.0, None]),
        ("string", ["7", "8", None]),
    ],
)
def test_whole_numbers_read_alike_whatever_their_dtype(dtype, values):
    dataset = Dataset(people(house_number=pd.array(values, dtype=dtype)))
    assert held(dataset)["house_number"] == ["8", "", "7"]


@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2001-02-03", None, "1999-12-31"]),
        [datetime.date(2001, 2, 3), None, datetime.date(1999, 12, 31)],
        pd.array(pd.to_datetime(["2001-02-03", None, "1999-12-31"]), dtype=pd.ArrowDtype(pa.timestamp("ns"))),
    ],
)
def test_dates_of_any_type_are_iso_text(values):
    assert held(Dataset(people(dob=values)))["date_of_birth"] == EXPECTED["date_of_birth"]


def test_text_ids_and_shapes_of_values_from_polars():
    table = pl.DataFrame({"id": ["c", "a", "b"], "enumpc": ["LS1 4AP", "M13 9PL", "YO10 5DD"]})
    dataset = Dataset(table)
    assert dataset.ids.to_pylist() == ["a", "b", "c"]
    assert held(dataset)["postcode"] == ["M13 9PL", "YO10 5DD", "LS1 4AP"]


def test_categories_and_lists_of_polars_may_be_missing():
    table = pl.DataFrame({"id": [2, 1, 3], "town": ["York", None, "York"], "names": [["b", "a"], None, []]})
    dataset = Dataset(
        table.with_columns(pl.col("town").cast(pl.Categorical)), fields={"town": "town", "names": "names"}
    )
    assert held(dataset)["town"] == ["", "York", "York"]
    assert dataset.encoded_sets("names").lists(np.arange(3)) == [None, ["a", "b"], None]


def test_row_order_does_not_change_what_is_held():
    frame = people()
    assert held(Dataset(frame)) == held(Dataset(frame.iloc[[2, 0, 1]]))


def test_text_ids_are_held_in_order():
    dataset = Dataset(people(id=["c", "a", "b"]))
    assert dataset.ids.to_pylist() == ["a", "b", "c"]
    assert held(dataset)["surname"] == EXPECTED["surname"]


def test_the_input_stays_as_it_is():
    frame = people()
    before = frame.copy(deep=True)
    Dataset(frame).to_pandas()
    pd.testing.assert_frame_equal(frame, before)


# --- fields


def test_fields_are_recognised_shown_and_overridable():
    dataset = Dataset(people(), name="trial", kind="trial", blinded=["arm"])
    assert "given_name" in str(dataset)
    assert "blinded" in str(dataset)
    other = Dataset(
        people(), fields={"full_name": "Surname", "surname": None, "nickname": Field("first_name", "given_name")}
    )
    assert other.fields["full_name"].columns == ("Surname",)
    assert "surname" not in other.fields
    assert other.kind_of("nickname") == "given_name"
    assert "given_name" not in other.fields


def test_a_date_in_parts_is_one_field():
    frame = pd.DataFrame(
        {"id": [1, 2, 3], "dob_day": [1, None, 9], "dob_mon": [6, 11, None], "dob_year": [1960, 1961, None]}
    )
    assert held(Dataset(frame))["date_of_birth"] == ["1960-06-01", "1961-11-XX", "XXXX-XX-09"]


def test_values_give_a_field_away_where_the_name_does_not():
    dataset = Dataset(people(enumpc=["LS1 4AP", "M13 9PL", "YO10 5DD"]), blinded=["arm"])
    assert dataset.fields["postcode"].columns == ("enumpc",)


def test_a_blinded_column_is_never_a_field():
    dataset = Dataset(people(postcode=["LS1 4AP"] * 3), blinded=["postcode"])
    assert "postcode" not in dataset.fields
    with pytest.raises(DataError, match=r"fields\['area'\] uses the column 'postcode', which is blinded"):
        Dataset(people(postcode=["LS1 4AP"] * 3), blinded=["postcode"], fields={"area": "postcode"})


def test_lists_are_a_field_of_sets():
    dataset = Dataset(people(schools=[["b", "a", "b"], None, []]), fields={"schools": Field("schools", "set")})
    assert dataset.holds_sets("schools")
    assert dataset.encoded_sets("schools").codes.tolist() == [0, 0, 1]
    assert dataset.to_pandas()["schools"].tolist()[2] == ["a", "b"]
    with pytest.raises(DataError, match="holds lists"):
        dataset.encoded("schools")
    with pytest.raises(DataError, match="single values"):
        dataset.encoded_sets("surname")


def test_new_columns_leave_the_old_dataset_alone():
    dataset = Dataset(people())
    changed = dataset.with_encoded({"surname": encode(pa.array(["x", "y", "z"]))}, ["a change"])
    assert held(changed)["surname"] == ["x", "y", "z"]
    assert held(dataset)["surname"] == EXPECTED["surname"]
    assert changed.preparation == ("a change",)
    assert dataset.preparation == ()


# --- bad input


def test_an_id_that_is_not_named_must_be_said():
    with pytest.raises(DataError, match="say which column identifies records"):
        Dataset(people().drop(columns="id"), name="trial")


def test_an_id_column_that_is_not_there_gets_a_hint():
    with pytest.raises(DataError, match=r"trial: id names the column 'ids', which is not there. Did you mean 'id'\?"):
        Dataset(people(), name="trial", id="ids")


@pytest.mark.parametrize("ids", [[1, None, 2], ["a", None, "b"], [1.0, np.nan, 2.0]])
def test_missing_ids_are_named_by_row(ids):
    with pytest.raises(DataError, match=r"trial: the id column 'id' is missing in 1 of 3 records \(row 2\)"):
        Dataset(people(id=ids), name="trial")


@pytest.mark.parametrize("ids", [[7, 7, 2], ["x", "x", "b"], pd.Categorical(["x", "x", "b"])])
def test_repeated_ids_are_named_by_row(ids):
    with pytest.raises(DataError, match=r"trial: the id column 'id' repeats ids in 1 records \(row 2\)"):
        Dataset(people(id=ids), name="trial")


def test_blank_text_ids_are_missing():
    with pytest.raises(DataError, match=r"is missing in 1 of 3 records \(row 2\)"):
        Dataset(people(id=["a", "  ", "b"]))


def test_an_unknown_column_gets_a_hint():
    with pytest.raises(DataError, match=r"fields\['surname'\] names the column 'Surnme', .* Did you mean 'Surname'\?"):
        Dataset(people(), fields={"surname": "Surnme"})
    with pytest.raises(DataError, match=r"blinded names the column 'amr', .* Did you mean 'arm'"):
        Dataset(people(), blinded=["amr"])


def test_an_unknown_field_gets_a_hint():
    with pytest.raises(DataError, match=r"there is no field 'surnam'. Did you mean 'surname'\?"):
        Dataset(people()).encoded("surnam")


@pytest.mark.parametrize("empty", [pd.DataFrame({"id": [], "surname": []}), pa.table({"id": pa.array([], pa.int64())})])
def test_an_empty_dataset_is_refused(empty):
    with pytest.raises(DataError, match="trial: the table has no records"):
        Dataset(empty, name="trial")


def test_a_table_without_columns_is_refused():
    with pytest.raises(DataError, match="no columns"):
        Dataset(pd.DataFrame(), name="trial")


def test_mixed_types_are_named_by_row():
    with pytest.raises(DataError) as caught:
        Dataset(people(Surname=["Zanzibar", 7, "Quux"]), name="trial")
    message = str(caught.value)
    assert "the column 'Surname' mixes types" in message
    assert "row 2" in message
    assert "astype" in message
    assert "Zanzibar" not in message


def test_one_dataset_may_not_be_of_another_kind():
    with pytest.raises(SpecError, match="kind must be one of trial"):
        Dataset(people(), kind="registry")  # type: ignore[arg-type]


def test_what_is_no_table_is_refused():
    with pytest.raises(DataError, match=r"expected a pandas or polars DataFrame.*got dict"):
        Dataset({"id": [1]})


def test_columns_that_stand_twice_are_refused():
    frame = pd.DataFrame([[1, "a", "b"]], columns=["id", "surname", "surname"])
    with pytest.raises(DataError, match="the columns 'surname' stand more than once"):
        Dataset(frame)
    with pytest.raises(DataError, match="the columns 'surname' stand more than once"):
        Dataset(
            pa.Table.from_arrays([pa.array([1]), pa.array(["a"]), pa.array(["b"])], names=["id", "surname", "surname"])
        )


def test_nested_columns_are_refused_by_name():
    table = pa.table({"id": [1, 2], "address": [{"street": "a"}, {"street": "b"}]})
    with pytest.raises(DataError, match="the field 'address' holds"):
        Dataset(table, name="trial").encoded("address")


def test_no_message_holds_a_value():
    marker = "Zaphodmarker"
    for build in (
        lambda: Dataset(people(id=[marker, marker, "b"])),
        lambda: Dataset(people(first_name=[marker, 4, None])),
        lambda: Dataset(people(Surname=[marker, {}, None])),
    ):
        with pytest.raises(DataError) as caught:
            build()
        assert marker not in str(caught.value)
        assert caught.value.__cause__ is None
    dataset = Dataset(people(first_name=[marker] * 3))
    assert marker not in repr(dataset) + str(dataset) + repr(dataset.encoded("given_name"))


@pytest.mark.parametrize("is_prepared", [False, True])
@pytest.mark.parametrize("kind", ["category", object])
def test_values_of_whoever_was_left_out_do_not_weigh(kind, is_prepared):
    """Neither those of rows that are not there, as categories keep them, nor those of people who refused."""
    people = pd.DataFrame({"id": range(6), "surname": ["Lee", "Hay", "Roe", "Lee", "Poe", "Kay"], "agreed": "yes"})
    people["surname"] = people["surname"].astype(kind)
    people.loc[2, "agreed"] = "no"
    card = Card("club", consent=Consent(("any",), column="agreed"))
    given = Dataset(people[:4], card=card)
    kept = consenting(prepare(given, [Name(("surname",))]) if is_prepared else given)
    assert sorted(text.lower() for text in kept.encoded("surname").texts()) == ["", "hay", "lee"]


def test_a_prepared_dataset_that_loses_records_loses_their_values():
    people = prepare(Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Featherstone", "Hay"]})))
    left = people.restricted(people.ids.to_pandas().to_numpy() != 2, "test")
    assert "featherstone" in people.encoded("surname").texts()
    assert sorted(left.encoded("surname").texts()) == ["", "hay", "lee"]


def test_ids_may_be_categories_of_polars():
    people = pl.DataFrame({"id": ["b", "a"], "surname": ["Lee", "Hay"]}).with_columns(pl.col("id").cast(pl.Categorical))
    assert Dataset(people).ids.to_pylist() == ["a", "b"]
