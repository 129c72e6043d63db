"""Files: CSV and Parquet, and files that are not what they say."""

from __future__ import annotations

import codecs
import gzip
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkkit.dataset import Dataset
from linkkit.errors import DataError


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def surnames(dataset):
    return dataset.to_pandas()["surname"].fillna("").tolist()


def test_a_file_names_its_dataset(tmp_path):
    dataset = Dataset(write(tmp_path / "register.2024.csv", "id,surname\n1,Lee\n"))
    assert dataset.name == "register"
    assert dataset.path == str(tmp_path / "register.2024.csv")


def test_csv_columns_are_text_so_that_zeros_stay(tmp_path):
    dataset = Dataset(write(tmp_path / "a.csv", "id,zip,surname\n007,00501,NA\n008,10001,\n"))
    assert dataset.ids.to_pylist() == ["007", "008"]
    assert dataset.to_pandas()["postcode"].tolist() == ["00501", "10001"]
    assert surnames(dataset) == ["NA", ""]


def test_quotes_commas_and_line_breaks_inside_values(tmp_path):
    path = write(tmp_path / "a.csv", 'id,surname\n1,"O\'Neil, ""Kit"""\n2,"two\nlines"\n')
    assert surnames(Dataset(path)) == ['O\'Neil, "Kit"', "two\nlines"]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"id,surname\n1,Lee\n")
    assert Dataset(path).id == "id"


def test_windows_line_ends_and_compression(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("id,surname\r\n1,Zoë\r\n".encode()))
    assert surnames(Dataset(path)) == ["Zoë"]


@pytest.mark.parametrize("separator", [";", "|", "\t", ","])
def test_the_separator_is_seen(tmp_path, separator):
    path = write(tmp_path / "a.csv", f"id{separator}surname\n1{separator}Lee\n")
    assert surnames(Dataset(path)) == ["Lee"]


def test_text_in_utf_16(tmp_path):
    path = write(tmp_path / "a.csv", "id,surname\n1,Zoë\n", "utf-16")
    with pytest.raises(DataError, match="give encoding='utf-16'"):
        Dataset(path)
    assert surnames(Dataset(path, encoding="utf-16")) == ["Zoë"]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_another_encoding_can_be_named(tmp_path, encoding):
    path = write(tmp_path / "a.csv", "id,surname\n1,Müller\n2,Zoë\n", encoding)
    assert surnames(Dataset(path, encoding=encoding)) == ["Müller", "Zoë"]


def test_a_broken_encoding_is_told_with_a_way_out(tmp_path):
    path = write(tmp_path / "a.csv", "id,surname\n1,Müllermarker\n", "cp1252")
    with pytest.raises(DataError, match=r"cannot be read as text in utf-8.*try encoding='cp1252'") as caught:
        Dataset(path)
    assert "llermarker" not in str(caught.value)


def test_an_encoding_that_does_not_exist(tmp_path):
    path = write(tmp_path / "a.csv", "id,surname\n1,Lee\n")
    with pytest.raises(DataError, match="utf-9"):
        Dataset(path, encoding="utf-9")


def test_rows_of_other_lengths_are_told_by_number(tmp_path):
    path = write(tmp_path / "a.csv", "id,surname\n1,Lee\n2,Zaphodmarker,extra\n3\n4,Bo\n")
    with pytest.raises(
        DataError, match=r"the header has 2, and 2 rows have another number \(rows 3, 4, the header"
    ) as caught:
        Dataset(path)
    assert "Zaphodmarker" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_file_that_is_not_there(tmp_path, name):
    with pytest.raises(DataError, match="there is no file"):
        Dataset(tmp_path / name)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.tsv"])
def test_an_empty_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        Dataset(tmp_path / name)


def test_a_header_alone_is_an_empty_dataset(tmp_path):
    with pytest.raises(DataError, match="has no records"):
        Dataset(write(tmp_path / "a.csv", "id,surname\n"))


def test_a_text_that_ends_like_parquet(tmp_path):
    with pytest.raises(DataError, match="ends like a Parquet file and is not one"):
        Dataset(write(tmp_path / "a.parquet", "id,surname\n1,Lee\n"))


def test_a_parquet_file_that_ends_like_text(tmp_path):
    pq.write_table(pa.table({"id": [1]}), tmp_path / "a.csv")
    with pytest.raises(DataError, match="ends like a text table and is a Parquet file"):
        Dataset(tmp_path / "a.csv")


def test_a_spreadsheet_that_ends_like_text(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.csv", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(DataError, match="is an Excel or zip file"):
        Dataset(tmp_path / "a.csv")


def test_text_that_ends_like_gzip(tmp_path):
    with pytest.raises(DataError, match="ends like a compressed table and is not one"):
        Dataset(write(tmp_path / "a.csv.gz", "id,surname\n1,Lee\n"))


def test_a_parquet_file_cut_short(tmp_path):
    pq.write_table(pa.table({"id": list(range(1000)), "surname": ["x"] * 1000}), tmp_path / "whole.parquet")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "whole.parquet").read_bytes()[:-50])
    with pytest.raises(DataError, match="damaged or cut short"):
        Dataset(tmp_path / "cut.parquet")


def test_an_ending_that_is_not_known(tmp_path):
    with pytest.raises(DataError, match=r"must end in .csv, .csv.gz, .tsv or .parquet"):
        Dataset(write(tmp_path / "a.xlsx", "x"))


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(DataError, match="there is no file"):
        Dataset(tmp_path / "a.csv")


def test_parquet_keeps_categories_and_types(tmp_path):
    frame = pd.DataFrame(
        {"id": [1, 2], "surname": pd.Categorical(["b", "a"]), "dob": pd.to_datetime(["2001-02-03", None])}
    )
    frame.to_parquet(tmp_path / "a.parquet")
    dataset = Dataset(tmp_path / "a.parquet")
    assert surnames(dataset) == ["b", "a"]
    assert dataset.to_pandas()["date_of_birth"].fillna("").tolist() == ["2001-02-03", ""]


def test_only_columns_that_matter_are_read(tmp_path):
    pq.write_table(pa.table({"id": [1], "surname": ["Lee"], "diagnosis": ["Zaphodmarker"]}), tmp_path / "a.parquet")
    dataset = Dataset(tmp_path / "a.parquet")
    assert "diagnosis" not in dataset.to_pandas()
    assert "'diagnosis'" in str(dataset)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            [np.datetime64("2001-02-03")] * 2,
            r"holds objects of the type datetime64.*pandas\.to_datetime\(frame\['dob'\]\)",
        ),
        ([1 + 2j, 3j], r"holds objects of the type complex, which linkkit cannot read\. Make them text"),
        ([10**30, 1], r"holds whole numbers of more than 64 bits\. Make them text, .*astype\('string'\)"),
    ],
    ids=["days of numpy", "complex", "large"],
)
def test_objects_that_arrow_has_not_are_refused_by_dataset_and_column(values, told):
    frame = pd.DataFrame({"id": [1, 2], "dob": pd.Series(values, dtype=object)})
    with pytest.raises(DataError, match=f"^register: the column 'dob' {told}") as found:
        Dataset(frame, name="register")
    assert "1000000" not in str(found.value)
    assert "2001" not in str(found.value)
