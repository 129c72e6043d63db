"""UK steps print as code, save as TOML, and run in a plan."""

from __future__ import annotations

import tomllib

import jsonschema
import pandas as pd
import pytest

import linkkit as lk
from linkkit import prepare
from linkkit.plan import Plan, load_plan_file, plan_schema, save_plan_file

STEPS = (
    prepare.NhsNumber("nhs_number", regions=["england_wales", "synthetic"]),
    prepare.Chi("chi"),
    prepare.Upn("upn", temporary="missing", unknown_authorities="missing"),
    prepare.UkPostcode("postcode", partial="keep"),
    prepare.Crowded("postcode", share=0.02, more_than=30),
    prepare.Uprn("uprn"),
    prepare.Urn("urn"),
    prepare.OdsCode("gp_practice"),
    prepare.SexCode("sex", system="hes"),
    prepare.Ethnicity("ethnic_group", system="dfe", to="code"),
    prepare.DefaultDate("date_of_birth"),
    prepare.UkName("surname", parts="keep", spellings=False),
)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_a_step_prints_as_the_code_that_makes_it(step):
    assert eval(repr(step), vars(prepare)) == step


def test_steps_are_saved_in_a_plan_and_read_again(tmp_path):
    plan = Plan(prepare=list(STEPS), block=[lk.block.on("nhs_number")], compare=[lk.compare.exact("nhs_number")])
    path = save_plan_file(tmp_path / "plan.toml", plan, [])
    jsonschema.Draft202012Validator(plan_schema()).validate(tomllib.loads(path.read_text("utf-8")))
    assert load_plan_file(path).plan.prepare == STEPS


def test_a_plan_runs_with_them():
    numbers = prepare.uk.nhs_number.synthetic(40)
    rows = {"id": range(40), "nhs_number": numbers, "forename": ["Mohammed", "Ann"] * 20, "postcode": ["LS1 4AP"] * 40}
    other = {**rows, "nhs_number": [f"{n[:3]} {n[3:6]} {n[6:]}" for n in numbers], "forename": ["Mohd", "Anne"] * 20}
    left, right = (lk.Dataset(pd.DataFrame(table), name=name) for name, table in (("a", rows), ("b", other)))
    steps = [prepare.NhsNumber("nhs_number", regions=["synthetic"]), prepare.UkName("given_name"),
             prepare.UkPostcode("postcode")]  # fmt: skip
    plan = Plan(prepare=steps, block=[lk.block.on("nhs_number")], compare=[lk.compare.exact("nhs_number")])
    prepared = prepare.prepare(right, plan.prepare)
    assert prepared.to_pandas()["nhs_number"].tolist() == numbers
    assert (
        len(list(lk.block.candidate_pairs(prepare.prepare(left, plan.prepare), prepared, plan.block).to_pandas().index))
        == 40
    )
