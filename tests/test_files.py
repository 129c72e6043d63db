"""Files are written beside their target and renamed."""

from __future__ import annotations

import hashlib

import pytest

from linkkit.files import atomic_write, json_text, sha256, write_json


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "links.csv"
    with atomic_write(target) as beside:
        beside.write_text("half", "utf-8")
        assert not target.exists()
    assert target.read_text("utf-8") == "half"


def _half_written(path, error):
    path.write_text("half", "utf-8")
    raise error


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_what_is_stopped_leaves_the_old_file_and_no_litter(error, tmp_path):
    target = tmp_path / "links.csv"
    target.write_text("old", "utf-8")
    with pytest.raises(error), atomic_write(target) as beside:
        _half_written(beside, error)
    assert target.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["links.csv"]


def test_the_hash_is_that_of_the_bytes(tmp_path):
    content = b"a,b\n" * 100_000
    (tmp_path / "a.csv").write_bytes(content)
    assert sha256(tmp_path / "a.csv") == hashlib.sha256(content).hexdigest()


def test_json_is_written_whole_in_one_form_and_without_numbers_that_it_has_not(tmp_path):
    target = tmp_path / "record.json"
    write_json(target, {"town": "Ægir", "rows": [1]})
    text = '{\n  "town": "Ægir",\n  "rows": [\n    1\n  ]\n}\n'
    assert target.read_bytes() == text.encode() == json_text({"town": "Ægir", "rows": [1]}).encode()
    with pytest.raises(ValueError, match="JSON"):
        write_json(target, {"rows": float("nan")})
    assert target.read_bytes() == text.encode()
