"""Keys: what they derive, where they come from, what is refused, and that nothing of a secret is ever shown."""

from __future__ import annotations

import base64
import copy
import dataclasses
import hashlib
import hmac
import json
import logging
import pickle
import re
import traceback

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.dataset import Dataset
from linkkit.errors import LinkkitError, SecretError, SpecError
from linkkit.pseudonymise import Pseudonyms, Token, bloom, lsh_pairs, tokens
from linkkit.pseudonymise.keys import Key

# 32 bytes that stand nowhere else, to be looked for in all that is shown.
MARKER = bytes.fromhex("d1f7a4530be98c62ff1039b7e4cd5a86720e9bc3a8f65d14e0b37a9c2d48f15b")
NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=12)


def key_of(secret=MARKER, project="cohort", epoch="1"):
    return Key.from_bytes(secret, project=project, epoch=epoch)


def shows(text):
    """Whether any six bytes in a row of the marker stand in a text: raw, escaped, in digits, in base64."""
    held = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    spellings = []
    for start in range(len(MARKER) - 5):
        part = MARKER[start : start + 6]
        spellings += [part, part.hex().encode(), part.hex().upper().encode(), repr(part)[2:-1].encode()]
        spellings += [", ".join(map(str, part)).encode(), base64.b64encode(part), base64.urlsafe_b64encode(part)]
        spellings += [base64.b32encode(part)[:8], part.decode("latin-1").encode("utf-8"), part[::-1].hex().encode()]
    return any(spelling in held for spelling in spellings)


def hkdf(secret, salt, info, size):
    """HKDF-SHA256 as RFC 5869 writes it, by the standard library alone."""
    found, block = b"", b""
    extracted = hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()
    for number in range(1, -(-size // 32) + 1):
        block = hmac.new(extracted, block + info + bytes([number]), hashlib.sha256).digest()
        found += block
    return found[:size]


# --- what it derives


def test_the_own_hkdf_reproduces_the_first_case_of_rfc_5869():
    assert hkdf(bytes([11] * 22), bytes(range(13)), bytes(range(0xF0, 0xFA)), 42).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


@given(st.binary(min_size=32, max_size=80), NAMES, NAMES, st.text(max_size=9), st.integers(16, 300))
def test_a_sub_key_is_hkdf_of_project_purpose_field_and_epoch(noise, project, purpose, field, size):
    secret = hashlib.sha512(noise).digest()
    key = Key.from_bytes(secret, project=project, epoch="2")
    info = b"linkkit/v1" + b"".join(b"|%d:%b" % (len(part.encode()), part.encode()) for part in (purpose, field, "2"))
    assert key.subkey(purpose, field, size) == hkdf(secret, key.project.encode(), info, size)


def test_a_sub_key_stays_as_it_is_for_good():
    key = key_of()
    assert key.subkey("token", "surname").hex() == "a9ebe44b98111c86f631c4af3cc90946d6f1317b43915e78de8b1c50927b57b7"
    assert (key.id, key.check_value) == ("0a10abb293be03ce", "73016e3322192b18")


@given(st.lists(st.tuples(NAMES, st.text(max_size=6), NAMES), min_size=2, max_size=8, unique=True))
def test_other_parts_give_other_sub_keys(parts):
    key = key_of()
    assert len({key.subkey(purpose, field, epoch=epoch) for purpose, field, epoch in parts}) == len(parts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a|1:b", ""), ("a", "b")),
        (("a", "|"), ("a|", "")),
        (("token", ""), ("token", "0:")),
    ],
)
def test_parts_cannot_be_shifted_into_each_other(one, other):
    assert key_of().subkey(*one) != key_of().subkey(*other)


def test_project_and_epoch_belong_to_the_key():
    keys = [key_of(), key_of(project="register"), key_of(epoch="2"), key_of(MARKER[::-1])]
    assert len({key.subkey("token") for key in keys}) == 4
    assert len({key.check_value for key in keys}) == 4
    assert keys[0].subkey("token", epoch="2") == keys[2].subkey("token")


def test_the_id_names_the_secret_whatever_the_project():
    assert key_of().id == key_of(project="register", epoch="9").id != key_of(MARKER[::-1]).id
    assert re.fullmatch("[0-9a-f]{16}", key_of().id)
    assert re.fullmatch("[0-9a-f]{16}", key_of().check_value)


def test_two_spellings_of_a_project_in_unicode_are_one():
    assert key_of(project="Zu\u0308rich").check_value == key_of(project="Z\u00fcrich").check_value


@pytest.mark.parametrize(
    ("parts", "options"),
    [(("",), {}), ((3,), {}), (("token", None), {}), (("token", "", 15), {}), (("token", "", 8161), {}),
     (("token", "", 32.0), {}), (("token",), {"epoch": ""}), (("token",), {"epoch": 2})],
)  # fmt: skip
def test_wrong_parts_are_refused(parts, options):
    with pytest.raises(SpecError):
        key_of().subkey(*parts, **options)


@pytest.mark.parametrize("name", ["", " ", " cohort", "a\nb", None, 7])
def test_a_project_or_epoch_that_two_parties_would_write_differently_is_refused(name, tmp_path):
    for names in ({"project": name}, {"project": "cohort", "epoch": name}):
        with pytest.raises(SpecError, match="of a key must be a text"):
            Key.generate(tmp_path / "new.key", **names)
    assert not list(tmp_path.iterdir())


# --- weak secrets


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (b"mackerel", "8 bytes"),
        (MARKER[:31], "31 bytes"),
        (b"", "0 bytes"),
        (bytes(32), "same"),
        (b"\xfe" * 64, "same"),
        (bytes(range(100, 132)), "even steps"),
        (bytes(range(0, 256, 7)), "even steps"),
        (MARKER[:16] * 2, "different bytes only"),
        (b"\x01\x02" * 30, "different bytes only"),
        (MARKER[:12] + bytes(20), "different bytes only"),
        (b"correct horse battery staple, and then some", "password"),
        ("Zürich ist größer als Köln, oder etwa nicht?".encode(), "password"),
        (MARKER.hex().encode(), "bytes.fromhex"),
        (MARKER.hex().upper().encode() + b"\n", "bytes.fromhex"),
        (base64.b64encode(MARKER), "b64decode"),
        (base64.urlsafe_b64encode(MARKER) + b"\r\n", "b64decode"),
        (MARKER.hex(), "a text, and a key is bytes"),
        (None, "NoneType"),
        (list(MARKER), "list"),
    ],
)
def test_a_weak_secret_is_refused_and_the_mending_said(secret, why):
    with pytest.raises(SecretError, match=re.escape(why)) as caught:
        key_of(secret)
    assert "linkkit keygen" in str(caught.value) or "bytes.fromhex" in str(caught.value)


@given(st.binary(max_size=40))
def test_random_bytes_are_taken(noise):
    assert key_of(hashlib.sha256(noise).digest()).project == "cohort"


def test_every_generated_key_is_another():
    assert len({Key.generate(project="cohort").id for _ in range(50)}) == 50


# --- keys of the environment and of providers


@pytest.mark.parametrize(
    "text", [MARKER.hex(), MARKER.hex().upper(), f" {MARKER.hex()}\n", base64.b64encode(MARKER).decode()]
)
def test_a_key_of_the_environment_is_that_of_its_bytes(text, monkeypatch):
    monkeypatch.setenv("STUDY_KEY", text)
    assert Key.from_environment("STUDY_KEY", project="cohort").check_value == key_of().check_value


@pytest.mark.parametrize(
    "text",
    [None, "", "mackerel", MARKER.hex()[:-1], MARKER.hex()[:-2], MARKER.hex() + "00", "00" * 32,
     base64.b64encode(MARKER[:20]).decode(), base64.b64encode(MARKER).decode() + "!", "correct horse battery staple"],
)  # fmt: skip
def test_what_is_no_key_in_the_environment_is_refused(text, monkeypatch):
    monkeypatch.delenv("STUDY_KEY", raising=False)
    if text is not None:
        monkeypatch.setenv("STUDY_KEY", text)
    with pytest.raises(SecretError, match="environment variable STUDY_KEY") as caught:
        Key.from_environment("STUDY_KEY", project="cohort")
    assert not shows(str(caught.value))


class Vault:
    """A provider that keeps its secret."""

    def __init__(self, secret=MARKER):
        self._secret = secret
        self.asked = []

    def derive(self, info, size):
        self.asked.append(info)
        return hkdf(self._secret, b"vault", info, size)


def test_a_provider_gives_every_sub_key_and_hears_of_the_project():
    vault = Vault()
    key = Key.from_provider(vault, project="cohort")
    assert key.subkey("token", "surname", 48) == hkdf(
        MARKER, b"vault", b"linkkit/v1|6:cohort|5:token|7:surname|1:1", 48
    )
    other = Key.from_provider(Vault(), project="register")
    assert other.id == key.id
    assert other.check_value != key.check_value
    assert Key.from_provider(Vault(MARKER[::-1]), project="cohort").id != key.id


def _failing(info, size):
    raise RuntimeError(f"no session for {MARKER.hex()}")


@pytest.mark.parametrize(
    ("derive", "why"),
    [
        (_failing, "raised RuntimeError"),
        (lambda info, size: bytes(size - 1), "returned 15 bytes"),
        (lambda info, size: "x" * size, "returned a str"),
        (lambda info, size: hashlib.sha512(b"same").digest()[:size], "others for another"),
        (lambda info, size: bytes(size), "others for another"),
    ],
)
def test_a_provider_that_does_not_derive_is_refused(derive, why):
    vault = Vault()
    vault.derive = derive
    with pytest.raises(SecretError, match=why) as caught:
        Key.from_provider(vault, project="cohort")
    assert not shows("".join(traceback.format_exception(caught.value)))


def test_a_provider_whose_bytes_change_is_refused():
    vault, numbers = Vault(), iter(range(100))
    vault.derive = lambda info, size: hashlib.sha512(info + bytes([next(numbers)])).digest()[:size]
    with pytest.raises(SecretError, match="the same for the same info"):
        Key.from_provider(vault, project="cohort")


def test_what_has_no_derive_is_no_provider():
    with pytest.raises(SecretError, match="derive"):
        Key.from_provider(object(), project="cohort")


# --- nothing is shown


@dataclasses.dataclass
class Holder:
    key: Key


def test_nothing_of_a_secret_is_in_anything_that_shows_a_key(caplog):
    key = key_of()
    logger = logging.getLogger("linkkit.test")
    with caplog.at_level(logging.DEBUG):
        logger.info("%s %r", key, key)
        logger.info("%(key)s", {"key": key})
        logger.info("held", extra={"holder": Holder(key)})
    shown = [repr(key), str(key), f"{key}", f"{key!r:>90}", f"{key!a}", repr(Holder(key)), repr([key]),
             repr({"k": key}), repr(dir(key)), json.dumps(key, default=repr), caplog.text,
             repr(caplog.records[-1].__dict__),
             *(repr(getattr(key, name, "")) for name in dir(key)), key.id, key.check_value]  # fmt: skip
    assert "cohort" in shown[0]
    for text in shown:
        assert not shows(text)
        assert key.subkey("token").hex() not in text


def test_the_search_for_the_marker_finds_it():
    for text in (
        MARKER,
        MARKER.hex(),
        repr(MARKER),
        repr(list(MARKER)),
        base64.b64encode(MARKER).decode(),
        repr(Vault().__dict__),
    ):
        assert shows(text)


@pytest.mark.parametrize(
    "way",
    [
        *(lambda key, p=protocol: pickle.dumps(key, p) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
        copy.copy,
        copy.deepcopy,
        lambda key: pickle.dumps(Holder(key)),
        lambda key: dataclasses.asdict(Holder(key)),
        lambda key: key.__reduce__(),
        lambda key: key.__getstate__(),
    ],
)
def test_a_key_is_neither_pickled_nor_copied(way):
    with pytest.raises(SecretError, match="neither pickled nor copied") as caught:
        way(key_of())
    assert not shows(_with_locals(caught.value))


def test_a_key_holds_no_dictionary_and_does_not_change():
    key = key_of()
    with pytest.raises(TypeError):
        vars(key)
    for name in ("project", "epoch", "id", "_derive", "other"):
        with pytest.raises(AttributeError, match="cannot be changed"):
            setattr(key, name, "other")
        with pytest.raises(AttributeError, match="cannot be changed"):
            delattr(key, name)
    with pytest.raises(SecretError, match=r"Key\.generate"):
        Key()


def _with_locals(error):
    """A traceback with the local variables of linkkit's frames, as notebooks and error reporters show them."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown.stack = traceback.StackSummary.from_list([frame for frame in shown.stack if "/tests/" not in frame.filename])
    return "".join(shown.format())


@pytest.mark.parametrize(
    "spoil", [lambda m: m[:31], lambda m: m[:16] * 2, lambda m: m.hex().encode(), lambda m: m.hex()]
)
def test_a_refused_secret_stands_in_no_traceback_not_even_among_local_variables(spoil):
    with pytest.raises(LinkkitError) as caught:
        key_of(spoil(MARKER))
    text = _with_locals(caught.value)
    assert "SecretError" in text
    assert not shows(text)


def test_a_mistaken_call_shows_nothing_of_the_key():
    key = key_of()
    with pytest.raises(SpecError) as caught:
        key.subkey("token", size=3)
    assert not shows(_with_locals(caught.value))
    with pytest.raises(SpecError) as caught:
        Key.from_bytes(MARKER, project="")
    assert not shows(_with_locals(caught.value))


@pytest.mark.parametrize("keys", [MARKER, MARKER.hex(), None], ids=["bytes", "text", "none"])
def test_what_is_no_key_is_refused_and_not_shown(keys):
    people = Dataset(pd.DataFrame({"id": [1], "surname": ["lee"]}))
    surname = bloom.BloomField("surname")
    uses = [
        lambda: bloom.encode(people, keys, surname),
        lambda: bloom.field_filters(["lee"], surname, keys),
        lambda: tokens(people, keys, [Token("name", "surname")], as_it_stands=True),
        lambda: Pseudonyms("asthma").of(["1"], keys),
        lambda: Pseudonyms("asthma", reversible=True).ids(["LINKKITG"], keys),
        lambda: lsh_pairs([b"ab" * 8, b"ab" * 8], keys=keys),
    ]
    for use in uses:
        with pytest.raises(SpecError, match="A key is needed") as caught:
            use()
        assert not shows(str(caught.value))
