"""An escrow turns pseudonyms back only with its key, and only where the logbook says so before."""

from __future__ import annotations

import json

import pytest

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise import Key, Pseudonyms
from linkkit.pseudonymise.escrow import reveal

NHS = "9434765919"
WHY = {"reason": "found in screening", "asked_by": "Dr Roe"}


@pytest.fixture
def escrow():
    return Key.generate(project="escrow")


@pytest.fixture
def made(escrow):
    return Pseudonyms("asthma", reversible=True).of([NHS, None, "p-002"], escrow)


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_ids_come_back_and_the_logbook_says_who_asked_and_no_id(escrow, made, tmp_path):
    book = tmp_path / "book" / "revealed.jsonl"
    for _ in range(2):
        assert reveal(made, "asthma", escrow, **WHY, logbook=book) == [NHS, None, "p-002"]
    first, second = lines(book)
    assert {name: first[name] for name in ("what", "project", "asked_by", "reason", "pseudonyms")} == {
        "what": "reveal", "project": "asthma", "asked_by": "Dr Roe", "reason": "found in screening", "pseudonyms": 2
    }  # fmt: skip
    assert first["key"]["check_value"] == escrow.check_value
    assert second["what"] == "reveal"
    assert NHS not in book.read_text("utf-8")
    assert made[0] not in book.read_text("utf-8")


def test_another_key_reveals_nothing_and_the_attempt_is_logged(made, tmp_path):
    book = tmp_path / "revealed.jsonl"
    with pytest.raises(DataError, match="2 pseudonyms"):
        reveal(made, "asthma", Key.generate(project="escrow"), **WHY, logbook=book)
    assert [line["what"] for line in lines(book)] == ["reveal", "reveal failed"]


def test_nothing_is_revealed_where_the_logbook_cannot_be_written(escrow, made, tmp_path):
    (tmp_path / "book").write_text("", "utf-8")
    with pytest.raises(DataError, match="logbook cannot be written"):
        reveal(made, "asthma", escrow, **WHY, logbook=tmp_path / "book" / "revealed.jsonl")


@pytest.mark.parametrize("lacking", ["reason", "asked_by"])
def test_nothing_is_revealed_without_a_reason(escrow, made, tmp_path, lacking):
    with pytest.raises(SpecError, match=rf"reveal\({lacking}=\) must say it in words"):
        reveal(made, "asthma", escrow, **{**WHY, lacking: " "}, logbook=tmp_path / "revealed.jsonl")
    assert not (tmp_path / "revealed.jsonl").exists()
