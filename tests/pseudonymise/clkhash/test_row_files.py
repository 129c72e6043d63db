"""CSV files of clkhash projects: what was written is read, and the secret from its file."""

import csv
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError, SecretError
from linkkit.pseudonymise.clkhash import IgnoredFeature, Schema, read_rows, read_secret

SCHEMA = Schema((IgnoredFeature("name"), IgnoredFeature("born")), 64)
# Carriage returns become line ends when a text file is read; so they do in clkhash.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=8)


@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=6), header=st.booleans(), strip=st.booleans())
def test_what_a_csv_writer_wrote_is_read(rows, header, strip):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("name", "born")] * header + rows)
        read = read_rows(path, SCHEMA, header=header, strip=strip)
    assert read == [tuple(cell.strip() if strip else cell for cell in row) for row in rows]


def test_a_mark_before_a_header_is_left_out_and_an_empty_file_without_one_has_no_rows(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,born\nAnn,1989\n", "utf-8-sig")
    assert read_rows(path, SCHEMA) == [("Ann", "1989")]
    path.write_text("")
    assert read_rows(path, SCHEMA, header=False) == []
    with pytest.raises(DataError, match="There is no file"):
        read_rows(tmp_path / "none.csv", SCHEMA)


@pytest.mark.parametrize(
    ("held", "secret"),
    [
        (b"staple", b"staple"),
        (b"staple\n\n", b"staple\n\n"),
        (b" staple \r\n", b" staple "),
        (b"\xef\xbb\xbfstaple\n", b"staple"),
        (b"\xff\xfe\x01\x02", b"\xff\xfe\x01\x02"),
        ("Größe\n".encode(), "Größe".encode()),
    ],
)
def test_the_secret_is_the_line_or_the_bytes_of_its_file(tmp_path, held, secret):
    path = tmp_path / "secret.txt"
    path.touch(0o600)
    path.write_bytes(held)
    assert read_secret(path) == secret


@pytest.mark.skipif(os.name != "posix", reason="mode bits are POSIX")
def test_a_secret_that_others_can_read_and_a_missing_one_are_refused(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_bytes(b"staple")
    path.chmod(0o644)
    with pytest.raises(SecretError, match="the file of the secret can be read or changed by others") as refused:
        read_secret(path)
    assert "staple" not in str(refused.value)
    with pytest.raises(SecretError, match="cannot be read: No such file"):
        read_secret(tmp_path / "none.txt")
