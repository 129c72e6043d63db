from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.engine.local.kept_apart import merged_kept_apart

SIZE = 9
PAIRS = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda pair: pair[0] != pair[1]))


def rows(pairs):
    return tuple(np.array([pair[side] for pair in pairs], np.uint32) for side in (0, 1))


@settings(max_examples=300)
@given(
    PAIRS, PAIRS, st.lists(st.integers(0, 7), min_size=SIZE, max_size=SIZE), st.lists(st.integers(0, 8), max_size=SIZE)
)
def test_it_merges_as_a_plain_list_of_sets_does(edges, apart, held, start):
    label = np.arange(SIZE, dtype=np.uint32)
    for node, root in enumerate(start):
        label[node] = label[root] if root < node else node
    groups = [{node for node in range(SIZE) if label[node] == root} for root in sorted(set(label.tolist()))]
    for one, other in edges:
        first, second = (next(group for group in groups if node in group) for node in (one, other))
        if first is second:
            continue
        clash = any((held[a] & held[b]) for a in first for b in second)
        clash |= any((a in first and b in second) or (a in second and b in first) for a, b in apart)
        if not clash:
            groups = [group for group in groups if group not in (first, second)] + [first | second]
    expected = np.empty(SIZE, np.uint32)
    for group in groups:
        expected[list(group)] = min(group)
    found = merged_kept_apart(*rows(edges), label, np.array(held, np.uint64), *rows(apart))
    assert found.tolist() == expected.tolist()
