"""Key files: written once, whole and for their owner alone; read only where nobody else could."""

from __future__ import annotations

import errno
import os
import stat
import threading

import pytest

from linkkit.errors import SecretError
from linkkit.pseudonymise.keys import Key

POSIX = pytest.mark.skipif(os.name != "posix", reason="mode bits are POSIX")
SECRET = bytes.fromhex("d1f7a4530be98c62ff1039b7e4cd5a86720e9bc3a8f65d14e0b37a9c2d48f15b")


def _file(path, held=SECRET, mode=0o600):
    path.write_bytes(held)
    path.chmod(mode)
    return path


def test_a_key_file_is_32_bytes_that_its_owner_alone_reads(tmp_path):
    before = os.umask(0)
    try:
        made = Key.generate(tmp_path / "project.key", project="cohort")
    finally:
        os.umask(before)
    assert len((tmp_path / "project.key").read_bytes()) == 32
    assert [path.name for path in tmp_path.iterdir()] == ["project.key"]
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "project.key").stat().st_mode) == 0o600
    assert Key.from_file(tmp_path / "project.key", project="cohort").check_value == made.check_value


def test_a_key_is_that_of_its_bytes(tmp_path):
    read = Key.from_file(_file(tmp_path / "a.key"), project="cohort", epoch="2")
    assert read.check_value == Key.from_bytes(SECRET, project="cohort", epoch="2").check_value


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "project.key"
    Key.generate(path, project="cohort")
    held = path.read_bytes()
    with pytest.raises(SecretError, match="never overwritten"):
        Key.generate(path, project="cohort")
    assert path.read_bytes() == held
    assert len(list(tmp_path.iterdir())) == 1


@POSIX
@pytest.mark.parametrize("there", ["folder", "link to nowhere", "link to a file"])
def test_nothing_of_that_name_is_overwritten(tmp_path, there):
    path, other = tmp_path / "project.key", tmp_path / "other"
    if there == "folder":
        path.mkdir()
    else:
        path.symlink_to(other)
    if there == "link to a file":
        other.write_bytes(b"mine")
    with pytest.raises(SecretError, match="something of that name"):
        Key.generate(path, project="cohort")
    assert not other.exists() or other.read_bytes() == b"mine"


def test_of_many_that_write_at_once_one_wins_and_its_key_stays(tmp_path):
    path, made, refused = tmp_path / "project.key", [], []

    def write():
        try:
            made.append(Key.generate(path, project="cohort").id)
        except SecretError:
            refused.append(1)

    threads = [threading.Thread(target=write) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(refused) == 11
    assert Key.from_file(path, project="cohort").id == made[0]
    assert len(list(tmp_path.iterdir())) == 1


@POSIX
def test_a_file_system_without_hard_links_gets_a_key_all_the_same(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "project.key"
    Key.generate(path, project="cohort")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SecretError, match="there is no folder"):
        Key.generate(tmp_path / "keys" / "project.key", project="cohort")


@POSIX
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o602, 0o604, 0o610, 0o777])
def test_a_key_file_that_others_can_read_is_refused(tmp_path, mode):
    path = _file(tmp_path / "project.key", mode=mode)
    with pytest.raises(SecretError, match=f"mode {mode:04o}.*0600.*chmod 600"):
        Key.from_file(path, project="cohort")
    path.chmod(0o400)
    assert Key.from_file(path, project="cohort").project == "cohort"


@POSIX
def test_a_key_file_of_another_user_is_refused(tmp_path, monkeypatch):
    path = _file(tmp_path / "project.key")
    owner = path.stat().st_uid
    if owner == 0:  # root's files are anyone's to trust
        os.chown(path, 12345, -1)
        owner = 12345
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(SecretError, match="another user"):
        Key.from_file(path, project="cohort")


@POSIX
def test_a_symbolic_link_is_followed_and_what_it_leads_to_is_checked(tmp_path):
    real = _file(tmp_path / "real.key")
    link = tmp_path / "project.key"
    link.symlink_to(real)
    assert Key.from_file(link, project="cohort").id == Key.from_bytes(SECRET, project="cohort").id
    real.chmod(0o644)
    with pytest.raises(SecretError, match="mode 0644"):
        Key.from_file(link, project="cohort")


@pytest.mark.parametrize(
    ("held", "said"),
    [(b"", "is empty"), (SECRET[:31], "holds 31 bytes"), (SECRET + b"\n", "holds 33 bytes"),
     (SECRET.hex().encode() + b"\n", "holds 65 bytes.*not their digits"), (SECRET * 200, "thousands of bytes")],
)  # fmt: skip
def test_a_key_file_of_another_length_is_refused(tmp_path, held, said):
    with pytest.raises(SecretError, match=f"{said}") as caught:
        Key.from_file(_file(tmp_path / "project.key", held), project="cohort")
    assert "exactly 32 random bytes" in str(caught.value)


@pytest.mark.parametrize("held", [bytes(32), b"correct horse battery staple 123", SECRET[:16] * 2])
def test_a_key_file_of_weak_bytes_is_refused(tmp_path, held):
    with pytest.raises(SecretError, match=r"project\.key: the key file is refused"):
        Key.from_file(_file(tmp_path / "project.key", held), project="cohort")


@POSIX
def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent"):
        with pytest.raises(SecretError, match=r"ordinary file|cannot be read"):
            Key.from_file(path, project="cohort")
