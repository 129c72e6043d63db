"""README keeps its word: its Python runs, its links lead somewhere, its Start section has two commands."""

from __future__ import annotations

import os
import re
from pathlib import Path

import linkkit as lk

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def _code(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_start_has_exactly_two_commands_of_one_line():
    start = re.search(r"^## Start\n(.*?)(?=^## )", README, re.DOTALL | re.MULTILINE)[1]
    commands = re.findall(r"```\w*\n(.*?)```", start, re.DOTALL)
    assert [len(command.strip().splitlines()) for command in commands] == [1, 1]


def test_the_python_of_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trial, register = lk.synth.sample()
    trial.write("trial.csv")
    names = {"frame": register.frame.rename(columns={"surname": "fam_nm"})}
    for code in _code("python"):
        exec(code, names)
    assert len(names["links"]) > 500
    assert names["register"].fields["surname"].columns == ("fam_nm",)
    assert {"quality.html", "results"} <= set(os.listdir())


def test_links_within_the_project_lead_somewhere():
    pages = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
