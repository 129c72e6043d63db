"""Files of one key: 32 bytes that only their owner may read."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from linkkit.errors import SecretError

from ._secrets import SECRET_SIZE

__all__ = ["make_key_file", "read_key_file", "read_private_file"]

_LONGEST_READ = 4096  # bytes; more would only be counted
_OPTIONS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def make_key_file(path: str | os.PathLike[str]) -> None:
    """Write a new random key to a file that nobody but its owner can read; never over another file.

    The file is written beside its name and then linked to it, so that it is there whole or not at all.

    Parameters
    ----------
    path
        Where to; its folder must be there.

    Raises
    ------
    SecretError
        Where something (a file, a folder, a symbolic link that leads nowhere) has that name already, or the folder is
        not there.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise SecretError(f"{target}: there is no folder {str(target.parent)!r} to write the key file to.")
    if os.path.lexists(target):
        raise _taken(target)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        _write_new(beside)
        _give_name(beside, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def read_key_file(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a key file that nobody but its owner can read.

    A symbolic link is followed, as secure rooms mount keys by them; what is checked is the open file that it leads to,
    so that nothing can be put in its place between check and reading. On Windows there are no mode bits, and access
    lists are not read: only that it is an ordinary file of the right length is checked there.

    Parameters
    ----------
    path
        The key file.

    Raises
    ------
    SecretError
        Where it is not there, is no ordinary file, belongs to somebody else, can be read or written by others, or is
        not 32 bytes long.
    """
    target = Path(path)
    held = read_private_file(target, "the key file", _LONGEST_READ)
    length, looks_written = len(held), held.isascii()
    if length == SECRET_SIZE:
        return held
    del held  # a traceback that shows local variables must not show it
    raise SecretError(_wrong_length(target, length, looks_written))


def read_private_file(path: str | os.PathLike[str], named: str, most: int) -> bytes:
    """Return the first bytes of a file that nobody but its owner can read or change.

    Parameters
    ----------
    path
        The file.
    named
        What it is called in messages.
    most
        How many bytes are read at most.

    Raises
    ------
    SecretError
        Where it is not there, is no ordinary file, belongs to somebody else, or can be read or written by others.
    """
    target = Path(path)
    try:
        # Not to wait for ever where somebody put a pipe.
        descriptor = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _OPTIONS)
    except OSError as error:
        raise SecretError(f"{target}: {named} cannot be read: {error.strerror or 'unknown reason'}.") from None
    try:
        _check_access(target, os.fstat(descriptor), named)
        return os.read(descriptor, most)
    finally:
        os.close(descriptor)


def _wrong_length(target: Path, length: int, looks_written: bool) -> str:
    found = "is empty" if not length else f"holds {length if length < _LONGEST_READ else 'thousands of'} bytes"
    hint = " It seems to hold text: write the bytes themselves, not their digits." if looks_written and length else ""
    return (
        f"{target}: the key file {found}; a key file holds exactly {SECRET_SIZE} random bytes and nothing else, as "
        f"`linkkit keygen PATH` writes it.{hint}"
    )


def _check_access(target: Path, found: os.stat_result, named: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise SecretError(f"{target}: {named} must be an ordinary file; this is a folder, a pipe or a device.")
    if os.name != "posix":
        return
    if found.st_uid not in (os.geteuid(), 0):
        raise SecretError(
            f"{target}: {named} belongs to another user (number {found.st_uid}), who could change it. Copy it to "
            "a file of your own."
        )
    if found.st_mode & 0o077:
        raise SecretError(
            f"{target}: {named} can be read or changed by others (mode {stat.S_IMODE(found.st_mode):04o}); it "
            f"must be 0600. Run `chmod 600 {target}`; if others were on this machine meanwhile, they may have it."
        )


def _write_new(beside: Path) -> None:
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPTIONS, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, 0o600)
        file.write(secrets.token_bytes(SECRET_SIZE))
        file.flush()
        os.fsync(descriptor)


def _give_name(beside: Path, target: Path) -> None:
    """Name a file, unless the name is taken: a link is refused then where a rename on POSIX would overwrite."""
    try:
        if os.name == "nt":
            os.rename(beside, target)
        else:
            os.link(beside, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError:
        _claim_name(beside, target)


def _claim_name(beside: Path, target: Path) -> None:
    """Name a file where the file system has no hard links: take the name by an empty file, then put it in its place."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPTIONS, 0o600))
    except FileExistsError:
        raise _taken(target) from None
    os.replace(beside, target)


def _taken(target: Path) -> SecretError:
    return SecretError(
        f"{target}: there is something of that name already, and a key is never overwritten: what was encoded with it "
        "could not be linked any more. Choose another name."
    )
