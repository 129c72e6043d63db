"""``linkkit keygen`` and ``linkkit keycheck``."""

from __future__ import annotations

import base64
import os
import re
import stat

import pytest

from linkkit.pseudonymise.keys import Key


def _shown(output):
    return dict(re.split(r"\s{2,}", line, maxsplit=1) for line in output.strip().splitlines())


def test_a_key_is_made_and_compared_and_never_shown(linkkit, tmp_path):
    path = tmp_path / "cohort-2026.key"
    made = linkkit("keygen", path)
    assert made.code == 0, made.output
    shown = _shown(made.output)
    assert shown["key file"] == str(path)
    assert shown["project"] == "cohort-2026"
    held = path.read_bytes()
    key = Key.from_bytes(held, project="cohort-2026")
    assert (shown["key id"], shown["check value"]) == (key.id, key.check_value)
    checked = linkkit("keycheck", path, "--project", "cohort-2026")
    assert checked.code == 0, checked.output
    assert _shown(checked.output) == {name: shown[name] for name in ("project", "epoch", "key id", "check value")}
    for output in (made.output, checked.output):
        assert held.hex()[:12] not in output.lower()
        assert base64.b64encode(held).decode()[:8] not in output
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_project_or_epoch_shows_as_another_check_value_of_the_same_key(linkkit, tmp_path):
    path = tmp_path / "a.key"
    first = _shown(linkkit("keygen", path, "--project", "cohort", "--epoch", "3").output)
    others = [
        _shown(linkkit("keycheck", path, "--project", *rest).output)
        for rest in (["cohort", "--epoch", "3"], ["cohort"], ["register", "--epoch", "3"])
    ]
    assert [first["check value"] == other["check value"] for other in others] == [True, False, False]
    assert {other["key id"] for other in others} == {first["key id"]}


def test_a_key_file_is_not_overwritten(linkkit, tmp_path):
    path = tmp_path / "a.key"
    assert linkkit("keygen", path).code == 0
    held = path.read_bytes()
    again = linkkit("keygen", path)
    assert again.code == 2
    assert "never overwritten" in again.output
    assert path.read_bytes() == held


@pytest.mark.skipif(os.name != "posix", reason="mode bits are POSIX")
def test_a_key_that_others_can_read_is_refused(linkkit, tmp_path):
    path = tmp_path / "a.key"
    linkkit("keygen", path)
    path.chmod(0o644)
    result = linkkit("keycheck", path, "--project", "a")
    assert result.code == 2
    assert "chmod 600" in result.output


def test_a_password_file_and_a_missing_project_are_refused(linkkit, tmp_path):
    (tmp_path / "a.key").write_bytes(b"mackerel")
    (tmp_path / "a.key").chmod(0o600)
    result = linkkit("keycheck", tmp_path / "a.key", "--project", "a")
    assert result.code == 2
    assert "exactly 32 random bytes" in result.output
    assert "mackerel" not in result.output
    assert linkkit("keycheck", tmp_path / "a.key").code == 2
