"""Every other command, and how commands end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from linkkit.cli import app

COMMAND = [sys.executable, "-m", "linkkit"]
COMMANDS = [command.name for command in app.registered_commands]


def test_the_demo_links_and_says_what_to_look_at(linkkit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = linkkit("demo")
    assert result.code == 0, result.output
    out = Path("linkkit-demo")
    assert {path.name for path in (out / "data").iterdir()} == {"trial.csv", "register.csv", "truth.csv"}
    assert "quality.html" in result.output
    assert "precision" in result.output
    quality = json.loads((out / "quality.json").read_text("utf-8"))
    assert quality
    # each command that it names works
    said = [line.split("   ")[0] for line in result.output.splitlines() if line.strip().startswith("linkkit explain")]
    explained = linkkit(*said[0].split()[1:])
    assert explained.code == 0
    assert "total" in explained.output
    assert "prior" in explained.output
    left = said[0].split()[3]
    born = pd.read_csv(out / "data" / "trial.csv").set_index("participant_id").loc[left, "child_dob"]
    assert born not in explained.output
    assert born in linkkit(*said[0].split()[1:], "--values").output


def test_duplicates_of_one_file_are_found(linkkit, sample, tmp_path):
    people = pd.read_csv(sample.trial, dtype=str)
    again = people.head(60).assign(participant_id=people["participant_id"].head(60) + "x")
    pd.concat([people, again]).to_csv(tmp_path / "people.csv", index=False)
    result = linkkit("dedupe", tmp_path / "people.csv", "--id", "participant_id", "--at-least", "0.99",
                     "-o", tmp_path / "out", "--save-plan", tmp_path / "plan.toml")  # fmt: skip
    assert result.code == 0
    assert "clusters" in result.output
    clusters = pd.read_parquet(tmp_path / "out" / "clusters.parquet").set_index("id")["cluster_id"]
    assert list(clusters[again["participant_id"]]) == list(clusters[people["participant_id"].head(60)])
    text = (tmp_path / "plan.toml").read_text("utf-8")
    assert "at_least = 0.99" in text
    assert 'path = "people.csv"' in text
    explained = linkkit("explain", tmp_path / "out", "T0001", "T0001x")
    assert explained.code == 0
    assert "total" in explained.output


def test_a_wrong_plan_is_refused_whole(linkkit, tmp_path):
    (tmp_path / "plan.toml").write_text("linkkit_plan = 1\nblok = 1\nkeep = 'x'\ndatasets = [{}]", "utf-8")
    result = linkkit("run", tmp_path / "plan.toml", "-o", tmp_path / "out")
    assert result.code == 2
    for part in ("3 mistakes", "'blok'", "keep must be a number", "datasets[0].path is needed"):
        assert part in result.output
    assert not (tmp_path / "out").exists()


def test_a_plan_that_does_not_fit_its_datasets_is_refused_whole(linkkit, small, tmp_path):
    trial, _ = small
    (tmp_path / "plan.toml").write_text(
        "linkkit_plan = 1\nblock = [['surnme'], ['postcode']]\ncompare = [{ function = 'exact', column = 'shoe' }]\n"
        f"[[datasets]]\npath = {json.dumps(str(trial))}\nid = 'participant_id'\n",
        "utf-8",
    )
    result = linkkit("run", tmp_path / "plan.toml", "-o", tmp_path / "out")
    assert result.code == 2
    assert "block[0]" in result.output
    assert "compare[0]" in result.output


def test_mistakes_of_all_datasets_are_told(linkkit, tmp_path):
    (tmp_path / "plan.toml").write_text(
        "linkkit_plan = 1\ndatasets = [{ path = 'a.csv' }, { path = 'b.parquet' }]", "utf-8"
    )
    result = linkkit("run", tmp_path / "plan.toml", "-o", tmp_path / "out")
    assert result.code == 2
    assert "a.csv" in result.output
    assert "b.parquet" in result.output


def test_a_plan_without_datasets_cannot_be_run(linkkit, tmp_path):
    (tmp_path / "plan.toml").write_text("linkkit_plan = 1", "utf-8")
    result = linkkit("run", tmp_path / "plan.toml", "-o", tmp_path / "out")
    assert result.code == 2
    assert "names no datasets" in result.output


def test_the_profile_shows_counts(linkkit, small):
    trial, _ = small
    result = linkkit("profile", trial, "--id", "participant_id", "--blinded", "arm")
    assert result.code == 0
    assert "date_of_birth" in result.output
    assert "blinded" in result.output
    as_json = linkkit("profile", trial, "--id", "participant_id", "--json")
    assert json.loads(as_json.output)["records"] == len(pd.read_csv(trial))


def test_a_pair_that_is_not_there_is_told(linkkit, tmp_path):
    result = linkkit("explain", tmp_path, "T1", "P1")
    assert result.code == 2
    assert "holds no complete run" in result.output


def test_the_doctor_tells_versions_and_the_cache(linkkit):
    result = linkkit("doctor")
    assert result.code == 0
    for part in ("numba", "cores", "memory", "Kernel cache", "folder", "sklearn", "Offline"):
        assert part in result.output


def test_the_schema_is_printed_and_written(linkkit, tmp_path):
    printed = linkkit("schema")
    jsonschema.Draft202012Validator.check_schema(json.loads(printed.output))
    assert linkkit("schema", "-o", tmp_path / "schema.json").code == 0
    assert (tmp_path / "schema.json").read_text("utf-8") == printed.output


def test_help_has_examples_for_every_command(linkkit):
    listed = linkkit("--help").output
    for command in COMMANDS:
        assert command in listed
        shown = linkkit(command, "--help")
        assert shown.code == 0
        assert f"linkkit {command}" in shown.output
        assert "For example" in shown.output
    assert "Exit codes: 0 done; 1 an unexpected error; 2 wrong usage" in " ".join(listed.split())


def test_the_version_is_told_and_help_loads_little(process):
    assert process("--version").stdout.startswith("linkkit 0.")
    work = "import sys, linkkit.cli; print([m for m in ('numba', 'pandas', 'scipy', 'pydantic') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_wrong_usage_ends_with_2(process):
    for args in (["link", "a.csv"], ["link", "a.csv", "b.csv"], ["lnk"], ["link", "--nonsense"]):
        result = process(*args)
        assert result.returncode == 2
        assert result.stdout == ""
        assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback(linkkit, tmp_path):
    result = linkkit("explain", tmp_path, "a", "b", "--debug")
    assert result.code == 2
    assert "Traceback" in result.output
    assert "holds no complete run" in result.output


def test_an_unexpected_error_ends_with_1_and_tells_no_value(process, small, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("def clean(values):\n    raise RuntimeError(values[0])\n", "utf-8")
    trial, _ = small
    plan = tmp_path / "plan.toml"
    plan.write_text(
        "linkkit_plan = 1\nprepare = [{ kind = 'using', fields = 'surname', function = 'broken:clean' }]\n"
        f"[[datasets]]\npath = {json.dumps(str(trial))}\nid = 'participant_id'\n",
        "utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    result = process("run", plan, "-q", "-o", tmp_path / "out", env=environment)
    assert result.returncode == 1
    assert "unexpected RuntimeError" in result.stderr
    assert "Traceback" not in result.stderr
    surnames = pd.read_csv(trial)["child_last_name"].dropna().str.lower().unique()
    assert not any(f" {name}" in result.stderr.lower() for name in surnames if len(name) > 6)
    shown = process("run", plan, "-q", "-o", tmp_path / "out", "--debug", env=environment)
    assert shown.returncode == 1
    assert "Traceback" in shown.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals to one process")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_run_that_is_killed_leaves_no_half_written_file_and_can_be_run_again(number, code, small, tmp_path, process):
    trial, register = small
    out = tmp_path / "out"
    args = ["link", trial, register, "--id-left", "participant_id", "--id-right", "pupil_id", "-q", "-o", out]
    started = subprocess.Popen([*COMMAND, *map(str, args)], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list(out.glob(".linkkit-*.part/links.csv")):  # it is writing
        assert time.monotonic() < deadline
        assert started.poll() is None
        time.sleep(0.01)
    started.send_signal(number)
    _, message = started.communicate(timeout=60)
    assert started.returncode == code
    if number == signal.SIGKILL:
        assert [path.name for path in out.iterdir() if not path.name.startswith(".")] == []
    else:
        assert not out.exists()
        assert "Traceback" not in message
    assert process(*args).returncode == 0
    assert (out / "run.json").is_file()
    assert (out / "links.csv").is_file()
