"""The JSON files of CLKs."""

import json

import pytest

from linkkit.errors import DataError
from linkkit.pseudonymise.clkhash import encode, filter_bytes, read_clks, write_clks

SECRET = "a secret of at least sixteen bytes"


def test_what_is_written_is_read_and_is_as_clkhash_writes_it(schema, tmp_path):
    clks = encode([["1", "Ann", "", "2"], ["2", "Bo", "", "3"]], schema, SECRET)
    write_clks(clks, tmp_path / "new" / "clks.json")
    assert json.loads((tmp_path / "new" / "clks.json").read_text()) == {"clks": clks}
    assert read_clks(tmp_path / "new" / "clks.json") == clks
    assert filter_bytes(clks).shape == (2, 32)


def test_no_clks_are_a_file_too(tmp_path):
    write_clks([], tmp_path / "clks.json")
    assert read_clks(tmp_path / "clks.json") == []
    assert filter_bytes([]).shape == (0, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"clks": ["AAAB", "AQ', "not a JSON file, or cut off"),
        ("[]", 'expected a JSON object with a list "clks"'),
        ('{"clks": "AAAB"}', 'expected a JSON object with a list "clks"'),
        ('{"clks": ["AAAB", 3, "Ann", "AA=B"]}', "rows 2, 3, 4: expected a CLK in base64"),
        ('{"clks": ["AAAB", "AQID", "AAA="]}', "most have 3 bytes, and row 3 have others"),
        (b"\x80\x04\x95pickle", "not a JSON file"),
    ],
)
def test_files_that_are_not_what_they_should_be_are_refused(tmp_path, text, expected):
    (tmp_path / "clks.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=expected) as caught:
        read_clks(tmp_path / "clks.json")
    assert "clks.json" in str(caught.value)
    assert "Ann" not in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read_clks(tmp_path / "clks.json")


def test_clks_of_several_lengths_are_not_written(tmp_path):
    with pytest.raises(DataError, match="CLKs must have one length"):
        write_clks(["AAAB", "AA=="], tmp_path / "clks.json")
    assert list(tmp_path.iterdir()) == []
