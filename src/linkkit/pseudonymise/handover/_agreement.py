"""Whether the files of two parties can be linked: all that differs, and how to mend it, before any work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from linkkit.errors import numbered

from ._manifest import HandoverError, Manifest

__all__ = ["disagreements", "require_agreement"]


def disagreements(left: Manifest, right: Manifest, names: tuple[str, str] = ("left", "right")) -> list[str]:
    """Return in words all that keeps two encoded files from being linked; empty where nothing does.

    Examples
    --------
    >>> one = Manifest("encoded", 9, (), made_by={"length": 1024})
    >>> other = Manifest("encoded", 9, (), made_by={"length": 512})
    >>> disagreements(one, other)
    ['length is 1024 for left and 512 for right: both must encode by the same specification.']
    """
    one, other = names
    found = [
        f"{name} holds a file of kind {manifest.kind}: only encoded files are linked."
        for name, manifest in zip(names, (left, right), strict=True)
        if manifest.kind != "encoded"
    ]
    if left.normaliser != right.normaliser:
        found.append(
            f"the normaliser is {left.normaliser} for {one} and {right.normaliser} for {other}: the same name gives "
            "other encodings. Encode both with the same version of linkkit."
        )
    found += [
        f"{place} is {mine} for {one} and {theirs} for {other}: both must encode by the same specification."
        for place, mine, theirs in _differences(left.made_by, right.made_by)
    ]
    if (left.key is None) != (right.key is None):
        keyed, bare = (one, other) if left.key else (other, one)
        found.append(f"{keyed} used a key and {bare} none: both must encode with the same key.")
    elif left.key is not None and right.key is not None:
        found += _of_keys(left, right, names)
    return found


def require_agreement(left: Manifest, right: Manifest, names: tuple[str, str] = ("left", "right")) -> None:
    """Raise where two files cannot be linked.

    Raises
    ------
    HandoverError
        With all that differs, and how to mend each.
    """
    found = disagreements(left, right, names)
    if found:
        raise HandoverError(numbered("The files of the two parties cannot be linked:", found))


def _of_keys(left: Manifest, right: Manifest, names: tuple[str, str]) -> Iterator[str]:
    assert left.key is not None
    assert right.key is not None
    one, other = names
    for what in ("project", "epoch"):
        mine, theirs = getattr(left.key, what), getattr(right.key, what)
        if mine != theirs:
            yield (
                f"the {what} of the key is {mine!r} for {one} and {theirs!r} for {other}: agree on one, encode again."
            )
    if (left.key.project, left.key.epoch) != (right.key.project, right.key.epoch):
        return
    if left.key.check_value != right.key.check_value:
        yield (
            f"the check value of the key is {left.key.check_value} for {one} and {right.key.check_value} for {other}: "
            "the two hold different keys. Hand the key over again, compare check values, and encode again."
        )
    elif left.key.id != right.key.id:
        yield (
            f"the key goes by the id {left.key.id!r} for {one} and {right.key.id!r} for {other}, though it is one: "
            "give it one id."
        )


def _differences(one: Any, other: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the places at which two specifications differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted({*one, *other}):
            inner = f"{place}.{name}" if place else name
            if name in one and name in other:
                yield from _differences(one[name], other[name], inner)
            else:
                yield inner, "given" if name in one else "not given", "given" if name in other else "not given"
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for number, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from _differences(mine, theirs, f"{place}[{number}]")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        yield f"the number of {place}", str(len(one)), str(len(other))
    elif one != other:
        yield place, repr(one), repr(other)
