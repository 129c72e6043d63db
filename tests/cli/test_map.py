"""``linkkit map`` and ``linkkit check``: tables, files, refusals; no value of a person."""

from __future__ import annotations

import datetime
import json

import pytest

import linkkit as lk
from linkkit.cards import Card, Consent, Expected, Period


@pytest.fixture(scope="module")
def cards(tmp_path_factory, small):
    folder = tmp_path_factory.mktemp("cards")
    trial, register = small
    asked = Consent(("administrative",), until=datetime.date(2030, 1, 1), column="linkage_consent")
    Card(
        "trial", "trial", path=str(trial), id="participant_id", allocation="arm", consent=asked,
        found_in=(Expected("administrative", "all"),),
    ).save(folder / "trial.card.toml")  # fmt: skip
    Card("register", "administrative", path=str(register), id="pupil_id", lawful_basis="public task").save(
        folder / "register.card.toml"
    )
    Card("clubs", "intervention", fields={"surname": "name"}).save(folder / "clubs.card.toml")
    return folder


def test_the_map_is_printed_and_written(linkkit, cards, tmp_path):
    result = linkkit("map", cards, "--out", tmp_path / "out", "--on", "2027-01-31")
    assert result.code == 0, result.output
    assert "permitted until 2030-01-01" in result.output
    assert "clubs and trial: trial: the consent covers linkage with administrative, not with clubs" in result.output
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [
        "checklist_clubs_register.md", "checklist_clubs_trial.md", "checklist_register_trial.md", "map.html",
        "map.json", "plan_register_trial.toml",
    ]  # fmt: skip
    assert json.loads((tmp_path / "out/map.json").read_text("utf-8"))["on"] == "2027-01-31"
    ran = linkkit("run", tmp_path / "out/plan_register_trial.toml", "-q", "-o", tmp_path / "run")
    assert ran.code == 0, ran.output


def test_one_pair_needs_no_names_in_its_files(linkkit, cards, tmp_path):
    files = [cards / "trial.card.toml", cards / "register.card.toml"]
    assert linkkit("map", *files, "--out", tmp_path, "--cards-only").code == 0
    assert "checklist.md" in [path.name for path in tmp_path.iterdir()]


def test_a_page_alone(linkkit, cards, tmp_path):
    result = linkkit("map", cards / "trial.card.toml", "--html", tmp_path / "page.html")
    assert result.code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_name_is_no_markup(linkkit, tmp_path):
    Card("[bold]x[/nope]", fields={"surname": "s"}).save(tmp_path / "x.card.toml")
    result = linkkit("map", tmp_path)
    assert result.code == 0, result.output
    assert "[bold]x[/nope]" in result.output


def test_mistakes_end_with_exit_code_2(linkkit, cards, tmp_path):
    assert linkkit("map", tmp_path / "no.card.toml").code == 2
    told = linkkit("map", cards, "--on", "soon")
    assert (told.code, "--on takes a day such as 2027-01-31; got 'soon'." in told.output) == (2, True)
    (tmp_path / "copy").mkdir()
    Card("trial").save(tmp_path / "copy/trial.card.toml")
    twice = linkkit("map", cards, tmp_path / "copy")
    assert twice.code == 2
    assert "are both called 'trial'" in twice.output


def test_check_shows_what_is_missing_and_what_disagrees(linkkit, cards, tmp_path):
    result = linkkit("check", cards / "trial.card.toml")
    assert result.code == 0
    assert "The card does not say owner" in result.output
    frame = lk.synth.people(800, seed=2).intervention(coverage=0.5).frame
    frame.loc[0, "end_date"] = "1999-01-01"
    frame.to_csv(tmp_path / "clubs.csv", index=False)
    spells = lk.cards.SpellColumns("start_date", "end_date")
    period = Period(datetime.date(2000, 1, 1), datetime.date(2001, 1, 1), "start_date")
    Card(
        "clubs", "intervention", path=str(tmp_path / "clubs.csv"), spells=spells, period=period, id="attendance_id"
    ).save(tmp_path / "clubs.card.toml")
    for path in ("clubs.csv", "clubs.card.toml"):
        bad = linkkit("check", tmp_path / path)
        assert bad.code == 2
        assert "1 record ends ('end_date') before the start ('start_date'): row 1." in bad.output
        assert "outside the period" in bad.output


def test_check_of_a_card_alone(linkkit, cards, tmp_path):
    result = linkkit("check", cards / "clubs.card.toml")
    assert (result.code, "clubs (intervention)" in result.output) == (0, True)
    (tmp_path / "bare.csv").write_text("id\n1\n", "utf-8")
    assert "no card stands beside it" in linkkit("check", tmp_path / "bare.csv").output
