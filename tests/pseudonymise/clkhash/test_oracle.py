"""Against the real clkhash, on random schemas of every version and rows that fit them."""

import os
import warnings

import pytest

from linkkit.pseudonymise import clkhash

CASES = int(os.environ.get("LINKKIT_CLKHASH_CASES", "300"))


def ours(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", clkhash.InsecureEncodingWarning)
        return clkhash.encode(case["rows"], case["schema"], case["secret"])


def test_random_schemas_give_the_bits_of_the_real_package(real_clkhash, drawn):
    cases = [drawn.case(seed) for seed in range(CASES)]
    for seed, (case, answer) in enumerate(zip(cases, real_clkhash(cases), strict=True)):
        assert answer == {"clks": ours(case)}, seed


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("clkConfig", "l"), 0),
        (("clkConfig", "l"), 100),
        (("clkConfig", "kdf", "type"), "legacy"),
        (("clkConfig", "kdf", "hash"), "MD5"),
        (("clkConfig", "kdf", "salt"), "abc"),
        (("clkConfig", "kdf", "keySize"), 65),
        (("features", 1, "hashing", "strategy"), {"bitsPerToken": 0}),
        (("features", 1, "hashing", "strategy"), {"bitsPerToken": 3, "bitsPerFeature": 3}),
        (("features", 1, "hashing", "strategy"), {"k": 3}),
        (("features", 1, "hashing", "comparison"), {"type": "ngram"}),
        (("features", 1, "hashing", "comparison"), {"type": "ngram", "n": 0}),
        (("features", 1, "hashing", "comparison"), {"type": "dice"}),
        (("features", 1, "hashing", "hash"), {"type": "blakeHash", "prevent_singularity": False}),
        (("features", 1, "hashing", "other"), 1),
        (("features", 1, "format"), {"type": "string", "pattern": "["}),
        (("features", 1, "format"), {"type": "string", "pattern": "a", "case": "upper"}),
        (("features", 1, "format"), {"type": "string", "encoding": "latin-1"}),
        (("features", 2, "format"), {"type": "date", "format": "%Q"}),
        (("features", 3, "hashing", "comparison", "thresholdDistance"), 0.2),
        (("version",), 4),
    ],
    ids=str,
)
def test_what_the_real_package_refuses_is_refused_before_any_work(real_clkhash, schema, place, value):
    rows = [["1", "Ann", "1989-11-09", "2"]]
    inner = schema
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    [answer] = real_clkhash([{"schema": schema, "rows": rows, "secret": "secret"}])
    assert "error" in answer
    with pytest.raises(clkhash.SchemaError):
        clkhash.read_schema(schema)
