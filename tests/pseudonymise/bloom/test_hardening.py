"""Hardening: worked examples, and the properties that each step must have."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.errors import SpecError
from linkkit.pseudonymise.bloom import Balance, Blip, Diffuse, Rule90, XorFold, harden, length_after


class Key:
    def subkey(self, purpose, field="", size=32):
        return hashlib.blake2b(f"{purpose}|{field}".encode(), digest_size=size).digest()


def rows(length):
    return st.lists(st.binary(min_size=length // 8, max_size=length // 8), min_size=1, max_size=5).map(
        lambda listed: np.frombuffer(b"".join(listed), np.uint8).reshape(len(listed), -1).copy()
    )


def bits_of(filters):
    return np.unpackbits(filters, axis=1)


def test_rule_90_of_a_known_row():
    row = np.packbits([[0, 0, 0, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 1]], axis=1)
    assert bits_of(harden(row, [Rule90()], Key())).tolist() == [[0, 0, 1, 0, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0, 1, 1]]


def test_folding_of_a_known_row():
    row = np.packbits([[1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1]], axis=1)
    assert bits_of(harden(row, [XorFold()], Key())).tolist() == [[0, 1, 1, 0, 0, 0, 0, 0]]


@given(filters=rows(256))
def test_folding_twice_is_folding_in_four(filters):
    found = harden(filters, [XorFold(2)], Key())
    assert found.shape == (len(filters), 8)
    assert (found == harden(filters, [XorFold(), XorFold()], Key())).all()
    assert (found == filters[:, :8] ^ filters[:, 8:16] ^ filters[:, 16:24] ^ filters[:, 24:]).all()


@given(filters=rows(128))
def test_a_balanced_filter_is_half_full_and_holds_every_bit_and_its_complement(filters):
    found = bits_of(harden(filters, [Balance()], Key(), "surname"))
    assert (found.sum(axis=1) == 128).all()
    marked = harden(np.packbits(np.eye(128, dtype=np.uint8), axis=1), [Balance()], Key(), "surname")
    none = bits_of(harden(np.zeros((1, 16), np.uint8), [Balance()], Key(), "surname"))
    reached = bits_of(marked) ^ none
    assert (reached.sum(axis=1) == 2).all()
    assert (reached.sum(axis=0) == 1).all()
    assert (found == none ^ (bits_of(filters) @ reached & 1)).all()


@given(filters=rows(128), inputs=st.integers(5, 9))
@settings(deadline=None, max_examples=30)
def test_diffusion_is_linear_and_every_bit_has_its_inputs(filters, inputs):
    step = Diffuse(inputs)
    found = harden(filters, [step], Key(), "clk")
    mixed = filters ^ np.roll(filters, 1, axis=0)
    assert (harden(mixed, [step], Key(), "clk") == found ^ np.roll(found, 1, axis=0)).all()
    matrix = bits_of(harden(np.packbits(np.eye(128, dtype=np.uint8), axis=1), [step], Key(), "clk"))
    assert (matrix.sum(axis=0) == inputs).all()
    assert (matrix.sum(axis=1) == inputs).all()
    assert (bits_of(found) == (bits_of(filters).astype(int) @ matrix & 1)).all()


def test_diffusion_depends_on_the_key_and_the_name(other_key):
    filters = np.arange(64, dtype=np.uint8).reshape(2, 32)
    found = [harden(filters, [Diffuse()], one, name) for one, name in ((Key(), "a"), (Key(), "b"), (other_key, "a"))]
    assert not (found[0] == found[1]).all()
    assert not (found[0] == found[2]).all()


@pytest.mark.parametrize("flip", [0.01, 0.1, 0.3])
def test_blip_flips_its_share_of_ones_and_of_zeros_independently(flip):
    filters = np.zeros((20_000, 16), np.uint8)
    filters[:, :8] = 255
    flipped = bits_of(harden(filters, [Blip(flip, seed=3)], Key()) ^ filters)
    deviation = math.sqrt(flip * (1 - flip) / (20_000 * 64))
    assert flipped[:, :64].mean() == pytest.approx(flip, abs=5 * deviation + 2**-16)
    assert flipped[:, 64:].mean() == pytest.approx(flip, abs=5 * deviation + 2**-16)
    of_rows = flipped.sum(axis=1)
    assert of_rows.var() == pytest.approx(128 * flip * (1 - flip), rel=0.06)
    assert np.abs(np.corrcoef(flipped[:, :40].T) - np.eye(40)).max() < 0.05


def test_blip_without_a_seed_is_never_the_same_and_with_one_it_is():
    filters = np.zeros((4, 64), np.uint8)
    assert not (harden(filters, [Blip(0.2)], Key()) == harden(filters, [Blip(0.2)], Key())).all()
    assert (harden(filters, [Blip(0.2, seed=1)], Key()) == harden(filters, [Blip(0.2, seed=1)], Key())).all()


@given(flip=st.floats(0.001, 0.49), bits=st.integers(1, 400))
def test_the_epsilon_of_blip_bounds_the_odds_of_any_outcome(flip, bits):
    step = Blip(flip)
    rate = step.flip_steps / 65_536
    # The likeliest outcome of one input against the same outcome of an input that differs in all these bits.
    assert step.epsilon(bits) == pytest.approx(bits * (math.log1p(-rate) - math.log(rate)))


@given(epsilon=st.floats(0.5, 200), bits=st.integers(1, 100))
def test_the_noise_chosen_for_an_epsilon_reaches_it_with_hardly_more_than_is_needed(epsilon, bits):
    if not 0.001 < epsilon / bits < 10:
        return
    step = Blip.for_epsilon(epsilon, bits)
    assert step.epsilon(bits) <= epsilon * (1 + 1e-9)
    assert step.flip - 1 / 65_536 < 1 / (1 + math.exp(epsilon / bits))


def test_steps_are_carried_out_in_their_order_and_chunks_make_no_difference():
    many = np.random.default_rng(1).integers(0, 256, (40_000, 8), np.uint8)
    steps = [Balance(), Rule90(), XorFold()]
    found = harden(many, steps, Key(), "x")
    assert found.shape == (40_000, 8)
    assert (found[30_000:30_010] == harden(many[30_000:30_010], steps, Key(), "x")).all()
    one_by_one = harden(harden(many, [Balance()], Key(), "x"), [Rule90(), XorFold()], Key(), "x")
    assert (found == one_by_one).all()


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: XorFold(0), "XorFold.times"),
        (lambda: Blip(0.5), "above 0 and below 0.5"),
        (lambda: Blip(0.0), "above 0 and below 0.5"),
        (lambda: Blip.for_epsilon(0, 4), "epsilon above 0"),
        (lambda: Diffuse(4), "from 5 to 64; got 4. With fewer, graph matching finds most records again"),
        (lambda: length_after(1000, [XorFold()]), "multiple of 16; got 1000"),
        (lambda: length_after(16, [Diffuse()]), "at least 20 bits; got 16"),
        (lambda: harden(np.zeros((2, 8)), [Rule90()], Key()), "rows of uint8; got float64"),
        (lambda: harden([[1, 2]], [Rule90()], Key()), "rows of uint8; got list"),
    ],
)
def test_what_cannot_be_done_is_refused(made, message):
    with pytest.raises(SpecError, match=message):
        made()
