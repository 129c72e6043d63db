"""Specs read from TOML: all mistakes at once, each with its place; and written so that it is read back."""

from __future__ import annotations

import datetime
import tomllib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit._toml import form_of, parsed, read_table, toml_text
from linkkit.errors import PlanError, SpecError


@dataclass(frozen=True)
class Window:
    """A window of days.

    Parameters
    ----------
    start
        The first day.
    days
        How many.
    """

    start: datetime.date
    days: int = 30

    def __post_init__(self) -> None:
        if self.days < 1:
            raise SpecError("days must be at least 1.")


@dataclass(frozen=True)
class Study:
    """A study.

    Parameters
    ----------
    name
        What it is called.
    windows
        When people are followed up.
    """

    name: str
    windows: tuple[Window, ...] = ()


def read(text):
    mistakes = []
    return read_table(form_of(Study), tomllib.loads(text), "", mistakes), mistakes


def test_tables_within_tables_become_specs():
    made, mistakes = read('name = "a"\n[[windows]]\nstart = 2020-01-02\n[[windows]]\nstart = 2021-01-02\ndays = 7')
    assert not mistakes
    assert made == Study("a", (Window(datetime.date(2020, 1, 2)), Window(datetime.date(2021, 1, 2), 7)))


def test_all_mistakes_come_at_once_with_their_places():
    made, mistakes = read('nmae = "a"\n[[windows]]\ndays = "7"\n[[windows]]\nstart = 2021-01-02\ndays = 0')
    assert made is None
    assert mistakes == [
        "(study) has no key 'nmae'. Did you mean 'name'?",
        "name is needed: What it is called.",
        "windows[0].start is needed: The first day.",
        "windows[0].days must be a whole number; got a text.",
        "windows[1]: days must be at least 1.",
    ]


@pytest.mark.parametrize(("content", "said"), [(b"\xff", "no text in UTF-8"), (b"name =", "no TOML")])
def test_a_file_that_is_no_toml_is_named(tmp_path, content, said):
    path = tmp_path / "card.toml"
    path.write_bytes(content)
    with pytest.raises(PlanError, match=f"card.toml is {said}"):
        parsed(path)


LEAVES = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.booleans(), st.floats(0, 1))
TABLES = st.recursive(
    st.dictionaries(st.text(min_size=1, max_size=5), st.one_of(LEAVES, st.lists(LEAVES, max_size=3)), max_size=4),
    lambda one: st.dictionaries(st.text(min_size=1, max_size=5), st.one_of(one, st.lists(one, max_size=3)), max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(TABLES)
def test_what_is_written_is_read_back(data):
    assert tomllib.loads(toml_text(data)) == data
