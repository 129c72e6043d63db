"""Linkage without any configuration of real and realistic people with known truth: never below what is published.

The floors are the published results to beat that come with the data, not what linkkit reaches; nothing here was chosen
with the truth in view. ``benchmarks/accuracy.py`` prints the figures themselves, for every set.
"""

from __future__ import annotations

import pandas as pd

import linkkit as lk


def _link(left, right, truth):
    return lk.link(left, right, progress=False).evaluate(truth)


def _dedupe(table, id, truth):
    return lk.dedupe(lk.Dataset(table, id=id, blinded=[truth]), progress=False).evaluate(truth)


def test_a_census_and_an_administrative_register(shared_data):
    folder = shared_data / "census_cis"
    census = lk.Dataset(folder / "census.parquet", id="census_id", blinded=["person_id"])
    register = lk.Dataset(folder / "cis.parquet", id="cis_id", blinded=["person_id"])
    quality = _link(census, register, "person_id")
    assert quality.pairs.f1 > 0.991, quality  # careful Fellegi-Sunter, then one-to-one
    assert quality.pairs.precision > 0.99, quality


def test_two_files_of_febrl_without_its_identifier(shared_data):
    blinded = ["soc_sec_id", "cluster"]
    paths = [shared_data / "febrl" / f"febrl4{side}.parquet" for side in "ab"]
    left, right = (lk.Dataset(path, id="rec_id", blinded=blinded) for path in paths)
    quality = _link(left, right, "cluster")
    assert quality.pairs.f1 > 0.9945, quality  # ECM of recordlinkage


def test_duplicates_in_fake_1000(shared_data):
    quality = _dedupe(shared_data / "fake_1000" / "fake_1000.csv", "unique_id", "cluster")
    assert quality.pairs.f1 > 0.837, quality  # Splink 5, clusters


def test_duplicates_in_rldata_10000(shared_data):
    quality = _dedupe(shared_data / "rldata" / "RLdata10000.csv", "rec_id", "ent_id")
    assert quality.pairs.f1 > 0.354, quality  # ECM of recordlinkage
    assert quality.pairs.precision > 0.9, quality


def test_duplicates_of_people_with_many_records(shared_data):
    table = pd.read_parquet(shared_data / "historical" / "historical_50k.parquet")
    people = sorted(table["cluster"].unique())[::4]  # a quarter of the people, for the time it takes
    quality = _dedupe(table[table["cluster"].isin(people)], "unique_id", "cluster")
    assert quality.pairs.f1 > 0.828, quality  # Splink 5, clusters, of all of them
    assert quality.pairs.precision > 0.95, quality  # never as connected components do


def test_duplicates_of_a_register_of_families(shared_data):
    table = pd.read_parquet(shared_data / "pseudopeople" / "wic_all_years.parquet")
    table = table.drop(columns="household_id").reset_index(names="record")
    quality = _dedupe(table, "record", "simulant_id")
    assert quality.pairs.f1 > 0.98, quality  # a prototype of profiles reached 0.986


def test_two_files_pooled_and_deduplicated(shared_data):
    parts = [pd.read_parquet(shared_data / "census_cis" / f"{name}.parquet") for name in ("census", "cis")]
    parts = [part.rename(columns={f"{name}_id": "id"}) for part, name in zip(parts, ("census", "cis"), strict=True)]
    quality = _dedupe(pd.concat(parts, join="inner", ignore_index=True), "id", "person_id")
    assert quality.pairs.f1 > 0.96, quality
    assert quality.pairs.precision > 0.96, quality
