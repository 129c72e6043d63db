"""The audit record."""

from __future__ import annotations

import os
from pathlib import Path

from linkkit import Plan, block
from linkkit.audit import plan_hash, relative_path, versions, without_home


def test_the_hash_of_a_plan_tells_plans_apart():
    plans = [Plan(), Plan(keep=0.5), Plan(block=[block.on("a")]), Plan(block=[block.on("a", cap=3)])]
    assert len({plan_hash(plan) for plan in plans}) == len(plans)
    assert plan_hash(Plan(block=[block.on("a")])) == plan_hash(Plan(block=[block.on(" a ")]))


def test_versions_are_known():
    assert all(version and version != "unknown" for version in versions().values())


def test_paths_are_told_relative_to_the_results():
    here = Path.cwd()
    assert relative_path(str(here / "data" / "a.csv"), here / "out") == "../data/a.csv"
    assert without_home(os.path.join(os.path.expanduser("~"), "a.csv")).startswith("~")
