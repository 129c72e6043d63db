"""Read and write column expressions such as ``first(surname, 3)``."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from linkkit.errors import SpecError, did_you_mean

__all__ = ["Expression", "canonical", "fields_of", "optional_fields_of", "parse"]

_NAME = re.compile(r"[^\W\d][\w.\-]*")
_TOKEN = re.compile(r"\s*(?:([(),])|([^(),]+))")


@dataclass(frozen=True)
class Expression:
    """A field (``function`` is empty) or a transformation of other expressions.

    Parameters
    ----------
    function
        Name of a transformation, or an empty text for a plain field.
    arguments
        Inner expressions and constants, in order; for a plain field its name alone.

    Examples
    --------
    >>> parse("first(surname, 3)")
    Expression(function='first', arguments=(Expression(function='', arguments=('surname',)), 3))
    """

    function: str
    arguments: tuple[Expression | str | int, ...]

    def __str__(self) -> str:
        if not self.function:
            return str(self.arguments[0])
        return f"{self.function}({', '.join(str(argument) for argument in self.arguments)})"

    @property
    def inner(self) -> tuple[Expression, ...]:
        """The expressions that this one transforms."""
        return tuple(argument for argument in self.arguments if isinstance(argument, Expression))

    @property
    def constants(self) -> tuple[str | int, ...]:
        """The constant arguments, such as the 3 of ``first(surname, 3)``."""
        return tuple(argument for argument in self.arguments if not isinstance(argument, Expression))


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    SpecError
        Where the text is not an expression, or names a transformation that linkkit does not have.

    Examples
    --------
    >>> str(parse("soundex( surname )"))
    'soundex(surname)'
    """
    if not isinstance(text, str) or not text.strip():
        raise SpecError(f"A column must be a field name or an expression such as 'soundex(surname)'; got {text!r}.")
    tokens = [symbol or word.strip() for symbol, word in _TOKEN.findall(text)]
    expression, rest = _read(text, tokens)
    if rest:
        raise SpecError(f"The column {text!r} has something behind its end: {' '.join(rest)!r}.")
    if isinstance(expression, int):
        raise SpecError(f"A column must be a field name or an expression; got the number {expression}.")
    return expression


def canonical(text: str) -> str:
    """Return the expression as linkkit writes it: ``soundex( surname )`` becomes ``soundex(surname)``."""
    return str(parse(text))


def fields_of(text: str) -> tuple[str, ...]:
    """Return the fields that an expression reads, in order, each once.

    Examples
    --------
    >>> fields_of("joined(first(given_name, 1), surname)")
    ('given_name', 'surname')
    """
    return tuple(dict.fromkeys(_fields(parse(text))))


def optional_fields_of(text: str) -> tuple[str, ...]:
    """Return the fields of an expression that some datasets may lack: those of ``pooled`` behind its first.

    Examples
    --------
    >>> optional_fields_of("words(pooled(surname, previous_surname))"), optional_fields_of("joined(a, b)")
    (('previous_surname',), ())
    """
    expression = parse(text)
    optional = dict.fromkeys(_optional(expression))
    return tuple(field for field in optional if field not in _needed(expression))


def _optional(expression: Expression) -> list[str]:
    if expression.function == "pooled":
        return [str(inner) for inner in expression.inner[1:] if not inner.function]
    return [field for inner in expression.inner for field in _optional(inner)]


def _needed(expression: Expression) -> list[str]:
    if not expression.function:
        return [str(expression.arguments[0])]
    needed = [
        inner
        for place, inner in enumerate(expression.inner)
        if expression.function != "pooled" or not place or inner.function
    ]
    return [field for inner in needed for field in _needed(inner)]


def _fields(expression: Expression) -> list[str]:
    if not expression.function:
        return [str(expression.arguments[0])]
    return [field for inner in expression.inner for field in _fields(inner)]


def _read(text: str, tokens: list[str]) -> tuple[Expression | int, list[str]]:
    if not tokens or tokens[0] in "(),":
        raise SpecError(f"The column {text!r} is not a field name nor an expression such as 'first(surname, 3)'.")
    word, rest = tokens[0], tokens[1:]
    if rest and rest[0] == "(":
        return _read_call(text, word, rest[1:])
    if word.lstrip("-").isdigit():
        return int(word), rest
    if not _NAME.fullmatch(word) and " " not in word and ":" not in word:
        raise SpecError(f"The column {text!r} is not a field name: fields are words such as 'date_of_birth'.")
    return Expression("", (word,)), rest


def _read_call(text: str, function: str, tokens: list[str]) -> tuple[Expression, list[str]]:
    from ._transformations import TRANSFORMATIONS

    if function not in TRANSFORMATIONS:
        raise SpecError(f"The column {text!r} uses an unknown function.{did_you_mean(function, TRANSFORMATIONS)}")
    arguments: list[Expression | str | int] = []
    while True:
        argument, tokens = _read(text, tokens)
        arguments.append(argument)
        if not tokens or tokens[0] not in (",", ")"):
            raise SpecError(f"The column {text!r} lacks a closing bracket.")
        separator, tokens = tokens[0], tokens[1:]
        if separator == ")":
            break
    return _checked_call(text, function, arguments), tokens


def _checked_call(text: str, function: str, arguments: list[Expression | str | int]) -> Expression:
    from ._transformations import TRANSFORMATIONS

    transformation = TRANSFORMATIONS[function]
    if transformation.takes_path and isinstance(arguments[0], Expression):
        path = str(arguments[0])
        arguments[0] = path
        if ":" not in path:
            raise SpecError(f"The column {text!r} must first name a function, as 'package.module:function'.")
    expression = Expression(function, tuple(arguments))
    transformation.check(text, len(expression.inner), expression.constants)
    return expression
