"""No value of a person in any message, log, repr, warning, progress line or saved file but links and clusters.

Values that stand nowhere else are planted in every field, often enough to be the most frequent ones; then everything
that linkkit says and writes is searched for them.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, compare, score
from linkkit.prepare import Replace

# Field: a value that is planted in it.
PLANTED = {
    "given_name": "Quuxanna",
    "middle_name": "Vrelwyn",
    "surname": "Zyxmarkow",
    "date_of_birth": "1931-07-23",
    "sex": "f",
    "postcode": "ZX91 7QQ",
    "address": "417 Plughkrantz Parade",
    "email": "frobnixle@wibblemail.example",
    "phone": "07700900461",
    "nhs_number": "9434765919",
    "town": "Grzbytville",
}
_SPELLINGS = ("quuxanna", "vrelwyn", "zyxmarkow", "1931-07-23", "23/07/1931", "19310723", "zx917qq", "zx91 7qq",
              "plughkrantz", "frobnixle", "wibblemail", "07700900461", "7700900461", "9434765919", "grzbytville",
              "secretid")  # fmt: skip
_FOUND = re.compile("|".join(map(re.escape, _SPELLINGS)), re.IGNORECASE)


def leaks(text):
    """The planted values that stand in a text."""
    return sorted({match.lower() for match in _FOUND.findall(text)})


def _people(size, seed):
    """Made-up people; every third record holds the planted values, with a slip now and then."""
    random = np.random.default_rng(seed)
    number = random.permutation(size)
    planted = np.arange(size) % 3 == 0
    usual = {
        "given_name": [f"name{n % 37}" for n in number],
        "middle_name": [f"middle{n % 23}" for n in number],
        "surname": [f"family{n % 53}" for n in number],
        "date_of_birth": [f"19{50 + n % 40}-{1 + n % 12:02}-{1 + n % 28:02}" for n in number],
        "sex": [("f", "m")[n % 2] for n in number],
        "postcode": [f"AB{1 + n % 20} {n % 10}CD" for n in number],
        "address": [f"{n} High Street" for n in number],
        "email": [f"mail{n}@example.org" for n in number],
        "phone": [f"0113{n:07}" for n in number],
        "nhs_number": [f"{4000000000 + n}" for n in number],
        "town": [f"town{n % 11}" for n in number],
    }
    columns = {field: np.where(planted, PLANTED[field], values) for field, values in usual.items()}
    frame = pd.DataFrame({"id": [f"secretid{seed}-{row}" for row in range(size)], **columns})
    frame.loc[::31, "surname"] += "i"
    frame.loc[::47, "given_name"] = None
    return frame


@pytest.fixture(scope="module")
def datasets():
    return lk.Dataset(_people(120, 1), name="left"), lk.Dataset(_people(150, 2), name="right")


@pytest.fixture(scope="module")
def run(datasets):
    return lk.link(*datasets, progress=False)


@pytest.fixture(scope="module")
def clustered(datasets):
    return lk.dedupe(datasets[0], progress=False)


def test_the_search_finds_what_is_planted(datasets, run):
    held = " ".join(" ".join(map(str, dataset.to_pandas().iloc[0])) for dataset in run.datasets)
    assert len(leaks(held)) >= 10
    assert leaks(run.links.to_string())


def test_progress_logs_and_warnings_hold_no_value(datasets, capfd, caplog, recwarn):
    with caplog.at_level(logging.DEBUG):
        lk.link(*datasets, progress=True)
        lk.dedupe(datasets[0], progress=True)
    shown = capfd.readouterr()
    assert not leaks(shown.out + shown.err)
    assert not leaks(caplog.text)
    assert not leaks(" ".join(str(warning.message) for warning in recwarn))


def test_what_prints_holds_no_value(datasets, run, clustered):
    truth = {
        "left": {row: 1 for row in datasets[0].ids.to_pylist()},
        "right": {row: 1 for row in datasets[1].ids.to_pylist()},
    }
    printed = [
        *datasets, *run.datasets, lk.profile(datasets[0]), datasets[0].encoded("surname"), run.records, run.plan, run,
        run.pairs, run.levels, run.model, run.scores, run.decision, run.linked, clustered, clustered.decision,
        run.levels.patterns(), run.evaluate(truth), *run.pairs.counts(), *run.datasets[0].preparation,
        Replace("surname", {"Zyxmarkow": ""}), block.listed(["secretid1-0"], ["secretid2-0"]),
    ]  # fmt: skip
    for thing in printed:
        assert not leaks(repr(thing)), type(thing)
        assert not leaks(str(thing)), type(thing)
        if hasattr(thing, "_repr_html_"):
            assert not leaks(thing._repr_html_()), type(thing)


def test_tables_that_say_how_well_things_went_hold_no_value(datasets, run):
    tables = [
        lk.prepare.changes(run.datasets[0]), block.count_pairs(run.pairs), block.largest_blocks(run.pairs),
        run.levels.patterns().to_pandas(), run.model.to_pandas(), lk.profile(datasets[0]).to_pandas(),
    ]  # fmt: skip
    for table in tables:
        assert not leaks(table.to_string(max_colwidth=None))


def test_an_explanation_prints_without_values(run):
    first = run.links.iloc[0]
    explained = run.explain(first["left_id"], first["right_id"])
    assert not [leak for leak in leaks(repr(explained)) if leak != "secretid"]


@pytest.mark.parametrize("made", ["run", "clustered"])
def test_saved_files_hold_no_value_but_the_links_and_clusters(made, request, tmp_path):
    folder = request.getfixturevalue(made).save(tmp_path / made)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"model.json", "quality.html", "quality.json", "run.json"} <= {path.name for path in files}
    for path in files:
        if path.stem not in ("links", "clusters"):
            assert not leaks(path.read_bytes().decode("utf-8", "replace")), path.name


def test_a_file_of_term_frequencies_is_the_one_that_holds_values(run, tmp_path):
    path = run.model.save_frequencies(tmp_path / "frequencies.parquet", run.records)
    assert leaks(path.read_bytes().decode("utf-8", "replace"))
    assert not leaks(run.model.save(tmp_path / "model.json").read_text("utf-8"))


# --- errors ---------------------------------------------------------------------------------------------------------


def _frame(**changes):
    frame = _people(30, 3)
    for column, values in changes.items():
        frame[column] = values
    return frame


def _levels():
    people = lk.Dataset(_frame())
    return compare.compare_pairs(block.candidate_pairs(people, block.on("sex")), [compare.exact("surname")])


def _file(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


IDS = [f"secretid{number}" for number in range(30)]
PEOPLE = "id,surname,dob\n" + "".join(f"{n},Zyxmarkow,1931-07-23\n" for n in range(5))
WRONG = {
    "ids repeated": lambda folder: lk.Dataset(_frame(id=[*IDS[:28], IDS[0], IDS[1]])),
    "ids missing": lambda folder: lk.Dataset(_frame(id=[None, *IDS[1:]])),
    "ids blank": lambda folder: lk.Dataset(_frame(id=[" ", *IDS[1:]])),
    "no id": lambda folder: lk.Dataset(_frame().rename(columns={"id": "who"})),
    "mixed types": lambda folder: lk.Dataset(_frame(surname=["Zyxmarkow", 7] * 15)),
    "objects": lambda folder: lk.Dataset(_frame(surname=[{"a": "Zyxmarkow"}] * 30)).encoded("surname"),
    "sets and texts": lambda folder: lk.Dataset(_frame(surname=["Zyxmarkow", ["Zyxmarkow"]] * 15)),
    "lists as texts": lambda folder: lk.Dataset(_frame(surname=[["Zyxmarkow"]] * 30)).encoded("surname"),
    "no such column": lambda folder: lk.Dataset(_frame(), fields={"surname": "sumame"}),
    "blinded": lambda folder: lk.Dataset(_frame(), fields={"surname": "surname"}, blinded=["surname"]),
    "empty": lambda folder: lk.Dataset(_frame().head(0)),
    "twice": lambda folder: lk.link(*[lk.Dataset(_frame())] * 2),
    "nothing in common": lambda folder: lk.link(
        lk.Dataset(_frame()[["id", "surname"]], name="a"), lk.Dataset(_frame()[["id", "town"]], name="b")
    ),
    "uneven rows": lambda folder: lk.Dataset(_file(folder, "people.csv", PEOPLE + "7,Zyxmarkow,1931-07-23,9,9\n")),
    "another encoding": lambda folder: lk.Dataset(_file(folder, "people.csv", PEOPLE + "8,Zyxmarkowé,x\n", "cp1252")),
    "no Parquet": lambda folder: lk.Dataset(_file(folder, "people.parquet", PEOPLE)),
    "cut short": lambda folder: lk.Dataset(_file(folder, "people.parquet", b"PAR1" + PEOPLE.encode())),
    "no table": lambda folder: lk.Dataset(["Zyxmarkow"]),
    "no such file": lambda folder: lk.Dataset(folder / "absent.csv"),
    "blocking field": lambda folder: block.candidate_pairs(lk.Dataset(_frame()), block.on("sumame")),
    "listed ids": lambda folder: block.candidate_pairs(
        lk.Dataset(_frame()), block.listed(["secretid-none"], ["secretid-nobody"])
    ).count(),
    "comparison field": lambda folder: compare.compare_pairs(
        block.candidate_pairs(lk.Dataset(_frame()), block.on("sex")), [compare.exact("sumame")]
    ),
    "labels": lambda folder: score.fit_from_labels(
        _levels(), pd.DataFrame({"left_id": ["secretid-none"], "right_id": ["secretid-nobody"]})
    ),
    "no labels": lambda folder: score.fit_from_labels(_levels(), pd.DataFrame({"left_id": ["secretid-none"]})),
    "identifier": lambda folder: score.fit_from_identifier(_levels(), "id"),
    "truth": lambda folder: lk.dedupe(lk.Dataset(_frame()), progress=False).evaluate({"secretid-none": "Zyxmarkow"}),
    "truth twice": lambda folder: lk.dedupe(lk.Dataset(_frame()), progress=False).evaluate(
        pd.DataFrame({"id": ["secretid3-1", "secretid3-1"], "person": ["Zyxmarkow", "Quuxanna"]})
    ),
    "a function of the user's": lambda folder: lk.prepare.prepare(
        lk.Dataset(_frame()), [lk.prepare.Using("surname", "builtins:max")]
    ),
    "a measure of the user's": lambda folder: compare.compare_pairs(
        block.candidate_pairs(lk.Dataset(_frame()), block.on("sex")),
        [compare.function("builtins:max", "surname", at_least=(1,))],
    ).patterns(),
    "a plan with values": lambda folder: lk.Plan(prepare=[Replace("surname", {"Zyxmarkow": "X"})]).save(
        folder / "p.toml"
    ),
    "a model that is none": lambda folder: score.load_model(_file(folder, "model.json", '{"surname": "Zyxmarkow"}')),
    "frequencies that are none": lambda folder: score.load_frequencies(_file(folder, "people.csv", PEOPLE)),
    "a plan that is none": lambda folder: lk.Plan.load(
        _file(folder, "plan.toml", '[[compare]]\nsurname = "Zyxmarkow"\n')
    ),
    "explain": lambda folder: lk.dedupe(lk.Dataset(_frame()), progress=False).explain("secretid3-0", "absent"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_an_error_holds_no_value(mistake, tmp_path):
    with pytest.raises((lk.LinkkitError, ValueError)) as caught:
        WRONG[mistake](tmp_path)
    error = caught.value
    while error is not None:
        if not (error is not caught.value and caught.value.__suppress_context__):
            assert not leaks(f"{error} {error!r} {error.args}"), mistake
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert isinstance(caught.value, lk.LinkkitError), f"{mistake}: {type(caught.value).__name__}"


def test_the_command_line_holds_no_value(tmp_path):
    left, right = tmp_path / "left.csv", tmp_path / "right.csv"
    _people(120, 1).to_csv(left, index=False)
    _people(150, 2).to_csv(right, index=False)
    command = [
        sys.executable,
        "-m",
        "linkkit",
        "link",
        str(left),
        str(right),
        "--id",
        "id",
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert not leaks(done.stdout + done.stderr)
    _file(tmp_path, "right.csv", PEOPLE + "7,Zyxmarkow,1931-07-23,9,9\n")
    failed = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert failed.returncode != 0
    assert not leaks(failed.stdout + failed.stderr)
