"""Charts for notebooks: they draw what they are given, offline."""

from __future__ import annotations

import base64
import itertools

import pytest

import linkkit as lk
from linkkit.report._picture import picture


def _rows(chart):
    """Every row of data in a chart."""
    found = []

    def walk(part):
        if isinstance(part, dict):
            if isinstance(part.get("values"), list):
                found.extend(row for row in part["values"] if isinstance(row, dict))
            for held in part.values():
                walk(held)
        elif isinstance(part, list):
            for held in part:
                walk(held)

    walk(chart.to_dict())
    return found


@pytest.mark.parametrize("draw", [lk.report.weights_chart, lk.report.m_u_chart, lk.report.em_trace_chart])
def test_charts_of_a_model_can_be_drawn(sample_run, draw):
    png = base64.b64decode(picture(draw(sample_run.model)))
    assert png[:4] == b"\x89PNG"
    assert len(png) > 2000


def test_the_weights_drawn_are_those_of_the_model(sample_run):
    rows = _rows(lk.report.weights_chart(sample_run.model))
    drawn = {(row["comparison"], row["level"]): row["weight"] for row in rows}
    for name, labels, weights in zip(
        sample_run.model.names, sample_run.model.labels, sample_run.model.weights, strict=True
    ):
        for label, weight in zip(labels[1:], weights[1:].tolist(), strict=True):
            assert drawn[name, label] == pytest.approx(weight)


def test_m_and_u_are_both_drawn_for_each_level(sample_run):
    rows = _rows(lk.report.m_u_chart(sample_run.model))
    assert len(rows) == 2 * sum(len(values) for values in sample_run.model.m_probability)
    assert {row["kind"] for row in rows} == {"m: among matches", "u: among non-matches"}


def test_the_histogram_counts_every_scored_pair_by_its_status(sample_run):
    rows = _rows(lk.report.weight_histogram(sample_run.scores, sample_run.decision))
    assert sum(row["pairs"] for row in rows) == len(sample_run.scores)
    assert sum(row["pairs"] for row in rows if row["status"] == "link") == len(sample_run.links)
    alone = _rows(lk.report.weight_histogram(sample_run.scores, bits=2.0))
    assert sum(row["pairs"] for row in alone) == len(sample_run.scores)
    assert {row["high"] - row["low"] for row in alone} == {2.0}


def test_thresholds_can_be_drawn_with_and_without_truth(sample_run):
    trial, register = lk.synth.sample()
    table = lk.evaluate.quality_at_thresholds(sample_run.scores, trial.matches(register))
    rows = _rows(lk.report.threshold_chart(table, points=8))
    assert {row["measure"] for row in rows} == {"precision", "recall"}
    assert len(rows) <= 16
    assert all(0 <= row["share"] <= 1 for row in rows)
    expected = lk.evaluate.expected_at_thresholds(sample_run.scores.weight)
    assert {row["measure"] for row in _rows(lk.report.threshold_chart(expected))} == {
        "expected precision",
        "expected recall",
    }


def test_the_waterfall_starts_where_the_step_before_ended(sample_run):
    first = sample_run.links.iloc[0]
    explained = sample_run.explain(first["left_id"], first["right_id"])
    rows = _rows(explained.chart())
    steps = [row for row in rows if row["kind"] != "total"]
    for before, after in itertools.pairwise(steps):
        assert after["start"] == pytest.approx(before["end"])
    (total,) = [row for row in rows if row["kind"] == "total"]
    assert total["end"] == pytest.approx(steps[-1]["end"]) == pytest.approx(first["match_weight"])
