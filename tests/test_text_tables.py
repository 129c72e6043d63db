"""Tables as text and as HTML."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from linkkit._text_tables import aligned, html_table

cells = st.text("ab 1<é", min_size=1, max_size=6).map(lambda text: text.strip() or "-")
tables = st.integers(1, 4).flatmap(
    lambda size: st.lists(st.tuples(*[cells] * size), min_size=1, max_size=5).map(lambda rows: (rows[0], rows[1:]))
)


@given(table=tables, numbers=st.sets(st.integers(0, 3)))
def test_each_cell_stands_in_its_column_at_its_side(table, numbers):
    head, rows = table
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    for row, line in zip((head, *rows), aligned(head, rows, numbers=numbers), strict=True):
        start = 0
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            at = start + (width - len(cell) if place in numbers else 0)
            assert line[at : at + len(cell)] == cell
            start += width + 2


def test_a_rule_stands_under_the_head():
    assert aligned(("a", "long"), [("bc", "1")], is_ruled=True) == ["a   long", "--  ----", "bc  1"]


def test_cells_of_html_are_escaped():
    page = html_table(("a", "b"), [("<i>", "&")], caption="c<d")
    assert "<caption>c&lt;d</caption>" in page
    assert "<td>&lt;i&gt;</td><td>&amp;</td>" in page
