"""Ids of persons: pseudonyms that say nothing of the record they were made of, and are never given again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkkit.errors import SecretError, SpecError
from linkkit.pseudonymise import Key, Pseudonyms

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_key", "key_mark", "minted"]


def minted(names: pa.Array, used: pa.Array, project: str, key: Key | None) -> pa.Array:
    """Return a person id for each name of a new cluster, none of which was ever used.

    With a key it is the keyed hash of the name (HMAC-SHA256), so that the same inputs and key give the same ids.
    Without one the key is made for this call and forgotten: the ids are random, and only the saved spine knows them.

    Parameters
    ----------
    names
        Shape (clusters,): the name of each, by its smallest record; each once.
    used
        All ids of persons that were ever given.
    project
        The project of the spine.
    key
        The linkage unit's key, or None.

    Examples
    --------
    >>> import pyarrow as pa
    >>> key, none = Key.generate(project="spine"), pa.array([], pa.string())
    >>> one = minted(pa.array(["register:7"]), none, "spine", key)
    >>> again = minted(pa.array(["register:7"]), one, "spine", key)
    >>> one == minted(pa.array(["register:7"]), none, "spine", key), one == again, len(one[0].as_py())
    (True, False, 27)
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    maker, own = Pseudonyms(f"persons of {project}"), key or Key.generate(project=project)
    found = pa.array(maker.of(names.to_pylist(), own), pa.string())
    number = 2
    while True:
        taken = pc.is_in(found, value_set=used)
        if not pc.any(taken).as_py():
            return found
        # A name whose id was used before, by a cluster that is no more: the same name with a number behind it.
        others = [f"{name}#{number}" for name in names.filter(taken).to_pylist()]
        found = pc.replace_with_mask(found, taken, pa.array(maker.of(others, own), pa.string()))
        number += 1


def key_mark(key: Key | None) -> str:
    """Return what tells later whether the same key is there: its check value, from which nothing of it follows."""
    if key is None:
        return ""
    if not isinstance(key, Key):
        raise SpecError(f"A spine needs a linkkit.pseudonymise.Key; got {type(key).__name__}.")
    return key.check_value


def check_key(key: Key | None, mark: str) -> None:
    """Raise where a spine goes on with another key than it began with.

    Raises
    ------
    SecretError
        Where it does.
    """
    if key_mark(key) == mark:
        return
    if key is None:
        raise SecretError(
            "This spine has ids by a key: give the same key=, or new persons would have ids of another kind."
        )
    if not mark:
        raise SecretError("This spine began without a key and has random ids; go on without key=.")
    raise SecretError(
        f"This spine was begun with the key of check value {mark}; the one given has {key_mark(key)}. Take that key, "
        "project and epoch."
    )
