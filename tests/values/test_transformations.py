"""Transformations of distinct values."""

from __future__ import annotations

import jellyfish
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import SpecError
from linkkit.values import TRANSFORMATIONS, import_function, transform

TEXT = st.text(st.characters(categories=["L", "M", "N", "P", "Zs"]), min_size=1, max_size=12)
LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
SINGLE = [name for name, one in TRANSFORMATIONS.items() if one.columns == (1, 1) and not one.takes_path]


@pytest.mark.parametrize("name", SINGLE)
@given(values=st.lists(TEXT, max_size=6))
def test_any_text_gives_one_result_each_and_never_an_empty_one(name, values):
    constants = (2,) if TRANSFORMATIONS[name].constants[1] else ()
    results = transform(name, values, constants)
    assert len(results) == len(values)
    kind = set if TRANSFORMATIONS[name].many else str
    assert all(result is None or (isinstance(result, kind) and result) for result in results)


@given(LATIN)
def test_phonetics_are_those_of_jellyfish(text):
    assert transform("soundex", [text]) == [jellyfish.soundex(text)]
    assert transform("nysiis", [text]) == [jellyfish.nysiis(text) or None]
    assert transform("metaphone", [text]) == [jellyfish.metaphone(text) or None]


@pytest.mark.parametrize(
    ("name", "text", "constants", "expected"),
    [
        ("first", "smith", (3,), "smi"), ("first", "wu", (3,), "wu"), ("last", "smith", (2,), "th"),
        ("digits", "12a-3", (), "123"), ("digits", "none", (), None),
        ("sorted_words", "van der berg", (), "berg der van"), ("soundex", "o brien", (), "O165"),
        ("soundex", "?", (), None), ("year", "1960-XX-02", (), "1960"), ("month", "1960-XX-02", (), None),
        ("day", "1960-XX-02", (), "02"), ("year", "nonsense", (), None),
        ("whole_date", "1960-06-02", (), "1960-06-02"), ("whole_date", "1960-06-XX", (), None),
        ("swapped_day_month", "1960-06-02", (), "1960-02-06"), ("swapped_day_month", "1960-06-13", (), None),
        ("area", "LS1 4AP", (), "LS"), ("outward", "LS1 4AP", (), "LS1"), ("sector", "LS1 4AP", (), "LS1 4"),
        ("outward", "ls14ap", (), "ls1"), ("area", "M13 9PL", (), "M"), ("outward", "EC1A 1BB", (), "EC1A"),
        ("outward", "90210", (), "902"), ("sector", "90210", (), "902"), ("area", "2119", (), "21"),
    ],
)  # fmt: skip
def test_examples(name, text, constants, expected):
    assert transform(name, [text], constants) == [expected]


def test_sets():
    assert transform("words", ["van der berg"]) == [{"van", "der", "berg"}]
    assert transform("qgrams", ["abcd", "ab"], (3,)) == [{"abc", "bcd"}, {"ab"}]
    assert transform("suffixes", ["abcde", "abc"], (4,)) == [{"abcde", "bcde"}, {"abc"}]


def test_a_function_of_ones_own(monkeypatch, tmp_path):
    (tmp_path / "own_keys.py").write_text(
        "def key(values):\n    return [v[:1] or None for v in values]\ndef short(values):\n    return []\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert transform("using", ["ab", "cd"], ("own_keys:key",)) == ["a", "c"]
    with pytest.raises(SpecError, match="own_keys:short returned 0 values for 2 texts"):
        transform("using", ["ab", "cd"], ("own_keys:short",))


@pytest.mark.parametrize("path", ["nothing_here:f", "math:nothing", "math", "", ":", "math:"])
def test_a_path_that_leads_nowhere(path):
    with pytest.raises(SpecError, match="There is no function at"):
        import_function(path)


def test_a_path_to_something_else():
    with pytest.raises(SpecError, match="is not a function"):
        import_function("math:pi")
