"""Versions as texts: written and read again, whatever the value."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from linkkit.values import ALWAYS, NEVER, dated_text, version_of
from linkkit.values._dated import undated_text

days = st.dates().map(datetime.date.toordinal)


@given(st.text(max_size=20), days | st.just(ALWAYS), days | st.just(NEVER))
def test_a_version_is_read_as_it_was_written(value, start, end):
    assert version_of(dated_text(value, start, end)) == (value, start, end)
    assert undated_text(dated_text(value, start, end)) == value


@given(st.text(max_size=20).filter(lambda text: " @ " not in text))
def test_a_text_without_days_held_always(value):
    assert version_of(value) == (value, ALWAYS, NEVER)
