"""Graph matching: it finds people without any key, and not behind sparse diffused filters."""

import numpy as np
import pyarrow as pa
import pytest

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise import bloom
from linkkit.pseudonymise.attacks import MadeUpKey, graph_matching
from linkkit.pseudonymise.attacks._graphs import similarities, structure

pytestmark = pytest.mark.thorough

FIELDS = [
    bloom.BloomField("given_name"),
    bloom.BloomField("surname"),
    bloom.BloomField("date_of_birth", "date"),
    bloom.BloomField("postcode", q=1, padded=False, positional=True),
]
SIZE = 700


@pytest.fixture(scope="module")
def people():
    return lk.prepare.prepare(lk.synth.people(1_000, seed=7).register(who="everyone", coverage=1.0).dataset())


@pytest.fixture(scope="module")
def plain(people):
    return both_sides(people, bloom.sized_for(people, bloom.Clk(FIELDS)))


def both_sides(people, spec):
    """All people encoded by the provider, and by the attacker with a key of their own."""
    found = []
    for key in (MadeUpKey("the provider's"), MadeUpKey("the attacker's")):
        rows = bloom.encode(people, key, spec).table_column(spec.name).to_pylist()
        found.append(np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1))
    return found


def attacked(sides, overlap, size=SIZE, seed=0):
    """The share found of the people that both hold, in rows shuffled on each side."""
    draw = np.random.default_rng(seed)
    people = draw.permutation(len(sides[0]))
    shared = round(overlap * size)
    here = draw.permutation(people[:size])
    there = draw.permutation(np.concatenate([people[:shared], people[size : 2 * size - shared]]))
    place = {person: row for row, person in enumerate(there.tolist())}
    truth = [place.get(person, -1) for person in here.tolist()]
    found = graph_matching(sides[0][here], sides[1][there], truth=truth)
    assert found.records == shared
    return found.share


@pytest.mark.parametrize("overlap", [1.0, 0.9])
def test_it_finds_nearly_all_behind_plain_filters_where_most_are_known(plain, overlap):
    # Published (Schäfer and others 2024) on 1,000 made-up people: .89 where half are known; larger files are easier.
    assert attacked(plain, overlap) > 0.9


def test_it_fails_behind_sparse_diffused_filters_even_where_all_are_known(people):
    spec = bloom.sized_for(people, bloom.Clk(FIELDS, length=2048, hardening=[bloom.Diffuse(5)]), fill=0.15)
    sides = both_sides(people, spec)
    # Published: at most .04 (of 1,000 people .013). Here 1 to 5 percent are found, with whatever people.
    assert attacked(sides, 1.0) < 0.15


def test_diffusion_of_filters_that_are_too_sparse_does_not_stop_it(people):
    # Five bits of a filter of fill .08 are mostly zeros: their XOR is the OR of them, and likeness survives.
    spec = bloom.sized_for(people, bloom.Clk(FIELDS, length=2048, hardening=[bloom.Diffuse(5)]), fill=0.08)
    assert attacked(both_sides(people, spec), 1.0) > 0.9


def test_it_fails_where_few_are_known(plain):
    assert attacked(plain, 0.3) < 0.2  # published on 1,000 people: none at .1, .01 at .2


def test_it_does_not_look_at_the_order_of_rows(plain):
    # People in the same order on both sides: unrelated filters would match by order, were it used.
    draw = np.random.default_rng(1)
    here, there = (np.packbits(draw.random((200, 512)) < 0.3, axis=1) for _ in range(2))
    assert graph_matching(here, there, truth=range(200)).right <= 5  # one in expectation
    shuffled = draw.permutation(400)
    found = graph_matching(plain[0][:400][shuffled], plain[1][:400], truth=shuffled)
    straight = graph_matching(plain[0][:400], plain[1][:400], truth=range(400))
    assert found.right == straight.right


def test_equal_filters_are_one_node_and_missing_ones_none(plain):
    here, there = plain[0][:300], plain[1][:300]
    rows = pa.array([*[row.tobytes() for row in here], here[0].tobytes(), None], pa.binary(here.shape[1]))
    found = graph_matching(rows, there, truth=[*range(300), 0, 1])
    assert found.records == 301
    assert "300 nodes" in found.tried


def test_similarities_are_dice_coefficients(plain):
    filters = plain[0][:40]
    found = similarities(filters)
    for row in range(40):
        expected = bloom.dice(np.repeat(filters[row : row + 1], 40, axis=0), filters)
        expected[row] = 0
        assert found[row] == pytest.approx(expected, abs=1e-6)


def test_descriptions_go_with_the_nodes(plain):
    graph = similarities(plain[0][:150])
    order = np.random.default_rng(2).permutation(150)
    described = structure(graph, 0.05, 2)
    assert described.shape == (150, 3 * (60 + 4))
    assert structure(graph[np.ix_(order, order)], 0.05, 2) == pytest.approx(described[order], abs=1e-3)


def test_what_cannot_be_matched_is_refused(plain):
    here = plain[0][:30]
    with pytest.raises(SpecError, match=r"works on 20 to 4,000 distinct filters; known has 10"):
        graph_matching(here, here[:10])
    with pytest.raises(DataError, match="truth must hold a whole number for each of the 30 records"):
        graph_matching(here, here, truth=[1.5] * 30)
    with pytest.raises(DataError, match="truth must name rows of known, from 0 to 29, or -1"):
        graph_matching(here, here, truth=[30] * 30)
    with pytest.raises(DataError, match="known: no record has an encoding"):
        graph_matching(here, [None, None])
