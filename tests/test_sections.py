"""Sections that pipelines add to a report: drawn, told as data, and hidden where counts are small."""

from __future__ import annotations

import dataclasses
import json

import pytest

import linkkit as lk
from linkkit.errors import SpecError
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
    assert [row[1] for row in bars["cells"]] == [12, 0]
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
