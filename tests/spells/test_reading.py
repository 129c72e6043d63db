"""Tables become spells: what dates are read, what is refused and what is left out with a count."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.spells import Spells

STAYS = {"who": ["b", "a"], "start": ["2024-02-28", "1969-12-31"], "end": ["2024-03-01", None], "home": ["Oak", "Elm"]}
EVENING = ["2024-02-28 23:00", "1969-12-31 13:00"]


def expected():
    return [("a", "1969-12-31", None, None), ("b", "2024-02-28", "2024-03-01", 3)]


def rows_of(spells):
    frame = spells.to_pandas()
    as_text = lambda column: [None if pd.isna(day) else day.date().isoformat() for day in column]  # noqa: E731
    days = [None if pd.isna(days) else int(days) for days in frame["days"]]
    return list(zip(frame["entity"], as_text(frame["start"]), as_text(frame["end"]), days, strict=True))


def dates(values, kind):
    return [None if value is None else kind(value) for value in values]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame(STAYS),
        pd.DataFrame(STAYS | {"start": ["2024-02-28T23:59:59Z", "1969-12-31 13:00"]}),
        pd.DataFrame(STAYS | {side: pd.to_datetime(STAYS[side]) for side in ("start", "end")}),
        pd.DataFrame(STAYS | {"start": pd.to_datetime(EVENING)}),
        pd.DataFrame(STAYS | {"start": pd.to_datetime(EVENING).tz_localize("Asia/Tokyo")}),
        pd.DataFrame(STAYS | {side: dates(STAYS[side], datetime.date.fromisoformat) for side in ("start", "end")}),
        pd.DataFrame(STAYS | {side: pd.Series(STAYS[side], dtype="category") for side in ("start", "end")}),
        pa.table({**STAYS, "start": pa.array(STAYS["start"]).cast(pa.date32())}),
        pa.table({**STAYS, "start": pa.array(STAYS["start"]).cast(pa.date32()).cast(pa.date64())}),
        pa.table({**STAYS, "start": pa.array(STAYS["start"]).dictionary_encode()}),
        pl.DataFrame(STAYS),
        pl.DataFrame(STAYS).with_columns(pl.col("start").str.to_date(), pl.col("end").str.to_date()),
    ],
    ids=["iso", "iso times", "datetimes", "times", "zones", "dates", "categories", "date32", "date64", "dictionary",
         "polars", "polars dates"],
)  # fmt: skip
def test_dates_of_every_kind_are_the_same_days(table):
    spells = Spells.of(table, entity="who", place="home")
    assert rows_of(spells) == expected()
    assert spells.to_pandas()["place"].tolist() == ["Elm", "Oak"]
    assert spells.rows.tolist() == [1, 0]
    assert spells.open_count == 1


@given(st.lists(st.dates(datetime.date(1, 1, 1), datetime.date(9998, 1, 1)), min_size=1, max_size=5))
def test_every_day_of_the_calendar_is_read_as_python_reads_it(days):
    texts = [day.isoformat() for day in days]
    spells = Spells.of(pa.table({"start": texts}), entity=None, end=None)
    assert spells.start.tolist() == sorted((day - datetime.date(1970, 1, 1)).days for day in days)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2024-13-01", "2024-00-10", "01/02/2024", "2024-1-1", "2024-01-01x", "x"]
)
def test_what_is_no_date_is_refused_by_row_and_never_quoted(text):
    table = pd.DataFrame({"who": [1, 1, 1], "start": ["2024-01-01", text, "2024-01-03"], "end": [None, None, text]})
    with pytest.raises(DataError, match=r"start \(column 'start'\) is no date .* in 1 of 3 rows \(row 2\)") as error:
        Spells.of(table, entity="who")
    assert text == "x" or text not in str(error.value)
    spells = Spells.of(table, entity="who", on_unreadable="drop")
    assert spells.rows.tolist() == [0]
    assert spells.changes == {"start is no date, left out": 1, "end is no date, left out": 1}


def test_numbers_are_no_dates():
    with pytest.raises(DataError, match=r"'start'\) holds int64, which are no dates"):
        Spells.of(pd.DataFrame({"start": [20240101]}), entity=None, end=None)


def test_a_missing_start_or_entity_is_refused_or_left_out_with_its_count():
    table = pd.DataFrame({"who": ["a", None, "b"], "start": ["2024-01-01", "2024-01-01", None], "end": [None] * 3})
    with pytest.raises(
        DataError, match=r"start .* missing in 1 of 3 rows \(row 3\)\. Mend it, or leave .* on_missing='drop'"
    ):
        Spells.of(table, entity="who")
    spells = Spells.of(table, entity="who", on_missing="drop")
    assert (len(spells), spells.changes) == (1, {"no start, left out": 1, "no entity, left out": 1})


def test_spells_that_end_before_they_start_are_refused_swapped_or_left_out():
    table = pd.DataFrame({"who": [1, 1], "start": ["2024-01-05", "2024-01-05"], "end": ["2024-01-04", "2024-01-05"]})
    with pytest.raises(DataError, match=r"1 of 2 rows end before they start \(row 1\)"):
        Spells.of(table, entity="who")
    swapped = Spells.of(table, entity="who", on_reversed="swap")
    assert rows_of(swapped) == [(1, "2024-01-04", "2024-01-05", 2), (1, "2024-01-05", "2024-01-05", 1)]
    assert swapped.changes == {"end before start, swapped": 1}
    dropped = Spells.of(table, entity="who", on_reversed="drop")
    assert (dropped.rows.tolist(), dropped.changes) == ([1], {"end before start, left out": 1})


def test_an_end_that_is_excluded_is_the_day_after_the_last():
    table = pd.DataFrame({"start": ["2024-03-01"] * 4, "end": ["2024-03-04", "2024-03-02", "2024-03-01", None]})
    spells = Spells.of(table, entity=None, ends="excluded")
    assert spells.to_pandas().sort_values("row")["days"].tolist() == [3, 1, 1, pd.NA]
    backwards = pd.DataFrame({"start": ["2024-03-02"], "end": ["2024-03-01"]})
    with pytest.raises(DataError, match="end before they start"):
        Spells.of(backwards, entity=None, ends="excluded")
    swapped = Spells.of(backwards, entity=None, ends="excluded", on_reversed="swap")
    assert swapped.to_pandas()["days"].tolist() == [1]


def test_dates_that_stand_for_an_open_end_are_open():
    table = pd.DataFrame({"start": ["2024-01-01"] * 3, "end": ["9999-12-31", "2099-01-01", "2024-01-01"]})
    assert Spells.of(table, entity=None).open_count == 1
    assert Spells.of(table, entity=None, open_at=["2099-01-01"]).open_count == 1
    assert Spells.of(table, entity=None, open_at=["2099-01-01", "9999-12-31"]).open_count == 2
    assert Spells.of(table.replace("2099-01-01", "2999-12-31"), entity=None).open_count == 2


def test_columns_that_are_not_there_are_named():
    table = pd.DataFrame({"centre": ["x"], "start_date": ["2024-01-01"]})
    with pytest.raises(DataError, match=r"place names the column 'center', which is not there. Did you mean 'centre'"):
        Spells.of(table, entity=None, start="start_date", end=None, place="center")
    with pytest.raises(SpecError, match="cannot go by the name 'days'"):
        Spells.of(table, entity=None, start="start_date", end=None, days="centre")
    with pytest.raises(SpecError, match=r"has no column 'plase'; .* Did you mean 'place'"):
        Spells.of(table, entity=None, start="start_date", end=None, place="centre").codes("plase")


def test_a_dataset_gives_its_rows_and_hides_what_is_blinded():
    table = pd.DataFrame({"id": ["s2", "s1"], "who": ["a", "a"], "start": ["2024-01-01", None], "arm": [0, 1]})
    dataset = lk.Dataset(table, name="programme", id="id", blinded=["arm"])
    with pytest.raises(DataError, match=r"programme: start \(column 'start'\) is missing in 1 of 2 rows \(row 2\)"):
        Spells.of(dataset, entity="who", end=None)
    spells = Spells.of(dataset, entity="who", end=None, id="id", on_missing="drop")
    assert (spells.name, spells.rows.tolist(), spells.ids.to_pylist()) == ("programme", [0], ["s2"])
    with pytest.raises(DataError, match="programme: arm names the column 'arm', which is blinded"):
        Spells.of(dataset, entity="who", end=None, arm="arm", on_missing="drop")


def test_ids_tell_spells_apart_and_make_the_order_of_rows_no_matter():
    table = pd.DataFrame({"id": [3, 1, 2], "who": ["a"] * 3, "start": ["2024-01-01"] * 3, "place": ["x", "y", "z"]})
    one = Spells.of(table, entity="who", end=None, id="id", place="place")
    other = Spells.of(table.iloc[::-1], entity="who", end=None, id="id", place="place")
    assert one.to_pandas().drop(columns="row").equals(other.to_pandas().drop(columns="row"))
    table.loc[0, "id"] = 1
    with pytest.raises(DataError, match=r"id \(column 'id'\) stands more than once in 2 rows \(rows 1, 2\)"):
        Spells.of(table, entity="who", end=None, id="id")


def test_ids_that_are_whole_numbers_stay_numbers_even_where_some_are_missing():
    table = pd.DataFrame({"who": [20.0, None, 3.0], "start": ["2024-01-01"] * 3})
    spells = Spells.of(table, entity="who", end=None, on_missing="drop")
    assert spells.entities.to_pylist() == ["20", "3"]
    whole = Spells.of(table.astype({"who": "Int64"}), entity="who", end=None, on_missing="drop")
    assert whole.entities.to_pylist() == [3, 20]


def test_an_empty_table_is_no_spells():
    table = pd.DataFrame({"who": pd.Series([], dtype=object), "start": pd.Series([], dtype="datetime64[ns]")})
    spells = Spells.of(table, entity="who", end=None)
    assert (len(spells), spells.to_pandas().columns.tolist()) == (0, ["row", "entity", "start", "end", "days"])


def test_some_spells_can_be_chosen():
    spells = Spells.of(pd.DataFrame(STAYS), entity="who", place="home")
    chosen = spells.select(~spells.is_open)
    assert rows_of(chosen) == expected()[1:]
    assert chosen.select(np.array([0])).to_pandas()["place"].tolist() == ["Oak"]


def test_options_that_are_not_known_are_refused():
    table = pd.DataFrame(STAYS)
    for option in ({"ends": "open"}, {"on_missing": "keep"}, {"on_reversed": "keep"}, {"on_unreadable": "keep"}):
        with pytest.raises(SpecError, match=f"{next(iter(option))} must be one of"):
            Spells.of(table, entity="who", **option)


def test_no_repr_holds_a_value():
    spells = Spells.of(pd.DataFrame({"who": ["Marker"], "start": ["2024-01-01"], "home": ["Secret"]}), entity="who",
                       end=None, place="home")  # fmt: skip
    assert "Marker" not in repr(spells) + str(spells)
    assert "Secret" not in repr(spells) + str(spells)


@pytest.mark.parametrize("value", [[1], {"a": 1}])
def test_a_column_of_lists_or_structs_is_refused_by_its_name(value):
    table = pa.table({"who": ["a"], "start": ["2024-01-01"], "end": ["2024-01-02"], "x": [value]})
    for parts in ({"entity": "x"}, {"entity": "who", "id": "x"}):
        with pytest.raises(DataError, match=r"\(column 'x'\) holds .*; give one text, number or date a row"):
            Spells.of(table, **parts)
    with pytest.raises(DataError, match=r"entity \(column 'x'\) holds .*; give one text, number or date a row"):
        lk.spells.People.of(table, entity="x", birth="start")
    with pytest.raises(DataError, match=r"spells: 'place' holds .*; give one text, number or date a row"):
        Spells.of(table, entity="who", place="x").codes("place")


@pytest.mark.parametrize("kind", ["float64", "Float64", "object", "boolean", "Int64"])
def test_an_end_that_is_missing_in_every_row_is_open_whatever_its_type(kind):
    """pandas reads an empty column of a CSV file as floats."""
    table = pd.DataFrame({"who": ["a", "b"], "start": "2024-01-01"})
    table["end"] = pd.Series([None, None], dtype=kind)
    assert Spells.of(table, entity="who").open_count == 2
    table["end"] = pd.Series([1, None], dtype=kind)
    with pytest.raises(DataError, match=r"which are no dates|no date in ISO"):
        Spells.of(table, entity="who")
