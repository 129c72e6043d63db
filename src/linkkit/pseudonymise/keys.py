"""Key: a secret of one project, from which every encoding gets a key of its own."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import string
import unicodedata
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from linkkit.errors import SecretError, SpecError

from ._key_files import make_key_file, read_key_file
from ._secrets import SECRET_SIZE, weakness

__all__ = ["Key", "KeyProvider"]

_SCHEME = b"linkkit/v1"
_FEWEST_BYTES, _MOST_BYTES = 16, 255 * 32  # 128 bits; what HKDF-SHA256 can expand to (RFC 5869)
_SHOWN_BYTES = 8  # of ids and check values: 16 hexadecimal digits
_Derive = Callable[[str, bytes, int], bytes]


class KeyProvider(Protocol):
    """What holds a secret and never gives it away, such as a hardware module or a vault."""

    def derive(self, info: bytes, size: int) -> bytes:
        """Return so many bytes, always the same of the same ``info``, from which nothing of the secret follows."""
        ...


class Key:
    """A secret of one project and epoch. It gives keys for a purpose and a field, and never itself.

    Parts are made by HKDF-SHA256 (RFC 5869): the salt is the name of the project, and ``info`` says ``linkkit/v1``,
    purpose, field and epoch, each with its length in front. Parties that shall link need the same secret, project and
    epoch; :attr:`check_value` tells whether they have.

    Make one by :meth:`generate`, :meth:`from_file`, :meth:`from_environment`, :meth:`from_provider` or
    :meth:`from_bytes`. It cannot be printed, pickled, copied or changed.

    Attributes
    ----------
    project, epoch
        What it is for, in Unicode's composed form.
    id
        16 hexadecimal digits that name the secret, whatever the project and epoch; nothing of it follows from them.
        That one secret serves two projects shows by it.

    Notes
    -----
    Python gives no way to keep a secret from code that runs in the same process, nor to wipe it from memory. A provider
    (:meth:`from_provider`) keeps it elsewhere.

    Examples
    --------
    >>> secret = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
    >>> key = Key.from_bytes(secret, project="cohort-2026")
    >>> print(key)
    Key(project='cohort-2026', epoch='1', id='574d3763f70719e1')
    >>> len(key.subkey("token", "surname"))
    32
    """

    __slots__ = ("_derive", "epoch", "id", "project")
    _derive: _Derive
    project: str
    epoch: str
    id: str

    def __new__(cls) -> Key:
        """Refuse: a key without a source is none."""
        raise SecretError(
            "A key is made by Key.generate(), Key.from_file(), Key.from_environment(), Key.from_provider() or "
            "Key.from_bytes()."
        )

    # --- where it comes from ------------------------------------------------------------------------------------

    @classmethod
    def generate(cls, path: str | os.PathLike[str] | None = None, *, project: str, epoch: str = "1") -> Key:
        """Make a new random key, in a new file where a path is given.

        Parameters
        ----------
        path
            Where to write its 32 bytes, mode 0600; never over another file. None: it lives in this process only.
        project, epoch
            What the key is for; a new epoch gives other encodings of the same secret.

        Examples
        --------
        >>> Key.generate(project="example").project
        'example'
        """
        if path is None:
            return cls._made(_derivation(secrets.token_bytes(SECRET_SIZE)), project, epoch)
        _checked_names(project, epoch)
        make_key_file(path)
        return cls.from_file(path, project=project, epoch=epoch)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, project: str, epoch: str = "1") -> Key:
        """Read a key file: 32 bytes that nobody but its owner can read.

        Raises
        ------
        SecretError
            Where the file is absent, of another length, not random, or others can read it.
        """
        return cls._made(_derivation(read_key_file(path)), project, epoch, f"{os.fspath(path)}: the key file")

    @classmethod
    def from_environment(cls, variable: str = "LINKKIT_KEY", *, project: str, epoch: str = "1") -> Key:
        """Read a key from an environment variable that holds its 32 bytes as 64 hexadecimal digits or in base64.

        Raises
        ------
        SecretError
            Where the variable is not set, or holds something else, such as a password.
        """
        return cls._made(_derivation(_from_text(variable)), project, epoch, f"The environment variable {variable}")

    @classmethod
    def from_bytes(cls, secret: bytes, *, project: str, epoch: str = "1") -> Key:
        """Take the bytes of a key that the caller has: at least 32, random.

        Raises
        ------
        SecretError
            Where they are too few, a text, or follow a rule; the message says which, and how to mend it.
        """
        derivation = _derivation(secret)
        del secret  # a traceback that shows local variables must not show it
        return cls._made(derivation, project, epoch)

    @classmethod
    def from_provider(cls, provider: KeyProvider, *, project: str, epoch: str = "1") -> Key:
        """Take a key that another object holds: every part is asked for by ``provider.derive(info, size)``.

        A provider has no salt, so the project stands in ``info`` too, in front of the purpose.

        Raises
        ------
        SecretError
            Where it has no ``derive``, fails, returns something else than so many bytes, other bytes each time, or the
            same whatever it is asked for.
        """
        if not callable(getattr(provider, "derive", None)):
            raise SecretError("A provider of keys must have the method derive(info: bytes, size: int) -> bytes.")

        def derive(salt: str, info: bytes, size: int) -> bytes:
            return _provided(provider, info[: len(_SCHEME)] + _parts(salt) + info[len(_SCHEME) :], size)

        key = cls._made(derive, project, epoch)
        first = key.subkey("provider check", "1")
        again, other = key.subkey("provider check", "1"), key.subkey("provider check", "2")
        is_same, is_deaf = hmac.compare_digest(first, again), hmac.compare_digest(first, other)
        weak = weakness(first)
        del first, again, other
        if not is_same or is_deaf or weak:
            raise SecretError(
                "The provider's derive(info, size) must return bytes that look random, the same for the same info and "
                "others for another."
            )
        return key

    @classmethod
    def _made(cls, derive: _Derive | str, project: str, epoch: str, where: str = "The key") -> Key:
        if isinstance(derive, str):
            raise SecretError(f"{where} is refused: {derive}")
        names = _checked_names(project, epoch)
        shown = derive("", _SCHEME + _parts("id"), _FEWEST_BYTES)[:_SHOWN_BYTES].hex()
        key = object.__new__(cls)
        for name, value in zip(("_derive", "project", "epoch", "id"), (derive, *names, shown), strict=True):
            object.__setattr__(key, name, value)
        return key

    # --- what it gives ------------------------------------------------------------------------------------------

    def subkey(self, purpose: str, field: str = "", size: int = 32, *, epoch: str | None = None) -> bytes:
        """Return the key of one purpose and field: always the same of the same key, and nothing of the key itself.

        Parameters
        ----------
        purpose
            What it is for, such as ``"token"``; keys of two purposes have nothing to do with each other.
        field
            Which column, token or other part of the purpose.
        size
            How many bytes, 16 to 8,160. A shorter key is the beginning of a longer one of the same purpose and field.
        epoch
            Another epoch than the key's own, to encode anew what was encoded under an earlier one.

        Examples
        --------
        >>> key = Key.generate(project="example")
        >>> key.subkey("token", "surname") == key.subkey("token", "given_name")
        False
        """
        if not isinstance(purpose, str) or not purpose or not isinstance(field, str):
            raise SpecError("subkey(purpose, field) takes two texts, the first not empty.")
        if not isinstance(size, int) or not _FEWEST_BYTES <= size <= _MOST_BYTES:
            raise SpecError(f"subkey(size=) must be {_FEWEST_BYTES} to {_MOST_BYTES:,} bytes; got {size!r}.")
        chosen = self.epoch if epoch is None else _checked_name("epoch", epoch)
        return self._derive(self.project, _SCHEME + _parts(purpose, field, chosen), size)

    @property
    def check_value(self) -> str:
        """16 hexadecimal digits that are the same for two parties if, and only if, secret, project and epoch are.

        The first 8 bytes of HMAC-SHA256 of ``linkkit-kcv`` under a key of the purpose ``check``. Anyone may see it: to
        find a random secret of 32 bytes from it would take 2**256 guesses.
        """
        return hmac.digest(self.subkey("check"), b"linkkit-kcv", "sha256")[:_SHOWN_BYTES].hex()

    # --- what it keeps to itself --------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"Key(project={self.project!r}, epoch={self.epoch!r}, id={self.id!r})"

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("A key cannot be changed; make another with the project and epoch that you want.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A key cannot be changed; make another with the project and epoch that you want.")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise SecretError(
            "A key is neither pickled nor copied, so that it stands in no file and no other process; pass the path of "
            "its file instead, and read it there."
        )

    def __reduce__(self) -> NoReturn:
        self.__reduce_ex__(2)

    def __getstate__(self) -> NoReturn:
        self.__reduce_ex__(2)


def _derivation(secret: bytes) -> _Derive | str:
    """What derives keys from a secret, or why it is refused; it does not raise, so that no traceback holds a secret."""
    reason = weakness(secret)
    if reason is not None:
        return reason
    held = bytes(secret)

    def derive(salt: str, info: bytes, size: int) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), size, salt.encode("utf-8"), info).derive(held)

    return derive


def _parts(*texts: str) -> bytes:
    """Texts so that no two lists of them look alike: ``|``, the length in bytes, ``:``, the text."""
    encoded = [text.encode("utf-8") for text in texts]
    return b"".join(b"|%d:%b" % (len(text), text) for text in encoded)


def _checked_names(project: str, epoch: str) -> tuple[str, str]:
    return _checked_name("project", project), _checked_name("epoch", epoch)


def _checked_name(what: str, name: object) -> str:
    """A project or epoch in Unicode's composed form, so that two keyboards write the same."""
    if not isinstance(name, str) or not name.strip() or name != name.strip() or not name.isprintable():
        raise SpecError(
            f"The {what} of a key must be a text without blanks around it, the same for all parties; got {name!r}."
        )
    return unicodedata.normalize("NFC", name)


def _from_text(variable: str) -> bytes:
    text = os.environ.get(variable, "").strip()
    problem = "is not set or empty"
    if text:
        problem = "holds something else"
        try:
            found = bytes.fromhex(text) if set(text) <= set(string.hexdigits) else base64.b64decode(text, validate=True)
            if len(found) == SECRET_SIZE:
                return found
            problem = f"holds {len(found)} bytes"
            del found
        except (ValueError, binascii.Error):
            pass
    del text
    raise SecretError(
        f"The environment variable {variable} {problem}; it must hold the {SECRET_SIZE} random bytes of a key as "
        f"{SECRET_SIZE * 2} hexadecimal digits, or in base64. A password is no key."
    )


def _provided(provider: KeyProvider, info: bytes, size: int) -> bytes:
    try:
        found = provider.derive(info, size)
    except Exception as error:
        # Its text may hold anything, so it is not passed on.
        problem = f"raised {type(error).__name__}"
    else:
        if isinstance(found, bytes) and len(found) == size:
            return found
        problem = f"returned {len(found)} bytes" if isinstance(found, bytes) else f"returned a {type(found).__name__}"
        del found
    raise SecretError(f"The provider of the key {problem} where derive(info, {size}) must return {size} bytes.")
