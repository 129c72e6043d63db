"""What makes a secret too weak to be a key, said without a word of the secret."""

from __future__ import annotations

import itertools
import string
import warnings

from linkkit.errors import SecretError

__all__ = ["SECRET_SIZE", "secret_bytes", "weakness"]

SECRET_SIZE = 32  # bytes: 256 bits, beyond any search
_FEWEST_DISTINCT = (
    17  # of 32 random bytes fewer than 17 differ once in 10**12 keys; texts repeated or padded have fewer
)
_HOW = "Make one with `linkkit keygen PATH`."


def weakness(secret: object) -> str | None:
    """Return why a secret is refused and how to mend it, or None where nothing speaks against it.

    Nothing proves that bytes are random; what is caught is what people really pass: passwords, digits of a key in place
    of its bytes, padded or repeated texts, counters, and zeros.

    Parameters
    ----------
    secret
        What was given as the bytes of a key.

    Examples
    --------
    >>> weakness(b"mackerel")
    'it has 8 bytes; a key has at least 32. Make one with `linkkit keygen PATH`.'
    >>> import secrets
    >>> weakness(secrets.token_bytes(32)) is None
    True
    """
    if isinstance(secret, str):
        return "it is a text, and a key is bytes: use bytes.fromhex(...) if it shows a key in hexadecimal digits." + (
            f" A password is no key. {_HOW}"
        )
    if not isinstance(secret, bytes | bytearray | memoryview):
        return f"it is of the type {type(secret).__name__}, and a key is bytes. {_HOW}"
    held = bytes(secret)
    if len(held) < SECRET_SIZE:
        return f"it has {len(held)} bytes; a key has at least {SECRET_SIZE}. {_HOW}"
    return _written(held) or _regular(held)


def _written(held: bytes) -> str | None:
    """What is wrong with bytes that are text: 32 random bytes are never printable."""
    try:
        text = held.decode("utf-8").strip()
    except UnicodeDecodeError:
        return None
    if not all(character.isprintable() or character.isspace() for character in text):
        return None
    if text and set(text) <= set(string.hexdigits):
        return "it is hexadecimal text, and not the bytes that the digits stand for: use bytes.fromhex(...)."
    if set(text) <= set(string.ascii_letters + string.digits + "+/-_="):
        return f"it is text: if it is a key in base64, use base64.b64decode(...); a password is no key. {_HOW}"
    return f"it is text, and a password, however long, can be guessed. {_HOW}"


def _regular(held: bytes) -> str | None:
    """What is wrong with bytes that follow a rule."""
    distinct = len(set(held))
    if distinct == 1:
        return f"all its bytes are the same. {_HOW}"
    if len({(after - before) % 256 for before, after in itertools.pairwise(held)}) == 1:
        return f"its bytes are counted up in even steps. {_HOW}"
    if distinct < _FEWEST_DISTINCT:
        return f"it has {distinct} different bytes only, so it is padded or repeated and not random. {_HOW}"
    return None


def secret_bytes(secret: str | bytes, tool: str) -> bytes:
    """Return the secret of an existing project as bytes, with a warning where it can be guessed.

    Parameters
    ----------
    secret
        What the project has; a text is taken in UTF-8.
    tool
        Whose tokens it is for.

    Raises
    ------
    SecretError
        Where it is empty or neither text nor bytes.

    Warns
    -----
    UserWarning
        Where it is shorter than 32 bytes, a text, or follows a rule.
    """
    if not isinstance(secret, str | bytes) or not secret:
        raise SecretError(f"The secret of {tool} must be a text or bytes, and not empty.")
    held = secret.encode("utf-8") if isinstance(secret, str) else secret
    reason = weakness(held)
    if reason is not None:
        warnings.warn(
            f"The secret of {tool} can be guessed ({reason.split('.')[0].split(':')[0]}), and who has guessed it can "
            "try every name, date and number against the tokens. Use it only to link with what was made with it.",
            UserWarning,
            stacklevel=3,
        )
    return held
