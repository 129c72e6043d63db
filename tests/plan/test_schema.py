"""The JSON schema of plan files: for every plan that linkkit saves, and against those it refuses."""

from __future__ import annotations

import importlib.resources
import json
import tomllib

import jsonschema
import pytest

from linkkit import block, compare, decide, prepare, score
from linkkit.fields import KNOWN_FIELDS, Field
from linkkit.plan import DatasetFile, Plan, plan_schema, save_plan_file

VALIDATOR = jsonschema.Draft202012Validator(plan_schema())


def test_it_is_a_schema_and_the_one_in_the_package():
    jsonschema.Draft202012Validator.check_schema(plan_schema())
    vendored = importlib.resources.files("linkkit.plan").joinpath("plan.schema.json").read_text("utf-8")
    assert json.loads(vendored) == plan_schema(), "run: linkkit schema --out src/linkkit/plan/plan.schema.json"


def test_saved_plans_are_valid(tmp_path):
    own = compare.comparison(
        "own",
        compare.level("a", compare.equal("town") & ~compare.similar("town", 0.9)),
        compare.level("b", compare.within_km(3) | compare.calls("a:b", "town", at_least=0.3)),
    )
    plan = Plan(
        prepare=[*prepare_steps(), prepare.Replace("sex", {"0": "f"})],
        block=[
            block.on("surname", cap=9), block.sorted_neighbourhood("a"), block.minhash("b"), block.every_pair(),
        ],
        compare=[own, *(compare.recommended(field) for field in KNOWN_FIELDS)],
        score=score.FellegiSunter(passes=[block.on("a")], fixed=[score.Fixed("sex", "exact", 0.9)]),
        decide=decide.Cluster(unique=("register",), review=(0.5, 0.9)),
    )  # fmt: skip
    datasets = [DatasetFile("a.csv", "a", "trial", "id", ("arm",), "cp1252", {"town": None, "x": Field("x", "number")})]
    path = save_plan_file(tmp_path / "plan.toml", plan, datasets)
    VALIDATOR.validate(tomllib.loads(path.read_text("utf-8")))


def prepare_steps():
    kinds = (prepare.Name, prepare.Date, prepare.Sex, prepare.Postcode, prepare.Address, prepare.Text, prepare.Number)
    return [kind("field") for kind in kinds]


@pytest.mark.parametrize(
    "text",
    [
        "keep = 0.1",
        "linkkit_plan = 2",
        "linkkit_plan = 1\nblok = []",
        "linkkit_plan = 1\nblock = [{ kind = 'onn' }]",
        "linkkit_plan = 1\nblock = [{ on = ['a'], capp = 3 }]",
        "linkkit_plan = 1\ncompare = [{ function = 'text', at_least = [0.9] }]",
        "linkkit_plan = 1\ncompare = [{ function = 'text', column = 'town', at_least = ['a'] }]",
        "linkkit_plan = 1\ndecide = { kind = 'one_to_one', at_least = 'high' }",
        "linkkit_plan = 1\ndatasets = [{ name = 'a' }]",
    ],
)
def test_wrong_plans_are_not(text):
    assert not VALIDATOR.is_valid(tomllib.loads(text))


def test_short_forms_are_valid():
    text = "linkkit_plan = 1\nblock = [['a', 'b'], 'c', { on = 'd' }]\nscore = { prior = 0.1 }\n"
    text += "compare = [{ function = 'text', column = 'a', at_least = 0.9, rename = 'b' }]"
    VALIDATOR.validate(tomllib.loads(text))


def test_keys_are_described():
    (on, *_) = plan_schema()["$defs"]["rule"]["anyOf"]
    assert on["properties"]["cap"]["description"].startswith("Blocks of more records than this are skipped")
