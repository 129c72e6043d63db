"""The report: one page and its data, whole, valid, small, and without a value of a person."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import struct
from html.parser import HTMLParser

import jsonschema
import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.report import load_schema, render, summarise, write_report
from linkkit.report._disclosure import hide_small, protect
from linkkit.report._picture import repacked

SECTIONS = (
    "summary", "data", "preparation", "blocking", "comparisons", "model", "weights", "thresholds", "links", "clusters",
    "siblings", "quality", "origin",
)  # fmt: skip
MARKERS = ("Zqxwvaldez", "Brzkkoptik", "1987-06-05", "XQ9Z 9ZZ", "IDMARK77")


class _Page(HTMLParser):
    """Ids, resources and pictures of a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.resources, self.alts, self.depth = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        if "id" in held:
            self.ids.append(held["id"])
        self.resources += [held[name] for name in ("src", "href", "srcset", "data", "action") if name in held]
        if tag == "img":
            self.alts.append(held.get("alt"))
        if tag not in ("meta", "img", "br", "link"):
            self.depth.append(tag)

    def handle_endtag(self, tag):
        assert self.depth.pop() == tag


@pytest.fixture(scope="module")
def truth():
    trial, register = lk.synth.sample()
    return trial.matches(register)


@pytest.fixture(scope="module")
def written(sample_run, truth, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    path = sample_run.report(folder / "quality.html", truth=truth)
    return path.read_text("utf-8"), json.loads(path.with_suffix(".json").read_text("utf-8"))


@pytest.fixture(scope="module")
def marked_run():
    """The sample with planted values: names, a date, a postcode and an id that stand nowhere else."""
    trial, register = lk.synth.sample()
    left, right = trial.frame.copy(), register.frame.copy()
    match = trial.matches(register).iloc[3]
    at_left = left.index[left["participant_id"] == match["left_id"]][0]
    at_right = right.index[right["pupil_id"] == match["right_id"]][0]
    left.loc[at_left, ["child_first_name", "child_last_name", "home_postcode"]] = [MARKERS[0], MARKERS[1], MARKERS[3]]
    right.loc[at_right, ["forename", "surname", "postcode"]] = [MARKERS[0], MARKERS[1], MARKERS[3]]
    left.loc[at_left, "child_dob"] = MARKERS[2]
    left.loc[at_left, "participant_id"] = MARKERS[4]
    return lk.link(
        lk.Dataset(left, name="trial", kind="trial", id="participant_id", blinded=["arm"]),
        lk.Dataset(right, name="register", kind="administrative", id="pupil_id"),
        progress=False,
    )


def _validated(summary):
    jsonschema.Draft202012Validator(load_schema()).validate(summary)
    return summary


def test_every_section_is_there_and_the_page_is_well_formed(written):
    page = _Page(written[0])
    assert [name for name in page.ids if name in SECTIONS] == list(SECTIONS)
    assert page.depth == []
    assert len(page.alts) == 12
    assert all(alt and len(alt) > 20 for alt in page.alts)


def test_the_page_asks_for_nothing_from_anywhere(written):
    page = written[0]
    for resource in _Page(page).resources:
        assert resource.startswith(("#", "data:image/png;base64,")), resource[:80]
    without_pictures = re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)
    for word in ("http", "//", "@import", "url(", "<script", "<link", "<iframe", "<svg"):
        assert word not in without_pictures, word


def test_every_link_inside_the_page_leads_somewhere(written):
    page = _Page(written[0])
    assert {resource[1:] for resource in page.resources if resource.startswith("#")} <= set(page.ids)


def test_the_page_is_small(written):
    assert len(written[0].encode()) < 3_000_000


def test_the_data_follow_the_published_schema(written):
    _validated(written[1])


def test_the_schema_refuses_what_it_does_not_know(written):
    with pytest.raises(jsonschema.ValidationError):
        _validated({**written[1], "more": 1})
    with pytest.raises(jsonschema.ValidationError):
        _validated({**written[1], "schema_version": 2})


def test_the_page_can_be_made_again_from_its_data(written):
    assert render(written[1]) == written[0]


def test_the_figures_are_those_of_the_run(sample_run, truth, written):
    data = written[1]
    quality = sample_run.evaluate(truth)
    assert data["headline"]["links"] == len(sample_run.links)
    assert data["headline"]["quality_is"] == "measured"
    assert data["quality"]["measured"]["pairs"]["precision"] == quality.pairs.precision
    assert data["quality"]["measured"]["pairs"]["recall"] == quality.pairs.recall
    assert data["quality"]["measured"]["pairs"]["lost_in_blocking"] == quality.pairs.lost_in_blocking
    assert data["quality"]["measured"]["clusters"]["bcubed_f1"] == quality.clusters.bcubed_f1
    assert data["quality"]["expected"]["precision"] == quality.expected.precision
    candidates = sample_run.pairs.count()
    assert data["blocking"]["candidates"] == candidates
    assert sum(sum(counts) for counts in data["weights"]["counts"].values()) == candidates
    assert sum(rule["pairs_new"] for rule in data["blocking"]["rules"]) == candidates
    assert sum(row["links"] for row in data["links"]["gaps"]) == len(sample_run.links)
    assert sum(row["links"] for row in data["links"]["probabilities"]) == len(sample_run.links)
    assert sum(row["records"] for row in data["clusters"]["sizes"]) == len(sample_run.records)
    for comparison in data["comparisons"]:
        assert sum(level["candidates"] for level in comparison["levels"]) == candidates
        assert sum(level["links"] for level in comparison["levels"]) == len(sample_run.links)


def test_the_threshold_of_the_run_is_among_those_tried_and_others_decide_again(sample_run, truth, written):
    rows = written[1]["thresholds"]
    (own,) = [row for row in rows if row["is_own"]]
    assert own["links"] == len(sample_run.links)
    other = next(row for row in rows if row["probability"] == 0.99)
    links = lk.decide.decide(sample_run.scores, dataclasses.replace(sample_run.decision.decision, at_least=0.99))
    assert other["links"] == len(links)
    assert other["precision"] == lk.evaluate.pair_quality(links, truth).precision


def test_the_links_that_only_one_rule_found_are_counted(sample_run, written):
    links = sample_run.links
    made = []
    for rule in sample_run.pairs.rules:
        frame = lk.block.candidate_pairs(sample_run.records, rule).to_pandas()
        pairs = set(zip(frame["left_id"], frame["right_id"], strict=True))
        made.append([pair in pairs for pair in zip(links["left_id"], links["right_id"], strict=True)])
    table = np.array(made)
    for number, rule in enumerate(written[1]["blocking"]["rules"]):
        assert rule["links_found"] == table[number].sum()
        assert rule["links_only_here"] == (table[number] & (table.sum(axis=0) == 1)).sum()


@pytest.mark.parametrize("audience", ["linker", "analyst", "public"])
def test_no_value_and_no_id_of_a_person_is_in_a_report(marked_run, audience, tmp_path):
    path = marked_run.report(tmp_path / "quality.html", audience=audience)
    held = (path.read_text("utf-8") + path.with_suffix(".json").read_text("utf-8")).lower()
    values = {marker.lower() for marker in MARKERS} | {"xq99zz", "05/06/1987", "19870605"}
    assert not [value for value in values if value in held]
    everyone = {str(value).lower() for value in marked_run.links["left_id"]}
    assert not [value for value in everyone if f">{value}<" in held or f'"{value}"' in held]


def test_the_markers_were_there_to_be_found(marked_run):
    held = marked_run.datasets[0].to_pandas()
    assert MARKERS[0].lower() in set(held["given_name"].dropna())
    assert MARKERS[4] in set(marked_run.links["left_id"])


def test_small_counts_are_hidden_from_the_public(sample_run, truth):
    summary = _validated(summarise(sample_run, truth, audience="public"))
    full = summarise(sample_run, truth)
    hidden = [row["links"] for row in summary["links"]["gaps"]]
    assert all(isinstance(count, str) or count == 0 or count >= 10 for count in hidden)
    assert any(0 < count < 10 for counts in full["weights"]["counts"].values() for count in counts)
    for counts in summary["weights"]["counts"].values():
        assert all(isinstance(count, str) or count == 0 or count >= 10 for count in counts)
    for row in summary["thresholds"]:
        assert row["links"] % 10 == 0
        assert row["expected_precision"] == round(row["expected_precision"], 2)
    assert summary["quality"]["measured"]["pairs"]["found_pairs"] % 10 == 0
    page = render(summary)
    assert "counts below 10 are hidden" in page
    assert "&lt;10" in page


@pytest.mark.parametrize("audience", ["analyst", "public"])
def test_notes_which_may_hold_small_counts_are_for_the_linker_alone(sample_run, audience):
    noted = dataclasses.replace(
        sample_run, decision=dataclasses.replace(sample_run.decision, notes=("3 links are of records left over.",))
    )
    full, safe = summarise(noted), _validated(summarise(noted, audience=audience))
    assert full["links"]["notes"]
    assert safe["links"]["notes"] == []
    assert not any(row["notes"] for row in safe["preparation"])
    assert not set(full["links"]["notes"]) & set(safe["findings"])


def test_one_hidden_cell_is_not_given_away_by_its_total():
    assert hide_small([100, 50, 3]) == [100, "[c]", "<10"]
    assert hide_small([100, 50, 3], adds_up=False) == [100, 50, "<10"]
    assert hide_small([100, 4, 3, 0]) == [100, "<10", "<10", 0]
    assert hide_small([100, 50, 0]) == [100, 50, 0]


def test_an_unknown_audience_is_refused(sample_run):
    with pytest.raises(lk.SpecError, match="audience must be one of linker, analyst, public; got 'press'"):
        summarise(sample_run, audience="press")


def test_what_comes_from_people_who_name_things_is_escaped(tmp_path):
    frame = lk.synth.sample()[1].frame.rename(columns={"surname": "Surname"})
    frame["<i>odd</i>"] = 1
    run = lk.dedupe(lk.Dataset(frame, name="<script>alert(1)</script>", id="pupil_id"), progress=False)
    page = write_report(run, tmp_path / "odd.html").read_text("utf-8")
    assert "<script" not in page
    assert "<i>odd" not in page
    assert "&lt;script&gt;" in page


def test_without_truth_the_model_speaks_and_says_what_it_cannot_know(sample_run):
    summary = _validated(summarise(sample_run))
    assert summary["headline"]["quality_is"] == "expected"
    assert summary["quality"]["measured"] is None
    page = render(summary)
    assert "no truth to measure against" in page
    assert "Measured against the truth" not in page
    assert summary["quality"]["expected"]["limits"][0] in page.replace("&#39;", "'")


def test_files_are_named_and_hashed_but_not_for_the_public(tmp_path):
    import hashlib

    frame = lk.synth.sample()[1].frame
    frame.to_csv(tmp_path / "register.csv", index=False)
    run = lk.dedupe(lk.Dataset(tmp_path / "register.csv", id="pupil_id"), progress=False)
    (dataset,) = summarise(run)["datasets"]
    assert dataset["file"]["name"] == "register.csv"
    assert dataset["file"]["sha256"] == hashlib.sha256((tmp_path / "register.csv").read_bytes()).hexdigest()
    public = summarise(run, audience="public")
    assert public["datasets"][0]["file"] is None
    assert str(tmp_path) not in json.dumps(summarise(run))


def test_a_deduplication_reports_its_clusters(tmp_path):
    register = lk.synth.sample()[1]
    doubled = pd.concat([register.frame, register.frame.head(500).assign(pupil_id=lambda f: "X" + f["pupil_id"])])
    run = lk.dedupe(lk.Dataset(doubled, name="register", id="pupil_id"), progress=False)
    summary = _validated(summarise(run))
    assert summary["headline"]["clusters"] == len(run.clustered)
    assert summary["clusters"]["are_decided"]
    assert sum(row["clusters"] for row in summary["clusters"]["sizes"]) == len(run.clustered)
    assert "Duplicates in register" in render(summary)


def test_rules_without_probabilities_have_a_report_too(truth):
    trial, register = lk.synth.sample()
    compare = [lk.compare.exact("surname"), lk.compare.exact("date_of_birth"), lk.compare.exact("postcode")]
    rules = lk.score.RuleList(
        ({"surname": "exact", "date_of_birth": "exact"}, {"date_of_birth": "exact", "postcode": "exact"})
    )
    plan = lk.Plan(compare=compare, score=rules, keep=0.0, decide=lk.decide.OneToOne(weight=1.0))
    run = lk.link(trial.dataset(), register.dataset(), plan=plan, progress=False)
    summary = _validated(summarise(run, truth))
    assert [rule["rank"] for rule in summary["model"]["rules"]] == [1, 2]
    assert sum(rule["links"] for rule in summary["model"]["rules"]) == summary["headline"]["links"] > 0
    assert summary["quality"]["expected"] is None
    assert "deterministic rules" in render(summary)
    assert _validated(summarise(run))["headline"]["quality_is"] == "unknown"
    assert "nothing is known of the quality" in render(summarise(run))


def test_a_classifier_has_a_report_too(truth):
    trial, register = lk.synth.sample()
    labels = pd.concat(
        [truth.assign(is_match=True), truth.assign(right_id=np.roll(truth["right_id"], 9), is_match=False)]
    )
    run = lk.link(
        trial.dataset(), register.dataset(), plan=lk.Plan(score=lk.score.Classifier()), labels=labels, progress=False
    )
    summary = _validated(summarise(run))
    assert summary["model"]["kind"] == "classifier"
    assert "LogisticRegression" in render(summary)


def test_a_linkage_that_finds_nothing_has_a_report():
    trial, register = lk.synth.sample()
    plan = lk.Plan(decide=lk.decide.Threshold(weight=500.0))
    run = lk.link(trial.dataset(), register.dataset(), plan=plan, progress=False)
    summary = _validated(summarise(run))
    assert summary["headline"]["links"] == 0
    assert _Page(render(summary)).depth == []


def test_a_picture_packed_again_is_the_same_picture(written):
    import zlib

    png = base64.b64decode(re.search(r"base64,([A-Za-z0-9+/=]+)", written[0]).group(1))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert repacked(png) == png
    width, height = struct.unpack(">II", png[16:24])
    pixels = zlib.decompress(png[png.index(b"IDAT") + 4 : png.rindex(b"IEND") - 8])
    assert len(pixels) == height * (width * 4 + 1)


def test_the_ending_is_added_and_a_folder_is_made(sample_run, tmp_path):
    path = write_report(sample_run, tmp_path / "deep" / "quality")
    assert path == tmp_path / "deep" / "quality.html"
    assert sorted(file.name for file in path.parent.iterdir()) == ["quality.html", "quality.json"]


def test_the_same_run_gives_the_same_summary(sample_run):
    first, second = summarise(sample_run), summarise(sample_run)
    first["origin"].pop("made_at")
    second["origin"].pop("made_at")
    assert first == second


def test_estimates_stand_side_by_side_and_disagreements_come_first(written):
    page, data = written
    estimates = data["quality"]["estimates"]
    assert [row["by"] for row in estimates["rows"]] == ["model", "duplicates", "decoys", "truth"]
    assert estimates["rows"][0]["precision"] == data["quality"]["expected"]["precision"]
    assert estimates["rows"][-1]["recall"] == data["quality"]["measured"]["pairs"]["recall"]
    assert set(estimates["disagreements"]) <= set(data["findings"])
    assert "Estimates side by side" in page
    assert "Calibration" in page


def test_decoys_are_left_out_on_request(sample_run):
    rows = summarise(sample_run, decoys=False)["quality"]["estimates"]["rows"]
    assert [row["by"] for row in rows] == ["model", "duplicates"]


def test_bands_of_few_pairs_show_no_shares_to_the_public(sample_run, truth):
    summary = summarise(sample_run, truth, audience="public")
    _validated(summary)
    bands = summary["quality"]["measured"]["calibration"]["bands"]
    hidden = [band for band in bands if band["pairs"] == "<10"]
    assert hidden
    assert all(band["true_share"] is None and band["expected_share"] is None for band in hidden)
    assert all(band["true_share"] == round(band["true_share"], 2) for band in bands if band not in hidden)
    assert render(summary)


def test_a_few_records_without_a_link_are_told_neither_by_a_count_nor_by_a_share(sample_run):
    full = summarise(sample_run)
    first = full["links"]["by_dataset"][0]
    first.update(records=257, linked=256, linked_share=256 / 257)
    safe = _validated(protect(full, "public"))
    row = safe["links"]["by_dataset"][0]
    assert (row["records"], row["linked"], row["linked_share"]) == (260, 260, None)
    assert "of the 260 records" in render(safe)
