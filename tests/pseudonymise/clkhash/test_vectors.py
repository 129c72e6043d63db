"""Every vector, bit for bit."""

import json
import os
from pathlib import Path

import pytest

from linkkit.pseudonymise import clkhash

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("LINKKIT_VECTORS") or HERE.parents[3] / "shared" / "vectors") / "clkhash"
KEPT = sorted((HERE / "vectors").glob("*.json"))


@pytest.mark.filterwarnings("ignore::linkkit.pseudonymise.clkhash.InsecureEncodingWarning")
@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_vector_is_reproduced_bit_for_bit(path):
    vector = json.loads(path.read_text("utf-8"))
    if "rows" not in vector:
        assert len(clkhash.read_schema(vector["schema"]).features) == len(vector["schema"]["features"])
        return
    assert clkhash.encode(vector["rows"], vector["schema"], vector["secret"]) == vector["clks"]
    written = clkhash.read_schema(vector["schema"]).to_dict()
    assert clkhash.encode(vector["rows"], written, vector["secret"]) == vector["clks"]


def test_the_vectors_kept_here_are_those_handed_out():
    if not SHARED.is_dir():
        pytest.skip("The vectors handed out are not there; LINKKIT_VECTORS says where they are.")
    handed_out = {path.name: json.loads(path.read_text("utf-8")) for path in SHARED.glob("*.json")}
    assert {path.name: json.loads(path.read_text("utf-8")) for path in KEPT} == handed_out
