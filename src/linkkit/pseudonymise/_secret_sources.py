"""The secret of an existing project, from a file or the environment: never from a command line, and never shown."""

from __future__ import annotations

import os

from linkkit.errors import SecretError

from ._key_files import read_private_file

__all__ = ["read_secret", "secret_of_environment"]

_LONGEST = 4096  # bytes; no project has more, and a file of people must not be taken for a secret


def read_secret(path: str | os.PathLike[str]) -> bytes:
    r"""Read the secret that parties of an existing project share from a file that nobody else can read.

    Where the file holds one line of text, its line end is left out, since editors write one; anything else is taken
    byte for byte. The secret may be short or a word, since a project that has begun cannot choose another: what encodes
    with it warns of that. Who can read the file can be changed at any time, and is checked as for a key.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SecretError
        Where it is not there, is no ordinary file, belongs to somebody else, can be read or changed by others, is
        empty, longer than 4,096 bytes, or text in UTF-16.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "secret.txt"
    ...     path.touch(0o600)
    ...     _ = path.write_bytes(b"horse staple\n")
    ...     len(read_secret(path))
    12
    """
    held = read_private_file(path, "the file of the secret", _LONGEST + 1)
    secret = _without_line_end(held)
    if not secret:
        raise SecretError(f"{path}: the file of the secret is empty.")
    if len(held) > _LONGEST:
        raise SecretError(f"{path}: the file of the secret holds more than {_LONGEST:,} bytes; is it another file?")
    if _is_utf16(held):
        raise SecretError(
            f"{path}: the secret is written in UTF-16, as some programs of Windows do, and would be another one. "
            "Save it in UTF-8."
        )
    return secret


def secret_of_environment(name: str) -> bytes:
    """Return the secret that an environment variable holds, as its bytes.

    Parameters
    ----------
    name
        The variable. It is not repeated in messages, as somebody may pass the secret in its place.

    Raises
    ------
    SecretError
        Where there is no such variable, or it is empty.
    """
    held = os.environ.get(name)
    if held is None:
        raise SecretError(
            "There is no environment variable of that name. Give the name of a variable that holds the secret, not the "
            "secret itself."
        )
    if not held:
        raise SecretError("The environment variable that should hold the secret is empty.")
    return os.fsencode(held)


def _without_line_end(held: bytes) -> bytes:
    """Text without the mark before it and the line end after it; other bytes as they are."""
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        return held
    for end in ("\r\n", "\n"):
        line = text.removesuffix(end)
        if line != text and line.isprintable():
            return line.encode()
    return text.encode() if text.isprintable() else held


def _is_utf16(held: bytes) -> bool:
    return (
        held[:2] in (b"\xff\xfe", b"\xfe\xff") and len(held) % 2 == 0 and (not any(held[2::2]) or not any(held[3::2]))
    )
