"""``linkkit pipeline --set``: parts as a plan file says them."""

from __future__ import annotations

import pytest

FOLLOW_UP = 'follow_up={index="randomised on", to_days=365, until=2020-12-31}'


def shown(linkkit, *settings, name="trial_to_admin"):
    result = linkkit("pipeline", name, "--show", *[part for one in settings for part in ("--set", one)])
    return result.code, " ".join(result.output.split())


def test_a_table_sets_a_part_that_has_parts(linkkit):
    code, output = shown(linkkit, FOLLOW_UP, 'event_columns={start="admitted"}', "needs=date_of_birth")
    assert code == 0, output
    assert "day 0 to day 365, counted from 'randomised on', 2020-12-31 at the latest" in output
    assert "if they have date_of_birth" in output


def test_a_text_may_look_like_a_number(linkkit):
    code, output = shown(linkkit, "sent=2019")
    assert (code, "those of whom '2019' says so" in output) == (0, True)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["needs=5"], "needs[0] must be a text; got the number 5."),
        (["follow_up=randomised_on"], "follow_up must be FollowUp(...), or a table with its parts (index, from_days,"),
        (['follow_up={idx="a"}'], "has no key 'idx'"),
        (["plan=x"], "plan must be a linkkit.Plan"),
        (["needs=a", "needs=b"], "--set needs is said twice"),
        (["need=a"], "has no part 'need'. Did you mean 'needs'?"),
        (["needs"], "--set takes PART=VALUE"),
    ],
)
def test_what_cannot_be_set_is_said(linkkit, settings, words):
    code, output = shown(linkkit, *settings)
    assert code == 2
    assert words in output
