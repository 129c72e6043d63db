"""Progress is shown on standard error, late, and only where somebody watches."""

from __future__ import annotations

import os
import subprocess
import sys

import linkkit as lk
from linkkit.progress import COMPILING, Progress


def test_short_work_shows_nothing(capsys):
    with Progress(show=True) as progress:
        progress.step("compare")
    assert capsys.readouterr() == ("", "")


def test_long_work_shows_its_step_and_wipes_it_out(capsys, monkeypatch):
    monkeypatch.setattr("linkkit.progress.PATIENCE_SECONDS", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with Progress(show=True) as progress:
        progress._timer.join()
        progress.step("compare")
        progress._shown._bar.refresh()
    out, err = capsys.readouterr()
    assert out == ""
    assert "comparing pairs" in err


def test_what_is_not_watched_shows_nothing(capsys, monkeypatch):
    monkeypatch.setattr("linkkit.progress.PATIENCE_SECONDS", 0.0)
    with Progress() as progress:  # standard error is no terminal here
        progress.step("compare")
        assert progress._shown is None
    assert capsys.readouterr() == ("", "")


def test_the_plan_is_told_before_it_is_carried_out():
    trial, register = lk.synth.sample()
    told: list[lk.Plan] = []
    run = lk.link(trial.dataset(), register.dataset(), progress=Progress(False, on_plan=told.append))
    assert told == [run.plan]


def test_compiling_is_announced_once_where_the_cache_is_cold(tmp_path):
    work = (
        "import pandas as pd, linkkit as lk\n"
        "from linkkit.progress import Progress\n"
        "people = pd.DataFrame({'id': range(9), 'surname': ['ann', 'anna', 'bo'] * 3})\n"
        "rules = lk.score.RuleList(({'surname': 'exact'},), probabilities=(0.99,))\n"
        "plan = lk.Plan(block=lk.block.every_pair(), compare=lk.compare.exact('surname'), score=rules)\n"
        "lk.dedupe(lk.Dataset(people), plan=plan, progress=Progress(False, announce=True))\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    outputs = [
        subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True, env=environment)
        for _ in range(2)
    ]
    assert [output.stderr.strip() for output in outputs] == [COMPILING, ""]
    assert [output.stdout for output in outputs] == ["", ""]
