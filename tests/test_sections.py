"""Sections that pipelines add to a report: drawn, told as data, and hidden where counts are small."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json

import pytest

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.proportions import wilson
from linkkit.report._study import protect_study, section_data
from linkkit.sections import Column, Section, SectionTable

FLOW = SectionTable(
    "From randomised to linked",
    (Column("stage", "Stage"), Column("people", "Participants", "count"), Column("left_out", "Left out", "count"),
     Column("reason", "Reason")),
    ({"stage": "randomised", "people": 300, "left_out": 4, "reason": "no consent"}, {"stage": "linked", "people": 296}),
    chart="flow",
)  # fmt: skip
ARMS = SectionTable(
    "Linkage rate by arm",
    (Column("arm", "Arm"), Column("linked", "Linked", "count"), Column("rate", "Rate", "share"),
     Column("interval", "95 % interval", "interval")),
    ({"arm": "A", "linked": 140, "rate": 0.9333, "interval": (0.88, 0.9654)},
     {"arm": "B", "linked": 6, "rate": 0.04, "interval": (0.0181, 0.0858)}),
    chart="intervals",
)  # fmt: skip
BARS = SectionTable("States", (Column("state", "State"), Column("n", "Participants", "count")),
                    ({"state": "traced", "n": 12}, {"state": "not sent", "n": 0}), chart="bars")  # fmt: skip
ROWS = SectionTable("People", (Column("id", "Id"),), ({"id": "T0001"},), is_per_person=True)


@pytest.fixture(scope="module")
def run():
    trial, register = lk.synth.sample()
    made = lk.link(trial.dataset(), register.dataset(), progress=False)
    sections = (Section("Participants <b>", ("Everyone stays.",), (FLOW, BARS, ROWS)), Section("Arms", (), (ARMS,)))
    return dataclasses.replace(made, sections=sections)


def test_a_report_shows_and_draws_them(run, tmp_path):
    page = run.report(tmp_path / "a.html").read_text("utf-8")
    assert "Participants &lt;b&gt;" in page
    for text in ("From randomised to linked", "no consent", "93.3%", "88.0% to 96.5%", "T0001", "Everyone stays."):
        assert text in page
    assert page.count("Boxes: ") == 1  # what pictures say in words
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["study"][0]["title"] == "Participants <b>"


def test_small_counts_and_what_tells_them_are_hidden_from_analysts(run, tmp_path):
    run.report(tmp_path / "a.html", audience="analyst")
    told = json.loads((tmp_path / "a.json").read_text("utf-8"))["study"]
    flow, bars = told[0]["parts"]
    assert [row[1:3] for row in flow["cells"]] == [["[c]", "<10"], [296, None]] or flow["cells"][0][2] == "<10"
    assert [row[1] for row in bars["cells"]] == [10, 0]  # other counts in tens: their differences are counts too
    assert told[1]["parts"][0]["cells"][1][1:] == ["<10", "<10", None]
    assert "T0001" not in (tmp_path / "a.html").read_text("utf-8")


def test_a_run_without_a_pipeline_has_no_such_section(run, tmp_path):
    page = dataclasses.replace(run, sections=()).report(tmp_path / "a.html").read_text("utf-8")
    assert 'href="#study' not in page


def test_wrong_tables_are_refused():
    with pytest.raises(SpecError, match=r"no column 'stag'\. Did you mean 'stage'"):
        SectionTable("x", (Column("stage", "Stage"),), ({"stag": 1},))
    with pytest.raises(SpecError, match="form must be"):
        Column("stage", "Stage", "percent")
    with pytest.raises(SpecError, match="chart must be"):
        SectionTable("x", (Column("stage", "Stage"),), (), chart="pie")


FLOW_PART = section_data(Section("Flow", (), (FLOW,)))["parts"][0]


def _shown_flow(stages):
    """What the public sees of a flow of some stages: a tuple that can be compared."""
    left = [before - after for before, after in itertools.pairwise(stages)] + [0]
    cells = [["a stage", here, gone, None] for here, gone in zip(stages, left, strict=True)]
    [part] = protect_study([{"parts": [{**FLOW_PART, "cells": cells}]}])[0]["parts"]
    return tuple(tuple(row[1:3]) for row in part["cells"])


def test_no_count_that_is_hidden_in_a_flow_follows_from_the_others():
    """By brute force: every flow of three stages that gives the same table, and what a hidden count can be in them."""
    seen = collections.defaultdict(set)
    for first, one, two in itertools.product(range(40, 65), range(22), range(22)):
        seen[_shown_flow((first, first - one, first - one - two))].add((first, one, two))
    for shown, behind in seen.items():
        if any(first < 45 or first > 54 for first, _, _ in behind):
            continue  # flows at the edge of those that were tried
        for place in (0, 1):
            if shown[place][1] == "<10":
                assert len({flow[1 + place] for flow in behind}) > 5


def _shown_share(count, size):
    columns = (Column("arm", "Arm"), Column("count", "N", "count"), Column("of", "Of", "count"),
               Column("share", "Share", "share"), Column("interval", "Interval", "interval"),
               Column("p_value", "p", "number"))  # fmt: skip
    low, high = wilson(count, size)
    row = {"arm": "a", "count": count, "of": size, "share": count / size, "interval": (low, high), "p_value": 0.0111331}
    section = Section("Arms", (), (SectionTable("Arms", columns, (row,), adds_up=False),))
    [part] = protect_study([section_data(section)])[0]["parts"]
    return str(part["cells"][0][1:])


def test_no_small_count_follows_from_a_share_its_interval_or_what_is_left_of_it():
    seen = collections.defaultdict(set)
    for size in range(90, 125):
        for count in range(size + 1):
            seen[_shown_share(count, size)].add((count, size))
    for behind in seen.values():
        if any(size < 95 or size > 114 for _, size in behind):
            continue
        if any(0 < count < 10 for count, _ in behind):
            assert len({count for count, _ in behind}) > 5
        if any(0 < size - count < 10 for count, size in behind):
            assert len({size - count for count, size in behind}) > 5


def test_numbers_are_hidden_with_the_counts_that_they_were_made_of():
    columns = (Column("what", "What"), Column("n", "N", "count"), Column("of", "Of", "count"),
               Column("difference", "Difference", "number"), Column("p_value", "p", "number"))  # fmt: skip
    rows = (
        {"what": "a", "n": 250, "of": 282, "difference": 0.0111331, "p_value": 0.000412},
        {"what": "b", "n": 256, "of": 257, "difference": 0.0111331, "p_value": 0.0412},
        {"what": "all", "difference": 0.25, "p_value": 0.0412},
    )
    section = Section("Arms", (), (SectionTable("Arms", columns, rows, adds_up=False),))
    [part] = protect_study([section_data(section)])[0]["parts"]
    assert part["cells"] == [
        ["a", 250, 280, 0.01, "<0.01"], ["b", 260, 260, None, None], ["all", None, None, None, None],
    ]  # fmt: skip
