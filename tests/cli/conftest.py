"""What tests of the command line share: the sample as files, and a way to run a command."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

import linkkit as lk
from linkkit.cli import app

COMMAND = [sys.executable, "-m", "linkkit"]


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it printed (both streams)."""

    code: int
    output: str


@pytest.fixture
def linkkit(monkeypatch):
    """Run a command within this process."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*args: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(arg) for arg in args])
        return Result(result.exit_code, result.output)

    return run


@pytest.fixture
def process():
    """Run a command in a process of its own."""

    def run(*args: str | Path, **options) -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)

    return run


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The paths of the sample's files."""
    return lk.synth.sample_files(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Paths of a small trial and a small register, for commands whose results do not matter."""
    folder = tmp_path_factory.mktemp("small")
    population = lk.synth.people(1500, seed=3)
    population.trial(families=60).write(folder / "trial.csv")
    population.register(coverage=0.9).write(folder / "register.csv")
    return folder / "trial.csv", folder / "register.csv"
