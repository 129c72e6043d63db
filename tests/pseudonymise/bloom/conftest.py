"""A key of the tests' own."""

import hashlib

import pytest


class Key:
    """A key whose sub-keys are keyed hashes of their names."""

    def __init__(self, secret=b"a key of the tests"):
        self._secret = secret

    def subkey(self, purpose, field="", size=32):
        return hashlib.blake2b(f"{purpose}|{field}".encode(), key=self._secret, digest_size=size).digest()


@pytest.fixture(scope="session")
def key():
    return Key()


@pytest.fixture(scope="session")
def other_key():
    return Key(b"another key of the tests")
