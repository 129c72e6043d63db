"""Encoding: what a provider encodes, as data that every party holds; it says what, and knows no key and no value."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from linkkit.errors import SpecError, did_you_mean
from linkkit.files import write_json
from linkkit.values import fields_of

from .bloom import BloomField, Clk, Hardening
from .tokens import Token

__all__ = ["Encoding", "Form", "columns_of"]

Form = Literal["token", "filter", "clk"]
Level = Literal["tokens", "filters", "records"]
_FORMS: dict[str, type] = {"token": Token, "filter": BloomField, "clk": Clk}
_HARDENING: dict[str, type] = {one.__dataclass_fields__["kind"].default: one for one in get_args(Hardening)}
_NAME = re.compile(r"[a-z]\w*", re.ASCII)
FORMAT = 1


@dataclass(frozen=True)
class Encoding:
    """What each record is encoded as: tokens, filters of fields, a filter of the whole record, or several of them.

    It is what two providers must have in common besides the key. One designs it (:meth:`linkkit.Plan.encoding`,
    ``linkkit design``), saves it, and hands it to the other; it tells nothing of any person.

    Parameters
    ----------
    columns
        What is compared: :class:`Token`, :class:`~linkkit.pseudonymise.bloom.BloomField` and
        :class:`~linkkit.pseudonymise.bloom.Clk`, each with a name of its own. A token or filter that is called as a
        field (``surname``) is taken for that field by comparisons, rules and models.
    blocks
        Tokens by which records are brought together and nothing else, under sub-keys of their own. Who sees them sees
        how many records each block has.

    Raises
    ------
    SpecError
        Where two columns have one name, a name is no plain word, or nothing is encoded.

    Examples
    --------
    >>> from linkkit.pseudonymise.bloom import BloomField
    >>> made = Encoding([BloomField("surname"), BloomField("date_of_birth", "date")])
    >>> made.level, Encoding.from_dict(made.to_dict()) == made
    ('filters', True)
    """

    columns: tuple[BloomField | Clk | Token, ...]
    blocks: tuple[Token, ...] = ()

    def __post_init__(self) -> None:
        listed = (self.columns,) if isinstance(self.columns, BloomField | Clk | Token) else tuple(self.columns)
        object.__setattr__(self, "columns", listed)
        object.__setattr__(self, "blocks", (self.blocks,) if isinstance(self.blocks, Token) else tuple(self.blocks))
        mistakes = list(self._mistakes())
        if mistakes:
            raise SpecError("Encoding: " + " ".join(mistakes))

    @property
    def level(self) -> Level:
        """What it gives away at most: ``filters`` most, ``tokens`` less, ``records`` (only record-level ones) least."""
        forms = {form_of(column) for column in self.columns}
        return "filters" if "filter" in forms else "tokens" if "token" in forms else "records"

    @property
    def forms(self) -> dict[str, Form]:
        """Each column of the encoded dataset by name, and its form; blocks are tokens."""
        return {column.name: form_of(column) for column in (*self.columns, *self.blocks)}

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it reads."""
        return tuple(
            dict.fromkeys(
                field
                for column in (*self.columns, *self.blocks)
                for text in columns_of(column)
                for field in fields_of(text)
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "linkkit_encoding": FORMAT,
            "columns": [_as_data(column) for column in self.columns],
            "blocks": [_as_data(block) for block in self.blocks],
        }

    @classmethod
    def from_dict(cls, data: Any, file: str = "The encoding") -> Encoding:
        """Read it from plain data.

        Raises
        ------
        SpecError
            With every mistake and its place.
        """
        if not isinstance(data, Mapping) or "linkkit_encoding" not in data:
            raise SpecError(f"{file} is no encoding of linkkit: 'linkkit_encoding' is not there.")
        if data["linkkit_encoding"] != FORMAT:
            raise SpecError(
                f"{file} is of format {data['linkkit_encoding']!r}; this linkkit reads format {FORMAT}. Install the "
                "linkkit that wrote it."
            )
        mistakes = [
            f"{name!r} is no part of an encoding.{did_you_mean(name, ('columns', 'blocks'))}"
            for name in sorted(set(data) - {"linkkit_encoding", "columns", "blocks"})
        ]
        parts = {name: _read_list(data.get(name, []), name, mistakes) for name in ("columns", "blocks")}
        if mistakes:
            raise SpecError("\n".join([f"{file} has mistakes:", *(f"  {text}" for text in mistakes)]))
        return cls(tuple(parts["columns"]), tuple(parts["blocks"]))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save as JSON that people can read and change."""
        write_json(path, self.to_dict())
        return Path(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Encoding:
        """Load from JSON.

        Raises
        ------
        SpecError
            Where the file is not there, no JSON, or no encoding.
        """
        name = Path(path).name
        try:
            data = json.loads(Path(path).read_text("utf-8"))
        except FileNotFoundError:
            raise SpecError(f"{name}: there is no such file.") from None
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise SpecError(f"{name} is not JSON: it was cut short or edited.") from None
        return cls.from_dict(data, name)

    def _mistakes(self) -> Iterator[str]:
        known = BloomField | Clk | Token
        columns: tuple[Any, ...] = self.columns
        blocks: tuple[Any, ...] = self.blocks
        for place, column in enumerate(columns):
            if not isinstance(column, known):
                yield f"columns[{place}] must be a Token, a BloomField or a Clk; got {type(column).__name__}."
        for place, block in enumerate(blocks):
            if not isinstance(block, Token):
                yield f"blocks[{place}] must be a Token; got {type(block).__name__}."
        named = [column for column in (*columns, *blocks) if isinstance(column, known)]
        if not self.columns:
            yield "columns must hold at least one Token, BloomField or Clk."
        names = [name for column in named for name in _names(column)]
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                yield f"{names.count(name)} columns would be called {name!r}; give each a name= of its own."
        for column in named:
            if not _NAME.fullmatch(column.name):
                yield f"the column {column.name!r} needs a name= of small letters, digits and underscores."


def form_of(column: BloomField | Clk | Token) -> Form:
    """Return the form of a column, which is the kind of its field."""
    return "token" if isinstance(column, Token) else "clk" if isinstance(column, Clk) else "filter"


def columns_of(column: BloomField | Clk | Token) -> tuple[str, ...]:
    """Return the columns of clear text that an encoded column is made of."""
    if isinstance(column, Token):
        return tuple(column.columns)
    parts = column.fields if isinstance(column, Clk) else (column,)
    return tuple(text for part in parts for text in (part.column, part.salt) if text is not None)


def _names(column: BloomField | Clk | Token) -> list[str]:
    return [column.name, f"{column.name}_present"] if isinstance(column, Clk) else [column.name]


def _as_data(column: Any) -> dict[str, Any]:
    """Return what of a spec differs from its defaults."""
    found: dict[str, Any] = {"form": form_of(column)} if type(column) in _FORMS.values() else {"kind": column.kind}
    for field in dataclasses.fields(column):
        value = getattr(column, field.name)
        if (
            _is_tag(field)
            or value == field.default
            or (field.name == "name" and value == getattr(column, "column", ""))
        ):
            continue
        found[field.name] = (
            [_as_data(one) if dataclasses.is_dataclass(one) else one for one in value]
            if isinstance(value, tuple)
            else value
        )
    return found


def _is_tag(field: dataclasses.Field[Any]) -> bool:
    """Whether a field only tells specs apart."""
    return field.name == "kind" and field.kw_only is True


def _read_list(data: Any, place: str, mistakes: list[str]) -> list[Any]:
    if not isinstance(data, list):
        mistakes.append(f"{place} must be a list.")
        return []
    found = [_read(one, f"{place}[{number}]", "form", _FORMS, mistakes) for number, one in enumerate(data)]
    return [one for one in found if one is not None]


def _read(data: Any, place: str, tag: str, classes: Mapping[str, type], mistakes: list[str]) -> Any:
    """Return the spec of some data; None where there is a mistake, which is noted."""
    if not isinstance(data, Mapping) or data.get(tag) not in classes:
        mistakes.append(f"{place}.{tag} must be one of {', '.join(classes)}.")
        return None
    made = classes[data[tag]]
    known = {field.name: field for field in dataclasses.fields(made) if not _is_tag(field)}
    given = {name: value for name, value in data.items() if name in known and not (name == tag == "kind")}
    for name in sorted(set(data) - set(known) - {tag}):
        mistakes.append(f"{place}.{name} is not known.{did_you_mean(name, tuple(known))}")
    before = len(mistakes)
    if made is Clk and isinstance(given.get("fields"), list):
        inner = enumerate(given["fields"])
        given["fields"] = [_read(one, f"{place}.fields[{at}]", "form", _FORMS, mistakes) for at, one in inner]
    if isinstance(given.get("hardening"), list):
        steps = enumerate(given["hardening"])
        given["hardening"] = [_read(one, f"{place}.hardening[{at}]", "kind", _HARDENING, mistakes) for at, one in steps]
    if len(mistakes) > before:
        return None
    try:
        return made(**given)
    except (SpecError, TypeError, ValueError, AttributeError) as error:
        mistakes.append(f"{place}: {error}")
        return None
