"""What the tests of clkhash share: a plain restatement of the encoding, random cases, the real package."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _module(name):
    spec = importlib.util.spec_from_file_location(f"clkhash_tests_{name}", HERE / f"_{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def plain():
    """The encoding, one record and one bit at a time."""
    return _module("plain")


@pytest.fixture(scope="session")
def drawn():
    """Random schemas, with rows that fit them."""
    return _module("drawn")


@pytest.fixture(scope="session")
def real_clkhash():
    """Run cases through the real clkhash, in an interpreter that has it."""
    interpreter = os.environ.get("LINKKIT_CLKHASH_PYTHON")
    if not interpreter and importlib.util.find_spec("clkhash") is None:
        pytest.skip("clkhash is not installed here; LINKKIT_CLKHASH_PYTHON names an interpreter that has it.")

    def run(cases):
        done = subprocess.run(
            [interpreter or sys.executable, HERE / "_oracle_program.py"],
            input=json.dumps(cases),
            text=True,
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)

    return run


@pytest.fixture
def schema():
    """A schema of version 3 without weaknesses: two texts, a date and an ignored column."""

    def hashing(comparison, **strategy):
        return {"comparison": comparison, "strategy": strategy}

    bigrams = {"type": "ngram", "n": 2}
    return {
        "version": 3,
        "clkConfig": {"l": 256, "kdf": {"type": "HKDF"}},
        "features": [
            {"identifier": "row", "ignored": True},
            {"identifier": "name", "format": {"type": "string"}, "hashing": hashing(bigrams, bitsPerToken=8)},
            {
                "identifier": "born",
                "format": {"type": "date", "format": "%Y-%m-%d"},
                "hashing": {**hashing(bigrams, bitsPerFeature=60), "missingValue": {"sentinel": "", "replaceWith": ""}},
            },
            {
                "identifier": "children",
                "format": {"type": "integer", "minimum": 0, "maximum": 20},
                "hashing": hashing({"type": "numeric", "thresholdDistance": 2, "resolution": 3}, bitsPerToken=4),
            },
        ],
    }
