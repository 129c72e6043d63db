"""Linkage without any configuration of real and realistic people with known truth: never below what is published.

The floors are the published results to beat that come with the data, not what linkkit reaches; nothing here was chosen
with the truth in view. ``benchmarks/accuracy.py`` prints the figures themselves, for every set.
"""

from __future__ import annotations

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
